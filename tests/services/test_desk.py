"""What waits for one person at their desk."""

from __future__ import annotations

from bot.clock import DAY
from bot.models.questions import QuestionState
from bot.models.sessions import BlockState
from bot.services.learners import cards, desk, goals
from bot.services.library import Library
from bot.services.publishing.requesting import ask_publication
from bot.services.researchers import answering, asking
from bot.services.researchers.finding import QuestionLine
from tests.cast import BEN, ELSEWHERE, LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ, MovableClock
from tests.services.learning import note, write
from tests.services.researching import WEB, ask, ask_anonymously, choose, passed, reach


def numbers(lines: tuple[QuestionLine, ...]) -> list[int]:
    return [line.number for line in lines]


class TestDesk:
    async def test_shows_what_one_holds_and_what_of_ones_own_is_not_settled(self, library: Library) -> None:
        await choose(library, asks_per_hour=60)
        for state in (
            QuestionState.OPEN,
            QuestionState.CLAIMED,
            QuestionState.ANSWERED,
            QuestionState.SETTLED,
            QuestionState.WITHDRAWN,
        ):
            await reach(library, state)
        mine = await desk.my_desk(MIA, library)
        assert (numbers(mine.open_claims), numbers(mine.to_settle), numbers(mine.asked)) == ([], [3], [2, 1])
        assert (mine.consents_waiting, mine.librarian_waiting) == (0, None)
        hers = await desk.my_desk(NOOR, library)
        assert (numbers(hers.open_claims), hers.to_settle, hers.asked) == ([2], (), ())

    async def test_says_what_waits_for_a_librarian_to_librarians_only(self, library: Library) -> None:
        await ask_anonymously(library)
        assert (await desk.my_desk(OKAFOR, library)).librarian_waiting == 1
        assert (await desk.my_desk(MIA, library)).librarian_waiting is None
        assert (await desk.my_desk(LINDQVIST, library)).librarian_waiting == 0

    async def test_counts_the_consents_that_are_asked_of_one(self, library: Library) -> None:
        await choose(library, publishing_allowed=True)
        await reach(library, QuestionState.SETTLED)
        await ask_publication(MIA, library, 1)
        assert (await desk.my_desk(NOOR, library)).consents_waiting == 1
        assert (await desk.my_desk(BEN, library)).consents_waiting == 0

    async def test_lists_what_was_asked_anonymously_to_its_asker_alone(
        self, library: Library, clock: MovableClock
    ) -> None:
        await choose(library, asks_per_hour=60)
        await passed(library)
        await answering.answer_question(NOOR, library, 1, "Air.", (WEB,))
        await ask_anonymously(library)
        await ask_anonymously(library)
        await asking.refuse_anonymous(OKAFOR, library, 3, "It names somebody.")
        mine = await desk.my_desk(MIA, library)
        assert (numbers(mine.to_settle), mine.asked, numbers(mine.asked_anonymously)) == ([1], (), [2])
        assert [(one.line.number, one.reason) for one in mine.refused] == [(3, "It names somebody.")]
        for other in (NOOR, TOMASZ, OKAFOR, LINDQVIST):
            theirs = await desk.my_desk(other, library)
            assert (theirs.to_settle, theirs.asked_anonymously, theirs.refused) == ((), (), ())
        clock.advance(desk.REFUSED_SHOWN_FOR + 1)
        assert (await desk.my_desk(MIA, library)).refused == ()

    async def test_names_the_open_notes_one_keeps_and_what_waits_there(self, library: Library) -> None:
        older = await note(library, "Leaves", day="2026-11-10")
        newer = await note(library, "Whales", day="2026-11-17")
        closed = await note(library, "Stars", day="2026-11-18")
        for position in (1, 2):
            await write(library, older, "krill", NOOR, state=BlockState.WAITING, position=position)
        await write(library, newer, "song", MIA, position=3)
        await library.database.write(
            lambda tx: tx.connection.execute("UPDATE session SET state = 'closed' WHERE id = ?", (closed.id,)).close()
        )
        assert (await desk.my_desk(MIA, library)).notes == (
            desk.OpenNote(newer.number, "Whales", "2026-11-17", 0),
            desk.OpenNote(older.number, "Leaves", "2026-11-10", 2),
        )
        for other in (NOOR, OKAFOR, ELSEWHERE):
            assert (await desk.my_desk(other, library)).notes == ()
        await library.database.write(lambda tx: tx.connection.execute("UPDATE session_scribe SET until = 1").close())
        assert (await desk.my_desk(MIA, library)).notes == ()

    async def test_says_when_it_is_time_to_look_back(self, library: Library, clock: MovableClock) -> None:
        await goals.add_goal(MIA, library, goals.Wish("Read more.", "tomorrow"))
        assert (await desk.my_desk(MIA, library)).goals == ()
        clock.advance(DAY)
        assert [goal.text for goal in (await desk.my_desk(MIA, library)).goals] == ["Read more."]
        assert (await desk.my_desk(OKAFOR, library)).goals == ()

    async def test_is_empty_in_another_server(self, library: Library) -> None:
        await ask(library)
        assert (await desk.my_desk(ELSEWHERE, library)).asked == ()

    async def test_counts_the_cards_to_study_today(self, library: Library) -> None:
        assert (await desk.my_desk(MIA, library)).cards_due == 0
        await cards.add_card(MIA, library, cards.Draft("stoma", "a mouth of a leaf"))
        assert (await desk.my_desk(MIA, library)).cards_due == 1
        assert (await desk.my_desk(NOOR, library)).cards_due == 0
