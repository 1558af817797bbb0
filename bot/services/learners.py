"""What everyone comes for: searching the library, and what waits for them at their desk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.clock import DAY
from bot.models.people import Actor, Capability
from bot.models.questions import QuestionState
from bot.services.capabilities import may
from bot.services.librarians import waiting_in
from bot.services.library import Library
from bot.services.publishing.consenting import consents_waiting
from bot.services.researchers.finding import Page, QuestionLine, line_of, page_at
from bot.storage import search
from bot.storage.database import Tx

DESK_LIMIT = 25
"""Questions of each kind that a desk shows: as many as a select in Discord holds."""
REFUSED_SHOWN_FOR = 30 * DAY
"""Milliseconds for which a desk tells why an anonymous question was not let through."""


class ResultKind(StrEnum):
    """What a search finds."""

    QUESTION = "question"
    ANSWER = "answer"


_INDEXED = {ResultKind.QUESTION: search.QUESTION, ResultKind.ANSWER: search.ANSWER}


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A question, or its answer `ordinal`, that has the words; `state` is the question's.

    In `snippet` each word that was found stands between `search.MARK_START` and `search.MARK_END`.
    """

    kind: ResultKind
    number: int
    ordinal: int | None
    snippet: str
    state: QuestionState


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question of one's own, asked anonymously, that a librarian did not let through, and why."""

    line: QuestionLine
    reason: str


@dataclass(frozen=True, slots=True)
class DeskView:
    """What waits for one person: what they hold, what of theirs has answers, what they asked that has none yet.

    Newest first, at most `DESK_LIMIT` each. `asked_anonymously` and `refused` are for the eyes of that person alone:
    a desk is never shown to anybody else. `librarian_waiting` is None for who is no librarian.
    """

    open_claims: tuple[QuestionLine, ...]
    to_settle: tuple[QuestionLine, ...]
    asked: tuple[QuestionLine, ...]
    asked_anonymously: tuple[QuestionLine, ...]
    refused: tuple[Refusal, ...]
    consents_waiting: int
    librarian_waiting: int | None


async def search_library(
    actor: Actor, library: Library, typed: str, *, kind: ResultKind | None = None, page: int = 1, size: int = 8
) -> Page[SearchResult]:
    """Return one page of what has every typed word, best first; where nothing has, of what has any of them.

    What waits for a librarian, was withdrawn, removed or found to be a duplicate is not found.
    """

    def look(tx: Tx) -> Page[SearchResult]:
        only = None if kind is None else _INDEXED[kind]
        total = search.count(tx, actor.server_id, typed, kind=only)
        any_word = not total
        if any_word:
            total = search.count(tx, actor.server_id, typed, kind=only, any_word=True)
        at, pages, before = page_at(page, size, total)
        hits = search.find(tx, actor.server_id, typed, limit=size, offset=before, kind=only, any_word=any_word)
        return Page(_results(tx, actor.server_id, hits), at, pages, total)

    return await library.database.read(look)


def _results(tx: Tx, server_id: int, hits: list[search.Hit]) -> tuple[SearchResult, ...]:
    ids = {kind: [hit.entity_id for hit in hits if hit.kind == kind] for kind in _INDEXED.values()}
    found = {
        search.QUESTION: search.question_lines(tx, server_id, ids[search.QUESTION]),
        search.ANSWER: search.answer_lines(tx, server_id, ids[search.ANSWER]),
    }
    return tuple(_result(hit, found[hit.kind][hit.entity_id]) for hit in hits if hit.entity_id in found[hit.kind])


def _result(hit: search.Hit, row: dict[str, Any]) -> SearchResult:
    kind = ResultKind.QUESTION if hit.kind == search.QUESTION else ResultKind.ANSWER
    return SearchResult(kind, row["number"], row.get("ordinal"), hit.snippet, QuestionState(row["state"]))


async def my_desk(actor: Actor, library: Library) -> DeskView:
    """Return what waits for `actor`; for a librarian also how much waits for any of them."""
    consents = await consents_waiting(actor, library)

    def look(tx: Tx) -> DeskView:
        rows = tx.learners.desk_lines(
            server_id=actor.server_id, user_id=actor.user_id, since=tx.now - REFUSED_SHOWN_FOR
        )
        librarian = may(actor, Capability.PASS_ANONYMOUS)
        return DeskView(
            open_claims=_lines(rows, "claims"),
            to_settle=_lines(rows, "to_settle"),
            asked=_lines(rows, "asked"),
            asked_anonymously=_lines(rows, "anonymous"),
            refused=_refusals(rows),
            consents_waiting=len(consents),
            librarian_waiting=waiting_in(tx, actor.server_id).count if librarian else None,
        )

    return await library.database.read(look)


def _lines(rows: list[dict[str, Any]], wanted: str) -> tuple[QuestionLine, ...]:
    return tuple(_line(row) for row in rows if row["because"] == wanted)[:DESK_LIMIT]


def _refusals(rows: list[dict[str, Any]]) -> tuple[Refusal, ...]:
    return tuple(Refusal(_line(row), row["reason"]) for row in rows if row["because"] == "refused")[:DESK_LIMIT]


def _line(row: dict[str, Any]) -> QuestionLine:
    return line_of({name: row[name] for name in row if name not in {"because", "reason"}})
