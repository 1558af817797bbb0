"""Putting the sample class into a world that runs: what was asked, by the services; what was said, by the people."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from operator import itemgetter

from bot.kit import desk
from bot.models.sessions import Session
from bot.sandbox import simcord_private
from bot.sandbox.sample_class import SampleClass, Table
from bot.sandbox.sample_notes import content_of
from bot.sandbox.sample_story import LIBRARIAN, Place, SampleStory, Step, moment
from bot.sandbox.world import World
from bot.services import librarians
from bot.services.library import Library
from bot.services.scribes import capturing, finding, sessions
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
        pen = ThreadPen(self._world, self._library)
        place = Place(self._library, self._world.actors, self._world.channel_ids(), ends, pen)
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
        if step.written:
            await step.do()
        else:
            await simcord_private.as_the_bot(self._world.env, step.do())

    async def _say(self, row: Table) -> None:
        await self._world.people[row["by"]].send(self._world.channels[row["channel"]], row["text"])


class ThreadPen:
    """Lets the people of the simulated Discord write in the threads of notes."""

    def __init__(self, world: World, library: Library) -> None:
        self._world = world
        self._library = library

    async def begin(self, session: Session) -> None:
        """Do nothing: the bot makes the thread."""

    async def write(self, thread_id: int, who: str, said: Table) -> int:
        """Send a message, with its file; simcord's people cannot describe one, so they do it when the bot asks."""
        thread = self._world.place(str(thread_id))
        shown = [(said["file"], content_of(said))] if "file" in said else []
        message = await self._world.people[who].send(thread, said["text"].strip(), attachments=shown)
        if shown:
            await self._describe(who, thread_id, message.id, said["alt"])
        return message.id

    async def _describe(self, who: str, thread_id: int, message_id: int, alt: str) -> None:
        actor = self._world.actors[who]
        lines = await sessions.list_sessions(actor, self._library)
        (number,) = [one.number for one in lines.items if one.thread_id == thread_id]
        blocks = (await finding.show_note(actor, self._library, number)).blocks
        (block,) = [one for one in blocks if one.source_message_id == message_id and one.file is not None]
        work = capturing.set_alt(actor, self._library, block.id, alt)
        await simcord_private.as_the_bot(self._world.env, work)
