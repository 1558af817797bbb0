"""Messages that questions and answers were captured from: offered, edited, deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.clock import HOUR
from bot.models.people import Actor
from bot.models.questions import Answer, Attachment, Origin, Question, QuestionState
from bot.services import due
from bot.services.library import Library
from bot.services.researchers import answering, asking, capturing, finding, settling
from bot.storage import search
from bot.storage.database import Tx
from tests.cast import BEN, MIA, NOOR, OKAFOR, OTHER_SERVER, SERVER, TOMASZ, MovableClock
from tests.services.researching import (
    CHANNEL,
    WEB,
    again,
    ask,
    cards,
    choose,
    empty_outbox,
    found,
    notices,
    promises,
    queued,
    rows,
)

MESSAGE = 300400000000000001
REPLY = 300400000000000002
CARD = 300400000000000003
WORDS = "Why does the moon look bigger near the horizon?"
PICTURE = Attachment("ab" * 32, "moon.png", "image/png", 10)
OTHER_PICTURE = Attachment("cd" * 32, "sea.png", "image/png", 10)


async def logged(library: Library, **more: Any) -> Question:
    """Log a message of Mia's; Noor did it."""
    return await ask(
        library, NOOR, WORDS, asker_id=MIA.user_id, source_message_id=MESSAGE, origin=Origin.MESSAGE, **more
    )


async def used(library: Library, number: int, **more: Any) -> Answer:
    """Use a message of Ben's as an answer; Noor did it."""
    return await answering.answer_question(
        NOOR, library, number, "It only looks so.", (WEB,), author_id=BEN.user_id, source_message_id=REPLY, **more
    )


async def delete(library: Library, *message_ids: int) -> tuple[str, ...]:
    return await capturing.messages_deleted(library, SERVER, message_ids)


