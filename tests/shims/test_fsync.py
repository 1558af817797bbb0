"""The shim sees what SQLite syncs, slows it, and keeps what a power cut would leave."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.shims import build_fsync_shim, preloaded, read_syncs

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("CREATE TABLE question (text)")
connection.execute("PRAGMA synchronous=" + sys.argv[2])
for number in range(5):
    connection.execute("INSERT INTO question VALUES (?)", (f"question {number}",))
os.kill(os.getpid(), 9)
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_fsync_shim(tmp_path_factory.mktemp("shim"))


def write(path: Path, synchronous: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", WRITER, str(path), synchronous]
    assert subprocess.run(command, env=os.environ | environment, check=False).returncode == -9


def kept(image: Path) -> list[str]:
    connection = sqlite3.connect(image / "class.db")
    try:
        return [text for (text,) in connection.execute("SELECT text FROM question")]
    finally:
        connection.close()


def test_each_commit_is_synced_and_stands_in_the_image(shim: Path, tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.mkdir()
    write(tmp_path / "class.db", "FULL", preloaded(shim, log=tmp_path / "log", image=image))

    of_log = [sync for sync in read_syncs(tmp_path / "log") if sync.path.endswith("class.db-wal")]
    assert len(of_log) >= 6
    assert all(sync.start_ns < sync.end_ns for sync in of_log)
    assert kept(image) == [f"question {number}" for number in range(5)]


def test_what_was_not_synced_is_not_in_the_image(shim: Path, tmp_path: Path) -> None:
    """The positive control: without `synchronous=FULL` a power cut loses what a mere kill does not."""
    image = tmp_path / "image"
    image.mkdir()
    write(tmp_path / "class.db", "NORMAL", preloaded(shim, log=tmp_path / "log", image=image))

    assert kept(tmp_path) == [f"question {number}" for number in range(5)]
    assert kept(image) == []


def test_a_delay_makes_each_sync_last_at_least_that_long(shim: Path, tmp_path: Path) -> None:
    write(tmp_path / "class.db", "FULL", preloaded(shim, delay_ms=20, log=tmp_path / "log"))
    assert all(sync.end_ns - sync.start_ns >= 20_000_000 for sync in read_syncs(tmp_path / "log"))
