"""A sitting: one card after the other, as many a day as the student chose, and the last answer can be taken back.

The day is the student's own: from midnight to midnight in their zone. At its first sitting what waits is spread over
the days ahead (`spreading`). A press says which card it is about and how often that was answered before: pressed twice,
or late, it finds another count and does nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.clock import MINUTE
from bot.errors import NotFound
from bot.models.people import Actor
from bot.models.studying import NEW_A_DAY, CardState, Rating, StudyCard, StudySettings
from bot.services import events, servers
from bot.services.learners import cards, scheduling, spreading
from bot.services.learners.cards import CardView
from bot.services.learners.days import midnight
from bot.services.learners.habits import keep, kept_of
from bot.services.learners.scheduling import Scheduled, day_of
from bot.services.library import Library
from bot.storage.database import Tx


@dataclass(frozen=True, slots=True)
class Answer:
    """Which answer can be taken back: the card, and how often it has been answered with it."""

    card_id: int
    reviews: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """What comes up now. `view` is None where nothing is left for today.

    `done` of `total` cards are done today. `next_at` is when the next ones come, None where there are none at all.
    """

    view: CardView | None
    done: int
    total: int
    last: Answer | None
    next_at: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """How long until a card comes back: so many minutes, or days where these are not 0."""

    minutes: int
    days: int


@dataclass(frozen=True, slots=True)
class Back:
    """The back of a card, and when it would come back after each answer."""

    view: CardView
    waits: dict[Rating, Wait]


@dataclass(frozen=True, slots=True)
class Day:
    """A student's day: since when, until when (UTC milliseconds), and how they study."""

    since: int
    until: int
    settings: StudySettings


@dataclass(frozen=True, slots=True)
class Today:
    """What a day holds: card ids in their order.

    `again` were answered today and come back within the day, as (when, id); `waiting` were answered on days before.
    `done` are done for today. `units` says how many are left of each unit (its key).
    """

    again: tuple[tuple[int, int], ...]
    waiting: tuple[int, ...]
    fresh: tuple[int, ...]
    done: int
    units: Counter[str]

    @property
    def left(self) -> int:
        """How many cards are left for today."""
        return len(self.again) + len(self.waiting) + len(self.fresh)


def day_at(settings: StudySettings, now: int) -> Day:
    """Return the student's day in which `now` lies."""
    today = day_of(now, settings.timezone)
    return Day(midnight(today, settings.timezone), midnight(today + timedelta(days=1), settings.timezone), settings)


def tag_of(key: str) -> str:
    """Return a short sign for a unit (its key), for the buttons of a sitting; empty for all units."""
    return hashlib.sha256(key.encode()).hexdigest()[:8] if key else ""


def unit_of(tx: Tx, actor: Actor, tag: str) -> str:
    """Return the key of the actor's unit that has this tag; empty for all. Raises NotFound where there is none."""
    if not tag:
        return ""
    for row in tx.studying.units(server_id=actor.server_id, user_id=actor.user_id):
        if tag_of(row["unit_key"]) == tag:
            return str(row["unit_key"])
    raise NotFound("errors.unit_without_cards")


def today_of(tx: Tx, actor: Actor, day: Day, unit: str = "") -> Today:
    """Return what the day holds for a student, of one unit or of all.

    Never more cards than they chose, whatever waits; of those, new ones come last and are few.
    """
    who = {"server_id": actor.server_id, "user_id": actor.user_id}
    seen = tx.studying.seen(**who, since=day.since)
    up = tx.studying.up(**who, until=day.until)
    old = [row for row in up if row["reviewed_at"] < day.since]
    room = max(0, day.settings.daily_cap - len(seen))
    new_room = min(room - min(room, len(old)), max(0, NEW_A_DAY - sum(row["begun"] for row in seen)))
    again = [row for row in up if row["reviewed_at"] >= day.since and _is_in(row, unit)]
    waiting = [row for row in old if _is_in(row, unit)][:room]
    fresh = tx.studying.fresh(**who, unit_key=unit, limit=new_room)
    return Today(
        again=tuple((row["due_at"], row["id"]) for row in again),
        waiting=tuple(row["id"] for row in waiting),
        fresh=tuple(row["id"] for row in fresh),
        done=sum(_is_in(row, unit) for row in seen) - len(again),
        units=Counter(row["unit_key"] for row in (*again, *waiting, *fresh)),
    )


