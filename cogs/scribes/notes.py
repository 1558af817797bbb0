"""What the scribes' doors share: which note is meant, and the days that people type."""

from __future__ import annotations

from datetime import date
from typing import Any

import discord
from discord import app_commands

from bot.errors import BadInput
from bot.kit import chat, failures
from bot.kit.buttons import Button
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import CHOICE_LIMIT, Handler, Interaction, Room, number_of
from bot.models.sessions import Block, BlockState, NoteView
from bot.services.learners.days import zone_of
from bot.services.scribes import finding, keeping, sessions
from bot.services.scribes.days import read_day
from bot.text import Catalogue


class NoteRoom(Room):
    """A door of the scribes. Where no note is named, the one of the thread is meant in which something is typed."""

    async def note_of(self, interaction: Interaction, typed: str) -> int:
        """The #number of the note that is meant. Raises BadInput where none is."""
        if typed.strip():
            return number_of(typed)
        here = await self.library.database.read(
            keeping.session_of_thread, interaction.guild_id or 0, interaction.channel_id or 0
        )
        if here is None:
            raise BadInput("errors.which_note")
        return here.number

    async def note_reply(
        self, interaction: Interaction, action: str, typed: str, handler: Handler, extra: str = ""
    ) -> None:
        """Answer a command about a note with what the button ``note:action`` would answer."""

        async def work() -> Reply:
            number = await self.note_of(interaction, typed)
            return await handler(interaction, Ref("note", action, interaction.guild_id or 0, number, extra))

        await self.reply(interaction, work())

    async def note_form(self, interaction: Interaction, action: str, typed: str) -> None:
        """Answer a command about a note with the form that the button ``note:action`` opens."""

        async def work() -> None:
            number = await self.note_of(interaction, typed)
            await self.bot.router.open(interaction, Ref("note", action, interaction.guild_id or 0, number))

        await failures.guard(interaction, work())

    async def as_scribe(self, interaction: Interaction, ref: Ref) -> NoteView:
        """The note, to its scribes and librarians. Raises NotAllowed for everybody else."""
        actor = actor_of(interaction)
        shown = await finding.show_note(actor, self.library, ref.number)
        keeping.require_scribe(actor, shown.session)
        return shown

    async def day(self, interaction: Interaction, typed: str) -> date | None:
        """The day that somebody typed, in their library's zone; None for nothing. Raises BadInput."""
        if not typed.strip():
            return None
        zone = await self.library.database.read(zone_of, interaction.guild_id or 0)
        return read_day(typed, zone, self.library.clock.now())


async def pick_notes(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    """Suggest notes by number and title."""
    lines = await sessions.pick_sessions(actor_of(interaction), interaction.client.library, current, limit=25)
    return [
        app_commands.Choice(name=chat.short(f"#{one.number} · {one.title}", CHOICE_LIMIT), value=f"#{one.number}")
        for one in lines
    ]


def note_buttons(ref: Ref, texts: Catalogue, *wanted: tuple[str, str]) -> list[Button]:
    """Buttons about a note: pairs of an action and a style."""
    return [
        (Ref("note", action, ref.server_id, ref.number), texts.say(f"scribes.button.{action}"), style)  # type: ignore[misc]
        for action, style in wanted
    ]


def standing_of(shown: NoteView) -> list[Block]:
    """What stands in a note."""
    return [one for one in shown.blocks if one.state is BlockState.STANDING]


def choices(names: tuple[str, ...]) -> list[app_commands.Choice[str]]:
    """Names as choices of an autocompletion."""
    return [app_commands.Choice(name=name[:CHOICE_LIMIT], value=name[:CHOICE_LIMIT]) for name in names[:25]]
