"""A backup holds everything, or is not there; what is not a whole backup is never restored."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from bot.media import MediaStore
from bot.storage import backup, migrations
from bot.storage.backup import DATABASE, MANIFEST, restore_backup, write_backup
from tests.exports import contents

PICTURE = b"\x89PNG not really"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with a library of one question and one file, the last change still in the write-ahead log."""
    folder = tmp_path / "data"
    migrations.upgrade(folder / DATABASE)
    digest = MediaStore(folder / "media").put(PICTURE)
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute(
            "INSERT INTO server (id, name, slug, created_at) VALUES (1, 'Lakeside School', 'lakeside', 0)"
        )
        connection.execute("INSERT INTO class (server_id) VALUES (1)")
        connection.execute(
            "INSERT INTO question (server_id, class_id, number, state, text, origin, created_at, changed_at)"
            " VALUES (1, 1, 1, 'open', 'Why do leaves turn red?', 'command', 0, 0)"
        )
        connection.execute(
            "INSERT INTO attachment (question_id, digest, filename, content_type, size)"
            f" VALUES (1, '{digest}', 'maple.png', 'image/png', {len(PICTURE)})"
        )
        connection.commit()
    return folder


@pytest.fixture
def made(data: Path, tmp_path: Path) -> Path:
    """Return a backup of it."""
    write_backup(data / DATABASE, data / "media", tmp_path / "monday.tar", program="1.2.3")
    return tmp_path / "monday.tar"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(file: Path, folder: Path) -> str:
    """Return the key of the refusal, having seen that it changed nothing."""
    before = everything(folder)
    with pytest.raises(BadInput) as refusal:
        restore_backup(file, folder, moment="now")
    assert everything(folder) == before
    assert refusal.value.places["file"] == file
    return refusal.value.key


def test_what_was_backed_up_is_restored_elsewhere(made: Path, data: Path, tmp_path: Path) -> None:
    restored = restore_backup(made, tmp_path / "new", moment="now")

    assert restored == backup.Restored(backup.Backup(migrations.latest(), 1), None)
    assert contents(tmp_path / "new" / DATABASE) == contents(data / DATABASE)
    assert [path.read_bytes() for path in (tmp_path / "new" / "media").rglob("*") if path.is_file()] == [PICTURE]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["media", DATABASE]


def test_what_stood_there_is_kept_beside(made: Path, data: Path) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        connection.execute("UPDATE question SET text = 'Why do leaves fall?'")
        connection.commit()
    MediaStore(data / "media").put(b"later")

    restored = restore_backup(made, data, moment="20251117-080000")

    assert restored.before == data / "before-restore-20251117-080000"
    assert contents(data / DATABASE)["question"][0] != contents(restored.before / DATABASE)["question"][0]
    assert "Why do leaves fall?" in str(contents(restored.before / DATABASE)["question"])
    assert len([path for path in (restored.before / "media").rglob("*") if path.is_file()]) == 2


def test_it_is_made_in_one_moment_while_others_write(data: Path, tmp_path: Path) -> None:
    """Each change adds one question and counts it in the server's row: a backup in between would not add up."""
    ready, done = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(data / DATABASE, isolation_level=None)) as connection:
            number = 1
            while not done.is_set():
                number += 1
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(
                    "INSERT INTO question (server_id, class_id, number, state, text, origin, created_at, changed_at)"
                    " VALUES (1, 1, ?, 'open', ?, 'command', 0, 0)",
                    (number, "x" * 2000),
                )
                connection.execute("UPDATE server SET next_number = ?", (number + 1,))
                connection.execute("COMMIT")
                ready.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert ready.wait(10)
        for round_ in range(5):
            file = tmp_path / f"{round_}.tar"
            write_backup(data / DATABASE, data / "media", file, program="1.2.3")
            restore_backup(file, tmp_path / str(round_), moment="now")
            kept = contents(tmp_path / str(round_) / DATABASE)
            next_number = kept["server"][0][5]
            assert next_number == len(kept["question"]) + 1
    finally:
        done.set()
        writer.join()


def test_it_does_not_overwrite_unless_told_to(made: Path, data: Path) -> None:
    before = made.read_bytes()
    with pytest.raises(BadInput) as refusal:
        write_backup(data / DATABASE, data / "media", made, program="1.2.3")
    assert refusal.value.key == "cli.backup.exists"
    assert made.read_bytes() == before

    MediaStore(data / "media").put(b"later")
    assert write_backup(data / DATABASE, data / "media", made, program="1.2.3", force=True).media_count == 2


