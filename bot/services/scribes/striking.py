"""Striking out what is talk, not notes, and putting it back; confirming the meanings of terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.errors import NotAllowed, WrongState
from bot.models.people import Actor
from bot.models.sessions import Block, BlockKind, BlockState, Session
from bot.services import servers
from bot.services.library import Library
from bot.services.scribes import keeping
from bot.storage.database import Tx


async def strike(actor: Actor, library: Library, block_ids: Iterable[int]) -> tuple[Block, ...]:
    """Strike blocks out of their notes; they can be put back. What is struck already stays as it is.

    All of them or none. For the note's scribes and librarians. Raises NotFound, NotAllowed, and WrongState for a block
    that is not in the note: it waits to be taken in, or is merged into another.
    """
    return await _each(actor, library, block_ids, _may_strike, keeping.strike_block)


def _may_strike(session: Session, block: Block) -> bool:
    if block.state is BlockState.WAITING:
        raise WrongState("errors.strike_waits", number=session.number)
    if block.state is BlockState.MERGED:
        raise WrongState("errors.block_is_merged", number=session.number)
    return block.state is BlockState.STANDING


async def put_back(actor: Actor, library: Library, block_ids: Iterable[int]) -> tuple[Block, ...]:
    """Put struck blocks back where they were. What is not struck stays as it is.

    All of them or none. For the note's scribes and librarians. Raises NotFound and NotAllowed.
    """
    return await _each(actor, library, block_ids, _may_put_back, keeping.put_back_block)


def _may_put_back(_: Session, block: Block) -> bool:
    return block.state is BlockState.STRUCK


async def _each(
    actor: Actor,
    library: Library,
    block_ids: Iterable[int],
    wanted: Callable[[Session, Block], bool],
    act: Callable[[Tx, Block, int], Block],
) -> tuple[Block, ...]:
    """Do `act` to the blocks for which it is `wanted`, in one act per note; return all of them as they are now."""
    ids = tuple(dict.fromkeys(block_ids))

    def change(tx: Tx) -> tuple[Block, ...]:
        servers.enter(tx, actor.server_id)
        raised: set[int] = set()
        for block_id in ids:
            block = keeping.find_block(tx, actor.server_id, block_id)
            session = keeping.session_by_id(tx, actor.server_id, block.session_id)
            keeping.require_scribe(actor, session)
            if not wanted(session, block):
                continue
            if session.id not in raised:
                keeping.bump(tx, session.id)
                raised.add(session.id)
            act(tx, block, actor.user_id)
        return tuple(keeping.find_block(tx, actor.server_id, one) for one in ids)

    return await library.database.write(change)


async def check_terms(actor: Actor, library: Library, block_ids: Iterable[int]) -> tuple[Block, ...]:
    """Confirm what terms mean: only then are they offered as cards to study. What is confirmed already stays so.

    All of them or none. For librarians, and for the note's scribes but not who wrote the term. Raises NotFound,
    NotAllowed, and WrongState for what is no term of the note.
    """
    ids = tuple(dict.fromkeys(block_ids))

    def change(tx: Tx) -> tuple[Block, ...]:
        servers.enter(tx, actor.server_id)
        return tuple(_check(tx, actor, keeping.find_block(tx, actor.server_id, one)) for one in ids)

    return await library.database.write(change)


def _check(tx: Tx, actor: Actor, block: Block) -> Block:
    session = keeping.session_by_id(tx, actor.server_id, block.session_id)
    keeping.require_scribe(actor, session)
    if block.kind is not BlockKind.TERM or block.state is not BlockState.STANDING:
        raise WrongState("errors.no_term_to_check", number=session.number)
    if not keeping.may_check(actor, session, block):
        raise NotAllowed("errors.check_own_term")
    return block if block.checked_at is not None else keeping.check_block(tx, block, actor.user_id)
