"""What every room's cog stands on: the bot, its library, the reader's texts, and the registration of its buttons."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import BadInput
from bot.kit import chat, failures, replies
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.models.questions import QuestionState
from bot.services.library import Library
from bot.services.researchers import finding
from bot.text import Catalogue, catalogue

if TYPE_CHECKING:
    from bot.client import Vademecum

Interaction = discord.Interaction["Vademecum"]
Complete = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
Handler = Callable[[Interaction, Ref], Awaitable[Reply]]
CHOICE_LIMIT = 100
_NUMBER = re.compile(r"\s*#?(\d{1,20})(?:\.\d+)?\s*")


class Room(commands.Cog):
    """A room's door. Its marked methods (`bot.kit.router`) answer its buttons and forms once it is loaded."""

    bot: Vademecum

    def __init__(self, bot: Vademecum) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Register the room's buttons and forms."""
        self.bot.router.register(self)

    async def reply(self, interaction: Interaction, work: Coroutine[Any, Any, Reply]) -> None:
        """Answer a command with what `work` gives; what it refuses is told in private."""
        await failures.guard(interaction, replies.answer(interaction, work))

    async def reply_about(
        self, interaction: Interaction, key: tuple[str, str], typed: str, handler: Handler, extra: str = ""
    ) -> None:
        """Answer a command that names a question with what its button would: `handler` gets the button's ref."""

        async def work() -> Reply:
            ref = Ref(*key, interaction.guild_id or 0, number_of(typed), extra)
            return await handler(interaction, ref)

        await self.reply(interaction, work())

    async def open_about(self, interaction: Interaction, key: tuple[str, str], typed: str) -> None:
        """Answer a command that names a question with the form that its button opens."""

        async def work() -> None:
            await self.bot.router.open(interaction, Ref(*key, interaction.guild_id or 0, number_of(typed)))

        await failures.guard(interaction, work())

    @property
    def library(self) -> Library:
        """What services are handed."""
        return self.bot.library


def texts_for(interaction: Interaction) -> Catalogue:
    """The texts in the language of the person who acts."""
    return catalogue(interaction.locale.value)


def say(key: str) -> str:
    """A text of the command tree, in English: Discord keeps one description a command."""
    return catalogue().say(key)


def number_of(typed: str) -> int:
    """Read ``#42``, ``42`` or ``#42.1`` as the number of a thing. Raises BadInput for anything else."""
    match = _NUMBER.fullmatch(typed)
    if match is None:
        raise BadInput("errors.number_unreadable", typed=chat.short(typed, 40))
    return int(match.group(1))


def picks(*states: QuestionState) -> Complete:
    """Make an autocompletion of question numbers, of these states where any are named."""
    wanted = frozenset(states) or None

    async def complete(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        lines = await finding.pick_questions(
            actor_of(interaction), interaction.client.library, current, states=wanted, limit=25
        )
        return [
            app_commands.Choice(name=chat.short(f"#{line.number} · {line.text}", CHOICE_LIMIT), value=f"#{line.number}")
            for line in lines
        ]

    return complete
