"""A note becomes public by the rules of questions: each block and each answer with its author's yes, and no other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.clock import MINUTE
from bot.errors import NotAllowed, NotFound, WrongState
from bot.models.companions import Changes, Note
from bot.models.publications import ConsentState, Publishable
from bot.models.sessions import Block, BlockKind, BlockState, Cause, ThreadMessage
from bot.services import librarians
from bot.services.library import Library
from bot.services.publishing import approving, consenting, reading, requesting
from bot.services.publishing.changes import on_note_changed
from bot.services.researchers import answering, asking, capturing, settling
from bot.services.scribes import capturing as notes_of_threads
from bot.services.scribes import merging
from bot.services.scribes.companions import compiled_note
from bot.services.scribes.keeping import blocks_of
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR, SERVER, TOMASZ, MovableClock
from tests.services.noting import (
    LEAF,
    THREAD,
    ask_in,
    begin,
    block_of,
    change_block,
    compiled,
    run,
    session,
    texts,
    write,
)
from tests.services.publishing import approve, consent_of, page, preview, public
from tests.services.researching import CHANNEL, WEB, again, answer, empty_outbox, passed, queued, rows


async def shown(library: Library, number: int) -> Note | None:
    """What the public reads of a note; None where it is not public."""
    return next((one.note for one in (await public(library)).notes if one.note.number == number), None)


async def asked_for(library: Library) -> int:
    """A compiled note of Mia's and Ben's, with a hole that Noor filled, that Mia wants to be public; its number."""
    number = await begin(library)
    await write(library, number, MIA, "Mia's words.")
    await write(library, number, BEN, "Ben's words.")
    question = await ask_in(library, number)
    await answer(library, question, NOOR, "Noor's answer.")
    await compiled(library, number)
    await requesting.ask_publication(MIA, library, number)
    return number


async def published(library: Library) -> int:
    """The same, public with everybody's yes."""
    number = await asked_for(library)
    for who in (BEN, NOOR):
        await consenting.give_consent(who, library, number)
    await approve(library, number)
    return number


async def strike(library: Library, number: int, text: str) -> None:
    """A scribe strikes out the block that says this."""
    block = block_of(await shown(library, number), text)
    await change_block(library, block.id, Cause.STRUCK, MIA, state=BlockState.STRUCK)


async def test_a_page_shows_blocks_and_answers_under_pen_names(library: Library) -> None:
    number = await published(library)
    (page_of_note,) = (await public(library)).notes
    note = page_of_note.note
    assert texts(note) == ["Mia's words.", "Ben's words.", "Why do leaves turn red?"]
    hole = note.blocks[2].hole
    assert hole is not None
    assert [one.text for one in hole.answers] == ["Noor's answer."]
    assert note.bylines == (note.blocks[0].byline, note.blocks[1].byline)
    assert (note.number, note.changes) == (number, Changes(0, 0, 0))
    for someone in (MIA, BEN, NOOR):
        assert str(someone.user_id) not in str(await rows(library, "SELECT snapshot FROM publication"))
    assert str(BEN.user_id) in str(await rows(library, "SELECT * FROM consent")), "the same look finds it elsewhere"


async def test_scribes_and_librarians_ask_once_it_was_compiled(library: Library) -> None:
    number = await begin(library)
    await write(library, number, BEN, "Ben's words.")
    with pytest.raises(WrongState, match="note_not_compiled"):
        await requesting.ask_publication(MIA, library, number)
    await compiled(library, number)
    for who in (BEN, TOMASZ):
        with pytest.raises(NotAllowed, match="only_scribe_or_librarian"):
            await requesting.ask_publication(who, library, number)
    await librarians.change_settings(LINDQVIST, library, publishing_allowed=True)
    with pytest.raises(NotFound):
        await requesting.ask_publication(LINDQVIST, library, number)
    assert await requesting.ask_publication(OKAFOR, library, number) == (), "nothing in it is hers"
    assert await consent_of(library, BEN, number) is ConsentState.ASKED
    await librarians.change_settings(OKAFOR, library, publishing_allowed=False)
    with pytest.raises(WrongState, match="publishing_is_off"):
        await requesting.ask_publication(MIA, library, number)


