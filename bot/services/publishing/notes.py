"""Composes exactly what would be public of a note: of its newest compiled version, what its authors agreed to.

The rules are those of questions, for each block and each answer by itself: a yes is for the words of its time, and what
has no yes is left out without a mark. Whoever wrote a block or an answer, or what they now think, is an author.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from bot.models.companions import Note, NoteBlock, NoteHole
from bot.services.publishing import snapshots
from bot.services.scribes.versions import numbers_of, without_deleted_words
from bot.storage.database import Tx


def newest_version(tx: Tx, server_id: int, session_id: int) -> Note | None:
    """Return the newest compiled version of a note, with everybody's words; None while there is none."""
    row = tx.scribes.newest_version(server_id=server_id, session_id=session_id)
    return None if row is None else snapshots.note_from_json(row["snapshot"])


def compose(tx: Tx, server_id: int, publication: dict[str, Any]) -> Note | None:
    """Return what a page would show now; None while nobody has said yes to anything that stands in the note.

    What it changes is counted against what is public already, and never tells that something was left out.
    """
    row = tx.scribes.newest_version(server_id=server_id, session_id=publication["session_id"])
    if row is None:
        return None
    whole = snapshots.note_from_json(row["snapshot"])
    allowed = _agreed(tx, server_id, publication["id"], whole, row["session_revision"], row["compiled_at"])
    note = _only(whole, allowed)
    if not note.blocks:
        return None
    changes = snapshots.UNCHANGED
    if publication["snapshot"] is not None:
        before = snapshots.note_from_json(publication["snapshot"])
        changes = replace(snapshots.changes_between(before, note), left_out=0)
    return replace(note, changes=changes)


def still_public(tx: Tx, server_id: int, publication: dict[str, Any]) -> Note:
    """Return what may stay of what is public: without what was removed, struck, merged away, or lost its author's yes.

    What was reworded stays as it was approved, but for words that were deleted in Discord.
    """
    before = snapshots.note_from_json(publication["snapshot"])
    session_id = publication["session_id"]
    revision = tx.scribes.revision_of_version(server_id=server_id, session_id=session_id, version=before.version)
    kept = without_deleted_words(tx, server_id, session_id, before, revision)
    return _only(kept, _agreed(tx, server_id, publication["id"], kept, 0, 0))


def authors_of(tx: Tx, server_id: int, note: Note) -> list[int]:
    """Return who wrote what stands in a compiled note: its blocks, the answers in its holes, what was thought then."""
    blocks = json.dumps([block.id for block in note.blocks])
    rows = tx.publishing.note_authors(
        server_id=server_id, blocks=blocks, numbers=numbers_of(note), until=note.compiled_at
    )
    return [row["user_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What may be shown: blocks by their ids, holes and thoughts by their numbers, answers by number and ordinal."""

    blocks: frozenset[int]
    holes: frozenset[int]
    thoughts: frozenset[int]
    answers: frozenset[tuple[int, int]]


def _agreed(tx: Tx, server_id: int, publication_id: int, note: Note, revision: int, until: int) -> _Agreed:
    """Return what has its author's yes.

    What others reworded between that yes and the version of the note (its `revision`, compiled at `until`) has not.
    """
    here: dict[str, Any] = {"server_id": server_id, "publication_id": publication_id}
    wanted = here | {"numbers": numbers_of(note), "until": until}
    holes = tx.publishing.note_holes(**wanted)
    return _Agreed(
        blocks=frozenset(row["id"] for row in tx.publishing.agreed_blocks(**here, session_revision=revision)),
        holes=frozenset(row["number"] for row in holes),
        thoughts=frozenset(row["number"] for row in holes if row["thought_agreed"]),
        answers=frozenset((row["number"], row["ordinal"]) for row in tx.publishing.agreed_answers(**wanted)),
    )


def _only(note: Note, agreed: _Agreed) -> Note:
    return snapshots.with_blocks(
        note, tuple(_block(block, agreed) for block in note.blocks if block.id in agreed.blocks)
    )


def _block(block: NoteBlock, agreed: _Agreed) -> NoteBlock:
    if block.hole is None:
        return block
    return replace(block, hole=_hole(block.hole, agreed) if block.hole.number in agreed.holes else None)


def _hole(hole: NoteHole, agreed: _Agreed) -> NoteHole:
    return replace(
        hole,
        now_think=hole.now_think if hole.number in agreed.thoughts else "",
        answers=tuple(one for one in hole.answers if (hole.number, one.ordinal) in agreed.answers),
    )