def test_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        write_backup(tmp_path / DATABASE, tmp_path / "media", tmp_path / "monday.tar", program="1.2.3")
    assert refusal.value.key == "cli.backup.nothing"
    assert list(tmp_path.iterdir()) == []


def test_one_that_fails_leaves_nothing(data: Path, tmp_path: Path) -> None:
    (data / DATABASE).write_bytes(b"no database at all" * 100)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(BadInput) as refusal:
        write_backup(data / DATABASE, data / "media", out / "monday.tar", program="1.2.3")
    assert refusal.value.key == "cli.database.not_copied"
    (data / DATABASE).write_bytes(b"")  # a database of nobody's
    with pytest.raises(BadInput) as refusal:
        write_backup(data / DATABASE, data / "media", out / "monday.tar", program="1.2.3")
    assert refusal.value.key == "cli.database.not_ours"
    assert list(out.iterdir()) == []
    assert sorted(path.name for path in data.iterdir()) == ["media", DATABASE]


def test_a_damaged_file_is_named_and_left_out(data: Path, tmp_path: Path) -> None:
    store = MediaStore(data / "media")
    digest = store.put(b"good")
    store.path(digest).write_bytes(b"bad")
    (data / "media" / digest[:2] / "tmp-half-written").write_bytes(b"go")

    written = write_backup(data / DATABASE, data / "media", tmp_path / "monday.tar", program="1.2.3")

    assert (written.media_count, written.damaged) == (1, (digest,))
    restore_backup(tmp_path / "monday.tar", tmp_path / "new", moment="now")


def test_one_that_was_cut_short_is_refused(made: Path, data: Path) -> None:
    whole = made.read_bytes()
    manifest_at = whole.index(b'"format"')
    for length in (0, 1, 511, 512, 4096, len(whole) // 2, manifest_at, manifest_at + 100):
        made.write_bytes(whole[:length])
        assert refused(made, data) == "cli.restore.damaged"


def test_one_with_a_wrong_byte_is_refused(made: Path, data: Path) -> None:
    whole = made.read_bytes()
    for place in (0, 100, 345, 600, 5000, whole.index(PICTURE), whole.index(b'"members"')):
        made.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert refused(made, data) == "cli.restore.damaged"
    made.write_bytes(whole)
    assert restore_backup(made, data, moment="now").backup.media_count == 1


def test_other_files_are_refused(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for content in (b"", b"\0" * 10240, b"hello", (data / DATABASE).read_bytes()):
        other.write_bytes(content)
        assert refused(other, data) == "cli.restore.damaged"


Change = Callable[[dict[str, Any], dict[str, bytes]], None]


def rebuilt(made: Path, change: Change) -> None:
    """Write the backup anew with another manifest or other members."""
    with tarfile.open(made) as archive:
        members = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    manifest = json.loads(members.pop(MANIFEST))
    change(manifest, members)
    members.setdefault(MANIFEST, json.dumps(manifest).encode())
    with tarfile.open(made, "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("cli.restore.newer", lambda manifest, _: manifest.update(format=2)),
        ("cli.restore.newer", lambda manifest, _: manifest.update(migration=migrations.latest() + 1)),
        ("cli.restore.damaged", lambda manifest, _: manifest.update(migration=0)),
        ("cli.restore.damaged", lambda manifest, _: manifest.update(migration="new")),
        ("cli.restore.damaged", lambda manifest, _: manifest.update(members=[DATABASE])),
        ("cli.restore.damaged", lambda manifest, _: manifest["members"].update({DATABASE: "0" * 64})),
        ("cli.restore.damaged", lambda manifest, _: manifest["members"].pop(DATABASE)),
        ("cli.restore.damaged", lambda _, members: members.update({MANIFEST: b"{}"})),
        ("cli.restore.damaged", lambda _, members: members.update({MANIFEST: b"hello"})),
        ("cli.restore.damaged", lambda _, members: members.update({MANIFEST: b"[]"})),
        ("cli.restore.damaged", lambda _, members: members.pop(DATABASE)),
        ("cli.restore.damaged", lambda _, members: members.update({"media/aa/" + "a" * 64: b"not that"})),
        ("cli.restore.damaged", lambda _, members: members.update({"media/aa/" + "b" * 64: b"elsewhere"})),
        ("cli.restore.damaged", lambda _, members: members.update({"../outside": b"x"})),
        ("cli.restore.damaged", lambda _, members: members.update({"/outside": b"x"})),
        ("cli.restore.damaged", lambda _, members: members.update({f"./{DATABASE}": b"x"})),
        ("cli.restore.damaged", lambda _, members: members.update({"media/../../outside": b"x"})),
        ("cli.restore.damaged", lambda _, members: members.update({"readme.txt": b"x"})),
    ],
)
def test_one_that_was_tampered_with_is_refused(
    made: Path, data: Path, tmp_path: Path, key: str, change: Change
) -> None:
    rebuilt(made, change)
    assert refused(made, data) == key
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "monday.tar"]


