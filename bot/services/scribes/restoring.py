"""Restoring: a block says again what it said, or a whole note is again what it was in one of its versions.

Restoring is a change like any other: it can itself be undone, and nothing that came since is lost from the history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.errors import NotFound, WrongState
from bot.models.people import Actor
from bot.models.sessions import Block, BlockState, Cause, Session
from bot.services import servers
from bot.services.library import Library
from bot.services.researchers.keeping import LARGEST_NUMBER
from bot.services.scribes import history, keeping, merging
from bot.services.scribes.rewriting import WITHOUT_TEXT
from bot.storage.database import Tx


async def restore(actor: Actor, library: Library, block_id: int, revision: int) -> Block:
    """Let a block say what it said in one of its revisions; where it was struck or edited away since, it stands again.

    Of a revision in which others were merged into it, and are no longer, it gets what was its own. For the note's
    scribes and librarians. Raises NotFound (also where its message was deleted: its words are gone), NotAllowed, and
    WrongState for a block that waits to be taken in or is merged into another.
    """

    def change(tx: Tx) -> Block:
        servers.enter(tx, actor.server_id)
        block = _find(tx, actor.server_id, block_id)
        session = keeping.session_by_id(tx, actor.server_id, block.session_id)
        keeping.require_scribe(actor, session)
        if block.state is BlockState.MERGED:
            raise WrongState("errors.block_is_merged", number=session.number)
        if block.state is BlockState.WAITING:
            raise WrongState("errors.block_waits", number=session.number)
        return _restore(tx, actor, session, block, revision)

    return await library.database.write(change)


def _find(tx: Tx, server_id: int, block_id: int) -> Block:
    """Return a block, also one that its author edited away. Raises NotFound where its words are gone."""
    row = tx.scribes.block_by_id(server_id=server_id, id=block_id) if 0 < block_id <= LARGEST_NUMBER else None
    if row is None:
        raise NotFound("errors.block_not_found")
    block = keeping.as_block(row)
    if history.is_gone(block):
        raise NotFound("errors.words_are_gone")
    return block


def _restore(tx: Tx, actor: Actor, session: Session, block: Block, revision: int) -> Block:
    if not 0 < revision <= block.revision:
        raise NotFound("errors.revision_not_found")
    row = tx.scribes.revision_of(block_id=block.id, revision=revision)
    was = history.as_it_was(block, row)
    if _words_are_gone(was):
        raise NotFound("errors.words_are_gone")
    inside_then = merging.inside_at(tx, session, block, row["session_revision"])
    same_inside = [one.id for one in inside_then] == [one.id for one in merging.inside_now(tx, block)]
    if same_inside and (was.kind, was.text, BlockState.STANDING) == (block.kind, block.text, block.state):
        return block
    keeping.bump(tx, session.id)
    text = was.text
    if not same_inside:
        text = merging.own_at(tx, session, was, row["session_revision"])
        block = merging.stand_alone(tx, block, actor.user_id)
    return _save(tx, actor, block, replace(block, kind=was.kind, text=text, state=BlockState.STANDING))


def _words_are_gone(was: Block) -> bool:
    return not was.text and was.kind not in WITHOUT_TEXT


def _save(tx: Tx, actor: Actor, block: Block, wanted: Block) -> Block:
    changes = {name: getattr(wanted, name) for name in _RESTORED}
    if block.state is BlockState.REMOVED:  # its message says it no longer; its question went with it, and is asked anew
        changes |= {"question_id": None, "question_number": None}
    elif wanted.text == history.said_by_message(tx, block):
        changes["message_revision"] = block.revision + 1
    return keeping.save_block(tx, block, Cause.RESTORED, actor.user_id, **changes)


_RESTORED = ("kind", "text", "state", "part", "merged_into_id", "taken_by")


@dataclass(frozen=True, slots=True)
class Restored:
    """A note that was restored: its session as it is now, how many blocks changed, and how many cannot come back."""

    session: Session
    changed: int
    gone: int
    """Blocks that stood there then, and whose message was deleted since."""


async def restore_note(actor: Actor, library: Library, number: int, session_revision: int) -> Restored:
    """Make the note ``#number`` again what it was in one of its versions.

    What came since is struck, so that it can be put back; what was deleted since stays gone. Restoring what it is
    changes nothing. For the note's scribes and librarians. Raises NotFound, also for a version that never was, and
    NotAllowed.
    """

    def change(tx: Tx) -> Restored:
        servers.enter(tx, actor.server_id)
        session = keeping.find_session(tx, actor.server_id, number)
        keeping.require_scribe(actor, session)
        was = {one.id: one for one in history.all_at(tx, session, session_revision)}
        blocks = {one.id: one for one in keeping.blocks_of(tx, session)}
        out = {one.id for one in blocks.values() if _stays_out(one, was.get(one.id))}
        wanted = {one.id: _as_then(one, was.get(one.id), out) for one in blocks.values() if one.id not in out}
        changed = [(blocks[one.id], one) for one in wanted.values() if one != blocks[one.id]]
        if changed:
            keeping.bump(tx, session.id)
        for block, as_then in changed:
            _save(tx, actor, block, as_then)
        stood = [blocks[one.id] for one in was.values() if one.state is BlockState.STANDING]
        gone = sum(map(history.is_gone, stood))
        return Restored(keeping.find_session(tx, actor.server_id, number), len(changed), gone)

    return await library.database.write(change)


def _stays_out(block: Block, was: Block | None) -> bool:
    """Tell whether a block is removed and stays so: it is gone, or was not in the note then either."""
    stood = was is not None and was.state is BlockState.STANDING
    return block.state is BlockState.REMOVED and (history.is_gone(block) or not stood)


def _as_then(block: Block, was: Block | None, out: set[int]) -> Block:
    """Return a block as it is to be: as it was, or out of the note where it was not in it."""
    if was is None or was.state is BlockState.REMOVED:
        state = BlockState.STRUCK if block.state in {BlockState.STANDING, BlockState.MERGED} else block.state
        return replace(block, state=state, merged_into_id=None)
    wanted = replace(block, state=was.state, part=was.part, merged_into_id=was.merged_into_id)
    if not _words_are_gone(was):
        wanted = replace(wanted, kind=was.kind, text=was.text)
    if was.state is BlockState.WAITING:
        wanted = replace(wanted, taken_by=None)
    if was.merged_into_id in out:  # it would take its words along
        wanted = replace(wanted, state=BlockState.STANDING, merged_into_id=None)
    return wanted
