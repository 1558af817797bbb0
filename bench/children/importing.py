"""A channel's history into an empty library, or through the parser alone: ``… importing WHICH DIR FILE``."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import ijson

from bot.clock import SystemClock
from bot.media import MediaStore
from bot.services.importing.reading import BLOCK
from bot.services.importing.running import import_exports
from bot.services.library import Library
from bot.storage import migrations
from bot.storage.database import Database


async def import_into(folder: Path, file: Path) -> dict[str, float]:
    """Import `file` and say how long it took, and what came of it."""
    path = folder / "vademecum.sqlite3"
    migrations.upgrade(path)
    clock = SystemClock()
    database = await Database.open(path, clock)
    try:
        library = Library(database, clock, MediaStore(folder / "media"), "")
        begin = time.perf_counter()  # real time is what is measured here
        summary = await import_exports(library, [file])
        seconds = time.perf_counter() - begin
    finally:
        await database.close()
    return {
        "seconds": seconds,
        "messages": summary.messages_read,
        "questions": summary.questions_logged,
        "answers": summary.answers_kept,
    }


def parse(file: Path) -> dict[str, float]:
    """Let the same parser make every message of `file`, once, and forget it."""
    begin = time.perf_counter()
    with file.open("rb") as opened:
        messages = sum(1 for _ in ijson.items(opened, "messages.item", buf_size=BLOCK))
    return {"seconds": time.perf_counter() - begin, "messages": messages}


if __name__ == "__main__":
    which, into, exported = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    print(json.dumps(asyncio.run(import_into(into, exported)) if which == "ours" else parse(exported)), flush=True)
