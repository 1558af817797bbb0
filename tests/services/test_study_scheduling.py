"""FSRS gives what its authors publish, in the student's own days.

The expected numbers stand in the authors' own tests of implementations in other languages (open-spaced-repetition on
GitHub: ts-fsrs, and fsrs-rs, which Anki runs), not in the package that we use: each test names its file. The last of
them computes the published formulas (fsrs4anki's wiki, "The Algorithm", FSRS-6) independently.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, MINUTE
from bot.models.studying import Rating
from bot.services.learners import scheduling
from bot.services.learners.scheduling import Scheduled, after_answer, day_of, fuzzed, knows_still, new_card

NOON = round(datetime(2022, 12, 29, 12, 30, tzinfo=UTC).timestamp() * 1000)
A, H, G, E = Rating


def answer(kept: str, rating: Rating, now: int, zone: str = "UTC") -> Scheduled:
    return after_answer(kept, rating, now, zone, seed=None)


def answered_when_due(*ratings: Rating) -> list[int]:
    """The intervals, in days, of a card that is answered each time just when it comes back."""
    kept, now, intervals = new_card(), NOON, []
    for rating in ratings:
        after = answer(kept, rating, now)
        intervals.append((day_of(after.due_at, "UTC") - day_of(now, "UTC")).days)
        kept, now = after.fsrs, after.due_at
    return intervals


def answered_after(*steps: tuple[Rating, int]) -> Scheduled:
    """A card that is answered so many days after the answer before."""
    kept, now, after = new_card(), NOON, None
    for rating, days in steps:
        now += days * DAY
        after = answer(kept, rating, now)
        kept = after.fsrs
    assert after is not None
    return after


def test_the_intervals_of_thirteen_answers() -> None:
    """ts-fsrs, packages/fsrs/__tests__/FSRS-6.test.ts, "ivl_history"."""
    assert answered_when_due(G, G, G, G, G, G, A, A, G, G, G, G, G) == [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]


def test_the_memory_after_six_answers() -> None:
    """fsrs-rs, src/inference.rs, test_memory_state; ts-fsrs, FSRS-6.test.ts, "memory state[short-term]"."""
    after = answered_after((A, 0), (G, 0), (G, 1), (G, 3), (G, 8), (G, 21))
    assert after.stability == pytest.approx(53.62691, abs=1e-4)
    assert after.difficulty == pytest.approx(6.3574867, abs=1e-4)


def test_the_first_answer() -> None:
    """ts-fsrs, FSRS-6.test.ts, "first repeat"; fsrs-rs, src/inference.rs, next_states."""
    first = [answer(new_card(), rating, NOON) for rating in Rating]
    assert [one.stability for one in first] == [0.212, 1.2931, 2.3065, 8.2956]
    assert [one.difficulty for one in first] == pytest.approx([6.4133, 5.11217071, 2.11810397, 1], abs=1e-8)
    assert [one.due_at - NOON for one in first[:3]] == [MINUTE, 5.5 * MINUTE, 10 * MINUTE]
    assert (day_of(first[3].due_at, "UTC") - day_of(NOON, "UTC")).days == 8


def test_how_a_card_is_forgotten() -> None:
    """ts-fsrs, algorithm.test.ts, "retrievability" (after fsrs-rs, src/pre_training.rs), and FSRS-6.test.ts."""
    today = day_of(NOON, "UTC")
    days = [knows_still(1.0, NOON, today + timedelta(days=passed), "UTC") for passed in range(4)]
    assert days == pytest.approx([1.0, 0.9, 0.84588465, 0.8093881], abs=1e-7)
    assert knows_still(8.2956, NOON, today + timedelta(days=8), "UTC") == pytest.approx(0.9024733, abs=1e-7)


def in_review(stability: float, difficulty: float) -> str:
    """What FSRS keeps of a card that was learned, with this memory, answered last on NOON's day."""
    kept = json.loads(new_card())
    return json.dumps(
        kept
        | {
            "state": 2,
            "step": None,
            "stability": stability,
            "difficulty": difficulty,
            "last_review": "2022-12-29T00:00:00+00:00",
        }
    )