async def test_who_asks_says_yes_and_the_others_are_asked_in_one_notice_in_the_thread(library: Library) -> None:
    number = await begin(library)
    await write(library, number, MIA, "Mia's words.")
    await write(library, number, BEN, "Ben's words.")
    question = await ask_in(library, number)
    await answer(library, question, NOOR)
    await answer(library, question, TOMASZ)
    await run(library, "UPDATE answer SET created_at = created_at + 1 WHERE ordinal = 2")
    await compiled(library, number)
    await empty_outbox(library)

    (own,) = await requesting.ask_publication(MIA, library, number)

    assert (own.kind, own.number, own.title) == (Publishable.NOTE, number, "Why leaves let go")
    assert (own.state, bool(own.byline)) == (ConsentState.GIVEN, True)
    (notice,) = [row for row in await queued(library) if row["kind"] == "notice"]
    assert notice["channel_id"] == THREAD + number
    assert json.loads(notice["payload"])["mention"] == [NOOR.user_id, BEN.user_id]
    assert await consent_of(library, TOMASZ, number) is None, "his answer came after it was compiled"
    await empty_outbox(library)
    await requesting.ask_publication(MIA, library, number)
    assert await queued(library) == [], "nobody is asked twice"


async def test_where_the_thread_is_gone_the_notice_stands_in_the_channel(library: Library) -> None:
    number = await begin(library)
    await write(library, number, BEN, "Ben's words.")
    await compiled(library, number)
    await run(library, "UPDATE session SET thread_id = NULL")
    await empty_outbox(library)
    await requesting.ask_publication(MIA, library, number)
    assert [row["channel_id"] for row in await queued(library)] == [CHANNEL]
    assert (await session(library, number)).thread_id is None


async def test_silence_and_no_look_alike_and_leave_no_mark(library: Library) -> None:
    number = await asked_for(library)
    before = await preview(library, number)
    for who in (BEN, NOOR):
        await consenting.decline_consent(who, library, number)
    assert await preview(library, number) == before
    assert (before.kind, before.waiting_count, before.question) == (Publishable.NOTE, 2, None)
    assert texts(before.note) == ["Mia's words.", "Why do leaves turn red?"]
    assert before.note is not None
    hole = before.note.blocks[1].hole
    assert hole is not None
    assert hole.answers == ()
    assert before.note.bylines == (before.note.blocks[0].byline,)
    assert await approving.publications_waiting(OKAFOR, library) == (before,)


async def test_without_anybodys_yes_there_is_nothing_to_approve(library: Library) -> None:
    number = await asked_for(library)
    await consenting.decline_consent(MIA, library, number)
    seen = await preview(library, number)
    assert (seen.note, seen.digest, seen.is_ready) == (None, "", False)
    with pytest.raises(WrongState, match="note_publication_not_ready"):
        await approving.approve_publication(OKAFOR, library, number, "")


async def test_what_waits_for_a_librarian_is_counted(library: Library) -> None:
    number = await asked_for(library)
    assert (await librarians.waiting_for_librarian(OKAFOR, library)).publications == 1
    await consenting.decline_consent(MIA, library, number)
    assert (await librarians.waiting_for_librarian(OKAFOR, library)).publications == 0


async def test_what_changed_since_it_was_looked_at_is_not_published(library: Library) -> None:
    number = await asked_for(library)
    seen = await preview(library, number)
    await consenting.give_consent(BEN, library, number)
    with pytest.raises(WrongState, match="publication_changed"):
        await approving.approve_publication(OKAFOR, library, number, seen.digest)
    assert await shown(library, number) is None


