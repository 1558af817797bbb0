"""Compiling a note: a version of what stands in it, with its holes as they are, for the companion.

Every version is kept. A version says who wrote what by pen names alone, and holds nothing that waits, was struck or was
removed, and nothing of a question that nobody may see.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.errors import WrongState
from bot.models.answers import PublicAnswer, PublicSource
from bot.models.companions import Changes, Compilation, Note, NoteBlock, NoteFile, NoteHole
from bot.models.people import Actor
from bot.models.questions import QuestionState
from bot.models.sessions import Block, BlockKind, BlockState, Session
from bot.services import servers
from bot.services.library import Library
from bot.services.publishing import bylines, snapshots
from bot.services.publishing.composing import public_source, without_ids
from bot.services.scribes import keeping
from bot.storage.database import Tx

TAKEN_BACK = frozenset({QuestionState.WITHDRAWN, QuestionState.WAITING})
"""States of a question of which a note shows nothing but the words that stand in it."""

_HEADING = re.compile(r"(#{1,3})[ \t]+(.*)", re.DOTALL)
_QUESTION_MARK = re.compile(r"\?[ \t]*")


async def compile_note(actor: Actor, library: Library, number: int) -> Compilation:
    """Make a version of the note ``#number``, by one of its scribes or a librarian.

    Where nothing has changed since the newest version, that one is returned. Raises NotFound, NotAllowed, and
    WrongState while nothing stands in the note.
    """
    return await library.database.write(_compile, actor, number)


def _compile(tx: Tx, actor: Actor, number: int) -> Compilation:
    servers.enter(tx, actor.server_id)
    session = keeping.find_session(tx, actor.server_id, number)
    keeping.require_scribe(actor, session)
    note = _note(tx, session)
    if not note.blocks:
        raise WrongState("errors.note_is_empty", number=number)
    known = tx.scribes.newest_version(server_id=session.server_id, session_id=session.id)
    digest = snapshots.digest_of(note)
    if known is not None and known["digest"] == digest:
        return Compilation(snapshots.note_from_json(known["snapshot"]), is_new=False, digest=digest)
    note = replace(
        note,
        version=1 if known is None else known["version"] + 1,
        changes=_changes(tx, session, known, note),
    )
    _keep(tx, session, note, actor)
    return Compilation(note, is_new=True, digest=digest)


def _changes(tx: Tx, session: Session, known: dict[str, Any] | None, note: Note) -> Changes:
    if known is None:
        return Changes(len(note.blocks), 0, 0)
    merged = [one.id for one in keeping.blocks_of(tx, session) if one.state is BlockState.MERGED]
    return snapshots.changes_between(snapshots.note_from_json(known["snapshot"]), note, merged)


def _keep(tx: Tx, session: Session, note: Note, actor: Actor) -> None:
    tx.scribes.keep_version(
        server_id=session.server_id,
        session_id=session.id,
        version=note.version,
        session_revision=session.revision,
        snapshot=snapshots.to_json(note),
        digest=snapshots.digest_of(note),
        changed=json.dumps(asdict(note.changes)),
        compiled_by=actor.user_id,
        now=tx.now,
    )


def _note(tx: Tx, session: Session) -> Note:
    """Compose what stands in a note now; which version that is, is for the caller to say."""
    standing = [one for one in keeping.blocks_of(tx, session) if one.state is BlockState.STANDING]
    pens = _Pens(tx, session.server_id)
    holes = _holes(tx, session.server_id, standing, pens)
    empty = Note(
        number=session.number,
        title=without_ids(session.title),
        unit=without_ids(session.unit),
        held_on=session.held_on,
        version=0,
        compiled_at=tx.now,
        bylines=(),
        blocks=(),
        changes=snapshots.UNCHANGED,
    )
    blocks = (_block(one, holes, pens) for one in standing)
    return snapshots.with_blocks(empty, tuple(one for one in blocks if one is not None))


class _Pens:
    """The pen names of one note's authors; who has none yet is given one."""

    def __init__(self, tx: Tx, server_id: int) -> None:
        self._tx = tx
        self._server_id = server_id
        self._known: dict[int, str] = {}

    def name_of(self, user_id: int | None) -> str:
        """Return somebody's pen name; empty for somebody who was forgotten."""
        if user_id is None:
            return ""
        if user_id not in self._known:
            self._known[user_id] = bylines.byline_of(self._tx, self._server_id, user_id)
        return self._known[user_id]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of the question of a block: whether it may stand there, in whose name, and its hole."""

    stands: bool
    named: bool
    hole: NoteHole | None


def _block(block: Block, holes: dict[int, _Asked], pens: _Pens) -> NoteBlock | None:
    """Return a block as it is read; None where it is not to be read: its file is missing, its question is gone."""
    asked = None if block.question_id is None else holes[block.question_id]
    file = _file(block)
    has_words = bool(block.text.strip())
    if (asked and not asked.stands) or (file is None and (not has_words or block.file is not None)):
        return None
    level, text = _words(block)
    return NoteBlock(
        id=block.id,
        kind=block.kind.value,
        text=without_ids(text),
        byline="" if asked and not asked.named else pens.name_of(block.author_id),
        file=file,
        hole=asked.hole if asked else None,
        level=level,
    )


def _words(block: Block) -> tuple[int, str]:
    """Return the level of a heading (1 for whatever else) and the text without its mark."""
    if block.kind is BlockKind.HEADING and (found := _HEADING.fullmatch(block.text.strip())):
        return len(found[1]), found[2]
    if block.kind is BlockKind.QUESTION:
        return 1, _QUESTION_MARK.sub("", block.text.strip(), count=1)
    return 1, block.text


def _file(block: Block) -> NoteFile | None:
    file = block.file
    if file is None or not file.digest:
        return None
    return NoteFile(file.digest, without_ids(file.filename), file.content_type, file.size, without_ids(file.alt))


def _holes(tx: Tx, server_id: int, blocks: Iterable[Block], pens: _Pens) -> dict[int, _Asked]:
    """Return what is known of the questions of these blocks, by the questions' ids."""
    ids = [one.question_id for one in blocks if one.question_id is not None]
    rows = tx.scribes.hole_questions(server_id=server_id, ids=json.dumps(ids))
    wanted = {"server_id": server_id, "ids": json.dumps(sorted({row["id"] for row in rows}))}
    answers = _answers(tx, wanted, pens)
    following: defaultdict[int, list[int]] = defaultdict(list)
    for row in tx.scribes.hole_follow_ups(**wanted):
        following[row["question_id"]].append(row["number"])
    return {
        row["asked_id"]: _Asked(
            stands=not (row["asked_removed"] or row["asked_hidden"]),
            named=not row["asked_anonymously"],
            hole=_hole(row, answers[row["id"]], following[row["id"]]),
        )
        for row in rows
    }


