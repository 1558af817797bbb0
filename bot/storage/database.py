"""One writer whose waiting transactions share a COMMIT, and readers of their own (DESIGN.md, rules 3, 4 and 14).

`await database.write(change, …)` runs the plain function ``change(tx, …)`` on the writer's thread, in a savepoint of
its own, together with whatever else was waiting, and returns only after the COMMIT: what was acknowledged is on
the disk. A change that raises is rolled back alone; it too is told after the COMMIT, since it may have seen a
neighbour that was not yet durable. A caller that is cancelled does not know the outcome: the change may still happen.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiosqlite

from bot.clock import Clock
from bot.errors import Refused, StorageUnavailable
from bot.storage import queries
from bot.storage.connection import BUSY_TIMEOUT_SECONDS, connect, run_on

_log = logging.getLogger(__name__)

BATCH_LIMIT = 1024
"""Changes that share one COMMIT at most: bounds how long the first of them waits for the last."""
READERS = 2
LOOKS_LIMIT = 32
"""Looks that share one visit to a reader's thread at most: the visit costs more than most looks."""
LOG_TIMEOUT_MS = 100
"""How long emptying the log waits for readers: meanwhile nobody can write."""
ROOMS = (
    "housekeeping",
    "learners",
    "librarians",
    "outbox",
    "publishing",
    "researchers",
    "scribes",
    "studying",
    "importing",
    "search",
)

P = ParamSpec("P")
T = TypeVar("T")


class Tx:
    """What a change or a look works with: the rooms' queries, bound to the transaction, and its time.

    `now` is in milliseconds and is the same for the whole transaction. `topics` tells whoever listens to commits
    what was touched (``outbox``, ``due_work``, ``site``).
    """

    def __init__(self, connection: sqlite3.Connection, now: int, *, read_only: bool = False) -> None:
        self.connection = connection
        self.now = now
        self.read_only = read_only
        self.topics: set[str] = set()
        self.last_steps: dict[Hashable, Callable[[Tx], None]] = {}

    def before_commit(self, key: Hashable, step: Callable[[Tx], None]) -> None:
        """Put off what is cheaper to do once for a whole batch: it is done before its COMMIT, in the order of the keys.

        For the same `key` only the last `step` is done, and none of a change that is rolled back. A step that raises
        fails the whole batch: it must not depend on what people typed.
        """
        self.last_steps.pop(key, None)
        self.last_steps[key] = step

    def __getattr__(self, room: str) -> queries.Room:
        if room not in ROOMS:
            raise AttributeError(room)
        bound = queries.Room(queries.load(room), self.connection)
        setattr(self, room, bound)
        return bound