async def test_a_consent_to_a_note_is_none_to_its_question_and_the_other_way_round(library: Library) -> None:
    number = await published(library)
    ((question,),) = [tuple(row["number"] for row in await rows(library, "SELECT number FROM question"))]
    await settling.settle_question(MIA, library, question, "Sugar.")
    assert await page(library, question) is None
    await requesting.ask_publication(MIA, library, question)
    assert await consent_of(library, NOOR, question) is ConsentState.ASKED
    assert [one.number for one in await consenting.consents_waiting(NOOR, library)] == [question]
    await consenting.decline_consent(NOOR, library, question)
    note = await shown(library, number)
    assert note is not None
    assert note.blocks[2].hole is not None
    assert len(note.blocks[2].hole.answers) == 1


# --- what goes at once


async def test_a_no_takes_away_what_is_theirs_at_once(library: Library) -> None:
    number = await published(library)
    before = await public(library)
    await consenting.withdraw_consent(BEN, library, number)
    note = await shown(library, number)
    assert texts(note) == ["Mia's words.", "Why do leaves turn red?"]
    assert note is not None
    assert note.bylines == (note.blocks[0].byline,)
    assert (await public(library)).version != before.version
    await consenting.withdraw_consent(NOOR, library, number)
    note = await shown(library, number)
    assert note is not None
    assert note.blocks[1].hole is not None
    assert note.blocks[1].hole.answers == ()
    await consenting.withdraw_consent(MIA, library, number)
    assert await shown(library, number) is None
    assert [row["withdrawn_because"] for row in await rows(library, "SELECT * FROM publication")] == ["consent"]


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (Cause.STRUCK, BlockState.STRUCK),
        (Cause.REMOVED, BlockState.REMOVED),
        (Cause.MERGED, BlockState.MERGED),
        (Cause.TAKEN, BlockState.WAITING),
    ],
)
async def test_what_no_longer_stands_goes_at_once(library: Library, cause: Cause, state: BlockState) -> None:
    number = await published(library)
    block = block_of(await shown(library, number), "Mia's words.")
    await change_block(library, block.id, cause, MIA, state=state)
    assert texts(await shown(library, number)) == ["Ben's words.", "Why do leaves turn red?"]


async def test_where_nothing_is_left_the_page_goes(library: Library) -> None:
    number = await published(library)
    for text in ("Mia's words.", "Ben's words.", "Why do leaves turn red?"):
        await strike(library, number, text)
    assert await shown(library, number) is None
    assert [row["withdrawn_because"] for row in await rows(library, "SELECT * FROM publication")] == ["note"]
    await library.database.write(on_note_changed, SERVER, (await session(library, number)).id)


async def test_what_adds_nothing_to_take_away_changes_nothing(library: Library) -> None:
    number = await published(library)
    before = await public(library)
    await write(library, number, MIA, "More words.")
    block = block_of(await shown(library, number), "Mia's words.")
    await change_block(library, block.id, Cause.EDITED, MIA, text="Mia's other words.")
    assert await public(library) == before


async def test_a_question_that_is_taken_back_leaves_its_words_and_nothing_else(library: Library) -> None:
    number = await published(library)
    question = block_of(await shown(library, number), "Why do leaves turn red?").hole
    assert question is not None
    await asking.withdraw_question(MIA, library, question.number)
    assert block_of(await shown(library, number), "Why do leaves turn red?").hole is None


