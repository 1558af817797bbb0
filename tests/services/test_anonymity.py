"""Mia asks anonymously: Ms. Okafor reads it first, and Mia's name is nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import BadInput, NotAllowed, NotFound, WrongState
from bot.models.questions import Attachment, QuestionState
from bot.services.library import Library
from bot.services.researchers import answering, asking, settling
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ, MovableClock
from tests.services.researching import (
    CHANNEL,
    QUESTION_CHANNEL,
    WEB,
    again,
    answer,
    ask,
    ask_anonymously,
    cards,
    choose,
    empty_outbox,
    found,
    notices,
    passed,
    promises,
    queued,
    rows,
)

PICTURE = Attachment("ab" * 32, "Mia Mueller.PNG", "image/png", 1234)
PLAIN = Attachment("cd" * 32, "mia", "text/plain", 9)


async def test_anonymity_must_be_allowed(library: Library) -> None:
    with pytest.raises(NotAllowed) as refused:
        await ask(library, anonymous=True)
    assert refused.value.key == "errors.anonymity_is_off"


@pytest.mark.parametrize("given", [{"source_message_id": 5}, {"asker_id": BEN.user_id}])
async def test_a_message_cannot_be_asked_anonymously(library: Library, given: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        await ask_anonymously(library, **given)
    assert refused.value.key == "errors.message_shows_its_author"


async def test_it_waits_unseen_until_a_librarian_passes_it(library: Library, clock: MovableClock) -> None:
    asked_at = clock.now()
    question = await ask_anonymously(library)
    assert (question.state, question.asker_id, question.anonymous) == (QuestionState.WAITING, None, True)
    assert await queued(library) == []
    assert await promises(library) == set()
    assert await found(library, "sky") == []
    for act in (
        answering.claim_question(NOOR, library, 1),
        asking.toggle_me_too(NOOR, library, 1),
        asking.withdraw_question(NOOR, library, 1),
        answering.answer_question(NOOR, library, 1, "Because", (WEB,)),
    ):
        with pytest.raises(NotFound):
            await act
    with pytest.raises(WrongState):
        await answering.claim_question(OKAFOR, library, 1)
    clock.advance(1000)
    opened = await asking.pass_anonymous(OKAFOR, library, 1)
    assert (opened.state, opened.created_at, opened.asker_id) == (QuestionState.OPEN, asked_at, None)
    assert await cards(library) == {(CHANNEL, 1)}
    assert ("offer", 0) in await promises(library)
    assert await found(library, "sky") == [question.id]


async def test_passing_draws_the_card_of_what_it_follows(library: Library) -> None:
    await ask(library, NOOR)
    await empty_outbox(library)
    follow = await ask_anonymously(library, parent=1)
    assert await cards(library) == set()
    await asking.pass_anonymous(OKAFOR, library, follow.number)
    assert await cards(library) == {(CHANNEL, 1), (CHANNEL, 2)}


async def test_only_librarians_of_the_server_pass_refuse_and_look(library: Library) -> None:
    await ask_anonymously(library)
    for who, error in ((NOOR, NotAllowed), (MIA, NotAllowed), (LINDQVIST, NotFound)):
        for act in (
            asking.pass_anonymous(who, library, 1),
            asking.refuse_anonymous(who, library, 1, "No names, please"),
            asking.look_who_asked(who, library, 1),
        ):
            with pytest.raises(error):
                await act
    assert (await again(library, 1)).state is QuestionState.WAITING
    assert not await rows(library, "SELECT 1 FROM asker_look")


async def test_what_was_refused_stays_unseen_and_keeps_the_reason_for_its_asker(library: Library) -> None:
    await ask_anonymously(library)
    with pytest.raises(BadInput):
        await asking.refuse_anonymous(OKAFOR, library, 1, " ")
    refused = await asking.refuse_anonymous(OKAFOR, library, 1, "It names a classmate.")
    assert refused.state is QuestionState.WITHDRAWN
    assert await rows(library, "SELECT hidden, refused_because FROM question") == [
        {"hidden": 1, "refused_because": "It names a classmate."}
    ]
    assert await queued(library) == []
    with pytest.raises(NotFound):
        await asking.toggle_me_too(NOOR, library, 1)
    with pytest.raises(WrongState):
        await asking.refuse_anonymous(OKAFOR, library, 1, "again")
    with pytest.raises(WrongState):
        await asking.pass_anonymous(OKAFOR, library, 1)


async def test_what_was_taken_back_unseen_waits_again_when_reopened(library: Library) -> None:
    parent = await ask(library, NOOR)
    await ask_anonymously(library, parent=parent.number)
    await empty_outbox(library)
    await asking.withdraw_question(MIA, library, 2)
    assert (await settling.reopen_question(MIA, library, 2)).state is QuestionState.WAITING
    assert await queued(library) == []


async def test_each_look_is_recorded(library: Library, clock: MovableClock) -> None:
    await ask_anonymously(library)
    assert await asking.look_who_asked(OKAFOR, library, 1) == MIA.user_id
    await asking.look_who_asked(OKAFOR, library, 1)
    look = {"user_id": OKAFOR.user_id, "looked_at": clock.now()}
    assert await rows(library, "SELECT user_id, looked_at FROM asker_look") == [look, look]


async def test_there_is_nothing_to_look_at_in_a_named_question_or_after_forgetting(library: Library) -> None:
    await ask(library)
    with pytest.raises(WrongState) as refused:
        await asking.look_who_asked(OKAFOR, library, 1)
    assert refused.value.key == "errors.not_anonymous"
    await ask_anonymously(library)
    await library.database.write(lambda tx: tx.connection.execute("DELETE FROM anonymous_asker").close())
    with pytest.raises(NotFound) as gone:
        await asking.look_who_asked(OKAFOR, library, 2)
    assert gone.value.key == "errors.asker_forgotten"
    assert await rows(library, "SELECT question_id, user_id FROM asker_look") == [
        {"question_id": 2, "user_id": OKAFOR.user_id}
    ]


async def test_files_lose_their_names(library: Library) -> None:
    question = await ask_anonymously(library, attachments=(PICTURE, PLAIN))
    await asking.add_attachments(MIA, library, question.number, (PICTURE,))
    names = [row["filename"] for row in await rows(library, "SELECT filename FROM attachment ORDER BY id")]
    assert names == ["file-1.png", "file-2", "file-3.png"]


async def test_where_it_was_asked_is_not_kept_where_there_is_a_question_channel(library: Library) -> None:
    assert (await ask_anonymously(library)).channel_id == CHANNEL
    await choose(library, question_channel_id=QUESTION_CHANNEL)
    assert (await ask_anonymously(library)).channel_id == QUESTION_CHANNEL


async def _live_through(library: Library, number: int) -> None:
    """Let the asker do with a question all that leaves a trace."""
    await asking.edit_question(MIA, library, number, knew="Nothing much")
    question = await again(library, number)
    await answer(library, question)
    await answer(library, question, BEN, "It is the air.")
    await answering.endorse_answer(MIA, library, number, 1)
    await answering.endorse_answer(MIA, library, number, 2)
    await settling.settle_question(MIA, library, number, "Now I see.")
    await settling.challenge_question(MIA, library, number, "But at night?", WEB)
    await answering.edit_answer(NOOR, library, number, 1, "Air scatters blue the most.", (WEB,))
    await settling.mark_unresolved(MIA, library, number, "We asked two people.")
    original = await ask(library, TOMASZ)
    await settling.mark_duplicate(MIA, library, number, original.number)
    await settling.reopen_question(MIA, library, number)
    await asking.withdraw_question(MIA, library, number)


TABLES = "question answer challenge me_too question_revision answer_revision outbox due_work asker_look handled_event"


async def _places_of(library: Library, user_id: int) -> set[str]:
    """Return the tables in which a user id stands, whatever column."""
    places = set()
    for table in TABLES.split():
        if any(str(user_id) in repr(row) for row in await rows(library, f"SELECT * FROM {table}")):
            places.add(table)
    return places


async def test_the_anonymous_asker_stands_in_one_table_only(library: Library) -> None:
    await _live_through(library, (await passed(library)).number)
    assert await _places_of(library, MIA.user_id) == set()
    assert [row["user_id"] for row in await rows(library, "SELECT user_id FROM anonymous_asker")] == [MIA.user_id]


async def test_the_same_look_finds_a_named_asker(library: Library) -> None:
    await _live_through(library, (await ask(library)).number)
    named = {"question", "answer", "challenge", "me_too", "question_revision", "outbox"}
    assert await _places_of(library, MIA.user_id) == named


async def test_an_anonymous_asker_is_never_mentioned_and_every_answer_is_told(library: Library) -> None:
    question = await passed(library)
    await answer(library, question)
    await answer(library, question, MIA, "I found it myself.")
    assert await notices(library) == [("answered", []), ("answered", [])]


async def test_an_anonymous_asker_settles_and_nobody_else_does(library: Library) -> None:
    question = await passed(library)
    await answer(library, question)
    with pytest.raises(NotAllowed):
        await settling.settle_question(TOMASZ, library, question.number, "I think")
    settled = await settling.settle_question(MIA, library, question.number, "Now I see.")
    assert (settled.settled_by, settled.now_think) == (None, "Now I see.")
