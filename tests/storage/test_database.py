"""One writer whose waiting changes share a COMMIT, and readers of their own."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from bot.errors import BadInput, StorageUnavailable
from bot.storage import connection, migrations
from bot.storage.connection import run_on
from bot.storage.database import BATCH_LIMIT, Database, Tx
from bot.text import catalogue
from tests.cast import MovableClock


@pytest_asyncio.fixture
async def database(tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Open a database that waits for other processes no longer than a test can."""
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_SECONDS", 0.05)
    path = tmp_path / "vademecum.sqlite3"
    migrations.upgrade(path)
    opened = await Database.open(path, clock)
    try:
        yield opened
    finally:
        await opened.close()


def add(tx: Tx, server_id: int, name: str = "") -> int:
    tx.housekeeping.add_server(id=server_id, name=name, slug=f"slug-{server_id}", now=tx.now)
    return server_id


def refuse(tx: Tx, server_id: int) -> int:
    add(tx, server_id)
    raise BadInput("errors.question_empty")


def ids(tx: Tx) -> list[int]:
    return [row["id"] for row in tx.connection.execute("SELECT id FROM server ORDER BY id").fetchall()]


async def commits(database: Database) -> list[str]:
    """Return a list to which every BEGIN and COMMIT of the writer is added from now on."""
    seen: list[str] = []

    def watch(statement: str) -> None:
        if statement.startswith(("BEGIN", "COMMIT")):
            seen.append(statement.split(maxsplit=1)[0])

    await run_on(database._writer, lambda raw: raw.set_trace_callback(watch))
    return seen


class TestSharedCommit:
    async def test_changes_that_wait_together_share_one(self, database: Database) -> None:
        seen = await commits(database)
        results = await asyncio.gather(*(database.write(add, number) for number in range(1, 11)))
        assert results == list(range(1, 11))
        assert seen == ["BEGIN", "COMMIT"]
        assert await database.read(ids) == results

    async def test_changes_are_made_in_the_order_in_which_they_were_asked_for(self, database: Database) -> None:
        made: list[int] = []
        waiting = [database.write(lambda _tx, number=number: made.append(number)) for number in range(20)]  # type: ignore[misc]
        await asyncio.gather(*waiting)
        assert made == list(range(20))

    async def test_has_a_bound(self, database: Database) -> None:
        seen = await commits(database)
        await asyncio.gather(*(database.write(add, number) for number in range(1, BATCH_LIMIT + 2)))
        assert seen == ["BEGIN", "COMMIT"] * 2

    async def test_a_change_that_is_refused_is_undone_alone(self, database: Database) -> None:
        outcomes = await asyncio.gather(
            database.write(add, 1), database.write(refuse, 2), database.write(add, 3), return_exceptions=True
        )
        assert outcomes[0] == 1
        assert isinstance(outcomes[1], BadInput)
        assert outcomes[2] == 3
        assert await database.read(ids) == [1, 3]

    async def test_a_change_sees_its_neighbours_before(self, database: Database) -> None:
        _, seen = await asyncio.gather(database.write(add, 1), database.write(ids))
        assert seen == [1]

    async def test_a_refusal_waits_for_the_commit_on_which_it_may_rest(self, database: Database) -> None:
        told: list[str] = []

        async def ask(change: object, name: str) -> None:
            try:
                await database.write(change, 1)  # type: ignore[arg-type]
            except BadInput:
                told.append(name)

        seen = await commits(database)
        late = threading.Event()

        def slow(tx: Tx, _server_id: int) -> None:
            assert "COMMIT" not in seen
            late.wait(10)

        refused = asyncio.create_task(ask(refuse, "refused"))
        waiting = asyncio.create_task(ask(slow, "slow"))
        await asyncio.sleep(0.05)  # long enough for the refusal to have been told, had it not waited
        assert told == []
        late.set()
        await asyncio.gather(refused, waiting)
        assert told == ["refused"]

    async def test_time_stands_still_within_a_change(self, database: Database, clock: MovableClock) -> None:
        def change(tx: Tx) -> tuple[int, int]:
            before = tx.now
            clock.advance(5)
            return before, tx.now

        before, after = await database.write(change)
        assert before == after == clock.now() - 5


