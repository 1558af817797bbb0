"""One import: read every file whole, then keep what was chosen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from bot.services.importing.choosing import QUESTION, REPLY, Candidate, Skipped, choose
from bot.services.importing.files import copy_files
from bot.services.importing.keeping import Files, Kept, Row, keep_answers, keep_questions, known_messages
from bot.services.importing.reading import Export, read_header, read_messages
from bot.services.library import Library
from bot.storage.spool import Spool

BATCH = 1_000
"""Messages that are kept in one transaction: some 50 ms, so that a running bot hardly waits."""
READ_AT_ONCE = 2_000
"""Messages between two looks at the event loop, which is how Ctrl-C gets in."""
PAUSE_SECONDS = 0.02
"""Between two batches where the bot is running on the same database: time in which it gets its turn."""

Report = Callable[[str, int, int], None]
"""Told the step (``reading`` in bytes, ``keeping`` in messages), how much was just done, and of how much in all."""


@dataclass(slots=True)
class ImportSummary:
    """What an import did. Every message read is in exactly one of the other counts.

    `files` counts what became of attachments of kept messages: ``copied``, ``not_downloaded``, ``too_large``.
    """

    messages_read: int = 0
    questions_logged: int = 0
    answers_kept: int = 0
    already_there: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)


def _quietly(_step: str, _done: int, _whole: int) -> None:
    """Report nothing."""


async def import_exports(
    library: Library,
    paths: Sequence[Path],
    *,
    report: Report = _quietly,
    batch: int = BATCH,
    pause_seconds: float = 0.0,
) -> ImportSummary:
    """Import files of DiscordChatExporter, each into the server that it came from.

    Raises BadInput with the place where one of them is malformed; then nothing of any is kept. Raises
    StorageUnavailable where a batch could not be kept; the batches before it are, and another run completes them.
    """
    summary = ImportSummary()
    spool = Spool()
    try:
        exports = [read_header(path) for path in paths]
        whole = sum(path.stat().st_size for path in paths)
        for export in exports:
            await _read(export, spool, summary, lambda done: report("reading", done, whole))
        keeper = _Keeper(library, spool, summary, report, batch, pause_seconds)
        for server_id, name in {export.server_id: export.server_name for export in exports}.items():
            await keeper.keep(server_id, name)
    finally:
        spool.close()
    return summary


async def _read(export: Export, spool: Spool, summary: ImportSummary, report: Callable[[int], None]) -> None:
    """Put what may be kept of a file into the spool."""
    messages = read_messages(export, report)
    while some := list(islice(_choices(export, messages), READ_AT_ONCE)):
        candidates = [one._asdict() for one in some if isinstance(one, Candidate)]
        summary.messages_read += len(some)
        summary.skipped.update(one.reason for one in some if isinstance(one, Skipped))
        summary.skipped["repeated"] += len(candidates) - spool.add(candidates)
        await asyncio.sleep(0)


def _choices(export: Export, messages: Iterator[dict[str, Any]]) -> Iterator[Candidate | Skipped]:
    return (choose(export, message) for message in messages)


@dataclass(frozen=True, slots=True)
class _Keeper:
    """The second pass: from the spool to the database."""

    library: Library
    spool: Spool
    summary: ImportSummary
    report: Report
    batch: int
    pause_seconds: float

    async def keep(self, server_id: int, server_name: str) -> None:
        """Keep what the spool has of one server: all questions, then the answers to them."""
        database = self.library.database
        for rows in self.spool.batches(QUESTION, server_id, self.batch):
            files = await self._copy_files(server_id, rows)
            kept = await database.write(keep_questions, server_id, server_name, rows, files)
            self.summary.questions_logged += kept.kept
            await self._count(kept, rows)
        for rows in self.spool.batches(REPLY, server_id, self.batch):
            files = await self._copy_files(server_id, rows)
            kept = await database.write(keep_answers, server_id, rows, files)
            self.summary.answers_kept += kept.kept
            await self._count(kept, rows)

    async def _copy_files(self, server_id: int, rows: list[Row]) -> Files:
        with_files = [row for row in rows if row["attachments"] != "[]"]
        if not with_files:
            return {}
        known = await self.library.database.read(known_messages, server_id, rows)
        return {
            row["message_id"]: await asyncio.to_thread(copy_files, self.library.media, row, self.summary.files)
            for row in with_files
            if row["message_id"] not in known
        }

    async def _count(self, kept: Kept, rows: list[Row]) -> None:
        self.summary.already_there += kept.already_there
        self.summary.skipped.update(kept.skipped)
        self.report("keeping", len(rows), self.spool.count())
        if self.pause_seconds:
            await asyncio.sleep(self.pause_seconds)
