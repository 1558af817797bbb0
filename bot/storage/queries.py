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
    """The queries of one ``.sql`` file, by name. A SELECT gives a list of rows, ``^`` one row or None, ``$`` a value."""

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
    return {
        name: _whole(getattr(loaded, name))
        for name in loaded.available_queries
        if not name.endswith("_cursor")
    }


def _whole(query: Any) -> Query:
    # aiosql's SELECT is a generator: one that is left half-read keeps its statement open, and COMMIT fails.
    if query.operation is SQLOperationType.SELECT:
        return lambda connection, **values: list(query(connection, **values))
    return query  # type: ignore[no-any-return]
