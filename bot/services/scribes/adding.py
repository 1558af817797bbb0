"""Adding to a note without writing in its thread: by a form, or with a message that somebody points to."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import BadInput, WrongState
from bot.models.people import Actor
from bot.models.sessions import Block, BlockState, Session, SessionState, ThreadMessage
from bot.services import events, servers
from bot.services.library import Library
from bot.services.scribes import keeping
from bot.services.scribes.blocks import Draft, split
from bot.services.scribes.capturing import NOTHING, Captured, take_message
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
        _require_open(session)
        keeping.bump(tx, session.id)
        state = BlockState.STANDING if keeping.may_keep(actor, session) else BlockState.WAITING
        for part, draft in enumerate(drafts):
            new = keeping.NewBlock(draft.kind, draft.text, state, actor.user_id, position=event_id, part=part)
            keeping.add_block(tx, session, new)
        return event_id

    position = events.once(tx, actor.server_id, event_id, effect)
    return tuple(one for one in keeping.blocks_of(tx, session) if one.position == position)


def _require_open(session: Session) -> None:
    if session.state is not SessionState.OPEN:
        raise WrongState("errors.note_is_closed", number=session.number)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken in: its blocks in the note, and what is still to be done for them (its files)."""

    blocks: tuple[Block, ...]
    captured: Captured


async def take_in(
    actor: Actor, library: Library, number: int, channel_id: int, message: ThreadMessage, *, event_id: int
) -> Taken:
    """Take a message of a channel into the note ``#number``, in its author's name: one that waits, or from elsewhere.

    What was struck out of it altogether is put back; what stands already stays. The same event again changes nothing.
    For the note's scribes and librarians. Raises BadInput (nothing in it), NotFound, NotAllowed, and WrongState where
    the note is closed, the message was deleted, or stands in another note.
    """

    def change(tx: Tx) -> Taken:
        servers.enter(tx, actor.server_id)
        session = keeping.find_session(tx, actor.server_id, number)
        keeping.require_scribe(actor, session)
        captured: list[Captured] = [NOTHING]

        def effect() -> int:
            _require_open(session)
            captured.append(_take(tx, actor, session, channel_id, message))
            return message.id

        taken_id = events.once(tx, actor.server_id, event_id, effect)
        return Taken(keeping.blocks_of_message(tx, actor.server_id, taken_id), captured[-1])

    return await library.database.write(change)


def _take(tx: Tx, actor: Actor, session: Session, channel_id: int, message: ThreadMessage) -> Captured:
    blocks, captured = take_message(tx, session, channel_id, message, actor.user_id)
    if not blocks:
        raise BadInput("errors.nothing_to_take_in")
    if all(one.state is BlockState.STRUCK for one in blocks):
        keeping.bump(tx, session.id)
        for one in blocks:
            keeping.put_back_block(tx, one, actor.user_id)
    return captured
