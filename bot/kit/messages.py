"""A message that somebody points to, fetched again when what they chose about it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.errors import BadInput

if TYPE_CHECKING:
    from bot.client import Vademecum


async def message_here(
    interaction: discord.Interaction[Vademecum], channel_id: int, message_id: int
) -> discord.Message:
    """Fetch a message of the channel in which one acts: elsewhere the bot may read what one may not.

    Raises BadInput where it is gone, is elsewhere, or was not written by a person.
    """
    if channel_id != interaction.channel_id:
        raise BadInput("errors.message_gone")
    channel = interaction.client.get_partial_messageable(channel_id, guild_id=interaction.guild_id)
    try:
        message = await channel.fetch_message(message_id)
    except (discord.NotFound, discord.Forbidden):
        raise BadInput("errors.message_gone") from None
    require_person(message)
    return message


def require_person(message: discord.Message) -> None:
    """Raise BadInput for a message of a bot, and for what Discord itself wrote."""
    if message.author.bot or message.is_system():
        raise BadInput("errors.message_of_bot")
