"""Due work: once, in order, through failures and restarts."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import DAY, HOUR
from bot.errors import StorageUnavailable
from bot.services import drafts, due, servers
from bot.services.library import Library
from bot.services.researchers import capturing, minding
from bot.storage import migrations, search
from bot.storage.database import Tx
from tests.cast import MIA, SERVER, MovableClock
from tests.services.researching import ask, promises, rows


async def promise(library: Library, kind: str, subject: int = 0, *, after: int = 0) -> None:
    def change(tx: Tx) -> None:
        servers.enter(tx, SERVER)
        tx.housekeeping.plan_work(server_id=SERVER, kind=kind, subject=subject, due_at=tx.now + after)

    await library.database.write(change)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the kind ``note`` has done: its subjects. Subject 13 fails."""
    noted: list[int] = []

    def note(_tx: Tx, server_id: int, subject: int) -> None:
        if subject == 13:
            raise ValueError("thirteen")
        noted.append(subject)

    monkeypatch.setitem(due._WORK, "note", note)
    return noted


async def test_what_is_due_is_done_once_oldest_first(library: Library, clock: MovableClock, done: list[int]) -> None:
    await promise(library, "note", 1, after=2)
    await promise(library, "note", 2, after=1)
    await promise(library, "note", 3, after=3)
    clock.advance(2)
    assert await due.do_due_work(library) == 2
    assert done == [2, 1]
    assert await due.do_due_work(library) == 0
    assert await promises(library) == {("note", 3)}


async def test_no_more_is_done_at_once_than_wanted(library: Library, done: list[int]) -> None:
    for subject in (1, 2, 3):
        await promise(library, "note", subject)
    assert await due.do_due_work(library, limit=2) == 2
    assert await due.do_due_work(library, limit=2) == 1


async def test_a_failure_is_logged_put_off_for_an_hour_and_stops_nobody(
    library: Library, clock: MovableClock, done: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    await promise(library, "note", 13)
    await promise(library, "note", 14)
    assert await due.do_due_work(library) == 1
    assert done == [14]
    assert "thirteen" in caplog.text
    assert await rows(library, "SELECT subject, due_at FROM due_work") == [
        {"subject": 13, "due_at": clock.now() + HOUR}
    ]


async def test_an_unknown_kind_is_logged_and_dropped(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    await promise(library, "from a newer program")
    with caplog.at_level(logging.ERROR):
        assert await due.do_due_work(library) == 0
    assert "from a newer program" in caplog.text
    assert await promises(library) == set()


async def test_what_was_planned_anew_meanwhile_is_not_done(library: Library, done: list[int]) -> None:
    await promise(library, "note", 1)
    (row,) = await library.database.read(lambda tx: tx.housekeeping.due(now=tx.now, limit=1))
    await promise(library, "note", 1, after=DAY)
    assert await library.database.write(due._do, row) == 0
    assert (done, await promises(library)) == ([], {("note", 1)})


async def test_while_the_database_takes_nothing_all_of_it_stays_due(
    library: Library, done: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_tx: Tx, _server_id: int, _subject: int) -> None:
        raise StorageUnavailable("errors.storage_full")

    monkeypatch.setitem(due._WORK, "full", full)
    await promise(library, "full", 1)
    await promise(library, "note", 2)
    assert await due.do_due_work(library) == 0
    assert await promises(library) == {("full", 1), ("note", 2)}


async def test_the_house_is_kept_daily(library: Library, clock: MovableClock) -> None:
    await drafts.save_draft(MIA, library, "ask", 0, {"text": "Why"})
    await library.database.write(
        lambda tx: tx.housekeeping.mark_handled(event_id=1, server_id=SERVER, result="1", now=tx.now)
    )
    await due.plan_housekeeping(library)
    await due.plan_housekeeping(library)
    assert await due.do_due_work(library) == 1
    assert await drafts.load_draft(MIA, library, "ask", 0) == {"text": "Why"}
    clock.advance(max(drafts.KEPT_FOR, due.EVENTS_KEPT_FOR) + 1)
    assert await due.do_due_work(library) == 1
    assert await drafts.load_draft(MIA, library, "ask", 0) == {}
    assert await rows(library, "SELECT * FROM handled_event") == []
    assert await rows(library, "SELECT kind, due_at FROM due_work") == [
        {"kind": due.HOUSEKEEPING, "due_at": clock.now() + DAY}
    ]


def in_the_files(library: Library, word: bytes) -> bool:
    path = library.database.path
    return any(word in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


async def test_the_words_of_a_deleted_message_leave_the_files_of_the_database(
    library: Library, clock: MovableClock
) -> None:
    await ask(library, text="Do quokkas smile?", source_message_id=7)
    await ask(library, text="Why do zebras have stripes?", source_message_id=8)
    await capturing.messages_deleted(library, SERVER, [7])
    assert in_the_files(library, b"quokka"), "what was deleted stays in the log and the index for a while"
    clock.advance(HOUR)
    assert await due.do_due_work(library) == 1
    assert not in_the_files(library, b"quokka")
    assert in_the_files(library, b"zebra")


async def test_while_a_reader_holds_the_log_the_words_leave_later(library: Library, clock: MovableClock) -> None:
    await ask(library, text="Do quokkas smile?", source_message_id=7)
    with closing(sqlite3.connect(library.database.path)) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT * FROM question").fetchall()
        await capturing.messages_deleted(library, SERVER, [7])
        clock.advance(HOUR)
        assert await due.do_due_work(library) == 1
        assert (minding.FORGET_WORDS, 0) in await promises(library)
    clock.advance(HOUR)
    assert await due.do_due_work(library) == 1
    assert not in_the_files(library, b"quokka")
    assert (minding.FORGET_WORDS, 0) not in await promises(library)


async def test_what_was_indexed_before_an_upgrade_is_indexed_anew(library: Library, tmp_path: Path) -> None:
    first = tmp_path / "first.sqlite3"
    migrations.upgrade(first, to=1)
    with closing(sqlite3.connect(first)) as connection:
        connection.execute(f"INSERT INTO server (id, name, slug, created_at) VALUES ({SERVER}, 'x', 'x', 0)")
        connection.commit()
    migrations.upgrade(first)
    with closing(sqlite3.connect(first)) as connection:
        planned = connection.execute("SELECT server_id, kind, due_at FROM due_work").fetchall()
    assert planned == [(SERVER, due.INDEX_ANEW, 0)]

    def as_it_was(tx: Tx) -> None:
        search.put_new(tx, SERVER, search.QUESTION, [(number, "why") for number in range(1, 2001)])
        tx.connection.execute(f"INSERT INTO search_{SERVER} (rowid, body) VALUES (99999, '学校の図書館')").close()

    await library.database.write(as_it_was)
    await promise(library, due.INDEX_ANEW)
    assert await due.do_due_work(library) == 1
    assert await library.database.read(search.count, SERVER, "図書館") == 0
    assert await due.do_due_work(library) == 1
    assert await library.database.read(search.count, SERVER, "図書館") == 1
    assert await promises(library) == set()
