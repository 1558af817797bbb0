"""Everybody asks at once: ``python -m bench.children.bursting WHICH DIR COUNT [without-http]``.

A thousand people's ``/question ask`` come in through discord.py's own parser in one turn of the event loop. The clock
stops when the last of them was told the outcome. Ours must have kept every question by then; that is counted.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.children.choosing import make_bot
from bench.children.stubs import StubbedDiscord
from tests.wire.world import Happened

LONGEST_SECONDS = 60.0


async def main(which: str, folder: Path, count: int, *, without_http: bool) -> None:
    """Start, let `count` people ask, and say how long they waited."""
    bot = make_bot(which, folder)
    discord = StubbedDiscord(without_http=without_http)
    try:
        await discord.log_in(bot)
        asked = [discord.ask(discord.world.add_person(f"Student {one}"), _text(one)) for one in range(count)]
        waits = await _burst(bot, discord, asked)
        if which == "ours" and _kept(folder) != count:
            raise RuntimeError(f"{count} were told that their question is kept, and {_kept(folder)} are")
        print(json.dumps(_summary(waits) | {"deferred": discord.deferred}), flush=True)
    finally:
        await bot.close()


def _text(number: int) -> str:
    return f"Why do the leaves at the top of tree number {number} fall before those at the bottom?"


async def _burst(bot: Any, discord: StubbedDiscord, asked: list[Happened]) -> list[float]:  # noqa: ANN401 - private parts
    discord.awaited = len(asked)
    begin = time.perf_counter()  # real time is what is measured here
    for one in asked:
        bot._connection.parse_interaction_create(one.payload)
    await asyncio.wait_for(discord.all_answered.wait(), LONGEST_SECONDS)
    return sorted(discord.answered[one.token] - begin for one in asked)


def _summary(waits: list[float]) -> dict[str, float]:
    return {"total": waits[-1], "p50": waits[len(waits) // 2], "p99": waits[max(0, len(waits) * 99 // 100 - 1)]}


def _kept(folder: Path) -> int:
    """How many questions stand in the database for somebody else who opens the file."""
    with closing(sqlite3.connect(folder / "vademecum.sqlite3")) as connection:
        count: int = connection.execute("SELECT COUNT(*) FROM question").fetchone()[0]
    return count


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), without_http="without-http" in sys.argv))
