"""What the tests of compiled notes share: a note whose blocks are written one by one, at their times."""

from __future__ import annotations

from typing import Any

from bot.models.companions import Note, NoteBlock
from bot.models.people import Actor
from bot.models.questions import Question
from bot.models.sessions import Block, BlockFile, BlockKind, BlockState, Cause, Session
from bot.services import servers
from bot.services.library import Library
from bot.services.scribes import compiling, keeping
from bot.storage.database import Tx
from tests.cast import MIA, OKAFOR, SERVER
from tests.services.researching import CHANNEL, again, choose

THREAD = 300300000000000077
"""Where the note is kept."""
LEAF = BlockFile(1, "a" * 64, "leaf.png", "image/png", 2048, "A red leaf")


async def begin(library: Library, title: str = "Why leaves let go", **more: Any) -> int:
    """Begin a note of Mia's in a library that publishes; return its number."""
    await choose(library, publishing_allowed=True)
    known = {"unit": "Trees", "unit_key": keeping.unit_key(more.get("unit", "Trees")), "held_on": "2026-11-17"}

    def change(tx: Tx) -> int:
        servers.enter(tx, SERVER)
        number = int(tx.housekeeping.take_number(server_id=SERVER))
        values = known | more | {"title": title, "number": number, "server": SERVER, "now": tx.now}
        values |= {"channel": CHANNEL, "thread": THREAD + number, "mia": MIA.user_id}
        tx.connection.execute(
            "INSERT INTO session (server_id, class_id, number, title, unit, unit_key, held_on, state, channel_id,"
            " thread_id, started_by_user_id, started_at) VALUES (:server, (SELECT MIN(id) FROM class WHERE server_id ="
            " :server), :number, :title, :unit, :unit_key, :held_on, 'open', :channel, :thread, :mia, :now)",
            values,
        ).close()
        tx.connection.execute(
            "INSERT INTO session_scribe (session_id, user_id, part, since)"
            " SELECT id, :mia, 'lead', :now FROM session WHERE server_id = :server AND number = :number",
            values,
        ).close()
        return number

    return await library.database.write(change)


async def session(library: Library, number: int) -> Session:
    """Read a session as it is now."""
    return await library.database.read(keeping.find_session, SERVER, number)


async def write(
    library: Library, number: int, who: Actor, text: str, kind: BlockKind = BlockKind.TEXT, **more: Any
) -> Block:
    """Somebody writes a block, below what stands there; it stands at once."""

    def change(tx: Tx) -> Block:
        of = keeping.find_session(tx, SERVER, number)
        position = len(keeping.blocks_of(tx, of)) + 1
        keeping.bump(tx, of.id)
        known: dict[str, Any] = {"state": BlockState.STANDING, "position": position}
        return keeping.add_block(tx, of, keeping.NewBlock(kind, text, author_id=who.user_id, **(known | more)))

    return await library.database.write(change)


async def change_block(library: Library, block_id: int, cause: Cause, by: Actor, **changes: Any) -> None:
    """Change a block, and let follow what follows."""

    def change(tx: Tx) -> None:
        block = keeping.find_block(tx, SERVER, block_id)
        keeping.bump(tx, block.session_id)
        keeping.save_block(tx, block, cause, by.user_id, **changes)

    await library.database.write(change)


async def ask_in(library: Library, number: int, who: Actor = MIA, text: str = "Why do leaves turn red?") -> Question:
    """Somebody asks in the note; the question stands there as a hole."""
    block = await write(library, number, who, f"? {text}", BlockKind.QUESTION)
    assert block.question_number is not None
    return await again(library, block.question_number)


async def run(library: Library, sql: str, **values: object) -> None:
    """Change the database as nobody can from outside."""
    await library.database.write(lambda tx: tx.connection.execute(sql, values).close())


async def compiled(library: Library, number: int, by: Actor = OKAFOR) -> Note:
    """Compile the note."""
    return (await compiling.compile_note(by, library, number)).note


def texts(note: Note | None) -> list[str]:
    """What a note says, block by block."""
    assert note is not None
    return [block.text for block in note.blocks]


def block_of(note: Note | None, text: str) -> NoteBlock:
    """The block of a note that says this."""
    assert note is not None
    (found,) = [block for block in note.blocks if block.text == text]
    return found
