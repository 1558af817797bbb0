"""Sittings: what comes up in a student's own day, once for each press, and how the last answer is taken back."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import NotFound
from bot.models.people import Actor
from bot.models.studying import DAILY_CAP, NEW_A_DAY, CardState, Rating
from bot.services.learners import cards, habits, scheduling, studying
from bot.services.learners.scheduling import day_of
from bot.services.learners.studying import Answer, Sitting, tag_of
from bot.services.library import Library
from tests.cast import BEN, ELSEWHERE, TOMASZ, MovableClock
from tests.services.researching import rows
from tests.services.studying import answer, answered, card_of, learn, now, own_cards, settled, term
from tests.services.studying import card_of_question as _card_of_question

CHANNEL = 300300000000000001


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def move(clock: MovableClock, text: str) -> None:
    """Let it be that time."""
    clock.advance(at(text) - clock.now())


@pytest.fixture(autouse=True)
def morning(clock: MovableClock) -> None:
    """Every test begins on a Monday morning in UTC, which is the server's zone."""
    move(clock, "2026-11-23T08:00:00+00:00")


async def seen_fronts(library: Library, rating: Rating = Rating.EASY, who: Actor = BEN, tag: str = "") -> list[str]:
    """Answer all that comes up alike; return what came up, in its order."""
    sitting, seen = await studying.sit_down(who, library, tag), []
    while sitting.view is not None:
        seen.append(sitting.view.card.front)
        sitting = await answer(library, sitting, rating, who, tag)
    return seen


# --- one card after the other


async def test_new_cards_come_in_their_order_at_most_ten_a_day(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 25)
    sitting = await studying.sit_down(BEN, library)
    assert sitting.view is not None
    assert (sitting.view.card.front, sitting.done, sitting.total) == ("front 0", 0, NEW_A_DAY)
    assert await seen_fronts(library) == [f"front {number}" for number in range(10)]
    rest = await studying.sit_down(BEN, library)
    assert (rest.view, rest.done, rest.total, rest.next_at) == (None, 10, 10, at("2026-11-24T00:00:00+00:00"))
    clock.advance(DAY)
    assert await seen_fronts(library) == [f"front {number}" for number in range(10, 20)]


async def test_an_empty_deck_has_nothing_to_come(library: Library) -> None:
    sitting = await studying.sit_down(BEN, library)
    assert sitting == Sitting(None, 0, 0, None, None)


async def test_progress_counts_cards_and_not_answers(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 2)
    sitting = await answered(library, Rating.AGAIN)
    assert (sitting.done, sitting.total) == (0, 2)
    assert sitting.view is not None
    assert sitting.view.card.front == "front 1"
    sitting = await answer(library, sitting, Rating.EASY)
    assert (sitting.done, sitting.total) == (1, 2)
    assert sitting.view is not None
    assert sitting.view.card.front == "front 0", "nobody waits a minute for the last card"
    clock.advance(MINUTE)
    sitting = await answer(library, sitting, Rating.EASY)
    assert (sitting.view, sitting.done, sitting.total) == (None, 2, 2)
    assert sitting.next_at == at("2026-11-24T00:00:00+00:00"), "what was hard at first comes back tomorrow"


async def test_what_is_due_after_a_minute_comes_before_new_cards_once_that_is_over(
    library: Library, clock: MovableClock
) -> None:
    await own_cards(library, 3)
    await answered(library, Rating.AGAIN)
    clock.advance(2 * MINUTE)
    sitting = await studying.sit_down(BEN, library)
    assert sitting.view is not None
    assert (sitting.view.card.front, sitting.view.card.reviews) == ("front 0", 1)


async def test_what_was_answered_before_comes_before_new_cards(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 2)
    await learn(library, Rating.GOOD)
    clock.advance(4 * DAY)
    await own_cards(library, 1)
    old_first = await seen_fronts(library)
    assert sorted(old_first[:2]) == ["front 0", "front 1"]
    assert len(old_first) == 3


async def test_a_sitting_of_one_unit(library: Library) -> None:
    await own_cards(library, 3, unit="Cells")
    await own_cards(library, 2, unit="Light")
    await own_cards(library, 1)
    tag = tag_of("cells")
    sitting = await studying.sit_down(BEN, library, tag)
    assert (sitting.done, sitting.total) == (0, 3)
    assert len(await seen_fronts(library, tag=tag)) == 3
    empty = await studying.sit_down(BEN, library, tag)
    assert (empty.view, empty.done, empty.total) == (None, 3, 3)
    assert len(await seen_fronts(library)) == 3, "the others come when all units do"
    for who, forged in ((BEN, "00000000"), (TOMASZ, tag), (ELSEWHERE, tag)):
        with pytest.raises(NotFound, match="unit_without_cards"):
            await studying.sit_down(who, library, forged)


