"""The class on the loopback Discord, and a bot's process that is gone when its test is over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shims import build_fsync_shim
from tests.wire.control import Discord, buttons_of
from tests.wire.running import RunningBot
from tests.wire.world import Happened, Json, Person


@dataclass
class Room:
    """Room 12: a channel for questions, and its people."""

    discord: Discord
    channel: int
    mia: Person
    noor: Person
    okafor: Person


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """A loopback Discord with one channel; after the test, all that the bot sent must be what Discord takes."""
    async with Discord() as discord:
        world = discord.world
        channel = world.add_channel("questions")
        yield Room(discord, channel, world.add_person("Mia"), world.add_person("Noor"), world.librarian)
    discord.assert_fine()


@pytest.fixture
async def parrot(room: Room, tmp_path: Path) -> AsyncIterator[RunningBot]:
    """The small bot, started."""
    async with RunningBot(room.discord, tmp_path / "data", kind="parrot") as bot:
        await bot.start()
        yield bot


@pytest.fixture(scope="session")
def fsync_shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled shim."""
    return build_fsync_shim(tmp_path_factory.mktemp("shim"))


def number_told(act: Happened) -> int | None:
    """The question's number that a person was told, if they were."""
    return number_in(act.said)


def number_in(text: str) -> int | None:
    """The first `#42` in a text."""
    found = re.search(r"(?<!<)#(\d+)", text)
    return int(found[1]) if found else None


def cards(room: Room) -> Counter[int]:
    """How many cards stand on the server for each question, by the number in their buttons."""
    return Counter(number for message in room.discord.world.posted() if (number := _number_of(message)))


def card_of(room: Room, number: int | None) -> Json:
    """The card of one question, as it stands now; nothing where there is none."""
    return next((message for message in room.discord.world.posted() if _number_of(message) == number), {})


def _number_of(message: Json) -> int:
    buttons = buttons_of(message)
    return int(buttons[0]["custom_id"].split(":")[3]) if buttons else 0
