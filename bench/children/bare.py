"""The floor: a bare bot with forty commands that do nothing."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

COMMANDS = 40

Interaction = discord.Interaction[commands.Bot]


class BareBot(commands.Bot):
    """What everybody's first bot is, with Discord told of its commands."""

    def __init__(self) -> None:
        super().__init__(command_prefix="!", intents=discord.Intents.default())

    async def setup_hook(self) -> None:
        """Register forty commands: ``/question ask``, with the options of ours, and thirty-nine others."""
        self.tree.add_command(_question())
        for number in range(1, COMMANDS):
            self.tree.add_command(
                app_commands.Command(name=f"command{number}", description="Nothing.", callback=_nothing)
            )
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        """Hear every message, and do nothing."""


async def _nothing(interaction: Interaction, text: str, topic: str = "") -> None:  # noqa: ARG001 - read from it
    await interaction.response.send_message("done", ephemeral=True)


async def _ask(interaction: Interaction, text: str, topic: str = "", knew: str = "") -> None:  # noqa: ARG001
    await interaction.response.send_message("done", ephemeral=True)


def _question() -> app_commands.Group:
    group = app_commands.Group(name="question", description="Nothing.")
    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name="ask", description="Nothing.", callback=_ask
    )
    group.add_command(command)
    return group
