"""Sessions: begun, closed, opened again, handed over, given a thread."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import BadInput, NotAllowed, NotFound, TooMany
from bot.models.people import Actor
from bot.models.sessions import SCRIBES_LIMIT, ScribePart, Session, SessionState
from bot.services import due
from bot.services.library import Library
from bot.services.scribes import compiling, keeping, sessions
from bot.storage.database import Tx
from tests.cast import BEN, ELSEWHERE, MIA, NOOR, OKAFOR, SERVER, TOMASZ, MovableClock
from tests.services.researching import ask, empty_outbox, promises, queued, rows
from tests.services.scribing import EVENT, NOTES_CHANNEL, THREAD, session_now, start, texts, write


async def sent(library: Library) -> list[tuple[int, str, int]]:
    """Return what waits to be sent: channel, kind and number."""
    return [(row["channel_id"], row["kind"], row["subject"]) for row in await queued(library)]


async def forget_sent(library: Library) -> None:
    """Deliver what waits: the card of a note stands in its channel then."""
    cards = [row for row in await queued(library) if row["kind"] == "note_card"]

    def remember(tx: Tx) -> None:
        for row in cards:
            here = {"channel_id": row["channel_id"], "kind": row["kind"], "subject": row["subject"]}
            tx.outbox.remember_posted(message_id=row["id"] + 900, server_id=SERVER, now=tx.now, **here)

    await library.database.write(remember)
    await empty_outbox(library)


def parts(session: Session) -> dict[int, ScribePart]:
    """Return who keeps a note now."""
    return {one.user_id: one.part for one in session.scribes if one.until is None}


class TestStart:
    async def test_as_many_as_a_class_could_need_within_an_hour(self, library: Library, clock: MovableClock) -> None:
        for _ in range(sessions.AN_HOUR):
            await start(library, thread_id=None)
        with pytest.raises(TooMany) as refused:
            await start(library, thread_id=None)
        assert refused.value.places == {"limit": sessions.AN_HOUR, "again_at": clock.now() + HOUR}
        await start(library, NOOR, thread_id=None)
        clock.advance(HOUR)
        assert (await start(library, thread_id=None)).number == sessions.AN_HOUR + 2

    async def test_begins_a_note_led_by_who_starts_it(self, library: Library) -> None:
        session = await start(library, thread_id=None, unit="  Plants  in autumn ", partner_ids=())
        assert (session.number, session.title, session.state) == (1, "Leaves in autumn", SessionState.OPEN)
        assert (session.unit, session.unit_key) == ("Plants in autumn", "plants in autumn")
        assert (session.held_on, session.channel_id, session.thread_id) == ("2026-11-18", NOTES_CHANNEL, None)
        assert (session.class_name, session.started_by, session.closed_at) == (None, MIA.user_id, None)
        assert parts(session) == {MIA.user_id: ScribePart.LEAD}
        assert await sent(library) == [(NOTES_CHANNEL, "note_card", 1)]

    async def test_takes_the_day_the_lead_and_the_partners_that_are_given(self, library: Library) -> None:
        session = await start(
            library, OKAFOR, lead_id=NOOR.user_id, partner_ids=(BEN.user_id, NOOR.user_id, BEN.user_id),
            held_on=date(2026, 11, 16),
        )  # fmt: skip
        assert session.held_on == "2026-11-16"
        assert parts(session) == {NOOR.user_id: ScribePart.LEAD, BEN.user_id: ScribePart.PARTNER}
        assert session.started_by == OKAFOR.user_id

    async def test_today_is_that_of_the_server(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await library.database.write(
            lambda tx: tx.connection.execute("UPDATE server SET timezone = 'Pacific/Auckland'").close()
        )
        assert (await start(library, thread_id=None)).held_on == "2026-11-19"

    async def test_shares_its_numbers_with_questions(self, library: Library) -> None:
        assert (await ask(library)).number == 1
        assert (await start(library)).number == 2
        assert (await ask(library)).number == 3

    async def test_the_same_event_begins_one(self, library: Library) -> None:
        wanted = sessions.Start("Leaves", NOTES_CHANNEL)
        first = await sessions.start_session(MIA, library, wanted, event_id=EVENT)
        again = await sessions.start_session(MIA, library, wanted, event_id=EVENT)
        assert first == again
        assert len(await rows(library, "SELECT * FROM session")) == 1

    @pytest.mark.parametrize(
        ("wrong", "key"),
        [
            ({"title": " "}, "note_title_empty"),
            ({"title": "x" * 91}, "note_title_too_long"),
            ({"unit": "x" * 61}, "unit_too_long"),
            ({"class_name": "x" * 41}, "class_name_too_long"),
            ({"partner_ids": tuple(range(1, SCRIBES_LIMIT + 1))}, "scribes_too_many"),
        ],
    )
    async def test_what_does_not_fit_is_refused(self, library: Library, wrong: dict[str, Any], key: str) -> None:
        with pytest.raises(BadInput) as refused:
            await start(library, **wrong)
        assert refused.value.key == f"errors.{key}"
        assert await rows(library, "SELECT * FROM session") == []

    async def test_ten_people_keep_a_note(self, library: Library) -> None:
        session = await start(library, partner_ids=tuple(range(1, SCRIBES_LIMIT)))
        assert len(parts(session)) == SCRIBES_LIMIT


class TestClasses:
    async def begun(self, library: Library, who: Actor, class_name: str = "") -> str | None:
        return (await start(library, who, thread_id=None, class_name=class_name)).class_name

    async def refused(self, library: Library, who: Actor, class_name: str = "") -> tuple[str, dict[str, object]]:
        with pytest.raises(BadInput) as found:
            await self.begun(library, who, class_name)
        return found.value.key, found.value.places

    async def test_a_server_with_one_class_never_has_to_say_so(self, library: Library) -> None:
        assert await self.begun(library, MIA) is None
        assert await self.begun(library, OKAFOR, "7b") == "7b"
        assert await self.begun(library, MIA) == "7b"

    async def test_the_first_name_is_that_of_the_class_that_had_none(self, library: Library) -> None:
        await start(library)
        await self.begun(library, OKAFOR, " 7b ")
        assert [row["name"] for row in await rows(library, "SELECT name FROM class")] == ["7b"]
        assert (await session_now(library)).class_name == "7b"

    async def test_a_librarian_makes_a_class_by_naming_it_and_anyone_uses_it(self, library: Library) -> None:
        await self.begun(library, OKAFOR, "7b")
        assert await self.begun(library, OKAFOR, "8a") == "8a"
        assert await self.begun(library, MIA, "8A") == "8a"
        assert [row["name"] for row in await rows(library, "SELECT name FROM class")] == ["7b", "8a"]

    async def test_others_are_told_which_there_are(self, library: Library) -> None:
        key, places = await self.refused(library, MIA, "7b")
        assert (key, places["name"]) == ("errors.class_has_no_name", "7b")
        await self.begun(library, OKAFOR, "7b")
        await self.begun(library, OKAFOR, "8a")
        for typed, wanted in (("9c", "errors.class_not_found"), ("", "errors.class_needed")):
            key, places = await self.refused(library, MIA, typed)
            assert (key, places["classes"]) == (wanted, "7b, 8a")

    async def test_a_librarian_has_to_say_which_too(self, library: Library) -> None:
        await self.begun(library, OKAFOR, "7b")
        await self.begun(library, OKAFOR, "8a")
        key, _ = await self.refused(library, OKAFOR)
        assert key == "errors.class_needed"

    async def test_a_question_of_a_note_belongs_to_its_class(self, library: Library) -> None:
        await self.begun(library, OKAFOR, "7b")
        await start(library, OKAFOR, class_name="8a", lead_id=MIA.user_id)
        await write(library, "? why")
        (row,) = await rows(library, "SELECT class.name FROM question JOIN class ON class.id = question.class_id")
        assert row["name"] == "8a"


class TestThread:
    async def test_is_kept_and_opened_once(self, library: Library) -> None:
        await start(library, thread_id=None)
        await forget_sent(library)
        for _ in range(2):
            session = await sessions.attach_thread(library, SERVER, 1, THREAD)
            assert session.thread_id == THREAD
        assert await sent(library) == [(THREAD, "note_opening", 1), (NOTES_CHANNEL, "note_card", 1)]

    async def test_that_was_deleted_takes_no_word_of_the_note_along(self, library: Library) -> None:
        await start(library)
        await write(library, "Leaves are green.")
        await forget_sent(library)
        session = await sessions.thread_deleted(library, SERVER, THREAD)
        assert session is not None
        assert session.thread_id is None
        assert await texts(library) == ["Leaves are green."]
        assert await sent(library) == [(NOTES_CHANNEL, "note_card", 1)]
        assert await sessions.thread_deleted(library, SERVER, THREAD) is None

    @pytest.mark.parametrize("who", [NOOR, OKAFOR])
    async def test_a_new_one_comes_with_a_new_card(self, library: Library, who: Actor) -> None:
        await start(library)
        await write(library, "Leaves are green.")
        await forget_sent(library)
        session = await sessions.new_thread(who, library, 1)
        assert session.thread_id is None
        assert await sent(library) == [(NOTES_CHANNEL, "note_card", 1)]
        assert await rows(library, "SELECT * FROM posted_message") == []
        await sessions.attach_thread(library, SERVER, 1, THREAD + 1)
        await write(library, "And red.", thread_id=THREAD + 1)
        assert await texts(library) == ["Leaves are green.", "And red."]

    async def test_a_new_one_is_for_scribes_and_librarians(self, library: Library) -> None:
        await start(library)
        with pytest.raises(NotAllowed):
            await sessions.new_thread(BEN, library, 1)

    async def test_a_new_thread_can_begin_in_another_channel(self, library: Library) -> None:
        await start(library)
        await forget_sent(library)
        session = await sessions.new_thread(MIA, library, 1, NOTES_CHANNEL + 5)
        assert (session.channel_id, session.thread_id) == (NOTES_CHANNEL + 5, None)
        assert await sent(library) == [(NOTES_CHANNEL + 5, "note_card", 1)]


class TestClose:
    @pytest.mark.parametrize("who", [MIA, NOOR, OKAFOR])
    async def test_ends_the_note_and_plans_to_ask_a_day_later(
        self, library: Library, clock: MovableClock, who: Actor
    ) -> None:
        await start(library)
        await forget_sent(library)
        closed = await sessions.close_session(who, library, 1)
        assert (closed.state, closed.closed_at) == (SessionState.CLOSED, clock.now())
        assert await sent(library) == [(NOTES_CHANNEL, "note_card", 1)]
        assert await promises(library) == {("compile_ask", 1)}
        (row,) = await rows(library, "SELECT due_at FROM due_work")
        assert row["due_at"] == clock.now() + DAY

    async def test_twice_is_once(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        first = await sessions.close_session(MIA, library, 1)
        await empty_outbox(library)
        clock.advance(MINUTE)
        assert await sessions.close_session(MIA, library, 1) == first
        assert await sent(library) == []

    async def test_is_for_scribes_and_librarians(self, library: Library) -> None:
        await start(library)
        for close in (sessions.close_session, sessions.reopen_session):
            with pytest.raises(NotAllowed):
                await close(BEN, library, 1)
            with pytest.raises(NotFound):
                await close(MIA, library, 2)
            with pytest.raises(NotFound):
                await close(ELSEWHERE, library, 1)

    async def test_a_closed_note_takes_nothing_in(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await write(library, "before")
        clock.advance(1)
        await sessions.close_session(MIA, library, 1)
        clock.advance(1)
        await write(library, "after")
        assert await texts(library) == ["before"]

    async def test_reopened_it_does_and_nobody_is_asked(self, library: Library) -> None:
        await start(library)
        await sessions.close_session(MIA, library, 1)
        await forget_sent(library)
        opened = await sessions.reopen_session(NOOR, library, 1)
        assert (opened.state, opened.closed_at, opened.thread_id) == (SessionState.OPEN, None, THREAD)
        assert await promises(library) == set()
        assert await sent(library) == [(NOTES_CHANNEL, "note_card", 1)]
        assert len(await rows(library, "SELECT * FROM posted_message")) == 1
        assert await sessions.reopen_session(NOOR, library, 1) == opened
        await write(library, "again")
        assert await texts(library) == ["again"]

    async def test_reopened_without_a_thread_it_gets_a_new_one(self, library: Library) -> None:
        await start(library)
        await sessions.close_session(MIA, library, 1)
        await sessions.thread_deleted(library, SERVER, THREAD)
        await forget_sent(library)
        await sessions.reopen_session(MIA, library, 1)
        assert await rows(library, "SELECT * FROM posted_message") == []
        assert await sent(library) == [(NOTES_CHANNEL, "note_card", 1)]


class TestAskingToCompile:
    async def asked(self, library: Library, clock: MovableClock) -> list[tuple[int, list[int]]]:
        """Return where who was asked, a day after the note was closed."""
        await empty_outbox(library)
        clock.advance(DAY)
        await due.do_due_work(library)
        found = [row for row in await queued(library) if row["kind"] == "compile_ask"]
        assert {row["subject"] for row in found} <= {1}
        return [(row["channel_id"], json.loads(row["payload"])["mention"]) for row in found]

    async def test_its_scribes_are_asked_in_the_thread(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await sessions.close_session(MIA, library, 1)
        assert await self.asked(library, clock) == [(THREAD, [MIA.user_id, NOOR.user_id])]

    async def test_once_in_its_life(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await sessions.close_session(MIA, library, 1)
        assert len(await self.asked(library, clock)) == 1
        await sessions.reopen_session(MIA, library, 1)
        await sessions.close_session(MIA, library, 1)
        assert await promises(library) == set()
        assert await self.asked(library, clock) == []

    async def test_in_the_channel_where_there_is_no_thread(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await sessions.close_session(MIA, library, 1)
        await sessions.thread_deleted(library, SERVER, THREAD)
        assert await self.asked(library, clock) == [(NOTES_CHANNEL, [MIA.user_id, NOOR.user_id])]

    async def test_not_what_was_compiled_as_it_is(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await write(library, "Leaves are green.")
        await compiling.compile_note(MIA, library, 1)
        await sessions.close_session(MIA, library, 1)
        assert await self.asked(library, clock) == []

    async def test_but_what_has_changed_since(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await write(library, "Leaves are green.")
        await compiling.compile_note(MIA, library, 1)
        await write(library, "And red.")
        await sessions.close_session(MIA, library, 1)
        assert len(await self.asked(library, clock)) == 1

    async def test_not_what_was_opened_again_meanwhile(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await sessions.close_session(MIA, library, 1)
        await library.database.write(
            lambda tx: tx.connection.execute("UPDATE session SET state = 'open', closed_at = NULL").close()
        )
        assert await self.asked(library, clock) == []


class TestHandingOver:
    async def test_these_are_the_scribes_from_now_on(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        await write(library, "by Mia")
        clock.advance(MINUTE)
        await empty_outbox(library)
        session = await sessions.set_scribes(MIA, library, 1, NOOR.user_id, (BEN.user_id,))
        assert parts(session) == {NOOR.user_id: ScribePart.LEAD, BEN.user_id: ScribePart.PARTNER}
        clock.advance(MINUTE)
        await write(library, "by Mia again")
        await write(library, "by Ben", BEN)
        assert await texts(library) == ["by Mia", "by Ben"]
        assert keeping.scribes_at(session, clock.now()) == {NOOR.user_id, BEN.user_id}
        assert keeping.scribes_at(session, clock.now() - 2 * MINUTE) == {MIA.user_id, NOOR.user_id}
        assert keeping.scribes_at(session, 0) == {MIA.user_id, NOOR.user_id}

    async def test_who_is_new_is_told_and_who_does_it_is_not(self, library: Library, clock: MovableClock) -> None:
        await start(library)
        clock.advance(MINUTE)
        await empty_outbox(library)
        await sessions.set_scribes(OKAFOR, library, 1, BEN.user_id, (NOOR.user_id, OKAFOR.user_id))
        (notice,) = [row for row in await queued(library) if row["kind"] == "notice"]
        told = json.loads(notice["payload"])
        assert (notice["channel_id"], told["text"], told["mention"]) == (
            THREAD, "scribes.notice.handed_over", [BEN.user_id],
        )  # fmt: skip

    async def test_the_same_again_changes_nothing(self, library: Library, clock: MovableClock) -> None:
        session = await start(library)
        clock.advance(MINUTE)
        await empty_outbox(library)
        again = await sessions.set_scribes(MIA, library, 1, MIA.user_id, (NOOR.user_id,))
        assert again.scribes == session.scribes
        assert [kind for _, kind, _ in await sent(library)] == ["note_card"]

    async def test_there_and_back_within_a_moment(self, library: Library) -> None:
        await start(library)
        await sessions.set_scribes(MIA, library, 1, BEN.user_id)
        session = await sessions.set_scribes(BEN, library, 1, MIA.user_id, (NOOR.user_id,))
        assert parts(session) == {MIA.user_id: ScribePart.LEAD, NOOR.user_id: ScribePart.PARTNER}
        assert keeping.scribes_now(session) == (MIA.user_id, NOOR.user_id)

    @pytest.mark.parametrize("who", [NOOR, TOMASZ])
    async def test_is_for_who_leads_and_librarians(self, library: Library, who: Actor) -> None:
        await start(library)
        with pytest.raises(NotAllowed):
            await sessions.set_scribes(who, library, 1, who.user_id)

    async def test_there_are_ten_at_the_most(self, library: Library) -> None:
        await start(library)
        with pytest.raises(BadInput):
            await sessions.set_scribes(MIA, library, 1, MIA.user_id, range(1, SCRIBES_LIMIT + 1))


class TestLists:
    @pytest.fixture(autouse=True)
    async def three(self, library: Library) -> None:
        await start(library, OKAFOR, lead_id=MIA.user_id, class_name="7b", unit="Plants", held_on=date(2026, 11, 10))
        await start(
            library,
            OKAFOR,
            title="Fractions",
            class_name="8a",
            unit="Numbers",
            held_on=date(2026, 11, 12),
            thread_id=None,
        )
        await start(
            library, OKAFOR, title="Roots", class_name="7B", unit="plants ", held_on=date(2026, 11, 11), thread_id=None
        )
        await sessions.close_session(OKAFOR, library, 3)

    async def numbers(self, library: Library, **more: Any) -> list[int]:
        return [one.number for one in (await sessions.list_sessions(MIA, library, **more)).items]

    async def test_the_newest_day_first(self, library: Library) -> None:
        assert await self.numbers(library) == [2, 3, 1]
        assert await self.numbers(library, unit="PLANTS") == [3, 1]
        assert await self.numbers(library, class_name="7b") == [3, 1]
        assert await self.numbers(library, class_name="8a", unit="plants") == []
        assert (await sessions.list_sessions(ELSEWHERE, library)).total == 0

    async def test_page_by_page(self, library: Library) -> None:
        page = await sessions.list_sessions(MIA, library, page=2, size=2)
        assert ([one.number for one in page.items], page.page, page.pages, page.total) == ([1], 2, 2, 3)

    async def test_a_line_counts_what_stands_and_what_is_open(self, library: Library) -> None:
        await write(library, "# Leaves\n? why\nchlorophyll :: green")
        await write(library, "talk", BEN)
        line = (await sessions.list_sessions(MIA, library, unit="plants", page=1, size=5)).items[-1]
        assert (line.block_count, line.open_count, line.thread_id) == (3, 1, THREAD)
        assert (line.title, line.unit, line.class_name, line.state) == (
            "Leaves in autumn", "Plants", "7b", SessionState.OPEN,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("typed", "numbers"),
        [
            ("", [2, 3, 1]),
            ("#2", [2, 3, 1]),  # it comes first; 2026 and 11-12 have a 2 as well
            ("leav", [1]),
            ("PLANTS", [3, 1]),
            ("plants roots", [3]),
            ("11-10", [1]),
            ("nothing", []),
        ],
    )
    async def test_while_it_is_typed(self, library: Library, typed: str, numbers: list[int]) -> None:
        found = await sessions.pick_sessions(MIA, library, typed)
        assert [one.number for one in found] == numbers
        assert len(await sessions.pick_sessions(MIA, library, typed, limit=1)) <= 1

    async def test_units_and_classes_are_suggested(self, library: Library) -> None:
        assert await sessions.suggest_units(MIA, library, "") == ("plants", "Numbers")
        assert await sessions.suggest_units(MIA, library, "NUM") == ("Numbers",)
        assert await sessions.suggest_units(ELSEWHERE, library, "") == ()
        assert await sessions.suggest_classes(MIA, library, "") == ("7b", "8a")
        assert await sessions.suggest_classes(MIA, library, "8") == ("8a",)
        assert await sessions.suggest_classes(ELSEWHERE, library, "") == ()
