"""Noor takes Mia's question on; she and Ben answer it; Mia says what answers it."""

from __future__ import annotations

import json

import pytest

from bot.clock import DAY
from bot.errors import BadInput, NotAllowed, NotFound, TooMany, WrongState
from bot.models.people import Actor
from bot.models.questions import Answer, Attachment, Origin, QuestionState
from bot.services.library import Library
from bot.services.researchers import answering, asking, settling
from bot.storage import search
from tests.cast import BEN, MIA, NOOR, OKAFOR, TOMASZ, MovableClock
from tests.services.researching import (
    BOOK,
    CHANNEL,
    WEB,
    again,
    answer,
    ask,
    cards,
    choose,
    empty_outbox,
    found,
    notices,
    promises,
    queued,
    reach,
    rows,
)

PICTURE = Attachment("ab" * 32, "prism.png", "image/png", 1234, "a prism")


async def test_a_claim_names_its_holder_and_is_minded(library: Library, clock: MovableClock) -> None:
    await ask(library)
    await empty_outbox(library)
    claimed = await answering.claim_question(NOOR, library, 1)
    assert (claimed.state, claimed.claimed_by, claimed.claimed_at) == (
        QuestionState.CLAIMED,
        NOOR.user_id,
        clock.now(),
    )
    assert await cards(library) == {(CHANNEL, 1)}
    due = await rows(library, "SELECT due_at FROM due_work WHERE kind = 'claim_nudge' AND subject = 1")
    assert due == [{"due_at": clock.now() + 7 * DAY}]


async def test_claiming_what_one_has_changes_nothing(library: Library, clock: MovableClock) -> None:
    await ask(library)
    first = await answering.claim_question(NOOR, library, 1)
    clock.advance(DAY)
    assert await answering.claim_question(NOOR, library, 1) == first


async def test_what_another_has_is_taken(library: Library) -> None:
    await reach(library, QuestionState.CLAIMED)
    with pytest.raises(WrongState) as refused:
        await answering.claim_question(BEN, library, 1)
    assert refused.value.key == "errors.question_is_claimed"


async def test_three_claims_in_hand(library: Library) -> None:
    for number in range(1, 5):
        await ask(library)
        if number < 4:
            await answering.claim_question(NOOR, library, number)
    with pytest.raises(TooMany) as refused:
        await answering.claim_question(NOOR, library, 4)
    assert refused.value.places == {"limit": 3, "count": 3}
    await answering.release_question(NOOR, library, 1)
    await answering.claim_question(NOOR, library, 4)


async def test_a_librarian_may_hold_more(library: Library) -> None:
    await choose(library, open_claims=1)
    for number in (1, 2):
        await ask(library)
        await answering.claim_question(OKAFOR, library, number)


async def test_what_was_searched_for_in_vain_can_be_taken_again(library: Library) -> None:
    await reach(library, QuestionState.UNRESOLVED)
    assert (await answering.claim_question(BEN, library, 1)).state is QuestionState.CLAIMED


@pytest.mark.parametrize(
    "state",
    [
        QuestionState.WAITING,
        QuestionState.ANSWERED,
        QuestionState.SETTLED,
        QuestionState.DUPLICATE,
        QuestionState.WITHDRAWN,
    ],
)
async def test_what_is_past_claiming_says_how_it_stands(library: Library, state: QuestionState) -> None:
    await reach(library, state)
    with pytest.raises(WrongState) as refused:
        await answering.claim_question(OKAFOR, library, 1)
    assert refused.value.key == f"errors.question_is_{state}"
    assert refused.value.places == {"number": 1, "original": 2 if state is QuestionState.DUPLICATE else None}


@pytest.mark.parametrize("who", [NOOR, OKAFOR])
async def test_holder_and_librarian_release(library: Library, who: Actor) -> None:
    await reach(library, QuestionState.CLAIMED)
    released = await answering.release_question(who, library, 1)
    assert (released.state, released.claimed_by, released.claimed_at) == (QuestionState.OPEN, None, None)
    assert await promises(library) == {("offer", 0)}


async def test_nobody_else_releases(library: Library) -> None:
    await reach(library, QuestionState.CLAIMED)
    for who in (MIA, BEN):
        with pytest.raises(NotAllowed) as refused:
            await answering.release_question(who, library, 1)
        assert refused.value.key == "errors.only_holder_or_librarian"
    await answering.release_question(NOOR, library, 1)
    with pytest.raises(WrongState) as nothing:
        await answering.release_question(NOOR, library, 1)
    assert nothing.value.key == "errors.nobody_has_it"


async def test_released_with_an_answer_it_is_answered(library: Library) -> None:
    question = await reach(library, QuestionState.CLAIMED)
    await answer(library, question, BEN)
    assert (await again(library, 1)).claimed_by == NOOR.user_id, "Noor goes on looking"
    assert (await answering.release_question(NOOR, library, 1)).state is QuestionState.ANSWERED


