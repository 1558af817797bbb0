"""Days as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.errors import BadInput
from bot.services.scribes import days
from bot.text import catalogue

NOON = 1_773_230_400_000
"""Wednesday, 11 March 2026, 12:00 UTC."""


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-03-04", "2026-03-04"),
        ("Friday", "2026-03-06"),
        ("friday", "2026-03-06"),
        ("Wednesday", "2026-03-11"),
        ("wed", "2026-03-11"),
        ("on Tuesday", "2026-03-10"),
        ("last Tuesday", "2026-03-10"),
        ("last Wednesday", "2026-03-04"),
        ("past Thursday", "2026-03-05"),
        ("this Friday", "2026-03-13"),
        ("this Monday", "2026-03-09"),
        ("next Saturday", "2026-03-14"),
        ("next Wednesday", "2026-03-18"),
        ("coming Sunday", "2026-03-15"),
        ("3 Dec", "2025-12-03"),
        ("Dec 3rd", "2025-12-03"),
        ("3 December 2024", "2024-12-03"),
        ("Monday, 2 March", "2026-03-02"),
        ("today", "2026-03-11"),
        ("yesterday", "2026-03-10"),
        ("a week ago", "2026-03-04"),
        ("in two days", "2026-03-13"),
        ("31/12/2025", "2025-12-31"),
        ("4/4", "2025-04-04"),
    ],
)
def test_a_day_is_the_last_one_that_was(typed: str, day: str) -> None:
    assert days.read_day(typed, "UTC", NOON) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("Friday", "2026-03-13"),
        ("Wednesday", "2026-03-11"),
        ("Tuesday", "2026-03-17"),
        ("last Friday", "2026-03-06"),
        ("3 Dec", "2026-12-03"),
        ("2 March", "2027-03-02"),
    ],
)
def test_a_goal_lies_ahead(typed: str, day: str) -> None:
    assert days.read_day(typed, "UTC", NOON, ahead=True) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "soon",
        "3",
        "42",
        "2026",
        "May",
        "3/4",
        "12/03/2025",
        "0001-01-01",
        "1 Jan 1900",
        "x" * 5000,
        "fri " * 9,
    ],
)
def test_what_is_no_day_or_could_be_two_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        days.read_day(typed, "UTC", NOON)
    assert len(catalogue().say(refused.value.key, **refused.value.places)) < 300


def test_the_day_is_that_of_the_zone() -> None:
    late = NOON + 11 * 3_600_000  # 23:00 UTC
    assert days.read_day("today", "Europe/Berlin", late) == date(2026, 3, 12)
    assert days.read_day("Wednesday", "America/New_York", late) == date(2026, 3, 11)
    assert days.today("Pacific/Auckland", late) == date(2026, 3, 12)
