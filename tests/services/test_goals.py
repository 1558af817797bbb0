"""Goals: in one's own words, by a day, looked back on, and for nobody else's eyes."""

from __future__ import annotations

import pytest

from bot.clock import DAY
from bot.errors import BadInput, NotFound
from bot.models.people import Actor
from bot.models.studying import GOAL_LIMIT, Goal, GoalState
from bot.services.learners import goals
from bot.services.learners.goals import Wish
from bot.services.learners.habits import choose_habits
from bot.services.library import Library
from tests.cast import ELSEWHERE, MIA, NOOR, OKAFOR, MovableClock
from tests.services.researching import CHANNEL, rows

WISH = Wish("Explain photosynthesis to my brother.", "Friday", "Three cards each evening")
FRIDAY = "2026-11-20"
"""The Friday after the day that the tests' clock shows, a Wednesday."""


async def texts(library: Library, who: Actor = MIA) -> list[str]:
    return [one.text for one in (await goals.my_goals(who, library, size=50)).items]


async def due(library: Library, who: Actor = MIA) -> list[int]:
    return [one.number for one in await library.database.read(goals.goals_to_look_back_on, who)]


class TestSetting:
    async def test_keeps_the_words_the_day_and_what_helps(self, library: Library, clock: MovableClock) -> None:
        goal = await goals.add_goal(MIA, library, WISH)
        assert goal == Goal(1, WISH.text, FRIDAY, WISH.helps, "", GoalState.OPEN, clock.now(), None)
        assert await goals.show_goal(MIA, library, 1) == goal

    async def test_needs_no_day_and_no_help(self, library: Library) -> None:
        goal = await goals.add_goal(MIA, library, Wish("  Read more. ", "  "))
        assert (goal.text, goal.by_day, goal.helps) == ("Read more.", None, "")

    async def test_counts_for_each_person_from_one(self, library: Library) -> None:
        for who, number in ((MIA, 1), (MIA, 2), (NOOR, 1), (ELSEWHERE, 1)):
            assert (await goals.add_goal(who, library, WISH)).number == number

    async def test_happens_once_for_one_event(self, library: Library) -> None:
        for _ in range(2):
            assert (await goals.add_goal(MIA, library, WISH, event_id=7)).number == 1
        assert len(await texts(library)) == 1

    @pytest.mark.parametrize(
        ("wish", "key"),
        [
            (Wish(" "), "errors.goal_empty"),
            (Wish("x" * (GOAL_LIMIT + 1)), "errors.goal_too_long"),
            (Wish("Read", helps="x" * (goals.HELPS_LIMIT + 1)), "errors.goal_helps_too_long"),
            (Wish("Read", "some day"), "errors.day_unreadable"),
            (Wish("Read", "yesterday"), "errors.goal_day_over"),
        ],
    )
    async def test_refuses_what_it_cannot_keep(self, library: Library, wish: Wish, key: str) -> None:
        with pytest.raises(BadInput) as refused:
            await goals.add_goal(MIA, library, wish)
        assert refused.value.key == key
        assert await rows(library, "SELECT 1 FROM goal") == []

    async def test_takes_today(self, library: Library) -> None:
        assert (await goals.add_goal(MIA, library, Wish("Read", "today"))).by_day == "2026-11-18"


class TestOthers:
    async def test_see_change_and_remove_nothing(self, library: Library) -> None:
        await goals.add_goal(MIA, library, WISH)
        for who in (NOOR, OKAFOR, ELSEWHERE):
            assert await texts(library, who) == []
            for act in (
                goals.show_goal(who, library, 1),
                goals.edit_goal(who, library, 1, WISH),
                goals.look_back(who, library, 1, "Well.", GoalState.REACHED),
                goals.remove_goal(who, library, 1),
            ):
                with pytest.raises(NotFound):
                    await act
        assert await texts(library) == [WISH.text]


class TestChanging:
    async def test_rewords_and_moves_the_day(self, library: Library) -> None:
        await goals.add_goal(MIA, library, WISH)
        changed = await goals.edit_goal(MIA, library, 1, Wish("Explain it to Ben.", "in two weeks", ""))
        assert (changed.text, changed.by_day, changed.helps) == ("Explain it to Ben.", "2026-12-02", "")
        assert await goals.show_goal(MIA, library, 1) == changed
        assert (await goals.edit_goal(MIA, library, 1, Wish("Explain it."))).by_day is None

    async def test_leaves_a_day_that_is_over_as_it_was(self, library: Library, clock: MovableClock) -> None:
        await goals.add_goal(MIA, library, WISH)
        clock.advance(30 * DAY)
        assert (await goals.edit_goal(MIA, library, 1, Wish("Explain it.", FRIDAY))).by_day == FRIDAY
        with pytest.raises(BadInput):
            await goals.edit_goal(MIA, library, 1, Wish("Explain it.", "2026-11-21"))

    async def test_removes_it_for_good(self, library: Library) -> None:
        await goals.add_goal(MIA, library, WISH)
        await goals.remove_goal(MIA, library, 1)
        assert await rows(library, "SELECT 1 FROM goal") == []
        with pytest.raises(NotFound):
            await goals.remove_goal(MIA, library, 1)


