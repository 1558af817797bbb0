"""What a change calls for in Discord: one card per channel, in order."""

from __future__ import annotations

import json
from typing import Any

import pytest_asyncio

from bot.services import servers
from bot.services.library import Library
from bot.storage import outbox
from bot.storage.database import Tx
from tests.cast import SERVER, MovableClock

CHANNEL, OTHER_CHANNEL = 11, 12


@pytest_asyncio.fixture(autouse=True)
async def server(library: Library) -> None:
    await library.database.write(servers.enter, SERVER)


async def heads(library: Library) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await library.database.read(lambda tx: tx.outbox.heads(now=tx.now))
    return found


async def drain(library: Library) -> list[tuple[int, str, int]]:
    """Deliver everything, a round of heads at a time."""
    delivered = []
    while waiting := await heads(library):
        for row in waiting:
            delivered.append((row["channel_id"], row["kind"], row["subject"]))
            await delivered_now(library, row)
    return delivered


async def delivered_now(library: Library, row: dict[str, Any]) -> None:
    await library.database.write(lambda tx: tx.outbox.delete(id=row["id"], created_at=row["created_at"]))


async def draw(library: Library, channel_id: int | None, number: int) -> None:
    await library.database.write(outbox.draw_question, SERVER, channel_id, number)


async def test_a_card_that_waits_is_queued_once_per_channel(library: Library) -> None:
    for channel, number in ((CHANNEL, 1), (CHANNEL, 1), (CHANNEL, 2), (OTHER_CHANNEL, 1), (CHANNEL, 1)):
        await draw(library, channel, number)
    assert sorted(await drain(library)) == [
        (CHANNEL, "question_card", 1),
        (CHANNEL, "question_card", 2),
        (OTHER_CHANNEL, "question_card", 1),
    ]
    await draw(library, CHANNEL, 1)
    assert await drain(library) == [(CHANNEL, "question_card", 1)]


async def test_a_card_that_is_called_for_again_while_it_is_sent_is_sent_again(library: Library) -> None:
    await draw(library, CHANNEL, 1)
    (on_its_way,) = await heads(library)
    await draw(library, CHANNEL, 1)
    await delivered_now(library, on_its_way)
    assert await drain(library) == [(CHANNEL, "question_card", 1)]


async def test_a_card_is_drawn_again_where_it_stands(library: Library) -> None:
    await library.database.write(
        lambda tx: tx.outbox.remember_posted(
            message_id=5, server_id=SERVER, channel_id=OTHER_CHANNEL, kind="question_card", subject=1, now=tx.now
        )
    )
    await draw(library, CHANNEL, 1)
    assert await drain(library) == [(OTHER_CHANNEL, "question_card", 1)]


async def test_what_has_no_channel_is_not_queued(library: Library) -> None:
    await draw(library, None, 1)
    await library.database.write(lambda tx: outbox.notify(tx, SERVER, None, "researchers.notice.answered"))
    assert await drain(library) == []


async def test_a_channel_keeps_its_order_and_others_do_not_wait_for_it(library: Library) -> None:
    def change(tx: Tx) -> None:
        outbox.draw_question(tx, SERVER, CHANNEL, 1)
        outbox.notify(tx, SERVER, CHANNEL, "researchers.notice.answered", subject=1)
        outbox.do(tx, SERVER, OTHER_CHANNEL, "desk")
        outbox.draw_question(tx, SERVER, CHANNEL, 2)

    await library.database.write(change)
    assert [(row["channel_id"], row["kind"]) for row in await heads(library)] == [
        (CHANNEL, "question_card"),
        (OTHER_CHANNEL, "desk"),
    ]
    delivered = await drain(library)
    assert [(kind, subject) for channel, kind, subject in delivered if channel == CHANNEL] == [
        ("question_card", 1),
        ("notice", 1),
        ("question_card", 2),
    ]


async def test_what_failed_holds_its_channel_back_until_its_time(library: Library, clock: MovableClock) -> None:
    await draw(library, CHANNEL, 1)
    await draw(library, CHANNEL, 2)
    await draw(library, OTHER_CHANNEL, 3)
    first = (await heads(library))[0]
    await library.database.write(
        lambda tx: tx.outbox.postpone(id=first["id"], not_before=tx.now + 5, error="Discord is away")
    )
    assert [row["subject"] for row in await heads(library)] == [3]
    clock.advance(5)
    assert [(row["subject"], row["attempts"]) for row in await heads(library)] == [(1, 1), (3, 0)]


async def test_a_notice_holds_names_and_numbers_and_mentions_exactly_whom_it_is_for(library: Library) -> None:
    await library.database.write(
        lambda tx: outbox.notify(
            tx, SERVER, CHANNEL, "researchers.notice.answered", mention=[7, 3, 7], subject=1, number=1, ordinal=2
        )
    )
    (row,) = await heads(library)
    assert json.loads(row["payload"]) == {
        "text": "researchers.notice.answered",
        "mention": [3, 7],
        "places": {"number": 1, "ordinal": 2},
    }


async def test_who_listens_to_commits_is_told(library: Library) -> None:
    told: list[frozenset[str]] = []
    library.database.listen(told.append)
    await draw(library, CHANNEL, 1)
    assert told == [frozenset({outbox.TOPIC})]
