"""What every act on a note shares: finding its session and blocks, who keeps it, and keeping a change of a block.

One act raises the note's version once (`bump`) and then changes as many blocks as it concerns: their revisions all
belong to that version.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.errors import NotAllowed, NotFound
from bot.models.people import Actor, Capability
from bot.models.sessions import (
    Block,
    BlockFile,
    BlockKind,
    BlockState,
    Cause,
    Scribe,
    ScribePart,
    Session,
    SessionState,
)
from bot.services.capabilities import may
from bot.services.learners import following
from bot.services.publishing.changes import on_note_changed
from bot.services.researchers.keeping import LARGEST_NUMBER
from bot.services.scribes import questions
from bot.storage import search
from bot.storage.database import Tx

_FILE_COLUMNS = ("attachment_id", "digest", "filename", "content_type", "size", "alt")


def unit_key(name: str) -> str:
    """Return what two spellings of a unit share: case folded, space collapsed. Empty for no unit."""
    return " ".join(name.split()).casefold()


def find_session(tx: Tx, server_id: int, number: int) -> Session:
    """Return the session ``#number`` of a server, with its scribes. Raises NotFound."""
    possible = 0 < number <= LARGEST_NUMBER
    row = tx.scribes.session_by_number(server_id=server_id, number=number) if possible else None
    if row is None:
        raise NotFound("errors.note_not_found", number=number)
    return _session(tx, row)


def session_by_id(tx: Tx, server_id: int, session_id: int) -> Session:
    """Return the session that a block belongs to, with its scribes."""
    return _session(tx, tx.scribes.session_by_id(server_id=server_id, id=session_id))


def session_of_thread(tx: Tx, server_id: int, thread_id: int) -> Session | None:
    """Return the session whose note is kept in this thread now, with its scribes; None where there is none."""
    row = tx.scribes.session_by_thread(server_id=server_id, thread_id=thread_id)
    return None if row is None else _session(tx, row)


def _session(tx: Tx, row: dict[str, Any]) -> Session:
    scribes = tuple(
        Scribe(**(one | {"part": ScribePart(one["part"])})) for one in tx.scribes.scribes_of(session_id=row["id"])
    )
    return Session(**(row | {"state": SessionState(row["state"])}), scribes=scribes)


def scribes_at(session: Session, at: int) -> frozenset[int]:
    """Return who kept the note at a time (UTC milliseconds). Whoever began it did so from its first message on."""
    at = max(at, session.started_at)  # Discord's clock, which tells a message's time, may be behind ours
    return frozenset(
        one.user_id for one in session.scribes if one.since <= at and (one.until is None or at < one.until)
    )


def scribes_now(session: Session) -> tuple[int, ...]:
    """Return who keeps the note now, its lead first."""
    now = [one for one in session.scribes if one.until is None]
    return tuple(one.user_id for one in sorted(now, key=lambda one: one.part is not ScribePart.LEAD))


def is_scribe(session: Session, user_id: int) -> bool:
    """Tell whether somebody keeps this note now."""
    return user_id in scribes_now(session)


def is_lead(session: Session, user_id: int) -> bool:
    """Tell whether somebody leads this note now."""
    return any(one.user_id == user_id and one.part is ScribePart.LEAD for one in session.scribes if one.until is None)


def may_keep(actor: Actor, session: Session) -> bool:
    """Tell whether `actor` is one of the note's scribes, or a librarian."""
    return is_scribe(session, actor.user_id) or may(actor, Capability.CORRECT_NOTES)


def require_scribe(actor: Actor, session: Session) -> None:
    """Raise NotAllowed unless `actor` is one of the note's scribes, or a librarian."""
    if not may_keep(actor, session):
        raise NotAllowed("errors.only_scribe_or_librarian", number=session.number)


def blocks_of(tx: Tx, session: Session) -> tuple[Block, ...]:
    """Return every block of a note in reading order, whatever its state."""
    return tuple(as_block(row) for row in tx.scribes.blocks_of(session_id=session.id))


def blocks_of_message(tx: Tx, server_id: int, message_id: int) -> tuple[Block, ...]:
    """Return every block that a message of Discord said, whatever its state; none where nothing was captured."""
    return tuple(as_block(row) for row in tx.scribes.blocks_of_message(server_id=server_id, message_id=message_id))


