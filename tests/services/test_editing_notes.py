"""Blocks and sections are edited, merged, struck and added; nobody overwrites anybody in silence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.errors import BadInput, NotAllowed, NotFound, Refused, WrongState
from bot.models.people import Actor
from bot.models.questions import QuestionState
from bot.models.sessions import BLOCK_LIMIT, Block, BlockKind, BlockState, Cause, ThreadMessage
from bot.services.library import Library
from bot.services.scribes import adding, editing, history, merging, sections, sessions, striking
from bot.services.scribes.editing import EditConflict
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR
from tests.services import researching, scribing
from tests.services.scribing import THREAD, block_saying, blocks, delete, edit, picture, standing, texts, write

ELSEWHERE = 300300000000000099
"""A channel that is no thread of a note."""


async def one(library: Library, text: str = "Leaves fall.", who: Actor = MIA) -> Block:
    """Begin a note, and have somebody write one block in it."""
    await scribing.start(library)
    await write(library, text, who)
    return (await blocks(library))[0]


async def key_of(act: Awaitable[object]) -> str:
    """Return which refusal an act ends in."""
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.key.removeprefix("errors.")


# --- one block


async def test_a_block_is_edited_and_keeps_its_author_and_id(library: Library) -> None:
    opened = await editing.open_block(NOOR, library, (await one(library)).id)
    edited = await editing.edit_block(NOOR, library, opened.id, "\nLeaves fall slowly. \n", opened.revision)
    assert (edited.id, edited.text, edited.author_id) == (opened.id, "Leaves fall slowly.", MIA.user_id)
    newest = (await history.history(MIA, library, 1)).items[0]
    assert (newest.cause, newest.by, newest.before) == (Cause.EDITED, NOOR.user_id, "Leaves fall.")


async def test_the_second_of_two_is_shown_both_and_what_was_typed_is_kept(library: Library) -> None:
    block = await one(library)
    await editing.edit_block(NOOR, library, block.id, "Leaves fall slowly.", block.revision)
    with pytest.raises(EditConflict) as conflict:
        await editing.edit_block(MIA, library, block.id, "Leaves fall fast.", block.revision)
    found = conflict.value
    assert (found.theirs, found.mine, found.is_struck) == ("Leaves fall slowly.", "Leaves fall fast.", False)
    assert await texts(library) == ["Leaves fall slowly."]
    assert await editing.typed_for(MIA, library, block.id) == "Leaves fall fast."
    kept = await editing.keep_mine(MIA, library, block.id, found.base)
    assert kept.text == "Leaves fall fast."
    assert await key_of(editing.typed_for(MIA, library, block.id)) == "nothing_typed_is_kept"


async def test_who_chooses_the_other_words_lets_go_of_their_own(library: Library) -> None:
    block = await one(library)
    await editing.edit_block(NOOR, library, block.id, "Theirs.", block.revision)
    assert await key_of(editing.edit_block(MIA, library, block.id, "Mine.", 1)) == "edit_conflict"
    for _ in range(2):
        await editing.keep_theirs(MIA, library, block.id)
    assert await texts(library) == ["Theirs."]
    assert await key_of(editing.keep_mine(MIA, library, block.id, 2)) == "nothing_typed_is_kept"


async def test_choosing_meets_a_third_change_again(library: Library) -> None:
    block = await one(library)
    await editing.edit_block(NOOR, library, block.id, "Second.", 1)
    assert await key_of(editing.edit_block(MIA, library, block.id, "Mine.", 1)) == "edit_conflict"
    await editing.edit_block(OKAFOR, library, block.id, "Third.", 2)
    with pytest.raises(EditConflict) as conflict:
        await editing.keep_mine(MIA, library, block.id, 2)
    assert (conflict.value.theirs, conflict.value.base) == ("Third.", 3)
    assert (await editing.keep_mine(MIA, library, block.id, 3)).text == "Mine."


@pytest.mark.parametrize("base", [0, -1, 99, 2**70])
async def test_a_base_that_never_was_is_a_conflict(library: Library, base: int) -> None:
    block = await one(library)
    assert await key_of(editing.edit_block(MIA, library, block.id, "Mine.", base)) == "edit_conflict"


async def test_the_same_words_twice_change_nothing(library: Library) -> None:
    block = await one(library)
    first = await editing.edit_block(MIA, library, block.id, "Again.", 1)
    assert await editing.edit_block(MIA, library, block.id, "Again.", 1) == first
    assert (await scribing.session_now(library)).revision == 2


async def test_what_is_taken_in_meanwhile_is_no_conflict(library: Library) -> None:
    block = await one(library, who=BEN)
    assert block.state is BlockState.WAITING
    message = ThreadMessage(block.position, BEN.user_id, "Leaves fall.")
    await adding.take_in(MIA, library, 1, THREAD, message, event_id=scribing.EVENT)
    edited = await editing.edit_block(BEN, library, block.id, "Leaves fall, always.", block.revision)
    assert (edited.state, edited.text) == (BlockState.STANDING, "Leaves fall, always.")


async def test_several_blocks_in_one_stand_beside_it_by_who_typed_them(library: Library) -> None:
    block = await one(library)
    await write(library, "Trees sleep.")
    text = "First words.\n# Leaves\nLeaves fall.\nosmosis :: water moves\n? Why do they fall"
    await editing.edit_block(NOOR, library, block.id, text, 1)
    found = await standing(library)
    assert [(one.kind, one.text) for one in found] == [
        (BlockKind.TEXT, "First words."),
        (BlockKind.HEADING, "# Leaves"),
        (BlockKind.TEXT, "Leaves fall."),
        (BlockKind.TERM, "osmosis :: water moves"),
        (BlockKind.QUESTION, "? Why do they fall"),
        (BlockKind.TEXT, "Trees sleep."),
    ]
    assert [one.author_id for one in found] == [
        NOOR.user_id, NOOR.user_id, MIA.user_id, NOOR.user_id, NOOR.user_id, MIA.user_id,
    ]  # fmt: skip
    assert found[2].id == block.id
    assert (await researching.again(library, found[4].question_number or 0)).asker_id == NOOR.user_id


async def test_what_is_put_in_between_moves_the_rest_on_and_their_messages_are_still_followed(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "# Leaves\nLeaves fall.\n## Roots\nRoots stay.")
    heading = await block_saying(library, "# Leaves")
    await editing.edit_block(NOOR, library, heading.id, "# Leaves\nNew one.\nNew two.", heading.revision)
    assert await texts(library) == ["# Leaves", "New one.\nNew two.", "Leaves fall.", "## Roots", "Roots stay."]
    moved = await block_saying(library, "Roots stay.")
    assert moved.follows_message
    assert not [one for one in (await history.history(MIA, library, 1)).items if one.cause is Cause.MOVED]
    await edit(library, message, "# Leaves\nLeaves fall.\n## Roots\nRoots grow.")
    assert await texts(library) == ["# Leaves", "New one.\nNew two.", "Leaves fall.", "## Roots", "Roots grow."]
    await editing.edit_block(NOOR, library, heading.id, "# Leaves\nOne more.", heading.revision)
    assert (await texts(library))[:3] == ["# Leaves", "One more.", "New one.\nNew two."]


async def test_a_caption_is_edited_and_may_be_empty(library: Library) -> None:
    await scribing.start(library)
    await write(library, "", files=(picture(),))
    (image,) = await standing(library)
    captioned = await editing.edit_block(MIA, library, image.id, "# A leaf\n\nIn autumn", image.revision)
    assert (captioned.kind, captioned.text) == (BlockKind.IMAGE, "# A leaf\n\nIn autumn")
    await striking.strike(MIA, library, [image.id])
    assert await key_of(editing.edit_block(NOOR, library, image.id, "", captioned.revision)) == "edit_conflict"
    bare = await editing.keep_mine(NOOR, library, image.id, captioned.revision + 1)
    assert (bare.text, bare.state) == ("", BlockState.STANDING)


@pytest.mark.parametrize(
    ("text", "key"), [("", "block_empty"), (" \u200b\n", "block_empty"), ("x" * (BLOCK_LIMIT + 1), "block_too_long")]
)
async def test_what_cannot_be_kept_is_refused(library: Library, text: str, key: str) -> None:
    block = await one(library)
    with pytest.raises(BadInput) as refused:
        await editing.edit_block(MIA, library, block.id, text, 1)
    assert refused.value.key == f"errors.{key}"
    assert (await editing.edit_block(MIA, library, block.id, "x" * BLOCK_LIMIT, 1)).text == "x" * BLOCK_LIMIT


async def test_who_may_edit_a_block(library: Library) -> None:
    block = await one(library)
    for act in (
        editing.open_block(BEN, library, block.id),
        editing.edit_block(BEN, library, block.id, "Mine now.", 1),
    ):
        assert await key_of(act) == "only_scribe_or_author"
    assert await key_of(editing.open_block(LINDQVIST, library, block.id)) == "block_not_found"
    assert await key_of(editing.open_block(MIA, library, 2**70)) == "block_not_found"
    for who in (MIA, NOOR, OKAFOR):
        assert (await editing.open_block(who, library, block.id)).id == block.id


async def test_its_author_edits_what_waits_and_it_waits_on(library: Library) -> None:
    block = await one(library, who=BEN)
    assert await key_of(editing.open_block(MIA, library, block.id)) == "block_waits"
    opened = await editing.open_block(BEN, library, block.id)
    await editing.edit_block(BEN, library, block.id, "Leaves rot.\n# Soil", opened.revision)
    assert await texts(library) == []
    assert await texts(library, BlockState.WAITING) == ["Leaves rot.", "# Soil"]


async def test_a_struck_block_is_put_back_before_it_is_edited(library: Library) -> None:
    block = await one(library)
    await striking.strike(NOOR, library, [block.id])
    assert await key_of(editing.open_block(MIA, library, block.id)) == "block_is_struck"
    with pytest.raises(EditConflict) as conflict:
        await editing.edit_block(MIA, library, block.id, "Mine.", block.revision)
    assert (conflict.value.theirs, conflict.value.is_struck) == ("", True)
    kept = await editing.keep_mine(MIA, library, block.id, conflict.value.base)
    assert (kept.state, kept.text) == (BlockState.STANDING, "Mine.")


async def test_only_who_keeps_the_note_puts_back_by_editing(library: Library) -> None:
    block = await one(library, who=BEN)
    message = ThreadMessage(block.position, BEN.user_id, "Leaves fall.")
    await adding.take_in(MIA, library, 1, THREAD, message, event_id=scribing.EVENT)
    await striking.strike(MIA, library, [block.id])
    assert await key_of(editing.edit_block(BEN, library, block.id, "Mine.", block.revision)) == "edit_conflict"
    assert await key_of(editing.keep_mine(BEN, library, block.id, 3)) == "only_scribe_or_librarian"
    assert await editing.typed_for(BEN, library, block.id) == "Mine.", "what was typed is still there"


async def test_a_question_of_a_note_is_reworded_and_one_that_is_none_any_more_stays_with_the_researchers(
    library: Library,
) -> None:
    block = await one(library, "? Why do leaves fall")
    assert block.question_number is not None
    await editing.edit_block(NOOR, library, block.id, "? Why do leaves fall in autumn", block.revision)
    assert (await researching.again(library, block.question_number)).text == "Why do leaves fall in autumn"
    text = await editing.edit_block(NOOR, library, block.id, "Leaves fall.", block.revision + 1)
    assert (text.kind, text.question_number) == (BlockKind.TEXT, None)
    assert (await researching.again(library, block.question_number)).state is QuestionState.OPEN


async def test_a_removed_block_is_not_found_and_its_message_edited_meanwhile_is_a_conflict(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "Leaves fall.")
    (block,) = await standing(library)
    await edit(library, message, "Leaves fall, always.")
    with pytest.raises(EditConflict) as conflict:
        await editing.edit_block(NOOR, library, block.id, "Mine.", 1)
    assert conflict.value.theirs == "Leaves fall, always."
    await delete(library, message)
    assert await key_of(editing.keep_mine(NOOR, library, block.id, conflict.value.base)) == "block_not_found"
    assert await key_of(editing.typed_for(NOOR, library, block.id)) == "nothing_typed_is_kept"


# --- a section


LESSON = "# Leaves\nLeaves fall.\n\nEach autumn.\n## Roots\nRoots stay.\nosmosis :: water moves"


async def lesson(library: Library) -> dict[str, Block]:
    """Begin a note with two sections, in the second of which Noor wrote too, below a picture."""
    await scribing.start(library)
    await write(library, LESSON)
    await write(library, "", files=(picture(),))
    await write(library, "Water climbs.", NOOR)
    return {one.text: one for one in await standing(library)}


async def test_a_section_goes_from_its_heading_to_the_next(library: Library) -> None:
    known = await lesson(library)
    section = await sections.open_section(NOOR, library, known["## Roots"].id)
    assert section.heading == "Roots"
    assert section.text == "## Roots\n\nRoots stay.\n\nosmosis :: water moves\n\nWater climbs."
    assert section.session_revision == 3
    parts = ("## Roots", "Roots stay.", "osmosis :: water moves", "Water climbs.")
    assert section.block_ids == tuple(known[one].id for one in parts)
    above = await sections.open_section(NOOR, library, known["# Leaves"].id)
    assert above.text == "# Leaves\n\nLeaves fall.\n\nEach autumn."


async def test_a_section_is_edited_and_what_nobody_touched_stays_whose_it_is(library: Library) -> None:
    known = await lesson(library)
    opened = await sections.open_section(OKAFOR, library, known["## Roots"].id)
    text = "## Roots\n\nRoots grow.\n\nA new thought.\n\n# Bark\nBark holds.\n\nWater climbs."
    session = await sections.edit_section(OKAFOR, library, known["## Roots"].id, text, opened.session_revision)
    assert session.revision == opened.session_revision + 1
    found = await standing(library)
    assert [(one.text, one.author_id) for one in found[2:]] == [
        ("## Roots", MIA.user_id),
        ("Roots grow.", MIA.user_id),
        ("A new thought.", OKAFOR.user_id),
        ("# Bark", OKAFOR.user_id),
        ("Bark holds.", OKAFOR.user_id),
        ("", MIA.user_id),
        ("Water climbs.", NOOR.user_id),
    ]
    assert found[-1] == known["Water climbs."]
    struck = await block_saying(library, "osmosis :: water moves")
    assert struck.state is BlockState.STRUCK
    await striking.put_back(NOOR, library, [struck.id])
    assert "osmosis :: water moves" in await texts(library)


async def test_a_section_that_is_handed_in_as_it_was_changes_nothing(library: Library) -> None:
    known = await lesson(library)
    opened = await sections.open_section(NOOR, library, known["## Roots"].id)
    await sections.edit_section(NOOR, library, known["## Roots"].id, opened.text, opened.session_revision)
    await sections.edit_section(NOOR, library, known["## Roots"].id, f"\n{opened.text}\n\n", 0)
    await sections.edit_section(NOOR, library, known["## Roots"].id, opened.text.replace("\n\n", "\n\n\n"), 3)
    assert (await scribing.session_now(library)).revision == opened.session_revision


async def test_what_stands_before_the_first_heading_is_a_section_too(library: Library) -> None:
    await scribing.start(library)
    await write(library, "Leaves fall.")
    await write(library, "# Roots")
    (first, _) = await standing(library)
    opened = await sections.open_section(MIA, library, first.id)
    assert (opened.heading, opened.text) == ("", "Leaves fall.")
    await sections.edit_section(NOOR, library, first.id, "A beginning.\n\nLeaves fall.", opened.session_revision)
    (begins, *_) = await standing(library)
    await sections.edit_section(NOOR, library, begins.id, "Before.\n\nA beginning.\n\nLeaves fall.", 3)
    assert await texts(library) == ["Before.", "A beginning.", "Leaves fall.", "# Roots"]


Change = Callable[[Library, dict[str, Block]], Awaitable[object]]


@pytest.mark.parametrize(
    "change",
    [
        lambda library, known: editing.edit_block(NOOR, library, known["Roots stay."].id, "Roots grow.", 1),
        lambda library, known: striking.strike(NOOR, library, [known["Roots stay."].id]),
        lambda library, _: write(library, "One more."),
        lambda library, known: delete(library, ThreadMessage(known["Water climbs."].position, NOOR.user_id, "")),
        lambda library, known: editing.edit_block(NOOR, library, known["## Roots"].id, "Roots", 1),
    ],
)
async def test_any_change_in_the_section_is_a_conflict(library: Library, change: Change) -> None:
    known = await lesson(library)
    block_id = known["## Roots"].id
    opened = await sections.open_section(MIA, library, block_id)
    await change(library, known)
    with pytest.raises(EditConflict) as conflict:
        await sections.edit_section(MIA, library, block_id, "## Roots\n\nMine.", opened.session_revision)
    found = conflict.value
    assert found.mine == "## Roots\n\nMine."
    assert found.theirs == (await sections.open_section(MIA, library, block_id)).text
    assert await sections.typed_for_section(MIA, library, block_id) == found.mine
    await sections.keep_my_section(MIA, library, block_id, found.base)
    assert [text for text in await texts(library) if text][-2:] == ["## Roots", "Mine."]
    assert await key_of(sections.typed_for_section(MIA, library, block_id)) == "nothing_typed_is_kept"


async def test_a_change_in_another_section_is_none(library: Library) -> None:
    known = await lesson(library)
    opened = await sections.open_section(MIA, library, known["## Roots"].id)
    await editing.edit_block(NOOR, library, known["Leaves fall.\n\nEach autumn."].id, "Leaves rot.", 1)
    await sections.edit_section(MIA, library, known["## Roots"].id, "## Roots", opened.session_revision)
    assert await texts(library) == ["# Leaves", "Leaves rot.", "## Roots", ""]


@pytest.mark.parametrize("base", [-1, 99])
async def test_a_version_that_never_was_is_a_conflict(library: Library, base: int) -> None:
    block = await one(library)
    assert await key_of(sections.edit_section(MIA, library, block.id, "Mine.", base)) == "edit_conflict"
    await sections.keep_their_section(MIA, library, block.id)
    assert await key_of(sections.keep_my_section(MIA, library, block.id, 1)) == "nothing_typed_is_kept"


async def test_whoever_insists_on_a_section_whose_beginning_is_struck_puts_it_back(library: Library) -> None:
    known = await lesson(library)
    block_id = known["## Roots"].id
    opened = await sections.open_section(MIA, library, block_id)
    await striking.strike(NOOR, library, [block_id])
    with pytest.raises(EditConflict) as conflict:
        await sections.edit_section(MIA, library, block_id, "## Roots\n\nMine.", opened.session_revision)
    assert (conflict.value.theirs, conflict.value.is_struck) == ("", True)
    await sections.keep_my_section(MIA, library, block_id, conflict.value.base)
    assert (await texts(library))[2:5] == ["## Roots", "Mine.", "Roots stay."]


async def test_whoever_insists_on_a_section_whose_beginning_was_merged_takes_it_out(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.")
    await write(library, "Two.")
    first, second = await standing(library)
    opened = await sections.open_section(NOOR, library, second.id)
    await merging.merge(MIA, library, first.id, second.id)
    act = sections.edit_section(NOOR, library, second.id, "One.\n\nThree.", opened.session_revision)
    assert await key_of(act) == "edit_conflict"
    await sections.keep_my_section(NOOR, library, second.id, 3)
    assert sorted(await texts(library)) == ["One.", "One.", "Three."]


async def test_what_has_no_words_or_too_many_is_no_section_to_edit(library: Library) -> None:
    await scribing.start(library)
    await write(library, "", files=(picture(),))
    await write(library, "Mine waits.", BEN)
    image, waiting = await blocks(library)
    for block in (image, waiting):
        assert await key_of(sections.open_section(MIA, library, block.id)) == "section_not_standing"
        assert await key_of(sections.edit_section(MIA, library, block.id, "Words", 2)) == "section_not_standing"
    for _ in range(3):
        await write(library, "x" * 1_500)
    assert await key_of(sections.open_section(MIA, library, image.id)) == "section_too_long"


async def test_who_may_edit_a_section(library: Library) -> None:
    block = await one(library)
    for act in (
        sections.open_section(BEN, library, block.id),
        sections.edit_section(BEN, library, block.id, "Mine.", 1),
    ):
        assert await key_of(act) == "only_scribe_or_librarian"
    assert await key_of(sections.edit_section(MIA, library, block.id, "", 1)) == "block_empty"


async def test_code_that_goes_on_over_messages_stays_code(library: Library) -> None:
    await scribing.start(library)
    await write(library, "# Code")
    await write(library, "```py\nx = 1")
    await write(library, "# no heading\ny = 2\n```")
    await write(library, "# Heading\n\nAfter.", NOOR)
    heading, *_ = await standing(library)
    opened = await sections.open_section(NOOR, library, heading.id)
    assert opened.text == "# Code\n\n```py\nx = 1\n# no heading\ny = 2\n```"
    text = opened.text.replace("y = 2", "y = 3\n\n# still none")
    await sections.edit_section(NOOR, library, heading.id, text, opened.session_revision)
    assert await texts(library) == [
        "# Code", "```py\nx = 1", "# no heading\ny = 3\n\n# still none\n```", "# Heading", "After.",
    ]  # fmt: skip
    (_, _, code, *_) = await standing(library)
    await editing.edit_block(MIA, library, code.id, "# no heading\ny = 4\n```\n# A heading", code.revision)
    assert (await texts(library))[2:4] == ["# no heading\ny = 4\n```", "# A heading"]


# --- striking, and terms


async def test_what_is_struck_is_put_back_each_as_often_as_one_likes(library: Library) -> None:
    known = await lesson(library)
    ids = [known["## Roots"].id, known["Roots stay."].id]
    for _ in range(2):
        struck = await striking.strike(NOOR, library, [*ids, ids[0]])
        assert [one.state for one in struck] == [BlockState.STRUCK] * 2
    assert (await scribing.session_now(library)).revision == 4, "one act, once"
    assert (await texts(library))[2:] == ["osmosis :: water moves", "", "Water climbs."]
    for _ in range(2):
        back = await striking.put_back(NOOR, library, ids)
        assert [one.state for one in back] == [BlockState.STANDING] * 2
    assert (await scribing.session_now(library)).revision == 5


async def test_what_is_not_in_the_note_cannot_be_struck_out_of_it(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.")
    await write(library, "Two.")
    await write(library, "Waits.", BEN)
    first, second, waiting = await blocks(library)
    await merging.merge(MIA, library, first.id, second.id)
    assert await key_of(striking.strike(MIA, library, [waiting.id])) == "strike_waits"
    assert await key_of(striking.strike(MIA, library, [first.id, second.id])) == "block_is_merged"
    assert await texts(library) == ["One.\n\nTwo."], "all of them or none"
    assert await key_of(striking.strike(BEN, library, [first.id])) == "only_scribe_or_librarian"
    assert await key_of(striking.put_back(BEN, library, [first.id])) == "only_scribe_or_librarian"
    assert await key_of(striking.strike(MIA, library, [77])) == "block_not_found"


async def test_a_question_that_is_struck_stays_with_the_researchers(library: Library) -> None:
    block = await one(library, "? Why do leaves fall")
    await striking.strike(MIA, library, [block.id])
    assert (await researching.again(library, block.question_number or 0)).state is QuestionState.OPEN
    (back,) = await striking.put_back(MIA, library, [block.id])
    assert back.question_number == block.question_number


async def test_a_term_is_confirmed_by_somebody_else(library: Library) -> None:
    block = await one(library, "osmosis :: water moves")
    assert await key_of(striking.check_terms(MIA, library, [block.id])) == "check_own_term"
    assert await key_of(striking.check_terms(BEN, library, [block.id])) == "only_scribe_or_librarian"
    for who in (NOOR, OKAFOR):
        (checked,) = await striking.check_terms(who, library, [block.id])
        assert checked.checked_by == NOOR.user_id, "the first one counts"
    assert (await scribing.session_now(library)).revision == 1, "no words changed"
    reworded = await editing.edit_block(NOOR, library, block.id, "osmosis :: water moves through a skin", 1)
    assert reworded.checked_by is None, "other words are to be confirmed anew"


async def test_only_terms_that_stand_are_confirmed(library: Library) -> None:
    block = await one(library, "osmosis :: water moves")
    text = await write(library, "Leaves fall.")
    assert await key_of(striking.check_terms(OKAFOR, library, [block.id, block.id + 1])) == "no_term_to_check"
    assert text.text in await texts(library)
    await striking.strike(MIA, library, [block.id])
    assert await key_of(striking.check_terms(OKAFOR, library, [block.id])) == "no_term_to_check"


# --- merging


async def two(library: Library) -> tuple[Block, Block]:
    """Begin a note with two texts of Mia's."""
    await scribing.start(library)
    await write(library, "One.")
    await write(library, "Two.")
    first, second = await standing(library)
    return first, second


