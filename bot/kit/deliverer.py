"""Sends what the outbox holds: in order per channel, again after failures and restarts, once (DESIGN.md, rule 3).

It draws each row from the database as it is at that moment. A post carries a nonce made of its row, and Discord
refuses the same nonce twice within a few minutes: so a post whose answer was lost, or after which the process died,
is not made twice. Nothing runs while nothing waits: a COMMIT that touched the outbox wakes it, and so does the tick.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Literal

import discord

from bot.clock import MINUTE, SECOND
from bot.kit import drawing, failures
from bot.kit.drawn import Drawn, Row
from bot.services.scribes import sessions
from bot.storage import outbox
from bot.storage.database import Tx

if TYPE_CHECKING:
    from bot.client import Vademecum

_log = logging.getLogger(__name__)

FIRST_WAIT = 5 * SECOND
LONGEST_WAIT = 15 * MINUTE
"""A failed delivery is tried again after 5 s, 10 s, 20 s … at most every quarter of an hour."""
_NO_SUCH_CHANNEL = 10003
_NO_SUCH_MESSAGE = 10008
_NO_ACCESS = {50001, 50013}
_SHUT = {50083, 160005}
"""An archived or a locked thread: what stands in it stays as it is."""
_BEGUN_ALREADY = 160004
THREAD_SLEEPS_AFTER: Literal[10080] = 10_080
"""Minutes without a message after which Discord archives a note's thread: a week. A message wakes it again."""


