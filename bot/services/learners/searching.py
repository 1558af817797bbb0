"""Searching everything that this server's rooms let be found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.models.people import Actor
from bot.models.questions import QuestionState
from bot.services.library import Library
from bot.services.researchers.finding import Page, page_at
from bot.storage import search
from bot.storage.database import Tx


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
