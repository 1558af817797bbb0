"""What scribes do to messages of a note's thread by a reaction. A reaction of anybody else means nothing.

What such a reaction does to a block, `striking` does for who points to the block itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.models.people import Actor
from bot.models.sessions import Block, BlockKind, BlockState, Session
from bot.services.library import Library
from bot.services.scribes import keeping
from bot.storage.database import Tx

STRIKE = "✂️"
"""Strikes out what a message says, while the reaction stands there."""
CHECK = "✅"
"""Confirms the terms of a message."""
WAITS = "▫️"
"""The bot's own, faint mark under what waits to be taken in."""

_THERE = frozenset({BlockState.STANDING, BlockState.WAITING})
_Act = Callable[[Tx, Block, int], Block]


async def strike_message(actor: Actor, library: Library, message_id: int) -> tuple[Block, ...]:
    """Strike out what came from a message: it is talk, not notes. Return what was struck; nothing is for others."""
    return await _each(actor, library, message_id, _THERE, keeping.strike_block)


async def put_back_message(actor: Actor, library: Library, message_id: int) -> tuple[Block, ...]:
    """Put back what was struck of a message. Return what was put back."""
    return await _each(actor, library, message_id, {BlockState.STRUCK}, keeping.put_back_block)


async def _each(
    actor: Actor, library: Library, message_id: int, states: Collection[BlockState], act: _Act
) -> tuple[Block, ...]:
    def change(tx: Tx) -> tuple[Block, ...]:
        session, blocks = _of_message(tx, actor, message_id)
        wanted = [one for one in blocks if one.state in states]
        if session is None or not wanted:
            return ()
        keeping.bump(tx, session.id)
        return tuple(act(tx, one, actor.user_id) for one in wanted)

    return await library.database.write(change)


def _of_message(tx: Tx, actor: Actor, message_id: int) -> tuple[Session | None, tuple[Block, ...]]:
    """Return the note and the blocks of a message, where `actor` keeps that note; else nothing."""
    blocks = keeping.blocks_of_message(tx, actor.server_id, message_id)
    if not blocks:
        return None, ()
    session = keeping.session_by_id(tx, actor.server_id, blocks[0].session_id)
    return (session, blocks) if keeping.may_keep(actor, session) else (None, ())


async def strike_untouched(actor: Actor, library: Library, message_id: int) -> tuple[Block, ...]:
    """Do as `strike_message` for a reaction that nobody heard of when it came; what was struck before stays as it is.

    Whoever put that back meant it to stand, and the reaction may be older.
    """

    def change(tx: Tx) -> tuple[Block, ...]:
        session, blocks = _of_message(tx, actor, message_id)
        wanted = [one for one in blocks if one.state in _THERE and not _was_struck(tx, one)]
        if session is None or not wanted:
            return ()
        keeping.bump(tx, session.id)
        return tuple(keeping.strike_block(tx, one, actor.user_id) for one in wanted)

    return await library.database.write(change)


def _was_struck(tx: Tx, block: Block) -> bool:
    return any(row["state"] == BlockState.STRUCK for row in tx.scribes.revisions_of_block(block_id=block.id))


async def check_message(actor: Actor, library: Library, message_id: int) -> tuple[Block, ...]:
    """Confirm the terms of a message, as a scribe who did not write it or a librarian. Return those confirmed now."""

    def change(tx: Tx) -> tuple[Block, ...]:
        session, blocks = _of_message(tx, actor, message_id)
        terms = [one for one in blocks if one.kind is BlockKind.TERM and one.state is BlockState.STANDING]
        return tuple(
            keeping.check_block(tx, one, actor.user_id)
            for one in terms
            if one.checked_at is None and session is not None and keeping.may_check(actor, session, one)
        )

    return await library.database.write(change)


async def uncheck_message(actor: Actor, library: Library, message_id: int) -> tuple[Block, ...]:
    """Take back one's own confirmation of a message's terms. Return those that are not confirmed any more."""

    def change(tx: Tx) -> tuple[Block, ...]:
        _, blocks = _of_message(tx, actor, message_id)
        mine = [one for one in blocks if one.checked_by == actor.user_id and one.state is not BlockState.REMOVED]
        return tuple(keeping.check_block(tx, one, None) for one in mine)

    return await library.database.write(change)
