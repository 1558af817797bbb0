"""The notes of the sample class, taken again: started, written, checked, compiled and published, each at its time.

What is written in a thread is written by a `Pen`: in the sandbox by the people of the simulated Discord, elsewhere
straight into the library.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Protocol

from bot.clock import Clock
from bot.models.people import Actor
from bot.models.questions import Attachment
from bot.models.sessions import BlockKind, NoteView, Session, ThreadFile, ThreadMessage
from bot.sandbox.sample_class import Table
from bot.services.library import Library
from bot.services.scribes import adding, capturing, compiling, finding, reacting, sessions, striking
from bot.services.scribes.sessions import Start

SNOWFLAKE_EPOCH = 1_420_070_400_000
"""Milliseconds: Discord's ids count from the first second of 2015."""


class Pen(Protocol):
    """Writes in the thread of a note."""

    async def begin(self, session: Session) -> None:
        """See to it that a note which was just begun gets its thread."""
        ...

    async def write(self, thread_id: int, who: str, said: Table) -> int:
        """Let somebody write what `said` tells, with its file; return the id of the message."""
        ...


class SampleNotes:
    """What people do with notes. `numbers` are those of questions and notes by their keys, as far as they are known."""

    def __init__(
        self, library: Library, actors: Mapping[str, Actor], channels: Mapping[str, int], numbers: dict[str, int]
    ) -> None:
        self._library = library
        self._actors = actors
        self._channels = channels
        self._numbers = numbers
        self._messages: dict[int, int] = {}

    async def start(self, session: Table, pen: Pen) -> None:
        """Begin a lesson's note."""
        begin = Start(
            title=session["title"],
            unit=session["unit"],
            channel_id=self._channels[session["channel"]],
            partner_ids=tuple(self._actors[who].user_id for who in session["partners"]),
        )
        begun = await sessions.start_session(self._actors[session["by"]], self._library, begin)
        self._numbers[session["key"]] = begun.number
        await pen.begin(begun)

    async def write(self, session: Table, said: Table, pen: Pen) -> None:
        """Let somebody write in the thread, which has been made by then."""
        _, thread_id = await self._thread(session)
        self._messages[id(said)] = await pen.write(thread_id, said["by"], said)

    async def strike(self, said: Table, who: str) -> None:
        """Strike what was talk."""
        await reacting.strike_message(self._actors[who], self._library, self._messages[id(said)])

    async def take_in(self, session: Table, said: Table, who: str) -> None:
        """Take in what somebody wrote who is no scribe."""
        number, thread_id = await self._thread(session)
        message = ThreadMessage(self._messages[id(said)], self._actors[said["by"]].user_id, said["text"].strip())
        actor = self._actors[who]
        await adding.take_in(actor, self._library, number, thread_id, message, event_id=message.id + 1)

    async def check(self, session: Table, who: str) -> None:
        """Confirm every term of the note that somebody else wrote."""
        terms = [one for one in (await self._note(session)).blocks if one.kind is BlockKind.TERM]
        others = [one.id for one in terms if one.author_id != self._actors[who].user_id]
        await striking.check_terms(self._actors[who], self._library, others)

    async def close(self, session: Table) -> None:
        """End the lesson."""
        await sessions.close_session(self._actors[session["by"]], self._library, self._numbers[session["key"]])

    async def compile(self, session: Table, who: str) -> None:
        """Make a version of the companion."""
        await compiling.compile_note(self._actors[who], self._library, self._numbers[session["key"]])

    async def find(self, session: Table, asked: Table) -> None:
        """Remember the number of a question that was asked in the note, by how it begins."""
        blocks = (await self._note(session)).blocks
        (number,) = [one.question_number for one in blocks if one.question_number and asked["begins"] in one.text]
        self._numbers[asked["key"]] = number

    async def _thread(self, session: Table) -> tuple[int, int]:
        """Return the note's number, and its thread, which has been made by then."""
        of = (await self._note(session)).session
        if of.thread_id is None:
            raise LookupError(f"the note {session['key']} has no thread")
        return of.number, of.thread_id

    async def _note(self, session: Table) -> NoteView:
        return await finding.show_note(self._actors[session["by"]], self._library, self._numbers[session["key"]])


def content_of(said: Table) -> bytes:
    """Return the content of the file that is shown, from beside this module."""
    return files("bot.sandbox").joinpath("sample_files", said["file"]).read_bytes()


def _file_of(said: Table) -> Attachment:
    content = content_of(said)
    kind = mimetypes.guess_type(said["file"])[0] or "application/octet-stream"
    return Attachment("", said["file"], kind, len(content), said["alt"])


class PlainPen:
    """Writes straight into the library, where there is no Discord."""

    def __init__(self, library: Library, clock: Clock, actors: Mapping[str, Actor]) -> None:
        self._library = library
        self._clock = clock
        self._actors = actors

    async def begin(self, session: Session) -> None:
        """Give the note a thread that is nowhere."""
        thread_id = (self._clock.now() - SNOWFLAKE_EPOCH) << 22
        await sessions.attach_thread(self._library, session.server_id, session.number, thread_id)

    async def write(self, thread_id: int, who: str, said: Table) -> int:
        """Do what the bot does when it hears of a message."""
        actor, message_id = self._actors[who], (self._clock.now() - SNOWFLAKE_EPOCH) << 22
        shown: tuple[ThreadFile, ...] = ()
        if "file" in said:
            file = _file_of(said)
            shown = (ThreadFile(message_id + 1, file.filename, file.content_type, file.size, file.alt),)
        message = ThreadMessage(message_id, actor.user_id, said["text"].strip(), files=shown)
        captured = await capturing.message_written(self._library, actor.server_id, thread_id, message)
        for wanted in captured.files:
            await self._keep(actor.server_id, wanted.block_id, said)
        return message_id

    async def _keep(self, server_id: int, block_id: int, said: Table) -> None:
        digest = await asyncio.to_thread(self._library.media.put, content_of(said))
        await capturing.file_fetched(self._library, server_id, block_id, replace(_file_of(said), digest=digest))
