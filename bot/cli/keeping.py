"""`vademecum backup`, `restore` and `db upgrade`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

import bot
from bot.cli.lock import only_one
from bot.cli.opening import settings_for, upgrade_database
from bot.cli.saying import say, size_of
from bot.clock import SystemClock
from bot.errors import BadInput, Refused
from bot.storage import backup as backups


def backup(options: argparse.Namespace) -> int:
    """Write a backup."""
    settings = settings_for(options)
    try:
        made = backups.write_backup(
            settings.database_path, settings.media_dir, options.file, program=bot.__version__, force=options.force
        )
    except OSError as error:
        raise Refused("cli.backup.failed", file=options.file, why=error.strerror or error) from error
    size = size_of(options.file.stat().st_size)
    print(say("cli.backup.done", file=options.file, size=size, media=_files(made.media_count)))
    for name in made.damaged:
        print(say("cli.backup.damaged", name=name), file=sys.stderr)
    return 0


def restore(options: argparse.Namespace) -> int:
    """Restore a backup, once somebody said so."""
    settings = settings_for(options)
    with only_one(settings.data_dir):
        if settings.database_path.exists() and not options.yes:
            _ask(str(settings.data_dir))
        moment = datetime.fromtimestamp(SystemClock().now() / 1000, UTC).strftime("%Y%m%d-%H%M%S")
        try:
            restored = backups.restore_backup(options.file, settings.data_dir, moment=moment)
        except OSError as error:
            raise Refused("cli.restore.failed", file=options.file, why=error.strerror or error) from error
    print(say("cli.restore.done", folder=settings.data_dir, media=_files(restored.backup.media_count)))
    if restored.before is not None:
        print(say("cli.restore.before", folder=restored.before))
    return 0


def _ask(folder: str) -> None:
    if not sys.stdin.isatty():
        raise BadInput("cli.restore.unasked", folder=folder)
    print(say("cli.restore.ask", folder=folder), end=" ", flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise BadInput("cli.restore.declined")


def _files(count: int) -> str:
    return say("cli.media_files", count=count)


def upgrade(options: argparse.Namespace) -> int:
    """Apply the migrations that are missing."""
    settings = settings_for(options)
    with only_one(settings.data_dir):
        existed = settings.database_path.exists()
        applied = upgrade_database(settings.database_path)
    if not applied:
        print(say("cli.database.up_to_date", file=settings.database_path))
        return 0
    print(say("cli.database.applied", file=settings.database_path, names=", ".join(applied)))
    if existed:
        print(say("cli.database.backed_up", folder=settings.data_dir / "backups"))
    return 0
