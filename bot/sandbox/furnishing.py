"""Putting the sample class into a world that runs: what was asked, by the services; what was said, by the people."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from operator import itemgetter

from bot.kit import desk
from bot.sandbox import simcord_private
from bot.sandbox.sample_class import SampleClass, Table
from bot.sandbox.sample_story import LIBRARIAN, Place, SampleStory, Step, moment
from bot.sandbox.world import World
from bot.services import librarians
from bot.services.library import Library
from bot.text import catalogue

DESKS = ("questions", "history", "biology", "welcome")
"""The channels in which the library desk is posted at every start: it is the newest message there."""


class Furnisher:
    """Works in one world. Nothing else may act in that world meanwhile."""

    def __init__(self, world: World, sample: SampleClass, library: Library) -> None:
        self._world = world
        self._sample = sample
        self._library = library

    async def tell_story(self, ends: int) -> None:
        """Let everything happen that happened in the class, each at its time, up to `ends` in milliseconds."""
        place = Place(self._library, self._world.actors, self._world.channel_ids(), ends)
        done = [(step.at, partial(self._do, step)) for step in SampleStory(self._sample, place).steps()]
        said = [(moment(row["at"], ends), partial(self._say, row)) for row in self._sample.messages]
        happened: list[tuple[int, Callable[[], Coroutine[object, object, None]]]] = [*done, *said]
        for at, do in sorted(happened, key=itemgetter(0)):
            self._world.leap_to(at)
            await do()

    async def post_cards(self) -> None:
        """Post the cards of what was asked in earlier runs: the world has forgotten their messages."""
        post = librarians.post_cards_again(self._world.actors[LIBRARIAN], self._library)
        await simcord_private.as_the_bot(self._world.env, post)

    async def post_desks(self) -> None:
        """Post the library desk where people look for it."""
        librarian, looks = self._world.actors[LIBRARIAN], desk.version(catalogue())
        for key in DESKS:
            post = librarians.post_desk(librarian, self._library, self._world.channels[key].id, looks)
            await simcord_private.as_the_bot(self._world.env, post)

    async def _do(self, step: Step) -> None:
        await simcord_private.as_the_bot(self._world.env, step.do())

    async def _say(self, row: Table) -> None:
        await self._world.people[row["by"]].send(self._world.channels[row["channel"]], row["text"])
