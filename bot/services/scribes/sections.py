"""Editing a section of a note in one piece: from a heading to the next one.

What nobody touched keeps its author and its id. Pictures and files stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import WrongState
from bot.models.people import Actor
from bot.models.sessions import BLOCK_LIMIT, Block, BlockState, Session
from bot.services import servers
from bot.services.library import Library
from bot.services.scribes import history, keeping, merging, typed
from bot.services.scribes.blocks import joined
from bot.services.scribes.outline import heading_of, sections_of
from bot.services.scribes.rewriting import WITHOUT_TEXT, clean_words, rewrite_all
from bot.services.scribes.typed import EditConflict
from bot.storage.database import Tx


@dataclass(frozen=True, slots=True)
class Section:
    """A section as a form holds it. `session_revision` is the base to hand in; `block_ids` are what `text` is made of.

    `heading` is empty for what stands before the first heading.
    """

    heading: str
    text: str
    session_revision: int
    block_ids: tuple[int, ...]


async def open_section(actor: Actor, library: Library, heading_block_id: int) -> Section:
    """Return the section that begins with a block, to the note's scribes and librarians.

    The block is a heading, or the first of what stands before the first one (`finding.outline` names them). Raises
    NotFound, NotAllowed, and WrongState where the block does not stand, the section has no words, or more than a form
    holds.
    """

    def look(tx: Tx) -> Section:
        session, block = _find(tx, actor, heading_block_id)
        whole = _from(_standing(tx, session), block.id)
        worded = _worded(whole)
        if not worded:
            raise WrongState("errors.section_not_standing")
        text = joined(worded)
        if len(text) > BLOCK_LIMIT:
            raise WrongState("errors.section_too_long", limit=BLOCK_LIMIT, length=len(text))
        return Section(heading_of(whole), text, session.revision, tuple(one.id for one in worded))

    return await library.database.read(look)


def _standing(tx: Tx, session: Session) -> tuple[Block, ...]:
    return tuple(one for one in keeping.blocks_of(tx, session) if one.state is BlockState.STANDING)


def _find(tx: Tx, actor: Actor, block_id: int) -> tuple[Session, Block]:
    block = keeping.find_block(tx, actor.server_id, block_id)
    session = keeping.session_by_id(tx, actor.server_id, block.session_id)
    keeping.require_scribe(actor, session)
    return session, block


def _from(blocks: Sequence[Block], block_id: int) -> tuple[Block, ...]:
    """Return a block, and what follows up to the next heading; nothing where it is not among `blocks`."""
    ids = [one.id for one in blocks]
    return sections_of(blocks[ids.index(block_id) :])[0] if block_id in ids else ()


def _worded(section: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(one for one in section if one.kind not in WITHOUT_TEXT)


async def edit_section(
    actor: Actor, library: Library, heading_block_id: int, text: str, base_session_revision: int
) -> Session:
    """Let a section say `text`; `base_session_revision` is the note's version when it was opened.

    What was changed keeps its author, what is new is by the actor, what was left out is struck. The same words again
    change nothing.

    Raises BadInput, NotFound, NotAllowed, WrongState, and EditConflict where anything in the section changed, came or
    went since: what was typed is kept then.
    """

    def change(tx: Tx) -> Session | EditConflict:
        servers.enter(tx, actor.server_id)
        return _edit(tx, actor, heading_block_id, text, base_session_revision)

    return await typed.hand_in(library, change)


def _edit(tx: Tx, actor: Actor, block_id: int, text: str, base: int) -> Session | EditConflict:
    session, block = _find(tx, actor, block_id)
    words = clean_words(text)
    now = _worded(_from(_standing(tx, session), block_id))
    if words != joined(now):
        if _changed_since(tx, session, block_id, base, now):
            return _conflict(tx, actor, session, block, joined(now), text)
        rewrite_all(tx, session, actor, now or (_put_back(tx, actor, session, block),), words)
    typed.drop(tx, actor, typed.SECTION, block_id)
    return keeping.session_by_id(tx, session.server_id, session.id)


def _conflict(tx: Tx, actor: Actor, session: Session, block: Block, theirs: str, mine: str) -> EditConflict:
    is_struck = block.state is BlockState.STRUCK
    if not theirs and not is_struck:
        theirs = merging.outermost(tx, block).text
    found = EditConflict(theirs=theirs, mine=mine, base=session.revision, is_struck=is_struck)
    return typed.conflict(tx, actor, typed.SECTION, block.id, found)


def _changed_since(tx: Tx, session: Session, block_id: int, base: int, now: tuple[Block, ...]) -> bool:
    if not 0 <= base <= session.revision:
        return True
    before = _worded(_from(history.standing_at(tx, session, base), block_id))
    return [(one.id, one.kind, one.text) for one in before] != [(one.id, one.kind, one.text) for one in now]


def _put_back(tx: Tx, actor: Actor, session: Session, block: Block) -> Block:
    """Return the block that the section was opened by, which stands no longer: whoever insists wants it back."""
    if block.state is BlockState.WAITING or block.kind in WITHOUT_TEXT:
        raise WrongState("errors.section_not_standing")
    if block.state is BlockState.MERGED:
        keeping.bump(tx, session.id)
    return merging.take_out(tx, block, actor.user_id)


async def keep_my_section(actor: Actor, library: Library, heading_block_id: int, base_session_revision: int) -> Session:
    """Hand in again what was typed when a conflict was found; `base_session_revision` is the conflict's base.

    Raises as `edit_section`, an EditConflict where somebody was quicker again, and WrongState where nothing is kept.
    """

    def change(tx: Tx) -> Session | EditConflict:
        text = typed.kept(tx, actor, typed.SECTION, heading_block_id)
        return _edit(tx, actor, heading_block_id, text, base_session_revision)

    return await typed.hand_in(library, change)


async def keep_their_section(actor: Actor, library: Library, heading_block_id: int) -> None:
    """Forget what was typed when a conflict was found: what stands there is to stay. Twice is once."""
    await library.database.write(typed.drop, actor, typed.SECTION, heading_block_id)


async def typed_for_section(actor: Actor, library: Library, heading_block_id: int) -> str:
    """Return what `actor` typed for a section and has not chosen about, to put both together by hand.

    Raises WrongState where nothing is kept.
    """
    return await library.database.read(typed.kept, actor, typed.SECTION, heading_block_id)
