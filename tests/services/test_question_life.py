"""Whatever a class does in whatever order: each act is refused with words, or leaves things in order."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refused
from bot.media import MediaStore
from bot.models.people import Actor
from bot.models.questions import QuestionState
from bot.services.library import Library
from bot.services.researchers import answering, asking, settling
from bot.storage import migrations, search
from bot.storage.database import Database, Tx
from bot.text import catalogue
from tests.cast import BEN, MIA, NOOR, OKAFOR, SERVER, MovableClock
from tests.services.researching import BOOK, CHANNEL, WEB, choose

PEOPLE = (MIA, NOOR, BEN, OKAFOR)
OPEN_CLAIMS = 2

Act = Callable[..., Awaitable[object]]


async def _ask(who: Actor, library: Library, number: int, other: int) -> None:
    await asking.ask_question(who, library, asking.Ask(f"Why is thing {number}{other} blue?", channel_id=CHANNEL))


async def _ask_anonymously(who: Actor, library: Library, number: int, other: int) -> None:
    text = f"Why is thing {number} red?"
    await asking.ask_question(who, library, asking.Ask(text, channel_id=CHANNEL, anonymous=True, parent=other))


async def _edit(who: Actor, library: Library, number: int, other: int) -> None:
    await asking.edit_question(who, library, number, text=f"Why {other}?")


ON_NUMBER_AND_OTHER: dict[str, Act] = {
    "ask": _ask,
    "ask anonymously": _ask_anonymously,
    "edit": _edit,
    "edit answer": partial(answering.edit_answer, text="Or so.", sources=(BOOK,)),
    "endorse": answering.endorse_answer,
    "take back": answering.take_back_endorsement,
    "duplicate": settling.mark_duplicate,
}
ON_NUMBER: dict[str, Act] = {
    "pass": asking.pass_anonymous,
    "refuse": partial(asking.refuse_anonymous, reason="Not here"),
    "withdraw": asking.withdraw_question,
    "me too": asking.toggle_me_too,
    "claim": answering.claim_question,
    "release": answering.release_question,
    "answer": partial(answering.answer_question, text="So.", sources=(WEB,)),
    "settle": partial(settling.settle_question, now_think="I see."),
    "confirm": settling.settle_question,
    "challenge": partial(settling.challenge_question, text="No.", source=WEB),
    "reopen": settling.reopen_question,
    "unresolved": partial(settling.mark_unresolved, tried="Much"),
}
ACTS = sorted(ON_NUMBER | ON_NUMBER_AND_OTHER)


class Step(NamedTuple):
    """One act of one person on ``#number``; `other` is another number, or an ordinal."""

    act: str
    who: Actor
    number: int
    other: int


STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(ACTS), st.sampled_from((*PEOPLE, MIA, OKAFOR)), st.integers(1, 4), st.integers(1, 3)
    ),
    min_size=20,
    max_size=40,
)
FIRST = [
    Step("ask", MIA, 1, 1),
    Step("ask", NOOR, 2, 2),
    Step("ask anonymously", BEN, 3, 1),
    Step("pass", OKAFOR, 3, 1),
    Step("answer", NOOR, 1, 1),
    Step("answer", BEN, 1, 1),
    Step("ask anonymously", MIA, 4, 1),
]


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("life") / "empty.sqlite3"
    migrations.upgrade(path)
    return path


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_every_act_is_refused_with_words_or_leaves_things_in_order(empty_database: Path, steps: list[Step]) -> None:
    asyncio.run(_live(empty_database, FIRST + steps))


async def _live(empty: Path, steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(empty, folder))
        clock = MovableClock()
        database = await Database.open(path, clock)
        try:
            library = Library(database, clock, MediaStore(Path(folder)))
            await choose(library, anonymity_allowed=True, open_claims=OPEN_CLAIMS, asks_per_hour=9)
            for step in steps:
                clock.advance(1000)
                await _take(library, step)
        finally:
            await database.close()


async def _take(library: Library, step: Step) -> None:
    before = await library.database.read(_everything)
    refusal = await _refusal(library, step)
    if refusal is None:
        await library.database.read(_in_order)
    else:
        assert "{" not in catalogue().say(refusal.key, **refusal.places)
        assert await library.database.read(_everything) == before


async def _refusal(library: Library, step: Step) -> Refused | None:
    try:
        if step.act in ON_NUMBER:
            await ON_NUMBER[step.act](step.who, library, step.number)
        else:
            await ON_NUMBER_AND_OTHER[step.act](step.who, library, step.number, step.other)
    except Refused as refusal:
        return refusal
    return None


TABLES = "question me_too answer answer_revision question_revision challenge source outbox due_work asker_look".split()


def _everything(tx: Tx) -> dict[str, list[dict[str, Any]]]:
    return {table: tx.connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def _in_order(tx: Tx) -> None:
    kept = _everything(tx)
    by_id = {row["id"]: row for row in kept["question"]}
    for row in kept["question"]:
        _each_in_order(row, by_id)
    for person in PEOPLE[:3]:
        held = [row for row in kept["question"] if row["claimed_by_user_id"] == person.user_id]
        assert len(held) <= OPEN_CLAIMS
    for row in kept["me_too"]:
        assert row["user_id"] != by_id[row["question_id"]]["asker_user_id"]
    claimed = {row["number"] for row in kept["question"] if row["state"] == QuestionState.CLAIMED}
    assert {row["subject"] for row in kept["due_work"] if row["kind"] == "claim_nudge"} == claimed
    _index_in_order(tx, kept)
    hidden = {row["number"] for row in kept["question"] if row["hidden"]}
    assert not {row["subject"] for row in kept["outbox"]} & hidden


def _each_in_order(row: dict[str, Any], by_id: dict[int, dict[str, Any]]) -> None:
    state = QuestionState(row["state"])
    assert (row["claimed_by_user_id"] is not None) == (row["claimed_at"] is not None) == (state == "claimed")
    assert (row["duplicate_of_id"] is not None) == (state == "duplicate")
    assert row["duplicate_of_id"] is None or by_id[row["duplicate_of_id"]]["state"] != "duplicate"
    assert (row["settled_at"] is not None) == (state == "settled")
    assert not row["hidden"] or state in {"waiting", "withdrawn"}
    assert row["hidden"] or state != "waiting"
    assert not row["anonymous"] or row["asker_user_id"] is None


def _index_in_order(tx: Tx, kept: dict[str, list[dict[str, Any]]]) -> None:
    findable = {row["id"] for row in kept["question"] if row["state"] not in {"waiting", "withdrawn", "duplicate"}}
    questions = search.find(tx, SERVER, "why", limit=99, kind=search.QUESTION)
    assert {hit.entity_id for hit in questions} == findable
    answers = search.find(tx, SERVER, "so", limit=99, kind=search.ANSWER)
    assert {hit.entity_id for hit in answers} == {row["id"] for row in kept["answer"] if row["question_id"] in findable}


async def test_me_toos_are_counted_as_they_stand(library: Library) -> None:
    await asking.ask_question(MIA, library, asking.Ask("Why?"))
    on: set[int] = set()
    for who in (NOOR, BEN, NOOR, OKAFOR, BEN, NOOR):
        on ^= {who.user_id}
        assert await asking.toggle_me_too(who, library, 1) == (who.user_id in on, len(on))
