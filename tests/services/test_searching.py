"""Searching the library: everything that its rooms let be found, narrowed by kind, unit, person and day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.clock import DAY
from bot.errors import BadInput, NotFound
from bot.models.people import Actor
from bot.models.pieces import Piece, PieceKind
from bot.models.questions import Origin, QuestionState
from bot.models.sessions import BlockKind, BlockState, SessionState
from bot.services import drafts, due
from bot.services.learners import searching
from bot.services.learners.searching import EVERYTHING, Filter, SearchResult, search_library
from bot.services.library import Library
from bot.services.researchers import answering, asking, capturing, settling
from bot.services.researchers.finding import Page
from bot.storage.search import MARK_END, MARK_START
from tests.cast import BEN, ELSEWHERE, LINDQVIST, MIA, NOOR, OKAFOR, SERVER, TOMASZ, MovableClock
from tests.services.learning import THREAD, note, post, publish, write
from tests.services.researching import CHANNEL, WEB, answer, ask, ask_anonymously, choose, passed

NOW = "2026-11-18"
"""The day that the tests' clock shows."""


async def search(
    library: Library, typed: str, who: Actor = TOMASZ, wanted: Filter = EVERYTHING, **more: Any
) -> Page[SearchResult]:
    return await search_library(who, library, typed, wanted, **more)


def places(page: Page[SearchResult]) -> list[tuple[int, int | None]]:
    return [(one.piece.number, one.piece.ordinal) for one in page.items]


def snippets(page: Page[SearchResult]) -> set[str]:
    return {one.snippet.replace(MARK_START, "[").replace(MARK_END, "]") for one in page.items}


async def stands(library: Library, typed: str) -> set[tuple[int | None, int | None]]:
    return {(one.piece.channel_id, one.piece.message_id) for one in (await search(library, typed)).items}


async def narrowed(library: Library, typed: str, **wanted: Any) -> set[str]:
    found = await search(library, typed, wanted=Filter(**wanted))
    assert found.total == len(found.items)
    return snippets(found)


