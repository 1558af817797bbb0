"""What of a channel's history becomes a question or an answer, and what does not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput, StorageUnavailable
from bot.models.people import Actor
from bot.models.questions import ANSWER_LIMIT, QUESTION_LIMIT
from bot.services.importing import import_exports
from bot.services.importing.choosing import Candidate
from bot.services.library import Library
from bot.services.researchers import asking
from bot.storage import search
from bot.storage.database import Tx
from bot.storage.spool import Spool
from bot.text import catalogue
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OTHER_SERVER, SERVER, TOMASZ, MovableClock
from tests.exports import CHANNEL, FIRST, contents, export, message, person, write

LEAVES = "Why do leaves turn red in autumn?"
BECAUSE = "Because the green goes first, and the red is made late in the year"


async def rows(library: Library, sql: str) -> list[dict[str, Any]]:
    def look(tx: Tx) -> list[dict[str, Any]]:
        return tx.connection.execute(sql).fetchall()

    return await library.database.read(look)


async def test_a_question_is_logged_as_it_was_asked(library: Library, tmp_path: Path) -> None:
    file = write(tmp_path / "science.json", export([message(1, LEAVES)]))

    summary = await import_exports(library, [file])

    assert (summary.messages_read, summary.questions_logged, summary.answers_kept) == (1, 1, 0)
    (question,) = await rows(library, "SELECT * FROM question")
    assert question["text"] == LEAVES
    assert question["number"] == 1
    assert question["state"] == "open"
    assert question["origin"] == "import"
    assert question["asker_user_id"] == MIA.user_id
    assert question["logged_by_user_id"] is None
    assert question["channel_id"] == CHANNEL
    assert question["source_message_id"] == FIRST + 1
    assert question["created_at"] == question["changed_at"] == 1763337601125
    (server,) = await rows(library, "SELECT id, name, slug, next_number FROM server")
    assert server == {"id": SERVER, "name": "Lakeside School", "slug": "lakeside-school", "next_number": 2}
    (only_class,) = await rows(library, "SELECT name FROM class WHERE server_id = " + str(SERVER))
    assert only_class["name"] is None


async def test_a_reply_to_a_question_is_its_answer(library: Library, tmp_path: Path) -> None:
    chat = [
        message(1, LEAVES),
        message(2, BECAUSE, NOOR.user_id, reply_to=1),
        message(3, "Cold nights break down the chlorophyll first", BEN.user_id, reply_to=1),
    ]

    summary = await import_exports(library, [write(tmp_path / "science.json", export(chat))])

    assert summary.answers_kept == 2
    answers = await rows(library, "SELECT * FROM answer ORDER BY id")
    assert [(one["ordinal"], one["author_user_id"], one["text"]) for one in answers] == [
        (1, NOOR.user_id, BECAUSE),
        (2, BEN.user_id, "Cold nights break down the chlorophyll first"),
    ]
    assert {one["origin"] for one in answers} == {"import"}
    assert not await rows(library, "SELECT * FROM source")
    (question,) = await rows(library, "SELECT state, changed_at FROM question")
    assert question == {"state": "answered", "changed_at": answers[0]["created_at"]}


async def test_nothing_is_posted_or_planned_and_everything_is_found(library: Library, tmp_path: Path) -> None:
    chat = [message(1, LEAVES), message(2, BECAUSE, NOOR.user_id, reply_to=1)]

    await import_exports(library, [write(tmp_path / "science.json", export(chat))])

    assert not await rows(library, "SELECT * FROM outbox")
    assert not await rows(library, "SELECT * FROM due_work")
    assert not await rows(library, "SELECT * FROM question WHERE offered_at IS NULL")
    found = await library.database.read(search.find, SERVER, "leaves", limit=5)
    assert [hit.kind for hit in found] == [search.QUESTION]
    found = await library.database.read(search.find, SERVER, "green", limit=5)
    assert [hit.kind for hit in found] == [search.ANSWER]


@pytest.mark.parametrize(
    ("reason", "written"),
    [
        ("not_a_question", message(3, "We go home at three")),
        ("bot", message(3, LEAVES, is_bot=True)),
        ("system", message(3, LEAVES, type="ChannelPinnedMessage")),
        ("system", message(3, LEAVES, type="GuildMemberJoin")),
        ("system", message(3, LEAVES, type="RecipientAdd")),
        ("system", message(3, LEAVES, type="Call")),
        ("system", message(3, LEAVES, type="ThreadCreated")),
        ("system", message(3, "", type="ThreadStarterMessage")),
        ("system", message(3, LEAVES, type="46")),
        ("system", message(3, LEAVES, type=46)),
        ("too_long", message(3, LEAVES + " " + "x" * QUESTION_LIMIT)),
        ("too_long", message(3, "x " * ANSWER_LIMIT, NOOR.user_id, reply_to=1)),
        ("too_short", message(3, "thanks", NOOR.user_id, reply_to=1)),
        ("too_short", message(3, "\u200b \u202e", NOOR.user_id, reply_to=1)),
        ("too_short", message(3, "", NOOR.user_id, reply_to=1)),
        ("too_short", message(3, "👍" * 20, NOOR.user_id, reply_to=1)),
        ("reply_by_asker", message(3, "It is about the maple before the library", reply_to=1)),
        ("reply_elsewhere", message(3, BECAUSE, NOOR.user_id, reply_to=2)),
        ("reply_elsewhere", message(3, BECAUSE, NOOR.user_id, reply_to=9)),
        ("repeated", message(1, LEAVES)),
        ("not_a_question", message(3, BECAUSE, reference={"messageId": None, "channelId": None, "guildId": None})),
        ("not_a_question", message(3, BECAUSE, type="Reply", reference={"messageId": None})),
        ("not_a_question", message(3, BECAUSE, type="Reply", reference=None)),
        ("not_a_question", message(3, "", reference={"type": "Forward", "messageId": str(FIRST + 1)})),
        ("not_a_question", message(3, "x" * 3_000_000)),
    ],
)
async def test_what_is_not_kept_is_counted_with_its_reason(
    library: Library, tmp_path: Path, reason: str, written: dict[str, Any]
) -> None:
    chat = [message(1, LEAVES), message(2, "We go home at three"), written]

    summary = await import_exports(library, [write(tmp_path / "science.json", export(chat))])

    assert dict(summary.skipped - Counter(["not_a_question"])) == {reason: 1}
    assert catalogue().say(f"importing.skipped.{reason}", count=1).startswith("1 ")
    assert summary.questions_logged == 1
    assert summary.answers_kept == 0
    assert summary.messages_read == 3


@pytest.mark.parametrize(
    "text",
    ["https://example.org/a", "Mitochondria", "因为叶绿素", "光合作用です", "Потому что холодно"],
)
async def test_a_short_reply_that_says_something_is_an_answer(library: Library, tmp_path: Path, text: str) -> None:
    chat = [message(1, LEAVES), message(2, text, NOOR.user_id, reply_to=1)]
    summary = await import_exports(library, [write(tmp_path / "science.json", export(chat))])
    assert summary.answers_kept == 1


async def test_a_reply_by_number_as_old_exports_have_it(library: Library, tmp_path: Path) -> None:
    chat = [message(1, LEAVES), message(2, BECAUSE, NOOR.user_id, reply_to=1, type="19")]
    summary = await import_exports(library, [write(tmp_path / "science.json", export(chat))])
    assert summary.answers_kept == 1


async def test_a_question_in_reply_is_a_question_of_its_own(library: Library, tmp_path: Path) -> None:
    chat = [message(1, LEAVES), message(2, "Why do evergreens keep their needles?", NOOR.user_id, reply_to=1)]
    summary = await import_exports(library, [write(tmp_path / "science.json", export(chat))])
    assert (summary.questions_logged, summary.answers_kept) == (2, 0)


async def test_no_names_are_kept_not_even_of_who_was_mentioned(library: Library, tmp_path: Path) -> None:
    ben = person(BEN.user_id)
    nameless = {"id": str(TOMASZ.user_id), "name": "", "nickname": None}
    chat = [
        message(1, "@Ben does anyone know why leaves turn red?", mentions=[ben, nameless]),
        message(2, "ask @Ben, he read about it", NOOR.user_id, reply_to=1, mentions=[ben]),
    ]

    await import_exports(library, [write(tmp_path / "science.json", export(chat))])

    (question,) = await rows(library, "SELECT text FROM question")
    assert question["text"] == f"<@{BEN.user_id}> does anyone know why leaves turn red?"
    held = str(contents(library.database.path))
    assert "<@" in held
    for name in ("Ben", "ben,", "Mia", "Noor", "somebody"):
        assert name not in held


async def test_a_mention_of_a_longer_name_is_not_cut(library: Library, tmp_path: Path) -> None:
    berg = person(NOOR.user_id) | {"nickname": "Ben Berg"}
    chat = [message(1, "@Ben Berg why do leaves turn red?", mentions=[person(BEN.user_id), berg])]
    await import_exports(library, [write(tmp_path / "science.json", export(chat))])
    (question,) = await rows(library, "SELECT text FROM question")
    assert question["text"] == f"<@{NOOR.user_id}> why do leaves turn red?"


async def test_what_was_imported_before_is_not_imported_again(library: Library, tmp_path: Path) -> None:
    chat = [message(1, LEAVES), message(2, BECAUSE, NOOR.user_id, reply_to=1), message(3, "Good morning")]
    file = write(tmp_path / "science.json", export(chat))
    await import_exports(library, [file])
    before = contents(library.database.path)

    summary = await import_exports(library, [file])

    assert contents(library.database.path) == before
    assert (summary.questions_logged, summary.answers_kept, summary.already_there) == (0, 0, 2)
    assert summary.messages_read == 3


async def test_an_edited_message_keeps_what_was_imported_first(library: Library, tmp_path: Path) -> None:
    await import_exports(library, [write(tmp_path / "old.json", export([message(1, LEAVES)]))])
    edited = message(1, "Why do maples turn red?", timestampEdited="2025-11-18T09:00:00+00:00")

    summary = await import_exports(library, [write(tmp_path / "new.json", export([edited]))])

    assert summary.already_there == 1
    assert (await rows(library, "SELECT text FROM question"))[0]["text"] == LEAVES


async def test_a_later_export_adds_what_is_new(library: Library, tmp_path: Path) -> None:
    await import_exports(library, [write(tmp_path / "old.json", export([message(1, LEAVES)]))])
    chat = [message(2, BECAUSE, NOOR.user_id, reply_to=1), message(3, "How do trees drink?")]

    summary = await import_exports(library, [write(tmp_path / "new.json", export(chat))])

    assert (summary.questions_logged, summary.answers_kept) == (1, 1)
    assert [row["number"] for row in await rows(library, "SELECT number FROM question ORDER BY id")] == [1, 2]


async def test_order_of_files_and_messages_does_not_matter(library: Library, tmp_path: Path) -> None:
    """The exporter can write the newest first, and a thread's replies may stand in a file of their own."""
    replies = export([message(5, BECAUSE, NOOR.user_id, reply_to=1)], channel=CHANNEL + 1)
    questions = export([message(4, "How do trees drink?"), message(1, LEAVES)])

    summary = await import_exports(
        library, [write(tmp_path / "thread.json", replies), write(tmp_path / "science.json", questions)]
    )

    assert (summary.questions_logged, summary.answers_kept) == (2, 1)
    asked = await rows(library, "SELECT text FROM question ORDER BY number")
    assert [one["text"] for one in asked] == [LEAVES, "How do trees drink?"]


