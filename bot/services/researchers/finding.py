"""Finding questions: one with all that stands around it, and lists of them.

What was asked anonymously and not passed by a librarian is found by nobody but librarians and its asker. What was
withdrawn keeps its place, without its words except for those two; lists and suggestions leave it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from bot.clock import DAY
from bot.models.people import Actor, Capability
from bot.models.questions import (
    Answer,
    Attachment,
    Challenge,
    NoteMention,
    Question,
    QuestionState,
    QuestionView,
    Source,
    SourceKind,
)
from bot.services import servers
from bot.services.capabilities import may
from bot.services.library import Library
from bot.services.researchers import keeping
from bot.storage import search
from bot.storage.database import Tx

FEW = 5
"""With fewer questions that have every typed word, those that have one of them are suggested too."""
UNLISTED = frozenset({QuestionState.WAITING, QuestionState.WITHDRAWN})
_SHORT_NUMBER = 9
"""Digits of a #number that is looked for while it is typed."""

T = TypeVar("T")
_Whose = tuple[int | None, int | None]
"""(An answer's id, None), or (None, the id of the challenge or question)."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which questions a list shows; what is left as it is does not narrow it.

    `person_id` is who asked (never anonymously), holds or answered it; `untaken` is what nobody holds or answered.
    Duplicates are listed only where their `state` is asked for.
    """

    state: QuestionState | None = None
    topic: str = ""
    person_id: int | None = None
    older_than_days: int | None = None
    untaken: bool = False


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as a list shows it. Times in UTC milliseconds."""

    number: int
    state: QuestionState
    text: str
    topic: str
    answer_count: int
    me_too_count: int
    created_at: int
    claimed_by: int | None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: `page` counts from 1 to `pages`, which is at least 1; `total` counts all items."""

    items: tuple[T, ...]
    page: int
    pages: int
    total: int


