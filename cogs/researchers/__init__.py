"""The researchers' door: ``/question`` and its buttons, forms and right-clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.kit.rooms import say
from cogs.researchers.answering import Answering
from cogs.researchers.asking import Asking
from cogs.researchers.finding import Finding
from cogs.researchers.listening import Listening
from cogs.researchers.settling import Settling
from cogs.researchers.trails import Trails

if TYPE_CHECKING:
    from bot.client import Vademecum


class Researchers(
    Asking,
    Answering,
    Settling,
    Finding,
    Trails,
    Listening,
    commands.GroupCog,
    group_name="question",
    group_description=say("researchers.command.question"),
):
    """Everything that researchers do with questions; each base is one thing that people do there."""

    async def cog_load(self) -> None:
        """Register buttons and forms, and the two right-clicks, which a cog cannot hold by itself."""
        await super().cog_load()
        for name, callback in (("log_as_question", self.log_as_question), ("use_as_answer", self.use_as_answer)):
            menu = app_commands.ContextMenu(name=say(f"researchers.menu.{name}"), callback=callback)
            self.bot.tree.add_command(menu)


async def setup(bot: Vademecum) -> None:
    """Open the room."""
    await bot.add_cog(Researchers(bot))