async def test_a_card_that_rests_does_not_come_up(library: Library) -> None:
    made = await own_cards(library, 3)
    await cards.suspend_card(BEN, library, made[0].id)
    assert await seen_fronts(library) == ["front 1", "front 2"]
    await cards.wake_card(BEN, library, made[0].id)
    assert await seen_fronts(library) == ["front 0"]


# --- the back


async def test_each_button_says_what_it_does(library: Library, clock: MovableClock) -> None:
    (card,) = await own_cards(library, 1)
    back = await studying.turn_over(BEN, library, card.id, 0)
    assert back is not None
    assert [back.waits[rating].minutes for rating in (Rating.AGAIN, Rating.HARD, Rating.GOOD)] == [1, 6, 10]
    days = back.waits[Rating.EASY].days
    assert {back.waits[rating].days for rating in (Rating.AGAIN, Rating.HARD, Rating.GOOD)} == {0}
    await answered(library, Rating.EASY)
    due = (await now(library, card)).due_at
    assert due == at("2026-11-23T00:00:00+00:00") + days * DAY
    clock.advance(days * DAY)
    assert (await studying.sit_down(BEN, library)).view is not None


async def test_the_back_of_a_card_that_moved_on_is_not_shown(library: Library) -> None:
    (card,) = await own_cards(library, 1)
    await answered(library, Rating.GOOD)
    assert await studying.turn_over(BEN, library, card.id, 0) is None
    await cards.suspend_card(BEN, library, card.id)
    assert await studying.turn_over(BEN, library, card.id, 1) is None
    with pytest.raises(NotFound, match="card_not_found"):
        await studying.turn_over(TOMASZ, library, card.id, 1)


async def test_the_picture_of_a_term_is_shown_beside_it(library: Library) -> None:
    from tests.services.test_study_export import term_with_picture

    block, digest = await term_with_picture(library)
    await card_of(library, block)
    sitting = await studying.sit_down(BEN, library)
    assert sitting.view is not None
    assert [(one.digest, one.alt) for one in sitting.view.pictures] == [(digest, "A cell")]


# --- once for each press


async def test_a_press_that_comes_twice_counts_once(library: Library) -> None:
    (card,) = await own_cards(library, 1)
    pressed = Answer(card.id, 0)
    for _ in range(2):
        await studying.answer_card(BEN, library, pressed, Rating.AGAIN, event_id=5)
    await studying.answer_card(BEN, library, pressed, Rating.EASY, event_id=6)
    card = await now(library, card)
    assert (card.reviews, card.stability) == (1, 0.212)


async def test_an_answer_to_a_card_that_rests_is_not_kept(library: Library) -> None:
    (card,) = await own_cards(library, 1)
    await cards.suspend_card(BEN, library, card.id)
    await studying.answer_card(BEN, library, Answer(card.id, 0), Rating.GOOD)
    assert (await now(library, card)).reviews == 0


async def test_nobody_answers_for_somebody_else(library: Library) -> None:
    (card,) = await own_cards(library, 1)
    with pytest.raises(NotFound, match="card_not_found"):
        await studying.answer_card(TOMASZ, library, Answer(card.id, 0), Rating.GOOD)
    assert (await now(library, card)).reviews == 0


async def test_what_is_kept_is_what_fsrs_says(library: Library, clock: MovableClock) -> None:
    (card,) = await own_cards(library, 1)
    kept = scheduling.new_card()
    for count, rating in enumerate((Rating.EASY, Rating.AGAIN, Rating.HARD, Rating.GOOD)):
        seed = f"{card.id}:{count}"
        after = scheduling.after_answer(kept, rating, clock.now(), "UTC", seed=seed)
        kept = after.fsrs
        await answered(library, rating)
        here = await now(library, card)
        assert (here.due_at, here.stability, here.difficulty) == (after.due_at, after.stability, after.difficulty)
        assert here.lapses == (0 if count == 0 else 1)
        clock.advance(max(after.due_at - clock.now(), 0))


# --- taking back


async def test_the_last_answer_is_taken_back_whole(library: Library, clock: MovableClock) -> None:
    card = await card_of(library, await term(library))
    await answered(library, Rating.EASY)
    clock.advance(20 * DAY)
    before = await now(library, card)
    sitting = await answered(library, Rating.AGAIN)
    assert sitting.last == Answer(card.id, 2)
    after = await studying.undo_answer(BEN, library, Answer(card.id, 2))
    assert after.view is not None
    assert after.view.card.id == card.id
    assert await now(library, card) == before
    assert after.last is None, "what was answered on another day stays"
    assert len(await rows(library, "SELECT id FROM study_review")) == 1