class TestBeforeCommit:
    async def test_a_step_is_done_once_for_all_changes_that_share_the_commit(self, database: Database) -> None:
        done: list[tuple[str, list[int]]] = []

        def change(tx: Tx, server_id: int, key: str) -> None:
            add(tx, server_id)
            tx.before_commit(key, lambda last: done.append((f"{key} of {server_id}", ids(last))))

        await asyncio.gather(*(database.write(change, number, key) for number, key in [(1, "a"), (2, "b"), (3, "a")]))
        assert done == [("b of 2", [1, 2, 3]), ("a of 3", [1, 2, 3])]

    async def test_none_of_a_change_that_is_refused(self, database: Database) -> None:
        done: list[int] = []

        def change(tx: Tx, server_id: int) -> None:
            tx.before_commit("a", lambda _last: done.append(server_id))
            if server_id == 2:
                refuse(tx, server_id)

        await asyncio.gather(database.write(change, 1), database.write(change, 2), return_exceptions=True)
        assert done == [1]

    async def test_one_that_fails_fails_the_batch_and_nothing_of_it_stays(self, database: Database) -> None:
        def fail(_last: Tx) -> None:
            raise ValueError("a fault of ours")

        def change(tx: Tx) -> None:
            tx.before_commit("a", fail)

        outcomes = await asyncio.gather(database.write(add, 1), database.write(change), return_exceptions=True)
        assert [type(one) for one in outcomes] == [ValueError, ValueError]
        assert await database.read(ids) == []
        await database.write(add, 3)
        assert await database.read(ids) == [3]


class TestCaller:
    async def test_that_is_cancelled_cuts_no_change_in_half(self, database: Database) -> None:
        started, go_on = threading.Event(), threading.Event()

        def slow(tx: Tx) -> None:
            add(tx, 1)
            started.set()
            go_on.wait(10)
            add(tx, 2)

        async def call() -> None:
            await database.write(slow)

        caller = asyncio.create_task(call())
        await asyncio.to_thread(started.wait, 10)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        go_on.set()
        await database.write(add, 3)
        assert await database.read(ids) == [1, 2, 3]

    async def test_that_writes_within_a_write_is_told_of_its_mistake(self, database: Database) -> None:
        def nested(tx: Tx) -> None:
            database.write(add, 2)

        with pytest.raises(RuntimeError, match="inside a write"):
            await database.write(nested)
        assert await database.write(add, 3) == 3

    async def test_that_comes_after_the_end_is_told_so(self, database: Database) -> None:
        last = database.write(add, 1)
        await database.close()
        assert await last == 1
        await database.close()
        with pytest.raises(RuntimeError, match="closed"):
            database.write(add, 2)


class TestTopics:
    async def test_are_told_after_the_commit_without_those_of_refused_changes(self, database: Database) -> None:
        told: list[tuple[frozenset[str], list[str]]] = []
        seen = await commits(database)
        database.listen(lambda topics: told.append((topics, list(seen))))

        def touch(tx: Tx, topic: str, *, refused: bool = False) -> None:
            tx.topics.add(topic)
            if refused:
                raise BadInput("errors.question_empty")

        await asyncio.gather(
            database.write(touch, "outbox"),
            database.write(touch, "site"),
            database.write(touch, "due_work", refused=True),
            database.write(ids),
            return_exceptions=True,
        )
        assert told == [(frozenset({"outbox", "site"}), ["BEGIN", "COMMIT"])]

    async def test_of_nothing_wake_nobody(self, database: Database) -> None:
        told: list[frozenset[str]] = []
        database.listen(told.append)
        await database.write(add, 1)
        assert told == []


class TestReader:
    async def test_sees_one_moment(self, database: Database) -> None:
        await database.write(add, 1)
        looked, changed = threading.Event(), threading.Event()

        def look(tx: Tx) -> tuple[list[int], list[int]]:
            before = ids(tx)
            looked.set()
            changed.wait(10)
            return before, ids(tx)

        reading = asyncio.ensure_future(database.read(look))
        await asyncio.to_thread(looked.wait, 10)
        await database.write(add, 2)
        changed.set()
        assert await reading == ([1], [1])
        assert await database.read(ids) == [1, 2]

    async def test_many_are_had_in_order_each_with_its_own_outcome(self, database: Database) -> None:
        def look(_tx: Tx, number: int) -> int:
            if number % 7 == 3:
                raise BadInput("errors.question_empty")
            return number

        seen = await asyncio.gather(*(database.read(look, number) for number in range(200)), return_exceptions=True)
        assert [isinstance(one, BadInput) for one in seen] == [number % 7 == 3 for number in range(200)]
        assert [one for one in seen if isinstance(one, int)] == [number for number in range(200) if number % 7 != 3]

    async def test_one_that_takes_long_does_not_hold_up_the_others(self, database: Database) -> None:
        late = threading.Event()
        slow = asyncio.ensure_future(database.read(lambda _tx: late.wait(10)))
        await asyncio.sleep(0)
        assert await asyncio.wait_for(database.read(ids), 5) == []
        late.set()
        assert await slow

    async def test_that_waits_when_the_database_is_closed_is_still_had(self, database: Database) -> None:
        waiting = [database.read(ids) for _ in range(100)]
        await database.close()
        assert await asyncio.gather(*waiting) == [[]] * 100
        with pytest.raises(RuntimeError, match="closed"):
            database.read(ids)

    async def test_changes_nothing(self, database: Database) -> None:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await database.read(add, 1)
        assert await database.read(ids) == []

    async def test_that_fails_leaves_its_connection_usable(self, database: Database) -> None:
        for _ in range(5):
            with pytest.raises(AttributeError):
                await database.read(lambda tx: tx.kitchen)
            with pytest.raises(AttributeError):
                await database.read(lambda tx: tx.housekeeping.sweep())
        assert await database.read(ids) == []


