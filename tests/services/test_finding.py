"""Finding one question with all that stands around it, and lists of them."""

from __future__ import annotations

import pytest

from bot.clock import DAY, HOUR
from bot.errors import NotFound
from bot.models.people import Actor
from bot.models.questions import Attachment, Challenge, QuestionState, QuestionView
from bot.services.library import Library
from bot.services.researchers import answering, asking, finding, settling, trail
from bot.services.researchers.finding import Filter, Page, QuestionLine
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ, MovableClock
from tests.services.researching import (
    BOOK,
    CHANNEL,
    WEB,
    again,
    answer,
    ask,
    ask_anonymously,
    cards,
    choose,
    empty_outbox,
    passed,
    reach,
)

PICTURE = Attachment("ab" * 32, "sky.png", "image/png", 1234, "the sky")
SOUND = Attachment("cd" * 32, "wind.ogg", "audio/ogg", 99)


async def listed(library: Library, wanted: Filter | None = None, who: Actor = TOMASZ) -> list[int]:
    page = await finding.list_questions(who, library, wanted or Filter(), size=50)
    assert page.total == len(page.items)
    return [line.number for line in page.items]


def numbers(lines: tuple[QuestionLine, ...]) -> list[int]:
    return [line.number for line in lines]


class TestView:
    async def test_shows_all_that_stands_around_a_question(self, library: Library) -> None:
        first = await ask(library)
        given = await answer(library, first)
        asked = await ask(library, BEN, "Why is it red at dusk?", attachments=(PICTURE,), parent=1, parent_answer=1)
        await answering.answer_question(NOOR, library, 2, "Longer way.", (WEB, BOOK), attachments=(SOUND,))
        await asking.toggle_me_too(TOMASZ, library, 2)
        await settling.settle_question(BEN, library, 2, "A longer way through the air.")
        await settling.challenge_question(TOMASZ, library, 2, "Is it dust?", BOOK)
        await ask(library, TOMASZ, "And green?", parent=2)
        await trail.name_inquiry(MIA, library, 1, "Colours of the sky", "")

        shown = await finding.show_question(TOMASZ, library, 2)

        assert shown.question == await again(library, 2)
        assert [(one.ordinal, one.author_id, one.sources, one.attachments) for one in shown.answers] == [
            (1, NOOR.user_id, (WEB, BOOK), (SOUND,))
        ]
        assert shown.attachments == (PICTURE,)
        (challenge,) = shown.challenges
        assert challenge == Challenge(challenge.id, asked.id, TOMASZ.user_id, "Is it dust?", challenge.created_at, BOOK)
        assert (shown.me_too_count, shown.follow_up_count) == (1, 1)
        assert (shown.parent_number, shown.parent_answer_ordinal) == (first.number, given.ordinal)
        assert (shown.duplicate_of_number, shown.inquiry_name) == (None, "Colours of the sky")

    async def test_of_a_duplicate_names_the_original(self, library: Library) -> None:
        question = await reach(library, QuestionState.DUPLICATE)
        assert (await finding.show_question(TOMASZ, library, question.number)).duplicate_of_number == 2

    @pytest.mark.parametrize("number", [0, -1, 999_999, 2**70])
    async def test_of_what_is_not_there_is_refused(self, library: Library, number: int) -> None:
        await ask(library)
        with pytest.raises(NotFound):
            await finding.show_question(MIA, library, number)

    async def test_stays_in_its_server(self, library: Library) -> None:
        await ask(library)
        with pytest.raises(NotFound):
            await finding.show_question(LINDQVIST, library, 1)

    async def test_of_what_waits_is_for_its_asker_and_librarians(self, library: Library) -> None:
        await ask_anonymously(library)
        for who in (MIA, OKAFOR):
            shown = await finding.show_question(who, library, 1)
            assert (shown.question.text, shown.question.asker_id) == ("Why is the sky blue?", None)
        with pytest.raises(NotFound):
            await finding.show_question(TOMASZ, library, 1)

    async def test_of_what_was_withdrawn_has_its_words_for_its_asker_and_librarians_only(
        self, library: Library
    ) -> None:
        await ask(library, topic="light", knew="It is far.", attachments=(PICTURE,))
        await answer(library, await again(library, 1))
        await asking.withdraw_question(MIA, library, 1)

        def words(shown: QuestionView) -> tuple[str, str, str, int]:
            return shown.question.text, shown.question.topic, shown.question.knew, len(shown.attachments)

        for who in (MIA, OKAFOR):
            assert words(await finding.show_question(who, library, 1)) == (
                "Why is the sky blue?",
                "light",
                "It is far.",
                1,
            )
        shown = await finding.show_question(NOOR, library, 1)
        assert words(shown) == ("", "", "", 0)
        assert shown.question.state is QuestionState.WITHDRAWN
        assert [one.text for one in shown.answers] == ["Air scatters blue light."]