async def test_texts_are_merged_and_split_again_exactly(library: Library) -> None:
    first, second = await two(library)
    for _ in range(2):
        merged = await merging.merge(NOOR, library, first.id, second.id)
        assert (merged.id, merged.text) == (first.id, "One.\n\nTwo.")
    assert await texts(library) == ["One.\n\nTwo."]
    inside = await block_saying(library, "Two.")
    assert (inside.state, inside.merged_into_id) == (BlockState.MERGED, first.id)
    assert await key_of(editing.open_block(MIA, library, second.id)) == "block_is_merged"
    parts = await merging.split(NOOR, library, first.id)
    assert [(one.id, one.text, one.merged_into_id) for one in parts] == [
        (first.id, "One.", None),
        (second.id, "Two.", None),
    ]
    assert all(one.follows_message for one in parts), "an edit of the message changes them again"
    assert await key_of(merging.split(NOOR, library, first.id)) == "nothing_merged"


async def test_the_last_merge_is_undone_first(library: Library) -> None:
    first, second = await two(library)
    await write(library, "Three.")
    third = await block_saying(library, "Three.")
    await merging.merge(MIA, library, second.id, first.id)
    await merging.merge(MIA, library, first.id, third.id)
    assert await texts(library) == ["One.\n\nTwo.\n\nThree."]
    await merging.split(MIA, library, first.id)
    assert await texts(library) == ["One.\n\nTwo.", "Three."]
    await merging.split(MIA, library, first.id)
    assert await texts(library) == ["One.", "Two.", "Three."]


