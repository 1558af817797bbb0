"""A claim that goes stale, and a question that nobody took: what Vademecum does, and when."""

from __future__ import annotations

import json
from typing import Any

from bot.clock import DAY, HOUR
from bot.models.questions import Origin, QuestionState
from bot.services import due, servers
from bot.services.library import Library
from bot.services.researchers import answering, asking, minding
from bot.storage.database import Tx
from bot.text import catalogue
from tests.cast import BEN, ELSEWHERE, MIA, NOOR, OKAFOR, SERVER, TOMASZ, MovableClock
from tests.services.researching import (
    CHANNEL,
    QUESTION_CHANNEL,
    again,
    answer,
    ask,
    choose,
    empty_outbox,
    passed,
    promises,
    queued,
    reach,
)


async def wait(library: Library, clock: MovableClock, milliseconds: int) -> list[tuple[int, str, list[int]]]:
    """Let time pass and the due work be done; return the notices of that: channel, text, who is mentioned."""
    await empty_outbox(library)
    clock.advance(milliseconds)
    await due.do_due_work(library)
    found = [
        (row["channel_id"], json.loads(row["payload"])) for row in await queued(library) if row["kind"] == "notice"
    ]
    return [(channel, one["text"].removeprefix("researchers."), one["mention"]) for channel, one in found]


async def digest(library: Library) -> dict[str, Any]:
    (row,) = [row for row in await queued(library) if "digest" in row["payload"]]
    payload: dict[str, Any] = json.loads(row["payload"])
    return payload


class TestStaleClaim:
    async def test_is_nudged_once_then_released_with_a_word_to_the_asker(
        self, library: Library, clock: MovableClock
    ) -> None:
        await choose(library, question_channel_id=QUESTION_CHANNEL)
        await reach(library, QuestionState.CLAIMED)
        assert await wait(library, clock, 7 * DAY - 1) == []
        assert await wait(library, clock, 1) == [(QUESTION_CHANNEL, "notice.claim_stale", [NOOR.user_id])]
        assert (await again(library, 1)).claimed_by == NOOR.user_id
        assert await wait(library, clock, 2 * DAY - 1) == []
        assert await wait(library, clock, 1) == [(CHANNEL, "notice.claim_released", [MIA.user_id])]
        released = await again(library, 1)
        assert (released.state, released.claimed_by, released.claimed_at) == (QuestionState.OPEN, None, None)
        assert await promises(library) == {("offer", 0)}

    async def test_of_an_answered_question_leaves_it_answered(self, library: Library, clock: MovableClock) -> None:
        await answer(library, await reach(library, QuestionState.CLAIMED), BEN)
        await wait(library, clock, 7 * DAY)
        await wait(library, clock, 2 * DAY)
        assert (await again(library, 1)).state is QuestionState.ANSWERED

    async def test_mentions_nobody_who_asked_anonymously(self, library: Library, clock: MovableClock) -> None:
        await passed(library)
        await answering.claim_question(NOOR, library, 1)
        await wait(library, clock, 7 * DAY)
        assert await wait(library, clock, 2 * DAY) == [(CHANNEL, "notice.claim_released", [])]

    async def test_that_was_given_back_and_taken_again_starts_anew(self, library: Library, clock: MovableClock) -> None:
        await reach(library, QuestionState.CLAIMED)
        clock.advance(6 * DAY)
        await answering.release_question(NOOR, library, 1)
        await answering.claim_question(BEN, library, 1)
        assert [text for _, text, _ in await wait(library, clock, DAY)] == []
        assert await wait(library, clock, 6 * DAY) == [(CHANNEL, "notice.claim_stale", [BEN.user_id])]

    async def test_that_ended_is_forgotten(self, library: Library, clock: MovableClock) -> None:
        await answer(library, await reach(library, QuestionState.CLAIMED))
        assert await wait(library, clock, 30 * DAY) == []

    async def test_is_left_alone_where_a_promise_outlived_the_claim(
        self, library: Library, clock: MovableClock
    ) -> None:
        await reach(library, QuestionState.ANSWERED)

        def promise(tx: Tx) -> None:
            for kind in (minding.CLAIM_NUDGE, minding.CLAIM_RELEASE):
                tx.housekeeping.plan_work(server_id=SERVER, kind=kind, subject=1, due_at=tx.now)

        await library.database.write(promise)
        assert await wait(library, clock, 0) == []
        assert (await again(library, 1)).state is QuestionState.ANSWERED

    async def test_waits_longer_where_a_librarian_gives_more_time_meanwhile(
        self, library: Library, clock: MovableClock
    ) -> None:
        await reach(library, QuestionState.CLAIMED)
        await choose(library, stale_claim_days=10)
        assert await wait(library, clock, 7 * DAY) == []
        assert await wait(library, clock, 3 * DAY) == [(CHANNEL, "notice.claim_stale", [NOOR.user_id])]

    async def test_after_a_long_absence_is_nudged_first(self, library: Library, clock: MovableClock) -> None:
        await reach(library, QuestionState.CLAIMED)
        assert await wait(library, clock, 60 * DAY) == [(CHANNEL, "notice.claim_stale", [NOOR.user_id])]
        assert (await again(library, 1)).state is QuestionState.CLAIMED


