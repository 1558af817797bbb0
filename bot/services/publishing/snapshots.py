"""Snapshots: what is public of a question or a note, as JSON, and the digest that tells one from another.

The compiled versions of a note are kept in the same way: what is public of one is a part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bot.models.answers import PublicAnswer, PublicSource
from bot.models.companions import Changes, Note, NoteBlock, NoteFile, NoteHole
from bot.models.publications import PublicQuestion

UNCHANGED = Changes(0, 0, 0)


def to_json(kept: PublicQuestion | Note) -> str:
    """Return the snapshot as it is kept: the same question or note always gives the same text."""
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, default=_fields)


def _fields(one: object) -> dict[str, Any]:
    """Return what stands in a frozen dataclass with slots; `dataclasses.asdict` takes three times as long."""
    return {name: getattr(one, name) for name in one.__slots__}  # type: ignore[attr-defined]


def from_json(text: str) -> PublicQuestion:
    """Return the question of a kept snapshot."""
    kept = json.loads(text)
    kept["answers"] = _answers(kept)
    return PublicQuestion(**kept)


def note_from_json(text: str) -> Note:
    """Return the note of a kept snapshot."""
    kept = json.loads(text)
    kept["bylines"] = tuple(kept["bylines"])
    kept["blocks"] = tuple(_block(one) for one in kept["blocks"])
    kept["changes"] = changes_of(kept["changes"])
    return Note(**kept)


def changes_of(kept: dict[str, Any]) -> Changes:
    """Return the changes that were kept as JSON."""
    return Changes(**(kept | {"filled": tuple(kept["filled"])}))


def _block(kept: dict[str, Any]) -> NoteBlock:
    kept["file"] = None if kept["file"] is None else NoteFile(**kept["file"])
    kept["hole"] = None if kept["hole"] is None else _hole(kept["hole"])
    return NoteBlock(**kept)


def _hole(kept: dict[str, Any]) -> NoteHole:
    return NoteHole(**(kept | {"answers": _answers(kept), "follow_ups": tuple(kept["follow_ups"])}))


def _answers(kept: dict[str, Any]) -> tuple[PublicAnswer, ...]:
    return tuple(_answer(one) for one in kept["answers"])


def _answer(kept: dict[str, Any]) -> PublicAnswer:
    kept["sources"] = tuple(PublicSource(**one) for one in kept["sources"])
    return PublicAnswer(**kept)


def digest_of(kept: PublicQuestion | Note) -> str:
    """Return what changes whenever anything that is said changes: short, for it stands in a button's id.

    Of a note, which version it is and when it was compiled does not count.
    """
    if isinstance(kept, Note):
        kept = replace(kept, version=0, compiled_at=0, changes=UNCHANGED)
    return digest_of_text(to_json(kept))


def digest_of_text(text: str) -> str:
    """Return the digest of a snapshot as it is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def keep_answers(question: PublicQuestion, ordinals: set[int]) -> PublicQuestion:
    """Return the question with only these of its answers."""
    return replace(question, answers=tuple(one for one in question.answers if one.ordinal in ordinals))


def with_blocks(note: Note, blocks: tuple[NoteBlock, ...]) -> Note:
    """Return the note with these blocks, and the pen names of those who wrote them and of nobody else."""
    return replace(note, blocks=blocks, bylines=tuple(dict.fromkeys(one.byline for one in blocks if one.byline)))


def changes_between(before: Note, after: Note, merged: Collection[int] = ()) -> Changes:
    """Count what a version of a note changed since the one before. `merged` are blocks that went into others."""
    earlier, later = ({block.id: block for block in note.blocks} for note in (before, after))
    unanswered = {block.hole.number for block in before.blocks if block.hole and not block.hole.answers}
    answered = (block.hole.number for block in after.blocks if block.hole and block.hole.answers)
    return Changes(
        added=len(later.keys() - earlier.keys()),
        reworded=sum(_words(later[one]) != _words(earlier[one]) for one in later.keys() & earlier.keys()),
        left_out=len(earlier.keys() - later.keys() - set(merged)),
        filled=tuple(dict.fromkeys(number for number in answered if number in unanswered)),
    )


def _words(block: NoteBlock) -> NoteBlock:
    return replace(block, byline="", hole=None)
