"""A backlog is spread over days ahead, not dumped (docs/studying.md, "After a holiday").

Pure: who calls it says which cards there are, and keeps what it answers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A card that was answered before. `day` is when FSRS wants it; `known` how likely it is still known, 0 to 1."""

    id: int
    day: date
    known: float


def spread(cards: Iterable[Waiting], today: date, *, a_day: int, done_today: int = 0) -> dict[int, date]:
    """Give each card its day: never before it is wanted, never in the past, and no day holds more than `a_day`.

    Today holds `done_today` fewer. Of what was wanted before tomorrow, the cards that are most likely still known come
    first: they need one answer and then stay away for long, while a card that is forgotten already loses little by
    waiting and comes back at once. A card that is wanted on a later day stands there before those that were moved
    there, for the same reason. Where a day is full, what does not fit goes to the next.
    """
    waiting = sorted(cards, key=lambda one: (max(one.day, today), -one.known, one.day, one.id))
    line: deque[Waiting] = deque()
    later = deque(waiting)
    days: dict[int, date] = {}
    day, room = today, max(0, a_day - done_today)
    while line or later:
        if not line:
            day, room = _jump(day, room, max(later[0].day, today), a_day)
        line.extendleft(reversed(_wanted(later, day)))
        for _ in range(min(room, len(line))):
            days[line.popleft().id] = day
        day, room = day + _A_DAY, a_day
    return days


def _jump(day: date, room: int, wanted: date, a_day: int) -> tuple[date, int]:
    """Go to the day on which the next card is wanted, over days on which there is nothing."""
    return (day, room) if wanted <= day else (wanted, a_day)


def _wanted(later: deque[Waiting], day: date) -> list[Waiting]:
    """Take what is wanted by a day from those that are wanted later."""
    taken = []
    while later and later[0].day <= day:
        taken.append(later.popleft())
    return taken
