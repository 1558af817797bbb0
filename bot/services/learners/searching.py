"""Searching everything that this server's rooms let be found."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.errors import NotFound
from bot.models.people import Actor
from bot.models.pieces import Piece, PieceKind
from bot.services import drafts
from bot.services.learners import days
from bot.services.learners.pieces import INDEXED, pieces
from bot.services.library import Library
from bot.services.researchers.finding import Page, page_at
from bot.services.scribes.days import read_day
from bot.services.scribes.keeping import unit_key
from bot.storage import search
from bot.storage.database import Tx

KEPT_AS = "search"
"""The form under which a search is kept among the drafts."""
_KINDS = {number: kind for kind, number in INDEXED.items()}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a search is narrowed to; what is left as it is narrows nothing.

    `person_id` is who wrote it, never anonymously. `since` and `until` are days of the server's time zone, both
    included: of a question or an answer the day it was written, of a note the day of the lesson.
    """

    kind: PieceKind | None = None
    unit: str = ""
    person_id: int | None = None
    since: date | None = None
    until: date | None = None


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A piece that has the words. In `snippet` each of them stands between `search.MARK_START` and `MARK_END`."""

    piece: Piece
    snippet: str


async def read_filter(
    actor: Actor,
    library: Library,
    *,
    kind: PieceKind | None = None,
    unit: str = "",
    person_id: int | None = None,
    since: str = "",
    until: str = "",
) -> Filter:
    """Return what a search is narrowed to, with its days read from words such as *last Tuesday*. Raises BadInput."""

    def look(tx: Tx) -> Filter:
        zone = days.zone_of(tx, actor.server_id)
        first, last = (read_day(typed, zone, tx.now) if typed.strip() else None for typed in (since, until))
        if first and last and first > last:
            first, last = last, first
        return Filter(kind, " ".join(unit.split()), person_id, first, last)

    return await library.database.read(look)


async def keep_search(actor: Actor, library: Library, words: str, wanted: Filter) -> int:
    """Keep a search that does not fit into a button, as a draft is kept; return the number to find it again by."""
    fields = {
        "words": words,
        "kind": wanted.kind or "",
        "unit": wanted.unit,
        "person": str(wanted.person_id or ""),
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
    }
    number = zlib.crc32(json.dumps(fields).encode())
    await drafts.save_draft(actor, library, KEPT_AS, number, fields)
    return number


async def kept_search(actor: Actor, library: Library, number: int) -> tuple[str, Filter]:
    """Return the words and the filter of a search that the actor's button names. Raises NotFound once it was let go."""
    fields = await drafts.load_draft(actor, library, KEPT_AS, number)
    if not fields:
        raise NotFound("errors.search_forgotten")
    return fields["words"], Filter(
        PieceKind(fields["kind"]) if fields["kind"] else None,
        fields["unit"],
        int(fields["person"]) if fields["person"] else None,
        date.fromisoformat(fields["since"]) if fields["since"] else None,
        date.fromisoformat(fields["until"]) if fields["until"] else None,
    )


async def suggest_units(actor: Actor, library: Library, typed: str, limit: int = 25) -> tuple[str, ...]:
    """Return the units of this server's notes, newest first, and the topics of its questions, that contain `typed`.

    Spellings of one unit are given once.
    """

    def look(tx: Tx) -> tuple[str, ...]:
        rows = tx.learners.units(server_id=actor.server_id)
        rows += tx.researchers.topics(server_id=actor.server_id)
        names: dict[str, str] = {}
        for row in rows:
            names.setdefault(unit_key(row["topic"]), row["topic"])
        return tuple(name for key, name in names.items() if unit_key(typed) in key)[:limit]

    return await library.database.read(look)


async def search_library(
    actor: Actor, library: Library, typed: str, wanted: Filter = EVERYTHING, *, page: int = 1, size: int = 6
) -> Page[SearchResult]:
    """Return one page of what has every typed word, best first; where nothing has, of what has any of them.

    What waits for a librarian or a scribe, was withdrawn, struck or removed, or is a duplicate, is not found.
    """

    def look(tx: Tx) -> Page[SearchResult]:
        only = None if wanted.kind is None else INDEXED[wanted.kind]
        within = None if replace(wanted, kind=None) == EVERYTHING else _within(tx, actor.server_id, wanted)
        total = search.count(tx, actor.server_id, typed, kind=only, within=within)
        any_word = not total
        if any_word:
            total = search.count(tx, actor.server_id, typed, kind=only, within=within, any_word=True)
        at, pages, before = page_at(page, size, total)
        hits = search.find(
            tx, actor.server_id, typed, limit=size, offset=before, kind=only, within=within, any_word=any_word
        )
        return Page(_results(tx, library, actor.server_id, hits), at, pages, total)

    return await library.database.read(look)


def _within(tx: Tx, server_id: int, wanted: Filter) -> search.Within:
    zone, key = days.zone_of(tx, server_id), unit_key(wanted.unit)
    topics = (row["topic"] for row in tx.researchers.topics(server_id=server_id))
    return search.Within(
        person_id=wanted.person_id,
        unit=key,
        topics=tuple(topic for topic in topics if unit_key(topic) == key),
        since=days.midnight(wanted.since, zone) if wanted.since else 0,
        until=days.midnight(wanted.until + timedelta(days=1), zone) if wanted.until else search.NEVER,
        first_day=(wanted.since or date.min).isoformat(),
        last_day=(wanted.until or date.max).isoformat(),
    )


def _results(tx: Tx, library: Library, server_id: int, hits: list[search.Hit]) -> tuple[SearchResult, ...]:
    ids = {kind: [hit.entity_id for hit in hits if _KINDS[hit.kind] is kind] for kind in PieceKind}
    found = {kind: pieces(tx, library, server_id, kind, ids[kind]) for kind in PieceKind if ids[kind]}
    shown = ((found[_KINDS[hit.kind]].get(hit.entity_id), hit.snippet) for hit in hits)
    return tuple(SearchResult(piece, _without_topic(snippet, piece)) for piece, snippet in shown if piece is not None)


def _without_topic(snippet: str, piece: Piece) -> str:
    """Leave out the topic, which stands in the index below its question, unless it was looked for."""
    words, _, last = snippet.rpartition("\n")
    return words if piece.kind is PieceKind.QUESTION and last == piece.unit and words else snippet
