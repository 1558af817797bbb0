"""The library desk: the pinned message whose buttons do the commonest acts, and the same in private."""

from __future__ import annotations

import zlib

import discord

from bot.kit.buttons import Button, row
from bot.kit.cards import LEARNERS
from bot.kit.refs import Ref
from bot.text import Catalogue

BUTTONS: tuple[tuple[str, str, str], ...] = (
    ("question", "ask_start", "primary"),
    ("library", "find", "secondary"),
    ("question", "help_answer", "success"),
    ("note", "list", "secondary"),
    ("study", "review", "secondary"),
    ("my", "desk", "secondary"),
    ("my", "work", "secondary"),
)
"""Kind, action and style of each button, five in a row; a later room adds its own here."""


def desk_buttons(server_id: int, texts: Catalogue) -> list[Button]:
    """The desk's buttons, for the pinned message and for `/desk`."""
    return [
        (Ref(kind, action, server_id), texts.say(f"learners.desk.button.{kind}_{action}"), style)  # type: ignore[misc]
        for kind, action, style in BUTTONS
    ]


def public_desk(server_id: int, texts: Catalogue) -> tuple[discord.Embed, discord.ui.View]:
    """Draw the desk for everybody."""
    embed = discord.Embed(
        colour=LEARNERS, title=texts.say("learners.desk.title"), description=texts.say("learners.desk.body")
    )
    return embed, row(*desk_buttons(server_id, texts))


def version(texts: Catalogue) -> int:
    """A number for what the desk shows: a desk that was posted with another one is drawn anew."""
    embed, _ = public_desk(0, texts)
    shown = (embed.to_dict(), [(ref.custom_id, label, style) for ref, label, style in desk_buttons(0, texts)])
    return zlib.crc32(repr(shown).encode())