async def test_words_that_were_merged_go_when_their_message_is_deleted(library: Library) -> None:
    number = await begin(library)
    first, second = await posted(library, number, "First words.", "Second words.")
    await merging.merge(MIA, library, first.id, second.id)
    aside = await write(library, number, BEN, "Ben's words.")
    await compiled(library, number)
    await requesting.ask_publication(MIA, library, number)
    await approve(library, number)
    assert "Second words." in texts(await shown(library, number))[0]
    assert second.source_message_id is not None

    await notes_of_threads.messages_deleted(library, SERVER, THREAD + number, [second.source_message_id])

    kept = str(await rows(library, "SELECT snapshot FROM compilation UNION ALL SELECT snapshot FROM publication"))
    assert "Second words." not in kept
    assert "First words." in kept
    assert texts(await shown(library, number)) == ["First words."]
    assert texts(await compiled_note(MIA, library, number)) == ["Ben's words.", "First words."]
    assert first.source_message_id is not None
    await notes_of_threads.messages_deleted(library, SERVER, THREAD + number, [first.source_message_id])
    assert await shown(library, number) is None
    assert [block.id for block in (await compiled_note(MIA, library, number)).blocks] == [aside.id]


async def posted(library: Library, number: int, *said: str) -> list[Block]:
    """Mia writes messages in the note's thread; return their blocks."""
    of = await session(library, number)
    assert of.thread_id is not None
    begun = (of.started_at - 1_420_070_400_000) << 22
    for place, text in enumerate(said, 1):
        message = ThreadMessage(begun + place, MIA.user_id, text)
        await notes_of_threads.message_written(library, SERVER, of.thread_id, message)
    return list(await library.database.read(blocks_of, of))


async def test_an_answer_that_was_deleted_goes_at_once(library: Library) -> None:
    number = await begin(library)
    question = await ask_in(library, number)
    await answering.answer_question(NOOR, library, question.number, "Noor's answer.", (WEB,), source_message_id=779)
    await compiled(library, number)
    await requesting.ask_publication(MIA, library, number)
    await consenting.give_consent(NOOR, library, number)
    await approve(library, number)
    await capturing.messages_deleted(library, SERVER, [779])
    hole = block_of(await shown(library, number), "Why do leaves turn red?").hole
    assert hole is not None
    assert hole.answers == ()


async def test_a_librarian_takes_it_away_and_then_everyone_is_asked_anew(library: Library) -> None:
    number = await published(library)
    await approving.withdraw_publication(OKAFOR, library, number)
    assert await shown(library, number) is None
    with pytest.raises(NotFound, match="consent_not_asked"):
        await consenting.give_consent(BEN, library, number)
    await requesting.ask_publication(MIA, library, number)
    assert await consent_of(library, BEN, number) is ConsentState.ASKED
    assert (await preview(library, number)).waiting_count == 2


# --- what waits


async def test_compiled_again_it_waits_for_a_new_approval(library: Library, clock: MovableClock) -> None:
    number = await published(library)
    clock.advance(MINUTE)
    block = block_of(await shown(library, number), "Mia's words.")
    await change_block(library, block.id, Cause.MESSAGE, MIA, text="Mia's other words.")
    await strike(library, number, "Ben's words.")
    assert await approving.publications_waiting(OKAFOR, library) == (), "nobody compiled it"
    await compiled(library, number)

    (waiting,) = await approving.publications_waiting(OKAFOR, library)
    assert waiting.note is not None
    assert (waiting.note.version, waiting.note.changes) == (2, Changes(0, 1, 0)), "what went is not told"
    assert texts(await shown(library, number)) == ["Mia's words.", "Why do leaves turn red?"]
    await approving.approve_publication(OKAFOR, library, number, waiting.digest)
    note = await shown(library, number)
    assert note == waiting.note
    assert await approving.publications_waiting(OKAFOR, library) == ()
    await approving.approve_publication(OKAFOR, library, number, waiting.digest)
    assert await shown(library, number) == note


async def test_what_somebody_wrote_after_their_yes_needs_another(library: Library, clock: MovableClock) -> None:
    number = await published(library)
    clock.advance(MINUTE)
    await write(library, number, BEN, "Ben's later words.")
    assert await consent_of(library, BEN, number) is ConsentState.GIVEN, "it is not compiled yet"
    clock.advance(MINUTE)
    await compiled(library, number)
    assert await consent_of(library, BEN, number) is ConsentState.ASKED
    assert await consent_of(library, MIA, number) is ConsentState.GIVEN
    assert await approving.publications_waiting(OKAFOR, library) == ()
    await consenting.give_consent(BEN, library, number)
    (waiting,) = await approving.publications_waiting(OKAFOR, library)
    assert texts(waiting.note)[-1] == "Ben's later words."
    assert waiting.note is not None
    assert waiting.note.changes == Changes(1, 0, 0)