class TestSearch:
    async def test_finds_questions_and_answers_and_marks_the_words(self, library: Library, clock: MovableClock) -> None:
        question = await ask(library, text="Why is the sky blue?", topic="Light")
        await answer(library, question, text="Air scatters BLUE light.")
        found = await search(library, "blue")
        asked = Piece(
            kind=PieceKind.QUESTION,
            number=1,
            ordinal=None,
            title="Why is the sky blue?",
            text="Why is the sky blue?",
            unit="Light",
            state=QuestionState.ANSWERED,
            created_at=clock.now(),
            channel_id=None,
            message_id=None,
            page="",
        )
        answered = replace(asked, kind=PieceKind.ANSWER, ordinal=1, text="Air scatters BLUE light.")
        assert sorted(found.items, key=lambda one: one.piece.kind) == [
            SearchResult(answered, f"Air scatters {MARK_START}BLUE{MARK_END} light."),
            SearchResult(asked, f"Why is the sky {MARK_START}blue{MARK_END}?"),
        ]
        assert found.total == 2

    async def test_shows_a_topic_where_it_was_looked_for(self, library: Library) -> None:
        await ask(library, text="Why is the sky blue?", topic="Light")
        assert snippets(await search(library, "light")) == {"Why is the sky blue?\n[Light]"}

    async def test_finds_the_blocks_and_terms_of_notes(self, library: Library, clock: MovableClock) -> None:
        session = await note(library)
        await write(library, session, "Leaves make sugar of light.", position=5)
        await write(library, session, "stoma :: a mouth of a leaf", kind=BlockKind.TERM, position=6)
        (found,) = (await search(library, "sugar")).items
        assert found.piece == Piece(
            kind=PieceKind.BLOCK,
            number=session.number,
            ordinal=None,
            title="Leaves",
            text="Leaves make sugar of light.",
            unit="Photosynthesis",
            state=SessionState.OPEN,
            created_at=clock.now(),
            channel_id=THREAD,
            message_id=5,
            page="",
        )
        (term,) = (await search(library, "stoma")).items
        assert (term.piece.kind, term.piece.message_id) == (PieceKind.TERM, 6)

    async def test_finds_no_block_that_waits_or_was_struck(self, library: Library) -> None:
        session = await note(library)
        for position, state in enumerate(BlockState, start=1):
            await write(library, session, f"whales {state}", state=state, position=position)
        assert await narrowed(library, "whales") == {"[whales] standing"}

    async def test_wants_every_word_and_takes_any_where_nothing_has_them_all(self, library: Library) -> None:
        await ask(library, text="Do whales dream?")
        await ask(library, text="Do whales sing at night?")
        assert places(await search(library, "whales sing")) == [(2, None)]
        assert places(await search(library, "whales fly")) == [(1, None), (2, None)]
        assert (await search(library, "penguins")).items == ()

    async def test_is_paged(self, library: Library) -> None:
        await choose(library, asks_per_hour=60)
        for count in range(5):
            await ask(library, text=f"Do whales dream of {'krill ' * (count + 1)}?")
        first, last = await search(library, "whales", size=2), await search(library, "whales", page=9, size=2)
        assert (first.page, first.pages, first.total, len(first.items)) == (1, 3, 5, 2)
        assert (last.page, len(last.items)) == (3, 1)

    async def test_finds_nothing_that_waits_was_withdrawn_or_removed_or_is_a_duplicate(self, library: Library) -> None:
        await choose(library, asks_per_hour=60)
        await ask_anonymously(library, text="Do whales dream?")
        await answer(library, await ask(library, text="Do whales sleep?"), text="Whales do.")
        await asking.withdraw_question(MIA, library, 2)
        await answer(
            library,
            await ask(library, text="Do whales sing?", source_message_id=9, origin=Origin.MESSAGE),
            text="Whales do.",
        )
        await capturing.messages_deleted(library, SERVER, [9])
        await ask(library, text="Can whales fly?")
        await ask(library, text="Can whales hear?")
        await settling.mark_duplicate(MIA, library, 5, 4)
        for who in (MIA, TOMASZ, OKAFOR):
            assert places(await search(library, "whales", who)) == [(4, None)]

    async def test_stays_in_its_server(self, library: Library) -> None:
        await ask(library)
        assert (await search(library, "sky", LINDQVIST)).items == ()
        await ask(library, ELSEWHERE, "Is the sky blue here?")
        assert places(await search(library, "sky", LINDQVIST)) == [(1, None)]
        assert (await search(library, "sky")).total == 1

    async def test_finds_words_of_any_language_wherever_they_stand(self, library: Library) -> None:
        await ask(library, text="なぜ空は青いのですか？")
        assert snippets(await search(library, "青い")) == {"なぜ空は[青い]のですか？"}

    async def test_takes_anything_that_can_be_typed(self, library: Library) -> None:
        await ask(library)
        for typed in ("", "?!", '" OR 1', "sky*", "NEAR(sky", "body:sky", "a" * 5_000, "\x00", "-sky", "🌍"):
            assert (await search(library, typed)).pages == 1


class TestWhereItStands:
    async def test_a_question_is_at_its_newest_card_that_stands(self, library: Library) -> None:
        await answer(library, await ask(library))
        for message_id in (41, 42, 43):
            await post(library, "question_card", 1, message_id)
        await library.database.write(lambda tx: tx.outbox.mark_removed(message_id=43, now=tx.now))
        assert await stands(library, "blue") == {(CHANNEL, 42)}

    async def test_what_came_from_a_message_is_there(self, library: Library) -> None:
        question = await ask(library, text="Do whales sing?", source_message_id=9, origin=Origin.MESSAGE)
        await answering.answer_question(
            NOOR,
            library,
            question.number,
            "Whales do.",
            (WEB,),
            source_message_id=10,
            source_channel_id=CHANNEL + 1,
            origin=Origin.MESSAGE,
        )
        found = await search(library, "whales")
        assert {(one.piece.channel_id, one.piece.message_id) for one in found.items} == {
            (CHANNEL, 9),
            (CHANNEL + 1, 10),
        }

    async def test_a_block_that_came_with_a_form_is_at_the_card_of_its_note(self, library: Library) -> None:
        session = await note(library)
        await write(library, session, "Leaves make sugar.", where=None)
        await post(library, "note_card", session.number, 77)
        assert await stands(library, "sugar") == {(CHANNEL, 77)}

    async def test_a_block_whose_thread_is_gone_is_at_the_card_of_its_note(self, library: Library) -> None:
        session = await note(library)
        await write(library, session, "Leaves make sugar.", position=5)
        await write(library, session, "Leaves make sugar too.", position=6, where=CHANNEL)
        await post(library, "note_card", session.number, THREAD)  # a thread has the id of the card that it begins from
        assert await stands(library, "sugar") == {(THREAD, 5), (CHANNEL, 6)}
        await library.database.write(
            lambda tx: tx.connection.execute("UPDATE session SET thread_id = ?", (THREAD + 1,)).close()
        )
        assert await stands(library, "sugar") == {(CHANNEL, THREAD), (CHANNEL, 6)}

    async def test_what_is_public_has_an_address_where_the_site_has_one(self, library: Library) -> None:
        question, session = await ask(library), await note(library)
        await write(library, session, "The sky in a note")
        await publish(library, question_id=question.id)
        await publish(library, session_id=session.id)
        served = replace(library, site_url="https://read.example")
        assert {one.piece.page for one in (await search(served, "sky")).items} == {""}
        await choose(library, publishing_allowed=True)
        assert {one.piece.page for one in (await search(library, "sky")).items} == {""}
        assert {one.piece.page for one in (await search(served, "sky")).items} == {
            f"https://read.example/library/questions/{question.number}/",
            f"https://read.example/library/notes/{session.number}/",
        }