async def test_what_is_taken_back_twice_is_taken_back_once(library: Library) -> None:
    first, second = await own_cards(library, 2)
    await learn(library)
    for _ in range(2):
        sitting = await studying.undo_answer(BEN, library, Answer(second.id, 1), event_id=9)
        assert sitting.view is not None
        assert sitting.view.card.id == second.id
    await studying.undo_answer(BEN, library, Answer(second.id, 1), event_id=10)
    assert [(await now(library, one)).reviews for one in (first, second)] == [1, 0]
    sitting = await studying.undo_answer(BEN, library, Answer(first.id, 1))
    assert (sitting.done, sitting.total, sitting.last) == (0, 2, None)


async def test_only_the_last_answer_is_taken_back(library: Library) -> None:
    first, _ = await own_cards(library, 2)
    await learn(library)
    await studying.undo_answer(BEN, library, Answer(first.id, 1))
    await studying.undo_answer(TOMASZ, library, Answer(first.id, 1))
    assert (await now(library, first)).reviews == 1


async def test_news_of_a_source_is_news_again_when_the_answer_is_taken_back(library: Library) -> None:
    from bot.services.researchers import settling
    from tests.cast import MIA
    from tests.services.researching import WEB

    question = await settled(library)
    card = await _card_of_question(library, question)
    await settling.challenge_question(TOMASZ, library, question.number, "At sunset it is red.", WEB)
    await settling.settle_question(MIA, library, question.number, "Mostly.")
    assert (await now(library, card)).changed
    await answered(library, Rating.GOOD)
    assert not (await now(library, card)).changed
    await studying.undo_answer(BEN, library, Answer(card.id, 1))
    assert (await now(library, card)).changed


# --- the cap, and what waits


async def make_backlog(library: Library, clock: MovableClock, number: int) -> None:
    """Ben learned so many cards, and then was on holiday."""
    await own_cards(library, number)
    await habits.choose_habits(BEN, library, CHANNEL, daily_cap=200)
    while (await rows(library, "SELECT COUNT(*) AS new FROM study_card WHERE reviewed_at IS NULL"))[0]["new"]:
        await learn(library, Rating.EASY)
        clock.advance(DAY)
    await habits.choose_habits(BEN, library, CHANNEL, daily_cap=DAILY_CAP)
    clock.advance(365 * DAY)


async def per_day(library: Library, zone: str = "UTC") -> dict[str, int]:
    """How many cards are planned for each day; what was wanted before today is today's."""
    planned = await rows(library, "SELECT due_at FROM study_card WHERE state = 'active'")
    times = (max(row["due_at"], library.clock.now()) for row in planned)
    return Counter(day_of(moment, zone).isoformat() for moment in times)


async def test_after_a_holiday_300_cards_are_ten_days_of_30(
    library: Library, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studying, "NEW_A_DAY", 300)
    await make_backlog(library, clock, 300)
    today = day_of(clock.now(), "UTC")
    sitting = await studying.sit_down(BEN, library)
    assert (sitting.done, sitting.total) == (0, 30), "nobody is told how many wait"
    expected = {(today + timedelta(days=number)).isoformat(): 30 for number in range(10)}
    assert await per_day(library) == expected
    before = await rows(library, "SELECT id, due_at FROM study_card")
    clock.advance(HOUR)
    await studying.sit_down(BEN, library)
    assert await rows(library, "SELECT id, due_at FROM study_card") == before, "once a day"
    assert await learn(library, Rating.GOOD) == 30
    done = await studying.sit_down(BEN, library)
    assert (done.view, done.done, done.total) == (None, 30, 30)
    clock.advance(DAY)
    sitting = await studying.sit_down(BEN, library)
    assert sitting.total == 30
    assert max((await per_day(library)).values()) <= 30


async def test_while_something_waits_nothing_new_is_begun(
    library: Library, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studying, "NEW_A_DAY", 50)
    await make_backlog(library, clock, 40)
    await own_cards(library, 5)
    assert await learn(library) == 30
    clock.advance(DAY)
    sitting = await studying.sit_down(BEN, library)
    assert sitting.total == 15, "the other ten, and then the five"


