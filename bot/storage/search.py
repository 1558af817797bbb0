"""Full-text search with SQLite's FTS5, one table per server.

Why a table each: bm25() takes its statistics from the whole table, so one table for all would rank a class's results
by other servers' words and grow slower with their text (DESIGN.md, traps). Only this module uses what SQLite alone has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.storage.database import Tx

QUESTION = 0
ANSWER = 1
NOTE = 2
"""A block of a note that stands, whatever its kind, but for terms and questions. The id is the block's."""
TERM = 3
"""A term of a note. The id is its block's."""
_KINDS = 16
"""Row ids are ``entity id * 16 + kind``: a document is found again without a table of its own."""

MARK_START = "\x02"
MARK_END = "\x03"
"""Stand around the words that matched; whoever renders replaces them with its own marks."""

SNIPPET_WORDS = 24
_WORD = re.compile(r"\w+", re.UNICODE)
WORDS_LIMIT = 12
"""Words of a search that count; more would only slow it down."""
TELLING_LENGTH = 4
"""Characters from which a word is taken to say something by itself."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. `snippet` has the matching words between `MARK_START` and `MARK_END`."""

    kind: int
    entity_id: int
    snippet: str


def put(tx: Tx, server_id: int, kind: int, entity_id: int, text: str) -> None:
    """Index `text`, or index it anew. The caller decides what may be found: what is not put is not found.

    Like `take_out` and `rebuild`, it is done just before the COMMIT: FTS5 writes what it has gathered to its tables at
    each savepoint, so that indexing in the middle of a change would cost as much as the rest of it.
    """
    row = entity_id * _KINDS + kind

    def step(last: Tx) -> None:
        table = _table(last, server_id)
        last.connection.execute(f"INSERT OR REPLACE INTO {table} (rowid, body) VALUES (?, ?)", (row, text))  # noqa: S608 - a number of ours

    tx.before_commit((server_id, row), step)


def put_new(tx: Tx, server_id: int, kind: int, texts: Iterable[tuple[int, str]]) -> None:
    """Index many documents that were never indexed, as pairs of entity id and text, all at once."""
    rows = [(entity_id * _KINDS + kind, text) for entity_id, text in texts]
    if rows:
        table = _table(tx, server_id)
        tx.connection.executemany(f"INSERT INTO {table} (rowid, body) VALUES (?, ?)", rows)  # noqa: S608


def take_out(tx: Tx, server_id: int, kind: int, entity_id: int) -> None:
    """Make a document unfindable."""
    row = entity_id * _KINDS + kind

    def step(last: Tx) -> None:
        if _exists(last, server_id):
            last.connection.execute(f"DELETE FROM search_{server_id} WHERE rowid = ?", (row,))  # noqa: S608

    tx.before_commit((server_id, row), step)


def rebuild(tx: Tx, server_id: int) -> None:
    """Make a server's index anew, so that the words are gone of what was taken out.

    FTS5 only marks them as deleted, and keeps them until it happens to merge. Takes longer the more text there is.
    """

    def step(last: Tx) -> None:
        if _exists(last, server_id):
            last.connection.execute(f"INSERT INTO search_{server_id} (search_{server_id}) VALUES ('rebuild')")  # noqa: S608

    tx.before_commit((server_id, "rebuild"), step)


def find(
    tx: Tx, server_id: int, typed: str, *, limit: int, offset: int = 0, kind: int | None = None, any_word: bool = False
) -> list[Hit]:
    """Return the best documents for what somebody typed, the last word also as a beginning.

    Every word counts; with `any_word` one is enough, and more of them come first.
    """
    query = fts_query(typed, any_word=any_word)
    if not query or not _exists(tx, server_id):
        return []
    table = f"search_{server_id}"
    rows = tx.connection.execute(
        f"SELECT rowid AS document, snippet({table}, 0, ?, ?, ' … ', {SNIPPET_WORDS}) AS snippet FROM {table} "  # noqa: S608
        f"WHERE {table} MATCH ? {_only(kind)} ORDER BY bm25({table}), rowid LIMIT ? OFFSET ?",
        (MARK_START, MARK_END, query, limit, offset),
    ).fetchall()
    return [Hit(row["document"] % _KINDS, row["document"] // _KINDS, row["snippet"]) for row in rows]


def count(tx: Tx, server_id: int, typed: str, *, kind: int | None = None, any_word: bool = False) -> int:
    """Return how many documents `find` would find without a limit."""
    query = fts_query(typed, any_word=any_word)
    if not query or not _exists(tx, server_id):
        return 0
    table = f"search_{server_id}"
    found = tx.connection.execute(
        f"SELECT COUNT(*) AS found FROM {table} WHERE {table} MATCH ? {_only(kind)}",  # noqa: S608 - numbers of ours
        (query,),
    ).fetchone()
    return int(found["found"])


def _only(kind: int | None) -> str:
    return "" if kind is None else f"AND rowid % {_KINDS} = {kind}"


def question_lines(tx: Tx, server_id: int, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return what a list shows of these questions, by their ids."""
    rows = tx.search.question_lines(server_id=server_id, ids=json.dumps(ids))
    return {row.pop("id"): row for row in rows}


def answer_lines(tx: Tx, server_id: int, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return where these answers stand, by their ids."""
    rows = tx.search.answer_lines(server_id=server_id, ids=json.dumps(ids))
    return {row.pop("id"): row for row in rows}


def fts_query(typed: str, *, any_word: bool = False) -> str:
    """Turn what was typed into an FTS5 query in which nothing is syntax: quoted words, the last one a prefix.

    With `any_word` one of them is enough; short words are passed over then, since every text has them.
    """
    words = _WORD.findall(typed)[:WORDS_LIMIT]
    if any_word:
        words = [word for word in words if len(word) >= TELLING_LENGTH] or words
    if not words:
        return ""
    return (" OR " if any_word else " ").join(f'"{word}"' for word in words) + "*"


def _exists(tx: Tx, server_id: int) -> bool:
    return bool(tx.search.table_exists(name=f"search_{server_id}"))


def _table(tx: Tx, server_id: int) -> str:
    name = f"search_{server_id}"
    if not _exists(tx, server_id):
        tx.connection.execute(
            f"CREATE VIRTUAL TABLE {name} USING fts5"
            "(body, tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3')"
        )
    return name