async def test_a_merge_within_a_merge_is_undone_from_outside(library: Library) -> None:
    first, second = await two(library)
    await write(library, "Three.")
    third = await block_saying(library, "Three.")
    await merging.merge(MIA, library, second.id, third.id)
    await merging.merge(MIA, library, first.id, second.id)
    assert await key_of(merging.split(MIA, library, second.id)) == "nothing_merged"
    with pytest.raises(EditConflict) as conflict:
        await editing.edit_block(NOOR, library, third.id, "Three, alone.", third.revision)
    assert conflict.value.theirs == "One.\n\nTwo.\n\nThree."
    kept = await editing.keep_mine(NOOR, library, third.id, conflict.value.base)
    assert (kept.state, kept.text) == (BlockState.STANDING, "Three, alone.")
    assert await texts(library) == ["One.", "Two.", "Three, alone."]


async def test_what_was_edited_while_merged_is_divided_by_its_lines(library: Library) -> None:
    first, second = await two(library)
    merged = await merging.merge(MIA, library, first.id, second.id)
    text = "Before.\n\nOne, and more.\n\nBetween.\n\nTwo.\nAfter."
    await editing.edit_block(NOOR, library, first.id, text, merged.revision)
    await merging.split(MIA, library, first.id)
    assert await texts(library) == ["Before.\n\nOne, and more.\n\nBetween.", "Two.\nAfter."]