def find_block(tx: Tx, server_id: int, block_id: int) -> Block:
    """Return a block of a server. Raises NotFound, also for one that was removed."""
    possible = 0 < block_id <= LARGEST_NUMBER
    row = tx.scribes.block_by_id(server_id=server_id, id=block_id) if possible else None
    if row is None or row["state"] == BlockState.REMOVED:
        raise NotFound("errors.block_not_found")
    return as_block(row)


def as_block(row: dict[str, Any]) -> Block:
    """Make a block of a row with its file's columns beside it."""
    file = {name: row[name] for name in _FILE_COLUMNS}
    known = {name: value for name, value in row.items() if name not in _FILE_COLUMNS}
    known |= {"kind": BlockKind(row["kind"]), "state": BlockState(row["state"])}
    return Block(**known, file=None if file["filename"] is None else BlockFile(**file))


def bump(tx: Tx, session_id: int) -> int:
    """Raise the version of a note, once in an act, before its blocks are changed; return the new version."""
    revision: int = tx.scribes.raise_revision(id=session_id)
    return revision


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block about to be added. `position` and `part` give its place (see `Block`)."""

    kind: BlockKind
    text: str
    state: BlockState
    author_id: int
    position: int
    part: int = 0
    source_message_id: int | None = None
    taken_by: int | None = None
    file: BlockFile | None = None


def add_block(tx: Tx, session: Session, new: NewBlock) -> Block:
    """Add a block to a note, and make it findable where it stands; a question that stands is asked.

    The act has raised the version (`bump`).
    """
    follows = 0 if new.source_message_id is None else 1
    values = {name: getattr(new, name) for name in _ADDED}
    block_id = tx.scribes.add_block(
        server_id=session.server_id, session_id=session.id, message_revision=follows, now=tx.now, **values
    )
    block = Block(
        id=block_id,
        server_id=session.server_id,
        session_id=session.id,
        question_id=None,
        question_number=None,
        merged_into_id=None,
        checked_by=None,
        checked_at=None,
        created_at=tx.now,
        changed_at=tx.now,
        revision=1,
        message_revision=follows,
        file=new.file,
        **values,
    )
    if new.file is not None:
        tx.scribes.add_block_file(block_id=block_id, server_id=session.server_id, **asdict(new.file))
    _keep_revision(tx, block, Cause.WRITTEN, new.author_id)
    _index(tx, block)
    return questions.ask(tx, session, block)


_ADDED = ("kind", "text", "state", "author_id", "position", "part", "source_message_id", "taken_by")


def save_block(tx: Tx, block: Block, cause: Cause, by: int | None, **changes: Any) -> Block:
    """Keep a block with `changes` as its next revision; index, question, study cards and public page follow.

    A check lapses when its words change. A block that says what its message says goes on doing so while its words stay,
    and when its message says others (`Cause.MESSAGE`). The act has raised the version (`bump`).
    """
    revision = block.revision + 1
    changed = replace(block, **changes, changed_at=tx.now, revision=revision)
    same_words = (changed.kind, changed.text) == (block.kind, block.text)
    if not same_words:
        changed = replace(changed, checked_by=None, checked_at=None)
    if cause is Cause.MESSAGE or (same_words and block.follows_message):
        changed = replace(changed, message_revision=revision)
    if changed.kind is not BlockKind.QUESTION:  # what was a question once is one still, but no hole of this note
        changed = replace(changed, question_id=None, question_number=None)
    tx.scribes.save_block(**{name: getattr(changed, name) for name in _SAVED}, by=by)
    _keep_revision(tx, changed, cause, by)
    _index(tx, changed, before=block)
    if changed.kind is BlockKind.QUESTION and changed.state in {BlockState.STANDING, BlockState.STRUCK}:
        changed = _follow(tx, changed, by, reworded=not same_words)
    following.on_block_changed(tx, changed)
    say_note_changed(tx, changed.server_id, changed.session_id)
    return changed


def say_note_changed(tx: Tx, server_id: int, session_id: int) -> None:
    """Have taken from the public what must go; once for all that a note's acts change before the next COMMIT."""
    tx.before_commit((server_id, "note", session_id), lambda last: on_note_changed(last, server_id, session_id))


