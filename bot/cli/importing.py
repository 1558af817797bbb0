"""`vademecum import`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.cli.lock import is_held
from bot.cli.opening import open_library, settings_for, upgrade_database
from bot.cli.saying import say
from bot.errors import Refused
from bot.services.importing import ImportSummary, import_exports
from bot.services.importing.running import PAUSE_SECONDS, Report
from bot.settings import Settings
from bot.storage import backup


def import_files(options: argparse.Namespace) -> int:
    """Import the files, or try what an import would do on a copy that is thrown away."""
    settings = settings_for(options)
    with _rehearsal(settings) if options.dry_run else contextlib.nullcontext(settings) as chosen, _bar() as report:
        upgrade_database(chosen.database_path)
        try:
            summary = asyncio.run(_import(chosen, options.files, report))
        except OSError as error:
            raise Refused("cli.import.disk", why=error.strerror or error) from error
    if options.json:
        print(json.dumps(_counts(summary) | {"dry_run": options.dry_run}, indent=2))
    else:
        print("\n".join(_lines(summary, dry_run=options.dry_run)))
    return 0


@contextlib.contextmanager
def _rehearsal(settings: Settings) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="vademecum-dry-run-") as folder:
        copy = replace(settings, data_dir=Path(folder))
        if settings.database_path.exists():
            backup.copy_database(settings.database_path, copy.database_path)
        yield copy
        shutil.rmtree(copy.media_dir, ignore_errors=True)


async def _import(settings: Settings, files: list[Path], report: Report) -> ImportSummary:
    pause = PAUSE_SECONDS if is_held(settings.data_dir) else 0.0
    async with open_library(settings) as library:
        return await import_exports(library, files, report=report, pause_seconds=pause)


@contextlib.contextmanager
def _bar() -> Iterator[Report]:
    """Show how far it is on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _whole: None
        return
    from tqdm import tqdm

    with contextlib.ExitStack() as stack:
        bars: dict[str, tqdm[None]] = {}

        def report(step: str, done: int, whole: int) -> None:
            if step not in bars:
                unit = "B" if step == "reading" else say("cli.import.messages")
                text = say("cli.import.reading") if step == "reading" else say("cli.import.keeping")
                bars[step] = stack.enter_context(
                    tqdm(total=whole, desc=text, unit=unit, unit_scale=step == "reading", file=sys.stderr)
                )
            bars[step].update(done)

        yield report


def _counts(summary: ImportSummary) -> dict[str, object]:
    return {
        "messages_read": summary.messages_read,
        "questions_logged": summary.questions_logged,
        "answers_kept": summary.answers_kept,
        "already_there": summary.already_there,
        "skipped": {why: count for why, count in sorted(summary.skipped.items()) if count},
        "files": {name: count for name, count in sorted(summary.files.items()) if count},
    }


def _lines(summary: ImportSummary, *, dry_run: bool) -> list[str]:
    lines = [say("cli.import.rehearsed")] if dry_run else []
    lines += [
        say("cli.import.read", count=summary.messages_read),
        say("cli.import.questions", count=summary.questions_logged),
        say("cli.import.answers", count=summary.answers_kept),
    ]
    if summary.already_there:
        lines.append(say("cli.import.already_there", count=summary.already_there))
    lines += _counted("importing.files", summary.files)
    if summary.skipped.total():
        lines.append(say("cli.import.skipped", count=summary.skipped.total()))
        lines += _counted("importing.skipped", summary.skipped)
    return lines


def _counted(texts: str, counts: Counter[str]) -> list[str]:
    return [f"  {say(f'{texts}.{name}', count=count)}" for name, count in counts.most_common() if count]