def _is_in(row: dict[str, Any], unit: str) -> bool:
    return not unit or row["unit_key"] == unit


async def sit_down(actor: Actor, library: Library, tag: str = "") -> Sitting:
    """Begin or go on with a sitting, of one unit (its `tag_of`) or of all.

    Raises NotFound where the actor has no card of that unit.
    """

    def change(tx: Tx) -> Sitting:
        day = _begin_day(tx, actor)
        return _sitting(tx, actor, day, unit_of(tx, actor, tag))

    return await library.database.write(change)


def _begin_day(tx: Tx, actor: Actor) -> Day:
    """Spread what waits, at the first sitting of a student's day."""
    servers.enter(tx, actor.server_id)
    kept = kept_of(tx, actor)
    day = day_at(kept.settings, tx.now)
    today = day_of(tx.now, kept.settings.timezone).isoformat()
    if kept.spread_on != today:
        _spread(tx, actor, day)
        keep(tx, actor, replace(kept, spread_on=today))
    return day


def _spread(tx: Tx, actor: Actor, day: Day) -> None:
    who = {"server_id": actor.server_id, "user_id": actor.user_id}
    zone, today = day.settings.timezone, day_of(tx.now, day.settings.timezone)
    rows = tx.studying.to_spread(**who, since=day.since, until=day.until)
    waiting = [
        spreading.Waiting(
            row["id"],
            day_of(row["wanted_at"], zone),
            scheduling.knows_still(row["stability"], row["reviewed_at"], today, zone),
        )
        for row in rows
    ]
    done = len(tx.studying.seen(**who, since=day.since))
    days = spreading.spread(waiting, today, a_day=day.settings.daily_cap, done_today=done)
    for row, one in zip(rows, waiting, strict=True):
        wanted = row["wanted_at"] if days[one.id] == max(one.day, today) else midnight(days[one.id], zone)
        if wanted != row["due_at"]:
            tx.studying.set_due(id=one.id, due_at=wanted)


def _sitting(tx: Tx, actor: Actor, day: Day, unit: str, *, first: int | None = None) -> Sitting:
    today = today_of(tx, actor, day, unit)
    card_id = first if first is not None else _next(today, tx.now)
    view = None if card_id is None else cards.view_of(tx, actor, cards.find_card(tx, actor, card_id))
    last = tx.studying.last_review(server_id=actor.server_id, user_id=actor.user_id, since=day.since)
    return Sitting(
        view=view,
        done=today.done,
        total=today.done + today.left,
        last=None if last is None else Answer(last["card_id"], last["reviews"]),
        next_at=_next_at(tx, actor, day, unit) if view is None else None,
    )


def _next(today: Today, now: int) -> int | None:
    """What is due after minutes comes when they are over; at the end of a sitting nobody waits for it."""
    ready = [card_id for due_at, card_id in today.again if due_at <= now]
    rest = [card_id for due_at, card_id in today.again if due_at > now]
    return next(iter((*ready, *today.waiting, *today.fresh, *rest)), None)


def _next_at(tx: Tx, actor: Actor, day: Day, unit: str) -> int | None:
    """When the next cards come: tomorrow, where some are left over from today."""
    who = {"server_id": actor.server_id, "user_id": actor.user_id}
    more = tx.studying.fresh(**who, unit_key=unit, limit=1)
    more += [row for row in tx.studying.up(**who, until=day.until) if _is_in(row, unit)]
    next_due: int | None = tx.studying.next_due(**who, until=day.until, unit_key=unit)
    return day.until if more else next_due


