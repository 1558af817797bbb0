"""A database of many libraries of very unequal size, made of nothing but a seed: questions, answers, notes.

Sizes and words are as uneven as in life (Zipf's law): the largest of 500 libraries has a seventh of everything.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

from bot.clock import DAY
from bot.services import servers
from bot.storage import migrations, search
from bot.storage.connection import as_dict
from bot.storage.database import Tx

BEGINS = 1_790_000_000_000
"""When the libraries were begun (UTC milliseconds)."""
DAYS = 180
"""Days over which everything in them was written."""
MEMBERS = 30
UNITS = 12
BLOCKS_IN_A_NOTE = 40
VOCABULARY = 40_000
_LENGTHS = {search.QUESTION: (5, 20), search.ANSWER: (20, 70), search.NOTE: (10, 60)}
"""Words of a document, at least and at most."""
_SHARE = {search.QUESTION: 30, search.ANSWER: 45, search.NOTE: 25}
"""How many of a hundred documents are of which kind."""
_SYLLABLES = [f"{head}{vowel}{tail}" for head in "bdfghklmnprstvw" for vowel in "aeiou" for tail in ("", "n", "r", "s")]


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is indexed. `id` is that of its row; `of` that of an answer's question or a block's note."""

    kind: int
    id: int
    of: int
    text: str


def sizes(documents: int, libraries: int) -> list[int]:
    """How many documents each library has, the largest first."""
    shares = [1 / rank for rank in range(1, libraries + 1)]
    whole = sum(shares)
    counted = [max(BLOCKS_IN_A_NOTE, round(documents * share / whole)) for share in shares]
    counted[0] += documents - sum(counted)
    return counted


def words() -> list[str]:
    """A vocabulary, the most frequent word first: short ones, then longer ones."""
    chance = random.Random(7)
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        syllables = 1 + min(3, len(found).bit_length() // 5)
        found["".join(chance.choices(_SYLLABLES, k=syllables + chance.randint(0, 1)))] = None
    return list(found)


def documents(library: int, size: int, vocabulary: list[str]) -> Iterator[Document]:
    """Everything that one library holds; the ids of two libraries never meet."""
    chance = random.Random(library)
    cumulative = list(accumulate(1 / (rank + 2) for rank in range(len(vocabulary))))
    kinds = chance.choices(list(_SHARE), cum_weights=list(accumulate(_SHARE.values())), k=size - 1)
    ids = dict.fromkeys(_SHARE, library * 10_000_000)
    for kind in (search.QUESTION, *kinds):  # an answer needs a question
        ids[kind] += 1
        text = " ".join(chance.choices(vocabulary, cum_weights=cumulative, k=chance.randint(*_LENGTHS[kind])))
        if kind == search.ANSWER:
            of = chance.randint(library * 10_000_000 + 1, ids[search.QUESTION])
        else:
            of = library * 10_000_000 + (ids[kind] - 1 - library * 10_000_000) // BLOCKS_IN_A_NOTE + 1
        yield Document(kind, ids[kind], of, text)


def server_of(library: int) -> int:
    """Discord's id of a library's server."""
    return 1_400_000_000_000_000_000 + library


def member_of(library: int, number: int) -> int:
    """Discord's id of one of a library's members."""
    return 1_500_000_000_000_000_000 + library * 1_000 + number % MEMBERS


def build(path: Path, libraries: Iterable[tuple[int, int]]) -> None:
    """Make a database of these libraries (which, how many documents), by the migrations and `search.put_new`."""
    migrations.upgrade(path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.row_factory = as_dict
        # Nothing is measured yet, and a build that is cut off is thrown away.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        vocabulary = words()
        for library, size in libraries:
            connection.execute("BEGIN")
            _add_library(Tx(connection, BEGINS), library, size, vocabulary)
            connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
    finally:
        connection.close()


def _add_library(tx: Tx, library: int, size: int, vocabulary: list[str]) -> None:
    servers.enter(tx, server_of(library), f"School {library}")
    class_id = tx.housekeeping.only_class(server_id=server_of(library))
    every = documents(library, size, vocabulary)
    while some := list(islice(every, 20_000)):
        for kind in _SHARE:
            mine = [one for one in some if one.kind == kind]
            tx.connection.executemany(_ROWS[kind], [_row(one, library, class_id) for one in mine])
            search.put_new(tx, server_of(library), kind, ((one.id, one.text) for one in mine))
    tx.connection.execute(_SESSIONS, {"library": library, "server_id": server_of(library), "class_id": class_id})


def _row(one: Document, library: int, class_id: int) -> dict[str, object]:
    return {
        "id": one.id,
        "of": one.of,
        "number": one.id - library * 10_000_000,
        "server_id": server_of(library),
        "class_id": class_id,
        "user_id": member_of(library, one.id),
        "topic": unit(one.id),
        "text": one.text,
        "at": BEGINS + one.id % DAYS * DAY,
    }


def unit(number: int) -> str:
    """The name of one of a library's units."""
    return f"Unit {number % UNITS}"


_ROWS = {
    search.QUESTION: "INSERT INTO question (id, server_id, class_id, number, state, text, topic, asker_user_id, "
    "origin, created_at, changed_at) VALUES (:id, :server_id, :class_id, :number, 'open', :text, :topic, "
    ":user_id, 'command', :at, :at)",
    search.ANSWER: "INSERT INTO answer (id, server_id, question_id, ordinal, author_user_id, text, origin, created_at, "
    "changed_at) VALUES (:id, :server_id, :of, :number, :user_id, :text, 'command', :at, :at)",
    search.NOTE: "INSERT INTO block (id, server_id, session_id, kind, state, author_user_id, position, part, text, "
    "created_at, changed_at) VALUES (:id, :server_id, :of, 'text', 'standing', :user_id, :number, 0, :text, :at, :at)",
}
_SESSIONS = f"""
INSERT INTO session (id, server_id, class_id, number, title, unit, unit_key, held_on, state, channel_id, started_at)
SELECT session_id, :server_id, :class_id, 100000000 + session_id, 'Lesson', 'Unit ' || session_id % {UNITS},
    'unit ' || session_id % {UNITS}, date(MIN(created_at) / 1000, 'unixepoch'), 'closed', 0, MIN(created_at)
FROM block WHERE server_id = :server_id GROUP BY session_id
"""
