"""What is written in a note's thread becomes its blocks, and they follow when it is edited or deleted in Discord.

Discord may tell of a message twice, late, in another order or never (DESIGN.md, rule 5). So every message of a thread
has a row that says which text of it was taken in last, and whether it was deleted: an event that brings nothing newer
changes nothing, and after the same events in any order a note says what its thread says. `sync_thread` makes good what
was missed. What a message does to blocks stands in `following` and `forgetting`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.clock import DAY
from bot.errors import WrongState
from bot.models.sessions import Block, BlockState, Cause, Session, SessionState, ThreadMessage
from bot.services.library import Library
from bot.services.scribes import files, following, keeping
from bot.services.scribes.files import FileWanted, file_fetched, file_lost, files_wanted, set_alt
from bot.services.scribes.following import Act, Known, written_at
from bot.services.scribes.forgetting import forget
from bot.services.scribes.reacting import (
    WAITS,
    check_message,
    put_back_message,
    strike_message,
    uncheck_message,
)
from bot.storage import outbox
from bot.storage.database import Tx

__all__ = [
    "Captured",
    "FileWanted",
    "check_message",
    "file_fetched",
    "file_lost",
    "files_wanted",
    "kept_elsewhere",
    "message_edited",
    "message_written",
    "messages_deleted",
    "open_threads",
    "put_back_message",
    "set_alt",
    "strike_message",
    "sync_thread",
    "take_message",
    "uncheck_message",
]

AT_ONCE = 200
"""Messages of a thread that is read back which share a transaction: others must not wait long for the writer."""
ANSWERED_WITHIN = DAY
"""Milliseconds: under what was written longer ago the bot says nothing any more, when it reads it back."""
READ_AFTER_CLOSING = 7 * DAY
"""Milliseconds: the thread of a note that was closed longer ago is not read back."""
LOOKED_AT_AGAIN = 30 * DAY
"""Milliseconds: messages elsewhere of notes that were begun longer ago are not read again."""
ALT_ASK = "alt_ask"
"""Kind of an outbox row: words are asked for, for the pictures `block_ids` of the message `message_id`."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What came of one or more events: the ids of the blocks that were added, and their files, which are to be fetched.

    `unused` are the digests of files that nothing uses any longer: the caller deletes them from the media store.
    """

    blocks: tuple[int, ...] = ()
    files: tuple[FileWanted, ...] = ()
    unused: tuple[str, ...] = ()


NOTHING = Captured()


async def message_written(library: Library, server_id: int, thread_id: int, message: ThreadMessage) -> Captured:
    """Take in what a person wrote in a thread: by a scribe it stands, by others it waits, faintly marked.

    Elsewhere than in a note's thread it does nothing. A closed note takes in only what was written before that.
    """
    return await library.database.write(_receive_all, server_id, thread_id, (message,))


async def message_edited(library: Library, server_id: int, channel_id: int, message: ThreadMessage) -> Captured:
    """Let the blocks of a message say what it says since; one in a note's thread that was never heard of is taken in.

    A block that somebody edited here keeps their words: what the message says is set aside in its history.
    """
    return await library.database.write(_receive_all, server_id, channel_id, (message,))


def _receive_all(tx: Tx, server_id: int, channel_id: int, messages: Iterable[ThreadMessage]) -> Captured:
    acts: dict[int, Act] = {}
    for message in messages:
        known = following.find_message(tx, server_id, channel_id, message)
        if known is not None and not known.deleted:
            act = acts.setdefault(known.session.id, Act(tx, known.session))
            _receive(act, known, channel_id, message)
    return _captured(tx, acts.values(), channel_id)


def _receive(act: Act, known: Known, channel_id: int, message: ThreadMessage) -> None:
    if known.seen:
        if message.edited_at > known.edited_at:
            following.revise(act, known, message)
    elif _takes_in(known.session, message) and (message.text.strip() or message.files):
        before = len(act.added)
        following.take(act, known, channel_id, message)
        _speak(act, channel_id, message, act.added[before:])


def _takes_in(session: Session, message: ThreadMessage) -> bool:
    return session.state is SessionState.OPEN or written_at(message.id) <= (session.closed_at or 0)


def _speak(act: Act, channel_id: int, message: ThreadMessage, added: list[Block]) -> None:
    """Mark what waits, and ask for words where a scribe's pictures have none; not long after it was written."""
    if not added or act.tx.now - written_at(message.id) > ANSWERED_WITHIN:
        return
    server_id = act.session.server_id
    if added[0].state is BlockState.WAITING:
        outbox.do(act.tx, server_id, channel_id, "reaction", message_id=message.id, emoji=WAITS)
    wordless = [one.id for one in files.without_alt(added)]
    if wordless:
        outbox.do(act.tx, server_id, channel_id, ALT_ASK, act.session.number, message_id=message.id, block_ids=wordless)


def take_back_mark(tx: Tx, server_id: int, channel_id: int, message_id: int) -> None:
    """Take the bot's mark from a message that waits no longer."""
    outbox.do(tx, server_id, channel_id, "reaction", message_id=message_id, emoji=WAITS, take_back=True)


def _captured(tx: Tx, acts: Iterable[Act], channel_id: int) -> Captured:
    added = [one for act in acts for one in act.added]
    unused = files.unused(tx, [one for act in acts for one in act.unused])
    return Captured(tuple(one.id for one in added), files.wanted_of(added, channel_id), unused)