async def test_who_chooses_more_gets_more_today(
    library: Library, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studying, "NEW_A_DAY", 100)
    await make_backlog(library, clock, 60)
    await learn(library, Rating.EASY)
    assert (await studying.sit_down(BEN, library)).view is None
    await habits.choose_habits(BEN, library, CHANNEL, daily_cap=40)
    sitting = await studying.sit_down(BEN, library)
    assert (sitting.done, sitting.total) == (30, 40)
    await habits.choose_habits(BEN, library, CHANNEL, daily_cap=5)
    sitting = await studying.sit_down(BEN, library)
    assert (sitting.view, sitting.done, sitting.total) == (None, 30, 30)
    assert sitting.next_at is not None


async def test_no_day_is_fuller_than_chosen_whatever_wakes_in_it(
    library: Library, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studying, "NEW_A_DAY", 100)
    await make_backlog(library, clock, 40)
    every = (await cards.list_cards(BEN, library, size=100)).items
    for card in every[:20]:
        await cards.suspend_card(BEN, library, card.id)
    assert (await studying.sit_down(BEN, library)).total == 20
    for card in every[:20]:
        await cards.wake_card(BEN, library, card.id)
    sitting = await studying.sit_down(BEN, library)
    assert sitting.total == 30
    assert await learn(library) == 30
    rest = await studying.sit_down(BEN, library)
    assert (rest.view, rest.next_at) == (None, at(day_of(clock.now() + DAY, "UTC").isoformat() + "T00:00:00+00:00"))


# --- the student's own midnight


async def test_the_day_ends_at_the_students_midnight(library: Library, clock: MovableClock) -> None:
    await habits.choose_habits(BEN, library, CHANNEL, timezone="Pacific/Auckland")
    await own_cards(library, 12)
    move(clock, "2026-11-23T23:50:00+13:00")
    assert await learn(library) == 10
    assert (await studying.sit_down(BEN, library)).view is None
    clock.advance(15 * MINUTE)
    assert await learn(library) == 2, "it is Tuesday in Auckland, and Monday noon in UTC"


async def test_a_sitting_that_goes_on_past_midnight_goes_on_in_the_new_day(
    library: Library, clock: MovableClock
) -> None:
    await own_cards(library, 12)
    move(clock, "2026-11-23T23:59:00+00:00")
    sitting = await answered(library, Rating.AGAIN)
    clock.advance(5 * MINUTE)
    sitting = await answer(library, sitting, Rating.EASY)
    assert (sitting.done, sitting.total) == (1, 11), "what was begun yesterday waits, and nine more are new today"


async def test_a_day_of_25_hours_is_one_day(library: Library, clock: MovableClock) -> None:
    await habits.choose_habits(BEN, library, CHANNEL, timezone="Europe/Berlin")
    await own_cards(library, 12)
    move(clock, "2026-10-25T00:30:00+02:00")
    assert await learn(library) == 10
    move(clock, "2026-10-25T23:30:00+01:00")
    assert (await studying.sit_down(BEN, library)).view is None
    move(clock, "2026-10-26T00:30:00+01:00")
    assert await learn(library) == 2


async def test_who_moves_to_another_zone_loses_and_doubles_nothing(
    library: Library, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studying, "NEW_A_DAY", 100)
    await make_backlog(library, clock, 70)
    assert await learn(library) == 30
    for zone in ("Pacific/Auckland", "America/Los_Angeles", "UTC"):
        await habits.choose_habits(BEN, library, CHANNEL, timezone=zone)
        sitting = await studying.sit_down(BEN, library)
        planned = await per_day(library, zone)
        today = day_of(clock.now(), zone).isoformat()
        assert planned[today] <= 30
        assert sum(planned.values()) == 70
        assert sitting.total <= 60


async def test_the_first_day_of_the_world_is_a_day(library: Library) -> None:
    """Nothing is assumed of a student who never chose anything: the server's zone, thirty cards, no reminder."""
    settings = await habits.habits_of(BEN, library)
    assert (settings.daily_cap, settings.timezone, settings.reminder_hour) == (30, "UTC", None)
    day = studying.day_at(settings, at("2026-11-23T08:00:00+00:00"))
    assert datetime.fromtimestamp(day.since / 1000, UTC).isoformat() == "2026-11-23T00:00:00+00:00"
    assert day.until - day.since == DAY


async def test_what_is_retired_meanwhile_does_not_come_up(library: Library) -> None:
    from bot.services.scribes import reacting
    from tests.cast import MIA

    block = await term(library)
    card = await card_of(library, block)
    await reacting.strike_message(MIA, library, block.position)
    sitting = await studying.sit_down(BEN, library)
    assert sitting.view is None
    assert (await now(library, card)).state is CardState.RETIRED