class TestNarrowed:
    async def test_to_a_kind(self, library: Library) -> None:
        await answer(library, await ask(library, text="A blue sky?"), text="A blue answer.")
        session = await note(library)
        await write(library, session, "A blue note.", position=1)
        await write(library, session, "azure :: a blue term", kind=BlockKind.TERM, position=2)
        for kind, words in (
            (PieceKind.QUESTION, "A [blue] sky?"),
            (PieceKind.ANSWER, "A [blue] answer."),
            (PieceKind.BLOCK, "A [blue] note."),
            (PieceKind.TERM, "azure :: a [blue] term"),
        ):
            assert await narrowed(library, "blue", kind=kind) == {words}
            assert await narrowed(library, "blue", kind=kind, person_id=OKAFOR.user_id) == set()

    async def test_to_a_unit_in_any_spelling(self, library: Library) -> None:
        await choose(library, asks_per_hour=60)
        await answer(library, await ask(library, text="Sky one?", topic="photo  synthesis"), text="Sky two.")
        await ask(library, text="Sky three?", topic="Whales")
        await ask(library, text="Sky four?")
        session, other = await note(library, unit="Photo Synthesis"), await note(library, unit="Whales")
        block = await write(library, session, "Sky five", position=1)
        await write(library, other, "Sky six", position=2)
        asked_in_it = await ask(library, text="Sky seven?")
        await library.database.write(
            lambda tx: tx.connection.execute(
                "UPDATE block SET question_id = ? WHERE id = ?", (asked_in_it.id, block.id)
            ).close()
        )
        expected = {"[Sky] one?", "[Sky] two.", "[Sky] five", "[Sky] seven?"}
        for spelling in ("Photo Synthesis", " photo\tSYNTHESIS "):
            assert await narrowed(library, "sky", unit=spelling) == expected
        assert await narrowed(library, "sky", unit="Photo") == set()

    async def test_to_a_person_never_finds_what_they_asked_anonymously(self, library: Library) -> None:
        await choose(library, asks_per_hour=60)
        await passed(library, text="Is the sky afraid?")
        await answer(library, await ask(library, text="Is the sky named?"), NOOR, "The sky is.")
        await ask(library, BEN, "Is the sky Ben's?")
        session = await note(library)
        await write(library, session, "The sky by Mia", MIA, position=1)
        await write(library, session, "The sky by Noor", NOOR, position=2)
        assert await narrowed(library, "sky", person_id=MIA.user_id) == {"Is the [sky] named?", "The [sky] by Mia"}
        assert await narrowed(library, "sky", person_id=NOOR.user_id) == {"The [sky] is.", "The [sky] by Noor"}
        assert "Is the [sky] afraid?" in await narrowed(library, "sky"), "the question itself is found"

    async def test_to_days_of_the_servers_zone(self, library: Library, clock: MovableClock) -> None:
        await choose(library, asks_per_hour=60)
        await library.database.write(
            lambda tx: tx.connection.execute("UPDATE server SET timezone = 'Pacific/Auckland'").close()
        )
        clock.advance(-(clock.now() % DAY))  # midnight in UTC: afternoon of the same day in Auckland
        asked = await ask(library, text="Sky at noon?")
        clock.advance(DAY // 2)  # noon in UTC is past midnight there
        await answer(library, asked, text="Sky at night.")
        first, second = date(2026, 11, 18), date(2026, 11, 19)
        for day in (first, second):
            await write(library, await note(library, day=day.isoformat()), f"Sky of {day.day}", position=day.day)
        of_the_first, of_the_second = {"[Sky] at noon?", "[Sky] of 18"}, {"[Sky] at night.", "[Sky] of 19"}
        assert await narrowed(library, "sky", until=first) == of_the_first
        assert await narrowed(library, "sky", since=second) == of_the_second
        assert await narrowed(library, "sky", since=first, until=second) == of_the_first | of_the_second
        assert await narrowed(library, "sky", until=date(2026, 11, 17)) == set()

    async def test_where_nothing_has_all_words_any_word_is_taken_there_too(self, library: Library) -> None:
        await ask(library, text="Do whales dream?")
        await ask(library, NOOR, "Do whales sing?")
        assert await narrowed(library, "whales fly", person_id=NOOR.user_id) == {"Do [whales] sing?"}

    async def test_in_a_server_that_nobody_entered_yet(self, library: Library) -> None:
        found = await search(library, "sky", LINDQVIST, Filter(since=date(2026, 1, 1)))
        assert (found.items, found.total) == ((), 0)


class TestFilters:
    async def test_are_read_from_words(self, library: Library) -> None:
        await ask(library)
        read = await searching.read_filter(
            MIA,
            library,
            kind=PieceKind.TERM,
            unit="  Green \n leaves ",
            person_id=NOOR.user_id,
            since="last Monday",
            until="yesterday",
        )
        assert read == Filter(PieceKind.TERM, "Green leaves", NOOR.user_id, date(2026, 11, 16), date(2026, 11, 17))
        assert await searching.read_filter(MIA, library) == EVERYTHING

    async def test_take_days_in_either_order(self, library: Library) -> None:
        read = await searching.read_filter(MIA, library, since="2026-11-10", until="2026-11-02")
        assert (read.since, read.until) == (date(2026, 11, 2), date(2026, 11, 10))

    async def test_that_are_no_days_are_refused(self, library: Library) -> None:
        with pytest.raises(BadInput):
            await searching.read_filter(MIA, library, since="when pigs fly")

    async def test_are_kept_for_the_one_who_searched(self, library: Library, clock: MovableClock) -> None:
        wanted = Filter(PieceKind.BLOCK, "Leaves", NOOR.user_id, date(2026, 11, 2), date(2026, 11, 10))
        number = 0
        for one in (wanted, EVERYTHING, Filter(until=date(2026, 11, 2))):
            number = await searching.keep_search(MIA, library, "whales sing", one)
            assert await searching.kept_search(MIA, library, number) == ("whales sing", one)
            for other in (NOOR, ELSEWHERE):
                with pytest.raises(NotFound):
                    await searching.kept_search(other, library, number)
        clock.advance(drafts.KEPT_FOR + 1)
        await due.plan_housekeeping(library)
        await due.do_due_work(library)
        with pytest.raises(NotFound):
            await searching.kept_search(MIA, library, number)

    async def test_suggest_units_of_notes_and_topics_of_questions_once_each(self, library: Library) -> None:
        await choose(library, asks_per_hour=60)
        for topic in ("whales", "Light", "light", ""):
            await ask(library, topic=topic)
        for unit, day in (("Leaves", "2026-11-02"), ("Whales", "2026-11-03"), ("", "2026-11-04")):
            await note(library, unit=unit, day=day)
        assert await searching.suggest_units(MIA, library, "") == ("Whales", "Leaves", "Light")
        assert await searching.suggest_units(MIA, library, " LEA") == ("Leaves",)
        assert await searching.suggest_units(MIA, library, "", limit=1) == ("Whales",)
        assert await searching.suggest_units(LINDQVIST, library, "") == ()
