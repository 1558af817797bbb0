"""Study cards, goals: what a student revisits. Nobody else sees them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

CARD_SIDE_LIMIT = 1_500
"""Characters of one side of a card: both fit on a phone's screen and into one message."""
CARDS_LIMIT = 5_000
"""Cards of one student in one server."""
GOAL_LIMIT = 500
WRONG_LIMIT = 300
"""Characters of the one sentence that says what is wrong with a card."""
DAILY_CAP = 30
DAILY_CAP_RANGE = (5, 200)
NEW_A_DAY = 10
"""New cards that come up in a day, within its cap: each of them comes back again and again in the days after."""
ENOUGH_STUDENTS = 5
"""Students from which it is said that something is hard: fewer could be recognised (PRODUCT.md, 4 and 7)."""
WELL_KNOWN_DAYS = 21
"""Days: a card is known well when nine in ten would still know it after so long (Anki calls such a card mature)."""
HARD_LAPSES = 3
HARD_DIFFICULTY = 8
"""A card is hard that was forgotten so often, or that FSRS finds so difficult on its scale from 1 to 10."""


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


class OfferKind(StrEnum):
    """What a card can be made from."""

    TERM = "term"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class StudyCard:
    """One student's card. `note_number` or `question_number` is where it came from, None for one's own.

    `changed` says that its source changed since it was last seen; `source_says` what that says now. `confirmed` is
    False where nobody has confirmed what the source says now. `reviews` counts how often it was answered. Times are
    UTC milliseconds; `reviewed_at`, `stability` (in days) and `difficulty` are None for a new card.
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
    confirmed: bool
    state: CardState
    due_at: int
    reviewed_at: int | None
    reviews: int
    lapses: int
    stability: float | None
    difficulty: float | None

    @property
    def has_source(self) -> bool:
        """Whether it was made from a term or a question that is still known."""
        return self.block_id is not None or self.question_number is not None

    @property
    def known_well(self) -> bool:
        """Whether its student will know it for long."""
        return self.stability is not None and self.stability >= WELL_KNOWN_DAYS

    @property
    def hard(self) -> bool:
        """Whether its student finds it hard."""
        return self.lapses >= HARD_LAPSES or (self.difficulty is not None and self.difficulty >= HARD_DIFFICULTY)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something confirmed that a student has no card of: a checked term, or a settled question.

    `source_id` is the term's block, or the question's #number; `number` the #number of the note or question.
    """

    kind: OfferKind
    source_id: int
    number: int
    front: str
    back: str
    unit: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that stands beside a term, in the media store."""

    card_id: int
    digest: str
    filename: str
    content_type: str
    alt: str


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
