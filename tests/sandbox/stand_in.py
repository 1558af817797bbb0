"""A bot of a few lines for the tests of the sandbox itself: a command, a button that survives, a modal."""

from __future__ import annotations

import re
from typing import Any, Self, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.clock import Clock
from bot.settings import Settings


class Wonder(discord.ui.Modal, title="What do you wonder?"):
    """A modal with every kind of field that the library uses."""

    text: discord.ui.Label[Self] = discord.ui.Label(
        text="Your question", component=discord.ui.TextInput(style=discord.TextStyle.paragraph, custom_id="text")
    )
    topic: discord.ui.Label[Self] = discord.ui.Label(
        text="Topic",
        component=discord.ui.Select(
            custom_id="topic",
            required=False,
            options=[
                discord.SelectOption(label="Plants", value="plants"),
                discord.SelectOption(label="Rivers", value="rivers"),
            ],
        ),
    )
    sure: discord.ui.Label[Self] = discord.ui.Label(
        text="How sure are you?",
        component=discord.ui.RadioGroup(
            custom_id="sure",
            required=False,
            options=[
                discord.RadioGroupOption(label="Guessing", value="guess"),
                discord.RadioGroupOption(label="Sure", value="sure"),
            ],
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Say in private what came, and post it."""
        rows = cast("dict[str, list[dict[str, Any]]]", interaction.data)["components"]
        fields = {row["component"]["custom_id"]: row["component"] for row in rows}
        topic, sure = fields["topic"].get("values"), fields["sure"].get("value")
        await interaction.response.send_message(f"Kept: {fields['text']['value']} · {topic} · {sure}", ephemeral=True)
        assert isinstance(interaction.channel, discord.TextChannel)
        await interaction.channel.send(
            f"{interaction.user.display_name} wonders: {fields['text']['value']}", view=card(7)
        )


class Like(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"like:(?P<number>\d+)"):
    """A button that works after a restart."""

    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="Me too", custom_id=f"like:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the number back."""
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Thank in private."""
        name = interaction.user.display_name
        await interaction.response.send_message(f"Counted for #{self.number}, {name}.", ephemeral=True)


class Ask(discord.ui.DynamicItem[discord.ui.Button[Any]], template="ask"):
    """The desk's button: opens the modal."""

    def __init__(self) -> None:
        super().__init__(discord.ui.Button(label="Ask", style=discord.ButtonStyle.primary, custom_id="ask"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """There is only one."""
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        """Open the modal."""
        await interaction.response.send_modal(Wonder())


def card(number: int) -> discord.ui.View:
    """Return a view with a persistent button."""
    view = discord.ui.View(timeout=None)
    view.add_item(Like(number))
    return view


class StandIn(commands.Bot):
    """The bot itself. It counts the minutes that pass, and says what time it is."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(command_prefix=commands.when_mentioned, intents=discord.Intents.all(), help_command=None)
        self.settings = settings
        self.clock = clock
        self.closed_well = False

    async def setup_hook(self) -> None:
        """Register everything."""
        self.add_dynamic_items(Like, Ask)
        self.tree.command(name="wonder", description="Wonder about something")(wonder)
        self.tree.command(name="time", description="Say what time it is")(self._time)
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Post the desk."""
        for channel in self.get_all_channels():
            if isinstance(channel, discord.TextChannel) and channel.name == "welcome":
                view = discord.ui.View(timeout=None)
                view.add_item(Ask())
                await channel.send("The library desk", view=view)

    async def _time(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"It is {self.clock.now()}", ephemeral=True)

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed_well = True
        await super().close()


@app_commands.describe(what="What you wonder", topic="What it is about")
async def wonder(interaction: discord.Interaction, what: str, topic: str | None = None) -> None:
    """Say in private that it was heard."""
    await interaction.response.send_message(f"You wonder: {what} ({topic or 'no topic'})", ephemeral=True)


def make_stand_in(settings: Settings, clock: Clock) -> StandIn:
    """Build one, as `bot.client.create_bot` builds the real one."""
    return StandIn(settings, clock)
