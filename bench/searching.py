"""Searches in a library among many others, against the same searches in a database that holds that library alone.

A search is what `/search` asks of the index for one page: how many documents there are, and the best of them. The two
take turns search by search, in one process, so that both see the same machine.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench import libraries
from bench.figures import Figure
from bot.clock import DAY, SystemClock
from bot.storage import search
from bot.storage.database import Database, Tx

DOCUMENTS, LIBRARIES = 1_000_000, 500
MEASURED = (1, 20, 250)
"""The libraries that are searched: the largest, a large one, one of middle size."""
SEARCHES = 25
"""Searches of each kind in each library."""
SECONDS, ROUNDS = 1.0, 5
"""For about as long, and at least as often, each kind of search is repeated in each library."""
PAGE = 6
"""Results on a page."""
COMMON = 50
"""The most frequent words of a library: every other kind of search does without them."""
RARE = 5
"""A word that so many documents have at most is rare."""
KINDS = {
    "rare": "a rare word",
    "common": "a common word",
    "two": "two words",
    "or": "any of three words",
    "prefix": "the beginning of a word",
}
MEDIAN_GOAL, P99_GOAL = 1.5, 2.0
NARROWED = ("rare", "common")
"""Kinds of searches that are timed also as they are narrowed, in the largest library."""
WEEKS = 3


@dataclass(slots=True)
class Times:
    """Milliseconds that the searches of one kind took, among all libraries and alone."""

    ours: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    def median(self, name: str, goal: float | None) -> Figure:
        """The figure of the medians."""
        return Figure(name, median(self.ours), median(self.floor), goal=goal, unit="ms")

    def p99(self, name: str, goal: float | None) -> Figure:
        """The figure of the 99th percentiles."""
        return Figure(name, _p99(self.ours), _p99(self.floor), goal=goal, unit="ms")


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def searching(documents: int = DOCUMENTS, count: int = LIBRARIES, measured: Sequence[int] = MEASURED) -> list[Figure]:
    """Build the libraries and search them. Of each kind the library is told in which being among others costs most."""
    every = list(enumerate(libraries.sizes(documents, count), start=1))
    with tempfile.TemporaryDirectory(prefix="vademecum-bench-") as folder:
        whole = Path(folder, "whole.sqlite3")
        libraries.build(whole, every)
        taken = [
            asyncio.run(_search(whole, Path(folder), library, size)) for library, size in every if library in measured
        ]
    figures = []
    for kind, said in KINDS.items():
        times = [one[kind] for one in taken]
        figures.append(_worst([one.median(f"search for {said}", MEDIAN_GOAL) for one in times]))
        figures.append(_worst([one.p99("of these, the 99th percentile", P99_GOAL) for one in times]))
    return figures + [one.median(name, None) for name, one in taken[0].items() if name not in KINDS]


def _worst(figures: list[Figure]) -> Figure:
    return max(figures, key=lambda figure: figure.ratio)


async def _search(whole: Path, folder: Path, library: int, size: int) -> dict[str, Times]:
    """Time every kind of search in one library; in the largest one also the narrowed ones, against plain ones."""
    alone = folder / f"{library}.sqlite3"
    libraries.build(alone, [(library, size)])
    among, single = [await Database.open(path, SystemClock()) for path in (whole, alone)]
    try:
        searches = list(searches_in(library, size))
        times = {
            kind: await _time(among, single, library, [one for one in searches if one[0] == kind]) for kind in KINDS
        }
        for kind in NARROWED if library == 1 else ():
            some = [one for one in searches if one[0] == kind]
            for name, within in narrow(library).items():
                times[f"{KINDS[kind]}, only {name}"] = await _time(among, among, library, some, within)
    finally:
        for database in (among, single):
            await database.close()
    alone.unlink()
    return times


async def _time(
    ours: Database, floor: Database, library: int, searches: list[tuple[str, str]], within: search.Within | None = None
) -> Times:
    times = Times()
    ends = time.perf_counter() + SECONDS  # real time is what is measured here
    rounds = 0
    while rounds <= ROUNDS or time.perf_counter() < ends:
        for kind, typed in searches:
            one = await ours.read(look, library, typed, kind == "or", within)
            other = await floor.read(look, library, typed, kind == "or", None)
            if rounds:  # what is read for the first time comes from the disk
                times.ours.append(one)
                times.floor.append(other)
        rounds += 1
    return times


def look(tx: Tx, library: int, typed: str, any_word: bool, within: search.Within | None) -> float:  # noqa: FBT001
    """Do a search; return its milliseconds."""
    server_id = libraries.server_of(library)
    begin = time.perf_counter()
    search.count(tx, server_id, typed, within=within, any_word=any_word)
    search.find(tx, server_id, typed, limit=PAGE, within=within, any_word=any_word)
    return (time.perf_counter() - begin) * 1000


def narrow(library: int) -> dict[str, search.Within]:
    """What a search may be narrowed to: one of thirty people, one of twelve units, three weeks of half a year."""
    ends = libraries.BEGINS + WEEKS * 7 * DAY
    unit = libraries.unit(1)
    return {
        "by one person": search.Within(person_id=libraries.member_of(library, 1)),
        "of one unit": search.Within(unit=unit.casefold(), topics=(unit,)),
        "of three weeks": search.Within(
            until=ends, last_day=datetime.fromtimestamp(ends / 1000, UTC).date().isoformat()
        ),
    }


def searches_in(library: int, size: int) -> Iterator[tuple[str, str]]:
    """Choose what is searched for in a library, of each kind the same number, from its own words: kind and words."""
    chance = random.Random(library)
    texts = [one.text.split() for one in libraries.documents(library, size, libraries.words())]
    found_in = Counter(word for text in texts for word in set(text))
    common = [word for word, _ in found_in.most_common(COMMON)]
    rare = sorted(word for word, documents in found_in.items() if documents <= RARE)
    telling = [[word for word in dict.fromkeys(text) if word not in common] for text in texts]
    telling = [text for text in telling if len(text) > 1]
    for _ in range(SEARCHES):
        yield "rare", chance.choice(rare)
        yield "common", chance.choice(common)
        yield "two", " ".join(chance.sample(chance.choice(telling), 2))
        yield "or", " ".join(chance.choice(chance.choice(telling)) for _ in range(3))
        yield "prefix", chance.choice(chance.choice(telling))[:3]