class TestLookingBack:
    @pytest.mark.parametrize("state", [GoalState.REACHED, GoalState.LET_GO])
    async def test_ends_a_goal(self, library: Library, clock: MovableClock, state: GoalState) -> None:
        await goals.add_goal(MIA, library, WISH)
        clock.advance(DAY)
        goal = await goals.look_back(MIA, library, 1, " He got it. ", state, new_day="not read")
        assert (goal.look_back, goal.state, goal.looked_back_at, goal.by_day) == (
            "He got it.",
            state,
            clock.now(),
            FRIDAY,
        )
        assert await goals.show_goal(MIA, library, 1) == goal

    async def test_or_keeps_at_it_with_a_new_day(self, library: Library) -> None:
        await goals.add_goal(MIA, library, WISH)
        kept = await goals.look_back(MIA, library, 1, "Half of it.", GoalState.OPEN, "next Friday")
        assert (kept.state, kept.by_day) == (GoalState.OPEN, FRIDAY)
        assert (await goals.look_back(MIA, library, 1, "More.", GoalState.OPEN)).by_day == FRIDAY
        later = await goals.look_back(MIA, library, 1, "More.", GoalState.OPEN, "2026-12-24")
        assert (later.by_day, later.look_back) == ("2026-12-24", "More.")

    async def test_needs_words(self, library: Library) -> None:
        await goals.add_goal(MIA, library, WISH)
        for how in ("", "x" * (goals.LOOK_BACK_LIMIT + 1)):
            with pytest.raises(BadInput):
                await goals.look_back(MIA, library, 1, how, GoalState.REACHED)
        assert (await goals.show_goal(MIA, library, 1)).state is GoalState.OPEN


class TestItIsTime:
    async def test_from_its_day_on_until_one_has_looked_back(self, library: Library, clock: MovableClock) -> None:
        await goals.add_goal(MIA, library, WISH)
        await goals.add_goal(MIA, library, Wish("No day"))
        await goals.add_goal(NOOR, library, WISH)
        assert await due(library) == []
        clock.advance(2 * DAY)
        assert await due(library) == [1]
        await goals.look_back(MIA, library, 1, "Half of it.", GoalState.OPEN, "2026-12-01")
        assert await due(library) == []
        clock.advance(20 * DAY)
        assert await due(library) == [1]
        await goals.look_back(MIA, library, 1, "Still half of it.", GoalState.OPEN)
        assert await due(library) == []

    async def test_a_look_before_the_day_does_not_count(self, library: Library, clock: MovableClock) -> None:
        await goals.add_goal(MIA, library, WISH)
        await goals.look_back(MIA, library, 1, "I have begun.", GoalState.OPEN)
        clock.advance(3 * DAY)
        assert await due(library) == [1]

    async def test_not_for_what_has_ended(self, library: Library, clock: MovableClock) -> None:
        await goals.add_goal(MIA, library, WISH)
        await goals.look_back(MIA, library, 1, "Done early.", GoalState.REACHED)
        clock.advance(30 * DAY)
        assert await due(library) == []

    async def test_by_the_students_own_day(self, library: Library, clock: MovableClock) -> None:
        await goals.add_goal(MIA, library, WISH)
        clock.advance(DAY + DAY // 2)  # late on Thursday in UTC
        await choose_habits(MIA, library, CHANNEL, timezone="Pacific/Auckland")
        assert await due(library) == [1]

    async def test_by_the_servers_day(self, library: Library, clock: MovableClock) -> None:
        await goals.add_goal(MIA, library, WISH)
        clock.advance(DAY + DAY // 2)  # late on Thursday in UTC
        assert await due(library) == []
        await library.database.write(
            lambda tx: tx.connection.execute("UPDATE server SET timezone = 'Pacific/Auckland'").close()
        )
        assert await due(library) == [1]


async def test_the_list_has_what_is_open_first_by_its_day(library: Library, clock: MovableClock) -> None:
    for text, by in (("late", "2026-12-24"), ("none", ""), ("soon", "2026-11-19"), ("gone", "2026-11-18"), ("won", "")):
        await goals.add_goal(MIA, library, Wish(text, by))
    await goals.look_back(MIA, library, 4, "No.", GoalState.LET_GO)
    clock.advance(1)
    await goals.look_back(MIA, library, 5, "Yes.", GoalState.REACHED)
    assert await texts(library) == ["soon", "late", "none", "won", "gone"]
    second = await goals.my_goals(MIA, library, page=2, size=2)
    assert ([one.text for one in second.items], second.page, second.pages, second.total) == (["none", "won"], 2, 3, 5)
