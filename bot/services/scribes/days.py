"""Days as people type them: *Friday*, *last Tuesday*, *3 Dec*, *2026-03-11*."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import BadInput

YEARS = range(2000, 2101)
"""Years that a lesson or a goal may lie in; others are slips of the finger."""
TYPED_LIMIT = 40
"""Characters of a day; what is longer is none, and would only take long to look through."""

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = 7
_WEEKDAY = re.compile(
    r"(?:on )?(?:(last|past|this|next|coming) )?(mon|tue|wed|thu|fri|sat|sun)(?:s?|nes|rs?|ur)(?:day)?", re.IGNORECASE
)
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})(?:/\d{2,4})?")
_MONTHS = 12


def today(timezone: str, now: int) -> date:
    """Return the day that it is in a zone (IANA) at `now` (UTC milliseconds)."""
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(timezone)).date()


def read_day(typed: str, timezone: str, now: int, *, ahead: bool = False) -> date:
    """Return the day that somebody means in their zone (IANA); `now` is UTC milliseconds.

    A weekday or a date without a year is the last one that was, today included; with `ahead` the next one that comes.
    Raises BadInput for what is no day, or could be two (3/4 is in March here and in April there).
    """
    words = " ".join(typed.replace(",", " ").split())
    base = today(timezone, now)
    found = _exact(words) or _weekday(words, base, ahead=ahead) or _parsed(words, base, ahead=ahead)
    if found is None or found.year not in YEARS:
        raise BadInput("errors.day_unreadable", typed=words[:TYPED_LIMIT])
    return found


def _exact(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _weekday(words: str, base: date, *, ahead: bool) -> date | None:
    named = _WEEKDAY.fullmatch(words)
    if named is None:
        return None
    to_it = _WEEKDAYS.index(named[2].lower()) - base.weekday()
    match (named[1] or "").lower():
        case "this":
            days = to_it
        case "last" | "past":
            days = -((-to_it - 1) % _WEEK) - 1
        case "next" | "coming":
            days = (to_it - 1) % _WEEK + 1
        case _:
            days = to_it % _WEEK if ahead else -(-to_it % _WEEK)
    return base + timedelta(days=days)


def _parsed(words: str, base: date, *, ahead: bool) -> date | None:
    if len(words) > TYPED_LIMIT or words.isdigit() or _either(words):
        return None
    import dateparser  # its languages take long to load

    found = dateparser.parse(
        words,
        languages=["en"],
        settings={
            "RELATIVE_BASE": datetime.combine(base, datetime.min.time()),
            "PREFER_DATES_FROM": "future" if ahead else "past",
            "REQUIRE_PARTS": ["day"],
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    return None if found is None else found.date()


def _either(words: str) -> bool:
    """Tell whether 3/4 was written: a day and a month, or a month and a day."""
    numbers = _SLASHES.fullmatch(words)
    return numbers is not None and numbers[1] != numbers[2] and all(int(one) <= _MONTHS for one in numbers.groups())
