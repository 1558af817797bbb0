"""Mia writes what she now thinks; others doubt it, or the question rests another way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import BadInput, NotAllowed, NotFound, WrongState
from bot.models.people import Actor
from bot.models.questions import QuestionState
from bot.services.library import Library
from bot.services.researchers import answering, asking, settling
from bot.storage import search
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ, MovableClock
from tests.services.researching import (
    CHANNEL,
    WEB,
    again,
    answer,
    ask,
    ask_anonymously,
    cards,
    empty_outbox,
    found,
    notices,
    passed,
    promises,
    reach,
    rows,
)


async def test_before_and_after_stand_together(library: Library, clock: MovableClock) -> None:
    await answer(library, await ask(library, knew="The sea mirrors in it."))
    settled = await settling.settle_question(MIA, library, 1, " Air scatters it. ")
    assert settled.state is QuestionState.SETTLED
    assert (settled.knew, settled.now_think) == ("The sea mirrors in it.", "Air scatters it.")
    assert (settled.settled_at, settled.settled_by) == (clock.now(), MIA.user_id)


@pytest.mark.parametrize("state", [QuestionState.OPEN, QuestionState.CLAIMED])
async def test_nothing_is_settled_without_an_answer(library: Library, state: QuestionState) -> None:
    await reach(library, state)
    with pytest.raises(WrongState) as refused:
        await settling.settle_question(MIA, library, 1, "I think")
    assert refused.value.key == "errors.settle_needs_answer"


async def test_an_answer_settles_although_somebody_still_looks(library: Library) -> None:
    await answer(library, await reach(library, QuestionState.CLAIMED), BEN)
    settled = await settling.settle_question(MIA, library, 1, "That will do.")
    assert (settled.state, settled.claimed_by) == (QuestionState.SETTLED, None)
    assert await promises(library) == {("offer", 0)}


async def test_a_search_in_vain_can_be_settled(library: Library) -> None:
    await reach(library, QuestionState.UNRESOLVED)
    settled = await settling.settle_question(MIA, library, 1, "Nobody knows yet, and I know why.")
    assert (settled.state, settled.tried) == (QuestionState.SETTLED, "Two books, one teacher")


@pytest.mark.parametrize(("typed", "key"), [("", "now_think_empty"), ("x" * 1501, "now_think_too_long")])
async def test_an_asker_settles_in_words(library: Library, typed: str, key: str) -> None:
    await reach(library, QuestionState.ANSWERED)
    with pytest.raises(BadInput) as refused:
        await settling.settle_question(MIA, library, 1, typed)
    assert refused.value.key == f"errors.{key}"


async def test_a_librarian_settles_by_confirming(library: Library) -> None:
    await reach(library, QuestionState.ANSWERED)
    with pytest.raises(WrongState) as refused:
        await settling.settle_question(OKAFOR, library, 1)
    assert refused.value.key == "errors.confirm_needs_endorsed"
    await answering.endorse_answer(OKAFOR, library, 1, 1)
    await empty_outbox(library)
    settled = await settling.settle_question(OKAFOR, library, 1)
    assert (settled.state, settled.settled_by, settled.now_think) == (QuestionState.SETTLED, OKAFOR.user_id, "")
    assert await notices(library) == [("confirmed", [MIA.user_id])]
    completed = await settling.settle_question(MIA, library, 1, "I think so too.")
    assert (completed.now_think, completed.settled_by) == ("I think so too.", MIA.user_id)
    with pytest.raises(WrongState) as twice:
        await settling.settle_question(MIA, library, 1, "Or not.")
    assert twice.value.key == "errors.question_is_settled"


async def test_a_librarian_writes_nothing_for_the_asker(library: Library) -> None:
    await reach(library, QuestionState.ANSWERED)
    with pytest.raises(NotAllowed) as refused:
        await settling.settle_question(OKAFOR, library, 1, "She thinks so.")
    assert refused.value.key == "errors.now_think_is_the_askers"


async def test_a_librarian_settles_their_own_either_way(library: Library) -> None:
    for number in (1, 2):
        await answer(library, await ask(library, OKAFOR))
        await answering.endorse_answer(OKAFOR, library, number, 1)
    assert (await settling.settle_question(OKAFOR, library, 1, "I see.")).now_think == "I see."
    assert (await settling.settle_question(OKAFOR, library, 2)).now_think == ""


async def test_others_do_not_settle(library: Library) -> None:
    await reach(library, QuestionState.ANSWERED)
    with pytest.raises(NotAllowed) as refused:
        await settling.settle_question(NOOR, library, 1, "Done")
    assert refused.value.key == "errors.only_asker_settles"


async def test_a_challenge_with_a_source_reopens(library: Library) -> None:
    await reach(library, QuestionState.SETTLED)
    await empty_outbox(library)
    awake = await settling.challenge_question(TOMASZ, library, 1, "But on Mars it is red.", WEB)
    assert (awake.state, awake.settled_at, awake.settled_by) == (QuestionState.ANSWERED, None, None)
    assert awake.now_think == "Blue light bounces more."
    assert await notices(library) == [("challenged", [MIA.user_id])]
    assert await cards(library) == {(CHANNEL, 1)}
    kept = await rows(
        library,
        "SELECT text, author_user_id AS author, title FROM challenge JOIN source ON challenge_id = challenge.id",
    )
    assert kept == [{"text": "But on Mars it is red.", "author": TOMASZ.user_id, "title": "NASA"}]
    await settling.challenge_question(NOOR, library, 1, "And on Titan?", WEB)
    assert (await again(library, 1)).state is QuestionState.ANSWERED


async def test_the_same_challenge_again_is_one(library: Library) -> None:
    await reach(library, QuestionState.SETTLED)
    await empty_outbox(library)
    for _ in range(2):
        awake = await settling.challenge_question(TOMASZ, library, 1, "Not on Mars.", WEB, event_id=77)
        assert awake.state is QuestionState.ANSWERED
    assert await notices(library) == [("challenged", [MIA.user_id])]
    assert len(await rows(library, "SELECT 1 FROM challenge")) == 1


async def test_what_was_settled_without_an_answer_is_open_when_challenged(library: Library) -> None:
    await reach(library, QuestionState.UNRESOLVED)
    await settling.settle_question(MIA, library, 1, "Nobody knows.")
    assert (await settling.challenge_question(NOOR, library, 1, "Somebody does.", WEB)).state is QuestionState.OPEN


@pytest.mark.parametrize(
    ("text", "source", "key"),
    [
        ("", WEB, "challenge_empty"),
        ("x" * 1001, WEB, "challenge_too_long"),
        ("No", replace(WEB, locator="javascript:alert(1)"), "source_bad_address"),
        ("No", replace(WEB, why=""), "source_needs_why"),
    ],
)
async def test_a_challenge_has_words_and_a_sound_source(library: Library, text: str, source: object, key: str) -> None:
    await reach(library, QuestionState.SETTLED)
    with pytest.raises(BadInput) as refused:
        await settling.challenge_question(NOOR, library, 1, text, source)  # type: ignore[arg-type]
    assert refused.value.key == f"errors.{key}"
    assert (await again(library, 1)).state is QuestionState.SETTLED


@pytest.mark.parametrize("state", set(QuestionState) - {QuestionState.ANSWERED, QuestionState.SETTLED})
async def test_only_what_was_found_is_challenged(library: Library, state: QuestionState) -> None:
    await reach(library, state)
    with pytest.raises(WrongState) as refused:
        await settling.challenge_question(OKAFOR, library, 1, "No", WEB)
    assert refused.value.key == f"errors.question_is_{state}"


@pytest.mark.parametrize("who", [MIA, OKAFOR])
@pytest.mark.parametrize(
    ("state", "after"),
    [
        (QuestionState.UNRESOLVED, QuestionState.OPEN),
        (QuestionState.DUPLICATE, QuestionState.OPEN),
        (QuestionState.WITHDRAWN, QuestionState.OPEN),
        (QuestionState.SETTLED, QuestionState.ANSWERED),
    ],
)
async def test_what_rests_is_woken_by_asker_or_librarian(
    library: Library, who: Actor, state: QuestionState, after: QuestionState
) -> None:
    question = await reach(library, state)
    await empty_outbox(library)
    awake = await settling.reopen_question(who, library, 1)
    assert (awake.state, awake.duplicate_of_id, awake.settled_at) == (after, None, None)
    assert question.id in await found(library, "sky")
    assert await notices(library) == ([("reopened", [MIA.user_id])] if who is OKAFOR else [])


@pytest.mark.parametrize("state", [QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED])
async def test_what_is_awake_is_not_woken(library: Library, state: QuestionState) -> None:
    await reach(library, state)
    with pytest.raises(WrongState) as refused:
        await settling.reopen_question(MIA, library, 1)
    assert refused.value.key == f"errors.question_is_{state}"


async def test_others_do_not_wake(library: Library) -> None:
    await reach(library, QuestionState.UNRESOLVED)
    with pytest.raises(NotAllowed) as refused:
        await settling.reopen_question(NOOR, library, 1)
    assert refused.value.key == "errors.only_asker_or_librarian"


async def test_what_went_with_its_message_does_not_come_back(library: Library) -> None:
    await reach(library, QuestionState.WITHDRAWN)
    await library.database.write(lambda tx: tx.connection.execute("UPDATE question SET removed = 1").close())
    with pytest.raises(WrongState) as refused:
        await settling.reopen_question(MIA, library, 1)
    assert refused.value.key == "errors.question_was_removed"


@pytest.mark.parametrize("who", [MIA, NOOR, OKAFOR])
async def test_searched_and_still_open_says_what_was_tried(library: Library, who: Actor) -> None:
    await reach(library, QuestionState.CLAIMED)
    await empty_outbox(library)
    changed = await settling.mark_unresolved(who, library, 1, "Three books.")
    assert (changed.state, changed.tried, changed.claimed_by) == (QuestionState.UNRESOLVED, "Three books.", None)
    assert await notices(library) == ([] if who is MIA else [("unresolved", [MIA.user_id])])


@pytest.mark.parametrize(("tried", "key"), [(" ", "tried_empty"), ("x" * 1501, "tried_too_long")])
async def test_searching_is_told_in_words(library: Library, tried: str, key: str) -> None:
    await ask(library)
    with pytest.raises(BadInput) as refused:
        await settling.mark_unresolved(MIA, library, 1, tried)
    assert refused.value.key == f"errors.{key}"


async def test_who_does_not_hold_it_does_not_give_it_up_or_away(library: Library) -> None:
    await reach(library, QuestionState.CLAIMED)
    await ask(library, BEN)
    for act in (
        settling.mark_unresolved(TOMASZ, library, 1, "Nothing"),
        settling.mark_duplicate(TOMASZ, library, 1, 2),
    ):
        with pytest.raises(NotAllowed) as refused:
            await act
        assert refused.value.key == "errors.only_those_at_work"


@pytest.mark.parametrize(
    "state", set(QuestionState) - {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED}
)
async def test_what_rests_is_not_searched_in_vain(library: Library, state: QuestionState) -> None:
    await reach(library, state)
    with pytest.raises(WrongState):
        await settling.mark_unresolved(OKAFOR, library, 1, "Nothing")


async def _wonderers(library: Library, number: int) -> set[int]:
    found_rows = await rows(library, "SELECT number, user_id FROM me_too JOIN question ON question.id = question_id")
    return {row["user_id"] for row in found_rows if row["number"] == number}


async def test_a_duplicate_moves_who_wonders_along(library: Library) -> None:
    await ask(library, BEN, "What makes the sky blue?")
    question = await ask(library)
    given = await answer(library, question)
    await ask(library, TOMASZ, "And at night?", parent=2)
    for who in (BEN, NOOR, TOMASZ):
        await asking.toggle_me_too(who, library, 2)
    await asking.toggle_me_too(NOOR, library, 1)
    await empty_outbox(library)
    joined = await settling.mark_duplicate(OKAFOR, library, 2, 1)
    assert (joined.state, joined.duplicate_of_id) == (QuestionState.DUPLICATE, 1)
    assert await _wonderers(library, 1) == {NOOR.user_id, TOMASZ.user_id, MIA.user_id}
    assert await cards(library) == {(CHANNEL, 1), (CHANNEL, 2)}
    assert await notices(library) == [("duplicate", [MIA.user_id])]
    assert question.id not in await found(library, "sky")
    assert given.id not in await found(library, "scatters", search.ANSWER)
    assert (await again(library, 3)).parent_question_id == question.id


async def test_askers_are_not_counted_twice_and_anonymous_ones_not_at_all(library: Library) -> None:
    await ask(library, MIA)
    await ask(library, MIA)
    await settling.mark_duplicate(MIA, library, 2, 1)
    assert await _wonderers(library, 1) == set()
    anonymous = await passed(library, NOOR)
    await settling.mark_duplicate(NOOR, library, anonymous.number, 1)
    assert await _wonderers(library, 1) == set()
    other = await passed(library, MIA)
    third = await ask(library, BEN)
    await asking.toggle_me_too(MIA, library, third.number)
    await settling.mark_duplicate(BEN, library, third.number, other.number)
    assert await _wonderers(library, other.number) == {BEN.user_id}


async def test_there_are_no_chains_of_duplicates(library: Library) -> None:
    for _ in range(4):
        await ask(library)
    await settling.mark_duplicate(MIA, library, 1, 2)
    await settling.mark_duplicate(MIA, library, 3, 1)
    assert (await again(library, 3)).duplicate_of_id == 2, "what 1 repeats"
    await empty_outbox(library)
    await settling.mark_duplicate(MIA, library, 2, 4)
    assert [(await again(library, number)).duplicate_of_id for number in (1, 2, 3, 4)] == [4, 4, 4, None]
    assert await cards(library) == {(CHANNEL, number) for number in (1, 2, 3, 4)}
    with pytest.raises(WrongState):
        await settling.mark_duplicate(MIA, library, 1, 4)


@pytest.mark.parametrize("of", [1, 2])
async def test_nothing_repeats_itself(library: Library, of: int) -> None:
    await ask(library)
    await ask(library)
    await settling.mark_duplicate(MIA, library, 2, 1)
    with pytest.raises(WrongState) as refused:
        await settling.mark_duplicate(MIA, library, 1, of)
    assert refused.value.key == "errors.duplicate_of_itself"


async def test_what_it_repeats_must_be_there(library: Library) -> None:
    await ask(library)
    waiting = await ask_anonymously(library, TOMASZ)
    await ask(library, BEN)
    await asking.withdraw_question(BEN, library, 3)
    for who, of, error in ((MIA, 9, NotFound), (MIA, waiting.number, NotFound), (MIA, 3, WrongState)):
        with pytest.raises(error):
            await settling.mark_duplicate(who, library, 1, of)
    with pytest.raises(WrongState):
        await settling.mark_duplicate(OKAFOR, library, 1, waiting.number)
    await ask(library, LINDQVIST)
    with pytest.raises(NotFound):
        await settling.mark_duplicate(LINDQVIST, library, 1, waiting.number)
