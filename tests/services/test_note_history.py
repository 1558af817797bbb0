"""What a note said, who changed it, and how it comes to say it again."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed, NotFound, WrongState
from bot.models.questions import QuestionState
from bot.models.sessions import BlockKind, BlockState, Cause
from bot.services.library import Library
from bot.services.scribes import adding, editing, history, merging, restoring, striking
from bot.services.scribes.history import Contribution, SectionRecord
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ
from tests.services import researching, scribing
from tests.services.scribing import THREAD, block_saying, blocks, delete, edit, picture, standing, texts, write


async def said_at(library: Library, version: int) -> list[tuple[BlockState, str]]:
    """Return what stood in a version."""
    return [(one.state, one.text) for one in await history.note_at(BEN, library, 1, version)]


# --- who changed what


async def test_history_is_newest_first_and_says_who_changed_what(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "Leaves fall in autumn.")
    (block,) = await standing(library)
    await edit(library, message, "Leaves fall in late autumn.")
    await editing.edit_block(NOOR, library, block.id, "Leaves fall in winter.", 2)
    await striking.strike(OKAFOR, library, [block.id])
    page = await history.history(BEN, library, 1, size=3)
    assert (page.page, page.pages, page.total) == (1, 2, 4)
    assert [(one.cause, one.by, one.session_revision) for one in page.items] == [
        (Cause.STRUCK, OKAFOR.user_id, 4),
        (Cause.EDITED, NOOR.user_id, 3),
        (Cause.MESSAGE, MIA.user_id, 2),
    ]
    edited = page.items[1]
    assert (edited.before, edited.text) == ("Leaves fall in late autumn.", "Leaves fall in winter.")
    assert [(one.sign, one.text) for one in history.diff_of(edited)] == [
        ("=", "Leaves fall in"),
        ("-", " late autumn."),
        ("+", " winter."),
    ]
    (first,) = (await history.history(BEN, library, 1, page=9, size=3)).items
    assert (first.cause, first.before, first.revision) == (Cause.WRITTEN, "", 1)


async def test_history_of_one_block_leaves_out_the_others(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.\n# Two")
    block = await block_saying(library, "# Two")
    assert [one.block_id for one in (await history.history(MIA, library, 1, block_id=block.id)).items] == [block.id]
    assert (await history.history(MIA, library, 1, block_id=77)).total == 0


async def test_what_the_message_says_since_is_told_apart(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "One.")
    (block,) = await standing(library)
    await editing.edit_block(NOOR, library, block.id, "Two.", 1)
    await edit(library, message, "Three.")
    await editing.edit_block(NOOR, library, block.id, "Four.", 2)
    newest, aside, *_ = (await history.history(MIA, library, 1)).items
    assert (newest.before, newest.text) == ("Two.", "Four.")
    assert (aside.cause, aside.text) == (Cause.SET_ASIDE, "Three.")
    restored = await restoring.restore(NOOR, library, block.id, aside.revision)
    assert restored.text == "Three."
    assert restored.follows_message, "it says again what its message says"
    assert await said_at(library, 3) == [(BlockState.STANDING, "Two.")]


async def test_what_waits_is_in_the_history_for_those_who_see_it(library: Library) -> None:
    await scribing.start(library)
    (waiting,) = await adding.add_block(BEN, library, 1, "Mine waits.", event_id=1)
    for who, total in ((BEN, 1), (MIA, 1), (OKAFOR, 1), (TOMASZ, 0)):
        assert (await history.history(who, library, 1)).total == total
    await editing.edit_block(BEN, library, waiting.id, "Mine waited.", 1)
    other = await write(library, "More.", BEN)
    await adding.take_in(MIA, library, 1, THREAD, other, event_id=2)
    assert [one.cause for one in (await history.history(TOMASZ, library, 1)).items] == [Cause.TAKEN]
    assert (await history.history(TOMASZ, library, 1)).items[0].before == "More."


async def test_a_note_of_another_server_has_no_history(library: Library) -> None:
    await scribing.start(library)
    for act in (
        history.history(LINDQVIST, library, 1),
        history.note_at(LINDQVIST, library, 1, 0),
        history.contributions(LINDQVIST, library, 1),
        restoring.restore_note(LINDQVIST, library, 1, 0),
    ):
        with pytest.raises(NotFound):
            await act


# --- versions


async def test_every_version_can_be_read_again(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.\n# Two")
    (first, heading) = await standing(library)
    await editing.edit_block(NOOR, library, first.id, "One, changed.\n## New", 1)
    await striking.strike(NOOR, library, [heading.id])
    stands = BlockState.STANDING
    assert await said_at(library, 0) == []
    assert await said_at(library, 1) == [(stands, "One."), (stands, "# Two")]
    assert await said_at(library, 2) == [(stands, "One, changed."), (stands, "## New"), (stands, "# Two")]
    assert await said_at(library, 3) == [(stands, "One, changed."), (stands, "## New")]
    for version in (-1, 4, 2**70):
        with pytest.raises(NotFound) as refused:
            await history.note_at(MIA, library, 1, version)
        assert refused.value.key == "errors.version_not_found"


async def test_of_what_was_deleted_only_the_fact_is_left_in_every_version(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "Secret.", files=(picture(),))
    (block, image) = await standing(library)
    await editing.edit_block(NOOR, library, block.id, "Secret words.", 1)
    await delete(library, message)
    removed = BlockState.REMOVED
    for version in (1, 2):
        assert await said_at(library, version) == [(removed, ""), (removed, "")]
    assert await said_at(library, 3) == []
    assert not [one for one in (await history.history(MIA, library, 1)).items if one.text or one.before]
    for gone in (block, image):
        with pytest.raises(NotFound) as refused:
            await restoring.restore(MIA, library, gone.id, 1)
        assert refused.value.key == "errors.words_are_gone"
    restored = await restoring.restore_note(MIA, library, 1, 2)
    assert (restored.changed, restored.gone) == (0, 2)


# --- restoring


async def test_a_block_says_again_what_it_said(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "One.")
    (block,) = await standing(library)
    await editing.edit_block(NOOR, library, block.id, "# Two", 1)
    for _ in range(2):
        restored = await restoring.restore(MIA, library, block.id, 1)
        assert (restored.kind, restored.text, restored.revision) == (BlockKind.TEXT, "One.", 3)
    newest = (await history.history(MIA, library, 1)).items[0]
    assert (newest.cause, newest.by, newest.before) == (Cause.RESTORED, MIA.user_id, "# Two")
    await edit(library, message, "One more.")
    assert await texts(library) == ["One more."], "it follows its message again"
    assert (await restoring.restore(NOOR, library, block.id, 2)).text == "# Two", "restoring is undone by restoring"


async def test_a_struck_block_stands_again_when_it_is_restored(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.")
    (block,) = await standing(library)
    await striking.strike(MIA, library, [block.id])
    restored = await restoring.restore(MIA, library, block.id, 1)
    assert (restored.state, restored.text) == (BlockState.STANDING, "One.")


async def test_what_its_author_edited_away_comes_back(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "# Leaves\n? Why do leaves fall")
    question = await block_saying(library, "? Why do leaves fall")
    await edit(library, message, "# Leaves")
    assert await texts(library) == ["# Leaves"]
    assert (await researching.again(library, question.question_number or 0)).state is QuestionState.WITHDRAWN
    back = await restoring.restore(NOOR, library, question.id, 1)
    assert await texts(library) == ["# Leaves", "? Why do leaves fall"]
    assert back.question_number not in {None, question.question_number}, "it is asked anew"
    await edit(library, message, "# Leaves and bark")
    assert await texts(library) == ["# Leaves and bark", "? Why do leaves fall"], "who restored it wants it here"
    with pytest.raises(NotFound) as refused:
        await restoring.restore(NOOR, library, question.id, 2)
    assert refused.value.key == "errors.words_are_gone"
    await restoring.restore_note(NOOR, library, 1, 2)
    assert await texts(library) == ["# Leaves"]
    await striking.put_back(NOOR, library, [question.id])
    assert await texts(library) == ["# Leaves", "? Why do leaves fall"]


@pytest.mark.parametrize("revision", [0, -1, 2, 2**70])
async def test_a_revision_that_never_was(library: Library, revision: int) -> None:
    await scribing.start(library)
    await write(library, "One.")
    (block,) = await standing(library)
    with pytest.raises(NotFound) as refused:
        await restoring.restore(MIA, library, block.id, revision)
    assert refused.value.key == "errors.revision_not_found"


async def test_who_may_restore_what(library: Library) -> None:
    await scribing.start(library)
    for text, who in (("One.", MIA), ("Two.", MIA), ("Waits.", BEN)):
        await write(library, text, who)
    first, second, waiting = await blocks(library)
    for act in (
        restoring.restore(BEN, library, first.id, 1),
        restoring.restore_note(BEN, library, 1, 1),
        history.contributions(BEN, library, 1),
    ):
        with pytest.raises(NotAllowed):
            await act
    for block_id in (0, 99, 2**70):
        with pytest.raises(NotFound):
            await restoring.restore(MIA, library, block_id, 1)
    await merging.merge(MIA, library, first.id, second.id)
    for block, key in ((second, "block_is_merged"), (waiting, "block_waits")):
        with pytest.raises(WrongState) as refused:
            await restoring.restore(MIA, library, block.id, 1)
        assert refused.value.key == f"errors.{key}"


async def test_restoring_what_was_said_before_a_merge_takes_it_apart(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.")
    await write(library, "Two.")
    first, second = await standing(library)
    await merging.merge(MIA, library, first.id, second.id)
    await editing.edit_block(NOOR, library, first.id, "One, changed.\n\nTwo.", 2)
    assert (await restoring.restore(MIA, library, first.id, 2)).text == "One.\n\nTwo.", "merged then as now"
    await restoring.restore(MIA, library, first.id, 1)
    assert await texts(library) == ["One.", "Two."]
    await restoring.restore(MIA, library, first.id, 3)
    assert await texts(library) == ["One, changed.", "Two."], "of a merged text a block gets what is its own"


async def test_restoring_what_was_merged_with_something_that_is_gone(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.")
    gone = await write(library, "Two.")
    first, second = await standing(library)
    await merging.merge(MIA, library, first.id, second.id)
    await delete(library, gone)
    restored = await restoring.restore(MIA, library, first.id, 2)
    assert restored.text == "One."
    note = await restoring.restore_note(MIA, library, 1, 3)
    assert (note.gone, await texts(library)) == (0, ["One."])


async def test_what_was_edited_beyond_telling_whose_it_was_goes_with_the_deleted_message(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.")
    gone = await write(library, "Two.")
    first, second = await standing(library)
    await merging.merge(MIA, library, first.id, second.id)
    await editing.edit_block(NOOR, library, first.id, "One, then two.", 2)
    await delete(library, gone)
    assert await texts(library) == ["One, then two."]
    assert await said_at(library, 4) == [(BlockState.STANDING, "")]
    assert (await restoring.restore_note(MIA, library, 1, 4)).changed == 0
    with pytest.raises(NotFound):
        await restoring.restore(MIA, library, first.id, 3)


async def test_a_whole_note_is_again_what_it_was(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.\n# Two")
    waits = await write(library, "Waits.", BEN)
    await write(library, "Three.")
    first, heading, third = await standing(library)
    version = (await scribing.session_now(library)).revision
    then = await said_at(library, version)
    await editing.edit_block(NOOR, library, first.id, "One, changed.\n## New", 1)
    await striking.strike(NOOR, library, [heading.id])
    await adding.take_in(NOOR, library, 1, THREAD, waits, event_id=1)
    await write(library, "Later.")
    later = await block_saying(library, "Later.")
    await merging.merge(MIA, library, third.id, later.id)
    before = await said_at(library, (await scribing.session_now(library)).revision)
    restored = await restoring.restore_note(NOOR, library, 1, version)
    assert (restored.changed, restored.gone) == (6, 0)
    assert await said_at(library, restored.session.revision) == then
    assert (await block_saying(library, "Waits.")).state is BlockState.WAITING
    assert (await block_saying(library, "Later.")).state is BlockState.STRUCK
    again = await restoring.restore_note(NOOR, library, 1, version)
    assert (again.changed, again.session.revision) == (0, restored.session.revision)
    await restoring.restore_note(NOOR, library, 1, restored.session.revision - 1)
    assert await said_at(library, restored.session.revision + 1) == before
    await merging.split(MIA, library, third.id)
    assert (await texts(library))[-2:] == ["Three.", "Later."]


async def test_a_struck_block_that_was_merged_then_is_put_back_as_itself(library: Library) -> None:
    await scribing.start(library)
    await write(library, "One.")
    await write(library, "Two.")
    first, second = await standing(library)
    await merging.merge(MIA, library, first.id, second.id)
    await restoring.restore_note(MIA, library, 1, 1)
    assert await texts(library) == ["One."]
    await striking.put_back(MIA, library, [second.id])
    assert await texts(library) == ["One.", "Two."]


async def test_what_was_edited_away_comes_back_with_the_whole_note(library: Library) -> None:
    await scribing.start(library)
    message = await write(library, "One.\n# Two\n## Three")
    three = await block_saying(library, "## Three")
    await striking.strike(MIA, library, [three.id])
    await edit(library, message, "One.")
    assert await texts(library) == ["One."]
    restored = await restoring.restore_note(MIA, library, 1, 2)
    assert (await texts(library), restored.changed) == (["One.", "# Two"], 1)
    await restoring.restore_note(MIA, library, 1, 1)
    assert await texts(library) == ["One.", "# Two", "## Three"]


async def test_what_was_merged_into_something_gone_stands_by_itself(library: Library) -> None:
    await scribing.start(library)
    gone = await write(library, "One.")
    await write(library, "Two.")
    first, second = await standing(library)
    await merging.merge(MIA, library, first.id, second.id)
    await delete(library, gone)
    await editing.edit_block(MIA, library, second.id, "Changed.", 3)
    restored = await restoring.restore_note(MIA, library, 1, 3)
    assert (await texts(library), restored.gone) == (["Two."], 1)


# --- who wrote what


async def test_contributions_are_by_section_in_order_of_appearance(library: Library) -> None:
    await scribing.start(library)
    for text, who in (
        ("Before.", NOOR),
        ("# Leaves\nLeaves fall.", MIA),
        ("One.", NOOR),
        ("Two.", MIA),
        ("Waits.", BEN),
        ("## Roots", NOOR),
        ("Three.", NOOR),
    ):
        await write(library, text, who)
    for who in (NOOR, OKAFOR):
        assert await history.contributions(who, library, 1) == (
            SectionRecord("", (Contribution(NOOR.user_id, 1),)),
            SectionRecord("Leaves", (Contribution(MIA.user_id, 3), Contribution(NOOR.user_id, 1))),
            SectionRecord("Roots", (Contribution(NOOR.user_id, 2),)),
        )