class TestLostCard:
    async def test_that_was_never_posted_is_drawn_when_someone_looks(self, library: Library) -> None:
        await ask(library)
        await empty_outbox(library)
        await finding.redraw_lost_card(TOMASZ, library, 1)
        assert await cards(library) == {(CHANNEL, 1)}

    async def test_that_a_librarian_removed_stays_removed(self, library: Library) -> None:
        await ask(library)
        await empty_outbox(library)
        await library.database.write(
            lambda tx: tx.outbox.remember_posted(
                message_id=5, server_id=MIA.server_id, channel_id=CHANNEL, kind="question_card", subject=1, now=tx.now
            )
        )
        await library.database.write(lambda tx: tx.outbox.mark_removed(message_id=5, now=tx.now))
        await finding.redraw_lost_card(TOMASZ, library, 1)
        assert await cards(library) == set()

    async def test_of_what_waits_is_not_drawn(self, library: Library) -> None:
        await ask_anonymously(library)
        await finding.redraw_lost_card(OKAFOR, library, 1)
        assert await cards(library) == set()


class TestList:
    async def test_is_newest_first_without_duplicates_and_what_nobody_may_see(
        self, library: Library, clock: MovableClock
    ) -> None:
        await choose(library, asks_per_hour=50)
        for state in (
            QuestionState.OPEN,
            QuestionState.WITHDRAWN,
            QuestionState.WAITING,
            QuestionState.SETTLED,
            QuestionState.DUPLICATE,
        ):
            clock.advance(HOUR)
            await reach(library, state)
        assert await listed(library) == [6, 4, 1]
        assert await listed(library, Filter(state=QuestionState.DUPLICATE)) == [5]
        assert await listed(library, Filter(state=QuestionState.SETTLED)) == [4]
        for hidden in (QuestionState.WAITING, QuestionState.WITHDRAWN):
            assert await listed(library, Filter(state=hidden), OKAFOR) == []
        assert await listed(library, who=LINDQVIST) == []

    async def test_shows_of_each_what_one_needs_to_choose(self, library: Library, clock: MovableClock) -> None:
        question = await ask(library, topic="light")
        await answering.claim_question(NOOR, library, 1)
        await answer(library, question, BEN)
        await asking.toggle_me_too(TOMASZ, library, 1)
        (line,) = (await finding.list_questions(TOMASZ, library, Filter())).items
        assert line == QuestionLine(
            1, QuestionState.CLAIMED, "Why is the sky blue?", "light", 1, 1, clock.now(), NOOR.user_id
        )

    async def test_by_topic_whatever_its_case(self, library: Library) -> None:
        await ask(library, topic="Light")
        await ask(library, topic="sound")
        assert await listed(library, Filter(topic="light")) == [1]

    async def test_by_person_finds_what_they_asked_hold_and_answered_but_nothing_anonymous(
        self, library: Library
    ) -> None:
        await ask(library, NOOR)
        await ask(library)
        await answering.claim_question(NOOR, library, 2)
        await answer(library, await ask(library), NOOR)
        await ask(library)
        await passed(library, NOOR)
        assert await listed(library, Filter(person_id=NOOR.user_id)) == [3, 2, 1]
        assert await listed(library, Filter(person_id=NOOR.user_id), OKAFOR) == [3, 2, 1]

    async def test_by_age_and_by_what_nobody_has_taken(self, library: Library, clock: MovableClock) -> None:
        await reach(library, QuestionState.CLAIMED)
        await ask(library)
        clock.advance(3 * DAY)
        await ask(library)
        assert await listed(library, Filter(older_than_days=3)) == [2, 1]
        assert await listed(library, Filter(untaken=True)) == [3, 2]
        assert await listed(library, Filter(untaken=True, older_than_days=2)) == [2]
        assert await listed(library, Filter(untaken=True, state=QuestionState.SETTLED)) == []

    async def test_is_paged_and_a_page_that_is_not_there_gives_the_nearest(self, library: Library) -> None:
        await choose(library, asks_per_hour=50)
        for _ in range(5):
            await ask(library)

        async def page(wanted: int) -> tuple[list[int], int, int, int]:
            one: Page[QuestionLine] = await finding.list_questions(MIA, library, Filter(), page=wanted, size=2)
            return numbers(one.items), one.page, one.pages, one.total

        assert await page(1) == ([5, 4], 1, 3, 5)
        assert await page(3) == ([1], 3, 3, 5)
        assert await page(99) == ([1], 3, 3, 5)
        assert await page(-1) == ([5, 4], 1, 3, 5)

    async def test_of_nothing_is_one_empty_page(self, library: Library) -> None:
        assert await finding.list_questions(MIA, library, Filter(), page=7) == Page((), 1, 1, 0)