async def everything(library: Library, clock: MovableClock) -> str:
    """Return all that the database holds an hour later, as text."""
    clock.advance(HOUR)
    await due.do_due_work(library)
    tables = [row["name"] for row in await rows(library, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return json.dumps([await rows(library, f"SELECT * FROM {name}") for name in tables], default=str)


class TestOffer:
    @pytest.fixture(autouse=True)
    async def watched(self, library: Library) -> None:
        await choose(library, watched_channel_ids=[CHANNEL])

    async def offered(self, library: Library, channel: int = CHANNEL, text: str = WORDS) -> bool:
        result = await capturing.offer_to_log(library, SERVER, channel, MESSAGE, text)
        waiting = [row for row in await queued(library) if row["kind"] == "reaction"]
        assert [json.loads(row["payload"]) for row in waiting] == ([{"message_id": MESSAGE}] if result else [])
        return result

    async def test_is_one_reaction_under_a_question_in_a_watched_channel(self, library: Library) -> None:
        assert await self.offered(library)

    async def test_is_not_made_elsewhere(self, library: Library) -> None:
        assert not await self.offered(library, channel=CHANNEL + 1)
        assert not await capturing.offer_to_log(library, OTHER_SERVER, CHANNEL, MESSAGE, WORDS)

    async def test_is_not_made_under_what_is_no_question(self, library: Library) -> None:
        assert not await self.offered(library, text="See you tomorrow")

    async def test_is_not_made_for_what_was_logged_already(self, library: Library) -> None:
        await logged(library)
        assert not await self.offered(library)


async def test_who_wanted_a_message_logged_in_vain_is_told(library: Library) -> None:
    await capturing.say_not_logged(MIA, library, CHANNEL)
    assert await notices(library) == [("not_logged", [MIA.user_id])]


class TestDeletedQuestion:
    async def test_leaves_nothing_of_its_words_but_its_number_and_what_others_wrote(
        self, library: Library, clock: MovableClock
    ) -> None:
        await logged(library, topic="astronomy", knew="It is far.", attachments=(PICTURE,))
        await asking.edit_question(MIA, library, 1, text="Why does the moonrise look huge?", topic="moonrise")
        await used(library, 1)
        await settling.settle_question(MIA, library, 1, "My eyes compare it with trees.")
        before = await everything(library, clock)
        words = ("moon", "horizon", "astronomy", "It is far", "trees")
        assert [word for word in words if word not in before] == []
        await empty_outbox(library)

        assert await delete(library, MESSAGE) == (PICTURE.digest,)

        after = await everything(library, clock)
        assert [word for word in words if word in after] == []
        question = await again(library, 1)
        assert (question.state, question.removed) == (QuestionState.WITHDRAWN, True)
        shown = await finding.show_question(MIA, library, 1)
        assert (shown.question.text, shown.attachments) == ("", ())
        assert [one.text for one in shown.answers] == ["It only looks so."]
        assert await found(library, "moon") == []
        assert await found(library, "looks", search.ANSWER) == []
        assert await cards(library) == {(CHANNEL, 1)}

    async def test_ends_its_claim(self, library: Library) -> None:
        await logged(library)
        await answering.claim_question(NOOR, library, 1)
        await delete(library, MESSAGE)
        assert await promises(library) == {("offer", 0), ("forget_words", 0)}

    async def test_draws_the_card_of_what_it_follows_from(self, library: Library) -> None:
        await ask(library)
        await logged(library, parent=1)
        await empty_outbox(library)
        await delete(library, MESSAGE)
        assert await cards(library) == {(CHANNEL, 1), (CHANNEL, 2)}

    async def test_twice_is_once(self, library: Library) -> None:
        await logged(library)
        await delete(library, MESSAGE)
        await empty_outbox(library)
        assert await delete(library, MESSAGE) == ()
        assert await queued(library) == []

    async def test_in_another_server_is_another_message(self, library: Library) -> None:
        await logged(library)
        assert await capturing.messages_deleted(library, OTHER_SERVER, [MESSAGE]) == ()
        assert (await again(library, 1)).text == WORDS

    async def test_keeps_a_file_that_something_else_uses(self, library: Library) -> None:
        await logged(library, attachments=(PICTURE, OTHER_PICTURE))
        await ask(library, TOMASZ, attachments=(PICTURE,))
        assert await delete(library, MESSAGE) == (OTHER_PICTURE.digest,)


class TestDeletedAnswer:
    async def test_leaves_its_place_and_the_question_open_again(self, library: Library, clock: MovableClock) -> None:
        await ask(library)
        await used(library, 1, attachments=(PICTURE,))
        await answering.edit_answer(BEN, library, 1, 1, "It is an illusion.", (WEB,))
        await empty_outbox(library)
        words = ("It only looks so", "illusion", "NASA")
        assert [word for word in words if word not in await everything(library, clock)] == []

        assert await delete(library, REPLY) == (PICTURE.digest,)

        assert [word for word in words if word in await everything(library, clock)] == []
        shown = await finding.show_question(MIA, library, 1)
        assert [(one.ordinal, one.removed, one.sources, one.attachments) for one in shown.answers] == [
            (1, True, (), ())
        ]
        assert shown.question.state is QuestionState.OPEN
        assert ("offer", 0) in await promises(library)
        assert await cards(library) == {(CHANNEL, 1)}
        assert await found(library, "illusion", search.ANSWER) == []

    async def test_leaves_the_question_answered_by_others(self, library: Library) -> None:
        await ask(library)
        await answering.answer_question(NOOR, library, 1, "Air scatters it.", (WEB,))
        await used(library, 1)
        await delete(library, REPLY)
        assert (await again(library, 1)).state is QuestionState.ANSWERED

    async def test_leaves_a_settled_question_settled(self, library: Library) -> None:
        await ask(library)
        await used(library, 1)
        await answering.endorse_answer(MIA, library, 1, 1)
        await settling.settle_question(MIA, library, 1, "I see.")
        await delete(library, REPLY)
        shown = await finding.show_question(MIA, library, 1)
        assert (shown.question.state, shown.answers[0].endorsed_at) == (QuestionState.SETTLED, None)


async def post_card(library: Library) -> None:
    await library.database.write(
        lambda tx: tx.outbox.remember_posted(
            message_id=CARD, server_id=SERVER, channel_id=CHANNEL, kind="question_card", subject=1, now=tx.now
        )
    )


async def test_a_deleted_card_stays_deleted_and_its_question_stays(library: Library) -> None:
    await ask(library)
    await post_card(library)
    assert await delete(library, CARD) == ()
    assert (await rows(library, "SELECT removed_at FROM posted_message"))[0]["removed_at"] is not None
    assert (await again(library, 1)).state is QuestionState.OPEN


async def test_many_messages_go_at_once(library: Library) -> None:
    await logged(library, attachments=(PICTURE,))
    await ask(library)
    await used(library, 2, attachments=(PICTURE,))
    assert await delete(library, 1, REPLY, 2, MESSAGE, MESSAGE) == (PICTURE.digest,)
    assert [row["removed"] for row in await rows(library, "SELECT removed FROM question ORDER BY id")] == [1, 0]
    assert [row["removed"] for row in await rows(library, "SELECT removed FROM answer")] == [1]


async def test_messages_that_concern_nothing_change_nothing(library: Library, clock: MovableClock) -> None:
    await ask(library)
    before = await everything(library, clock)
    assert await delete(library, *range(1, 101)) == ()
    assert not await capturing.message_edited(library, SERVER, 5, "Words")
    assert await everything(library, clock) == before


class TestEdited:
    async def edit(self, library: Library, text: str, message: int = MESSAGE) -> bool:
        return await capturing.message_edited(library, SERVER, message, text)

    async def test_question_follows_its_message_again_and_again_with_its_history(self, library: Library) -> None:
        await logged(library)
        await empty_outbox(library)
        assert await self.edit(library, "  Why does the moon look small?  ")
        assert await self.edit(library, "Why does the sun look small?")
        question = await again(library, 1)
        assert (question.text, question.revision) == ("Why does the sun look small?", 3)
        assert await rows(library, "SELECT revision, text, edited_by_user_id AS who FROM question_revision") == [
            {"revision": 1, "text": WORDS, "who": MIA.user_id},
            {"revision": 2, "text": "Why does the moon look small?", "who": MIA.user_id},
        ]
        assert await found(library, "sun") == [question.id]
        assert await cards(library) == {(CHANNEL, 1)}

    async def test_question_that_was_edited_here_does_not_follow(self, library: Library) -> None:
        await logged(library)
        await asking.edit_question(MIA, library, 1, text="Why is the moon big?")
        assert not await self.edit(library, "Why does the moon look small?")
        assert (await again(library, 1)).text == "Why is the moon big?"

    @pytest.mark.parametrize("text", [WORDS, " \u200b ", "x" * 5_000])
    async def test_question_does_not_follow_what_cannot_be_taken(self, library: Library, text: str) -> None:
        await logged(library)
        assert not await self.edit(library, text)
        assert (await again(library, 1)).revision == 1

    async def test_settled_question_does_not_follow(self, library: Library) -> None:
        await logged(library)
        await used(library, 1)
        await settling.settle_question(MIA, library, 1, "I see.")
        assert not await self.edit(library, "Something else?")
        assert not await self.edit(library, "Something else.", REPLY)

    async def test_answer_follows_its_message_again_and_again_with_its_history(self, library: Library) -> None:
        await ask(library)
        await used(library, 1)
        assert await self.edit(library, "It is an illusion.", REPLY)
        assert await self.edit(library, "An old illusion.", REPLY)
        (given,) = (await finding.show_question(MIA, library, 1)).answers
        assert (given.text, given.revision, given.sources) == ("An old illusion.", 3, (WEB,))
        kept = await rows(library, "SELECT text, edited_by_user_id AS who FROM answer_revision ORDER BY revision")
        assert kept == [
            {"text": "It only looks so.", "who": BEN.user_id},
            {"text": "It is an illusion.", "who": BEN.user_id},
        ]
        assert await found(library, "old", search.ANSWER) == [given.id]

    @pytest.mark.parametrize("who", [BEN, OKAFOR])
    async def test_answer_that_was_edited_here_does_not_follow(self, library: Library, who: Actor) -> None:
        await ask(library)
        await used(library, 1)
        await answering.edit_answer(who, library, 1, 1, "An illusion.", (WEB,))
        assert not await self.edit(library, "Something else.", REPLY)

    async def test_endorsed_answer_does_not_follow(self, library: Library) -> None:
        await ask(library)
        await used(library, 1)
        await answering.endorse_answer(MIA, library, 1, 1)
        assert not await self.edit(library, "Something else.", REPLY)
        assert not await self.edit(library, "It only looks so.", REPLY)

    async def test_card_is_nobodys_words(self, library: Library) -> None:
        await ask(library)
        await post_card(library)
        assert not await self.edit(library, "Something else?", CARD)


async def test_what_a_question_came_from_may_be_reworded_by_somebody_else(library: Library) -> None:
    question = await ask(library)

    def follow(tx: Tx) -> bool:
        return capturing.follow_question(tx, question, "Why is it blue?", by=NOOR.user_id)

    assert await library.database.write(follow)
    assert await rows(library, "SELECT text, edited_by_user_id AS by FROM question_revision") == [
        {"text": question.text, "by": NOOR.user_id}
    ]
    assert (await again(library, 1)).text == "Why is it blue?"


async def test_on_return_the_bot_reads_again_what_was_captured_lately(library: Library, clock: MovableClock) -> None:
    question = await logged(library)
    await used(library, question.number, source_channel_id=CHANNEL + 1)
    await ask(library, NOOR, "Why is the sea salty?")
    assert await capturing.captured_lately(library, SERVER) == {CHANNEL: {MESSAGE}, CHANNEL + 1: {REPLY}}
    assert await capturing.captured_lately(library, OTHER_SERVER) == {}
    clock.advance(capturing.LOOKED_AT_AGAIN + HOUR)
    assert await capturing.captured_lately(library, SERVER) == {}
