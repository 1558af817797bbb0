"""Mia asks; her question is logged, reworded, wondered about by others, withdrawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import HOUR, MINUTE
from bot.errors import BadInput, NotAllowed, NotFound, TooMany, WrongState
from bot.models.people import Actor
from bot.models.questions import Attachment, Origin, QuestionState
from bot.services.library import Library
from bot.services.researchers import answering, asking, settling
from bot.storage import search
from bot.storage.database import Tx
from tests.cast import BEN, ELSEWHERE, LINDQVIST, MIA, NOOR, OKAFOR, SERVER, TOMASZ, MovableClock
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
    reach,
    rows,
)

PICTURE = Attachment("ab" * 32, "Mia Mueller.PNG", "image/png", 1234, "the sky")


async def test_a_question_is_open_has_a_number_and_a_card(library: Library, clock: MovableClock) -> None:
    question = await ask(library, text="  Why is the sky blue?\n", topic=" light  \n and air ", knew="It is far up.")
    assert (question.number, question.state, question.text) == (1, QuestionState.OPEN, "Why is the sky blue?")
    assert (question.topic, question.knew, question.asker_id) == ("light and air", "It is far up.", MIA.user_id)
    assert question.created_at == clock.now()
    assert await cards(library) == {(CHANNEL, 1)}
    assert await found(library, "sky") == [question.id]
    assert await found(library, "light") == [question.id]
    assert ("offer", 0) in await promises(library)


async def test_numbers_count_per_server(library: Library) -> None:
    assert [(await ask(library, who)).number for who in (MIA, NOOR, ELSEWHERE)] == [1, 2, 1]


async def test_the_card_stands_in_the_question_channel_and_the_asker_where_they_asked(library: Library) -> None:
    await choose(library, question_channel_id=QUESTION_CHANNEL)
    question = await ask(library)
    assert await cards(library) == {(QUESTION_CHANNEL, 1)}
    assert question.channel_id == CHANNEL


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"text": ""}, "question_empty"),
        ({"text": " \u200b\n"}, "question_empty"),
        ({"text": "x" * 1001}, "question_too_long"),
        ({"text": "x" * 5000}, "question_too_long"),
        ({"topic": "x" * 61}, "topic_too_long"),
        ({"knew": "x" * 1001}, "knew_too_long"),
        ({"attachments": (PICTURE,) * 11}, "attachments_too_many"),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_leaves_nothing(
    library: Library, given: dict[str, object], key: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await ask(library, **given)  # type: ignore[arg-type]
    assert refused.value.key == f"errors.{key}"
    assert not await rows(library, "SELECT 1 FROM question")
    assert (await ask(library, text="x" * 1000)).number == 1, "no number is used up"


@pytest.mark.parametrize("text", ["@everyone why?", "<script>alert(1)</script>?", "**" * 400, "لماذا السماء زرقاء؟"])
async def test_odd_questions_are_kept_as_they_were_typed(library: Library, text: str) -> None:
    assert (await ask(library, text=text)).text == text


async def test_the_same_event_asks_once(library: Library) -> None:
    about = asking.Ask("Why is the sky blue?", channel_id=CHANNEL)
    first = await asking.ask_question(MIA, library, about, event_id=7)
    assert await asking.ask_question(MIA, library, about, event_id=7) == first
    assert (await asking.ask_question(MIA, library, about, event_id=8)).number == 2


async def test_a_message_is_logged_once_for_its_author(library: Library) -> None:
    first = await ask(library, TOMASZ, asker_id=MIA.user_id, source_message_id=77, origin=Origin.MESSAGE)
    assert first.asker_id == MIA.user_id
    assert await ask(library, BEN, asker_id=MIA.user_id, source_message_id=77) == first
    assert (await ask(library, ELSEWHERE, source_message_id=77)).server_id == ELSEWHERE.server_id
    assert await rows(library, "SELECT logged_by_user_id AS id FROM question WHERE number = 1 ORDER BY id") == [
        {"id": None},
        {"id": TOMASZ.user_id},
    ]


async def test_five_questions_an_hour_and_when_to_ask_again(library: Library, clock: MovableClock) -> None:
    start = clock.now()
    for _ in range(5):
        await ask(library)
        clock.advance(MINUTE)
    with pytest.raises(TooMany) as refused:
        await ask(library)
    assert refused.value.places == {"limit": 5, "again_at": start + HOUR}
    await ask(library, TOMASZ)
    await ask(library, ELSEWHERE)
    clock.advance(HOUR - 5 * MINUTE)
    await ask(library)
    with pytest.raises(TooMany):
        await ask(library)


async def test_the_limit_counts_anonymous_questions_and_logged_messages_for_who_did_it(library: Library) -> None:
    await choose(library, asks_per_hour=3)
    await ask_anonymously(library)
    await ask(library, MIA, asker_id=BEN.user_id, source_message_id=5)
    await ask(library, MIA)
    with pytest.raises(TooMany):
        await ask(library, MIA)
    for _ in range(3):
        await ask(library, BEN)
    with pytest.raises(TooMany):
        await ask(library, BEN)


async def test_what_was_imported_does_not_count(library: Library) -> None:
    for _ in range(4):
        await ask(library)
    await library.database.write(lambda tx: tx.connection.execute("UPDATE question SET origin = 'import'").close())
    for _ in range(5):
        await ask(library)
    with pytest.raises(TooMany):
        await ask(library)


async def test_a_question_of_a_note_is_asked_like_any_other_and_counts_against_no_limit(library: Library) -> None:
    await choose(library, asks_per_hour=1)
    wanted = asking.Ask(" why so red ", topic="Leaves", channel_id=CHANNEL, origin=Origin.MESSAGE)

    def change(tx: Tx) -> list[int]:
        return [asking.ask_from_note(tx, MIA, replace(wanted, class_id=1)).number for _ in range(3)]

    assert await library.database.write(change) == [1, 2, 3]
    question = await again(library, 3)
    assert (question.text, question.topic, question.asker_id) == ("why so red", "Leaves", MIA.user_id)
    assert (question.state, question.channel_id, question.class_id) == (QuestionState.OPEN, CHANNEL, 1)
    assert await cards(library) == {(CHANNEL, 1), (CHANNEL, 2), (CHANNEL, 3)}
    assert ("offer", 0) in await promises(library)
    assert (await ask(library)).number == 4
    with pytest.raises(TooMany):
        await ask(library)
    with pytest.raises(BadInput):
        await library.database.write(asking.ask_from_note, MIA, asking.Ask(" "))


async def test_librarians_ask_as_often_as_they_need(library: Library) -> None:
    assert [(await ask(library, OKAFOR)).number for _ in range(7)][-1] == 7


async def test_a_follow_up_names_its_parent_and_the_parents_card_counts_it(library: Library) -> None:
    parent = await ask(library)
    given = await answer(library, parent)
    await empty_outbox(library)
    child = await ask(library, NOOR, "And at sunset?", parent=1, parent_answer=1)
    assert (child.parent_question_id, child.parent_answer_id) == (parent.id, given.id)
    assert await cards(library) == {(CHANNEL, 1), (CHANNEL, 2)}
    grandchild = await ask(library, BEN, "Everywhere?", parent=2)
    assert (grandchild.parent_question_id, grandchild.parent_answer_id) == (child.id, None)


@pytest.mark.parametrize(("parent", "ordinal", "key"), [(9, None, "question_not_found"), (1, 2, "answer_not_found")])
async def test_a_follow_up_of_nothing_is_refused(library: Library, parent: int, ordinal: int | None, key: str) -> None:
    await ask(library)
    with pytest.raises(NotFound) as refused:
        await ask(library, parent=parent, parent_answer=ordinal)
    assert refused.value.key == f"errors.{key}"


async def test_what_waits_cannot_be_followed_up_even_by_its_asker(library: Library) -> None:
    waiting = await ask_anonymously(library)
    with pytest.raises(WrongState):
        await ask(library, parent=waiting.number)
    with pytest.raises(NotFound):
        await ask(library, NOOR, parent=waiting.number)


@pytest.mark.parametrize("number", [0, -1, 2, 999999, 2**53, 2**53 + 1, 2**64, 10**30])
async def test_a_number_that_is_none_is_not_found(library: Library, number: int) -> None:
    await ask(library)
    with pytest.raises(NotFound) as refused:
        await asking.edit_question(MIA, library, number, text="Why?")
    assert refused.value.key == "errors.question_not_found"


@pytest.mark.parametrize("who", [ELSEWHERE, LINDQVIST])
async def test_another_servers_question_is_not_found(library: Library, who: Actor) -> None:
    await ask(library)
    for act in (
        asking.withdraw_question(who, library, 1),
        asking.toggle_me_too(who, library, 1),
        answering.claim_question(who, library, 1),
        answering.answer_question(who, library, 1, "Because", (WEB,)),
        settling.settle_question(who, library, 1, "I think"),
    ):
        with pytest.raises(NotFound):
            await act


async def test_an_edit_keeps_what_was_said_before(library: Library) -> None:
    question = await ask(library, topic="sky", knew="blue")
    changed = await asking.edit_question(MIA, library, 1, text="Why is the evening red?", knew="")
    assert (changed.text, changed.topic, changed.knew, changed.revision) == ("Why is the evening red?", "sky", "", 2)
    await asking.edit_question(OKAFOR, library, 1, topic="light")
    kept = await rows(library, "SELECT revision, text, topic, knew, edited_by_user_id AS by FROM question_revision")
    assert kept == [
        {"revision": 1, "text": "Why is the sky blue?", "topic": "sky", "knew": "blue", "by": MIA.user_id},
        {"revision": 2, "text": "Why is the evening red?", "topic": "sky", "knew": "", "by": OKAFOR.user_id},
    ]
    assert await found(library, "blue") == []
    assert await found(library, "evening") == [question.id]


async def test_an_edit_that_changes_nothing_keeps_nothing(library: Library) -> None:
    question = await ask(library)
    assert await asking.edit_question(MIA, library, 1, text="Why is the sky blue? ") == question
    assert await asking.edit_question(MIA, library, 1) == question


async def test_only_asker_and_librarian_edit_withdraw_and_add_files(library: Library) -> None:
    await ask(library)
    for act in (
        asking.edit_question(NOOR, library, 1, text="Mine now"),
        asking.withdraw_question(NOOR, library, 1),
        asking.add_attachments(NOOR, library, 1, (PICTURE,)),
    ):
        with pytest.raises(NotAllowed) as refused:
            await act
        assert refused.value.key == "errors.only_asker_or_librarian"


async def test_files_are_kept_ten_at_most(library: Library) -> None:
    await ask(library, attachments=(PICTURE,))
    await asking.add_attachments(MIA, library, 1, (PICTURE,) * 9)
    with pytest.raises(BadInput):
        await asking.add_attachments(OKAFOR, library, 1, (PICTURE,))
    names = await rows(library, "SELECT DISTINCT filename, alt, size FROM attachment")
    assert names == [{"filename": "Mia Mueller.PNG", "alt": "the sky", "size": 1234}]


async def test_a_withdrawn_question_is_not_found_by_searching_and_its_claim_ends(library: Library) -> None:
    question = await ask(library)
    await answering.claim_question(NOOR, library, 1)
    given = await answer(library, question, BEN)
    assert await found(library, "scatters", search.ANSWER) == [given.id]
    await empty_outbox(library)
    withdrawn = await asking.withdraw_question(MIA, library, 1)
    assert (withdrawn.state, withdrawn.claimed_by) == (QuestionState.WITHDRAWN, None)
    assert await cards(library) == {(CHANNEL, 1)}
    assert await notices(library) == []
    assert await found(library, "sky") == []
    assert await found(library, "scatters", search.ANSWER) == []
    assert not {kind for kind, _ in await promises(library)} & {"claim_nudge", "claim_release"}
    with pytest.raises(WrongState) as refused:
        await asking.withdraw_question(MIA, library, 1)
    assert refused.value.key == "errors.question_is_withdrawn"


async def test_the_parents_card_counts_anew_when_what_follows_goes_and_comes_back(library: Library) -> None:
    await ask(library)
    await ask(library, NOOR, parent=1)
    for act in (asking.withdraw_question, settling.reopen_question):
        await empty_outbox(library)
        await act(NOOR, library, 2)
        assert await cards(library) == {(CHANNEL, 1), (CHANNEL, 2)}


async def test_an_asker_is_told_when_a_librarian_withdraws(library: Library) -> None:
    await ask(library)
    await asking.withdraw_question(OKAFOR, library, 1)
    assert await notices(library) == [("withdrawn", [MIA.user_id])]


async def test_me_too_counts_and_takes_back(library: Library) -> None:
    await ask(library)
    assert await asking.toggle_me_too(NOOR, library, 1) == (True, 1)
    assert await asking.toggle_me_too(BEN, library, 1) == (True, 2)
    assert await asking.toggle_me_too(NOOR, library, 1) == (False, 1)


async def test_nobody_wonders_too_about_their_own(library: Library) -> None:
    await ask(library)
    anonymous = await passed(library, TOMASZ)
    for who, number in ((MIA, 1), (TOMASZ, anonymous.number)):
        with pytest.raises(WrongState) as refused:
            await asking.toggle_me_too(who, library, number)
        assert refused.value.key == "errors.me_too_own"


async def test_the_same_press_of_me_too_again_does_not_take_it_back(library: Library) -> None:
    await ask(library)
    for _ in range(2):
        assert await asking.toggle_me_too(NOOR, library, 1, event_id=77) == (True, 1)
    assert await asking.toggle_me_too(NOOR, library, 1, event_id=78) == (False, 0)


async def test_me_too_on_a_duplicate_goes_to_what_it_repeats(library: Library) -> None:
    duplicate = await reach(library, QuestionState.DUPLICATE)
    before = (await rows(library, "SELECT COUNT(*) AS count FROM me_too WHERE question_id = 2"))[0]["count"]
    assert await asking.toggle_me_too(NOOR, library, duplicate.number) == (True, before + 1)


async def test_me_too_on_what_is_withdrawn_is_refused(library: Library) -> None:
    await reach(library, QuestionState.WITHDRAWN)
    with pytest.raises(WrongState):
        await asking.toggle_me_too(NOOR, library, 1)


async def test_who_was_forgotten_asked_nothing(library: Library) -> None:
    question = replace(await ask(library), asker_id=None)
    assert not await library.database.read(asking.is_asker, MIA, question)
    assert (await again(library, 1)).server_id == SERVER


async def test_a_withdrawn_questions_publication_ends(library: Library, clock: MovableClock) -> None:
    question = await ask(library)

    def publish(tx: Tx) -> None:
        tx.connection.execute(
            "INSERT INTO publication (server_id, question_id, state, requested_by_user_id, requested_at) "
            "VALUES (?, ?, 'asked', ?, ?)",
            (SERVER, question.id, MIA.user_id, clock.now()),
        ).close()
        tx.connection.execute("INSERT INTO consent VALUES (1, ?, 'given', ?)", (MIA.user_id, clock.now())).close()

    await library.database.write(publish)
    await asking.edit_question(MIA, library, 1, topic="light")
    assert await rows(library, "SELECT state FROM publication") == [{"state": "asked"}]
    await asking.withdraw_question(MIA, library, 1)
    assert await rows(library, "SELECT state FROM publication") == [{"state": "withdrawn"}]