async def test_batches_do_not_show_in_what_is_kept(library: Library, tmp_path: Path, clock: MovableClock) -> None:
    chat = [message(number, f"Why do all {number} moons of Neptune shine at night?") for number in range(1, 8)]
    chat += [message(10 + number, BECAUSE, NOOR.user_id, reply_to=number) for number in range(1, 8)]
    steps: list[tuple[str, int, int]] = []

    summary = await import_exports(
        library,
        [write(tmp_path / "science.json", export(chat))],
        batch=3,
        pause_seconds=0.001,
        report=lambda *step: steps.append(step),
    )

    assert (summary.questions_logged, summary.answers_kept) == (7, 7)
    assert [done for step, done, whole in steps if step == "keeping"] == [3, 3, 1, 3, 3, 1]
    assert {whole for step, _, whole in steps if step == "keeping"} == {14}
    read = [(done, whole) for step, done, whole in steps if step == "reading"]
    assert sum(done for done, _ in read) == read[0][1] == (tmp_path / "science.json").stat().st_size


async def test_each_file_goes_to_its_own_server(library: Library, tmp_path: Path) -> None:
    ours = write(tmp_path / "ours.json", export([message(1, LEAVES)]))
    chat = [message(1, LEAVES, LINDQVIST.user_id), message(2, BECAUSE, NOOR.user_id, reply_to=1)]
    theirs = write(tmp_path / "theirs.json", export(chat, server=OTHER_SERVER))

    await import_exports(library, [ours, theirs])

    asked = await rows(library, "SELECT server_id, number, state FROM question ORDER BY server_id")
    assert [tuple(one.values()) for one in asked] == [(SERVER, 1, "open"), (OTHER_SERVER, 1, "answered")]