class Deliverer:
    """One per bot. `wake` may be called at any time; it returns at once."""

    def __init__(self, bot: Vademecum) -> None:
        self._bot = bot
        self._task: asyncio.Task[None] | None = None
        self._woken = False
        self._ended = False
        self._since = bot.clock.now()

    def wake(self) -> None:
        """See to it that what waits is delivered."""
        # Remembered, because what was committed while the outbox was being read is not in what was read.
        self._woken = True
        if self._task is None and not self._ended and self._bot.is_ready():
            self._task = asyncio.create_task(self._drain(), name="outbox-deliverer")

    async def close(self) -> None:
        """Stop, for good; what was not delivered waits in the outbox for the next start."""
        self._ended = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _drain(self) -> None:
        # A channel that Discord makes wait holds up nobody else: each has a task of its own, while it has rows.
        busy: dict[int, asyncio.Task[None]] = {}
        try:
            while self._woken or busy:
                self._woken = False
                for head in await self._bot.library.database.read(lambda tx: tx.outbox.heads(now=tx.now)):
                    if head["channel_id"] not in busy:
                        row = Row(**head)
                        busy[row.channel_id] = asyncio.create_task(self._deliver(row))
                if busy:
                    await asyncio.wait(busy.values(), return_when=asyncio.FIRST_COMPLETED)
                for channel_id in [one for one, task in busy.items() if task.done()]:
                    busy.pop(channel_id).result()
                    self._woken = True  # its next row may wait
        finally:
            for task in busy.values():
                task.cancel()
            await asyncio.gather(*busy.values(), return_exceptions=True)
            self._task = None

    async def _deliver(self, row: Row) -> None:
        try:
            drawn = await drawing.draw(self._bot, row)
            message_ids = [] if drawn is None else await self._send(row, drawn)
        except Exception as error:  # noqa: BLE001 - one row must not stop the others; it is logged below
            await self._failed(row, error)
        else:
            then = "" if drawn is None else drawn.then
            await self._bot.library.database.write(_delivered, row, message_ids, then)

    async def _send(self, row: Row, drawn: Drawn) -> list[int]:
        """Do what was drawn; return the ids of messages that were posted and are to be remembered."""
        if drawn.direct_to is not None and await self._send_directly(row, drawn, drawn.direct_to):
            return []
        drawn = drawn.instead or drawn
        channel = self._bot.get_partial_messageable(row.channel_id, guild_id=row.server_id)
        if drawn.edits is not None:
            await self._change(row, channel.get_partial_message(drawn.edits), drawn)
            return []
        drawing.check_permissions(self._bot, row, drawn)
        message = await channel.send(
            content=drawn.content,
            embed=drawn.embed or discord.utils.MISSING,
            view=drawn.view or discord.utils.MISSING,
            files=drawn.files,
            nonce=f"vm{row.id}",
            reference=_reference(row, drawn),  # type: ignore[arg-type]  # None is taken, and is not in the types
            allowed_mentions=drawn.mentions,
        )
        if row.attempts or row.created_at < self._since:
            # An earlier try may have posted it, drawn as things were then: the nonce has given us that message.
            await message.edit(
                content=drawn.content, embed=drawn.embed, view=drawn.view, allowed_mentions=drawn.mentions
            )
        if drawn.pin:
            await self._pin(message)
        return [message.id] if drawn.remember else []

    async def _send_directly(self, row: Row, drawn: Drawn, user_id: int) -> bool:
        """Send a direct message; return whether that is all there is to do: it arrived, or its reader has left."""
        try:
            there = await self._bot.create_dm(discord.Object(user_id))
            await there.send(
                drawn.content,
                view=drawn.view or discord.utils.MISSING,
                nonce=f"vm{row.id}",
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.Forbidden:  # they take none from this server
            return not await self._is_member(row.server_id, user_id)
        return True

    async def _is_member(self, server_id: int, user_id: int) -> bool:
        try:
            await self._bot.http.get_member(server_id, user_id)
        except discord.NotFound:
            return False
        return True

    async def _change(self, row: Row, message: discord.PartialMessage, drawn: Drawn) -> None:
        if drawn.thread:
            await self._begin_thread(row, message, drawn.thread)
        elif drawn.reaction and drawn.takes_back:
            await message.remove_reaction(drawn.reaction, self._bot.user or discord.Object(0))
        elif drawn.reaction:
            await message.add_reaction(drawn.reaction)
        else:
            await message.edit(
                content=drawn.content,
                embed=drawn.embed,
                view=drawn.view,
                allowed_mentions=drawn.mentions,
                attachments=[] if drawn.without_files else discord.utils.MISSING,
            )

    async def _begin_thread(self, row: Row, message: discord.PartialMessage, name: str) -> None:
        try:
            await message.create_thread(name=name, auto_archive_duration=THREAD_SLEEPS_AFTER)
        except discord.HTTPException as error:
            # An earlier try has begun it, and did not live to say so.
            if error.code != _BEGUN_ALREADY:
                raise
        # A thread that is begun from a message has its id.
        await sessions.attach_thread(self._bot.library, row.server_id, row.subject, message.id)

    async def _pin(self, message: discord.Message) -> None:
        try:
            await message.pin()
        except discord.Forbidden:
            _log.warning(
                "the library desk could not be pinned in channel %s: Pin Messages is missing", message.channel.id
            )

    async def _failed(self, row: Row, error: Exception) -> None:
        database = self._bot.library.database
        code = error.code if isinstance(error, discord.HTTPException) else 0
        if code in {_NO_SUCH_MESSAGE, _NO_SUCH_CHANNEL}:
            await database.write(_gone, row)
            what = "message" if code == _NO_SUCH_MESSAGE else "channel"
            _log.info("outbox row %s (%s): the %s is gone", row.id, row.kind, what)
        elif code in _SHUT:
            _log.info("outbox row %s (%s) is dropped: its thread is archived or locked", row.id, row.kind)
            await database.write(_delivered, row, [])
        elif row.kind == "note_thread" and code and not failures.may_pass(error):
            # It must not hold up what else waits in the channel: the card offers to begin a thread.
            _log.warning("note #%s has no thread: in %s Discord refused it (%s)", row.subject, row.channel_id, code)
            await database.write(_without_thread, row)
        elif row.kind == "reaction" and code in _NO_ACCESS:
            _log.warning("outbox row %s is dropped: the bot may not add reactions in %s", row.id, row.channel_id)
            await database.write(_delivered, row, [])
        elif isinstance(error, drawing.MissingPermission) or code in _NO_ACCESS:
            missing = error.names if isinstance(error, drawing.MissingPermission) else "access to the channel"
            _log.warning(
                "outbox row %s (%s) waits: in channel %s the bot lacks %s", row.id, row.kind, row.channel_id, missing
            )
            await database.write(_postpone, row, LONGEST_WAIT, f"missing: {missing}")
        elif failures.may_pass(error):
            _log.warning("outbox row %s (%s) is tried again: %s", row.id, row.kind, type(error).__name__)
            await database.write(_postpone, row, min(FIRST_WAIT * 2**row.attempts, LONGEST_WAIT), type(error).__name__)
        else:
            _log.error("outbox row %s (%s) cannot be delivered and is dropped", row.id, row.kind, exc_info=error)
            await database.write(_delivered, row, [])


def _reference(row: Row, drawn: Drawn) -> discord.MessageReference | None:
    if drawn.replies_to is None:
        return None
    return discord.MessageReference(
        message_id=drawn.replies_to, channel_id=row.channel_id, guild_id=row.server_id, fail_if_not_exists=False
    )


def _delivered(tx: Tx, row: Row, message_ids: list[int], then: str = "") -> None:
    for message_id in message_ids:
        if then:
            outbox.do(tx, row.server_id, row.channel_id, then, row.subject, message_id=message_id)
        tx.outbox.remember_posted(
            message_id=message_id,
            server_id=row.server_id,
            channel_id=row.channel_id,
            kind=row.kind,
            subject=row.subject,
            now=tx.now,
        )
    tx.outbox.delete(id=row.id, created_at=row.created_at)


def _postpone(tx: Tx, row: Row, wait: int, why: str) -> None:
    tx.outbox.postpone(id=row.id, not_before=tx.now + wait, error=why)


def _without_thread(tx: Tx, row: Row) -> None:
    outbox.do(tx, row.server_id, row.channel_id, "note_card", row.subject)
    tx.outbox.delete(id=row.id, created_at=row.created_at)


def _gone(tx: Tx, row: Row) -> None:
    """Forget a message that is not there any more: it is drawn again when somebody asks for it."""
    for shown in tx.outbox.posted(server_id=row.server_id, kind=row.kind, subject=row.subject):
        if shown["channel_id"] == row.channel_id:
            tx.outbox.forget_posted(message_id=shown["message_id"])
    tx.outbox.delete(id=row.id, created_at=row.created_at)
