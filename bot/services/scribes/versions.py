"""What is kept of a note's compiled versions: all of them, but no words of what was deleted in Discord.

A version holds copies, so a deletion has to reach each of them (DESIGN.md, rule 12).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.models.companions import Note, NoteBlock, NoteHole
from bot.services.publishing import snapshots
from bot.services.publishing.composing import without_ids
from bot.storage.database import Tx

Removed = tuple[frozenset[int], frozenset[int], frozenset[tuple[int, int]]]
"""The ids of blocks, the numbers of questions, and the numbers and ordinals of answers that were deleted."""


def forget_deleted(tx: Tx, server_id: int, session_id: int) -> None:
    """Take out of every compiled version of a note what was deleted in Discord since.

    Call it in the transaction of the deletion. Costs one query where the note was never compiled.
    """
    here = {"server_id": server_id, "session_id": session_id}
    for row in tx.scribes.kept_versions(**here):
        note = snapshots.note_from_json(row["snapshot"])
        parted = without_deleted_words(tx, server_id, session_id, note, row["session_revision"])
        kept = _without(parted, _removed(tx, server_id, session_id, note))
        if kept != note:
            tx.scribes.replace_version(
                server_id=server_id,
                id=row["id"],
                snapshot=snapshots.to_json(kept),
                digest=snapshots.digest_of(kept),
            )


def without_deleted_words(tx: Tx, server_id: int, session_id: int, note: Note, revision: int) -> Note:
    """Return a version of a note (its `revision`) without the words that a merged block took over from a deleted one.

    The history of a block holds them no longer; where others were merged into it, what it says is read from there.
    """
    said = {
        row["id"]: without_ids(row["text"])
        for row in tx.scribes.merged_texts(server_id=server_id, session_id=session_id, session_revision=revision)
    }
    blocks = (replace(one, text=said.get(one.id, one.text)) for one in note.blocks)
    return snapshots.with_blocks(note, tuple(one for one in blocks if one.text or one.file))


def numbers_of(note: Note) -> str:
    """Return the numbers of the questions that a note's holes hold, as JSON for a query."""
    return json.dumps(sorted({block.hole.number for block in note.blocks if block.hole}))


def _removed(tx: Tx, server_id: int, session_id: int, note: Note) -> Removed:
    wanted: dict[str, Any] = {"server_id": server_id, "numbers": numbers_of(note)}
    blocks = tx.scribes.deleted_blocks(server_id=server_id, session_id=session_id)
    answers = tx.scribes.removed_answers(**wanted)
    return (
        frozenset(row["id"] for row in blocks),
        frozenset(row["number"] for row in tx.scribes.removed_questions(**wanted)),
        frozenset((row["number"], row["ordinal"]) for row in answers),
    )


def _without(note: Note, removed: Removed) -> Note:
    blocks, questions, answers = removed
    return snapshots.with_blocks(
        note, tuple(_block_without(one, questions, answers) for one in note.blocks if one.id not in blocks)
    )


def _block_without(block: NoteBlock, questions: frozenset[int], answers: frozenset[tuple[int, int]]) -> NoteBlock:
    if block.hole is None:
        return block
    return replace(block, hole=None if block.hole.number in questions else _hole_without(block.hole, answers))


def _hole_without(hole: NoteHole, answers: frozenset[tuple[int, int]]) -> NoteHole:
    kept = tuple(one for one in hole.answers if (hole.number, one.ordinal) not in answers)
    return replace(hole, answers=kept)
