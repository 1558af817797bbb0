"""Pieces: whatever somebody made here, as a list, a search or *My work* shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.models.questions import QuestionState
from bot.models.sessions import SessionState


class PieceKind(StrEnum):
    """What a piece is. A later room adds its own here."""

    QUESTION = "question"
    ANSWER = "answer"
    BLOCK = "block"
    """Something that was written in a note."""
    TERM = "term"
    NOTE = "note"
    """A note as a whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece, and where it stands. `state` is that of its question or session; `created_at` in UTC milliseconds.

    `number` and `title` are those of its question or note (a question's title is what was asked), `ordinal` that of an
    answer within its question. `channel_id` and `message_id` name the message in Discord that shows it, None where none
    does. `page` is its public address, empty where it has none.
    """

    kind: PieceKind
    number: int
    ordinal: int | None
    title: str
    text: str
    unit: str
    state: QuestionState | SessionState
    created_at: int
    channel_id: int | None
    message_id: int | None
    page: str
