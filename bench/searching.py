"""What is searched for in the measured libraries, and what the searches took."""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench import libraries
from bench.children.searching import NARROWED, Search, narrow
from bench.figures import Figure
from bench.pairs import Pairs, run_pairs

DOCUMENTS, LIBRARIES = 1_000_000, 500
MEASURED = (1, 20, 250)
"""The libraries that are searched: the largest, a large one, one of middle size."""
SEARCHES = 15
"""Searches of each kind in each library."""
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


def searching(
    runs: int = 2, documents: int = DOCUMENTS, count: int = LIBRARIES, measured: Sequence[int] = MEASURED
) -> list[Figure]:
    """Search in libraries among many others, against the same ones alone."""
    with tempfile.TemporaryDirectory(prefix="vademecum-bench-") as folder:
        prepare(Path(folder), documents, count, measured)
        pairs = run_pairs("searching", runs, folder)
    goals = {"median": MEDIAN_GOAL, "p99": P99_GOAL}
    names = {"median": "search for {}", "p99": "of these, the 99th percentile"}
    figures = [
        _worst(names[what].format(said), pairs, [f"{one} {kind} {what}" for one in measured], goals[what])
        for kind, said in KINDS.items()
        for what in goals
    ]
    return figures + [_narrowed(pairs, measured[0], kind, name) for kind in NARROWED for name in narrow(measured[0])]


def _worst(name: str, pairs: Pairs, places: list[str], goal: float) -> Figure:
    """The figure of the library in which being among others costs the most."""
    figures = [Figure(name, *pairs.values(place), goal=goal, unit="ms") for place in places]
    return max(figures, key=lambda figure: figure.ratio)


def _narrowed(pairs: Pairs, library: int, kind: str, name: str) -> Figure:
    """How much longer a search takes in the largest library when it is narrowed. No goal was set."""
    narrowed, _ = pairs.values(f"{library} {kind} {name}")
    plain, _ = pairs.values(f"{library} {kind} median")
    return Figure(f"{KINDS[kind]}, only of a {name}", narrowed, plain, goal=None, unit="ms")


def prepare(folder: Path, documents: int, count: int, measured: Sequence[int]) -> None:
    """Build the database of all libraries, one for each that is measured, and say what is searched for."""
    every = list(enumerate(libraries.sizes(documents, count), start=1))
    libraries.build(folder / "whole.sqlite3", every)
    searches: list[Search] = []
    for library, size in every:
        if library in measured:
            libraries.build(folder / f"{library}.sqlite3", [(library, size)])
            searches += searches_in(library, size)
    (folder / "searches.json").write_text(json.dumps([asdict(one) for one in searches]), encoding="utf-8")


def searches_in(library: int, size: int) -> Iterator[Search]:
    """Choose what is searched for in a library: of each kind the same number, from its own words."""
    chance = random.Random(library)
    texts = [one.text.split() for one in libraries.documents(library, size, libraries.words())]
    found_in = Counter(word for text in texts for word in set(text))
    common = [word for word, _ in found_in.most_common(COMMON)]
    rare = sorted(word for word, documents in found_in.items() if documents <= RARE)
    telling = [[word for word in dict.fromkeys(text) if word not in common] for text in texts]
    telling = [text for text in telling if len(text) > 1]
    for _ in range(SEARCHES):
        yield Search(library, "rare", chance.choice(rare))
        yield Search(library, "common", chance.choice(common))
        yield Search(library, "two", " ".join(chance.sample(chance.choice(telling), 2)))
        yield Search(library, "or", " ".join(chance.choice(chance.choice(telling)) for _ in range(3)))
        yield Search(library, "prefix", chance.choice(chance.choice(telling))[:3])
