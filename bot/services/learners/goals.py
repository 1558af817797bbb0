"""Goals: what a student wants to reach, in their own words, by when, what helps, and how it went.

They are for the eyes of that student alone: no query here asks for anybody else's, and librarians see none.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from bot.errors import BadInput, NotFound
from bot.models.people import Actor
from bot.models.studying import GOAL_LIMIT, Goal, GoalState
from bot.services import events, servers
from bot.services.learners import days
from bot.services.learners.habits import kept_of
from bot.services.library import Library
from bot.services.researchers.cleaning import clean_text
from bot.services.researchers.finding import Page, page_at
from bot.services.scribes.days import read_day, today
from bot.storage.database import Tx

HELPS_LIMIT = 500
LOOK_BACK_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Wish:
    """A goal as it is typed: `by` is a day in words, or empty; `helps` what helps to reach it."""

    text: str
    by: str = ""
    helps: str = ""


async def add_goal(actor: Actor, library: Library, wish: Wish, *, event_id: int | None = None) -> Goal:
    """Keep a goal of one's own; the same event again gives the goal of the first time.

    Raises BadInput (empty, too long, a day that cannot be read or is over).
    """

    def change(tx: Tx) -> Goal:
        servers.enter(tx, actor.server_id)
        number = events.once(tx, actor.server_id, event_id, lambda: _add(tx, actor, wish))
        return find_goal(tx, actor, number)

    return await library.database.write(change)


def _add(tx: Tx, actor: Actor, wish: Wish) -> int:
    number: int = tx.learners.add_goal(
        server_id=actor.server_id, user_id=actor.user_id, now=tx.now, **_cleaned(wish), by_day=_day(tx, actor, wish.by)
    )
    return number


def _cleaned(wish: Wish) -> dict[str, str]:
    return {
        "text": clean_text(wish.text, GOAL_LIMIT, "goal"),
        "helps": clean_text(wish.helps, HELPS_LIMIT, "goal_helps", required=False),
    }


def _day(tx: Tx, actor: Actor, typed: str) -> str | None:
    if not typed.strip():
        return None
    zone = _zone(tx, actor)
    day = read_day(typed, zone, tx.now, ahead=True)
    if day < today(zone, tx.now):
        raise BadInput("errors.goal_day_over", day=day.isoformat())
    return day.isoformat()


def _zone(tx: Tx, actor: Actor) -> str:
    """Return the time zone by which the student's days are counted: the one they study in."""
    return kept_of(tx, actor).settings.timezone


async def show_goal(actor: Actor, library: Library, number: int) -> Goal:
    """Return one of one's own goals. Raises NotFound, also for everybody else's."""
    return await library.database.read(find_goal, actor, number)


def find_goal(tx: Tx, actor: Actor, number: int) -> Goal:
    """Return one of the actor's own goals. Raises NotFound."""
    row = tx.learners.goal(server_id=actor.server_id, user_id=actor.user_id, number=number)
    if row is None:
        raise NotFound("errors.goal_not_found", number=number)
    return _goal(row)


def _goal(row: dict[str, Any]) -> Goal:
    return Goal(**row | {"state": GoalState(row["state"])})


async def my_goals(actor: Actor, library: Library, *, page: int = 1, size: int = 5) -> Page[Goal]:
    """Return one page of one's own goals: what is open first, by its day, then what has ended."""

    def look(tx: Tx) -> Page[Goal]:
        mine = {"server_id": actor.server_id, "user_id": actor.user_id}
        total = tx.learners.goal_count(**mine)
        at, pages, before = page_at(page, size, total)
        rows = tx.learners.goals(**mine, limit=size, offset=before)
        return Page(tuple(map(_goal, rows)), at, pages, total)

    return await library.database.read(look)


async def edit_goal(actor: Actor, library: Library, number: int, wish: Wish) -> Goal:
    """Reword one's own goal. A day that is left as it was may be over. Raises BadInput and NotFound."""

    def change(tx: Tx) -> Goal:
        goal = find_goal(tx, actor, number)
        by_day = goal.by_day if wish.by.strip() == goal.by_day else _day(tx, actor, wish.by)
        cleaned = _cleaned(wish)
        return _save(tx, actor, replace(goal, text=cleaned["text"], helps=cleaned["helps"], by_day=by_day))

    return await library.database.write(change)


async def look_back(actor: Actor, library: Library, number: int, how: str, state: GoalState, new_day: str = "") -> Goal:
    """Write how it went, and whether the goal is reached, let go, or still open (then `new_day` may be its new day).

    Looking back again replaces what was written. Raises BadInput and NotFound.
    """

    def change(tx: Tx) -> Goal:
        goal = find_goal(tx, actor, number)
        still_open = state is GoalState.OPEN
        return _save(
            tx,
            actor,
            replace(
                goal,
                look_back=clean_text(how, LOOK_BACK_LIMIT, "look_back"),
                state=state,
                looked_back_at=tx.now,
                by_day=(_day(tx, actor, new_day) if still_open else None) or goal.by_day,
            ),
        )

    return await library.database.write(change)


def _save(tx: Tx, actor: Actor, goal: Goal) -> Goal:
    columns = asdict(goal)
    columns.pop("created_at")
    tx.learners.save_goal(server_id=actor.server_id, user_id=actor.user_id, **columns)
    return goal


async def remove_goal(actor: Actor, library: Library, number: int) -> None:
    """Delete one's own goal and what was written with it. Raises NotFound."""

    def change(tx: Tx) -> None:
        find_goal(tx, actor, number)
        tx.learners.remove_goal(server_id=actor.server_id, user_id=actor.user_id, number=number)

    await library.database.write(change)


def goals_to_look_back_on(tx: Tx, actor: Actor) -> tuple[Goal, ...]:
    """Return those of one's own open goals whose day has come, and on which one has not looked back since."""
    zone = _zone(tx, actor)
    here = today(zone, tx.now).isoformat()
    rows = tx.learners.goals_by_day(server_id=actor.server_id, user_id=actor.user_id, today=here)
    return tuple(goal for goal in map(_goal, rows) if not _looked_back(goal, zone))


def _looked_back(goal: Goal, zone: str) -> bool:
    since = days.midnight(date.fromisoformat(goal.by_day or ""), zone)
    return goal.looked_back_at is not None and goal.looked_back_at >= since
