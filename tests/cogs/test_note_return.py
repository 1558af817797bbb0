"""The bot was off while a class wrote: on its return the note is the thread, and every author is right."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import discord
import pytest
import simcord

from bot.models.sessions import Block, BlockState
from bot.sandbox.simcord_private import set_clock_forward
from cogs.scribes.listening import FETCH_AGAIN_AFTER
from tests.cogs.test_note_listening import picture
from tests.cogs.test_return import bot_away, restart
from tests.cogs.world import Heard, World

MESSAGES, EDITS, DELETIONS = 1_000, 200, 100
SEED = 20261125
LINES = (
    "# Part {n}",
    "Fact {n}: a leaf has veins.",
    "- one of {n}\n- another of {n}",
    "word{n} :: what {n} means",
    "| a | {n} |\n| --- | --- |\n| b | c |",
)


class Class:
    """People who write, edit and delete in a thread, faster than one can settle."""

    def __init__(self, world: World, thread: simcord.ChannelHandle, chooser: random.Random) -> None:
        self._backend = world.env.backend
        self._env = world.env
        self._thread = thread
        self._chooser = chooser
        self.scribes = (world.mia, world.noor, world.ben)
        self.others = (world.tomasz,)
        self._count = 0
        self.standing: list[int] = []

    def write(self) -> None:
        """Somebody writes something; now and then somebody who is no scribe."""
        self._count += 1
        set_clock_forward(self._env, 1)
        writers = self.others if self._count % 25 == 0 else self.scribes
        text = self._chooser.choice(LINES).format(n=self._count)
        files = self._backend.store_attachments(self._thread.id, [("leaf.png", picture(self._count % 250))])
        message = self._backend.create_message(
            self._thread.id,
            self._chooser.choice(writers).id,
            text,
            attachments=files if self._count % 200 == 0 else [],
        )
        self.standing.append(message.id)

    def edit(self) -> None:
        """An author rewords a message."""
        message_id = self._chooser.choice(self.standing)
        set_clock_forward(self._env, 1)
        said = self._backend.get_message(self._thread.id, message_id).content
        self._backend.edit_message(self._thread.id, message_id, {"content": f"{said} (seen with a lens)"})

    def delete(self) -> None:
        """An author deletes a message."""
        gone = self.standing.pop(self._chooser.randrange(len(self.standing)))
        self._backend.delete_message(self._thread.id, gone)

    def lesson(self, messages: int, edits: int, deletions: int) -> None:
        """So many acts, in any order."""
        acts = [self.write] * messages + [self.edit] * edits + [self.delete] * deletions
        self._chooser.shuffle(acts)
        for act in acts:
            act() if act == self.write or self.standing else self.write()

    def says(self) -> list[tuple[int, int, str]]:
        """What the thread says: message, author, words."""
        known = (self._backend.get_message(self._thread.id, one) for one in sorted(self.standing))
        return [(one.id, one.author_id, one.content) for one in known]


def note_says(blocks: tuple[Block, ...]) -> list[tuple[int, int | None, str]]:
    """What the note says, put together by message."""
    found: dict[int, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.state in {BlockState.STANDING, BlockState.WAITING} and block.text:
            found[block.source_message_id or 0].append(block)
    return [
        (message_id, parts[0].author_id, "\n".join(one.text for one in parts))
        for message_id, parts in sorted(found.items())
    ]


@pytest.mark.timeout(180)
async def test_a_thousand_messages_were_missed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    chooser = random.Random(SEED)
    number = await world.start_note(world.noor, world.ben)
    thread = world.thread(number)
    people = Class(world, thread, chooser)
    people.lesson(60, 10, 5)
    await world.env.settle()
    assert note_says(await world.blocks(number)) == people.says()

    missed = Heard(world.env, monkeypatch)
    with bot_away(world.env):
        people.lesson(MESSAGES, EDITS, DELETIONS)
    monkeypatch.undo()
    events = missed.of("MESSAGE_")
    assert len(events) == MESSAGES + EDITS + DELETIONS
    assert len(note_says(await world.blocks(number))) < 60, "none of it was heard"

    await restart(world)
    late = events + events[::3]
    chooser.shuffle(late)
    for name, data in late:
        world.env.backend.emit(name, data)
    people.lesson(20, 10, 5)  # the lesson goes on
    await world.env.settle()

    blocks = await world.blocks(number)
    assert note_says(blocks) == people.says()
    scribes = {one.id for one in people.scribes}
    there = [one for one in blocks if one.state in {BlockState.STANDING, BlockState.WAITING}]
    assert all((one.state is BlockState.STANDING) == (one.author_id in scribes) for one in there)
    assert [one.position for one in there] == sorted(one.position for one in there)
    files = [one.file for one in there if one.file is not None]
    assert files
    assert all(one.digest for one in files)


@pytest.mark.parametrize("by", ["restart", "time"])
async def test_files_that_could_not_be_had_are_fetched_later(
    world: World, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    number = await world.start_note()
    thread = world.thread(number)

    async def away(self: discord.Attachment, **_: object) -> bytes:
        raise OSError("the line is dead")

    with monkeypatch.context() as broken:
        broken.setattr(discord.Attachment, "read", away)
        await world.mia.send(thread, "A leaf", attachments=[("leaf.png", picture())])
    wanted = [one.file for one in await world.blocks(number) if one.file]
    assert [one.digest for one in wanted] == [None]
    if by == "restart":
        await restart(world)
    else:
        await world.env.advance_time(FETCH_AGAIN_AFTER * 60 + 1)
    kept = [one.file for one in await world.blocks(number) if one.file]
    assert all(one.digest for one in kept)


async def test_scissors_that_were_missed(world: World) -> None:
    number = await world.start_note(world.noor)
    thread = world.thread(number)
    talk = await world.mia.send(thread, "I am hungry")
    kept = await world.mia.send(thread, "Leaves fall.")
    back = await world.mia.send(thread, "Is this talk?")
    await world.noor.react(back, "✂️")
    page = await world.mia.slash(world.biology, "note strike", id=str(number))
    assert page.response is not None
    struck = await world.mia.click(page.response, label="Put back")
    assert struck.response is not None
    block = (await world.blocks(number))[2]
    await world.mia.select(struck.response, [str(block.id)])
    with bot_away(world.env):
        await world.noor.react(talk, "✂️")
        await world.tomasz.react(kept, "✂️")
    await restart(world)
    states = [one.state for one in await world.blocks(number)]
    assert states == [BlockState.STRUCK, BlockState.STANDING, BlockState.STANDING]


async def test_what_was_taken_in_from_elsewhere_is_looked_at_again(world: World) -> None:
    number = await world.start_note()
    edited = await world.ben.send(world.biology, "Bees dance.")
    gone = await world.ben.send(world.biology, "Wasps sting.")
    for message in (edited, gone):
        which = await world.mia.context_menu(world.biology, "Add to notes", message)
        assert which.response is not None
        await world.mia.select(which.response, [str(number)])
    with bot_away(world.env):
        set_clock_forward(world.env, 5)
        await world.ben.edit(edited, "Bees dance to say where food is.")
        await world.ben.delete(gone)
    await restart(world)
    said = [(one.text, one.state) for one in await world.blocks(number)]
    assert said == [("Bees dance to say where food is.", BlockState.STANDING), ("", BlockState.REMOVED)]


async def test_a_thread_that_the_bot_may_not_read_back_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = world.guild.me
    assert me is not None
    number = await world.start_note()
    await world.mia.send(world.thread(number), "Leaves fall.")

    async def nothing(*_args: object, **_named: object) -> list[object]:
        return []  # as Discord answers whom it does not let read back

    monkeypatch.setattr(discord.http.HTTPClient, "logs_from", nothing)
    channel = world.env.backend.get_channel(world.biology.id)
    shut = discord.PermissionOverwrite(read_message_history=False).pair()[1].value
    channel.overwrites.append(_overwrite(me.id, shut))
    await restart(world)
    assert [one.state for one in await world.blocks(number)] == [BlockState.STANDING]
    channel.overwrites.clear()
    await restart(world)
    states = [one.state for one in await world.blocks(number)]
    assert states == [BlockState.REMOVED], "the same emptiness counts where it may read back"


def _overwrite(member_id: int, deny: int) -> Any:
    from simcord.backend.models.channel import Overwrite
    from simcord.enums import OverwriteType

    return Overwrite(member_id, OverwriteType.MEMBER, deny=deny)
