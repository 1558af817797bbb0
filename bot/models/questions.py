"""Questions, answers, sources: the researchers' words (PRODUCT.md, "The words")."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

QUESTION_LIMIT = 1_000
"""Characters of a question; a longer one is refused with its text given back (DESIGN.md, traps)."""
ANSWER_LIMIT = 3_000
"""Characters of an answer: with its sources it stays under one modal and two screens of a phone."""
TOPIC_LIMIT = 60
KNEW_LIMIT = 1_000
NOW_THINK_LIMIT = 1_500
TRIED_LIMIT = 1_500
SOURCES_LIMIT = 10
SOURCE_FIELD_LIMIT = 300
REASON_LIMIT = 300
INQUIRY_NAME_LIMIT = 80
INQUIRY_WHY_LIMIT = 1_000
INQUIRY_OUTCOME_LIMIT = 1_500


class QuestionState(StrEnum):
    """The life of a question."""

    WAITING = "waiting"
    """Asked anonymously, and not yet passed by a librarian: nobody else sees it."""
    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    SETTLED = "settled"
    UNRESOLVED = "unresolved"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


class SourceKind(StrEnum):
    """Where an answer comes from."""

    WEB = "web"
    BOOK = "book"
    PERSON = "person"
    EXPERIMENT = "experiment"
    AI = "ai"


class Origin(StrEnum):
    """How a question or an answer came to be logged."""

    COMMAND = "command"
    MESSAGE = "message"
    REACTION = "reaction"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Source:
    """One source, and why to trust it.

    `title` is what it is (a page, a book, who was asked, what was tried); `locator` is a web address, an ISBN or
    empty; for an AI tool `asked` is what was asked and `checked` how it was checked.
    """

    kind: SourceKind
    title: str
    locator: str = ""
    why: str = ""
    asked: str = ""
    checked: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file kept in the media store, and what it was called. `size` is in bytes."""

    digest: str
    filename: str
    content_type: str
    size: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `ordinal` is its number within the question, from 1: shown as ``#42.1``.

    `removed` says that its Discord message was deleted, and its text with it.
    """

    id: int
    question_id: int
    ordinal: int
    author_id: int
    text: str
    endorsed_at: int | None
    endorsed_by: int | None
    created_at: int
    changed_at: int
    revision: int
    removed: bool
    source_message_id: int | None
    sources: tuple[Source, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Challenge:
    """A doubt about a settled question or an answer, with its source. `author_id` is None for the anonymous asker."""

    id: int
    question_id: int
    author_id: int | None
    text: str
    created_at: int
    source: Source


@dataclass(frozen=True, slots=True)
class Question:
    """A question as its server sees it.

    `asker_id` is None when it was asked anonymously: who that was is kept apart and nowhere else (see
    `bot/storage/migrations/0001_first.sql`, `anonymous_asker`). `removed` says that the Discord message it was logged
    from was deleted, and its text with it; it is withdrawn then.
    """

    id: int
    server_id: int
    class_id: int
    number: int
    state: QuestionState
    text: str
    topic: str
    knew: str
    now_think: str
    tried: str
    asker_id: int | None
    anonymous: bool
    claimed_by: int | None
    claimed_at: int | None
    parent_question_id: int | None
    parent_answer_id: int | None
    duplicate_of_id: int | None
    channel_id: int | None
    source_message_id: int | None
    origin: Origin
    created_at: int
    changed_at: int
    settled_at: int | None
    settled_by: int | None
    revision: int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class NoteMention:
    """A note in which a question came up. `held_on` is the day of its lesson, YYYY-MM-DD."""

    number: int
    title: str
    held_on: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with what stands around it: what a card, a page or `/question show` needs, read at one moment."""

    question: Question
    answers: tuple[Answer, ...]
    attachments: tuple[Attachment, ...]
    challenges: tuple[Challenge, ...]
    me_too_count: int
    follow_up_count: int
    parent_number: int | None
    parent_answer_ordinal: int | None
    duplicate_of_number: int | None
    inquiry_name: str | None
    came_up_in: tuple[NoteMention, ...] = ()


@dataclass(frozen=True, slots=True)
class TrailNode:
    """One question in a trail. `depth` counts from the root (0); `via_answer` is the ordinal it follows from."""

    number: int
    depth: int
    parent_number: int | None
    via_answer: int | None
    state: QuestionState
    text: str
    topic: str
    answer_count: int


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A trail that was given a name: why it is followed, and what was done with what was found.

    `named_by` is None when it was named by someone whose part in the trail is known to nobody: an anonymous asker.
    """

    id: int
    root_number: int
    name: str
    why: str
    outcome: str
    named_by: int | None


@dataclass(frozen=True, slots=True)
class Trail:
    """The whole tree around a question, in reading order, and where one stands in it.

    `here` is the number that was asked for. `cut` says that the tree has more nodes than are drawn.
    """

    nodes: tuple[TrailNode, ...]
    here: int
    inquiry: Inquiry | None
    cut: bool = False
