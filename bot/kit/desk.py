"""The library desk: the pinned message whose buttons do the commonest acts, and the same in private."""

from __future__ import annotations

import discord

from bot.kit.buttons import Button, row
from bot.kit.cards import LEARNERS
from bot.kit.refs import Ref
from bot.text import Catalogue

BUTTONS: tuple[tuple[str, str, str], ...] = (
    ("question", "ask_start", "primary"),
    ("library", "find", "secondary"),
    ("question", "help_answer", "success"),
    ("my", "desk", "secondary"),
)
"""Kind, action and style of each button; a later room adds its own here."""


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