async def test_an_answer_has_an_ordinal_and_its_sources(library: Library) -> None:
    await ask(library)
    await empty_outbox(library)
    first = await answering.answer_question(NOOR, library, 1, " It scatters. ", (WEB, BOOK), attachments=(PICTURE,))
    second = await answering.answer_question(BEN, library, 1, "It is the air.", (BOOK,))
    assert (first.ordinal, first.text, first.sources, first.attachments) == (1, "It scatters.", (WEB, BOOK), (PICTURE,))
    assert (second.ordinal, second.author_id) == (2, BEN.user_id)
    assert (await again(library, 1)).state is QuestionState.ANSWERED
    assert await cards(library) == {(CHANNEL, 1)}
    assert await found(library, "scatters", search.ANSWER) == [first.id]


async def test_the_asker_alone_is_told_where_they_asked(library: Library) -> None:
    await answer(library, await ask(library))
    told = [row for row in await queued(library) if row["kind"] == "notice"]
    assert [(row["channel_id"], row["subject"]) for row in told] == [(CHANNEL, 1)]
    assert json.loads(told[0]["payload"]) == {
        "text": "researchers.notice.answered",
        "mention": [MIA.user_id],
        "places": {"number": 1, "ordinal": 1},
    }


async def test_who_answers_themselves_is_not_told(library: Library) -> None:
    question = await ask(library)
    await answer(library, question, MIA)
    await answering.answer_question(NOOR, library, 1, "Hm", (WEB,), author_id=MIA.user_id, source_message_id=5)
    assert await notices(library) == []


async def test_the_holders_answer_ends_the_claim(library: Library) -> None:
    question = await reach(library, QuestionState.CLAIMED)
    await answer(library, question, NOOR)
    now = await again(library, 1)
    assert (now.state, now.claimed_by) == (QuestionState.ANSWERED, None)
    assert await promises(library) == {("offer", 0)}


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (QuestionState.OPEN, QuestionState.ANSWERED),
        (QuestionState.CLAIMED, QuestionState.CLAIMED),
        (QuestionState.ANSWERED, QuestionState.ANSWERED),
        (QuestionState.UNRESOLVED, QuestionState.ANSWERED),
        (QuestionState.SETTLED, QuestionState.SETTLED),
    ],
)
async def test_anyone_answers_what_is_not_put_away(
    library: Library, state: QuestionState, after: QuestionState
) -> None:
    question = await reach(library, state)
    await answer(library, question, BEN)
    assert (await again(library, 1)).state is after


@pytest.mark.parametrize("state", [QuestionState.WAITING, QuestionState.DUPLICATE, QuestionState.WITHDRAWN])
async def test_what_is_put_away_is_not_answered(library: Library, state: QuestionState) -> None:
    question = await reach(library, state)
    with pytest.raises(WrongState) as refused:
        await answer(library, question, OKAFOR)
    assert refused.value.key == f"errors.question_is_{state}"


@pytest.mark.parametrize(("text", "key"), [("  ", "answer_empty"), ("x" * 3001, "answer_too_long")])
async def test_an_answer_has_words(library: Library, text: str, key: str) -> None:
    question = await ask(library)
    with pytest.raises(BadInput) as refused:
        await answer(library, question, text=text)
    assert refused.value.key == f"errors.{key}"
    assert (await again(library, 1)).state is QuestionState.OPEN


async def test_a_source_is_needed_unless_the_librarian_relaxed_that(library: Library) -> None:
    await ask(library)
    with pytest.raises(BadInput) as refused:
        await answering.answer_question(NOOR, library, 1, "Because.", ())
    assert refused.value.key == "errors.source_missing"
    await choose(library, sources_required=False)
    assert (await answering.answer_question(NOOR, library, 1, "Because.", ())).sources == ()


async def test_ten_files_at_most(library: Library) -> None:
    await ask(library)
    with pytest.raises(BadInput):
        await answering.answer_question(NOOR, library, 1, "Look", (WEB,), attachments=(PICTURE,) * 11)


async def test_the_same_event_answers_once(library: Library) -> None:
    await ask(library)
    first = await answering.answer_question(NOOR, library, 1, "Once.", (WEB,), event_id=9)
    assert await answering.answer_question(NOOR, library, 1, "Once.", (WEB,), event_id=9) == first
    assert len(await notices(library)) == 1


async def test_a_message_answers_once(library: Library) -> None:
    await ask(library)
    await ask(library, text="Why is grass green?")

    async def use(number: int) -> Answer:
        return await answering.answer_question(
            BEN,
            library,
            number,
            "From chat",
            (WEB,),
            author_id=NOOR.user_id,
            source_message_id=5,
            origin=Origin.MESSAGE,
        )

    first = await use(1)
    assert first.author_id == NOOR.user_id
    assert await use(1) == first
    with pytest.raises(WrongState) as refused:
        await use(2)
    assert refused.value.places == {"number": 1, "ordinal": 1}