@pytest.mark.parametrize(("left", "struck"), [("One.", "Two."), ("Two.", "One.")])
async def test_of_what_nothing_is_left_is_struck_and_can_be_put_back(library: Library, left: str, struck: str) -> None:
    first, second = await two(library)
    merged = await merging.merge(MIA, library, first.id, second.id)
    await editing.edit_block(NOOR, library, first.id, left, merged.revision)
    await merging.split(MIA, library, first.id)
    assert await texts(library) == [left]
    await striking.put_back(MIA, library, [(await block_saying(library, struck)).id])
    assert await texts(library) == ["One.", "Two."]


async def test_lists_and_code_are_merged_as_they_go_on(library: Library) -> None:
    await scribing.start(library)
    await write(library, "```py\nx = 1")
    await write(library, "# y\n```")
    first, second = await standing(library)
    assert (await merging.merge(MIA, library, first.id, second.id)).text == "```py\nx = 1\n# y\n```"
    await merging.split(MIA, library, first.id)
    assert await texts(library) == ["```py\nx = 1", "# y\n```"]


async def test_what_cannot_be_merged(library: Library) -> None:
    await scribing.start(library)
    for who, text in ((MIA, "One."), (NOOR, "Two."), (NOOR, "# Three"), (NOOR, "Four."), (NOOR, "x" * 1_990)):
        await write(library, text, who)
    for _ in range(2):
        await write(library, "y" * 1_990, NOOR)
    first, second, third, fourth, fifth, _, last = await standing(library)
    assert await key_of(merging.merge(MIA, library, first.id, first.id)) == "merge_needs_two"
    assert await key_of(merging.merge(MIA, library, first.id, second.id)) == "merge_one_author"
    assert await key_of(merging.merge(MIA, library, second.id, fourth.id)) == "merge_only_text"
    assert await key_of(merging.merge(MIA, library, fifth.id, last.id)) == "merge_too_long"
    assert await key_of(merging.merge(BEN, library, fourth.id, fifth.id)) == "only_scribe_or_librarian"
    assert await key_of(merging.split(BEN, library, fourth.id)) == "only_scribe_or_librarian"
    await striking.strike(MIA, library, [third.id])
    assert await key_of(merging.merge(MIA, library, third.id, fourth.id)) == "merge_needs_standing"
    assert (await merging.merge(MIA, library, second.id, fourth.id)).text == "Two.\n\nFour.", "it reads as one now"
    await striking.strike(MIA, library, [second.id])
    assert await key_of(merging.split(MIA, library, second.id)) == "nothing_merged"


