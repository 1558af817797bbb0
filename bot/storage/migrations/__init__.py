"""Numbered SQL files that bring a database up to date: each in one transaction, forward only, after a backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

APPLICATION_ID = 0x56616465
"""Marks a file as ours: "Vade" in ASCII, kept in SQLite's header."""

_FOLDER = Path(__file__).parent


class NotOurs(Exception):
    """The file is not a database of Vademecum, or is damaged."""


class TooNew(Exception):
    """The file was written by a newer Vademecum; this one would not understand it."""


class NotUsable(Exception):
    """SQLite cannot open or write the file: permissions, a full disk, a lock that another process holds."""


def numbered() -> list[tuple[int, Path]]:
    """Every migration with its number, in order."""
    return sorted((int(path.name[:4]), path) for path in _FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def latest() -> int:
    """The number of the newest migration."""
    return numbered()[-1][0]


def version_of(path: Path) -> int:
    """The number of the last migration that a file has had. Raises `NotOurs`."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise NotOurs(str(error)) from error
    if application != APPLICATION_ID:
        raise NotOurs("it is not a Vademecum database")
    return version


def upgrade(path: Path, *, to: int | None = None) -> list[str]:
    """Apply what is missing and return the names of what was applied; a file that is not there is made.

    An existing file is first copied to ``backups/before-NNNN.sqlite3`` beside it. Raises `TooNew`, `NotOurs`,
    `NotUsable` or OSError.
    """
    exists = path.exists() and path.stat().st_size > 0
    current = version_of(path) if exists else 0
    if current > latest():
        raise TooNew(f"the database has version {current}, this program knows {latest()}")
    missing = [(number, file) for number, file in numbered() if number > current and (to is None or number <= to)]
    if not missing:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            if exists:
                _copy(connection, path.parent / "backups" / f"before-{missing[0][0]:04}.sqlite3")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            for number, file in missing:
                _apply(connection, number, file)
    except sqlite3.OperationalError as error:
        raise NotUsable(str(error)) from error
    return [file.stem for _, file in missing]


def _copy(source: sqlite3.Connection, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _apply(connection: sqlite3.Connection, number: int, file: Path) -> None:
    # Not executescript: it commits what is open, and a migration is one transaction.
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(file.read_text(encoding="utf-8")):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def statements(script: str) -> Iterator[str]:
    """Split a script into statements; a semicolon within a comment or a string ends none."""
    collected = ""
    for line in script.splitlines(keepends=True):
        collected += line
        if sqlite3.complete_statement(collected):
            yield collected
            collected = ""
    if collected.strip():  # a last comment, or a statement whose semicolon was forgotten
        yield collected
