"""Modals: built from fields, routed by their custom id, so that one opened before a restart can be handed in after it.

discord.py would keep a sent modal in memory and lose it with the process (and let a second one with the same id
overwrite it). So the modal is marked as finished before it is sent, which keeps it out of that store, and the
submit is read from the raw interaction (`bot/kit/router.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.kit.refs import Ref

TITLE_LIMIT = 45
LABEL_LIMIT = 45
DESCRIPTION_LIMIT = 100
TEXT_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class TextField:
    """Something to type. `limit` is what the input lets through (at most 4,000 characters)."""

    name: str
    label: str
    description: str = ""
    placeholder: str = ""
    long: bool = False
    required: bool = True
    limit: int = TEXT_LIMIT


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """Something to choose: options as (value, label)."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    description: str = ""
    required: bool = True
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class FileField:
    """A file to add; never required."""

    name: str
    label: str
    description: str = ""


FormField = TextField | ChoiceField | FileField


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back: texts by field name, and the files."""

    texts: dict[str, str] = field(default_factory=dict)
    files: tuple[discord.Attachment, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")


def build(ref: Ref, title: str, fields: Sequence[FormField], kept: Mapping[str, str]) -> discord.ui.Modal:
    """Build the modal of `ref`, filled with what was `kept` of an earlier try."""
    modal = discord.ui.Modal(title=title[:TITLE_LIMIT], custom_id=ref.custom_id, timeout=None)
    for one in fields:
        modal.add_item(
            discord.ui.Label(
                text=one.label[:LABEL_LIMIT],
                description=one.description[:DESCRIPTION_LIMIT] or None,
                component=_component(one, kept.get(one.name, "")),
            )
        )
    modal.stop()
    return modal


def _component(one: FormField, kept: str) -> discord.ui.Item[Any]:
    if isinstance(one, TextField):
        return discord.ui.TextInput(
            custom_id=one.name,
            style=discord.TextStyle.paragraph if one.long else discord.TextStyle.short,
            placeholder=one.placeholder[:100] or None,
            default=kept[: one.limit] or None,
            required=one.required,
            max_length=one.limit,
        )
    if isinstance(one, ChoiceField):
        options = [
            discord.SelectOption(label=label[:100], value=value, default=value == (kept or one.chosen))
            for value, label in one.options
        ]
        return discord.ui.Select(custom_id=one.name, options=options, required=one.required)
    return discord.ui.FileUpload(custom_id=one.name, required=False, max_values=1)


def read(interaction: discord.Interaction[Any]) -> Typed:
    """Read a submit from the raw interaction: every text, choice and file by its field's name."""
    data: Any = interaction.data or {}
    texts: dict[str, str] = {}
    file_ids: list[str] = []
    for component in _leaves(data.get("components", ())):
        name = component.get("custom_id", "")
        if component.get("type") == discord.ComponentType.file_upload.value:
            file_ids += component.get("values", [])
        elif "value" in component:
            texts[name] = _sound(component["value"] or "")
        elif component.get("values"):
            texts[name] = _sound(component["values"][0])
    resolved = data.get("resolved", {}).get("attachments", {})
    files = tuple(
        discord.Attachment(data=resolved[one], state=interaction._state)  # noqa: SLF001 - no public constructor
        for one in file_ids
        if one in resolved
    )
    return Typed(texts, files)


def _sound(text: str) -> str:
    """The text without halves of characters, which nothing could store."""
    return text.encode(errors="ignore").decode()


def _leaves(components: Sequence[Any]) -> list[Any]:
    leaves: list[Any] = []
    for component in components:
        if "component" in component:
            leaves.append(component["component"])
        elif "components" in component:
            leaves += _leaves(component["components"])
        else:
            leaves.append(component)
    return leaves