class TestOffer:
    async def test_is_one_quiet_digest_after_two_days_and_only_once(
        self, library: Library, clock: MovableClock
    ) -> None:
        for who in (MIA, NOOR, BEN):
            await ask(library, who)
        await answering.claim_question(TOMASZ, library, 2)
        assert await wait(library, clock, 2 * DAY - 1) == []
        assert await wait(library, clock, 1) == [(CHANNEL, "digest.all", [])]
        assert (await digest(library))["places"] == {"numbers": "#1, #3", "count": 2}
        assert [text for _, text, _ in await wait(library, clock, 30 * DAY) if "digest" in text] == []

    async def test_names_five_and_counts_the_others(self, library: Library, clock: MovableClock) -> None:
        await choose(library, asks_per_hour=60, question_channel_id=QUESTION_CHANNEL)
        for _ in range(7):
            await ask(library)
        assert await wait(library, clock, 2 * DAY) == [(QUESTION_CHANNEL, "digest.more", [])]
        assert (await digest(library))["places"] == {"numbers": "#1, #2, #3, #4, #5", "count": 2}

    async def test_comes_once_a_day_at_most(self, library: Library, clock: MovableClock) -> None:
        await ask(library)
        clock.advance(HOUR)
        await ask(library)
        assert len(await wait(library, clock, 2 * DAY - HOUR)) == 1
        assert await wait(library, clock, HOUR) == []
        assert len(await wait(library, clock, DAY)) == 1
        assert (await digest(library))["places"] == {"numbers": "#2", "count": 1}

    async def test_is_not_put_off_by_each_new_question(self, library: Library, clock: MovableClock) -> None:
        await ask(library)
        clock.advance(DAY)
        await ask(library)
        assert len(await wait(library, clock, DAY)) == 1
        assert (await digest(library))["places"] == {"numbers": "#1", "count": 1}

    async def test_waits_as_long_as_a_librarian_chose(self, library: Library, clock: MovableClock) -> None:
        await ask(library)
        await choose(library, offer_after_days=5)
        assert await wait(library, clock, 2 * DAY) == []
        assert len(await wait(library, clock, 3 * DAY)) == 1

    async def test_offers_no_imported_history_and_nothing_that_waits(
        self, library: Library, clock: MovableClock
    ) -> None:
        await choose(library, anonymity_allowed=True)
        await ask(library, anonymous=True)
        await asking.ask_question(OKAFOR, library, asking.Ask("Old?", channel_id=CHANNEL, origin=Origin.IMPORT))
        await library.database.write(lambda tx: minding.plan_offer(tx, SERVER, servers.settings_of(tx, SERVER)))
        assert await wait(library, clock, 9 * DAY) == []
        assert await promises(library) == set()

    async def test_has_no_place_where_no_channel_is_known(self, library: Library, clock: MovableClock) -> None:
        await ask(library, channel_id=None)
        assert await wait(library, clock, 2 * DAY) == []

    async def test_of_each_server_is_its_own(self, library: Library, clock: MovableClock) -> None:
        await ask(library)
        await ask(library, ELSEWHERE, channel_id=7)
        assert sorted(await wait(library, clock, 2 * DAY)) == [(7, "digest.all", []), (CHANNEL, "digest.all", [])]


def test_the_texts_take_their_places() -> None:
    texts = catalogue()
    assert "#1, #2" in texts.say("researchers.digest.all", numbers="#1, #2", count=2, who="")
    assert "#1" in texts.say("researchers.digest.all", numbers="#1", count=1, who="")
    assert "one more" in texts.say("researchers.digest.more", numbers="#1, #2", count=1, who="")
    assert "7 more" in texts.say("researchers.digest.more", numbers="#1, #2", count=7, who="")
    for name in ("claim_stale", "claim_released", "not_logged"):
        assert "@Mia" in texts.say(f"researchers.notice.{name}", number=1, days=2, who="@Mia")
