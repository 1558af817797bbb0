"""What the tests of notes share: short ways to a session with a thread, messages in it, and what stands in the note."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from bot.models.people import Actor
from bot.models.sessions import Block, BlockState, Session, ThreadFile, ThreadMessage
from bot.services.library import Library
from bot.services.scribes import capturing, keeping, sessions
from bot.services.scribes.capturing import Captured
from bot.services.scribes.sessions import Start
from tests.cast import MIA, NOOR, OKAFOR, SERVER

NOTES_CHANNEL = 300300000000000010
"""Where the card of a session stands."""
THREAD = 300300000000000011
"""Where its note is kept."""
EVENT = 300500000000000001

DISCORD_EPOCH = 1_420_070_400_000
_counter = count(1)


def id_at(milliseconds: int, place: int = 0) -> int:
    """Return an id of Discord that was made at a time (UTC milliseconds)."""
    return (milliseconds - DISCORD_EPOCH << 22) + place


def next_id(library: Library) -> int:
    """Return an id of Discord that is made now; ids grow."""
    return id_at(library.clock.now(), next(_counter) % (1 << 22))


async def start(library: Library, who: Actor = MIA, *, thread_id: int | None = THREAD, **more: Any) -> Session:
    """Begin a session that Mia leads and Noor helps with, and make its thread."""
    wanted: dict[str, Any] = {
        "title": "Leaves in autumn",
        "channel_id": NOTES_CHANNEL,
        "partner_ids": (NOOR.user_id,),
    } | more
    session = await sessions.start_session(who, library, Start(**wanted))
    if thread_id is None:
        return session
    return await sessions.attach_thread(library, session.server_id, session.number, thread_id)


async def start_one_of_many(library: Library) -> Session:
    """As `start`, by a librarian, who may begin as many as they like: for a test that begins hundreds."""
    return await start(library, OKAFOR, lead_id=MIA.user_id)


def said(library: Library, text: str, who: Actor = MIA, *, files: tuple[ThreadFile, ...] = ()) -> ThreadMessage:
    """Return a message that is written now."""
    return ThreadMessage(next_id(library), who.user_id, text, files=files)


def picture(attachment_id: int = 1, alt: str = "", **more: Any) -> ThreadFile:
    """Return a picture on a message."""
    known: dict[str, Any] = {"filename": "leaf.png", "content_type": "image/png", "size": 10}
    return ThreadFile(attachment_id=attachment_id, alt=alt, **(known | more))


async def write(
    library: Library, text: str, who: Actor = MIA, *, thread_id: int = THREAD, **more: Any
) -> ThreadMessage:
    """Write a message in the thread, and have it captured."""
    message = said(library, text, who, **more)
    await capturing.message_written(library, SERVER, thread_id, message)
    return message


async def edit(
    library: Library, message: ThreadMessage, text: str, *, thread_id: int = THREAD, **more: Any
) -> Captured:
    """Edit a message in Discord, a moment after it was edited before."""
    edited_at = max(message.edited_at, library.clock.now()) + next(_counter)
    changed = replace(message, text=text, edited_at=edited_at, **more)
    return await capturing.message_edited(library, SERVER, thread_id, changed)


async def delete(library: Library, *messages: ThreadMessage, thread_id: int = THREAD) -> tuple[str, ...]:
    """Delete messages in Discord."""
    ids = [one.id for one in messages]
    return await capturing.messages_deleted(library, SERVER, thread_id, ids)


async def session_now(library: Library, number: int = 1) -> Session:
    """Read a session as it is now."""
    return await library.database.read(keeping.find_session, SERVER, number)


async def blocks(library: Library, *states: BlockState, number: int = 1) -> tuple[Block, ...]:
    """Return the blocks of a note in these states, or all."""
    session = await session_now(library, number)
    found = await library.database.read(keeping.blocks_of, session)
    return tuple(one for one in found if not states or one.state in states)


async def standing(library: Library, *, number: int = 1) -> tuple[Block, ...]:
    """Return what stands in a note."""
    return await blocks(library, BlockState.STANDING, number=number)


async def texts(library: Library, *states: BlockState, number: int = 1) -> list[str]:
    """Return what the blocks of a note say; those that stand, where nothing else is wanted."""
    found = await blocks(library, *(states or (BlockState.STANDING,)), number=number)
    return [one.text for one in found]


async def block_saying(library: Library, text: str, *, number: int = 1) -> Block:
    """Return the one block that says something."""
    (found,) = [one for one in await blocks(library, number=number) if one.text == text]
    return found