@pytest.mark.parametrize(
    ("rating", "difficulty"), list(zip(Rating, (8.34176237, 6.66599536, 4.99022837, 3.31446137), strict=True))
)
def test_how_difficulty_changes(rating: Rating, difficulty: float) -> None:
    """ts-fsrs, algorithm.test.ts, "next_difficulty" (from 5)."""
    assert answer(in_review(5.0, 5.0), rating, NOON + 5 * DAY).difficulty == pytest.approx(difficulty, abs=1e-7)


@pytest.mark.parametrize(("rating", "stability"), list(zip(Rating, (1.596818, 5, 5, 8.12960956), strict=True)))
def test_how_stability_changes_within_a_day(rating: Rating, stability: float) -> None:
    """ts-fsrs, algorithm.test.ts, "next_stability": next_short_term_stability (from 5)."""
    assert answer(in_review(5.0, 5.0), rating, NOON + HOUR).stability == pytest.approx(stability, abs=1e-7)


WEIGHTS = (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629, 1.6483,
    0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
)  # fmt: skip
"""The default weights of FSRS-6 as fsrs-rs publishes them (src/inference_v6.rs, FSRS6_DEFAULT_PARAMETERS)."""


def recalled(days: int, stability: float) -> float:
    """R(t, S) of the published formulas."""
    decay = -WEIGHTS[20]
    return math.pow(1 + (math.pow(0.9, 1 / decay) - 1) * days / stability, decay)


def first_difficulty(grade: int) -> float:
    return WEIGHTS[4] - math.exp(WEIGHTS[5] * (grade - 1)) + 1


def within(least: float, value: float, most: float) -> float:
    return min(max(value, least), most)


def remembered(memory: tuple[float, float], grade: int, days: int) -> tuple[float, float]:
    """S' and D' of the published formulas."""
    stability, difficulty = memory
    w, gap = WEIGHTS, 1 - recalled(days, stability)
    if days < 1:
        growth = math.exp(w[17] * (grade - 3 + w[18])) * stability ** -w[19]
        after = stability * (max(growth, 1.0) if grade > 1 else growth)
    elif grade == 1:
        long_term = w[11] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1) * math.exp(w[14] * gap)
        after = min(long_term, stability / math.exp(w[17] * w[18]))
    else:
        bonus = {2: w[15], 3: 1.0, 4: w[16]}[grade]
        growth = math.exp(w[8]) * (11 - difficulty) * stability ** -w[9] * (math.exp(w[10] * gap) - 1) * bonus
        after = stability * (1 + growth)
    damped = difficulty - w[6] * (grade - 3) * (10 - difficulty) / 9
    reverted = w[7] * first_difficulty(4) + (1 - w[7]) * damped
    return max(after, 0.001), within(1, reverted, 10)


