"""A note is compiled: what stands in it, with its holes as they are, in versions of which each says what it changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import MINUTE
from bot.errors import NotAllowed, NotFound, WrongState
from bot.models.companions import Changes
from bot.models.sessions import BlockKind, BlockState, Cause
from bot.services.library import Library
from bot.services.researchers import anonymity, answering, asking, capturing, finding, settling
from bot.services.scribes import compiling
from bot.services.scribes.companions import companion, compilations, compiled_note
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR, SERVER, TOMASZ, MovableClock
from tests.services.noting import LEAF, ask_in, begin, block_of, change_block, compiled, run, texts, write
from tests.services.researching import WEB, answer, ask, passed, rows


async def test_a_version_holds_what_stands_in_reading_order_under_pen_names(library: Library) -> None:
    number = await begin(library)
    await write(library, number, MIA, "## What we saw", BlockKind.HEADING)
    await write(library, number, BEN, "The leaf <@300200000000000001> held.")
    await write(library, number, MIA, "abscission :: the tree lets go", BlockKind.TERM)
    await write(library, number, BEN, "A caption", BlockKind.IMAGE, file=LEAF)

    note = (await compiling.compile_note(MIA, library, number)).note

    assert (note.number, note.title, note.unit, note.version) == (number, "Why leaves let go", "Trees", 1)
    assert texts(note) == ["What we saw", "The leaf @… held.", "abscission :: the tree lets go", "A caption"]
    assert [block.kind for block in note.blocks] == ["heading", "text", "term", "image"]
    assert [block.level for block in note.blocks] == [2, 1, 1, 1]
    assert note.blocks[3].file is not None
    assert (note.blocks[3].file.alt, note.blocks[3].file.media_name) == ("A red leaf", f"{'a' * 64}.png")
    names = [block.byline for block in note.blocks]
    assert names[0] == names[2] != names[1] == names[3]
    assert note.bylines == (names[0], names[1])
    assert note.changes == Changes(4, 0, 0)
    for someone in (MIA, BEN):
        assert str(someone.user_id) not in str(await rows(library, "SELECT snapshot, changed FROM compilation"))
    assert str(MIA.user_id) in str(await rows(library, "SELECT * FROM compilation")), "who compiled it is kept beside"


@pytest.mark.parametrize("state", [one for one in BlockState if one is not BlockState.STANDING])
async def test_what_does_not_stand_is_not_in_it(library: Library, state: BlockState) -> None:
    number = await begin(library)
    await write(library, number, MIA, "It stands.")
    await write(library, number, BEN, "It does not.", state=state)
    assert texts(await compiled(library, number)) == ["It stands."]


@pytest.mark.parametrize("digest", [None, ""], ids=["not fetched yet", "cannot be had"])
async def test_a_file_that_is_not_there_is_left_out(library: Library, digest: str | None) -> None:
    number = await begin(library)
    await write(library, number, MIA, "It stands.")
    await write(library, number, MIA, "Its caption", BlockKind.IMAGE, file=replace(LEAF, digest=digest))
    assert texts(await compiled(library, number)) == ["It stands."]


async def test_there_must_be_something_to_compile(library: Library) -> None:
    number = await begin(library)
    with pytest.raises(WrongState, match="note_is_empty"):
        await compiling.compile_note(MIA, library, number)


async def test_scribes_and_librarians_compile(library: Library) -> None:
    number = await begin(library)
    await write(library, number, BEN, "Ben writes, and is no scribe.")
    with pytest.raises(NotAllowed, match="only_scribe_or_librarian"):
        await compiling.compile_note(BEN, library, number)
    with pytest.raises(NotFound, match="note_not_found"):
        await compiling.compile_note(LINDQVIST, library, number)
    assert (await compiling.compile_note(MIA, library, number)).is_new
    assert not (await compiling.compile_note(OKAFOR, library, number)).is_new


async def test_a_forgotten_author_has_no_pen_name(library: Library) -> None:
    number = await begin(library)
    await write(library, number, BEN, "It stays.")
    await run(library, "UPDATE block SET author_user_id = NULL")
    note = await compiled(library, number)
    assert (note.blocks[0].byline, note.bylines) == ("", ())


# --- holes


async def test_a_hole_is_open_then_holds_its_answers_the_marked_one_first(library: Library) -> None:
    number = await begin(library)
    question = await ask_in(library, number)
    hole = (await compiled(library, number)).blocks[0].hole
    assert hole is not None
    assert (hole.number, hole.state, hole.answers, hole.now_think) == (question.number, "open", (), "")

    await answer(library, question, NOOR, "Sugar.")
    await answer(library, question, BEN, "The green goes.")
    await answering.endorse_answer(MIA, library, question.number, 2)
    follow_up = await ask(library, BEN, "Which sugar?", parent=question.number, parent_answer=1)
    withdrawn = await ask(library, BEN, "Whose?", parent=question.number)
    await asking.withdraw_question(BEN, library, withdrawn.number)
    await settling.settle_question(MIA, library, question.number, "It was red <@123> all along.")

    note = await compiled(library, number)

    (block,) = note.blocks
    assert (block.text, block.kind) == ("Why do leaves turn red?", "question")
    assert block.hole is not None
    assert (block.hole.state, block.hole.now_think) == ("settled", "It was red @… all along.")
    assert [(one.ordinal, one.endorsed) for one in block.hole.answers] == [(2, True), (1, False)]
    assert block.hole.answers[0].sources[0].link == "https://science.nasa.gov/sky"
    assert len({block.byline, *(one.byline for one in block.hole.answers)}) == 3
    assert (block.hole.parent_number, block.hole.follow_ups) == (None, (follow_up.number,))
    assert note.changes == Changes(0, 0, 0, (question.number,))


async def test_a_hole_names_the_question_it_follows_from(library: Library) -> None:
    number = await begin(library)
    root = await ask(library, NOOR, "What colours are there?")
    question = await ask_in(library, number)
    await run(library, "UPDATE question SET parent_question_id = :root WHERE id = :id", root=root.id, id=question.id)
    hole = (await compiled(library, number)).blocks[0].hole
    assert hole is not None
    assert hole.parent_number == root.number


async def test_a_question_that_was_asked_before_is_answered_there(library: Library) -> None:
    number = await begin(library)
    original = await ask(library, BEN, "Why red?")
    await answer(library, original, NOOR, "Sugar.")
    question = await ask_in(library, number)
    await settling.mark_duplicate(MIA, library, question.number, original.number)
    block = block_of(await compiled(library, number), "Why do leaves turn red?")
    assert block.hole is not None
    assert (block.hole.number, [one.text for one in block.hole.answers]) == (original.number, ["Sugar."])
    for asked in (question, original):
        shown = await finding.show_question(NOOR, library, asked.number)
        assert [(one.number, one.title, one.held_on) for one in shown.came_up_in] == [
            (number, "Why leaves let go", "2026-11-17")
        ]
    elsewhere = await ask(library, BEN, "Something else?")
    assert (await finding.show_question(NOOR, library, elsewhere.number)).came_up_in == ()


async def test_of_a_question_that_was_taken_back_only_the_words_stay(library: Library) -> None:
    number = await begin(library)
    question = await ask_in(library, number)
    await answer(library, question)
    await asking.withdraw_question(MIA, library, question.number)
    (block,) = (await compiled(library, number)).blocks
    assert (block.text, block.hole) == ("Why do leaves turn red?", None)


async def test_a_question_that_was_removed_is_not_in_it(library: Library) -> None:
    number = await begin(library)
    await write(library, number, MIA, "It stands.")
    await ask_in(library, number)
    await run(library, "UPDATE question SET removed = 1, state = 'withdrawn', text = ''")
    assert texts(await compiled(library, number)) == ["It stands."]


async def test_an_anonymous_question_stands_there_without_a_name_and_only_when_it_has_passed(library: Library) -> None:
    number = await begin(library)
    await write(library, number, MIA, "It stands.")
    question = await ask_in(library, number, MIA, "What nobody dares?")
    hidden = await passed(library, MIA, text="What nobody dares?")
    await run(library, "UPDATE block SET question_id = :id WHERE question_id = :old", id=hidden.id, old=question.id)
    shown = block_of(await compiled(library, number), "What nobody dares?")
    assert shown.hole is not None
    assert (shown.byline, shown.hole.number) == ("", hidden.number)

    await run(library, "UPDATE question SET hidden = 1, state = 'waiting' WHERE id = :id", id=hidden.id)
    assert texts(await compiled(library, number)) == ["It stands."]
    await anonymity.pass_anonymous(OKAFOR, library, hidden.number)


async def test_nothing_is_shown_of_a_hidden_question_that_was_repeated(library: Library) -> None:
    number = await begin(library)
    original = await passed(library, NOOR)
    question = await ask_in(library, number)
    await settling.mark_duplicate(MIA, library, question.number, original.number)
    await run(library, "UPDATE question SET hidden = 1 WHERE id = :id", id=original.id)
    (block,) = (await compiled(library, number)).blocks
    assert block.hole is None


# --- versions


async def test_compiling_again_changes_only_what_changed(library: Library, clock: MovableClock) -> None:
    number = await begin(library)
    first = await write(library, number, MIA, "First.")
    second = await write(library, number, MIA, "Second.")
    third = await write(library, number, BEN, "Third.")
    before = await compiling.compile_note(MIA, library, number)
    clock.advance(MINUTE)
    again = await compiling.compile_note(OKAFOR, library, number)
    assert (again.is_new, again.note, again.digest) == (False, before.note, before.digest)

    await change_block(library, first.id, Cause.EDITED, MIA, text="First!")
    await change_block(library, second.id, Cause.MERGED, MIA, state=BlockState.MERGED, merged_into_id=first.id)
    await change_block(library, third.id, Cause.STRUCK, MIA, state=BlockState.STRUCK)
    await write(library, number, MIA, "Fourth.")
    after = await compiling.compile_note(MIA, library, number)

    assert (after.is_new, after.note.version) == (True, 2)
    assert after.digest != before.digest
    assert texts(after.note) == ["First!", "Fourth."]
    assert after.note.blocks[0].id == first.id
    assert after.note.changes == Changes(added=1, reworded=1, left_out=1)
    assert [(one.version, one.compiled_by, one.changes.added) for one in await compilations(NOOR, library, number)] == [
        (2, MIA.user_id, 1),
        (1, MIA.user_id, 3),
    ]
    assert await compiled_note(NOOR, library, number) == after.note
    assert await compiled_note(NOOR, library, number, 1) == before.note


async def test_a_version_that_is_not_there_is_not_found(library: Library) -> None:
    number = await begin(library)
    with pytest.raises(NotFound, match="note_not_compiled"):
        await compiled_note(NOOR, library, number)
    with pytest.raises(NotFound, match="note_not_compiled"):
        await compiled_note(NOOR, library, number, 7)
    assert await compilations(NOOR, library, number) == ()
    with pytest.raises(NotFound, match="note_not_found"):
        await compiled_note(LINDQVIST, library, number)


async def test_what_was_deleted_in_discord_leaves_every_version(library: Library) -> None:
    number = await begin(library)
    await write(library, number, MIA, "It stays.")
    gone = await write(library, number, BEN, "Deleted words.")
    struck = await write(library, number, TOMASZ, "Struck words.")
    question = await ask_in(library, number)
    await answer(library, question, NOOR, "A lasting answer.")
    await answering.answer_question(BEN, library, question.number, "A deleted answer.", (WEB,), source_message_id=777)
    await compiled(library, number)
    await change_block(library, struck.id, Cause.STRUCK, MIA, state=BlockState.STRUCK)
    second = await compiling.compile_note(MIA, library, number)

    await capturing.messages_deleted(library, SERVER, [777])
    await change_block(library, gone.id, Cause.REMOVED, BEN, state=BlockState.REMOVED, text="", author_id=None)

    kept = str(await rows(library, "SELECT snapshot FROM compilation"))
    assert "Deleted words" not in kept
    assert "A deleted answer" not in kept
    assert "Struck words" in kept, "what was struck stays in the versions of its time"
    assert "A lasting answer" in kept
    newest = await compiled_note(MIA, library, number)
    assert texts(newest) == ["It stays.", "Why do leaves turn red?"]
    assert newest.version == second.note.version
    assert newest.bylines == tuple(dict.fromkeys(one.byline for one in newest.blocks))
    assert not (await compiling.compile_note(MIA, library, number)).is_new


async def test_of_a_question_that_was_deleted_in_discord_nothing_is_kept(library: Library) -> None:
    number = await begin(library)
    await write(library, number, MIA, "It stays.")
    original = await ask(library, BEN, "Why red?", source_message_id=778)
    await answer(library, original, NOOR, "Sugar.")
    question = await ask_in(library, number)
    await settling.mark_duplicate(MIA, library, question.number, original.number)
    await compiled(library, number)
    await capturing.messages_deleted(library, SERVER, [778])
    note = await compiled_note(MIA, library, number)
    assert block_of(note, "Why do leaves turn red?").hole is None
    assert "Sugar." not in str(await rows(library, "SELECT snapshot FROM compilation"))


# --- the companion


async def test_the_companion_gathers_the_newest_versions_by_unit_and_day(library: Library) -> None:
    assert await companion(NOOR, library) == ()
    for title, unit, day in (
        ("Cells", "Biology", "2026-11-20"),
        ("No unit", "", "2026-11-01"),
        ("Membranes", "biology", "2026-11-21"),
        ("Rome", "History", "2026-11-22"),
        ("Never compiled", "History", "2026-11-23"),
    ):
        number = await begin(library, title, unit=unit, held_on=day)
        await write(library, number, MIA, f"About {title}.")
        if title != "Never compiled":
            await compiled(library, number)
    await write(library, 1, MIA, "More about cells.")
    await compiled(library, 1)

    units = await companion(NOOR, library)

    assert [(one.name, one.key, [note.title for note in one.notes]) for one in units] == [
        ("biology", "biology", ["Cells", "Membranes"]),
        ("History", "history", ["Rome"]),
        ("", "", ["No unit"]),
    ]
    assert texts(units[0].notes[0]) == ["About Cells.", "More about cells."]
    assert await companion(LINDQVIST, library) == ()