class TestFullDisk:
    async def set_pages(self, database: Database, more: int) -> None:
        def limit(raw: sqlite3.Connection) -> None:
            pages = raw.execute("PRAGMA page_count").fetchone()["page_count"]
            raw.execute(f"PRAGMA max_page_count = {pages + more}").fetchall()

        await run_on(database._writer, limit)

    async def test_refuses_loses_nothing_and_works_again_when_there_is_room(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        await database.write(add, 1)
        await self.set_pages(database, 0)
        outcomes = await asyncio.gather(
            database.write(add, 2),
            database.write(add, 3, "x" * 200_000),
            database.write(refuse, 4),
            return_exceptions=True,
        )
        for outcome in outcomes:  # they shared one COMMIT, which did not come: none of them is half there
            assert isinstance(outcome, StorageUnavailable)
            assert outcome.key == "errors.storage_full"
        assert "full" in caplog.text
        assert catalogue().say("errors.storage_full")
        assert await database.read(ids) == [1]

        assert await database.write(add, 5) == 5  # what needs no new page goes through
        await self.set_pages(database, 1_000)
        assert await database.write(add, 3, "x" * 200_000) == 3
        assert await database.read(ids) == [1, 3, 5]


@contextmanager
def locked_by_another_process(path: Path) -> Iterator[None]:
    """Let another process hold the database's write lock."""
    hold = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('BEGIN IMMEDIATE')\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            process.communicate()


async def test_a_database_that_another_process_holds_refuses_and_works_again(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await database.write(add, 1)
    with locked_by_another_process(database.path):
        with pytest.raises(StorageUnavailable) as refused:
            await database.write(add, 2)
        assert refused.value.key == "errors.storage_busy"
        assert catalogue().say("errors.storage_busy")
        assert await database.read(ids) == [1]  # reading goes on
    assert "locked" in caplog.text
    assert await database.write(add, 3) == 3


async def test_other_faults_of_sqlite_stay_what_they_are(database: Database) -> None:
    def wrong(tx: Tx) -> None:
        tx.connection.execute("SELECT * FROM no_such_table")

    with pytest.raises(sqlite3.OperationalError, match="no_such_table"):
        await database.write(wrong)
    assert await database.write(add, 1) == 1


async def test_each_connection_is_durable_and_minds_foreign_keys(database: Database) -> None:
    def pragmas(raw: sqlite3.Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return {name: raw.execute(f"PRAGMA {name}").fetchone()[name] for name in names}

    for one in (database._writer, *database._all_readers):
        assert await run_on(one, pragmas) == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda tx: tx.housekeeping.add_class(server_id=99, name=None))


async def test_canary_aiosqlite_still_runs_a_function_on_its_thread_with_the_raw_connection(database: Database) -> None:
    """The one private touch of aiosqlite: see bot/storage/connection.py."""
    import aiosqlite

    assert aiosqlite.__version__.startswith("0.22.")
    threads = [await run_on(database._writer, lambda raw: (type(raw), threading.get_ident())) for _ in range(2)]
    assert threads[0] == threads[1]
    assert threads[0][0] is sqlite3.Connection
    assert threads[0][1] != threading.get_ident()


async def test_a_listener_that_fails_holds_up_no_change(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def change(tx: Tx, server_id: int) -> int:
        tx.topics.add("site")
        return add(tx, server_id)

    def fail(_topics: frozenset[str]) -> None:
        raise ValueError("cannot listen")

    monkeypatch.setattr("bot.storage.database.BATCH_LIMIT", 1)
    database.listen(fail)
    done = await asyncio.gather(database.write(change, 1), database.write(change, 2))
    assert list(done) == [1, 2]
    assert caplog.text.count("a listener to commits failed") == 2
