"""Studying: ``/study`` with its buttons and forms, and the right-click *Make something of this*."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.kit.rooms import say
from cogs.learners.card_making import CardMaking
from cogs.learners.decks import Decks


class Study(
    Decks,
    CardMaking,
    commands.GroupCog,
    group_name="study",
    group_description=say("studying.command.study"),
):
    """Everything that learners do with cards; each base is one thing that people do there."""

    async def cog_load(self) -> None:
        """Register buttons and forms, and the right-click, which a cog cannot hold by itself."""
        await super().cog_load()
        menu = app_commands.ContextMenu(name=say("studying.menu.make"), callback=self.make_something)
        self.bot.tree.add_command(menu)
