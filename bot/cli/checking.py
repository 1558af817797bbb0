"""`vademecum check`: what is misconfigured, and the mend, as far as it can be seen without asking Discord."""

from __future__ import annotations

import argparse
import base64
import binascii
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.cli.lock import is_held
from bot.cli.opening import settings_for
from bot.cli.saying import say, size_of
from bot.settings import Settings
from bot.storage import backup, migrations

ENOUGH_BYTES = 500_000_000
"""Free disk space below which there is something to mend: room for a backup and some weeks of a school's questions."""
TOKEN_PARTS = 3


class Finding(NamedTuple):
    """One line of the report. `verdict` is ``fine``, ``wrong`` or ``note``."""

    verdict: str
    text: str


def check(options: argparse.Namespace) -> int:
    """Print what was found; 1 if anything needs mending."""
    settings = settings_for(options)
    wrong = 0
    for finding in findings(settings):
        wrong += finding.verdict == "wrong"
        print(say(f"cli.check.{finding.verdict}", text=finding.text))
    print(say("cli.check.sum_wrong", count=wrong) if wrong else say("cli.check.sum_fine"))
    return 1 if wrong else 0


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at everything, the most basic things first."""
    yield Finding("fine", say("cli.check.settings"))
    yield from _disk(settings.data_dir)
    yield from _database(settings)
    running = is_held(settings.data_dir)
    yield Finding("note", say("cli.check.running") if running else say("cli.check.not_running"))
    yield from _discord(settings)
    yield from _site(settings)
    yield Finding("note", say("cli.check.browser"))


def _disk(folder: Path) -> Iterator[Finding]:
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        why = os.strerror(13 if there.is_dir() else 20)
        yield Finding("wrong", say("cli.check.folder_unwritable", folder=folder, why=why))
    else:
        yield Finding("fine", say("cli.check.folder", folder=folder))
    free = shutil.disk_usage(there).free
    enough = free >= ENOUGH_BYTES
    text = say("cli.check.disk", size=size_of(free)) if enough else say("cli.check.disk_low", size=size_of(free))
    yield Finding("fine" if enough else "wrong", text)


def _database(settings: Settings) -> Iterator[Finding]:
    path = settings.database_path
    if not path.exists():
        yield Finding("note", say("cli.check.no_database", folder=settings.data_dir))
        return
    try:
        version = migrations.version_of(path)
    except migrations.NotOurs:
        yield Finding("wrong", say("cli.database.not_ours", file=path))
        return
    problems = backup.problems_in(path)
    if problems:
        yield Finding("wrong", say("cli.check.damaged", what=problems[0]))
        return
    yield Finding("fine", say("cli.check.database"))
    yield _migrations(path, version)
    if version == migrations.latest():
        yield _media(settings)


def _migrations(path: Path, version: int) -> Finding:
    if version > migrations.latest():
        return Finding("wrong", say("cli.database.too_new", file=path))
    if version < migrations.latest():
        return Finding("wrong", say("cli.check.outdated"))
    return Finding("fine", say("cli.check.up_to_date"))


def _media(settings: Settings) -> Finding:
    state = backup.look_at_media(settings.database_path, settings.media_dir)
    if state.missing:
        count, name = len(state.missing), state.missing[0]
        return Finding("wrong", say("cli.check.media_missing", count=count, name=name, folder=settings.media_dir))
    return Finding("fine", say("cli.check.media", count=state.referred))


def _discord(settings: Settings) -> Iterator[Finding]:
    if not settings.discord_token:
        yield Finding("note", say("cli.check.no_token"))
    elif len(settings.discord_token.split(".")) != TOKEN_PARTS:
        yield Finding("wrong", say("cli.check.token_shape"))
    else:
        yield Finding("fine", say("cli.check.token"))
    privileged = settings.message_content
    yield Finding("note", say("cli.check.message_content") if privileged else say("cli.check.no_privileged"))
    yield from _invitation(settings)


def _invitation(settings: Settings) -> Iterator[Finding]:
    from bot.kit.permissions import NAMES, invite_link

    yield Finding("note", say("cli.check.permissions", names=", ".join(NAMES.values())))
    application_id = application_of(settings.discord_token)
    if application_id is not None:
        yield Finding("note", say("cli.check.invite", link=invite_link(application_id)))


def application_of(token: str) -> int | None:
    """Return the application's id, which is the first part of a bot token; None where that is not to be read."""
    first = token.partition(".")[0]
    try:
        number = base64.b64decode(first + "=" * (-len(first) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return int(number) if number.isdigit() else None


def _site(settings: Settings) -> Iterator[Finding]:
    if settings.site_port is None:
        yield Finding("note", say("cli.check.no_site"))
        return
    yield Finding("note", say("cli.check.site", host=settings.site_host, port=settings.site_port))
    if not settings.site_url:
        yield Finding("wrong", say("cli.check.site_url"))