async def test_an_edit_of_an_answer_keeps_what_it_said(library: Library) -> None:
    first = await answer(library, await ask(library))
    changed = await answering.edit_answer(NOOR, library, 1, 1, "It is Rayleigh scattering.", (BOOK,))
    assert (changed.text, changed.sources, changed.revision) == ("It is Rayleigh scattering.", (BOOK,), 2)
    kept = await rows(library, "SELECT revision, text, sources, edited_by_user_id AS by FROM answer_revision")
    assert [(row["revision"], row["text"], row["by"]) for row in kept] == [(1, first.text, NOOR.user_id)]
    assert json.loads(kept[0]["sources"])[0]["locator"] == WEB.locator
    assert await found(library, "rayleigh", search.ANSWER) == [first.id]
    assert await found(library, "blue", search.ANSWER) == []


async def test_an_edit_of_an_answer_that_changes_nothing_keeps_nothing(library: Library) -> None:
    await answer(library, await ask(library))
    endorsed = await answering.endorse_answer(MIA, library, 1, 1)
    assert await answering.edit_answer(NOOR, library, 1, 1, endorsed.text, (WEB,)) == endorsed


async def test_an_edit_takes_the_mark_back_and_asks_the_asker_to_look_again(library: Library) -> None:
    await answer(library, await ask(library))
    await answering.edit_answer(NOOR, library, 1, 1, "Other words", (WEB,))
    await answering.endorse_answer(MIA, library, 1, 1)
    await empty_outbox(library)
    changed = await answering.edit_answer(OKAFOR, library, 1, 1, "Yet other words", (WEB,))
    assert (changed.endorsed_at, changed.endorsed_by) == (None, None)
    assert await notices(library) == [("answer_changed", [MIA.user_id])]


async def test_only_author_and_librarian_edit_an_answer(library: Library) -> None:
    await answer(library, await ask(library))
    for who in (MIA, BEN):
        with pytest.raises(NotAllowed) as refused:
            await answering.edit_answer(who, library, 1, 1, "Mine", (WEB,))
        assert refused.value.key == "errors.only_author_or_librarian"


async def test_an_answer_of_what_is_withdrawn_stays_as_it_is(library: Library) -> None:
    await answer(library, await ask(library))
    await asking.withdraw_question(MIA, library, 1)
    with pytest.raises(WrongState):
        await answering.edit_answer(NOOR, library, 1, 1, "Later", (WEB,))
    with pytest.raises(WrongState):
        await answering.endorse_answer(MIA, library, 1, 1)


async def test_asker_and_librarian_endorse_several(library: Library, clock: MovableClock) -> None:
    question = await ask(library)
    await answer(library, question, NOOR)
    await answer(library, question, BEN, "It is the air.")
    first = await answering.endorse_answer(MIA, library, 1, 1)
    second = await answering.endorse_answer(OKAFOR, library, 1, 2)
    assert (first.endorsed_by, second.endorsed_by) == (MIA.user_id, OKAFOR.user_id)
    clock.advance(DAY)
    assert await answering.endorse_answer(OKAFOR, library, 1, 1) == first, "twice is once"
    undone = await answering.take_back_endorsement(MIA, library, 1, 2)
    assert (undone.endorsed_at, undone.endorsed_by) == (None, None)
    assert await answering.take_back_endorsement(MIA, library, 1, 2) == undone


async def test_others_do_not_judge(library: Library) -> None:
    await answer(library, await ask(library))
    for act in (
        answering.endorse_answer(NOOR, library, 1, 1),
        answering.endorse_answer(TOMASZ, library, 1, 1),
        answering.take_back_endorsement(TOMASZ, library, 1, 1),
    ):
        with pytest.raises(NotAllowed) as refused:
            await act
        assert refused.value.key == "errors.only_asker_or_librarian"


async def test_an_asker_does_not_endorse_their_own_answer_but_a_librarian_may(library: Library) -> None:
    await answer(library, await ask(library), MIA)
    with pytest.raises(NotAllowed) as refused:
        await answering.endorse_answer(MIA, library, 1, 1)
    assert refused.value.key == "errors.endorse_own"
    librarians = await ask(library, OKAFOR)
    await answer(library, librarians, OKAFOR)
    assert (await answering.endorse_answer(OKAFOR, library, 2, 1)).endorsed_at is not None


@pytest.mark.parametrize("ordinal", [0, -1, 2, 2**64])
async def test_an_answer_that_is_none_is_not_found(library: Library, ordinal: int) -> None:
    await answer(library, await ask(library))
    with pytest.raises(NotFound) as refused:
        await answering.endorse_answer(MIA, library, 1, ordinal)
    assert refused.value.key == "errors.answer_not_found"


async def test_a_removed_answer_is_not_found(library: Library) -> None:
    await answer(library, await ask(library))
    await library.database.write(lambda tx: tx.connection.execute("UPDATE answer SET removed = 1, text = ''").close())
    with pytest.raises(NotFound):
        await answering.endorse_answer(MIA, library, 1, 1)
    assert (await answer(library, await again(library, 1), BEN)).ordinal == 2
    with pytest.raises(WrongState):
        await settling.settle_question(OKAFOR, library, 1)
