"""What is heard in the threads of notes: what is written, edited, deleted and struck, and what was missed meanwhile.

A message that concerns no note costs one query at the most. What is written is on the disk before anything else is done
about it; its files are fetched after that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

import aiohttp
import discord
from discord.ext import commands, tasks

from bot.models.people import Actor
from bot.services.scribes import capturing, keeping, reacting, sessions
from bot.services.scribes.capturing import FileWanted
from bot.services.scribes.reacting import CHECK, STRIKE
from cogs.scribes.messages import delete_unused, fetch_file, fetch_files, is_of_person, thread_message
from cogs.scribes.notes import NoteRoom

_log = logging.getLogger(__name__)
FETCH_AGAIN_AFTER = 10
"""Minutes between looks for files that are still wanted."""
_VARIATION = "\N{VARIATION SELECTOR-16}"
"""Some clients send an emoji with it and some without."""


class Listening(NoteRoom):
    """Keeps the notes equal to their threads."""

    _reading_back: asyncio.Lock

    async def cog_load(self) -> None:
        """Listen; one reading back at a time."""
        await super().cog_load()
        self._reading_back = asyncio.Lock()
        self._fetch_again.start()

    async def cog_unload(self) -> None:
        """Stop looking for files."""
        self._fetch_again.cancel()

    @tasks.loop(minutes=FETCH_AGAIN_AFTER)
    async def _fetch_again(self) -> None:
        """Fetch what could not be had when it came: Discord was away, the disk full."""
        for guild in self.bot.guilds:
            async with self._reading_back:
                await self._fetch_wanted(guild)

    # --- as it happens

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Take in what somebody writes in the thread of a note, then fetch its files."""
        if message.guild is None or not self.bot.settings.message_content or not is_of_person(message):
            return
        if isinstance(message.channel, discord.abc.GuildChannel):  # a channel that is no thread keeps no note
            return
        captured = await capturing.message_written(
            self.library, message.guild.id, message.channel.id, thread_message(message)
        )
        await fetch_files(self.library, message.guild.id, captured, message.attachments)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Let a note follow its message."""
        if event.guild_id is not None:
            await self._edited(event.guild_id, event.message)

    async def _edited(self, server_id: int, message: discord.Message) -> None:
        if not is_of_person(message) or not (message.content or self.bot.settings.message_content):
            return  # without Message Content, Discord leaves out what was written
        said = thread_message(message)
        captured = await capturing.message_edited(self.library, server_id, message.channel.id, said)
        await fetch_files(self.library, server_id, captured, message.attachments)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """What came from a deleted message goes with it."""
        await self._deleted(event.guild_id, event.channel_id, [event.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """The same for many at once."""
        await self._deleted(event.guild_id, event.channel_id, sorted(event.message_ids))

    async def _deleted(self, server_id: int | None, channel_id: int, message_ids: Iterable[int]) -> None:
        if server_id is not None:
            unused = await capturing.messages_deleted(self.library, server_id, channel_id, message_ids)
            await delete_unused(self.library, unused)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """✂️ strikes out and ✅ confirms terms, where a scribe or a librarian reacts."""
        act = {STRIKE: capturing.strike_message, CHECK: capturing.check_message}.get(_emoji(event))
        actor = await self._who_reacted(event) if act else None
        if act and actor:
            await act(actor, self.library, event.message_id)

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Taking the reaction back takes back what it did."""
        act = {STRIKE: capturing.put_back_message, CHECK: capturing.uncheck_message}.get(_emoji(event))
        actor = await self._who_reacted(event) if act else None
        if act and actor:
            await act(actor, self.library, event.message_id)

    async def _who_reacted(self, event: discord.RawReactionActionEvent) -> Actor | None:
        """Who reacted to a message of a note; None for the bot itself, and where the message is in no note."""
        me = self.bot.user.id if self.bot.user else 0
        if event.guild_id is None or event.user_id == me:
            return None
        # Asked in the order of the changes: the message may have been heard of just now, and not be kept yet.
        blocks = await self.library.database.write(keeping.blocks_of_message, event.guild_id, event.message_id)
        if not blocks:
            return None
        member = event.member or await self._member(event.guild_id, event.user_id)
        return Actor(event.guild_id, event.user_id, manages_server=_manages(member))

    async def _member(self, server_id: int, user_id: int) -> discord.Member | None:
        """A member, asked of Discord: taking a reaction back does not say who somebody is."""
        guild = self.bot.get_guild(server_id)
        try:
            return await guild.fetch_member(user_id) if guild else None
        except discord.HTTPException:
            return None

    # --- threads

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """The note lives on, and can be given a new thread."""
        await sessions.thread_deleted(self.library, event.guild_id, event.thread_id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Discord says nothing of the threads that went with a channel."""
        await self.read_back(channel.guild)

    # --- what was missed

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """After a time away, read the threads back."""
        for guild in self.bot.guilds:
            await self.read_back(guild)

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        """After a dropped connection too: what Discord sends then may lack something."""
        await self.on_ready()

    async def read_back(self, guild: discord.Guild) -> None:
        """Make the notes of a server equal to their threads, and fetch the files that are still to be had."""
        async with self._reading_back:
            for thread_id in await capturing.open_threads(self.library, guild.id):
                await self._unless_shut(self._read_thread(guild, thread_id), thread_id)
            for channel_id, message_ids in (await capturing.kept_elsewhere(self.library, guild.id)).items():
                await self._unless_shut(self._look_again(guild, channel_id, sorted(message_ids)), channel_id)
            await self._fetch_wanted(guild)

    async def _unless_shut(self, work: Coroutine[Any, Any, None], channel_id: int) -> None:
        """Do `work`; where Discord does not let the bot, or is away, the notes stay as they are."""
        try:
            await work
        except (discord.HTTPException, OSError, aiohttp.ClientError) as error:
            _log.warning("channel %s could not be read back: %s", channel_id, type(error).__name__)

    async def _read_thread(self, guild: discord.Guild, thread_id: int) -> None:
        thread = await self._thread(guild, thread_id)
        if thread is None or not may_read_back(thread):
            return
        last = thread.last_message_id or 0
        read = [one async for one in thread.history(limit=None)]
        people = [one for one in read if is_of_person(one)]
        captured = await capturing.sync_thread(
            self.library,
            guild.id,
            thread_id,
            [thread_message(one) for one in people],
            complete=True,
            read_to=max([last, *(one.id for one in read)]),
        )
        await fetch_files(self.library, guild.id, captured, [file for one in people for file in one.attachments])
        for message in people:
            await self._strike_missed(guild.id, message)

    async def _thread(self, guild: discord.Guild, thread_id: int) -> discord.Thread | None:
        """A note's thread, archived or not; where it was deleted, the note is told so."""
        known = guild.get_thread(thread_id)
        if known is not None:
            return known
        try:
            found = await self.bot.fetch_channel(thread_id)
        except discord.NotFound:
            await sessions.thread_deleted(self.library, guild.id, thread_id)
            return None
        return found if isinstance(found, discord.Thread) else None

    async def _strike_missed(self, server_id: int, message: discord.Message) -> None:
        """Strike out what scribes reacted to meanwhile: what was struck before, and put back since, stays."""
        for reaction in message.reactions:
            if _same(str(reaction.emoji), STRIKE):
                async for user in reaction.users():
                    await reacting.strike_untouched(Actor(server_id, user.id), self.library, message.id)

    async def _look_again(self, guild: discord.Guild, channel_id: int, message_ids: list[int]) -> None:
        """Look at messages that were taken in from elsewhere, one by one."""
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None or not may_read_back(channel):
            return
        where = self.bot.get_partial_messageable(channel_id, guild_id=guild.id)
        for message_id in message_ids:
            try:
                message = await where.fetch_message(message_id)
            except discord.NotFound:
                await self._deleted(guild.id, channel_id, [message_id])
                continue
            await self._edited(guild.id, message)

    async def _fetch_wanted(self, guild: discord.Guild) -> None:
        """Fetch the files that an earlier life of the bot had no time for."""
        tried: set[int] = set()
        while wanted := [
            one for one in await capturing.files_wanted(self.library, guild.id) if one.block_id not in tried
        ]:
            for one in wanted:
                tried.add(one.block_id)
                await self._unless_shut(self._fetch_late(guild, one), one.channel_id)

    async def _fetch_late(self, guild: discord.Guild, wanted: FileWanted) -> None:
        where = self.bot.get_partial_messageable(wanted.channel_id, guild_id=guild.id)
        try:
            message = await where.fetch_message(wanted.message_id)
        except discord.NotFound:
            await capturing.file_lost(self.library, guild.id, wanted.block_id)
            return
        here = next((one for one in message.attachments if one.id == wanted.attachment_id), None)
        await fetch_file(self.library, guild.id, wanted, here)


def may_read_back(channel: discord.abc.GuildChannel | discord.Thread) -> bool:
    """Tell whether what the bot does not find in a channel is gone: to who may not read back, Discord shows nothing."""
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return False
    granted = channel.permissions_for(channel.guild.me)
    return granted.view_channel and granted.read_message_history


def _manages(member: discord.Member | None) -> bool:
    return member is not None and member.guild_permissions.manage_guild


def _emoji(event: discord.RawReactionActionEvent) -> str:
    """The emoji of an event as `reacting` names it; empty for others."""
    return next((one for one in (STRIKE, CHECK) if _same(str(event.emoji), one)), "")


def _same(one: str, other: str) -> bool:
    return one.replace(_VARIATION, "") == other.replace(_VARIATION, "")
