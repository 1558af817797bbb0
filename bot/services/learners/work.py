"""Everything that somebody made here, for their own eyes: questions, answers, notes, terms, and what of it is shared.

Nobody else's work can be asked for, by librarians either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.models.people import Actor
from bot.models.pieces import Piece, PieceKind
from bot.models.publications import PublicationState
from bot.services.learners.pieces import pieces
from bot.services.library import Library
from bot.services.researchers.finding import Page, page_at
from bot.storage.database import Tx


class WorkKind(StrEnum):
    """What one's work is listed by; each is a field of `Work`."""

    QUESTIONS = "questions"
    ANSWERS = "answers"
    NOTES = "notes"
    TERMS = "terms"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Work:
    """How much somebody made: to find one's way, not to compare. `notes` are those that one wrote in."""

    questions: int
    answers: int
    notes: int
    terms: int
    shared: int
    cards: int
    goals: int


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One piece of one's work. `blocks` counts what one wrote in a note.

    `anonymous` says that one asked it anonymously, `waits` that what is shared is not public yet.
    """

    piece: Piece
    blocks: int = 0
    anonymous: bool = False
    waits: bool = False


async def count_work(actor: Actor, library: Library) -> Work:
    """Return how much the actor made in their server."""
    mine = {"server_id": actor.server_id, "user_id": actor.user_id}
    return await library.database.read(lambda tx: Work(**tx.learners.work_counts(**mine)))


async def my_work(actor: Actor, library: Library, kind: WorkKind, *, page: int = 1, size: int = 6) -> Page[WorkLine]:
    """Return one page of what the actor made, newest first."""

    def look(tx: Tx) -> Page[WorkLine]:
        mine = {"server_id": actor.server_id, "user_id": actor.user_id}
        total = tx.learners.work_counts(**mine)[kind]
        at, pages, before = page_at(page, size, total)
        lines = _LISTS[kind](tx, library, mine | {"limit": size, "offset": before})
        return Page(tuple(lines), at, pages, total)

    return await library.database.read(look)


_Which = dict[str, int]
"""Whose work, and which lines of it: the places of a query."""


def _questions(tx: Tx, library: Library, which: _Which) -> list[WorkLine]:
    rows = tx.learners.my_questions(**which)
    found = _pieces(tx, library, which, PieceKind.QUESTION, rows)
    return [WorkLine(found[row["id"]], anonymous=bool(row["anonymous"])) for row in rows]


def _answers(tx: Tx, library: Library, which: _Which) -> list[WorkLine]:
    return _plain(tx, library, which, PieceKind.ANSWER, tx.learners.my_answers(**which))


def _notes(tx: Tx, library: Library, which: _Which) -> list[WorkLine]:
    rows = tx.learners.my_notes(**which)
    found = _pieces(tx, library, which, PieceKind.NOTE, rows)
    return [WorkLine(found[row["id"]], blocks=row["blocks"]) for row in rows]


def _terms(tx: Tx, library: Library, which: _Which) -> list[WorkLine]:
    return _plain(tx, library, which, PieceKind.TERM, tx.learners.my_terms(**which))


def _shared(tx: Tx, library: Library, which: _Which) -> list[WorkLine]:
    rows = tx.learners.my_publications(**which)
    server_id = which["server_id"]
    questions = pieces(tx, library, server_id, PieceKind.QUESTION, [one["question_id"] for one in rows])
    notes = pieces(tx, library, server_id, PieceKind.NOTE, [one["session_id"] for one in rows])
    return [
        WorkLine(
            notes[row["session_id"]] if row["question_id"] is None else questions[row["question_id"]],
            waits=row["state"] == PublicationState.ASKED,
        )
        for row in rows
    ]


def _plain(tx: Tx, library: Library, which: _Which, kind: PieceKind, rows: list[dict[str, Any]]) -> list[WorkLine]:
    found = _pieces(tx, library, which, kind, rows)
    return [WorkLine(found[row["id"]]) for row in rows]


def _pieces(tx: Tx, library: Library, which: _Which, kind: PieceKind, rows: list[dict[str, Any]]) -> dict[int, Piece]:
    return pieces(tx, library, which["server_id"], kind, [row["id"] for row in rows])


_LISTS: dict[WorkKind, Callable[[Tx, Library, _Which], list[WorkLine]]] = {
    WorkKind.QUESTIONS: _questions,
    WorkKind.ANSWERS: _answers,
    WorkKind.NOTES: _notes,
    WorkKind.TERMS: _terms,
    WorkKind.SHARED: _shared,
}
