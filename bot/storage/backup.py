"""Backups: the database and the media store in one file that tells whether it is whole.

A backup is a plain tar archive: ``vademecum.sqlite3``, the media under ``media/``, and last ``manifest.json`` with
the SHA-256 of each. It is made while the bot runs, from one moment of the database (SQLite's online backup).
Restoring looks at everything first and only then puts the new data in the place of the old, which is kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bot.errors import BadInput
from bot.media import sync_folder
from bot.storage import migrations

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "vademecum.sqlite3"
LARGEST_MANIFEST = 64 << 20
"""Bytes: some 600,000 files."""
_MEDIUM = re.compile(r"media/([0-9a-f]{2})/(\1[0-9a-f]{62})")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds. `damaged` media were not what their name says, and were left out."""

    migration: int
    media_count: int
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the data that stood there before is now (None: there was none)."""

    backup: Backup
    before: Path | None


def copy_database(source: Path, target: Path) -> None:
    """Copy one moment of a database that may be in use. The copy is a single file, without a write-ahead log.

    Raises BadInput where it is damaged, stays locked, or does not fit on the disk.
    """
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()
    except sqlite3.Error as error:
        raise BadInput("cli.database.not_copied", file=source, why=error) from error


def write_backup(database: Path, media: Path, target: Path, *, program: str, force: bool = False) -> Backup:
    """Write a backup to `target`, all of it or nothing.

    Raises BadInput where there is no sound database, or `target` is there and not `force`, and OSError where it
    cannot be written.
    """
    if not database.is_file():
        raise BadInput("cli.backup.nothing", file=database)
    if target.exists() and not force:
        raise BadInput("cli.backup.exists", file=target)
    handle, partial = tempfile.mkstemp(dir=target.resolve().parent, prefix=f".{target.name}.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            made = _write(file, database, media, program)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    sync_folder(target.resolve().parent)
    return made


def _write(file: IO[bytes], database: Path, media: Path, program: str) -> Backup:
    members: dict[str, str] = {}
    damaged = []
    with tarfile.open(fileobj=file, mode="w") as archive:
        # The database first: what it refers to is in the media store by then.
        with tempfile.TemporaryDirectory(dir=database.parent, prefix=".backup-") as folder:
            copy = Path(folder) / DATABASE
            copy_database(database, copy)
            migration = _version_of(copy, database)
            members[DATABASE] = _add(archive, copy, DATABASE)
        for path in sorted(media.glob("??/*")):
            name = f"media/{path.parent.name}/{path.name}"
            if not _MEDIUM.fullmatch(name):
                continue  # half-written by a process that was killed
            if _digest_of(path) == path.name:
                members[name] = _add(archive, path, name)
            else:
                damaged.append(path.name)
        _add_manifest(archive, {"format": FORMAT, "program": program, "migration": migration, "members": members})
    return Backup(migration, len(members) - 1, tuple(damaged))


def _version_of(copy: Path, database: Path) -> int:
    try:
        return migrations.version_of(copy)
    except migrations.NotOurs as error:
        raise BadInput("cli.database.not_ours", file=database) from error


def _add(archive: tarfile.TarFile, path: Path, name: str) -> str:
    member = tarfile.TarInfo(name)
    member.size = path.stat().st_size
    member.mode = 0o600
    with path.open("rb") as file:
        archive.addfile(member, file)
    return _digest_of(path)


def _add_manifest(archive: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    content = json.dumps(manifest, indent=1).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(content)
    member.mode = 0o600
    archive.addfile(member, io.BytesIO(content))


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore_backup(source: Path, data_dir: Path, *, moment: str) -> Restored:
    """Put a backup's data in the place of `data_dir`'s database and media.

    What was there is moved to ``before-restore-<moment>`` inside `data_dir`. Raises BadInput for whatever is not a
    whole backup that this program knows; then nothing was touched. No process may use the data meanwhile.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with _unpacking(data_dir) as unpacked:
        backup = _unpack(source, unpacked)
        before = data_dir / f"before-restore-{moment}"
        moved = _swap(data_dir, unpacked, before)
    sync_folder(data_dir)
    return Restored(backup, before if moved else None)


