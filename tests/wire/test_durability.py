"""What the bot said is done stays done: it is killed at random moments, and its power cut, while a class asks."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.shims import read_syncs
from tests.wire.conftest import Room, cards, number_in, number_told
from tests.wire.disk import Disk
from tests.wire.rest import Call
from tests.wire.running import RunningBot
from tests.wire.world import Happened

ASKS = 200
SEED = 20261123
CALLBACKS = "/interactions/*/*/callback"
CARDS = "/channels/*/messages"
DATABASE = "vademecum.sqlite3"


@pytest.fixture
def disk(tmp_path: Path, fsync_shim: Path) -> Disk:
    return Disk(tmp_path / "disk", fsync_shim, DATABASE)


@pytest.fixture
async def vademecum(room: Room, tmp_path: Path, disk: Disk) -> AsyncIterator[RunningBot]:
    """The real bot, not yet started, on a watched disk; it must not have logged an error when the test is over."""
    async with RunningBot(room.discord, tmp_path / "data") as bot:
        bot.environment |= disk.environment
        yield bot
    assert not bot.errors()


class Asking:
    """A class that asks, bot or no bot, and remembers what it was told."""

    def __init__(self, room: Room, bot: RunningBot, disk: Disk) -> None:
        self.room = room
        self.bot = bot
        self.asked: dict[str, Happened] = {}
        self.told_too_early: list[str] = []
        self._disk = disk
        # Five questions an hour are allowed to each.
        self._students = [room.discord.world.add_person(f"Student {number}") for number in range(ASKS // 4)]
        room.discord.witness = self._look_at_disk

    async def ask(self, count: int, chooser: random.Random) -> None:
        """Ask so many questions in quick succession, each by the next student, whether or not the bot is there."""
        for _ in range(count):
            await asyncio.sleep(chooser.uniform(0, 0.01))
            number = len(self.asked)
            text = f"What do axolotls eat on day {number} of the year?"
            student = self._students[number % len(self._students)]
            self.asked[text] = self.room.discord.slash(student, self.room.channel, "question ask", text=text)

    def acknowledged(self) -> dict[str, int]:
        """The questions of which the asker was told the number, with that number."""
        return {text: number for text, act in self.asked.items() if (number := number_told(act)) is not None}

    def _look_at_disk(self, call: Call) -> None:
        """The instant an acknowledgement arrives, what it speaks of must stand in what was synced."""
        told = number_in(call.text)
        about = [text for text, act in self.asked.items() if act.token in call.path and told is not None]
        for text in about:
            if not self._disk.holds("SELECT 1 FROM question WHERE text = ? AND number = ?", text, told):
                self.told_too_early.append(text)


def kept_questions(bot: RunningBot) -> dict[int, str]:
    with closing(sqlite3.connect(bot.data_dir / DATABASE)) as connection:
        return dict(connection.execute("SELECT number, text FROM question"))


class Executioner:
    """Kills the bot at a moment of its choice: when some answer or card arrives (done or not), or at any instant."""

    def __init__(self, room: Room, bot: RunningBot, chooser: random.Random) -> None:
        self._discord = room.discord
        self._bot = bot
        self._chooser = chooser
        self._done = asyncio.Event()
        self.kills = Counter[str]()

    def choose(self, wave: int) -> None:
        """Decide when, among what `wave` questions bring."""
        self._done.clear()
        moment = self._chooser.choice((CALLBACKS, CARDS, "any instant"))
        self.kills[moment] += 1
        if moment == "any instant":
            delay = self._chooser.uniform(0, 0.01 * wave)
            asyncio.get_running_loop().call_later(delay, lambda: asyncio.ensure_future(self._kill(None)))
        else:
            perform, skip = self._chooser.random() < 0.5, self._chooser.randrange(wave)
            self._discord.when("POST", moment, self._kill, skip=skip, perform=perform)

    async def _kill(self, _call: Call | None) -> None:
        await self._bot.kill()
        self._done.set()

    async def done(self) -> None:
        """Wait for it."""
        await self._discord.until(self._done.is_set, "the bot is killed")


@pytest.mark.timeout(180)
async def test_of_two_hundred_questions_none_acknowledged_is_lost_and_none_stands_twice(
    room: Room, vademecum: RunningBot, disk: Disk
) -> None:
    chooser = random.Random(SEED)
    asking = Asking(room, vademecum, disk)
    executioner = Executioner(room, vademecum, chooser)
    while len(asking.asked) < ASKS:
        await vademecum.start()
        wave = min(chooser.randint(6, 16), ASKS - len(asking.asked))
        executioner.choose(wave)
        await asking.ask(wave, chooser)
        await executioner.done()
        if chooser.random() < 0.5:
            disk.cut_power(vademecum.data_dir)

    await vademecum.start()
    kept = kept_questions(vademecum)
    await room.discord.until(lambda: len(cards(room)) == len(kept), "a card for every question that was kept")
    await vademecum.stop()

    told = asking.acknowledged()
    assert len(told) > ASKS // 4
    assert len(told) < ASKS
    assert len(executioner.kills) == 3
    assert {number: kept.get(number) for number in told.values()} == {number: text for text, number in told.items()}
    assert asking.told_too_early == []
    assert set(cards(room).values()) == {1}
    assert len([sync for sync in read_syncs(disk.log) if sync.path.endswith(f"{DATABASE}-wal")]) > 10
