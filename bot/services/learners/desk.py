"""What waits for one person at their desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.clock import DAY
from bot.models.people import Actor, Capability
from bot.models.studying import Goal
from bot.services.capabilities import may
from bot.services.learners.goals import goals_to_look_back_on
from bot.services.learners.habits import kept_of
from bot.services.learners.studying import day_at, today_of
from bot.services.librarians import waiting_in
from bot.services.library import Library
from bot.services.publishing.consenting import consents_waiting
from bot.services.researchers.finding import QuestionLine, line_of
from bot.storage.database import Tx

DESK_LIMIT = 25
"""Questions of each kind that a desk shows: as many as a select in Discord holds."""
REFUSED_SHOWN_FOR = 30 * DAY
"""Milliseconds for which a desk tells why an anonymous question was not let through."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question of one's own, asked anonymously, that a librarian did not let through, and why."""

    line: QuestionLine
    reason: str


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A note that is still written, and whose scribe one is. `waiting` counts what waits to be taken in."""

    number: int
    title: str
    held_on: str
    waiting: int


@dataclass(frozen=True, slots=True)
class DeskView:
    """What waits for one person: what they hold, what of theirs has answers, what they asked that has none yet.

    Newest first, at most `DESK_LIMIT` each. `asked_anonymously` and `refused` are for the eyes of that person alone,
    and so are `goals`, on which it is time to look back: a desk is never shown to anybody else. `cards_due` counts
    what there is to study today. `librarian_waiting` is None for who is no librarian.
    """

    open_claims: tuple[QuestionLine, ...]
    to_settle: tuple[QuestionLine, ...]
    asked: tuple[QuestionLine, ...]
    asked_anonymously: tuple[QuestionLine, ...]
    refused: tuple[Refusal, ...]
    notes: tuple[OpenNote, ...]
    goals: tuple[Goal, ...]
    cards_due: int
    consents_waiting: int
    librarian_waiting: int | None


async def my_desk(actor: Actor, library: Library) -> DeskView:
    """Return what waits for `actor`; for a librarian also how much waits for any of them."""
    consents = await consents_waiting(actor, library)

    def look(tx: Tx) -> DeskView:
        rows = tx.learners.desk_lines(
            server_id=actor.server_id, user_id=actor.user_id, since=tx.now - REFUSED_SHOWN_FOR
        )
        librarian = may(actor, Capability.PASS_ANONYMOUS)
        return DeskView(
            open_claims=_lines(rows, "claims"),
            to_settle=_lines(rows, "to_settle"),
            asked=_lines(rows, "asked"),
            asked_anonymously=_lines(rows, "anonymous"),
            refused=_refusals(rows),
            notes=_notes(tx, actor),
            goals=goals_to_look_back_on(tx, actor)[:DESK_LIMIT],
            cards_due=today_of(tx, actor, day_at(kept_of(tx, actor).settings, tx.now)).left,
            consents_waiting=len(consents),
            librarian_waiting=waiting_in(tx, actor.server_id).count if librarian else None,
        )

    return await library.database.read(look)


def _notes(tx: Tx, actor: Actor) -> tuple[OpenNote, ...]:
    rows = tx.learners.my_open_notes(server_id=actor.server_id, user_id=actor.user_id, limit=DESK_LIMIT)
    return tuple(OpenNote(**row) for row in rows)


def _lines(rows: list[dict[str, Any]], wanted: str) -> tuple[QuestionLine, ...]:
    return tuple(_line(row) for row in rows if row["because"] == wanted)[:DESK_LIMIT]


def _refusals(rows: list[dict[str, Any]]) -> tuple[Refusal, ...]:
    return tuple(Refusal(_line(row), row["reason"]) for row in rows if row["because"] == "refused")[:DESK_LIMIT]


def _line(row: dict[str, Any]) -> QuestionLine:
    return line_of({name: row[name] for name in row if name not in {"because", "reason"}})