async def test_a_question_that_was_logged_in_chat_stays_as_it_is(library: Library, tmp_path: Path) -> None:
    ask = asking.Ask(LEAVES, channel_id=CHANNEL, source_message_id=FIRST + 1)
    await asking.ask_question(Actor(SERVER, MIA.user_id), library, ask)
    chat = [message(1, LEAVES), message(2, BECAUSE, NOOR.user_id, reply_to=1)]

    summary = await import_exports(library, [write(tmp_path / "science.json", export(chat))])

    assert summary.already_there == 1
    assert dict(+summary.skipped) == {"reply_elsewhere": 1}


async def test_a_withdrawn_question_gets_no_answers(library: Library, tmp_path: Path) -> None:
    await import_exports(library, [write(tmp_path / "old.json", export([message(1, LEAVES)]))])
    await asking.withdraw_question(MIA, library, 1)
    late = export([message(2, BECAUSE, NOOR.user_id, reply_to=1)])

    summary = await import_exports(library, [write(tmp_path / "new.json", late)])

    assert dict(+summary.skipped) == {"question_closed": 1}


async def test_an_answered_question_stays_answered(library: Library, tmp_path: Path) -> None:
    chat = [message(1, LEAVES), message(2, BECAUSE, NOOR.user_id, reply_to=1)]
    await import_exports(library, [write(tmp_path / "old.json", export(chat))])
    late = export([message(3, "And the sugar stays in the leaf", BEN.user_id, reply_to=1)])

    await import_exports(library, [write(tmp_path / "new.json", late)])

    assert [row["ordinal"] for row in await rows(library, "SELECT ordinal FROM answer ORDER BY id")] == [1, 2]
    assert (await rows(library, "SELECT state FROM question"))[0]["state"] == "answered"


