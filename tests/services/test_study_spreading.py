"""A backlog is spread as docs/studying.md says: each card has one day, no day too many, and none is left half empty."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.learners.spreading import Waiting, spread

TODAY = date(2026, 9, 1)


def cards(count: int, day: date = TODAY, first: int = 0, known: float = 0.5) -> list[Waiting]:
    return [Waiting(first + number, day, known) for number in range(count)]


def per_day(days: dict[int, date]) -> list[int]:
    """How many cards each day has, from today on."""
    counts = Counter((day - TODAY).days for day in days.values())
    return [counts[day] for day in range(max(counts) + 1)]


def test_a_holiday_of_300_cards_is_ten_days_of_30() -> None:
    assert per_day(spread(cards(300, TODAY - timedelta(days=20)), TODAY, a_day=30)) == [30] * 10


def test_what_is_wanted_on_the_days_ahead_counts_there() -> None:
    ahead = [Waiting(1_000 + day, TODAY + timedelta(days=day // 10), 0.9) for day in range(10, 60)]
    days = spread([*cards(100), *ahead], TODAY, a_day=30)
    assert per_day(days) == [30, 30, 30, 30, 20, 10]
    assert all(days[one.id] == one.day for one in ahead), "what is wanted there stays there"


def test_a_day_that_is_too_full_by_itself_hands_on() -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert per_day(spread([*cards(5), *cards(50, tomorrow, first=100)], TODAY, a_day=30)) == [5, 30, 20]


def test_no_backlog_moves_nothing() -> None:
    few = [Waiting(1, TODAY - timedelta(days=3), 0.1), Waiting(2, TODAY + timedelta(days=9), 0.9)]
    assert spread(few, TODAY, a_day=5) == {1: TODAY, 2: TODAY + timedelta(days=9)}
    assert spread([], TODAY, a_day=5) == {}


def test_what_was_done_today_makes_today_smaller() -> None:
    assert per_day(spread(cards(12), TODAY, a_day=5, done_today=3)) == [2, 5, 5]
    assert per_day(spread(cards(5), TODAY, a_day=5, done_today=9)) == [0, 5]


def test_what_is_most_likely_still_known_comes_first() -> None:
    faded = [Waiting(number, TODAY, known) for number, known in enumerate((0.3, 0.8, 0.5, 0.9))]
    days = spread(faded, TODAY, a_day=2)
    assert [days[number] for number in (3, 1)] == [TODAY, TODAY]
    assert [days[number] for number in (2, 0)] == [TODAY + timedelta(days=1)] * 2


waiting = st.builds(
    Waiting,
    id=st.integers(min_value=0, max_value=10**6),
    day=st.integers(min_value=-400, max_value=60).map(lambda days: TODAY + timedelta(days=days)),
    known=st.floats(min_value=0, max_value=1),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(waiting, max_size=400, unique_by=lambda one: one.id),
    st.integers(min_value=1, max_value=60),
    st.integers(min_value=0, max_value=80),
)
def test_whatever_waits_is_spread_within_the_cap_and_as_early_as_it_can_be(
    one_by_one: list[Waiting], a_day: int, done: int
) -> None:
    days = spread(one_by_one, TODAY, a_day=a_day, done_today=done)
    assert days.keys() == {one.id for one in one_by_one}, "every card has its day"
    counts = Counter(days.values())
    room = {day: max(0, a_day - done) if day == TODAY else a_day for day in counts}
    assert all(counts[day] <= room[day] for day in counts), "no day holds more than the student chose"
    for one in one_by_one:
        wanted = max(one.day, TODAY)
        assert days[one.id] >= wanted, "nothing comes before its time"
        between = (wanted + timedelta(days=number) for number in range((days[one.id] - wanted).days))
        for day in between:
            assert counts[day] == (max(0, a_day - done) if day == TODAY else a_day), "nothing waits for a day with room"


@settings(max_examples=100, deadline=None)
@given(st.lists(waiting, max_size=200, unique_by=lambda one: one.id), st.randoms())
def test_the_order_in_which_cards_are_read_changes_nothing(one_by_one: list[Waiting], chance: Random) -> None:
    shuffled = list(one_by_one)
    chance.shuffle(shuffled)
    assert spread(shuffled, TODAY, a_day=7) == spread(one_by_one, TODAY, a_day=7)