answers = st.lists(st.tuples(st.sampled_from(Rating), st.integers(0, 400)), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(answers)
def test_any_history_gives_what_the_published_formulas_give(history: list[tuple[Rating, int]]) -> None:
    kept, now, memory = new_card(), NOON, None
    for rating, days in history:
        now += days * DAY
        after = answer(kept, rating, now)
        if memory is None:
            memory = WEIGHTS[rating - 1], within(1, first_difficulty(rating), 10)
        else:
            memory = remembered(memory, rating, days)
        assert (after.stability, after.difficulty) == pytest.approx(memory, rel=1e-9)
        interval = (day_of(after.due_at, "UTC") - day_of(now, "UTC")).days
        if interval:  # at a retention of nine in ten the interval is the stability
            assert interval == within(1, round(memory[0]), 36_500)
        kept = after.fsrs


def test_only_what_was_known_is_forgotten() -> None:
    learned = answered_after((E, 0))
    assert not answer(new_card(), A, NOON).forgotten
    assert answer(learned.fsrs, A, NOON + 8 * DAY).forgotten
    assert not answer(learned.fsrs, H, NOON + 8 * DAY).forgotten


# --- the student's own days


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_days_begin_at_the_students_midnight() -> None:
    evening = at("2026-05-04T21:00:00+02:00")
    after = answer(new_card(), E, evening, "Europe/Berlin")
    assert after.due_at == at("2026-05-12T00:00:00+02:00")
    assert answer(new_card(), E, evening, "Pacific/Auckland").due_at == at("2026-05-13T00:00:00+12:00")


def test_the_next_afternoon_is_a_day_later_though_it_is_less_than_24_hours() -> None:
    learned = answer(new_card(), E, at("2026-05-04T21:00:00+02:00"), "Europe/Berlin")
    next_afternoon = at("2026-05-05T15:00:00+02:00")
    there = answer(learned.fsrs, G, next_afternoon, "Europe/Berlin")
    assert (there.stability, there.difficulty) == pytest.approx(remembered((8.2956, 1.0), 3, 1), rel=1e-9)
    assert there.stability > 8.2956, "an answer within the day would have left it as it was"


@pytest.mark.parametrize(
    ("answered", "comes_back"),
    [
        ("2026-03-24T18:00:00+01:00", "2026-04-01T00:00:00+02:00"),  # the clocks go forward on 29 March
        ("2026-10-20T18:00:00+02:00", "2026-10-28T00:00:00+01:00"),  # and back on 25 October
    ],
)
def test_when_the_clocks_change_days_stay_days(answered: str, comes_back: str) -> None:
    assert answer(new_card(), E, at(answered), "Europe/Berlin").due_at == at(comes_back)


def test_a_day_without_a_midnight_begins_when_it_begins() -> None:
    """In Santiago the clocks went forward at midnight of 2025-09-07: that day began at one o'clock."""
    zone = "America/Santiago"
    due = answer(new_card(), E, at("2025-08-30T12:00:00-04:00"), zone).due_at
    assert due == at("2025-09-07T01:00:00-03:00")
    assert (day_of(due - 1, zone), day_of(due, zone)) == (date(2025, 9, 6), date(2025, 9, 7))


def test_over_a_clock_change_a_day_counts_once() -> None:
    learned = answer(new_card(), E, at("2026-03-28T20:00:00+01:00"), "Europe/Berlin")
    after = answer(learned.fsrs, G, at("2026-03-29T08:00:00+02:00"), "Europe/Berlin")
    assert after.stability == pytest.approx(remembered((8.2956, 1.0), 3, 1)[0], rel=1e-9)


def test_who_moves_westwards_answers_on_the_same_day_again() -> None:
    learned = answer(new_card(), E, at("2026-05-05T01:00:00+12:00"), "Pacific/Auckland")
    after = answer(learned.fsrs, G, at("2026-05-05T02:00:00+12:00"), "America/New_York")
    assert after.stability == pytest.approx(remembered((8.2956, 1.0), 3, 0)[0], rel=1e-9)


# --- fuzz


def test_the_same_seed_moves_an_interval_by_the_same() -> None:
    learned = answered_after((E, 0))
    then = NOON + 8 * DAY
    moved = {after_answer(learned.fsrs, G, then, "UTC", seed=f"card {number}").due_at for number in range(40)}
    assert len(moved) > 3, "cards that were learned together come back on different days"
    assert len({after_answer(learned.fsrs, G, then, "UTC", seed="card 1").due_at for _ in range(5)}) == 1


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 36_500), st.integers(0, 400), st.text(max_size=8))
def test_fuzz_keeps_to_its_range_and_to_the_order_of_intervals(days: int, more: int, seed: str) -> None:
    moved = fuzzed(days, seed)
    if days < scheduling.FUZZED_FROM:
        assert moved == days
    else:
        assert abs(moved - days) <= 1.5 + 0.15 * min(days, 7) + 0.1 * min(days, 20) + 0.05 * days
        assert 2 <= moved <= 36_500
    assert fuzzed(days + more, seed) >= moved, "what went better does not come back sooner"


def test_minutes_are_never_moved() -> None:
    assert after_answer(new_card(), G, NOON, "UTC", seed="x").due_at == NOON + 10 * MINUTE
