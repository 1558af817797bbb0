"""Study cards, goals: what a student revisits. Nobody else sees them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

CARD_SIDE_LIMIT = 1_500
"""Characters of one side of a card: both fit on a phone's screen and into one message."""
GOAL_LIMIT = 500
DAILY_CAP = 30
DAILY_CAP_RANGE = (5, 200)
ENOUGH_STUDENTS = 5
"""Students from which a count is shown of what is hard: fewer could be recognised (PRODUCT.md, 4 and 7)."""


class CardState(StrEnum):
    """Whether a card comes up."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    RETIRED = "retired"
    """What it was made from is gone."""


class Rating(IntEnum):
    """How it went; FSRS's own four, and its numbers."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class StudyCard:
    """One student's card. `note_number` or `question_number` is where it came from, None for one's own.

    `changed` says that its source changed since it was last seen; `source_says` what that says now. Times are UTC
    milliseconds; `reviewed_at` is None for a new card.
    """

    id: int
    guid: str
    front: str
    back: str
    unit: str
    note_number: int | None
    block_id: int | None
    question_number: int | None
    own_words: bool
    source_says: str
    changed: bool
    state: CardState
    due_at: int
    reviewed_at: int | None
    lapses: int
    difficulty: float | None


@dataclass(frozen=True, slots=True)
class StudySettings:
    """How one student studies. `reminder_hour` is in `timezone` (IANA); None: no reminder."""

    daily_cap: int
    timezone: str
    reminder_hour: int | None


class GoalState(StrEnum):
    """How a goal ended, in its student's own judgement."""

    OPEN = "open"
    REACHED = "reached"
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal in the student's own words. `by_day` is YYYY-MM-DD or None."""

    number: int
    text: str
    by_day: str | None
    helps: str
    look_back: str
    state: GoalState
    created_at: int
    looked_back_at: int | None
