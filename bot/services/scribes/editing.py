"""Editing one block of a note. Two people who edit the same one never overwrite each other in silence (issue 3)."""

from __future__ import annotations

from bot.errors import NotAllowed, WrongState
from bot.models.people import Actor
from bot.models.sessions import Block, BlockState, Cause, Session
from bot.services import servers
from bot.services.library import Library
from bot.services.scribes import history, keeping, merging, typed
from bot.services.scribes.rewriting import IN_NOTE, WITHOUT_TEXT, clean_words, rewrite_one
from bot.services.scribes.typed import EditConflict
from bot.storage.database import Tx

__all__ = ["EditConflict", "edit_block", "keep_mine", "keep_theirs", "open_block", "typed_for"]


async def open_block(actor: Actor, library: Library, block_id: int) -> Block:
    """Return a block to who may edit it: a scribe of its note, a librarian, or its author.

    Its `revision` is the base to hand in. Raises NotFound, NotAllowed, and WrongState where it is struck out or merged,
    or waits to be taken in.
    """

    def look(tx: Tx) -> Block:
        session, block = _editable(tx, actor, block_id)
        if block.state is BlockState.STRUCK:
            raise WrongState("errors.block_is_struck")
        if block.state is BlockState.MERGED:
            raise WrongState("errors.block_is_merged", number=session.number)
        return block

    return await library.database.read(look)


def _editable(tx: Tx, actor: Actor, block_id: int) -> tuple[Session, Block]:
    block = keeping.find_block(tx, actor.server_id, block_id)
    session = keeping.session_by_id(tx, actor.server_id, block.session_id)
    is_author = block.author_id == actor.user_id
    if not is_author and not keeping.may_keep(actor, session):
        raise NotAllowed("errors.only_scribe_or_author", number=session.number)
    if not is_author and block.state is BlockState.WAITING:
        raise WrongState("errors.block_waits", number=session.number)
    return session, block


async def edit_block(actor: Actor, library: Library, block_id: int, text: str, base_revision: int) -> Block:
    """Let a block say `text`, by who may open it; `base_revision` is its revision when it was opened.

    It keeps its author; the history says who edited it. Where `text` holds several blocks, the block is one of them and
    the others stand beside it, by the actor. The same words again change nothing.

    Raises BadInput, NotFound, NotAllowed, WrongState, and EditConflict where it says something else since: what was
    typed is kept then.
    """

    def change(tx: Tx) -> Block | EditConflict:
        servers.enter(tx, actor.server_id)
        return _edit(tx, actor, block_id, text, base_revision)

    return await typed.hand_in(library, change)


def _edit(tx: Tx, actor: Actor, block_id: int, text: str, base_revision: int) -> Block | EditConflict:
    session, block = _editable(tx, actor, block_id)
    words = clean_words(text, required=block.kind not in WITHOUT_TEXT)
    differs = block.state not in IN_NOTE or words != block.text
    if differs and history.changed_since(tx, block, base_revision):
        return _conflict(tx, actor, block, text)
    if differs and block.state is BlockState.STRUCK:
        keeping.require_scribe(actor, session)
    typed.drop(tx, actor, typed.BLOCK, block_id)
    return _rewrite(tx, session, actor, block, words) if differs else block


def _conflict(tx: Tx, actor: Actor, block: Block, text: str) -> EditConflict:
    is_struck = block.state is BlockState.STRUCK
    theirs = "" if is_struck else merging.outermost(tx, block).text
    found = EditConflict(theirs=theirs, mine=text, base=block.revision, is_struck=is_struck)
    return typed.conflict(tx, actor, typed.BLOCK, block.id, found)


def _rewrite(tx: Tx, session: Session, actor: Actor, block: Block, words: str) -> Block:
    if block.state is BlockState.MERGED:
        # Whoever insists on their words for it wants it to stand by itself.
        keeping.bump(tx, session.id)
        merging.take_out(tx, block, actor.user_id)
        block = keeping.find_block(tx, session.server_id, block.id)
    if block.kind not in WITHOUT_TEXT:
        return rewrite_one(tx, session, actor, block, words)
    keeping.bump(tx, session.id)
    state = BlockState.STANDING if block.state is BlockState.STRUCK else block.state
    return keeping.save_block(tx, block, Cause.EDITED, actor.user_id, text=words, state=state)


async def keep_mine(actor: Actor, library: Library, block_id: int, base_revision: int) -> Block:
    """Hand in again what was typed when a conflict was found; `base_revision` is the conflict's base.

    Raises as `edit_block`, an EditConflict too where somebody was quicker again; and WrongState where nothing is kept.
    """

    def change(tx: Tx) -> Block | EditConflict:
        keeping.find_block(tx, actor.server_id, block_id)  # what was typed for one that is gone went with it
        return _edit(tx, actor, block_id, typed.kept(tx, actor, typed.BLOCK, block_id), base_revision)

    return await typed.hand_in(library, change)


async def keep_theirs(actor: Actor, library: Library, block_id: int) -> None:
    """Forget what was typed when a conflict was found: what stands there is to stay. Twice is once."""
    await library.database.write(typed.drop, actor, typed.BLOCK, block_id)


async def typed_for(actor: Actor, library: Library, block_id: int) -> str:
    """Return what `actor` typed for a block and has not chosen about, to put both together by hand.

    Raises WrongState where nothing is kept.
    """
    return await library.database.read(typed.kept, actor, typed.BLOCK, block_id)
