"""Taking in what waits, by the piece that somebody chose while reading: also what came with no message."""

from __future__ import annotations

from bot.errors import WrongState
from bot.models.people import Actor
from bot.models.sessions import Block, BlockState, Cause, Session, SessionState
from bot.services import servers
from bot.services.library import Library
from bot.services.scribes import keeping
from bot.services.scribes.capturing import take_back_mark
from bot.storage.database import Tx


async def take_waiting(actor: Actor, library: Library, block_id: int) -> Session:
    """Take in what waits, all that came with one message or one form, in its author's name. Return its session.

    The bot's mark under the message goes. Twice is once. For the note's scribes and librarians. Raises NotFound,
    NotAllowed, and WrongState where the note is closed.
    """

    def change(tx: Tx) -> Session:
        servers.enter(tx, actor.server_id)
        block = keeping.find_block(tx, actor.server_id, block_id)
        session = keeping.session_by_id(tx, actor.server_id, block.session_id)
        keeping.require_scribe(actor, session)
        if session.state is not SessionState.OPEN:
            raise WrongState("errors.note_is_closed", number=session.number)
        if block.state is BlockState.WAITING:
            _take(tx, actor, session, block)
        return session

    return await library.database.write(change)


def _take(tx: Tx, actor: Actor, session: Session, block: Block) -> None:
    keeping.bump(tx, session.id)
    for one in keeping.blocks_of(tx, session):
        if one.state is BlockState.WAITING and one.position == block.position:
            keeping.save_block(tx, one, Cause.TAKEN, actor.user_id, state=BlockState.STANDING, taken_by=actor.user_id)
    if block.source_message_id is not None and session.thread_id is not None:
        take_back_mark(tx, session.server_id, session.thread_id, block.source_message_id)