@dataclass(slots=True)
class _Waiting:
    """A change or a look that waits for its turn, then its outcome."""

    work: Callable[[Tx], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Closed(RuntimeError):
    """The database was closed: the program is ending."""


class Database:
    """A database file in use. Make it with `Database.open` and close it in a ``finally``."""

    def __init__(
        self, path: Path, clock: Clock, writer: aiosqlite.Connection, readers: list[aiosqlite.Connection]
    ) -> None:
        self.path = path
        self._clock = clock
        self._writer = writer
        self._all_readers = readers
        self._idle_readers = list(readers)
        self._reading: set[asyncio.Task[None]] = set()
        self._looks: deque[_Waiting] = deque()
        self._waiting: deque[_Waiting] = deque()
        self._commits: asyncio.Task[None] | None = None
        self._writer_thread: int | None = None
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._closed = False

    @classmethod
    async def open(cls, path: Path, clock: Clock) -> Database:
        """Open an up-to-date database file (`bot.storage.migrations.upgrade` makes it so)."""
        opened: list[aiosqlite.Connection] = []
        try:
            opened.append(await connect(path, read_only=False))
            opened.extend([await connect(path, read_only=True) for _ in range(READERS)])
        except BaseException:
            for connection in opened:
                await connection.close()
            raise
        return cls(path, clock, opened[0], opened[1:])

    async def close(self) -> None:
        """Finish what is waiting, then close every connection. Twice is once."""
        if self._closed:
            return
        self._closed = True
        while self._commits is not None:
            await self._commits
        while self._reading:
            await asyncio.wait(self._reading)
        for connection in (*self._all_readers, self._writer):
            await connection.close()

    def listen(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` on the event loop after each COMMIT, with the topics that it touched."""
        self._listeners.append(listener)

    def write(self, change: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """Run ``change(tx, …)`` in a transaction; the returned awaitable ends after its COMMIT.

        Raises whatever `change` raises, `StorageUnavailable` where the disk is full or the file stays locked, `Closed`,
        and RuntimeError for a write from inside a write.
        """
        if threading.get_ident() == self._writer_thread:
            raise RuntimeError("a write cannot stand inside a write")
        if self._closed:
            raise Closed("the database is closed")
        waiting = _Waiting(lambda tx: change(tx, *args, **kwargs), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._commits is None:
            self._commits = asyncio.create_task(self._commit_waiting(), name="database-commits")
        return waiting.future

    async def empty_log(self) -> bool:
        """Bring what the write-ahead log holds into the file, and empty the log; return whether that could be done.

        Until then the file or the log may still hold words that were deleted. A reader holds it back, for example in
        another process (a backup); it is waited for no longer than the bot's own looks take.
        """
        return await run_on(self._writer, _empty_log)

    def read(self, look: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """Run ``look(tx, …)`` on a reader: it sees one moment of the database and can change nothing.

        Looks that wait go to the reader's thread together. Raises whatever `look` raises.
        """
        if self._closed:
            raise Closed("the database is closed")
        waiting = _Waiting(lambda tx: look(tx, *args, **kwargs), asyncio.get_running_loop().create_future())
        self._looks.append(waiting)
        if self._idle_readers:
            task = asyncio.create_task(self._look_at_all(self._idle_readers.pop()), name="database-looks")
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        return waiting.future

    async def _look_at_all(self, reader: aiosqlite.Connection) -> None:
        try:
            while self._looks:
                some = [self._looks.popleft() for _ in range(min(LOOKS_LIMIT, len(self._looks)))]
                await run_on(reader, lambda raw, some=some: self._look_at(raw, some))  # type: ignore[misc]
                self._hand_back(some)
        finally:
            self._idle_readers.append(reader)

    def _look_at(self, raw: sqlite3.Connection, looks: list[_Waiting]) -> None:
        """Run looks on a reader's thread. Never raises: each bears its own error."""
        for waiting in looks:
            try:
                waiting.result = self._look(raw, waiting.work)
            except BaseException as error:  # noqa: BLE001 - handed to its caller
                waiting.error = error

    def _look(self, raw: sqlite3.Connection, look: Callable[[Tx], T]) -> T:
        raw.execute("BEGIN")
        try:
            return look(Tx(raw, self._clock.now(), read_only=True))
        finally:
            raw.execute("ROLLBACK")

    async def _commit_waiting(self) -> None:
        # Its own task, so that a cancelled caller cannot cut a batch in half; it ends when nothing waits.
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH_LIMIT, len(self._waiting)))]
                topics = await run_on(self._writer, lambda raw, batch=batch: self._commit(raw, batch))  # type: ignore[misc]
                self._hand_back(batch)
                self._tell(topics)
        finally:
            self._commits = None

    def _hand_back(self, batch: list[_Waiting]) -> None:
        for waiting in batch:
            if waiting.future.done():  # its caller was cancelled
                continue
            if waiting.error is not None:
                waiting.future.set_exception(waiting.error)
            else:
                waiting.future.set_result(waiting.result)

    def _tell(self, topics: frozenset[str]) -> None:
        for listener in self._listeners if topics else ():
            try:
                listener(topics)
            except Exception:  # noqa: BLE001 - what waits for the next COMMIT must not wait for ever
                _log.exception("a listener to commits failed")

    def _commit(self, raw: sqlite3.Connection, batch: list[_Waiting]) -> frozenset[str]:
        """Run a batch on the writer's thread under one COMMIT. Never raises: each change bears its own error."""
        self._writer_thread = threading.get_ident()
        whole = Tx(raw, self._clock.now())
        try:
            raw.execute("BEGIN IMMEDIATE")
            for waiting in batch:
                self._run_one(whole, waiting)
            for step in whole.last_steps.values():
                step(whole)
            raw.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - handed to every caller of the batch
            _undo(raw)
            kind = _explain(error)
            for waiting in batch:
                waiting.error = kind
            return frozenset()
        finally:
            self._writer_thread = None
        return frozenset(whole.topics)

    def _run_one(self, whole: Tx, waiting: _Waiting) -> None:
        """Run one change in a savepoint; what it leaves for the end of the batch goes into `whole`."""
        raw, tx = whole.connection, Tx(whole.connection, self._clock.now())
        raw.execute("SAVEPOINT one")
        try:
            waiting.result = waiting.work(tx)
        except BaseException as error:
            if not raw.in_transaction:  # a full disk rolls back everybody's work, not only this one's
                raise
            raw.execute("ROLLBACK TO one")
            raw.execute("RELEASE one")
            waiting.error = _explain(error)
            return
        raw.execute("RELEASE one")
        whole.topics |= tx.topics
        for key, step in tx.last_steps.items():
            whole.before_commit(key, step)


def _empty_log(raw: sqlite3.Connection) -> bool:
    raw.execute(f"PRAGMA busy_timeout={LOG_TIMEOUT_MS}").fetchall()
    try:
        return not raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()["busy"]
    finally:
        raw.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_SECONDS * 1000)}").fetchall()


def _undo(raw: sqlite3.Connection) -> None:
    if raw.in_transaction:
        raw.execute("ROLLBACK")


def _explain(error: BaseException) -> BaseException:
    """Turn SQLite's "full" and "locked" into what a person can be told; leave everything else as it is."""
    if isinstance(error, Refused) or not isinstance(error, sqlite3.OperationalError):
        return error
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        _log.error("the disk or the database's page limit is full: a change was refused")
        return StorageUnavailable("errors.storage_full")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        _log.error("the database stayed locked by another process: a change was refused")
        return StorageUnavailable("errors.storage_busy")
    return error
