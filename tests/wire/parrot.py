"""A very small bot that proves the loopback server and the witness of syncs, before the real one is trusted to them."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands

PICTURE = bytes(range(256))


class Parrot(commands.Bot):
    """`/parrot say` repeats in the channel under a nonce and tells the person; `form` opens a modal; `keep` is durable.

    A hasty parrot tells people that it has kept their words before it has.
    """

    def __init__(self, data_dir: Path, *, hasty: bool = False) -> None:
        super().__init__("!", intents=discord.Intents.default(), help_command=None)
        self.hasty = hasty
        data_dir.mkdir(parents=True, exist_ok=True)
        self.memory = sqlite3.connect(data_dir / "parrot.db", isolation_level=None)
        self.memory.execute("PRAGMA journal_mode=WAL")
        self.memory.execute("PRAGMA synchronous=FULL")
        self.memory.execute("CREATE TABLE IF NOT EXISTS kept (text TEXT)")

    async def setup_hook(self) -> None:
        """Register the commands and the button."""
        self.add_dynamic_items(Again)
        self.tree.add_command(Speech(name="parrot", description="Says what you say", guild_only=True))
        await self.tree.sync()

    async def close(self) -> None:
        """Close the memory too."""
        await super().close()
        self.memory.close()


class Speech(app_commands.Group):
    """The parrot's commands."""

    @app_commands.command()
    async def say(self, interaction: discord.Interaction[Parrot], text: str) -> None:
        """Repeat a text."""
        await interaction.response.defer(ephemeral=True)
        view = discord.ui.View(timeout=None).add_item(Again(text))
        assert isinstance(interaction.channel, discord.TextChannel)
        await interaction.channel.send(text, view=view, nonce=interaction.id)
        await interaction.followup.send(f"Said {text}", ephemeral=True)

    @app_commands.command()
    async def keep(self, interaction: discord.Interaction[Parrot], text: str) -> None:
        """Write a text down."""
        parrot = interaction.client
        if parrot.hasty:
            await interaction.response.send_message(f"Kept {text}", ephemeral=True)
        parrot.memory.execute("INSERT INTO kept VALUES (?)", (text,))
        if not parrot.hasty:
            await interaction.response.send_message(f"Kept {text}", ephemeral=True)

    @app_commands.command()
    async def picture(self, interaction: discord.Interaction[Parrot]) -> None:
        """Show a file."""
        await interaction.response.send_message("Look", file=discord.File(io.BytesIO(PICTURE), "axolotl.png"))

    @app_commands.command()
    async def form(self, interaction: discord.Interaction[Parrot]) -> None:
        """Open a form."""
        await interaction.response.send_modal(Form())


class Form(discord.ui.Modal, title="What shall I say"):
    """One text."""

    text: discord.ui.Label[Form] = discord.ui.Label(text="The text", component=discord.ui.TextInput(custom_id="text"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Repeat it to the person."""
        assert isinstance(self.text.component, discord.ui.TextInput)
        await interaction.response.send_message(f"You wrote {self.text.component.value}", ephemeral=True)


class Again(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"parrot:(?P<text>.+)"):
    """Says the text once more."""

    def __init__(self, text: str) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"parrot:{text}"))
        self.text = text

    @classmethod
    async def from_custom_id(cls, _interaction: object, _item: object, match: object) -> Again:
        """Come back after a restart."""
        return cls(match["text"])  # type: ignore[index]

    async def callback(self, interaction: discord.Interaction) -> None:
        """Say it."""
        await interaction.response.send_message(f"Again {self.text}", ephemeral=True)
