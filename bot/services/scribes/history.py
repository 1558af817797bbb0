"""What a note said and who changed it: its revisions, and any version of it as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.errors import NotFound
from bot.models.people import Actor
from bot.models.sessions import Block, BlockKind, BlockState, Cause, Revision, Session
from bot.services.library import Library
from bot.services.researchers.finding import Page, page_at
from bot.services.scribes import blocks, keeping
from bot.services.scribes.outline import heading_of, sections_of
from bot.services.scribes.rewriting import IN_NOTE, WITHOUT_TEXT
from bot.storage.database import Tx

PAGE = 6
"""Changes on one page: with their differences they fill the screen of a phone."""


async def history(
    actor: Actor, library: Library, number: int, *, page: int = 1, size: int = PAGE, block_id: int | None = None
) -> Page[Revision]:
    """Return one page of the changes of the note ``#number``, newest first; with `block_id` those of that block.

    What waits to be taken in is only for the note's scribes, librarians and its author. Words of a deleted message are
    empty. Raises NotFound.
    """

    def look(tx: Tx) -> Page[Revision]:
        session = keeping.find_session(tx, actor.server_id, number)
        inside = keeping.may_keep(actor, session)
        wanted = {"session_id": session.id, "block_id": block_id, "inside": inside, "user_id": actor.user_id}
        at, pages, before = page_at(page, size, total := tx.scribes.revision_count(**wanted))
        rows = tx.scribes.revision_page(**wanted, limit=size, offset=before)
        return Page(tuple(map(_revision, rows)), at, pages, total)

    return await library.database.read(look)


def _revision(row: dict[str, Any]) -> Revision:
    known = {"kind": BlockKind(row["kind"]), "state": BlockState(row["state"]), "cause": Cause(row["cause"])}
    return Revision(**row | known)


def diff_of(revision: Revision) -> tuple[blocks.Part, ...]:
    """Return what a change made of a block's words, word by word."""
    return blocks.diff(revision.before, revision.text)


async def note_at(actor: Actor, library: Library, number: int, session_revision: int) -> tuple[Block, ...]:
    """Return what stood in the note ``#number`` in one of its versions, in reading order.

    A block that is gone since is there as `REMOVED`, without words (see `is_gone`). Raises NotFound, also for a version
    that never was.
    """

    def look(tx: Tx) -> tuple[Block, ...]:
        session = keeping.find_session(tx, actor.server_id, number)
        return standing_at(tx, session, session_revision)

    return await library.database.read(look)


def standing_at(tx: Tx, session: Session, version: int) -> tuple[Block, ...]:
    """Do what `note_at` does, inside a change or look."""
    gone = {one.id for one in keeping.blocks_of(tx, session) if is_gone(one)}
    standing = [one for one in all_at(tx, session, version) if one.state is BlockState.STANDING]
    return tuple(replace(one, state=BlockState.REMOVED) if one.id in gone else one for one in standing)


def is_gone(block: Block) -> bool:
    """Tell whether a block can never come back: its message or its file was deleted.

    Of what its author only edited away, the history keeps the words.
    """
    return block.state is BlockState.REMOVED and (block.author_id is None or block.kind in WITHOUT_TEXT)


def all_at(tx: Tx, session: Session, version: int) -> tuple[Block, ...]:
    """Return every block that there was in a version, in reading order and as it was then. Raises NotFound."""
    if not 0 <= version <= session.revision:
        raise NotFound("errors.version_not_found", number=session.number, newest=session.revision)
    rows = {row["block_id"]: row for row in tx.scribes.version_as_it_was(session_id=session.id, version=version)}
    found = [as_it_was(one, rows[one.id]) for one in keeping.blocks_of(tx, session) if one.id in rows]
    return tuple(sorted(found, key=lambda one: (one.position, one.part, one.id)))


def as_it_was(block: Block, row: dict[str, Any]) -> Block:
    """Return a block as one of its revisions says it."""
    return replace(
        block,
        kind=BlockKind(row["kind"]),
        state=BlockState(row["state"]),
        part=row["part"],
        text=row["text"],
        merged_into_id=row["merged_into_id"],
        revision=row["revision"],
    )


def changed_since(tx: Tx, block: Block, revision: int) -> bool:
    """Tell whether a block says something else than in an earlier revision, or is struck or merged since."""
    if not 0 < revision <= block.revision:
        return True
    row = tx.scribes.said_in(block_id=block.id, revision=revision)
    now = (block.kind, block.text, _place(block.state))
    return now != (row["kind"], row["text"], _place(BlockState(row["state"])))


def _place(state: BlockState) -> str:
    return "in the note" if state in IN_NOTE else state


def said_before(tx: Tx, block: Block, version: int) -> str:
    """Return what a block said before a version of its note."""
    text: str = tx.scribes.said_before(block_id=block.id, version=version)
    return text


def said_by_message(tx: Tx, block: Block) -> str | None:
    """Return what a block's message said last, as far as that was taken in; None where it came with no message."""
    text: str | None = tx.scribes.said_by_message(block_id=block.id, message_revision=block.message_revision)
    return text


@dataclass(frozen=True, slots=True)
class Contribution:
    """Who wrote how many blocks of a section. `author_id` is None for who was forgotten."""

    author_id: int | None
    blocks: int


@dataclass(frozen=True, slots=True)
class SectionRecord:
    """A section and who wrote it, in the order in which they first appear. `heading` is empty before the first one."""

    heading: str
    contributions: tuple[Contribution, ...]


async def contributions(actor: Actor, library: Library, number: int) -> tuple[SectionRecord, ...]:
    """Return who wrote what of the note ``#number``, section by section; there is no sum across them, and no ranking.

    For the note's scribes and librarians. Raises NotFound and NotAllowed.
    """

    def look(tx: Tx) -> tuple[SectionRecord, ...]:
        session = keeping.find_session(tx, actor.server_id, number)
        keeping.require_scribe(actor, session)
        standing = [one for one in keeping.blocks_of(tx, session) if one.state is BlockState.STANDING]
        return tuple(map(_record, sections_of(standing)))

    return await library.database.read(look)


def _record(section: tuple[Block, ...]) -> SectionRecord:
    counts: dict[int | None, int] = {}
    for block in section:
        counts[block.author_id] = counts.get(block.author_id, 0) + 1
    return SectionRecord(heading_of(section), tuple(Contribution(*one) for one in counts.items()))
