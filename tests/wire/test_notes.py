"""What scribes write in a note's thread is kept, whenever the bot is killed: the note is the thread."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.wire.conftest import Room
from tests.wire.running import RunningBot
from tests.wire.world import Json, Person

KILLS = 10
ACTS = 25
"""Messages, edits and deletions between two starts of the bot."""
SEED = 20261125
DATABASE = "vademecum.sqlite3"


@pytest.fixture
async def vademecum(room: Room, tmp_path: Path) -> AsyncIterator[RunningBot]:
    """The real bot, which may read what is written, not yet started; it must not have logged an error at the end."""
    async with RunningBot(room.discord, tmp_path / "data") as bot:
        bot.environment["MESSAGE_CONTENT"] = "true"
        yield bot
    assert not bot.errors()


class Lesson:
    """Two scribes who write, reword and delete, bot or no bot."""

    def __init__(self, room: Room, thread: int, chooser: random.Random) -> None:
        self._room = room
        self._thread = thread
        self._chooser = chooser
        self._written = 0
        self.standing: list[Json] = []

    def write(self, scribe: Person) -> None:
        """One message."""
        self._written += 1
        said = self._room.discord.say(scribe, self._thread, f"Line {self._written}: a leaf has veins.")
        self.standing.append(said)

    def reword(self) -> None:
        """An author edits a message of theirs."""
        message = self._chooser.choice(self.standing)
        self._room.discord.world.edit(message, {"content": f"{message['content']} (seen with a lens)"})

    def delete(self) -> None:
        """An author deletes a message of theirs."""
        message = self.standing.pop(self._chooser.randrange(len(self.standing)))
        self._room.discord.world.delete(int(message["id"]))

    async def go_on(self, count: int) -> None:
        """So many acts in quick succession."""
        for _ in range(count):
            await asyncio.sleep(self._chooser.uniform(0, 0.01))
            act = self._chooser.choices(("write", "reword", "delete"), (8, 2, 1))[0]
            if act == "write" or not self.standing:
                self.write(self._chooser.choice((self._room.mia, self._room.noor)))
            elif act == "reword":
                self.reword()
            else:
                self.delete()

    def note(self) -> list[tuple[int, str]]:
        """What the note must say: who wrote what, in order."""
        return [(int(one["author"]["id"]), one["content"]) for one in self.standing]


def kept_note(bot: RunningBot) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(bot.data_dir / DATABASE)) as connection:
        rows = connection.execute(
            "SELECT author_user_id, text FROM block WHERE state = 'standing' ORDER BY position, part"
        )
        return list(rows)


async def begin(room: Room) -> int:
    """Mia starts a note with Noor as her partner; return its thread."""
    started = room.discord.slash(room.mia, room.channel, "note start", title="Leaves", partner1=room.noor)
    await room.discord.told(started)
    threads = room.discord.world.channels
    found = await room.discord.until(
        lambda: [one for one, channel in threads.items() if channel["type"] == 11], "the note's thread"
    )
    return found[0]


@pytest.mark.timeout(180)
async def test_a_live_lesson_loses_no_message_to_kills(room: Room, vademecum: RunningBot) -> None:
    chooser = random.Random(SEED)
    await vademecum.start()
    lesson = Lesson(room, await begin(room), chooser)
    for _ in range(KILLS):
        going_on = asyncio.create_task(lesson.go_on(ACTS))
        await asyncio.sleep(chooser.uniform(0, 0.2))
        await vademecum.kill()
        await going_on  # some of it was heard, and some was not
        await vademecum.start()
    await lesson.go_on(ACTS)
    await room.discord.until(lambda: kept_note(vademecum) == lesson.note(), "the note is the thread")
    await vademecum.stop()
    assert len(lesson.note()) > KILLS * ACTS // 2
    assert {author for author, _ in lesson.note()} == {room.mia.id, room.noor.id}