class TestSuggest:
    async def test_what_was_asked_in_any_order_and_while_the_last_word_is_typed(self, library: Library) -> None:
        await ask(library, text="Why is the sky blue?")
        await ask(library, text="How do whales sleep?")
        assert numbers(await finding.suggest_questions(TOMASZ, library, "blue sk")) == [1]

    async def test_what_has_only_some_of_the_words_comes_after_what_has_all(self, library: Library) -> None:
        await ask(library, text="Do whales dream of krill?")
        await ask(library, text="How do whales sleep?")
        found = await finding.suggest_questions(TOMASZ, library, "whales sleep")
        assert numbers(found) == [2, 1]

    async def test_only_what_has_all_the_words_where_enough_has(self, library: Library) -> None:
        await choose(library, asks_per_hour=60)
        await ask(library, text="Do whales dream?")
        for _ in range(finding.FEW):
            await ask(library, text="How do whales sleep?")
        assert 1 not in numbers(await finding.suggest_questions(TOMASZ, library, "whales sleep"))

    async def test_nothing_that_may_not_be_read(self, library: Library) -> None:
        await ask_anonymously(library, text="Do whales dream?")
        await reach(library, QuestionState.WITHDRAWN)
        for typed in ("whales", "sky"):
            assert await finding.suggest_questions(OKAFOR, library, typed) == ()
        await ask(library, BEN, "Do whales dream at sky?")
        for typed in ("whales", "sky"):
            assert numbers(await finding.suggest_questions(TOMASZ, library, typed)) == [3]

    async def test_no_more_than_wanted(self, library: Library) -> None:
        for who in (MIA, NOOR, BEN):
            await ask(library, who)
        assert len(await finding.suggest_questions(TOMASZ, library, "sky", limit=2)) == 2

    async def test_nothing_for_nothing(self, library: Library) -> None:
        await ask(library)
        assert await finding.suggest_questions(TOMASZ, library, " ?! ") == ()


class TestPick:
    async def test_by_the_beginning_of_a_number(self, library: Library) -> None:
        await choose(library, asks_per_hour=50)
        for _ in range(12):
            await ask(library)
        assert numbers(await finding.pick_questions(TOMASZ, library, "#1")) == [1, 12, 11, 10]
        assert numbers(await finding.pick_questions(TOMASZ, library, "12")) == [12]
        assert numbers(await finding.pick_questions(TOMASZ, library, "", limit=3)) == [12, 11, 10]

    async def test_by_words_and_state(self, library: Library) -> None:
        await ask(library, text="How do whales sleep?")
        await reach(library, QuestionState.CLAIMED)
        assert numbers(await finding.pick_questions(TOMASZ, library, "whale")) == [1]
        taken = frozenset({QuestionState.CLAIMED})
        assert numbers(await finding.pick_questions(TOMASZ, library, "", states=taken)) == [2]
        assert await finding.pick_questions(TOMASZ, library, "whale", states=taken) == ()
        assert await finding.pick_questions(TOMASZ, library, "", states=frozenset()) == ()

    async def test_offers_what_waits_or_was_withdrawn_to_whom_it_concerns(self, library: Library) -> None:
        await ask_anonymously(library, NOOR)
        await reach(library, QuestionState.WITHDRAWN)
        assert numbers(await finding.pick_questions(OKAFOR, library, "")) == [2, 1]
        assert numbers(await finding.pick_questions(MIA, library, "")) == [2]
        assert await finding.pick_questions(TOMASZ, library, "") == ()


class TestTopics:
    async def test_the_most_used_that_contain_what_is_typed(self, library: Library) -> None:
        for who, topic in ((MIA, "Été"), (NOOR, "light"), (BEN, "light"), (TOMASZ, "")):
            await ask(library, who, topic=topic)
        await ask_anonymously(library, BEN, topic="delight")
        assert await finding.suggest_topics(MIA, library, "") == ("light", "Été")
        assert await finding.suggest_topics(MIA, library, "IGH") == ("light",)
        assert await finding.suggest_topics(MIA, library, "éT") == ("Été",)
        assert await finding.suggest_topics(LINDQVIST, library, "") == ()
