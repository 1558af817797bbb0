"""Searching the library."""

from __future__ import annotations

from bot.models.people import Actor
from bot.models.questions import Origin, QuestionState
from bot.services.learners.searching import ResultKind, SearchResult, search_library
from bot.services.library import Library
from bot.services.researchers import asking, capturing, settling
from bot.services.researchers.finding import Page
from bot.storage.search import MARK_END, MARK_START
from tests.cast import ELSEWHERE, LINDQVIST, MIA, OKAFOR, SERVER, TOMASZ
from tests.services.researching import answer, ask, ask_anonymously, choose


async def search(library: Library, typed: str, who: Actor = TOMASZ, **more: int) -> Page[SearchResult]:
    return await search_library(who, library, typed, **more)  # type: ignore[arg-type]


def places(page: Page[SearchResult]) -> list[tuple[int, int | None]]:
    return [(one.number, one.ordinal) for one in page.items]


class TestSearch:
    async def test_finds_questions_and_answers_and_marks_the_words(self, library: Library) -> None:
        await answer(library, await ask(library, text="Why is the sky blue?"), text="Air scatters BLUE light.")
        found = await search(library, "blue")
        assert sorted(found.items, key=lambda one: one.kind) == [
            SearchResult(
                ResultKind.ANSWER, 1, 1, f"Air scatters {MARK_START}BLUE{MARK_END} light.", QuestionState.ANSWERED
            ),
            SearchResult(
                ResultKind.QUESTION, 1, None, f"Why is the sky {MARK_START}blue{MARK_END}?", QuestionState.ANSWERED
            ),
        ]
        assert found.total == 2

    async def test_finds_only_what_was_picked(self, library: Library) -> None:
        await answer(library, await ask(library), text="Air scatters blue light.")
        for kind, ordinal in ((ResultKind.QUESTION, None), (ResultKind.ANSWER, 1)):
            found = await search_library(MIA, library, "blue", kind=kind)
            assert (places(found), found.total) == ([(1, ordinal)], 1)

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

    async def test_takes_anything_that_can_be_typed(self, library: Library) -> None:
        await ask(library)
        for typed in ("", "?!", '" OR 1', "sky*", "NEAR(sky", "body:sky", "a" * 5_000, "\x00", "-sky", "🌍"):
            assert (await search(library, typed)).pages == 1