async def test_a_full_disk_leaves_whole_batches_and_the_next_run_completes_them(
    library: Library, tmp_path: Path
) -> None:
    chat = [message(number, f"Why do all {number} moons shine? {'They are far.' * 40}") for number in range(1, 401)]
    file = write(tmp_path / "science.json", export(chat))
    (pages,) = await rows(library, "PRAGMA page_count")
    await set_page_limit(library, pages["page_count"] + 60)

    with pytest.raises(StorageUnavailable) as refused:
        await import_exports(library, [file], batch=50)

    assert refused.value.key == "errors.storage_full"
    (kept,) = await rows(library, "SELECT COUNT(*) AS count, MAX(number) AS number FROM question")
    assert 0 < kept["count"] < 400
    assert kept["count"] % 50 == 0
    assert kept["number"] == kept["count"]
    await set_page_limit(library, 2**30)
    summary = await import_exports(library, [file])
    assert (summary.already_there, summary.questions_logged) == (kept["count"], 400 - kept["count"])


async def set_page_limit(library: Library, pages: int) -> None:
    def change(tx: Tx) -> None:
        tx.connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    await library.database.write(change)


def test_a_full_temporary_folder_is_told_of() -> None:
    spool = Spool()
    try:
        spool._connection.execute("PRAGMA max_page_count = 8").fetchall()
        row = Candidate(SERVER, 1, "question", CHANNEL, MIA.user_id, 0, "x" * 1000, None, "[]", "")._asdict()
        with pytest.raises(StorageUnavailable):
            spool.add(row | {"message_id": number} for number in range(1000))
    finally:
        spool.close()


async def test_a_malformed_file_keeps_everything_out(library: Library, tmp_path: Path) -> None:
    good = write(tmp_path / "good.json", export([message(1, LEAVES)]))
    bad = write(tmp_path / "bad.json", export([message(2, "How do trees drink?"), message(3, "x", type=None)]))

    with pytest.raises(BadInput) as refused:
        await import_exports(library, [good, bad])

    assert refused.value.places["file"] == bad
    assert not await rows(library, "SELECT * FROM server")
    assert (await import_exports(library, [good])).questions_logged == 1
