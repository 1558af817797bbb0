"""A student's deck at a glance, and what many find hard.

What is hard is said only where five students or more find it so, never by how many, and only to librarians and to who
has a card of it: fewer could be recognised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.models.people import Actor, Capability
from bot.models.studying import (
    ENOUGH_STUDENTS,
    HARD_DIFFICULTY,
    HARD_LAPSES,
    WELL_KNOWN_DAYS,
    OfferKind,
    StudySettings,
)
from bot.services.capabilities import may
from bot.services.learners import following, offering, studying
from bot.services.learners.habits import kept_of
from bot.services.learners.studying import Today
from bot.services.library import Library
from bot.storage.database import Tx

HARD_SHOWN = 5


@dataclass(frozen=True, slots=True)
class UnitShelf:
    """The cards of one unit (empty: of none), and how many of them are left for today. `tag` is for its buttons."""

    unit: str
    tag: str
    cards: int
    today: int


@dataclass(frozen=True, slots=True)
class HardSource:
    """A term or a question that many find hard: its words, and the #number of its note or its own."""

    kind: OfferKind
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Deck:
    """How many cards a student has, how they stand, and what is left for today. `offered` counts what is offered."""

    cards: int
    today: int
    new: int
    known_well: int
    hard: int
    suspended: int
    retired: int
    units: tuple[UnitShelf, ...]
    offered: int
    hard_for_many: tuple[HardSource, ...]
    settings: StudySettings


async def my_deck(actor: Actor, library: Library, tag: str = "") -> Deck:
    """Return the actor's deck, its numbers for one unit or for all. Raises NotFound for a unit without cards."""

    def look(tx: Tx) -> Deck:
        settings = kept_of(tx, actor).settings
        day, unit = studying.day_at(settings, tx.now), studying.unit_of(tx, actor, tag)
        counts = tx.studying.deck_counts(
            server_id=actor.server_id,
            user_id=actor.user_id,
            unit_key=unit,
            well_known=WELL_KNOWN_DAYS,
            hard_lapses=HARD_LAPSES,
            hard_difficulty=HARD_DIFFICULTY,
        )
        return Deck(
            **counts,
            today=studying.today_of(tx, actor, day, unit).left,
            units=_shelves(tx, actor, studying.today_of(tx, actor, day)),
            offered=len(offering.offered(tx, actor, unit)),
            hard_for_many=hard_for_many(tx, actor),
            settings=settings,
        )

    return await library.database.read(look)


def _shelves(tx: Tx, actor: Actor, today: Today) -> tuple[UnitShelf, ...]:
    rows = tx.studying.units(server_id=actor.server_id, user_id=actor.user_id)
    return tuple(
        UnitShelf(row["unit"], studying.tag_of(row["unit_key"]), row["cards"], today.units[row["unit_key"]])
        for row in rows
    )


def hard_for_many(tx: Tx, actor: Actor) -> tuple[HardSource, ...]:
    """Return what at least `ENOUGH_STUDENTS` find hard: all of it to a librarian, else what the actor has cards of."""
    rows = tx.studying.hard_for_many(
        server_id=actor.server_id,
        user_id=0 if may(actor, Capability.CORRECT_NOTES) else actor.user_id,
        enough=ENOUGH_STUDENTS,
        hard_lapses=HARD_LAPSES,
        hard_difficulty=HARD_DIFFICULTY,
        limit=HARD_SHOWN,
    )
    return tuple(HardSource(OfferKind(row["kind"]), row["number"], _words(row)) for row in rows)


def _words(row: dict[str, Any]) -> str:
    return following.sides_of_term(row["text"])[0] if row["kind"] == OfferKind.TERM else row["text"]


async def my_units(actor: Actor, library: Library, typed: str = "", limit: int = 25) -> tuple[str, ...]:
    """Return the actor's units in whose name the typed text stands, for suggestions."""

    def look(tx: Tx) -> tuple[str, ...]:
        rows = tx.studying.units(server_id=actor.server_id, user_id=actor.user_id)
        return tuple(row["unit"] for row in rows if row["unit"] and typed.casefold().strip() in row["unit_key"])[:limit]

    return await library.database.read(look)