def take_message(
    tx: Tx, session: Session, channel_id: int, message: ThreadMessage, taken_by: int
) -> tuple[tuple[Block, ...], Captured]:
    """Take a message into a note, in the name of its author: one that waits there, or one from elsewhere.

    Return the message's blocks in the note, and what came of it. Raises WrongState where it was deleted, or stands in
    another note. What was taken in already stays as it is, and what was struck stays struck.
    """
    known = following.find_known(tx, session.server_id, message.id)
    act = Act(tx, session)
    if known is None:
        unseen = following.find_message(tx, session.server_id, channel_id, message) or following.unseen(session)
        following.take(act, unseen, channel_id, message, taken_by)
    elif known.deleted:
        raise WrongState("errors.message_gone")
    elif known.session.id != session.id:
        raise WrongState("errors.message_in_another_note", number=known.session.number)
    waiting = [
        one for one in keeping.blocks_of_message(tx, session.server_id, message.id) if one.state is BlockState.WAITING
    ]
    for block in waiting:
        act.save(block, Cause.TAKEN, taken_by, state=BlockState.STANDING, taken_by=taken_by)
    standing = keeping.blocks_of_message(tx, session.server_id, message.id)
    if waiting:
        take_back_mark(tx, session.server_id, channel_id, message.id)
        _speak(act, channel_id, message, list(standing))
    return standing, _captured(tx, [act], channel_id)


async def messages_deleted(
    library: Library, server_id: int, channel_id: int, message_ids: Iterable[int]
) -> tuple[str, ...]:
    """Let go of what came from messages that were deleted in Discord: only the fact that something was removed stays.

    Return the digests of files that nothing uses any longer: the caller deletes them from the media store. One that was
    never heard of is remembered as deleted, should news of it come late.
    """
    return await library.database.write(_delete_all, server_id, channel_id, tuple(message_ids))


def _delete_all(tx: Tx, server_id: int, channel_id: int, message_ids: Iterable[int]) -> tuple[str, ...]:
    acts: dict[int, Act] = {}
    for message_id in message_ids:
        known = following.find_known(tx, server_id, message_id)
        if known is None:
            tx.scribes.remember_deleted(server_id=server_id, channel_id=channel_id, message_id=message_id)
        elif not known.deleted:
            forget(acts.setdefault(known.session.id, Act(tx, known.session)), known, message_id)
    return files.unused(tx, [one for act in acts.values() for one in act.unused])


async def sync_thread(
    library: Library,
    server_id: int,
    thread_id: int,
    messages: Collection[ThreadMessage],
    *,
    complete: bool,
    read_to: int | None = None,
) -> Captured:
    """Make a note say what its thread says, after a time in which the bot did not hear of it; any number of times.

    `messages` are those of people, in any order. With `complete` they are all there are up to the id `read_to` (None:
    up to the newest of them), and what is missing among them was deleted. Events that come meanwhile are not undone.
    """
    newest = {one.id: one for one in sorted(messages, key=lambda one: one.edited_at)}
    ordered = [newest[one] for one in sorted(newest)]
    captured = NOTHING
    for start in range(0, len(ordered), AT_ONCE):
        batch = ordered[start : start + AT_ONCE]
        captured = _both(captured, await library.database.write(_receive_all, server_id, thread_id, batch))
    if complete:
        last = max(newest, default=0) if read_to is None else read_to
        unused = await _delete_missing(library, server_id, thread_id, newest.keys(), last)
        captured = _both(captured, Captured(unused=unused))
    return captured


def _both(one: Captured, other: Captured) -> Captured:
    return Captured(one.blocks + other.blocks, one.files + other.files, one.unused + other.unused)


async def _delete_missing(
    library: Library, server_id: int, thread_id: int, there: Collection[int], read_to: int
) -> tuple[str, ...]:
    rows = await library.database.read(
        lambda tx: tx.scribes.messages_up_to(server_id=server_id, channel_id=thread_id, message_id=read_to)
    )
    missing = [row["message_id"] for row in rows if row["message_id"] not in there]
    unused: tuple[str, ...] = ()
    for start in range(0, len(missing), AT_ONCE):
        batch = missing[start : start + AT_ONCE]
        unused += await library.database.write(_delete_all, server_id, thread_id, batch)
    return unused


async def open_threads(library: Library, server_id: int) -> dict[int, int]:
    """Return the threads to read back on the bot's return, with the numbers of their notes: {thread id: number}.

    They are those of open notes, and of notes closed within `READ_AFTER_CLOSING`.
    """

    def look(tx: Tx) -> dict[int, int]:
        rows = tx.scribes.open_threads(server_id=server_id, closed_since=tx.now - READ_AFTER_CLOSING)
        return {row["thread_id"]: row["number"] for row in rows}

    return await library.database.read(look)


async def kept_elsewhere(library: Library, server_id: int) -> dict[int, frozenset[int]]:
    """Return the messages in notes that do not stand in their threads as they are now: {channel: messages}.

    They were taken in from elsewhere, or the thread is a former one. `sync_thread` does not see them; on the bot's
    return they are looked at one by one, and told to `message_edited` and `messages_deleted`.
    """

    def look(tx: Tx) -> dict[int, frozenset[int]]:
        channels: dict[int, set[int]] = {}
        for row in tx.scribes.kept_elsewhere(server_id=server_id, since=tx.now - LOOKED_AT_AGAIN):
            channels.setdefault(row["channel_id"], set()).add(row["message_id"])
        return {channel_id: frozenset(messages) for channel_id, messages in channels.items()}

    return await library.database.read(look)