async def turn_over(actor: Actor, library: Library, card_id: int, reviews: int) -> Back | None:
    """Show the back of the card that comes up; None where it was answered meanwhile. Raises NotFound."""

    def look(tx: Tx) -> Back | None:
        card = cards.find_card(tx, actor, card_id)
        if not _is_up(card, reviews):
            return None
        zone = kept_of(tx, actor).settings.timezone
        waits = {rating: _wait(_answered(tx, card, rating, zone), tx.now) for rating in Rating}
        return Back(cards.view_of(tx, actor, card), waits)

    return await library.database.read(look)


def _wait(after: Scheduled, now: int) -> Wait:
    return Wait(minutes=max(1, round((after.due_at - now) / MINUTE)), days=after.days)


def _is_up(card: StudyCard, reviews: int) -> bool:
    return card.state is CardState.ACTIVE and card.reviews == reviews


def _answered(tx: Tx, card: StudyCard, rating: Rating, zone: str) -> Scheduled:
    """What an answer makes of a card: the same whenever it is asked within a day, so a button shows what it does."""
    kept = tx.studying.memory(id=card.id)["fsrs"]
    return scheduling.after_answer(kept, rating, tx.now, zone, seed=f"{card.id}:{card.reviews}")


async def answer_card(
    actor: Actor,
    library: Library,
    pressed: Answer,
    rating: Rating,
    tag: str = "",
    *,
    event_id: int | None = None,
) -> Sitting:
    """Keep how it went with a card that was answered `pressed.reviews` times before, and go on.

    Where it was answered meanwhile, or rests, nothing is kept. Raises NotFound.
    """

    def change(tx: Tx) -> Sitting:
        day = _begin_day(tx, actor)
        events.once(tx, actor.server_id, event_id, lambda: _keep_answer(tx, actor, day, pressed, rating))
        return _sitting(tx, actor, day, unit_of(tx, actor, tag))

    return await library.database.write(change)


def _keep_answer(tx: Tx, actor: Actor, day: Day, pressed: Answer, rating: Rating) -> int:
    card = cards.find_card(tx, actor, pressed.card_id)
    if not _is_up(card, pressed.reviews):
        return 0
    after = _answered(tx, card, rating, day.settings.timezone)
    before = tx.studying.memory(id=card.id)
    tx.studying.add_review(card_id=card.id, rating=rating, before=json.dumps(before), now=tx.now)
    tx.studying.save_memory(
        id=card.id,
        fsrs=after.fsrs,
        wanted_at=after.due_at,
        due_at=after.due_at,
        reviewed_at=tx.now,
        lapses=card.lapses + after.forgotten,
        stability=after.stability,
        difficulty=after.difficulty,
        changed_at=None,
    )
    return 1


async def undo_answer(
    actor: Actor, library: Library, pressed: Answer, tag: str = "", *, event_id: int | None = None
) -> Sitting:
    """Take back the last answer of today, and show its card again. An older one stays: then nothing changes."""

    def change(tx: Tx) -> Sitting:
        day, unit = _begin_day(tx, actor), unit_of(tx, actor, tag)
        undone = events.once(tx, actor.server_id, event_id, lambda: _undo(tx, actor, day, pressed))
        card_id = pressed.card_id if undone else None
        return _sitting(tx, actor, day, unit, first=card_id)

    return await library.database.write(change)


def _undo(tx: Tx, actor: Actor, day: Day, pressed: Answer) -> int:
    last = tx.studying.last_review(server_id=actor.server_id, user_id=actor.user_id, since=day.since)
    if last is None or (last["card_id"], last["reviews"]) != (pressed.card_id, pressed.reviews):
        return 0
    tx.studying.save_memory(id=last["card_id"], **json.loads(last["before"]))
    tx.studying.delete_review(id=last["id"])
    return 1