def test_links_in_a_backup_are_refused(made: Path, data: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
        with tarfile.open(made, "w") as archive:
            link = tarfile.TarInfo(DATABASE)
            link.type, link.linkname = kind, "/etc/hostname"
            archive.addfile(link)
        assert refused(made, data) == "cli.restore.damaged"


def test_the_same_member_twice_is_refused(made: Path, data: Path) -> None:
    with tarfile.open(made, "a") as archive:
        again = tarfile.TarInfo(MANIFEST)
        again.size = 2
        archive.addfile(again, io.BytesIO(b"{}"))
    assert refused(made, data) == "cli.restore.damaged"


def with_database(made: Path, tmp_path: Path, statement: str) -> None:
    """Put a database into the backup that `statement` spoiled, with a manifest that agrees."""
    with tarfile.open(made) as archive:
        (tmp_path / "spoiled").write_bytes(archive.extractfile(DATABASE).read())  # type: ignore[union-attr]
    with closing(sqlite3.connect(tmp_path / "spoiled", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)
    spoiled = (tmp_path / "spoiled").read_bytes()
    digest = backup._digest_of(tmp_path / "spoiled")

    def change(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
        members[DATABASE] = spoiled
        manifest["members"][DATABASE] = digest

    rebuilt(made, change)


@pytest.mark.parametrize(
    "statement",
    ["PRAGMA application_id = 7", "PRAGMA user_version = 99", "UPDATE question SET class_id = 99"],
)
def test_a_database_that_is_not_sound_is_refused(made: Path, data: Path, tmp_path: Path, statement: str) -> None:
    with_database(made, tmp_path, statement)
    assert refused(made, data) == "cli.restore.damaged"


def test_a_swap_that_fails_half_way_is_taken_back(made: Path, data: Path) -> None:
    before = contents(data / DATABASE)
    in_the_way = data / "before-restore-now" / "media" / "somebody's"
    in_the_way.mkdir(parents=True)

    with pytest.raises(OSError, match="not empty"):
        restore_backup(made, data, moment="now")

    assert contents(data / DATABASE) == before
    assert sorted(path.name for path in data.iterdir() if not path.name.endswith(("-wal", "-shm"))) == [
        "before-restore-now",
        "media",
        DATABASE,
    ]


def test_what_is_wrong_in_a_database_is_found(data: Path, tmp_path: Path) -> None:
    assert backup.problems_in(data / DATABASE) == []
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        connection.execute("UPDATE question SET class_id = 99")
        connection.commit()
    assert backup.problems_in(data / DATABASE) == ["question refers to a missing class"]
    broken = tmp_path / "broken.sqlite3"
    backup.copy_database(data / DATABASE, broken)
    whole = broken.read_bytes()
    broken.write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:])
    assert backup.problems_in(broken)


def test_files_that_are_missing_are_found(data: Path) -> None:
    assert backup.look_at_media(data / DATABASE, data / "media") == backup.MediaState(1, ())
    (path,) = [one for one in (data / "media").rglob("*") if one.is_file()]
    path.unlink()
    assert backup.look_at_media(data / DATABASE, data / "media") == backup.MediaState(1, (path.name,))


def test_files_of_notes_are_looked_for_once_they_were_fetched(data: Path) -> None:
    (there,) = [one.name for one in (data / "media").rglob("*") if one.is_file()]
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        connection.execute(
            "INSERT INTO session (server_id, class_id, number, title, held_on, state, channel_id, started_at)"
            " VALUES (1, 1, 2, 'Leaves', '2026-11-18', 'open', 1, 0)"
        )
        for block_id, digest in enumerate([f"'{there}'", "'missing'", "''", "NULL"], start=1):
            connection.execute(
                "INSERT INTO block (server_id, session_id, kind, state, position, part, text, created_at, changed_at)"
                " VALUES (1, 1, 'image', 'standing', 1, 0, '', 0, 0)"
            )
            connection.execute(
                "INSERT INTO block_file (block_id, server_id, digest, filename)"
                f" VALUES ({block_id}, 1, {digest}, 'maple.png')"
            )
        connection.commit()
    assert backup.look_at_media(data / DATABASE, data / "media") == backup.MediaState(2, ("missing",))