async def test_an_edit_of_a_message_reaches_its_part_of_what_was_merged(library: Library) -> None:
    await scribing.start(library)
    first, second = await write(library, "One."), await write(library, "Two.")
    block, other = await standing(library)
    await merging.merge(MIA, library, block.id, other.id)
    await edit(library, first, "One, changed.")
    await edit(library, second, "Two, changed.")
    assert await texts(library) == ["One, changed.\n\nTwo, changed."]
    parts = await merging.split(MIA, library, block.id)
    assert [one.text for one in parts] == ["One, changed.", "Two, changed."]
    assert all(one.follows_message for one in parts)


@pytest.mark.parametrize("place", [0, 1])
async def test_when_a_message_is_deleted_what_it_was_merged_with_stays(library: Library, place: int) -> None:
    await scribing.start(library)
    messages = await write(library, "One."), await write(library, "Two.")
    first, second = await standing(library)
    await merging.merge(MIA, library, first.id, second.id)
    await delete(library, messages[place])
    assert await texts(library) == [messages[1 - place].text]
    said = [one.text for one in (await history.history(MIA, library, 1, size=50)).items]
    assert not [text for text in said if messages[place].text in text], "its words are gone from the history, too"
    assert [text for text in said if messages[1 - place].text in text]


# --- adding by a form, and with a message


