"""One note as it stands, and what somebody missed who was absent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.clock import DAY
from bot.errors import BadInput, NotFound
from bot.models.people import Actor
from bot.models.sessions import BlockKind, BlockState, Session
from bot.services.library import Library
from bot.services.researchers import settling
from bot.services.scribes import adding, finding, sessions, striking
from bot.services.scribes.finding import OpenQuestion, OutlineLine
from tests.cast import BEN, ELSEWHERE, LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ, MovableClock
from tests.services import researching, scribing
from tests.services.scribing import THREAD, standing, write

TODAY = date(2026, 11, 18)
"""What the clock of the tests says."""


async def held(library: Library, day: date, text: str = "", who: Actor = MIA, **more: Any) -> Session:
    """Begin a session of some day, in which somebody writes something."""
    session = await scribing.start(library, thread_id=None, held_on=day, **more)
    thread_id = THREAD + session.number
    await sessions.attach_thread(library, session.server_id, session.number, thread_id)
    if text:
        await write(library, text, who, thread_id=thread_id)
    return session


async def missed_by(library: Library, who: Actor, since: date | None = None, class_name: str = "") -> list[int]:
    """Return the numbers of the sessions that somebody missed."""
    return [one.session.number for one in await finding.missed(who, library, since, class_name=class_name)]


# --- one note


async def test_a_note_shows_what_stands_and_its_scribes_the_rest_too(library: Library) -> None:
    await scribing.start(library)
    await write(library, "# Leaves\nLeaves fall.")
    heading, text = await standing(library)
    await striking.strike(MIA, library, [text.id])
    (waiting,) = await adding.add_block(BEN, library, 1, "Mine waits.", event_id=scribing.next_id(library))
    for who, shown in (
        (TOMASZ, [heading.id]),
        (BEN, [heading.id, waiting.id]),
        (NOOR, [heading.id, text.id, waiting.id]),
        (OKAFOR, [heading.id, text.id, waiting.id]),
    ):
        view = await finding.show_note(who, library, 1)
        assert [one.id for one in view.blocks] == shown
        assert view.session.number == 1
    with pytest.raises(NotFound):
        await finding.show_note(LINDQVIST, library, 1)


async def test_merged_and_removed_blocks_are_shown_to_nobody(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "Gone.")
    await write(library, "Here.")
    await scribing.delete(library, message)
    view = await finding.show_note(OKAFOR, library, 1)
    assert [(one.text, one.state) for one in view.blocks] == [("Here.", BlockState.STANDING)]


async def test_the_outline_of_a_note(library: Library) -> None:
    await scribing.start(library)
    await write(library, "Before.\nMore.\n# Leaves\nosmosis :: water moves\nLeaves fall.\n## Roots")
    assert [(one.heading, one.begins) for one in await finding.outline(BEN, library, 1)] == [
        ("", "Before."),
        ("Leaves", "Leaves fall."),
        ("Roots", ""),
    ]
    headings = [one.id for one in await standing(library) if one.kind is BlockKind.HEADING]
    assert [one.block_id for one in await finding.outline(BEN, library, 1)][1:] == headings
    with pytest.raises(NotFound):
        await finding.outline(LINDQVIST, library, 1)


# --- what was missed


async def test_a_missed_session_in_a_few_lines(library: Library) -> None:
    session = await held(
        library, TODAY, "# Leaves\nLeaves fall.\nIn autumn.\nosmosis :: water moves\n? Why do they fall"
    )
    await write(library, "? How many are there\n? Why do they", NOOR, thread_id=THREAD + 1)
    await write(library, "? Is this waiting", BEN, thread_id=THREAD + 1)
    blocks = await standing(library)
    numbers = {one.text: one.question_number or 0 for one in blocks}
    answered = await researching.again(library, numbers["? How many are there"])
    await researching.answer(library, answered)
    await settling.mark_duplicate(OKAFOR, library, numbers["? Why do they"], numbers["? Why do they fall"])
    (missed,) = await finding.missed(TOMASZ, library)
    assert missed.session.number == session.number
    assert missed.outline == (OutlineLine(blocks[0].id, "Leaves", "Leaves fall."),)
    assert missed.terms == (("osmosis", "water moves"),)
    assert missed.open_questions == (OpenQuestion(numbers["? Why do they fall"], "Why do they fall"),)


async def test_my_last_one_is_the_last_in_which_i_wrote_something_that_stands(library: Library) -> None:
    await held(library, date(2026, 1, 7))
    last = await held(library, date(2026, 1, 8), "Mine.", BEN, partner_ids=(BEN.user_id,))
    for day in (date(2026, 1, 8), date(2026, 3, 1), TODAY):
        await held(library, day, "Theirs.")
    waits = await held(library, date(2026, 5, 1), "Mine waits.", BEN)
    assert await missed_by(library, BEN) == [3, 4, waits.number, 5]
    assert last.number == 2
    (mine,) = await standing(library, number=2)
    await striking.strike(OKAFOR, library, [mine.id])
    assert await missed_by(library, BEN) == [5], "what is struck was not written for the note"


async def test_who_never_wrote_missed_what_was_within_two_weeks(library: Library, clock: MovableClock) -> None:
    for days in (15, 14, 1, 0):
        await held(library, date.fromordinal(TODAY.toordinal() - days))
    assert await missed_by(library, BEN) == [2, 3, 4]
    clock.advance(DAY)
    assert await missed_by(library, BEN) == [3, 4]
    assert await missed_by(library, ELSEWHERE) == []


async def test_since_a_day_without_those_in_which_i_wrote_and_those_to_come(library: Library) -> None:
    await held(library, date(2026, 1, 7))
    await held(library, date(2026, 1, 8))
    await held(library, date(2026, 1, 9), "Mine.", NOOR)
    await held(library, date(2026, 1, 10))
    await held(library, date(2026, 12, 24))
    assert await missed_by(library, NOOR, date(2026, 1, 8)) == [2, 4]
    await sessions.close_session(MIA, library, 4)
    assert await missed_by(library, NOOR, date(2026, 1, 8)) == [2, 4]


async def test_of_one_class(library: Library) -> None:
    await held(library, TODAY)
    with pytest.raises(BadInput) as refused:
        await finding.missed(BEN, library, class_name="7b")
    assert refused.value.key == "errors.class_has_no_name"
    for name in ("7a", "7b"):
        await scribing.start(library, OKAFOR, thread_id=None, class_name=name, held_on=TODAY)
    assert await missed_by(library, BEN) == [1, 2, 3]
    assert await missed_by(library, BEN, class_name=" 7B ") == [3]
    with pytest.raises(BadInput) as refused:
        await finding.missed(BEN, library, class_name="7c")
    assert refused.value.key == "errors.class_not_found"
    assert refused.value.places == {"name": "7c", "classes": "7a, 7b"}