def page_at(wanted: int, size: int, total: int) -> tuple[int, int, int]:
    """Return the page nearest to `wanted` that exists, how many there are, and how many items come before it."""
    pages = max(1, -(-total // size))
    page = min(max(1, wanted), pages)
    return page, pages, (page - 1) * size


async def show_question(actor: Actor, library: Library, number: int) -> QuestionView:
    """Return ``#number`` as `actor` may see it. Raises NotFound, also where they may not."""
    return await library.database.read(view_question, actor, number)


def view_question(tx: Tx, actor: Actor, number: int) -> QuestionView:
    """Return ``#number`` with what stands around it, read at one moment.

    Raises NotFound where there is none, and where it was asked anonymously and not passed, unless `actor` is its asker
    or a librarian. For everyone else the asker's words of a withdrawn question are empty; its answers stay.
    """
    question = keeping.find_visible_question(tx, actor, number)
    view = _assemble(tx, question)
    if question.state is not QuestionState.WITHDRAWN:
        return view
    inside = may(actor, Capability.CORRECT_QUESTIONS) or keeping.is_asker(tx, actor, question)
    return view if inside else _without_words(view)


def _assemble(tx: Tx, question: Question) -> QuestionView:
    here = {"server_id": question.server_id, "question_id": question.id}
    sources = _by_owner(tx.researchers.view_sources(**here), _source)
    files = _by_owner(tx.researchers.view_attachments(**here), lambda row: Attachment(**row))
    return QuestionView(
        question=question,
        answers=tuple(
            _answer(row, sources[row["id"], None], files[row["id"], None])
            for row in tx.researchers.view_answers(**here)
        ),
        attachments=files[None, question.id],
        challenges=tuple(
            Challenge(**row, source=sources[None, row["id"]][0]) for row in tx.researchers.view_challenges(**here)
        ),
        came_up_in=tuple(NoteMention(**row) for row in tx.scribes.notes_of_question(**here)),
        **tx.researchers.view_around(**here),
    )


def _answer(row: dict[str, Any], sources: tuple[Source, ...], files: tuple[Attachment, ...]) -> Answer:
    return Answer(**row | {"removed": bool(row["removed"])}, sources=sources, attachments=files)


def _source(row: dict[str, Any]) -> Source:
    return Source(**row | {"kind": SourceKind(row["kind"])})


def _by_owner(rows: list[dict[str, Any]], make: Callable[[dict[str, Any]], T]) -> defaultdict[_Whose, tuple[T, ...]]:
    owned: defaultdict[_Whose, tuple[T, ...]] = defaultdict(tuple)
    for row in rows:
        owned[row.pop("answer_id"), row.pop("other_id")] += (make(row),)
    return owned


def _without_words(view: QuestionView) -> QuestionView:
    blank = replace(view.question, text="", topic="", knew="", now_think="", tried="")
    return replace(view, question=blank, attachments=())


async def redraw_lost_card(actor: Actor, library: Library, number: int) -> None:
    """Queue the card of ``#number`` where it was never posted; one that somebody removed stays removed.

    Raises NotFound.
    """

    def change(tx: Tx) -> None:
        settings = servers.enter(tx, actor.server_id)
        question = keeping.find_visible_question(tx, actor, number)
        posted = tx.outbox.posted(server_id=actor.server_id, kind="question_card", subject=number)
        if not posted and not keeping.is_hidden(tx, question):
            keeping.draw(tx, settings, question)

    await library.database.write(change)


async def list_questions(
    actor: Actor,
    library: Library,
    filter: Filter,  # noqa: A002 - what it is to the reader
    *,
    page: int = 1,
    size: int = 8,
) -> Page[QuestionLine]:
    """Return one page of questions, newest first; a page that is not there gives the nearest one."""

    def look(tx: Tx) -> Page[QuestionLine]:
        if filter.state in UNLISTED:
            return Page((), 1, 1, 0)
        wanted = _columns_of(tx, actor, filter)
        total = tx.researchers.list_count(**wanted)
        at, pages, before = page_at(page, size, total)
        rows = tx.researchers.list_page(**wanted, limit=size, offset=before)
        return Page(tuple(map(line_of, rows)), at, pages, total)

    return await library.database.read(look)


def _columns_of(tx: Tx, actor: Actor, wanted: Filter) -> dict[str, Any]:
    return {
        "server_id": actor.server_id,
        "state": wanted.state or "",
        "topic": wanted.topic,
        "person_id": wanted.person_id or 0,
        "until": tx.now - (wanted.older_than_days or 0) * DAY,
        "untaken": wanted.untaken,
    }


def line_of(row: dict[str, Any]) -> QuestionLine:
    """Make a line of a list from its row."""
    return QuestionLine(**row | {"state": QuestionState(row["state"])})


async def suggest_questions(actor: Actor, library: Library, typed: str, limit: int = 24) -> tuple[QuestionLine, ...]:
    """Return what was already asked in these words, best first: first all of them, then any of them."""
    return await library.database.read(_suggest, actor, typed, limit)


def _suggest(tx: Tx, actor: Actor, typed: str, limit: int) -> tuple[QuestionLine, ...]:
    hits = search.find(tx, actor.server_id, typed, limit=limit, kind=search.QUESTION)
    if len(hits) < FEW:
        hits += search.find(tx, actor.server_id, typed, limit=limit, kind=search.QUESTION, any_word=True)
    ids = list(dict.fromkeys(hit.entity_id for hit in hits))[:limit]
    lines = search.question_lines(tx, actor.server_id, ids)
    return tuple(line_of(lines[one]) for one in ids if one in lines)


async def pick_questions(
    actor: Actor, library: Library, typed: str, *, states: frozenset[QuestionState] | None = None, limit: int = 25
) -> tuple[QuestionLine, ...]:
    """Return questions to choose one from while its ID is typed: by the beginning of its number, or by words.

    Where nothing is typed, the newest. Librarians choose from what waits or was withdrawn too, and everyone from what
    they withdrew.
    """

    def look(tx: Tx) -> tuple[QuestionLine, ...]:
        number = typed.strip().removeprefix("#")
        if number and not (number.isdecimal() and number.isascii()):
            found = _suggest(tx, actor, typed, limit * 4)
            return tuple(line for line in found if states is None or line.state in states)[:limit]
        rows = tx.researchers.pick_by_number(
            server_id=actor.server_id,
            user_id=actor.user_id,
            librarian=may(actor, Capability.CORRECT_QUESTIONS),
            states=f"|{'|'.join(sorted(states))}|" if states is not None else "",
            prefix=number[:_SHORT_NUMBER],
            limit=limit,
        )
        return tuple(map(line_of, rows))

    return await library.database.read(look)


async def suggest_topics(actor: Actor, library: Library, typed: str, limit: int = 25) -> tuple[str, ...]:
    """Return the topics of this server that contain what is typed, the most used first."""

    def look(tx: Tx) -> tuple[str, ...]:
        wanted = typed.strip().casefold()
        topics = (row["topic"] for row in tx.researchers.topics(server_id=actor.server_id))
        return tuple(topic for topic in topics if wanted in topic.casefold())[:limit]

    return await library.database.read(look)
