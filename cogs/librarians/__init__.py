"""The librarians' door: ``/library``, hidden from everyone else by Discord's own command permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.kit.rooms import say
from cogs.librarians.approving import Approving
from cogs.librarians.setting_up import SettingUp

if TYPE_CHECKING:
    from bot.client import Vademecum


@app_commands.default_permissions(manage_guild=True)
class Librarians(
    SettingUp,
    Approving,
    commands.GroupCog,
    group_name="library",
    group_description=say("librarians.command.library"),
):
    """Setting up, and what waits for a librarian."""


async def setup(bot: Vademecum) -> None:
    """Open the room."""
    await bot.add_cog(Librarians(bot))
