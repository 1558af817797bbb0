"""Full-text search with SQLite's FTS5, one table per server.

Why a table each: bm25() takes its statistics from the whole table, so one table for all would rank a class's results
by other servers' words and grow slower with their text (DESIGN.md, traps). Only this module uses what SQLite alone has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
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
_UNSPACED = "\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
"""Chinese and Japanese characters: they are written without spaces, so each is put in as a word of its own."""
_APART = re.compile(rf"(?<=[{_UNSPACED}])(?=\w)|(?<=\w)(?=[{_UNSPACED}])")
_FIRST_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_RUN = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_GAP = "\u200b"
"""Stands between such characters in the index, and in no text: it is cleaned out of whatever is typed."""
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


NEVER = 2**62
"""A time, in milliseconds, that is after all others."""


@dataclass(frozen=True, slots=True)
class Within:
    """What a search is narrowed to; what is left as it is narrows nothing.

    `unit` is the key of a unit and `topics` are the spellings of it that stand in questions. `since` is in UTC
    milliseconds and `until` the first one that is too late; of notes the days count, both included.
    """

    person_id: int | None = None
    unit: str = ""
    topics: tuple[str, ...] = ()
    since: int = 0
    until: int = NEVER
    first_day: str = ""
    last_day: str = "9999-12-31"


_OF_UNIT = """(:unit = '' OR question.topic IN (SELECT value FROM json_each(:topics)) OR EXISTS (
    SELECT 1 FROM block JOIN session ON session.id = block.session_id
    WHERE block.question_id = question.id AND block.state = 'standing' AND session.unit_key = :unit
))"""
_IN_TIME = "BETWEEN :since AND :until - 1"
_OF_BLOCK = f"""SELECT 1 FROM block JOIN session ON session.id = block.session_id
WHERE block.id = found.rowid / {_KINDS} AND (:person_id IS NULL OR block.author_user_id = :person_id)
    AND session.held_on BETWEEN :first_day AND :last_day AND (:unit = '' OR session.unit_key = :unit)"""  # noqa: S608
_WANTED = {
    QUESTION: f"""SELECT 1 FROM question
WHERE question.id = found.rowid / {_KINDS} AND (:person_id IS NULL OR question.asker_user_id = :person_id)
    AND question.created_at {_IN_TIME} AND {_OF_UNIT}""",  # noqa: S608
    ANSWER: f"""SELECT 1 FROM answer JOIN question ON question.id = answer.question_id
WHERE answer.id = found.rowid / {_KINDS} AND (:person_id IS NULL OR answer.author_user_id = :person_id)
    AND answer.created_at {_IN_TIME} AND {_OF_UNIT}""",  # noqa: S608
    NOTE: _OF_BLOCK,
    TERM: _OF_BLOCK,
}
"""Which documents of a kind are wanted (`Within`). Who asked anonymously is nobody's `asker_user_id`."""


def put(tx: Tx, server_id: int, kind: int, entity_id: int, text: str) -> None:
    """Index `text`, or index it anew. The caller decides what may be found: what is not put is not found.

    Like `take_out` and `rebuild`, it is done just before the COMMIT: FTS5 writes what it has gathered to its tables at
    each savepoint, so that indexing in the middle of a change would cost as much as the rest of it.
    """
    row = entity_id * _KINDS + kind

    def step(last: Tx) -> None:
        table = _table(last, server_id)
        last.connection.execute(f"INSERT OR REPLACE INTO {table} (rowid, body) VALUES (?, ?)", (row, _spread(text)))  # noqa: S608 - a number of ours

    tx.before_commit((server_id, row), step)


def put_new(tx: Tx, server_id: int, kind: int, texts: Iterable[tuple[int, str]]) -> None:
    """Index many documents that were never indexed, as pairs of entity id and text, all at once."""
    rows = [(entity_id * _KINDS + kind, _spread(text)) for entity_id, text in texts]
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


def put_again(tx: Tx, server_id: int, after: int, limit: int = 2_000) -> int | None:
    """Index anew what was put when characters without spaces were not told apart: `limit` documents after `after`.

    Return what to go on from, or None where that was all.
    """
    if not _exists(tx, server_id):
        return None
    table = f"search_{server_id}"
    rows = tx.connection.execute(
        f"SELECT rowid AS document, body FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT ?",  # noqa: S608
        (after, limit),
    ).fetchall()
    tx.connection.executemany(
        f"INSERT OR REPLACE INTO {table} (rowid, body) VALUES (?, ?)",  # noqa: S608
        [(row["document"], spread) for row in rows if (spread := _spread(row["body"])) != row["body"]],
    )
    return rows[-1]["document"] if len(rows) == limit else None