async def test_what_is_added_by_a_form_stands_where_it_was_added_once(library: Library) -> None:
    await one(library)
    event = scribing.next_id(library)
    for _ in range(2):
        added = await adding.add_block(MIA, library, 1, "# Roots\nRoots stay.", event_id=event)
        assert [(one.text, one.state, one.position) for one in added] == [
            ("# Roots", BlockState.STANDING, event),
            ("Roots stay.", BlockState.STANDING, event),
        ]
    await write(library, "After.")
    assert await texts(library) == ["Leaves fall.", "# Roots", "Roots stay.", "After."]
    assert (await history.history(MIA, library, 1)).items[-1].session_revision == 1


async def test_what_somebody_else_adds_waits(library: Library) -> None:
    await scribing.start(library)
    (added,) = await adding.add_block(BEN, library, 1, "? Why do leaves fall", event_id=1)
    assert (added.state, added.question_number) == (BlockState.WAITING, None)
    (by_librarian,) = await adding.add_block(OKAFOR, library, 1, "Leaves fall.", event_id=2)
    assert by_librarian.state is BlockState.STANDING


@pytest.mark.parametrize(
    ("typed", "level", "heading"),
    [
        ("Roots", 1, "# Roots"),
        ("## Roots\nand bark", 2, "## Roots and bark"),
        ("a :: b", 9, "### a :: b"),
        ("?x", 0, "# ?x"),
    ],
)
async def test_a_heading_is_added_in_words(library: Library, typed: str, level: int, heading: str) -> None:
    await scribing.start(library)
    (added,) = await adding.add_heading(MIA, library, 1, typed, level=level, event_id=1)
    assert (added.kind, added.text) == (BlockKind.HEADING, heading)


