"""Adding to a note without writing in its thread: by a form, or with a message that somebody points to."""

from __future__ import annotations

from bot.errors import WrongState
from bot.models.people import Actor
from bot.models.sessions import Block, BlockState, Session, SessionState
from bot.services import events, servers
from bot.services.library import Library
from bot.services.scribes import keeping
from bot.services.scribes.blocks import Draft, split
from bot.services.scribes.rewriting import clean_words
from bot.storage.database import Tx

HEADING_LEVELS = range(1, 4)
"""What Discord shows as headings, too."""


async def add_block(actor: Actor, library: Library, number: int, text: str, *, event_id: int) -> tuple[Block, ...]:
    """Add what was typed to the note ``#number``, split as a message would be; return its blocks.

    By one of its scribes or a librarian it stands; by anybody else it waits until a scribe takes it in. The same event
    again gives the blocks of the first time. Raises BadInput, NotFound, and WrongState where the note is closed.
    """

    def change(tx: Tx) -> tuple[Block, ...]:
        return _add(tx, actor, number, split(clean_words(text)).drafts, event_id)

    return await library.database.write(change)


async def add_heading(
    actor: Actor, library: Library, number: int, text: str, *, level: int = 1, event_id: int
) -> tuple[Block, ...]:
    """Add a heading to the note ``#number``, as `add_block` adds anything; `level` is from 1 to 3."""

    def change(tx: Tx) -> tuple[Block, ...]:
        words = " ".join(clean_words(text).split()).lstrip("# ")
        marks = "#" * min(max(level, HEADING_LEVELS[0]), HEADING_LEVELS[-1])
        return _add(tx, actor, number, split(f"{marks} {clean_words(words)}").drafts, event_id)

    return await library.database.write(change)


def _add(tx: Tx, actor: Actor, number: int, drafts: tuple[Draft, ...], event_id: int) -> tuple[Block, ...]:
    servers.enter(tx, actor.server_id)
    session = keeping.find_session(tx, actor.server_id, number)

    def effect() -> int:
        require_open(session)
        keeping.bump(tx, session.id)
        state = BlockState.STANDING if keeping.may_keep(actor, session) else BlockState.WAITING
        for part, draft in enumerate(drafts):
            new = keeping.NewBlock(draft.kind, draft.text, state, actor.user_id, position=event_id, part=part)
            keeping.add_block(tx, session, new)
        return event_id

    position = events.once(tx, actor.server_id, event_id, effect)
    return tuple(one for one in keeping.blocks_of(tx, session) if one.position == position)


def require_open(session: Session) -> None:
    """Raise WrongState unless a note still takes something in."""
    if session.state is not SessionState.OPEN:
        raise WrongState("errors.note_is_closed", number=session.number)
