"""What the tests of the learners' rules share: a note with blocks in it, where it stands, what is published of it."""

from __future__ import annotations

from bot.models.people import Actor
from bot.models.sessions import Block, BlockKind, BlockState, Session
from bot.services import servers
from bot.services.library import Library
from bot.services.scribes import keeping
from bot.storage.database import Tx
from tests.cast import MIA, SERVER
from tests.services.researching import CHANNEL

THREAD = 300400000000000001
"""The thread of every note here."""


async def note(
    library: Library, title: str = "Leaves", unit: str = "Photosynthesis", day: str = "2026-11-17", lead: Actor = MIA
) -> Session:
    """Begin the note of a lesson, kept by `lead`."""

    def change(tx: Tx) -> Session:
        servers.enter(tx, SERVER)
        number = tx.housekeeping.take_number(server_id=SERVER)
        (row,) = tx.connection.execute(
            "INSERT INTO session (server_id, class_id, number, title, unit, unit_key, held_on, state, channel_id, "
            "thread_id, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?) RETURNING id",
            (
                SERVER,
                tx.housekeeping.only_class(server_id=SERVER),
                number,
                title,
                unit,
                keeping.unit_key(unit),
                day,
                CHANNEL,
                THREAD,
                tx.now,
            ),
        ).fetchall()
        tx.connection.execute(
            "INSERT INTO session_scribe (session_id, user_id, part, since) VALUES (?, ?, 'lead', ?)",
            (row["id"], lead.user_id, tx.now),
        )
        return keeping.find_session(tx, SERVER, number)

    return await library.database.write(change)


async def write(
    library: Library,
    session: Session,
    text: str,
    who: Actor = MIA,
    *,
    kind: BlockKind = BlockKind.TEXT,
    state: BlockState = BlockState.STANDING,
    position: int = 1,
    where: int | None = THREAD,
) -> Block:
    """Write a block into a note: as message `position` of its thread or another channel, or with a form (None)."""

    def change(tx: Tx) -> Block:
        keeping.bump(tx, session.id)
        if where:
            tx.connection.execute(
                "INSERT INTO thread_message (message_id, server_id, session_id, channel_id) VALUES (?, ?, ?, ?)",
                (position, SERVER, session.id, where),
            )
        new = keeping.NewBlock(kind, text, state, who.user_id, position, source_message_id=position if where else None)
        return keeping.add_block(tx, session, new)

    return await library.database.write(change)


async def post(library: Library, kind: str, number: int, message_id: int) -> None:
    """Remember a card as posted."""

    def change(tx: Tx) -> None:
        tx.outbox.remember_posted(
            message_id=message_id, server_id=SERVER, channel_id=CHANNEL, kind=kind, subject=number, now=tx.now
        )

    await library.database.write(change)


async def publish(library: Library, *, question_id: int | None = None, session_id: int | None = None) -> int:
    """Say that a question or a note is public, and return the publication's id."""

    def change(tx: Tx) -> int:
        (row,) = tx.connection.execute(
            "INSERT INTO publication (server_id, question_id, session_id, state, requested_at, snapshot) "
            "VALUES (?, ?, ?, 'published', ?, '{}') RETURNING id",
            (SERVER, question_id, session_id, tx.now),
        ).fetchall()
        made: int = row["id"]
        return made

    return await library.database.write(change)
