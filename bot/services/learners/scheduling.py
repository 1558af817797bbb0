"""When a card comes back: FSRS, counted in the student's own days.

FSRS counts in whole days. It is told the student's days, from midnight to midnight in their zone, and not spans of
24 hours: who answers a card in the evening and again in the next afternoon does so a day later. What comes back after
minutes comes back after minutes; what comes back after days comes back when that day begins.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fsrs import Card, Scheduler, State
from fsrs import Rating as FsrsRating
from fsrs.scheduler import FUZZ_RANGES

from bot.models.studying import Rating
from bot.services.learners.days import midnight

RETENTION = 0.9
"""How likely a student is to know a card still when it comes back."""
FUZZED_FROM = 3
"""Days: what comes back sooner comes back on the very day."""
_SCHEDULER = Scheduler(desired_retention=RETENTION, enable_fuzzing=False)
"""The weights, the steps within a day and the longest interval are the package's own. It would fuzz by chance."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A card after an answer. `due_at` is in UTC milliseconds, `stability` in days.

    `days` is after how many days it comes back; 0 where it does after minutes. `forgotten` says that it was known
    before and is not now.
    """

    fsrs: str
    due_at: int
    days: int
    stability: float
    difficulty: float
    forgotten: bool


def new_card() -> str:
    """Return what FSRS keeps of a card that was never answered."""
    return Card(card_id=0, due=_as_counted(date(2000, 1, 1))).to_json()


def day_of(moment: int, zone: str) -> date:
    """Return which day a time (UTC milliseconds) belongs to in a zone."""
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(ZoneInfo(zone)).date()


def after_answer(kept: str, rating: Rating, now: int, zone: str, *, seed: str | None) -> Scheduled:
    """Return a card after an answer, from what FSRS `kept` of it.

    So that cards that were learned together do not come back together for ever, an interval of days is moved a little
    by `seed`: the same one moves it by the same. None leaves it as FSRS computes it.
    """
    card, today = Card.from_json(kept), day_of(now, zone)
    after, _ = _SCHEDULER.review_card(card, FsrsRating(rating), _as_counted(today))
    wait = after.due - _as_counted(today)
    days = wait.days if seed is None else fuzzed(wait.days, seed)
    minutes_later = now + round(wait.total_seconds() * 1000)
    return Scheduled(
        fsrs=after.to_json(),
        due_at=midnight(today + timedelta(days=days), zone) if days else minutes_later,
        days=days,
        stability=after.stability or 0.0,
        difficulty=after.difficulty or 0.0,
        forgotten=card.state is State.Review and rating is Rating.AGAIN,
    )


def fuzzed(days: int, seed: str) -> int:
    """Move an interval within the range that FSRS allows for its length; a longer one is not moved before a shorter."""
    if days < FUZZED_FROM:
        return days
    reach = 1.0 + sum(one["factor"] * max(min(float(days), one["end"]) - one["start"], 0.0) for one in FUZZ_RANGES)
    least, most = max(2, round(days - reach)), min(round(days + reach), _SCHEDULER.maximum_interval)
    chance = random.Random(seed).random()  # noqa: S311 - spreads cards, keeps no secret
    return least + int(chance * (most - least + 1))


def knows_still(stability: float, reviewed_at: int, today: date, zone: str) -> float:
    """Return how likely a student still knows a card today: from 0 to 1."""
    card = Card(card_id=0, stability=stability, last_review=_as_counted(day_of(reviewed_at, zone)), due=_EPOCH)
    return _SCHEDULER.get_card_retrievability(card, _as_counted(today))


def _as_counted(day: date) -> datetime:
    """A day as FSRS is told it: it counts the days between two of them, whatever clocks did meanwhile."""
    return datetime.combine(day, time(), UTC)


_EPOCH = _as_counted(date(2000, 1, 1))
