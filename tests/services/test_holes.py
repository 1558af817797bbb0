"""Holes in notes: open until somebody answers, who is thanked once; the note's card follows."""

from __future__ import annotations

import json

import pytest

from bot.models.questions import QuestionState
from bot.services.library import Library
from bot.services.researchers import answering, asking, settling
from bot.services.researchers import capturing as capturing_questions
from bot.services.scribes import capturing, sessions
from bot.text import catalogue
from tests.cast import BEN, MIA, NOOR, OKAFOR, SERVER, TOMASZ
from tests.services.researching import WEB, answer, ask, empty_outbox, queued
from tests.services.scribing import NOTES_CHANNEL, THREAD, delete, start, write


@pytest.fixture(autouse=True)
async def begun(library: Library) -> None:
    """A note of Mia's with one hole, #2."""
    await start(library)
    await write(library, "? why do leaves turn red")
    await empty_outbox(library)


async def thanks(library: Library) -> list[tuple[int, int, list[int]]]:
    """Return the thank-you notices that wait: where, for whom, who is pinged."""
    found = [
        (row["channel_id"], json.loads(row["payload"])) for row in await queued(library) if row["kind"] == "notice"
    ]
    return [
        (channel_id, one["places"]["filler"], one["mention"])
        for channel_id, one in found
        if one["text"] == "scribes.notice.hole_filled"
    ]


async def drawn(library: Library) -> set[tuple[int, int]]:
    """Return which notes' cards wait to be drawn: channel and number."""
    return {(row["channel_id"], row["subject"]) for row in await queued(library) if row["kind"] == "note_card"}


async def reply(library: Library, number: int = 2, who: object = BEN) -> None:
    await answering.answer_question(who, library, number, "Green goes, red stays.", (WEB,))  # type: ignore[arg-type]


async def test_who_answers_is_thanked_in_the_thread_without_a_ping(library: Library) -> None:
    await reply(library)
    assert await thanks(library) == [(THREAD, BEN.user_id, [])]
    assert await drawn(library) == {(NOTES_CHANNEL, 1)}
    (notice,) = [json.loads(row["payload"]) for row in await queued(library) if "hole_filled" in row["payload"]]
    said = catalogue().say(notice["text"], **notice["places"], who="")
    assert "#2" in said
    assert "Leaves in autumn" in said
    assert f"<@{BEN.user_id}>" in said


async def test_a_hole_is_filled_once(library: Library) -> None:
    await reply(library)
    await reply(library, who=TOMASZ)
    await answering.endorse_answer(MIA, library, 2, 2)
    await settling.settle_question(MIA, library, 2, "The green goes.")
    assert [filler for _, filler, _ in await thanks(library)] == [BEN.user_id]


async def test_each_hole_of_a_question_is_thanked_for(library: Library) -> None:
    await start(library, thread_id=THREAD + 1)
    await write(library, "? why so red", NOOR, thread_id=THREAD + 1)
    await settling.mark_duplicate(OKAFOR, library, 4, 2)
    await empty_outbox(library)
    await reply(library)
    assert await thanks(library) == [(THREAD, BEN.user_id, []), (THREAD + 1, BEN.user_id, [])]
    assert await drawn(library) == {(NOTES_CHANNEL, 1), (NOTES_CHANNEL, 3)}


async def test_nobody_is_thanked_while_nothing_is_found(library: Library) -> None:
    await answering.claim_question(BEN, library, 2)
    await settling.mark_unresolved(BEN, library, 2, "Two books")
    assert await thanks(library) == []
    assert await drawn(library) == {(NOTES_CHANNEL, 1)}
    await settling.settle_question(MIA, library, 2, "Nobody knows.")
    assert await thanks(library) == []


async def test_in_the_channel_where_the_note_has_no_thread(library: Library) -> None:
    await sessions.thread_deleted(library, SERVER, THREAD)
    await reply(library)
    assert await thanks(library) == [(NOTES_CHANNEL, BEN.user_id, [])]


async def test_what_was_struck_is_no_hole(library: Library) -> None:
    message = await write(library, "? and brown")
    await capturing.strike_message(NOOR, library, message.id)
    await empty_outbox(library)
    await reply(library, 3)
    assert await thanks(library) == []
    assert await drawn(library) == set()


async def test_a_question_that_stands_in_no_note_concerns_none(library: Library) -> None:
    question = await ask(library)
    await answer(library, question)
    assert await thanks(library) == []
    assert await drawn(library) == set()


async def test_an_answer_that_is_deleted_opens_it_again(library: Library) -> None:
    source = 300400000000000009
    await answering.answer_question(BEN, library, 2, "Cold.", (WEB,), source_message_id=source)
    await empty_outbox(library)
    await capturing_questions.messages_deleted(library, SERVER, [source])
    assert await drawn(library) == {(NOTES_CHANNEL, 1)}
    await reply(library, who=TOMASZ)
    assert await thanks(library) == []


async def test_a_hole_whose_line_is_deleted_keeps_what_others_found(library: Library) -> None:
    message = await write(library, "? and brown")
    await reply(library, 3)
    await delete(library, message)
    question = await library.database.read(asking.find_question, SERVER, 3)
    assert (question.state, question.removed) == (QuestionState.WITHDRAWN, True)
    assert (await library.database.read(asking.find_visible_question, MIA, 3)).text == ""
