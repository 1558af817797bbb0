"""Searches in a few libraries: ``… searching WHICH DIR PREPARED``.

``ours``: in PREPARED/whole.sqlite3, which holds all libraries. ``floor``: the same searches, each in the database that
holds that library alone. A search is what `/search` asks of the index for one page: how many there are, and the best.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.libraries import BEGINS, member_of, server_of, unit
from bot.clock import DAY, SystemClock
from bot.storage import search
from bot.storage.database import Database, Tx

PAGE = 6
"""Results on a page."""
SECONDS = 0.7
ROUNDS = 2
"""For about as long, and at least as often, each kind of search is repeated in each library."""
NARROWED = ("common", "rare")
"""Kinds of searches that are timed also as they are narrowed."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody typed into the search of a library."""

    library: int
    kind: str
    typed: str

    @property
    def any_word(self) -> bool:
        """Whether one of its words is enough."""
        return self.kind == "or"


def look(tx: Tx, one: Search, within: search.Within | None) -> float:
    """Do a search; return its milliseconds."""
    server_id = server_of(one.library)
    begin = time.perf_counter()  # real time is what is measured here
    search.count(tx, server_id, one.typed, within=within, any_word=one.any_word)
    search.find(tx, server_id, one.typed, limit=PAGE, within=within, any_word=one.any_word)
    return (time.perf_counter() - begin) * 1000


def narrow(library: int) -> dict[str, search.Within]:
    """What a search may be narrowed to: a person, a unit, the first three weeks."""
    ends = BEGINS + 21 * DAY
    return {
        "person": search.Within(person_id=member_of(library, 1)),
        "unit": search.Within(unit=unit(1).casefold(), topics=(unit(1),)),
        "weeks": search.Within(until=ends, last_day=datetime.fromtimestamp(ends / 1000, UTC).date().isoformat()),
    }


async def measure(folder: Path, which: str) -> dict[str, float]:
    """Time every kind of search in every library: milliseconds by library, kind and what of them."""
    searches = [Search(**one) for one in json.loads((folder / "searches.json").read_text(encoding="utf-8"))]
    times: dict[str, float] = {}
    for library in dict.fromkeys(one.library for one in searches):
        path = folder / ("whole.sqlite3" if which == "ours" else f"{library}.sqlite3")
        database = await Database.open(path, SystemClock())
        try:
            times |= await database.read(_of_library, [one for one in searches if one.library == library])
        finally:
            await database.close()
    return times


def _of_library(tx: Tx, searches: list[Search]) -> dict[str, float]:
    times: dict[str, float] = {}
    for kind in dict.fromkeys(one.kind for one in searches):
        some = [one for one in searches if one.kind == kind]
        place = f"{some[0].library} {kind}"
        taken = sorted(_repeat(tx, some, None))
        times |= {f"{place} median": median(taken), f"{place} p99": taken[int(len(taken) * 0.99)]}
        if kind in NARROWED:
            for name in narrow(some[0].library):
                times[f"{place} {name}"] = median(_repeat(tx, some, name))
    return times


def _repeat(tx: Tx, some: list[Search], narrowed: str | None) -> list[float]:
    within = None if narrowed is None else narrow(some[0].library)[narrowed]
    for one in some:  # what is read for the first time comes from the disk
        look(tx, one, within)
    taken: list[float] = []
    ends = time.perf_counter() + SECONDS
    while time.perf_counter() < ends or len(taken) < ROUNDS * len(some):
        taken += [look(tx, one, within) for one in some]
    return taken


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Path(sys.argv[3]), sys.argv[1]))), flush=True)
