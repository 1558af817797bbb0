"""The scribes' door: ``/note`` with its buttons, forms and right-click, and what is heard in the threads of notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.kit.rooms import say
from cogs.scribes.compiling import Compiling
from cogs.scribes.editing import Editing
from cogs.scribes.listening import Listening
from cogs.scribes.looking import Looking
from cogs.scribes.starting import Starting
from cogs.scribes.striking import Striking
from cogs.scribes.writing import Writing

if TYPE_CHECKING:
    from bot.client import Vademecum


class Scribes(
    Starting,
    Writing,
    Editing,
    Striking,
    Looking,
    Compiling,
    Listening,
    commands.GroupCog,
    group_name="note",
    group_description=say("scribes.command.note"),
):
    """Everything that scribes do with notes; each base is one thing that people do there."""

    async def cog_load(self) -> None:
        """Register buttons and forms, and the right-click, which a cog cannot hold by itself."""
        await super().cog_load()
        menu = app_commands.ContextMenu(name=say("scribes.menu.add_to_notes"), callback=self.add_to_notes)
        self.bot.tree.add_command(menu)


async def setup(bot: Vademecum) -> None:
    """Open the room."""
    await bot.add_cog(Scribes(bot))