def _follow(tx: Tx, block: Block, by: int | None, *, reworded: bool) -> Block:
    if block.question_number is None:
        return questions.ask(tx, session_by_id(tx, block.server_id, block.session_id), block)
    if reworded:
        questions.reword(tx, block, block.question_number, by)
    return block


_SAVED = (
    "server_id", "id", "kind", "state", "author_id", "part", "text", "question_id", "merged_into_id", "taken_by",
    "checked_by", "checked_at", "changed_at", "revision", "message_revision",
)  # fmt: skip


def set_aside(tx: Tx, block: Block, kind: BlockKind, text: str, by: int | None) -> Block:
    """Keep what the block's message says since, as a revision that the block does not follow: it was edited here."""
    aside = replace(block, revision=block.revision + 1, changed_at=tx.now)
    tx.scribes.save_block(**{name: getattr(aside, name) for name in _SAVED}, by=by)
    _keep_revision(tx, replace(aside, kind=kind, text=text), Cause.SET_ASIDE, by)
    return aside


def set_alt(tx: Tx, block: Block, file: BlockFile) -> Block:
    """Keep the words that describe a block's file; they are found too. The act has raised the version (`bump`)."""
    tx.scribes.save_alt(server_id=block.server_id, block_id=block.id, alt=file.alt)
    described = replace(block, file=file)
    _index(tx, described, before=block)
    return described


def strike_block(tx: Tx, block: Block, by: int) -> Block:
    """Strike out a block that stands or waits: it is talk, not notes."""
    return save_block(tx, block, Cause.STRUCK, by, state=BlockState.STRUCK)


def put_back_block(tx: Tx, block: Block, by: int) -> Block:
    """Make a struck block what it was before: standing, or waiting to be taken in."""
    before = BlockState(tx.scribes.state_before_struck(block_id=block.id))
    return save_block(tx, block, Cause.PUT_BACK, by, state=before)


def may_check(actor: Actor, session: Session, block: Block) -> bool:
    """Tell whether `actor` may confirm a term: a scribe of the note who did not write it, or a librarian."""
    return may(actor, Capability.CORRECT_NOTES) or (
        is_scribe(session, actor.user_id) and actor.user_id != block.author_id
    )


def check_block(tx: Tx, block: Block, by: int | None) -> Block:
    """Write down who confirmed a term; None takes a confirmation back. It is no change of its words."""
    checked = replace(block, checked_by=by, checked_at=None if by is None else tx.now)
    tx.scribes.say_who_checked(
        server_id=block.server_id, id=block.id, checked_by=checked.checked_by, checked_at=checked.checked_at
    )
    return checked


def _keep_revision(tx: Tx, block: Block, cause: Cause, by: int | None) -> None:
    tx.scribes.keep_block_revision(
        block_id=block.id,
        session_id=block.session_id,
        revision=block.revision,
        kind=block.kind,
        state=block.state,
        part=block.part,
        text=block.text,
        cause=cause,
        merged_into_id=block.merged_into_id,
        by=by,
        now=tx.now,
    )


def _index(tx: Tx, block: Block, *, before: Block | None = None) -> None:
    kind, words = _kind_in_index(block), _words(block)
    if before is not None and _kind_in_index(before) != kind:
        search.take_out(tx, block.server_id, _kind_in_index(before), block.id)
    if block.state is BlockState.STANDING and words:
        search.put(tx, block.server_id, kind, block.id, words)
    elif before is not None:
        search.take_out(tx, block.server_id, kind, block.id)


def _kind_in_index(block: Block) -> int:
    return search.TERM if block.kind is BlockKind.TERM else search.NOTE


def _words(block: Block) -> str:
    """Return what of a block is to be found. A question is found as the question that it became."""
    if block.kind is BlockKind.QUESTION:
        return ""
    text = block.text.lstrip("# ") if block.kind is BlockKind.HEADING else block.text
    beside = block.file.alt if block.file else ""
    return f"{text}\n{beside}".strip()
