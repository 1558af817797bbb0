"""What waits is taken in by a scribe, and the mark under it goes; a reaction that was missed is made good once."""

from __future__ import annotations

import json

import pytest

from bot.errors import NotAllowed, NotFound, WrongState
from bot.models.people import Actor
from bot.models.sessions import BlockState
from bot.services.library import Library
from bot.services.scribes import adding, capturing, reacting, sessions, taking
from tests.cast import BEN, MIA, NOOR, OKAFOR, SERVER, TOMASZ
from tests.services.researching import empty_outbox, queued
from tests.services.scribing import THREAD, blocks, edit, picture, said, session_now, start, write

STANDING, WAITING, STRUCK = BlockState.STANDING, BlockState.WAITING, BlockState.STRUCK
EVENT = 400100000000000001


@pytest.fixture(autouse=True)
async def begun(library: Library) -> None:
    """A session of Mia and Noor, with a thread."""
    await start(library)


async def states(library: Library) -> list[BlockState]:
    return [one.state for one in await blocks(library)]


async def marks(library: Library) -> list[dict[str, object]]:
    return [json.loads(row["payload"]) for row in await queued(library) if row["kind"] == "reaction"]


class TestTakingInWhatWaits:
    async def test_all_of_a_message_is_taken_in_and_its_mark_goes(self, library: Library) -> None:
        message = await write(library, "# Hi\nthey fall\n? why", BEN)
        await write(library, "mine too", TOMASZ)
        await empty_outbox(library)
        block = (await blocks(library))[1]
        await taking.take_waiting(NOOR, library, block.id)
        found = await blocks(library)
        assert [one.state for one in found] == [STANDING, STANDING, STANDING, WAITING]
        assert [(one.author_id, one.taken_by) for one in found[:3]] == [(BEN.user_id, NOOR.user_id)] * 3
        assert found[2].question_number is not None, "what is a question is asked now"
        assert await marks(library) == [{"message_id": message.id, "emoji": "▫️", "take_back": True}]

    async def test_twice_is_once(self, library: Library) -> None:
        await write(library, "they fall", BEN)
        block = (await blocks(library))[0]
        await taking.take_waiting(NOOR, library, block.id)
        version = (await session_now(library)).revision
        await taking.take_waiting(MIA, library, block.id)
        assert (await session_now(library)).revision == version
        assert (await blocks(library))[0].taken_by == NOOR.user_id

    async def test_what_came_by_a_form_bears_no_mark(self, library: Library) -> None:
        await adding.add_block(BEN, library, 1, "they fall\n\n? why", event_id=EVENT)
        assert await states(library) == [WAITING, WAITING]
        await taking.take_waiting(OKAFOR, library, (await blocks(library))[0].id)
        assert await states(library) == [STANDING, STANDING]
        assert await marks(library) == []

    async def test_the_mark_of_a_thread_that_is_gone_went_with_it(self, library: Library) -> None:
        await write(library, "they fall", BEN)
        await empty_outbox(library)
        await sessions.thread_deleted(library, SERVER, THREAD)
        await taking.take_waiting(NOOR, library, (await blocks(library))[0].id)
        assert await states(library) == [STANDING]
        assert await marks(library) == []

    @pytest.mark.parametrize("who", [BEN, TOMASZ])
    async def test_only_scribes_take_in(self, library: Library, who: Actor) -> None:
        await write(library, "they fall", BEN)
        with pytest.raises(NotAllowed):
            await taking.take_waiting(who, library, (await blocks(library))[0].id)
        with pytest.raises(NotFound):
            await taking.take_waiting(who, library, 999)

    async def test_a_closed_note_takes_nothing_in(self, library: Library) -> None:
        await write(library, "they fall", BEN)
        await sessions.close_session(MIA, library, 1)
        with pytest.raises(WrongState):
            await taking.take_waiting(NOOR, library, (await blocks(library))[0].id)

    async def test_a_message_that_is_pointed_to_loses_its_mark_too(self, library: Library) -> None:
        message = await write(library, "look", BEN, files=(picture(),))
        await empty_outbox(library)
        await adding.take_in(NOOR, library, 1, THREAD, message, event_id=EVENT)
        assert await marks(library) == [{"message_id": message.id, "emoji": "▫️", "take_back": True}]
        assert [row["kind"] for row in await queued(library)] == ["reaction", "alt_ask"]


class TestAReactionThatWasMissed:
    async def test_what_was_never_struck_is_struck(self, library: Library) -> None:
        message = await write(library, "haha")
        assert await reacting.strike_untouched(BEN, library, message.id) == ()
        assert len(await reacting.strike_untouched(NOOR, library, message.id)) == 1
        assert await states(library) == [STRUCK]
        assert await reacting.strike_untouched(NOOR, library, message.id) == ()

    async def test_what_was_put_back_since_stays(self, library: Library) -> None:
        message = await write(library, "haha")
        await reacting.strike_message(NOOR, library, message.id)
        await reacting.put_back_message(MIA, library, message.id)
        assert await reacting.strike_untouched(NOOR, library, message.id) == ()
        assert await states(library) == [STANDING]

    async def test_what_is_in_no_note_is_left_alone(self, library: Library) -> None:
        assert await reacting.strike_untouched(NOOR, library, 77) == ()


async def test_a_message_of_nothing_is_not_remembered(library: Library) -> None:
    """Without Message Content, Discord leaves out what was written: it may be told later."""
    empty = said(library, "")
    await capturing.message_written(library, SERVER, THREAD, empty)
    await edit(library, empty, "They turn red.")
    assert [one.text for one in await blocks(library)] == ["They turn red."]
