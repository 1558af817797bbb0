"""The named queries of every room, loaded once by aiosql and bound to a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import aiosql
from aiosql.types import SQLOperationType

_FOLDER = Path(__file__).parent

Query = Callable[..., Any]


class Room:
    """The queries of one ``.sql`` file, by name: a SELECT gives a list of rows, ``^`` one or None, ``$`` a value."""

    def __init__(self, queries: dict[str, Query], connection: sqlite3.Connection) -> None:
        self._queries = queries
        self._connection = connection

    def __getattr__(self, name: str) -> Query:
        try:
            return partial(self._queries[name], self._connection)
        except KeyError:
            raise AttributeError(f"no query is named {name!r}") from None


@cache
def load(room: str) -> dict[str, Query]:
    """Read ``<room>.sql`` beside this file. Raises FileNotFoundError where there is none."""
    loaded = aiosql.from_path(_FOLDER / f"{room}.sql", "sqlite3", mandatory_parameters=False)
    return {name: _whole(getattr(loaded, name)) for name in loaded.available_queries if not name.endswith("_cursor")}


def _whole(query: Any) -> Query:  # noqa: ANN401 - aiosql's own, untyped
    # aiosql reads and names the statements; the common kinds are run here. Its own SELECT is a generator: one that is
    # left half-read keeps its statement open, and COMMIT fails. And its layers cost nearly half as much as SQLite does.
    run = _RUN.get(query.operation)
    return query if run is None else partial(run, query.sql)


def _all(sql: str, connection: sqlite3.Connection, **values: object) -> list[dict[str, Any]]:
    return connection.execute(sql, values).fetchall()


def _one(sql: str, connection: sqlite3.Connection, **values: object) -> dict[str, Any] | None:
    rows = connection.execute(sql, values).fetchall()
    return rows[0] if rows else None


def _value(sql: str, connection: sqlite3.Connection, **values: object) -> object:
    rows = connection.execute(sql, values).fetchall()
    return next(iter(rows[0].values())) if rows else None


def _count(sql: str, connection: sqlite3.Connection, **values: object) -> int:
    return connection.execute(sql, values).rowcount


_RUN: dict[SQLOperationType, Query] = {
    SQLOperationType.SELECT: _all,
    SQLOperationType.SELECT_ONE: _one,
    SQLOperationType.SELECT_VALUE: _value,
    SQLOperationType.INSERT_UPDATE_DELETE: _count,
}
