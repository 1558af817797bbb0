"""Connections to SQLite through aiosqlite, and the one touch of its private parts.

aiosqlite owns a thread per connection and sends it one call at a time. A transaction of ours is a plain function
that runs whole on that thread (DESIGN.md, rule 14), so we hand the function to the thread ourselves:
`Connection._execute` and `Connection._conn`. A canary test fails when aiosqlite changes either.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

BUSY_TIMEOUT_SECONDS = 5.0
"""How long a statement waits for another process (an import, a backup) to let go of the file."""

T = TypeVar("T")


async def connect(path: Path, *, read_only: bool) -> aiosqlite.Connection:
    """Open `path`, durable before every acknowledgement: WAL with ``synchronous=FULL``, foreign keys on."""
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_SECONDS)
    await run_on(connection, lambda raw: _prepare(raw, read_only=read_only))
    return connection


def _prepare(raw: sqlite3.Connection, *, read_only: bool) -> None:
    raw.row_factory = as_dict
    # secure_delete: what was deleted or reworded is overwritten in the file, not only unlinked.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY"):
        raw.execute(f"PRAGMA {pragma}").fetchall()
    if read_only:
        raw.execute("PRAGMA query_only=ON")


async def run_on(connection: aiosqlite.Connection, job: Callable[[sqlite3.Connection], T]) -> T:
    """Run `job` with the raw connection on the thread that aiosqlite keeps for it."""
    execute: Any = connection._execute  # noqa: SLF001 - see above
    result: T = await execute(lambda: job(connection._conn))  # noqa: SLF001
    return result


def as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    """Make a row a dict. aiosql's `$` queries do not know sqlite3.Row, and a model takes a dict's items by name."""
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}
