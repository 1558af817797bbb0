"""Numbered files that bring a database up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage import migrations
from bot.storage.migrations import NotOurs, TooNew, statements


@pytest.fixture
def numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of two small migrations that stand in for the real ones."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_first.sql").write_text(
        "CREATE TABLE word (word TEXT); -- a; b\nINSERT INTO word VALUES ('one;');\n"
    )
    (folder / "0002_second.sql").write_text("ALTER TABLE word ADD COLUMN length;\nUPDATE word SET length = 4;\n")
    (folder / "notes.sql").write_text("not SQL at all")
    monkeypatch.setattr(migrations, "_FOLDER", folder)
    return folder


def rows(path: Path, sql: str = "SELECT * FROM word") -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_are_applied_in_order_and_only_what_is_missing(numbered: Path, tmp_path: Path) -> None:
    path = tmp_path / "data" / "vademecum.sqlite3"
    assert migrations.upgrade(path, to=1) == ["0001_first"]
    assert (migrations.version_of(path), rows(path)) == (1, [("one;",)])
    assert migrations.upgrade(path) == ["0002_second"]
    assert (migrations.version_of(path), rows(path)) == (2, [("one;", 4)])
    assert migrations.upgrade(path) == []


def test_of_a_file_that_was_there_keep_a_copy_first(numbered: Path, tmp_path: Path) -> None:
    path = tmp_path / "vademecum.sqlite3"
    migrations.upgrade(path, to=1)
    assert not (tmp_path / "backups").exists()
    migrations.upgrade(path)
    kept = tmp_path / "backups" / "before-0002.sqlite3"
    assert (migrations.version_of(kept), rows(kept)) == (1, [("one;",)])


def test_that_fail_leave_everything_as_it_was(numbered: Path, tmp_path: Path) -> None:
    path = tmp_path / "vademecum.sqlite3"
    migrations.upgrade(path, to=1)
    (numbered / "0002_second.sql").write_text("INSERT INTO word VALUES ('two');\nINSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(Exception, match="nowhere"):
        migrations.upgrade(path)
    assert (migrations.version_of(path), rows(path)) == (1, [("one;",)])


def test_refuse_a_file_that_is_newer(numbered: Path, tmp_path: Path) -> None:
    path = tmp_path / "vademecum.sqlite3"
    migrations.upgrade(path)
    (numbered / "0002_second.sql").unlink()
    before = path.read_bytes()
    with pytest.raises(TooNew):
        migrations.upgrade(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"Dear diary, " * 200, None])
def test_refuse_a_file_that_is_not_ours(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "vademecum.sqlite3"
    if content is None:  # somebody else's database
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE diary (page TEXT)")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(NotOurs):
        migrations.upgrade(path)
    assert path.read_bytes() == before


def test_take_an_empty_file_for_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "vademecum.sqlite3"
    path.touch()
    assert migrations.upgrade(path) == [file.stem for _, file in migrations.numbered()]
    assert migrations.version_of(path) == migrations.latest()
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(path, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        ("SELECT 1;", ["SELECT 1;"]),
        ("SELECT 1;\nSELECT 2", ["SELECT 1;\n", "SELECT 2"]),
        ("-- a; b\nSELECT 1; -- c;\nSELECT\n  2;\n", ["-- a; b\nSELECT 1; -- c;\n", "SELECT\n  2;\n"]),
        ("INSERT INTO word VALUES ('a;\nb');\n", ["INSERT INTO word VALUES ('a;\nb');\n"]),
        (
            "CREATE TRIGGER t AFTER INSERT ON word BEGIN\n  DELETE FROM word;\nEND;\nSELECT 1;\n",
            ["CREATE TRIGGER t AFTER INSERT ON word BEGIN\n  DELETE FROM word;\nEND;\n", "SELECT 1;\n"],
        ),
    ],
)
def test_a_script_is_split_where_its_statements_end(script: str, expected: list[str]) -> None:
    assert list(statements(script)) == expected
