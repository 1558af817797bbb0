"""How a student studies: how many cards a day, in whose zone, and whether they want to be reminded, and when.

A reminder is only for who asked for one, at the hour they chose, and only while something is due.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.clock import DAY, HOUR
from bot.errors import BadInput
from bot.models.people import Actor
from bot.models.studying import DAILY_CAP, DAILY_CAP_RANGE, StudySettings
from bot.services import servers
from bot.services.learners.days import zone_of
from bot.services.library import Library
from bot.storage.database import Tx

STUDY_REMINDER = "study_reminder"
"""Due work about one student (`subject` is their id): they are reminded, if something is due."""
HOURS = (0, 23)
REMINDED_FOR = 28 * DAY
"""Milliseconds without an answer, or since it was asked for, after which a reminder stops by itself."""
LATE = 2 * HOUR
"""Milliseconds after its hour within which a reminder is still sent: nobody is called at night for the afternoon."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of how a student studies. `timezone` is None where it is the server's.

    `spread_on` is the day (YYYY-MM-DD, theirs) on which what waits was spread last. The reminder stands in
    `reminder_channel_id` where a direct message does not arrive.
    """

    settings: StudySettings
    timezone: str | None = None
    spread_on: str | None = None
    reminder_set_at: int | None = None
    reminder_channel_id: int | None = None


def kept_of(tx: Tx, actor: Actor) -> Kept:
    """Return how the actor studies; for who chose nothing, the defaults."""
    row = tx.studying.settings(server_id=actor.server_id, user_id=actor.user_id)
    server_zone = zone_of(tx, actor.server_id)
    if row is None:
        return Kept(StudySettings(DAILY_CAP, server_zone, None))
    settings = StudySettings(row["daily_cap"], row["timezone"] or server_zone, row["reminder_hour"])
    return Kept(settings, row["timezone"], row["spread_on"], row["reminder_set_at"], row["reminder_channel_id"])


def keep(tx: Tx, actor: Actor, kept: Kept) -> None:
    """Keep how the actor studies."""
    tx.studying.save_settings(
        server_id=actor.server_id,
        user_id=actor.user_id,
        daily_cap=kept.settings.daily_cap,
        timezone=kept.timezone,
        spread_on=kept.spread_on,
        reminder_hour=kept.settings.reminder_hour,
        reminder_set_at=kept.reminder_set_at,
        reminder_channel_id=kept.reminder_channel_id,
    )


async def habits_of(actor: Actor, library: Library) -> StudySettings:
    """Return how the actor studies."""
    return await library.database.read(lambda tx: kept_of(tx, actor).settings)


async def choose_habits(actor: Actor, library: Library, channel_id: int, **chosen: object) -> StudySettings:
    """Change how the actor studies, by the names in `StudySettings`, and return all of it.

    `reminder_hour` None asks for no reminder any more; `channel_id` is where one stands that does not arrive as a
    direct message. What waits is spread anew where the change concerns it. Raises BadInput, and TypeError for a name
    that is no setting.
    """
    unknown = chosen.keys() - {one.name for one in fields(StudySettings)}
    if unknown:
        raise TypeError(f"no such settings: {sorted(unknown)}")

    def change(tx: Tx) -> StudySettings:
        servers.enter(tx, actor.server_id)
        kept = kept_of(tx, actor)
        settings = replace(kept.settings, **_checked(chosen))  # type: ignore[arg-type]  # their types were checked
        changed = replace(
            kept,
            settings=settings,
            timezone=settings.timezone if "timezone" in chosen else kept.timezone,
            spread_on=None if chosen.keys() & {"daily_cap", "timezone"} else kept.spread_on,
        )
        if "reminder_hour" in chosen:
            changed = replace(changed, reminder_set_at=tx.now, reminder_channel_id=channel_id)
        keep(tx, actor, changed)
        plan_reminder(tx, actor.server_id, actor.user_id, settings)
        return settings

    return await library.database.write(change)


def _checked(chosen: dict[str, object]) -> dict[str, object]:
    for name, (least, most) in (("daily_cap", DAILY_CAP_RANGE), ("reminder_hour", HOURS)):
        value = chosen.get(name)
        if value is not None and not (isinstance(value, int) and least <= value <= most):
            raise BadInput("errors.setting_out_of_range", least=least, most=most, value=str(value))
    if "timezone" in chosen:
        return chosen | {"timezone": read_zone(str(chosen["timezone"]))}
    return chosen


async def stop_reminding(actor: Actor, library: Library) -> bool:
    """Ask for no reminder any more; return whether there was one."""

    def change(tx: Tx) -> bool:
        kept = kept_of(tx, actor)
        if kept.settings.reminder_hour is None:
            return False
        stop(tx, actor, kept)
        return True

    return await library.database.write(change)


def stop(tx: Tx, actor: Actor, kept: Kept) -> None:
    """Remind the actor no more."""
    keep(tx, actor, replace(kept, settings=replace(kept.settings, reminder_hour=None), reminder_set_at=None))
    tx.housekeeping.cancel_work(server_id=actor.server_id, kind=STUDY_REMINDER, subject=actor.user_id)


def plan_reminder(tx: Tx, server_id: int, user_id: int, settings: StudySettings) -> None:
    """Promise the next reminder at the chosen hour, or none."""
    if settings.reminder_hour is None:
        tx.housekeeping.cancel_work(server_id=server_id, kind=STUDY_REMINDER, subject=user_id)
        return
    due_at = hour_after(tx.now, settings.reminder_hour, settings.timezone)
    tx.housekeeping.plan_work(server_id=server_id, kind=STUDY_REMINDER, subject=user_id, due_at=due_at)


def hour_after(now: int, hour: int, zone: str) -> int:
    """Return when the clocks of a zone next show a full hour, after `now`; both in UTC milliseconds.

    An hour that the clocks leave out in spring is the one after it; of one that comes twice it is the first.
    """
    there = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone))
    days = (there.date() + timedelta(days=number) for number in range(3))
    times = (round(datetime.combine(day, time(hour), ZoneInfo(zone)).timestamp() * 1000) for day in days)
    return next(one for one in times if one > now)


@cache
def zones() -> tuple[str, ...]:
    """Every place whose time zone is known, by its IANA name, and UTC."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return (*sorted(places), "UTC")


def find_zones(typed: str, limit: int = 25) -> list[str]:
    """Return time zones in whose name the typed words stand; those of places that begin with them first."""
    wanted = "_".join(typed.split()).casefold()
    found = [name for name in zones() if wanted in name.casefold()]
    return sorted(found, key=lambda name: not name.rpartition("/")[2].casefold().startswith(wanted))[:limit]


def read_zone(typed: str) -> str:
    """Return the IANA name of a time zone as it was typed, or of a city's. Raises BadInput, with the likest name."""
    wanted = "_".join(typed.split()).casefold()
    known = {name.casefold(): name for name in zones()}
    by_place = {name.rpartition("/")[2].casefold(): name for name in reversed(zones())}
    if found := known.get(wanted) or by_place.get(wanted):
        return found
    like = get_close_matches(wanted, [*known, *by_place], n=1)
    raise BadInput(
        "errors.zone_unknown", typed=typed[:40], like=(known | by_place)[like[0]] if like else "Europe/Berlin"
    )
