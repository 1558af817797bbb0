"""A lesson writes at once: ``python -m bench.children.noting WHICH DIR COUNT``.

So many messages of one thread come in through discord.py's own parser in one turn of the event loop. The clock stops
when the last of them was dealt with: by ours, when it is kept durably as a block of the note; by the floor, when an
`on_message` that does nothing has run.
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
from bot.models.people import Actor
from bot.services.scribes import sessions
from bot.services.scribes.sessions import Start
from tests.wire.world import Json, Person

LONGEST_SECONDS = 60.0


async def main(which: str, folder: Path, count: int) -> None:
    """Start, let the class write, and say how long it took."""
    bot = make_bot(which, folder, message_content=True)
    discord = StubbedDiscord()
    scribes = [discord.world.add_person(f"Scribe {one}") for one in range(4)]
    thread = discord.world.add_channel("Leaves", kind=11, parent=discord.channel)
    try:
        await discord.log_in(bot)
        if which == "ours":
            await _begin(bot, discord, scribes, thread)
        events = [_event(discord, thread, scribes[one % 4], one) for one in range(count)]
        seconds = await _burst(bot, events)
        if which == "ours" and _kept(folder) != count:
            raise RuntimeError(f"{count} messages were written, and {_kept(folder)} are in the note")
        print(json.dumps({"seconds": seconds}), flush=True)
    finally:
        await bot.close()


async def _begin(bot: Any, discord: StubbedDiscord, scribes: list[Person], thread: int) -> None:  # noqa: ANN401
    server = discord.world.guild_id
    lead, *partners = (one.id for one in scribes)
    begin = Start(title="Leaves", lead_id=lead, partner_ids=tuple(partners), channel_id=discord.channel)
    begun = await sessions.start_session(Actor(server, lead), bot.library, begin)
    await sessions.attach_thread(bot.library, server, begun.number, thread)


def _event(discord: StubbedDiscord, thread: int, scribe: Person, number: int) -> Json:
    text = f"The leaf of tree number {number} lets go where its stalk meets the twig."
    message = discord.world.post(thread, scribe, {"content": text})
    return message | {"guild_id": str(discord.world.guild_id), "member": discord.world.member(scribe)}


async def _burst(bot: Any, events: list[Json]) -> float:  # noqa: ANN401 - private parts
    begin = time.perf_counter()  # real time is what is measured here
    for event in events:
        bot._connection.parse_message_create(event)
    listening = [task for task in asyncio.all_tasks() if task.get_name() == "discord.py: on_message"]
    if len(listening) < len(events):
        raise RuntimeError("not every message was heard")
    await asyncio.wait_for(asyncio.gather(*listening), LONGEST_SECONDS)
    return time.perf_counter() - begin


def _kept(folder: Path) -> int:
    """How many blocks stand in the database for somebody else who opens the file."""
    with closing(sqlite3.connect(folder / "vademecum.sqlite3")) as connection:
        count: int = connection.execute("SELECT COUNT(*) FROM block WHERE state = 'standing'").fetchone()[0]
    return count


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