async def test_what_somebody_else_reworded_needs_another_yes(library: Library, clock: MovableClock) -> None:
    number = await published(library)
    clock.advance(MINUTE)
    block = block_of(await shown(library, number), "Ben's words.")
    await change_block(library, block.id, Cause.EDITED, MIA, text="Mia's words for Ben's.")
    assert await consent_of(library, BEN, number) is ConsentState.GIVEN
    assert texts((await preview(library, number)).note)[1] == "Ben's words.", "as it was compiled"
    await compiled(library, number)
    assert await consent_of(library, BEN, number) is ConsentState.ASKED
    assert texts((await preview(library, number)).note) == ["Mia's words.", "Why do leaves turn red?"]
    assert texts(await shown(library, number))[1] == "Ben's words.", "the page stays as it was approved"
    clock.advance(MINUTE)
    await consenting.give_consent(BEN, library, number)
    assert texts((await preview(library, number)).note)[1] == "Mia's words for Ben's."


async def test_an_answer_that_is_newer_or_reworded_by_somebody_else_needs_another_yes(
    library: Library, clock: MovableClock
) -> None:
    number = await published(library)
    question = block_of(await shown(library, number), "Why do leaves turn red?").hole
    assert question is not None
    clock.advance(MINUTE)
    await answering.edit_answer(OKAFOR, library, question.number, 1, "Ms. Okafor's words.", (WEB,))
    await compiled(library, number)
    assert await consent_of(library, NOOR, number) is ConsentState.ASKED
    assert await answers_to(library, number) == []
    clock.advance(MINUTE)
    await consenting.give_consent(NOOR, library, number)
    assert await answers_to(library, number) == ["Ms. Okafor's words."]

    clock.advance(MINUTE)
    await answer(library, await again(library, question.number), NOOR, "Noor's second answer.")
    await answer(library, await again(library, question.number), TOMASZ, "Tomasz's answer.")
    await compiled(library, number)
    assert await consent_of(library, NOOR, number) is ConsentState.ASKED
    assert await answers_to(library, number) == ["Ms. Okafor's words."]
    await requesting.ask_publication(MIA, library, number)
    for who in (NOOR, TOMASZ):
        await consenting.give_consent(who, library, number)
    assert await answers_to(library, number) == ["Ms. Okafor's words.", "Noor's second answer.", "Tomasz's answer."]


async def answers_to(library: Library, number: int) -> list[str]:
    """The answers that would be public in a note's only hole."""
    hole = block_of((await preview(library, number)).note, "Why do leaves turn red?").hole
    assert hole is not None
    return [one.text for one in hole.answers]


async def test_what_somebody_now_thinks_needs_a_yes_that_came_after_it(library: Library, clock: MovableClock) -> None:
    number = await published(library)
    hole = block_of(await shown(library, number), "Why do leaves turn red?").hole
    assert hole is not None
    clock.advance(MINUTE)
    await settling.settle_question(MIA, library, hole.number, "Mia's new thought.")
    await compiled(library, number)
    assert await consent_of(library, MIA, number) is ConsentState.ASKED
    assert await thought_in(library, number) == ""
    await consenting.give_consent(MIA, library, number)
    assert await thought_in(library, number) == "Mia's new thought."
    await approve(library, number)
    await settling.reopen_question(MIA, library, hole.number)
    note = await shown(library, number)
    assert note is not None
    assert note.blocks[2].hole is not None
    assert note.blocks[2].hole.now_think == "Mia's new thought.", "a page stays as it was approved"