async def test_nothing_is_no_block(library: Library) -> None:
    await scribing.start(library)
    assert await key_of(adding.add_block(MIA, library, 1, " \n", event_id=1)) == "block_empty"
    assert await key_of(adding.add_heading(MIA, library, 1, "## ", event_id=1)) == "block_empty"
    assert await key_of(adding.add_block(MIA, library, 9, "x", event_id=1)) == "note_not_found"
    assert await key_of(adding.add_block(LINDQVIST, library, 1, "x", event_id=1)) == "note_not_found"


async def test_a_closed_note_takes_nothing_in_but_is_edited(library: Library) -> None:
    block = await one(library)
    waiting = await write(library, "Leaves rot.", BEN)
    await sessions.close_session(MIA, library, 1)
    for act in (
        adding.add_block(MIA, library, 1, "x", event_id=1),
        adding.add_heading(MIA, library, 1, "x", event_id=2),
        adding.take_in(MIA, library, 1, THREAD, waiting, event_id=3),
    ):
        with pytest.raises(WrongState) as refused:
            await act
        assert refused.value.key == "errors.note_is_closed"
    assert (await editing.edit_block(MIA, library, block.id, "Changed.", 1)).text == "Changed."


async def test_what_waits_is_taken_in_for_its_author(library: Library) -> None:
    await one(library)
    waiting = await write(library, "Leaves rot.\n? Why do leaves rot", BEN)
    taken = await adding.take_in(NOOR, library, 1, THREAD, waiting, event_id=1)
    for event in (1, 2):
        assert await adding.take_in(NOOR, library, 1, THREAD, waiting, event_id=event) == taken
        assert [(one.text, one.state, one.author_id, one.taken_by) for one in taken.blocks] == [
            ("Leaves rot.", BlockState.STANDING, BEN.user_id, NOOR.user_id),
            ("? Why do leaves rot", BlockState.STANDING, BEN.user_id, NOOR.user_id),
        ]
    assert (await researching.again(library, taken.blocks[1].question_number or 0)).asker_id == BEN.user_id
    assert (await scribing.session_now(library)).revision == 3