def _hole(row: dict[str, Any], answers: list[PublicAnswer], following: list[int]) -> NoteHole | None:
    if row["state"] in TAKEN_BACK or row["hidden"]:
        return None
    return NoteHole(
        number=row["number"],
        state=row["state"],
        now_think=without_ids(row["now_think"]) if row["state"] == QuestionState.SETTLED else "",
        answers=tuple(answers),
        parent_number=row["parent_number"],
        follow_ups=tuple(following),
    )


def _answers(tx: Tx, wanted: dict[str, Any], pens: _Pens) -> defaultdict[int, list[PublicAnswer]]:
    """Return what was answered to these questions, by their ids: what is marked first, then in order."""
    sources: defaultdict[int, list[PublicSource]] = defaultdict(list)
    for row in tx.scribes.hole_sources(**wanted):
        sources[row["answer_id"]].append(public_source(row))
    answers: defaultdict[int, list[PublicAnswer]] = defaultdict(list)
    for row in tx.scribes.hole_answers(**wanted):
        answer = PublicAnswer(
            ordinal=row["ordinal"],
            text=without_ids(row["text"]),
            byline=pens.name_of(row["author_id"]),
            endorsed=row["endorsed_at"] is not None,
            created_at=row["created_at"],
            sources=tuple(sources[row["id"]]),
        )
        answers[row["question_id"]].append(answer)
    return answers
