"""How a student studies, and reminders: only for who wants one, at their hour, and only while something is due."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import BadInput
from bot.models.studying import Rating, StudySettings
from bot.services import due
from bot.services.learners import habits, reminders
from bot.services.learners.habits import STUDY_REMINDER, find_zones, hour_after, read_zone
from bot.services.library import Library
from tests.cast import BEN, ELSEWHERE, SERVER, TOMASZ, MovableClock
from tests.services.researching import empty_outbox, promises, queued, rows
from tests.services.studying import answered, learn, own_cards

CHANNEL = 300300000000000001


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.fixture(autouse=True)
def morning(clock: MovableClock) -> None:
    """Every test begins on a Monday morning."""
    clock.advance(at("2026-11-23T08:00:00+00:00") - clock.now())


async def reminded(library: Library) -> list[tuple[int, int]]:
    """Who is about to be reminded, and in which channel where they cannot be reached."""
    found = [(row["subject"], row["channel_id"]) for row in await queued(library) if row["kind"] == "direct"]
    await empty_outbox(library)
    return found


async def live_on(library: Library, clock: MovableClock, milliseconds: int) -> list[tuple[int, int]]:
    """Let time go by, half an hour at once, and what is due be done; return who was reminded."""
    found: list[tuple[int, int]] = []
    for _ in range(milliseconds // (30 * MINUTE)):
        clock.advance(30 * MINUTE)
        await due.do_due_work(library)
        found += await reminded(library)
    return found


# --- choosing


async def test_what_is_chosen_is_kept_and_the_rest_stays(library: Library) -> None:
    assert await habits.choose_habits(BEN, library, CHANNEL, daily_cap=50) == StudySettings(50, "UTC", None)
    assert await habits.choose_habits(BEN, library, CHANNEL, timezone="Europe/Berlin") == StudySettings(
        50, "Europe/Berlin", None
    )
    assert await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16) == StudySettings(50, "Europe/Berlin", 16)
    assert await habits.habits_of(BEN, library) == StudySettings(50, "Europe/Berlin", 16)
    for other in (TOMASZ, ELSEWHERE):
        assert await habits.habits_of(other, library) == StudySettings(30, "UTC", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("daily_cap", 4), ("daily_cap", 201), ("reminder_hour", 24), ("reminder_hour", -1), ("daily_cap", "x")],
)
async def test_what_is_out_of_range_is_refused(library: Library, name: str, value: object) -> None:
    with pytest.raises(BadInput, match="setting_out_of_range"):
        await habits.choose_habits(BEN, library, CHANNEL, **{name: value})
    assert await habits.habits_of(BEN, library) == StudySettings(30, "UTC", None)


async def test_a_name_that_is_no_setting_is_a_fault(library: Library) -> None:
    with pytest.raises(TypeError, match="streak"):
        await habits.choose_habits(BEN, library, CHANNEL, streak=3)


def test_zones_are_found_by_their_names_and_cities() -> None:
    assert read_zone(" europe/berlin ") == "Europe/Berlin"
    assert read_zone("New York") == "America/New_York"
    assert read_zone("utc") == "UTC"
    assert find_zones("auck") == ["Pacific/Auckland"]
    assert find_zones("berl") == ["Europe/Berlin"]
    first, *_, last = find_zones("ber")
    assert first.rpartition("/")[2].startswith("Ber")
    assert not last.rpartition("/")[2].startswith("Ber"), "what begins with it comes first"
    assert len(find_zones("")) == 25
    assert not any(name.startswith(("Etc/", "posix")) for name in habits.zones())


@pytest.mark.parametrize(
    ("typed", "like"), [("Europe/Berlim", "Europe/Berlin"), ("x" * 50, "Europe/Berlin"), ("Tokio", "Asia/Tokyo")]
)
def test_an_unknown_zone_is_refused_with_the_likest(typed: str, like: str) -> None:
    with pytest.raises(BadInput, match="zone_unknown") as refused:
        read_zone(typed)
    assert refused.value.places == {"typed": typed[:40], "like": like}


# --- the hour


@pytest.mark.parametrize(
    ("now", "hour", "zone", "then"),
    [
        ("2026-11-23T08:00:00+00:00", 16, "UTC", "2026-11-23T16:00:00+00:00"),
        ("2026-11-23T16:00:00+00:00", 16, "UTC", "2026-11-24T16:00:00+00:00"),
        ("2026-11-23T08:00:00+00:00", 7, "Pacific/Auckland", "2026-11-24T07:00:00+13:00"),
        ("2026-03-28T12:00:00+01:00", 2, "Europe/Berlin", "2026-03-29T03:00:00+02:00"),  # two o'clock is left out
        ("2026-10-24T12:00:00+02:00", 2, "Europe/Berlin", "2026-10-25T02:00:00+02:00"),  # two o'clock comes twice
        ("2026-10-25T02:00:00+02:00", 2, "Europe/Berlin", "2026-10-26T02:00:00+01:00"),
        ("2026-03-28T18:00:00+01:00", 17, "Europe/Berlin", "2026-03-29T17:00:00+02:00"),
    ],
)
def test_the_hour_is_the_clocks_of_the_place(now: str, hour: int, zone: str, then: str) -> None:
    assert hour_after(at(now), hour, zone) == at(then)


# --- reminders


async def test_nobody_is_reminded_who_did_not_ask(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 3)
    await habits.choose_habits(BEN, library, CHANNEL, daily_cap=50)
    assert await live_on(library, clock, 2 * DAY) == []
    assert await promises(library) == set()


async def test_a_reminder_comes_at_its_hour_while_something_is_due(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 1)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16)
    assert await live_on(library, clock, 7 * HOUR + 30 * MINUTE) == []
    assert await live_on(library, clock, 30 * MINUTE) == [(BEN.user_id, CHANNEL)]
    await learn(library, Rating.EASY)
    assert await live_on(library, clock, 3 * DAY) == [], "nothing is due for some days"
    assert await live_on(library, clock, 12 * DAY) != []
    assert await promises(library) == {(STUDY_REMINDER, BEN.user_id)}


async def test_it_says_no_number(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 3)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=9)
    clock.advance(HOUR)
    await due.do_due_work(library)
    (row,) = [row for row in await queued(library) if row["kind"] == "direct"]
    assert row["payload"] == "{}"


async def test_whose_clocks_change_is_reminded_at_the_same_hour(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 1)
    clock.advance(at("2027-03-27T12:00:00+00:00") - clock.now())
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16, timezone="Europe/Berlin")
    hours = []
    for _ in range(3):
        (row,) = await rows(library, "SELECT due_at FROM due_work")
        hours.append(row["due_at"])
        clock.advance(row["due_at"] - clock.now())
        await due.do_due_work(library)
    assert hours == [
        at(f"2027-03-{day}T16:00:00{zone}") for day, zone in ((27, "+01:00"), (28, "+02:00"), (29, "+02:00"))
    ]


async def test_who_turns_it_off_is_not_reminded(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 1)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16)
    assert await habits.stop_reminding(BEN, library)
    assert not await habits.stop_reminding(BEN, library)
    assert await promises(library) == set()
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=None)
    assert await promises(library) == set()
    await library.database.write(reminders.remind, SERVER, BEN.user_id)
    assert await reminded(library) == []
    assert (await habits.habits_of(BEN, library)).reminder_hour is None


async def test_another_hour_takes_the_place_of_the_first(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 1)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=18)
    assert await live_on(library, clock, 9 * HOUR) == []
    assert await live_on(library, clock, HOUR) == [(BEN.user_id, CHANNEL)]


async def test_nobody_is_called_at_night_for_the_afternoon(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 1)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16)
    clock.advance(19 * HOUR)  # the bot was off until three o'clock
    await due.do_due_work(library)
    assert await reminded(library) == []
    assert await live_on(library, clock, 13 * HOUR) == [(BEN.user_id, CHANNEL)]


async def test_who_has_not_studied_for_four_weeks_is_left_in_peace(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 1)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16)
    assert len(await live_on(library, clock, 28 * DAY)) == 28
    assert await live_on(library, clock, 3 * DAY) == []
    assert (await habits.habits_of(BEN, library)).reminder_hour is None
    assert await promises(library) == set()


async def test_who_studies_is_reminded_on(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 1)
    await habits.choose_habits(BEN, library, CHANNEL, reminder_hour=16)
    await live_on(library, clock, 20 * DAY)
    await answered(library, Rating.AGAIN)
    assert len(await live_on(library, clock, 20 * DAY)) == 20