async def test_a_message_from_elsewhere_is_taken_in_with_its_files(library: Library) -> None:
    await one(library)
    message = scribing.said(library, "Leaves rot.", BEN, files=(picture(),))
    taken = await adding.take_in(MIA, library, 1, ELSEWHERE, message, event_id=1)
    assert [one.text for one in taken.blocks] == ["Leaves rot.", ""]
    assert [one.block_id for one in taken.captured.files] == [taken.blocks[1].id]
    assert await texts(library) == ["Leaves fall.", "Leaves rot.", ""]
    again = await adding.take_in(MIA, library, 1, ELSEWHERE, message, event_id=1)
    assert (again.blocks, again.captured.files) == (taken.blocks, ())


async def test_what_was_struck_altogether_is_taken_in_again(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "# Leaves\nLeaves fall.")
    heading, text = await standing(library)
    await striking.strike(MIA, library, [heading.id])
    await adding.take_in(NOOR, library, 1, THREAD, message, event_id=1)
    assert await texts(library) == ["Leaves fall."], "somebody chose which part of it stands"
    await striking.strike(MIA, library, [text.id])
    await adding.take_in(NOOR, library, 1, THREAD, message, event_id=2)
    assert await texts(library) == ["# Leaves", "Leaves fall."]
    await striking.strike(MIA, library, [text.id])
    await adding.take_in(NOOR, library, 1, THREAD, message, event_id=2)
    assert await texts(library) == ["# Leaves"], "an event has its effect once"


async def test_what_cannot_be_taken_in(library: Library) -> None:
    await one(library)
    gone = await write(library, "Gone.", BEN)
    await delete(library, gone)
    empty = scribing.said(library, " ", BEN)
    there = scribing.said(library, "Leaves rot.", BEN)
    await scribing.start(library, thread_id=THREAD + 1)
    await adding.take_in(MIA, library, 2, ELSEWHERE, there, event_id=1)
    for message, key in ((gone, "message_gone"), (empty, "nothing_to_take_in"), (there, "message_in_another_note")):
        assert await key_of(adding.take_in(MIA, library, 1, ELSEWHERE, message, event_id=2)) == key
    act = adding.take_in(BEN, library, 1, ELSEWHERE, there, event_id=2)
    with pytest.raises(NotAllowed):
        await act
    with pytest.raises(NotFound):
        await adding.take_in(MIA, library, 9, ELSEWHERE, there, event_id=2)