async def thought_in(library: Library, number: int) -> str:
    """What would be public of what the asker now thinks, in a note's only hole."""
    hole = block_of((await preview(library, number)).note, "Why do leaves turn red?").hole
    assert hole is not None
    return hole.now_think


async def test_what_an_anonymous_asker_thinks_is_never_in_a_public_note(library: Library) -> None:
    number = await begin(library)
    original = await passed(library, TOMASZ)
    await answer(library, original, NOOR, "An answer of Noor.")
    await settling.settle_question(TOMASZ, library, original.number, "A nameless thought.")
    question = await ask_in(library, number)
    await settling.mark_duplicate(MIA, library, question.number, original.number)
    note = await compiled(library, number)
    assert note.blocks[0].hole is not None
    assert note.blocks[0].hole.now_think == "A nameless thought.", "the class reads it on its card"
    await requesting.ask_publication(MIA, library, number)
    await consenting.give_consent(NOOR, library, number)
    assert await consent_of(library, TOMASZ, number) is None
    await approve(library, number)
    snapshot = str(await rows(library, "SELECT snapshot FROM publication"))
    assert "An answer of Noor." in snapshot
    assert "A nameless thought." not in snapshot
    assert str(TOMASZ.user_id) not in str(await rows(library, "SELECT * FROM consent"))


async def test_the_asker_of_what_was_asked_before_is_asked_for_their_thought(library: Library) -> None:
    number = await begin(library)
    await write(library, number, MIA, "Mia's words.")
    question = await ask_in(library, number)
    original = await asking.ask_question(BEN, library, asking.Ask("Why red?"))
    await answer(library, original, NOOR, "Noor's answer.")
    await settling.settle_question(BEN, library, original.number, "Ben's thought.")
    await settling.mark_duplicate(MIA, library, question.number, original.number)
    await compiled(library, number)
    await requesting.ask_publication(MIA, library, number)
    assert await thought_in(library, number) == ""
    await consenting.give_consent(BEN, library, number)
    assert await thought_in(library, number) == "Ben's thought."


async def test_without_a_compiled_version_there_is_nothing_to_look_at(library: Library) -> None:
    number = await asked_for(library)
    await run(library, "DELETE FROM compilation")
    assert (await preview(library, number)).note is None


# --- what the public may have


async def test_only_files_of_published_notes_that_are_harmless_are_given_out(library: Library) -> None:
    number = await begin(library)
    await write(library, number, MIA, "", BlockKind.IMAGE, file=LEAF)
    plan = replace(LEAF, digest="b" * 64, filename="plan.pdf", content_type="application/pdf")
    await write(library, number, MIA, "", BlockKind.FILE, file=plan)
    drawing = replace(LEAF, digest="c" * 64, filename="x.svg", content_type="image/svg+xml")
    await write(library, number, MIA, "", BlockKind.FILE, file=drawing)
    await write(library, number, BEN, "", BlockKind.IMAGE, file=replace(LEAF, digest="d" * 64))
    await compiled(library, number)
    await requesting.ask_publication(MIA, library, number)
    assert (await public(library)).media == {}
    await approve(library, number)
    found = await public(library)
    assert {digest: file.media_name for digest, file in found.media.items()} == {
        "a" * 64: f"{'a' * 64}.png",
        "b" * 64: f"{'b' * 64}.pdf",
    }
    assert [block.file.filename for block in found.notes[0].note.blocks if block.file] == [
        "leaf.png",
        "plan.pdf",
        "x.svg",
    ], "the other one is named"


async def test_notes_stand_by_number_and_their_digests_tell_them_apart(library: Library) -> None:
    first, second = await published(library), await published(library)
    notes = (await public(library)).notes
    assert [one.note.number for one in notes] == [first, second]
    assert len({one.digest for one in notes}) == 2
    public_house = replace(library, site_url="https://library.example.org")
    address = await reading.address_of(OKAFOR, public_house, first)
    assert address == f"https://library.example.org/library/notes/{first}/"
