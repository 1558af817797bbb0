"""A heap of rows on the disk, in order: what an import found, between reading its files and keeping it.

It is a database of its own without a name: SQLite keeps it in memory as far as its cache goes (2 MB), then in a
temporary file that nobody else sees and that is gone with the process, however it ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from bot.errors import StorageUnavailable
from bot.storage import queries
from bot.storage.connection import as_dict


class Spool:
    """Rows by kind, server and message id. The first row of an id stays. Close it in a ``finally``."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.row_factory = as_dict
        self._room = queries.Room(queries.load("importing"), self._connection)
        self._room.make_spool()

    def add(self, rows: Iterable[dict[str, Any]]) -> int:
        """Put rows in, and return how many were new. Raises StorageUnavailable where the temporary folder is full."""
        before = self._connection.total_changes
        try:
            self._connection.execute("BEGIN")
            self._room.add_to_spool(list(rows))
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise StorageUnavailable("errors.storage_full") from error
        return self._connection.total_changes - before

    def batches(self, kind: str, server_id: int, size: int) -> Iterator[list[dict[str, Any]]]:
        """Give the rows of a kind in order of message id, at most `size` at once."""
        after = -1
        while rows := self._room.spooled(kind=kind, server_id=server_id, after=after, limit=size):
            yield rows
            after = rows[-1]["message_id"]

    def count(self) -> int:
        """How many rows are in it."""
        count: int = self._room.spool_size()
        return count

    def close(self) -> None:
        """Let go of it, and of its file."""
        self._connection.close()
