"""A running sandbox: the real bot in a simulated Discord, its pages, and its time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, runtime_checkable

import discord
import simcord

from bot.clock import Clock, SystemClock
from bot.sandbox import kept, simcord_private
from bot.sandbox.clock import SandboxClock
from bot.sandbox.furnishing import Furnisher
from bot.sandbox.sample_class import SampleClass, read_sample_class
from bot.sandbox.sample_story import FIRST_DAY, moment
from bot.sandbox.world import World, build_world
from bot.services.library import Library
from bot.settings import Settings

PUMP_SECONDS = 0.2
"""How often the simulated time catches up with the real one: loops and timeouts of the bot run on it."""
LEAP_SECONDS = 5
"""Further behind than this (somebody moved the clock, or the machine slept), time leaps instead of passing."""
SETTLE_SECONDS = 30
"""How long the bot may take to come to rest after an act, on a machine that is busy, before the log says so."""
REFRESH_SECONDS = 60
"""How often pages are drawn again where nothing happened, so that "two minutes ago" stays true."""

MakeBot = Callable[[Settings, Clock], discord.Client]
_log = logging.getLogger(__name__)


@runtime_checkable
class KeepsLibrary(Protocol):
    """The real bot has a library that the sample class can be put into; a stand-in in a test has none."""

    @property
    def library(self) -> Library:
        """What services are handed."""
        ...


class TooManyTabs(Exception):
    """A channel is open as that person in as many tabs as simcord serves."""


class NotForThem(Exception):
    """That person does not see that channel."""


class Sandbox:
    """One simulated server with the bot in it. Start it, and close it in a ``finally``."""

    def __init__(self, settings: Settings, make_bot: MakeBot) -> None:
        self.settings = settings
        self.sample: SampleClass = read_sample_class()
        self._clock = SandboxClock()
        self._bot = make_bot(settings, self._clock)
        self._env = simcord.Env(self._bot, settle_timeout=SETTLE_SECONDS)
        simcord_private.remember_parsers()
        simcord_private.name_people_in_embeds()
        self._clock.follow(self._env.now)
        self.world: World = build_world(self._env, self.sample)
        self._kept = kept.read(settings.data_dir)
        self._lock = asyncio.Lock()
        self._previews: dict[tuple[str, str], simcord.Preview] = {}
        self._ear = simcord_private.Ear(self._env)
        self._drawn_at = 0.0

    @property
    def library(self) -> Library | None:
        """The bot's library, once it is up; None for a stand-in without one."""
        return self._bot.library if isinstance(self._bot, KeepsLibrary) else None

    async def start(self) -> None:
        """Bring the bot up, and put the class in where it is not yet there."""
        kept.write(self.settings.data_dir, self._kept)
        self.world.leap_to(self._goal_ms() if self._kept.has_class else moment(FIRST_DAY, self._goal_ms()))
        await self._env.start()
        async with self._lock:
            if self.library is not None:
                await self._furnish(Furnisher(self.world, self.sample, self.library))
            self.world.leap_to(self._goal_ms())

    async def _furnish(self, furnisher: Furnisher) -> None:
        if self._kept.has_class:
            await furnisher.post_cards()
        else:
            self._kept.has_class = True  # written first: half of it is better than half of it twice
            kept.write(self.settings.data_dir, self._kept)
            await furnisher.tell_story(self._goal_ms())
        self.world.leap_to(self._goal_ms())
        await furnisher.post_desks()

    async def close(self) -> None:
        """End every page, then the bot, then the world. Safe to call after a start that failed."""
        for preview in self._previews.values():  # before the lock: what a browser still does may be waiting for it
            await preview.close()
        async with self._lock:
            try:
                await self._bot.close()
            finally:
                await self._env.shutdown()

    def now(self) -> datetime:
        """Return the simulated time, aware, in UTC."""
        return self._env.now()

    def ahead_ms(self) -> int:
        """How far the clock was moved ahead of the machine's, in milliseconds."""
        return self._kept.moved_ms

    async def open_page(self, person: str, channel: str) -> str:
        """Return the address of a page on which `person` is in `channel`, or in a thread; it is a key to that page.

        Raises KeyError for an unknown person or place, NotForThem and TooManyTabs.
        """
        who, where = self.world.people[person], self.world.place(channel)
        async with self._lock:
            preview = self._previews.get((person, channel))
            if preview is None or not simcord_private.is_open(preview):
                if not simcord_private.may_read(self._env, where, who):
                    raise NotForThem
                preview = await simcord_private.open_preview(self._env, where, who, self._lock, self._draw_what_is_new)
                self._previews[person, channel] = preview
            if not simcord_private.has_room(preview):
                raise TooManyTabs
            return preview.url

    async def move_clock(self, seconds: int) -> None:
        """Jump ahead; what the bot had planned for the time between happens now."""
        async with self._lock:
            self._kept.moved_ms += seconds * 1_000
            kept.write(self.settings.data_dir, self._kept)
            await self._catch_up()

    async def run(self) -> None:
        """Let time pass until cancelled."""
        while True:
            await asyncio.sleep(PUMP_SECONDS)
            async with self._lock:
                await self._catch_up()

    def _goal_ms(self) -> int:
        return SystemClock().now() + self._kept.moved_ms

    def _behind_seconds(self) -> float:
        return max(0.0, self._goal_ms() / 1_000 - self._env.now().timestamp())

    async def _catch_up(self) -> None:
        if self._behind_seconds() > LEAP_SECONDS:
            self.world.leap_to(self._goal_ms() - int(PUMP_SECONDS * 1_000))
        try:
            await self._env.advance_time(self._behind_seconds())
        except TimeoutError as error:
            _log.warning("the simulated Discord did not come to rest: %s", error)
        self._draw_what_is_new()

    def _draw_what_is_new(self, drawn: str | None = None) -> None:
        changed, at = self._ear.since_last(), asyncio.get_running_loop().time()
        everywhere = at - self._drawn_at > REFRESH_SECONDS
        for (_, channel), preview in self._previews.items():
            if everywhere or self.world.place(channel).id in changed:
                simcord_private.show_what_is_new(preview, drawn)
        self._drawn_at = at if everywhere else self._drawn_at