@contextmanager
def _unpacking(data_dir: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=data_dir, prefix=".restoring-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(source: Path, folder: Path) -> Backup:
    """Unpack into `folder`, hold every member against the manifest, and look into the database."""
    try:
        with tarfile.open(source, mode="r:") as archive:
            found = {member.name: _extract(source, archive, member, folder) for member in archive}
    except (tarfile.TarError, EOFError) as error:
        raise BadInput("cli.restore.damaged", file=source) from error
    manifest = _manifest(source, folder)
    found.pop(MANIFEST)
    if found != manifest["members"] or DATABASE not in found or not _media_are_named_right(found):
        raise BadInput("cli.restore.damaged", file=source)
    _check_database(source, folder / DATABASE, manifest["migration"])
    return Backup(manifest["migration"], len(found) - 1)


def _extract(source: Path, archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write one member to its place and return its digest. Only our own names are places."""
    ours = member.name in {DATABASE, MANIFEST} or _MEDIUM.fullmatch(member.name)
    target = folder / member.name if ours else folder
    if (
        not ours
        or not member.isreg()
        or target.exists()
        or (member.name == MANIFEST and member.size > LARGEST_MANIFEST)
    ):
        raise BadInput("cli.restore.damaged", file=source)
    target.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(member)
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while content is not None and (block := content.read(_BLOCK)):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _manifest(source: Path, folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        newer = manifest["format"] > FORMAT or manifest["migration"] > migrations.latest()
        well_formed = isinstance(manifest["members"], dict)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("cli.restore.damaged", file=source) from error
    if newer:
        raise BadInput("cli.restore.newer", file=source, program=manifest.get("program", "?"))
    if not well_formed:
        raise BadInput("cli.restore.damaged", file=source)
    return manifest  # type: ignore[no-any-return]


def _media_are_named_right(found: dict[str, str]) -> bool:
    return all(name == DATABASE or name.endswith(f"/{digest}") for name, digest in found.items())


def _check_database(source: Path, path: Path, migration: int) -> None:
    try:
        whole = migrations.version_of(path) == migration and not problems_in(path)
    except migrations.NotOurs:
        whole = False
    if not whole:
        raise BadInput("cli.restore.damaged", file=source)


def problems_in(path: Path) -> list[str]:
    """Return what SQLite finds wrong in a database file: nothing, if all is well. Reads all of it."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            lost = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return found + [f"{row[0]} refers to a missing {row[2]}" for row in lost]


def _swap(data_dir: Path, unpacked: Path, before: Path) -> bool:
    """Move the old data aside and the new into its place; move it back where that fails half-way."""
    names = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "media")
    done: list[tuple[Path, Path]] = []
    try:
        for old in [data_dir / name for name in names if (data_dir / name).exists()]:
            before.mkdir(exist_ok=True)
            _move(old, before / old.name, done)
        # The media first: a database without its files would be worse than files without their database.
        for new in [unpacked / name for name in ("media", DATABASE) if (unpacked / name).exists()]:
            _move(new, data_dir / new.name, done)
    except BaseException:
        for source, target in reversed(done):
            target.rename(source)
        with suppress(OSError):
            before.rmdir()
        raise
    return before.exists()


def _move(source: Path, target: Path, done: list[tuple[Path, Path]]) -> None:
    source.rename(target)
    done.append((source, target))


@dataclass(frozen=True, slots=True)
class MediaState:
    """What `look_at_media` found: how many files the database refers to, and those among them that are not there."""

    referred: int
    missing: tuple[str, ...]


_DIGESTS = """SELECT digest FROM attachment
UNION SELECT digest FROM block_file WHERE digest <> ''
ORDER BY digest"""


def look_at_media(database: Path, media: Path) -> MediaState:
    """Compare what the database refers to with what is in the media store."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        digests = [row[0] for row in connection.execute(_DIGESTS)]
    return MediaState(len(digests), tuple(one for one in digests if not (media / one[:2] / one).is_file()))