def find(
    tx: Tx,
    server_id: int,
    typed: str,
    *,
    limit: int,
    offset: int = 0,
    kind: int | None = None,
    within: Within | None = None,
    any_word: bool = False,
) -> list[Hit]:
    """Return the best documents for what somebody typed, the last word also as a beginning.

    Every word counts; with `any_word` one is enough, and more of them come first.
    """
    query = fts_query(typed, any_word=any_word)
    if not query or not _exists(tx, server_id):
        return []
    table = f"search_{server_id}"
    rows = tx.connection.execute(
        f"SELECT found.rowid AS document, snippet({table}, 0, :start, :end, ' … ', {SNIPPET_WORDS}) AS snippet "  # noqa: S608
        f"FROM {table} AS found WHERE {table} MATCH :query {_only(kind, within)} "
        f"ORDER BY bm25({table}), found.rowid LIMIT :limit OFFSET :offset",
        _places(query, within) | {"start": MARK_START, "end": MARK_END, "limit": limit, "offset": offset},
    ).fetchall()
    return [Hit(row["document"] % _KINDS, row["document"] // _KINDS, _joined(row["snippet"])) for row in rows]


def count(
    tx: Tx, server_id: int, typed: str, *, kind: int | None = None, within: Within | None = None, any_word: bool = False
) -> int:
    """Return how many documents `find` would find without a limit."""
    query = fts_query(typed, any_word=any_word)
    if not query or not _exists(tx, server_id):
        return 0
    table = f"search_{server_id}"
    found = tx.connection.execute(
        f"SELECT COUNT(*) AS documents FROM {table} AS found WHERE {table} MATCH :query {_only(kind, within)}",  # noqa: S608 - numbers of ours
        _places(query, within),
    ).fetchone()
    return int(found["documents"])


def _only(kind: int | None, within: Within | None) -> str:
    """Ask of each document that has the words whether it is wanted: so the index always comes first."""
    of_kind = "" if kind is None else f"AND found.rowid % {_KINDS} = {kind} "
    if within is None:
        return of_kind
    wanted = " ".join(f"WHEN {one} THEN EXISTS ({sql})" for one, sql in _WANTED.items())
    return f"{of_kind}AND CASE found.rowid % {_KINDS} {wanted} END"


def _places(query: str, within: Within | None) -> dict[str, Any]:
    narrow = {} if within is None else asdict(within) | {"topics": json.dumps(within.topics)}
    return {"query": query, **narrow}


def question_lines(tx: Tx, server_id: int, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return what a list shows of these questions, by their ids."""
    rows = tx.search.question_lines(server_id=server_id, ids=json.dumps(ids))
    return {row.pop("id"): row for row in rows}


def fts_query(typed: str, *, any_word: bool = False) -> str:
    """Turn what was typed into an FTS5 query in which nothing is syntax: quoted words, the last one a prefix.

    With `any_word` one of them is enough; short words are passed over then, since every text has them.
    """
    words = _WORD.findall(typed)[:WORDS_LIMIT]
    if any_word:
        pieces = [piece for word in words for piece in _pieces(word)]
        words = ([piece for piece in pieces if _is_telling(piece)] or pieces)[:WORDS_LIMIT]
    if not words:
        return ""
    return (" OR " if any_word else " ").join(f'"{_spread(word)}"' for word in words) + "*"


def _pieces(word: str) -> list[str]:
    """Cut a word into what may be found by itself: a run without spaces holds several words, so into all its pairs."""
    pieces = []
    for run in _RUN.findall(word):
        pairs = [run[at : at + 2] for at in range(len(run) - 1)] if _is_unspaced(run) else []
        pieces += pairs or [run]
    return pieces


def _is_telling(piece: str) -> bool:
    return len(piece) >= (2 if _is_unspaced(piece) else TELLING_LENGTH)


def _is_unspaced(piece: str) -> bool:
    return _FIRST_UNSPACED.match(piece) is not None


def _spread(text: str) -> str:
    """Put a gap beside each character that is a word of its own."""
    return text if text.isascii() else _APART.sub(_GAP, text)


def _joined(snippet: str) -> str:
    return snippet.replace(_GAP, "")


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
