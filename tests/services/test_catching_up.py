"""Whatever Discord told, in whatever order, twice or never: the note says what its thread says (issue 3)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import MINUTE
from bot.media import MediaStore
from bot.models.questions import Attachment
from bot.models.sessions import BlockState, ThreadMessage
from bot.services.library import Library
from bot.services.scribes import capturing, editing, sessions
from bot.services.scribes.blocks import split
from bot.storage import migrations
from bot.storage.database import Database
from tests.cast import BEN, MIA, NOOR, OKAFOR, SERVER, MovableClock
from tests.services.researching import rows
from tests.services.scribing import (
    THREAD,
    block_saying,
    blocks,
    id_at,
    picture,
    said,
    session_now,
    start,
    start_one_of_many,
    texts,
)

PEOPLE = {MIA.user_id: BlockState.STANDING, NOOR.user_id: BlockState.STANDING, BEN.user_id: BlockState.WAITING}
"""Who writes, and what becomes of it."""

Said = tuple[str, str, str, int]
"""Kind, state, text and author of a block."""
Anywhere = Callable[[Callable[[Library], Coroutine[Any, Any, None]]], None]
_places = count(1)


@dataclass
class Thread:
    """A thread as Discord has it, and the events that it told of."""

    thread_id: int
    now: int
    messages: dict[int, ThreadMessage] = field(default_factory=dict)
    events: list[ThreadMessage | int] = field(default_factory=list)

    def write(self, author_id: int, text: str, **more: Any) -> int:
        """Write a message; return its id."""
        message = ThreadMessage(id_at(self.now, next(_places)), author_id, text, **more)
        self.messages[message.id] = message
        self.events.append(message)
        return message.id

    def edit(self, message_id: int, text: str) -> None:
        """Edit a message, if it is still there."""
        if message_id in self.messages:
            self.now += 1
            self.messages[message_id] = replace(self.messages[message_id], text=text, edited_at=self.now)
            self.events.append(self.messages[message_id])

    def delete(self, message_id: int) -> None:
        """Delete a message, if it is still there."""
        if self.messages.pop(message_id, None):
            self.events.append(message_id)

    def says(self) -> list[Said]:
        """Return what a note of it must say, found without the code under test but for the splitting of a message."""
        fences = dict.fromkeys(PEOPLE, "")
        found: list[Said] = []
        for _, message in sorted(self.messages.items()):
            parts = split(message.text, fences[message.author_id])
            fences[message.author_id] = parts.fence
            about = (str(PEOPLE[message.author_id]), message.author_id)
            found += [(str(one.kind), about[0], one.text, about[1]) for one in parts.drafts]
            found += [("image", about[0], "", about[1]) for _ in message.files]
        return found


async def tell(library: Library, thread_id: int, event: ThreadMessage | int) -> None:
    """Tell of one event."""
    if isinstance(event, int):
        await capturing.messages_deleted(library, SERVER, thread_id, [event])
    elif event.edited_at:
        await capturing.message_edited(library, SERVER, thread_id, event)
    else:
        await capturing.message_written(library, SERVER, thread_id, event)


async def note(library: Library, number: int = 1) -> list[Said]:
    """Return what a note says, with what waits."""
    found = await blocks(library, *(set(BlockState) - {BlockState.REMOVED}), number=number)
    return [(str(one.kind), str(one.state), one.text, one.author_id or 0) for one in found]


LINES = st.sampled_from(
    ["# Heading", "# Heading", "text", "a :: b", "```", "```", "```py", "~~~", "", "- item", "x```", "see ```js"]
)
TEXTS = st.lists(LINES, max_size=4).map("\n".join)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from([MIA.user_id, *PEOPLE]), TEXTS),
        st.tuples(st.just("edit"), st.integers(0, 30), TEXTS),
        st.tuples(st.just("delete"), st.integers(0, 30), st.just("")),
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Anywhere:
    """Return what runs a test with a library that all its examples share; each example has a session of its own."""
    folder = tmp_path_factory.mktemp("catching_up")
    path = folder / "vademecum.sqlite3"
    migrations.upgrade(path)

    async def run(test: Callable[[Library], Coroutine[Any, Any, None]]) -> None:
        clock = MovableClock()
        database = await Database.open(path, clock)
        try:
            await test(Library(database, clock, MediaStore(folder / "media")))
        finally:
            await database.close()

    return lambda test: asyncio.run(run(test))


def played(thread: Thread, steps: list[tuple[str, int, str]]) -> None:
    """Do what people do in a thread. Discord takes no empty message, nor an edit to one."""
    ids = sorted(thread.messages)
    for what, who, text in steps:
        if what == "write" and text.strip():
            ids.append(thread.write(who, text))
        elif what == "edit" and ids and text.strip():
            thread.edit(ids[who % len(ids)], text)
        elif what == "delete" and ids:
            thread.delete(ids[who % len(ids)])


async def begun(library: Library) -> tuple[int, Thread]:
    """Begin a session with a thread of its own; return its number and the thread."""
    # One after the other within an hour: only a librarian may begin so many.
    session = await start(library, OKAFOR, lead_id=MIA.user_id, thread_id=None)
    thread = Thread(THREAD + session.number, library.clock.now())
    await sessions.attach_thread(library, SERVER, session.number, thread.thread_id)
    return session.number, thread


PATIENT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class TestAnyOrder:
    @PATIENT
    @given(steps=STEPS, order=st.randoms(use_true_random=False))
    def test_events_twice_and_in_any_order_give_the_same_note(
        self, anywhere: Anywhere, steps: list[tuple[str, int, str]], order: random.Random
    ) -> None:
        async def test(library: Library) -> None:
            number, thread = await begun(library)
            played(thread, steps)
            told = thread.events + order.choices(thread.events, k=len(thread.events) // 2) if thread.events else []
            order.shuffle(told)
            for event in told:
                await tell(library, thread.thread_id, event)
            assert await note(library, number) == thread.says()

        anywhere(test)

    @PATIENT
    @given(steps=STEPS, order=st.randoms(use_true_random=False))
    def test_what_was_missed_is_made_good(
        self, anywhere: Anywhere, steps: list[tuple[str, int, str]], order: random.Random
    ) -> None:
        async def test(library: Library) -> None:
            number, thread = await begun(library)
            played(thread, steps)
            for event in [one for one in thread.events if order.random() < 0.5]:
                await tell(library, thread.thread_id, event)
            there = list(thread.messages.values()) * 2
            order.shuffle(there)
            read_to = id_at(thread.now + 1)
            for _ in range(2):
                await capturing.sync_thread(library, SERVER, thread.thread_id, there, complete=True, read_to=read_to)
                assert await note(library, number) == thread.says()

        anywhere(test)

    @PATIENT
    @given(before=STEPS, after=STEPS, order=st.randoms(use_true_random=False))
    def test_what_happens_while_it_reads_back_is_not_undone(
        self,
        anywhere: Anywhere,
        before: list[tuple[str, int, str]],
        after: list[tuple[str, int, str]],
        order: random.Random,
    ) -> None:
        async def test(library: Library) -> None:
            number, thread = await begun(library)
            played(thread, before)
            for event in [one for one in thread.events if order.random() < 0.5]:
                await tell(library, thread.thread_id, event)
            there = list(thread.messages.values())
            read_to = id_at(thread.now + 1)
            thread.now += 1000
            thread.events.clear()
            played(thread, after)
            half = len(thread.events) // 2
            for event in thread.events[:half]:
                await tell(library, thread.thread_id, event)
            reading = capturing.sync_thread(library, SERVER, thread.thread_id, there, complete=True, read_to=read_to)
            await asyncio.gather(reading, *[tell(library, thread.thread_id, one) for one in thread.events[half:]])
            assert await note(library, number) == thread.says()

        anywhere(test)


def busy(thread: Thread, chance: random.Random) -> None:
    """Write 1,000 messages, then edit 200 and delete 100 of them, as a class would."""
    lines = [
        "plain words",
        "# Heading",
        "term :: meaning",
        "- item",
        "```py\nx = 1\n# comment\n```",
        "two\n\nparts",
        "| a | b |",
    ]
    people = list(PEOPLE)
    ids = []
    for place in range(1000):
        text = "\n".join(f"{chance.choice(lines)}" for _ in range(chance.randint(1, 3)))
        files = (picture(place),) if place % 50 == 0 else ()
        ids.append(thread.write(chance.choice(people), f"{text} {place}", files=files))
    for message_id in chance.sample(ids, 200):
        thread.edit(message_id, f"edited {chance.choice(lines)}\n# {message_id}")
    for message_id in chance.sample(ids, 100):
        thread.delete(message_id)


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_thousand_messages_that_nobody_heard_of(library: Library, clock: MovableClock, seed: int) -> None:
    """Half of it was captured before the bot went off; then everything else happens unheard."""
    chance = random.Random(seed)
    await start_one_of_many(library)
    thread = Thread(THREAD, clock.now())
    busy(thread, chance)
    for event in [one for one in thread.events if isinstance(one, ThreadMessage) and not one.edited_at][:400]:
        await tell(library, THREAD, event)
    clock.advance(60 * MINUTE)
    there = list(thread.messages.values())
    there += chance.sample(there, 200)
    chance.shuffle(there)
    late = chance.sample(thread.events, 300)  # old news, delivered again when the socket is back
    read_to = id_at(clock.now())
    reading = capturing.sync_thread(library, SERVER, THREAD, there, complete=True, read_to=read_to)
    await asyncio.gather(reading, *[tell(library, THREAD, one) for one in late])
    assert await note(library) == thread.says()
    assert len({one.position for one in await blocks(library) if one.state is not BlockState.REMOVED}) == 900
    gone = {row["text"] for row in await rows(library, "SELECT text FROM block WHERE author_user_id IS NULL")}
    assert gone == {""}
    version = (await session_now(library)).revision
    await capturing.sync_thread(library, SERVER, THREAD, there, complete=True, read_to=read_to)
    assert (await session_now(library)).revision == version


async def test_the_writer_is_free_between_the_batches(library: Library, clock: MovableClock) -> None:
    await start_one_of_many(library)
    thread = Thread(THREAD, clock.now())
    for place in range(1000):
        thread.write(MIA.user_id, f"line {place}")
    ended: list[str] = []

    async def read_back() -> None:
        await capturing.sync_thread(library, SERVER, THREAD, list(thread.messages.values()), complete=True)
        ended.append("read back")

    async def ask_meanwhile() -> None:
        await asyncio.sleep(0.01)
        await library.database.write(lambda tx: tx.housekeeping.touch_site(server_id=SERVER))
        ended.append("asked")

    await asyncio.gather(read_back(), ask_meanwhile())
    assert ended == ["asked", "read back"]
    assert len(await texts(library)) == 1000


class TestWhatIsMissing:
    async def told(self, library: Library, *words: str) -> list[ThreadMessage]:
        messages = [said(library, text) for text in words]
        for message in messages:
            await capturing.message_written(library, SERVER, THREAD, message)
        return messages

    @pytest.fixture(autouse=True)
    async def begun(self, library: Library) -> None:
        await start_one_of_many(library)

    async def test_stays_where_not_all_could_be_read(self, library: Library) -> None:
        _, second = await self.told(library, "one", "two")
        await capturing.sync_thread(library, SERVER, THREAD, [second], complete=False)
        assert await texts(library) == ["one", "two"]

    async def test_goes_up_to_where_it_was_read(self, library: Library) -> None:
        first, second, _ = await self.told(library, "one", "two", "three")
        await capturing.sync_thread(library, SERVER, THREAD, [first], complete=True, read_to=second.id)
        assert await texts(library) == ["one", "three"]

    async def test_goes_up_to_the_newest_where_nothing_else_is_known(self, library: Library) -> None:
        _, second, _ = await self.told(library, "one", "two", "three")
        await capturing.sync_thread(library, SERVER, THREAD, [second], complete=True)
        assert await texts(library) == ["two", "three"]

    async def test_of_an_empty_thread_is_all_of_it(self, library: Library, clock: MovableClock) -> None:
        await self.told(library, "one", "two")
        await capturing.sync_thread(library, SERVER, THREAD, [], complete=True)
        assert await texts(library) == ["one", "two"]
        clock.advance(1)
        await capturing.sync_thread(library, SERVER, THREAD, [], complete=True, read_to=id_at(clock.now()))
        assert await texts(library) == []

    async def test_of_a_former_thread_stays(self, library: Library, clock: MovableClock) -> None:
        await self.told(library, "one")
        await sessions.attach_thread(library, SERVER, 1, THREAD + 1)
        clock.advance(1)
        await capturing.sync_thread(library, SERVER, THREAD + 1, [], complete=True, read_to=id_at(clock.now()))
        assert await texts(library) == ["one"]

    async def test_gives_back_its_files(self, library: Library) -> None:
        message = said(library, "", files=(picture(),))
        captured = await capturing.sync_thread(library, SERVER, THREAD, [message], complete=True)
        (wanted,) = captured.files
        file = Attachment("ab" * 32, "leaf.png", "image/png", 10)
        await capturing.file_fetched(library, SERVER, wanted.block_id, file)
        captured = await capturing.sync_thread(library, SERVER, THREAD, [], complete=True, read_to=message.id)
        assert captured.unused == ("ab" * 32,)

    async def test_what_was_edited_here_is_not_set_aside_twice(self, library: Library) -> None:
        (message,) = await self.told(library, "one")
        block = await block_saying(library, "one")
        await editing.edit_block(NOOR, library, block.id, "one, by Noor", block.revision)
        news = replace(message, text="two", edited_at=library.clock.now())
        for _ in range(3):
            await capturing.sync_thread(library, SERVER, THREAD, [news], complete=True)
        assert await texts(library) == ["one, by Noor"]
        aside = await rows(library, "SELECT * FROM block_revision WHERE cause = 'set_aside'")
        assert len(aside) == 1
