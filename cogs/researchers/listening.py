"""What the room hears without being spoken to: messages, reactions, edits and deletions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import discord
from discord.ext import commands

from bot.errors import Refused
from bot.kit.drawing import OFFER_EMOJI
from bot.kit.intake import keep_files
from bot.kit.rooms import Room
from bot.models.people import Actor
from bot.models.questions import Origin
from bot.services.researchers import asking, capturing
from bot.services.researchers.asking import Ask

HISTORY_LIMIT = 2_000
"""Messages of a channel that are read at the most when the bot returns; what lies beyond is left as it is."""


class Listening(Room):
    """Offers to log questions in watched channels, and follows what happens to captured messages."""

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Offer to log a message that is a question, by one reaction, where a librarian chose it."""
        if message.guild is None or message.author.bot or not self.bot.settings.message_content:
            return
        await capturing.offer_to_log(self.library, message.guild.id, message.channel.id, message.id, message.content)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Log a message whose author, and nobody else, clicked the bot's reaction."""
        if event.guild_id is None or str(event.emoji) != OFFER_EMOJI or self._is_not_the_author(event):
            return
        channel = self.bot.get_partial_messageable(event.channel_id, guild_id=event.guild_id)
        try:
            message = await channel.fetch_message(event.message_id)
        except (discord.NotFound, discord.Forbidden):
            return  # deleted, or shut to the bot, meanwhile
        offered = any(one.me and str(one.emoji) == OFFER_EMOJI for one in message.reactions)
        if offered and message.author.id == event.user_id and message.content.strip():
            await self._log_offered(message, Actor(event.guild_id, event.user_id))

    def _is_not_the_author(self, event: discord.RawReactionActionEvent) -> bool:
        """Whether the event itself shows that somebody else clicked; who wrote the message is not always in it."""
        mine = self.bot.user is not None and event.user_id == self.bot.user.id
        return mine or event.message_author_id not in {None, event.user_id}

    async def _log_offered(self, message: discord.Message, actor: Actor) -> None:
        try:
            files = await keep_files(self.library, message.attachments[:1])
            asked = Ask(
                text=message.content,
                attachments=files,
                channel_id=message.channel.id,
                source_message_id=message.id,
                origin=Origin.REACTION,
            )
            await asking.ask_question(actor, self.library, asked)
        except Refused:
            await capturing.say_not_logged(actor, self.library, message.channel.id)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """A captured message that its author edits changes what was captured from it."""
        content = event.data.get("content", "")  # not every edit carries it
        if event.guild_id is not None and content.strip():
            await capturing.message_edited(self.library, event.guild_id, event.message_id, content)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """What was captured from a deleted message goes with it."""
        await self._deleted(event.guild_id, [event.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """The same for many at once."""
        await self._deleted(event.guild_id, sorted(event.message_ids))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """After a time away: read again the messages that something was captured from."""
        for guild in self.bot.guilds:
            captured = await capturing.captured_lately(self.library, guild.id)
            for channel_id, message_ids in captured.items():
                if _may_read_back(guild, channel_id):
                    await self._read_again(guild.id, channel_id, message_ids)

    async def _read_again(self, server_id: int, channel_id: int, message_ids: frozenset[int]) -> None:
        channel = self.bot.get_partial_messageable(channel_id, guild_id=server_id)
        oldest = discord.Object(min(message_ids) - 1)
        standing: dict[int, str] = {}
        try:
            async for message in channel.history(after=oldest, oldest_first=True, limit=HISTORY_LIMIT):
                standing[message.id] = message.content
        except (discord.NotFound, discord.Forbidden):
            return  # a channel that is gone or shut says nothing of its messages
        read_to = max(message_ids) if len(standing) < HISTORY_LIMIT else max(standing)
        await self._deleted(server_id, [one for one in message_ids if one <= read_to and one not in standing])
        for message_id in message_ids & standing.keys():
            if standing[message_id].strip():
                await capturing.message_edited(self.library, server_id, message_id, standing[message_id])

    async def _deleted(self, server_id: int | None, message_ids: Iterable[int]) -> None:
        if server_id is None:
            return
        digests = await capturing.messages_deleted(self.library, server_id, tuple(message_ids))
        for digest in digests:
            await asyncio.to_thread(self.library.media.path(digest).unlink, missing_ok=True)


def _may_read_back(guild: discord.Guild, channel_id: int) -> bool:
    """Tell whether what the bot does not find in a channel is gone: to who may not read back, Discord shows nothing."""
    channel = guild.get_channel_or_thread(channel_id)
    return channel is not None and channel.permissions_for(guild.me).read_message_history
