"""Rows of buttons and selects whose custom ids say everything. They are never kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import discord

from bot.kit.refs import Ref, whole
from bot.text import Catalogue

Style = Literal["primary", "secondary", "success", "danger"]
Button = tuple[Ref, str, Style]
LABEL_LIMIT = 80
OPTIONS_LIMIT = 25
FILTER_LIMIT = 55
"""Characters that a page button carries along beside its page: a search, or what a list is narrowed by."""


def row(*buttons: Button) -> discord.ui.View:
    """Make a view of buttons, five to a row. It is finished from the start, so that discord.py does not store it."""
    return view(buttons=buttons)


def rows(*lines: Sequence[Button]) -> discord.ui.View:
    """Make a view of several rows of buttons, each at most five."""
    made: discord.ui.View = discord.ui.View(timeout=None)
    for number, line in enumerate(lines):
        for ref, label, style in line:
            made.add_item(
                discord.ui.Button(
                    style=discord.ButtonStyle[style], label=label[:LABEL_LIMIT], custom_id=ref.custom_id, row=number
                )
            )
    made.stop()
    return made


def view(
    *,
    buttons: Iterable[Button] = (),
    select: tuple[Ref, str, Sequence[tuple[str, str]]] | None = None,
    link: tuple[str, str] | None = None,
    several: bool = False,
    also: tuple[Ref, str, Sequence[tuple[str, str]]] | None = None,
) -> discord.ui.View:
    """Make a view: a select as (ref, placeholder, (value, label) pairs) above buttons, then a link (label, url).

    With `several`, more than one of the select's options may be chosen at once. `also` is a second select.
    """
    made: discord.ui.View = discord.ui.View(timeout=None)
    if select is not None:
        made.add_item(_select(*select, several=several))
    if also is not None:
        made.add_item(_select(*also))
    for ref, label, style in buttons:
        made.add_item(
            discord.ui.Button(style=discord.ButtonStyle[style], label=label[:LABEL_LIMIT], custom_id=ref.custom_id)
        )
    if link is not None:
        made.add_item(discord.ui.Button(style=discord.ButtonStyle.link, label=link[0][:LABEL_LIMIT], url=link[1]))
    made.stop()
    return made


def _select(
    ref: Ref, placeholder: str, options: Sequence[tuple[str, str]], *, several: bool = False
) -> discord.ui.Select[Any]:
    shown = [discord.SelectOption(value=value, label=label[:100]) for value, label in options[:OPTIONS_LIMIT]]
    return discord.ui.Select(
        custom_id=ref.custom_id,
        placeholder=placeholder[:150],
        options=shown,
        max_values=len(shown) if several else 1,
    )


def chosen(interaction: discord.Interaction[Any]) -> int:
    """Return the number that was chosen in a select; 0 where none was."""
    return next(iter(chosen_ids(interaction)), 0)


def chosen_text(interaction: discord.Interaction[Any]) -> str:
    """Return what was chosen in a select, as it was sent; empty where nothing was. It may be forged."""
    data: Any = interaction.data or {}
    return next((str(one) for one in data.get("values") or ()), "")


def chosen_ids(interaction: discord.Interaction[Any]) -> list[int]:
    """Return the numbers that were chosen in a select of several."""
    data: Any = interaction.data or {}
    return [number for one in data.get("values") or () if (number := whole(str(one)))]


def pages(ref: Ref, page: int, count: int, labels: tuple[str, str]) -> list[Button]:
    """Return the buttons to the page before and after, where there are such; the page stands first in `extra`."""
    rest = ref.extra[:FILTER_LIMIT]
    made: list[Button] = []
    if page > 1:
        made.append(
            (Ref(ref.kind, ref.action, ref.server_id, ref.number, f"{page - 1}|{rest}"), labels[0], "secondary")
        )
    if page < count:
        made.append(
            (Ref(ref.kind, ref.action, ref.server_id, ref.number, f"{page + 1}|{rest}"), labels[1], "secondary")
        )
    return made


def page_line(page: int, count: int, texts: Catalogue) -> str | None:
    """Say which page of how many this is; nothing where there is only one."""
    return texts.say("kit.page", page=page, pages=count) if count > 1 else None


def page_of(ref: Ref) -> tuple[int, str]:
    """Read back a page button: the page, and the rest of `extra`."""
    page, _, rest = ref.extra.partition("|")
    return whole(page) if page.isdigit() else 1, rest


def add_channel_select(
    made: discord.ui.View, ref: Ref, placeholder: str, chosen_ids: Sequence[int], *, most: int
) -> None:
    """Add a select of text channels in which `chosen_ids` stand chosen; choosing none is allowed."""
    made.add_item(
        discord.ui.ChannelSelect(
            custom_id=ref.custom_id,
            placeholder=placeholder[:150],
            min_values=0,
            max_values=most,
            channel_types=[discord.ChannelType.text, discord.ChannelType.news],
            # As text: that is how Discord describes an id, and discord.py hands it on as it is.
            default_values=[
                discord.SelectDefaultValue(id=str(one), type=discord.SelectDefaultValueType.channel)  # type: ignore[arg-type]
                for one in chosen_ids
            ],
        )
    )


def add_people_select(
    made: discord.ui.View, ref: Ref, placeholder: str, chosen_ids: Sequence[int], *, least: int, most: int
) -> None:
    """Add a select of people in which `chosen_ids` stand chosen."""
    made.add_item(
        discord.ui.UserSelect(
            custom_id=ref.custom_id,
            placeholder=placeholder[:150],
            min_values=least,
            max_values=most,
            default_values=[
                discord.SelectDefaultValue(id=str(one), type=discord.SelectDefaultValueType.user)  # type: ignore[arg-type]
                for one in chosen_ids[:most]
            ],
        )
    )
