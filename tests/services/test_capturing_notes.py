"""What is written in a note's thread becomes its blocks; edits and deletions in Discord are followed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.clock import DAY, HOUR, MINUTE
from bot.errors import BadInput, NotAllowed, NotFound, WrongState
from bot.models.people import Actor
from bot.models.questions import Attachment, QuestionState
from bot.models.sessions import ALT_LIMIT, Block, BlockKind, BlockState, Cause, ThreadMessage
from bot.services import drafts, due
from bot.services.library import Library
from bot.services.researchers import answering, asking, settling
from bot.services.scribes import capturing, editing, keeping, merging, questions, sessions
from bot.storage import search
from bot.storage.database import Tx
from tests.cast import BEN, ELSEWHERE, MIA, NOOR, OKAFOR, OTHER_SERVER, SERVER, TOMASZ, MovableClock
from tests.services.researching import WEB, again, choose, empty_outbox, found, promises, queued, rows
from tests.services.scribing import (
    NOTES_CHANNEL,
    THREAD,
    block_saying,
    blocks,
    delete,
    edit,
    id_at,
    picture,
    said,
    session_now,
    standing,
    start,
    texts,
    write,
)

ELSEWHERE_CHANNEL = 300300000000000077
STANDING, WAITING, STRUCK = BlockState.STANDING, BlockState.WAITING, BlockState.STRUCK
REMOVED, MERGED = BlockState.REMOVED, BlockState.MERGED
LESSON = "# Leaves\nThey turn red.\n? why do they\nchlorophyll :: the green in leaves"


@pytest.fixture(autouse=True)
async def begun(library: Library) -> None:
    """A session of Mia and Noor, with a thread."""
    await start(library, unit="Plants")


async def causes(library: Library, block: Block) -> list[Cause]:
    """Return why the revisions of a block came to be."""
    found = await rows(library, f"SELECT cause FROM block_revision WHERE block_id = {block.id} ORDER BY revision")
    return [Cause(row["cause"]) for row in found]


async def payloads(library: Library, kind: str) -> list[dict[str, object]]:
    """Return what waits in the outbox of one kind."""
    return [json.loads(row["payload"]) for row in await queued(library) if row["kind"] == kind]


async def everything(library: Library, clock: MovableClock) -> str:
    """Return all that the database holds an hour later, as text."""
    clock.advance(HOUR)
    await due.do_due_work(library)
    tables = [row["name"] for row in await rows(library, "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return json.dumps([await rows(library, f"SELECT * FROM {name}") for name in tables], default=str)


class TestWritten:
    async def test_a_scribes_message_becomes_blocks_in_order(self, library: Library, clock: MovableClock) -> None:
        message = await write(library, LESSON, NOOR)
        found = await standing(library)
        assert [(one.kind, one.text, one.part) for one in found] == [
            (BlockKind.HEADING, "# Leaves", 0),
            (BlockKind.TEXT, "They turn red.", 1),
            (BlockKind.QUESTION, "? why do they", 2),
            (BlockKind.TERM, "chlorophyll :: the green in leaves", 3),
        ]
        assert {one.author_id for one in found} == {NOOR.user_id}
        assert {(one.position, one.source_message_id) for one in found} == {(message.id, message.id)}
        assert all(one.follows_message and one.created_at == clock.now() for one in found)
        assert [await causes(library, one) for one in found] == [[Cause.WRITTEN]] * 4

    async def test_one_message_is_one_version(self, library: Library) -> None:
        await write(library, LESSON)
        assert (await session_now(library)).revision == 1
        await write(library, "more")
        assert (await session_now(library)).revision == 2

    async def test_the_order_is_that_of_the_messages(self, library: Library, clock: MovableClock) -> None:
        first, second = said(library, "first"), said(library, "second", NOOR)
        for message in (second, first):
            await capturing.message_written(library, SERVER, THREAD, message)
        assert await texts(library) == ["first", "second"]

    async def test_what_others_write_waits_faintly_marked(self, library: Library) -> None:
        message = await write(library, "# Hi\n? why", BEN)
        assert [one.state for one in await blocks(library)] == [WAITING, WAITING]
        assert await payloads(library, "reaction") == [{"message_id": message.id, "emoji": "▫️"}]
        assert [row["channel_id"] for row in await queued(library) if row["kind"] == "reaction"] == [THREAD]
        assert await rows(library, "SELECT * FROM question") == []

    async def test_long_after_it_was_written_nothing_is_marked_or_asked(
        self, library: Library, clock: MovableClock
    ) -> None:
        late = said(library, "hello", BEN), said(library, "", files=(picture(),))
        clock.advance(DAY + 1)
        for message in late:
            await capturing.message_written(library, SERVER, THREAD, message)
        assert await payloads(library, "reaction") == []
        assert await payloads(library, "alt_ask") == []

    async def test_a_message_without_words_or_files_is_no_block(self, library: Library) -> None:
        await write(library, "")
        await write(library, " ", BEN)
        assert await blocks(library) == ()
        assert (await session_now(library)).revision == 0
        assert await payloads(library, "reaction") == []

    async def test_twice_is_once(self, library: Library) -> None:
        message = await write(library, LESSON)
        await empty_outbox(library)
        captured = await capturing.message_written(library, SERVER, THREAD, message)
        assert captured == capturing.NOTHING
        assert len(await blocks(library)) == 4
        assert await queued(library) == []

    @pytest.mark.parametrize(("server", "thread"), [(SERVER, THREAD + 1), (OTHER_SERVER, THREAD)])
    async def test_elsewhere_it_is_nothing(self, library: Library, server: int, thread: int) -> None:
        message = said(library, LESSON)
        assert await capturing.message_written(library, server, thread, message) == capturing.NOTHING
        assert await capturing.message_edited(library, server, thread, message) == capturing.NOTHING
        assert await blocks(library) == ()

    async def test_who_was_a_scribe_when_it_was_written_counts(self, library: Library, clock: MovableClock) -> None:
        clock.advance(MINUTE)
        by_mia, by_ben = said(library, "by Mia"), said(library, "by Ben", BEN)
        clock.advance(MINUTE)
        await sessions.set_scribes(MIA, library, 1, BEN.user_id)
        for message in (by_mia, by_ben):
            await capturing.message_written(library, SERVER, THREAD, message)
        assert await texts(library) == ["by Mia"]
        assert await texts(library, WAITING) == ["by Ben"]

    async def test_whoever_began_it_is_a_scribe_though_discords_clock_is_behind(
        self, library: Library, clock: MovableClock
    ) -> None:
        early = replace(said(library, "early"), id=id_at(clock.now() - MINUTE))
        await capturing.message_written(library, SERVER, THREAD, early)
        assert await texts(library) == ["early"]

    async def test_a_closed_note_takes_in_what_was_written_before(self, library: Library, clock: MovableClock) -> None:
        before = said(library, "before")
        clock.advance(MINUTE)
        await sessions.close_session(MIA, library, 1)
        clock.advance(MINUTE)
        await capturing.message_written(library, SERVER, THREAD, before)
        after = said(library, "after")
        await capturing.message_written(library, SERVER, THREAD, after)
        assert await texts(library) == ["before"]
        await sessions.reopen_session(MIA, library, 1)
        await capturing.sync_thread(library, SERVER, THREAD, [before, after], complete=True)
        assert await texts(library) == ["before", "after"]

    async def test_what_stands_is_found(self, library: Library) -> None:
        await write(library, LESSON)
        await write(library, "chlorophyll waits", BEN)
        heading, text, question, term = await standing(library)
        assert await found(library, "leaves", search.NOTE) == [heading.id]
        assert await found(library, "turn red", search.NOTE) == [text.id]
        assert await found(library, "chlorophyll", search.TERM) == [term.id]
        assert await found(library, "chlorophyll", search.NOTE) == []
        assert await found(library, "why", search.NOTE) == []
        assert await found(library, "why", search.QUESTION) == [question.question_id]


class TestFences:
    async def test_code_that_is_too_long_for_one_message_goes_on(self, library: Library) -> None:
        await write(library, "```py\nx = 1")
        await write(library, "# Heading", NOOR)
        await write(library, "# comment")
        await write(library, "y = 2\n```\n# After")
        assert await texts(library) == ["```py\nx = 1", "# Heading", "# comment", "y = 2\n```", "# After"]
        kinds = [one.kind for one in await standing(library)]
        assert [kind is BlockKind.HEADING for kind in kinds] == [False, True, False, False, True]

    async def test_an_edit_that_closes_it_makes_headings_of_what_followed(self, library: Library) -> None:
        opened = await write(library, "```py\nx = 1")
        await write(library, "# Heading\ntext")
        await write(library, "plain")
        await write(library, "# Another")
        assert len(await standing(library)) == 4
        await edit(library, opened, "```py\nx = 1\n```")
        assert await texts(library) == ["```py\nx = 1\n```", "# Heading", "text", "plain", "# Another"]
        await edit(library, opened, "```py\nx = 1")
        assert await texts(library) == ["```py\nx = 1", "# Heading\ntext", "plain", "# Another"]

    async def test_so_does_its_deletion(self, library: Library) -> None:
        opened = await write(library, "```py\nx = 1")
        await write(library, "# Heading")
        await delete(library, opened)
        (heading,) = await standing(library)
        assert (heading.kind, heading.text) == (BlockKind.HEADING, "# Heading")

    async def test_it_ends_where_a_message_closes_it(self, library: Library) -> None:
        opened = await write(library, "```py\nx = 1")
        await write(library, "```\n# Heading")
        await write(library, "# Another")
        before = [one.revision for one in await standing(library)]
        await edit(library, opened, "```js\nx = 1")
        assert [one.revision for one in await standing(library)][1:] == before[1:]

    async def test_a_message_in_it_that_was_emptied_by_an_edit_comes_back_as_it_would_have_come(
        self, library: Library
    ) -> None:
        opened = await write(library, "```py\nx = 1")
        inside = await write(library, "# Heading")
        await edit(library, inside, "\u200b")
        assert await texts(library) == ["```py\nx = 1"]
        await edit(library, inside, "# Heading again")
        await edit(library, opened, "`x = 1`")
        assert [one.kind for one in await standing(library)] == [BlockKind.TEXT, BlockKind.HEADING]


class TestEdited:
    async def test_blocks_say_what_their_message_says_since(self, library: Library) -> None:
        message = await write(library, LESSON)
        before = await standing(library)
        await edit(library, message, LESSON.replace("They turn red.", "They turn yellow, too."))
        after = await standing(library)
        assert [one.id for one in after] == [one.id for one in before]
        assert [one.revision for one in after] == [1, 2, 1, 1]
        assert after[1].text == "They turn yellow, too."
        assert all(one.follows_message for one in after)
        assert await causes(library, after[1]) == [Cause.WRITTEN, Cause.MESSAGE]
        assert await found(library, "yellow", search.NOTE) == [after[1].id]
        assert (await session_now(library)).revision == 2

    async def test_what_is_new_comes_in_its_place_and_what_is_gone_goes(self, library: Library) -> None:
        message = await write(library, "# A\none\nx :: y\ntwo")
        heading, one, term, two = await standing(library)
        await edit(library, message, "zero\n# A\none\n## B\ntwo")
        now = await standing(library)
        assert [block.text for block in now] == ["zero", "# A", "one", "## B", "two"]
        assert [now[1].id, now[2].id, now[4].id] == [heading.id, one.id, two.id]
        assert [block.part for block in now] == [0, 1, 2, 3, 4]
        (gone,) = await blocks(library, REMOVED)
        assert (gone.id, gone.text, gone.author_id) == (term.id, "", MIA.user_id)
        assert await found(library, "x", search.TERM) == []
        assert Cause.MOVED in await causes(library, heading)

    async def test_an_older_text_or_the_same_again_changes_nothing(self, library: Library, clock: MovableClock) -> None:
        message = await write(library, "first")
        now = clock.now()
        for text, edited_at in (("third", now + 3), ("second", now + 2), ("third", now + 3), ("first", 0)):
            event = replace(message, text=text, edited_at=edited_at)
            await capturing.message_edited(library, SERVER, THREAD, event)
        (block,) = await standing(library)
        assert (block.text, block.revision) == ("third", 2)

    async def test_an_edit_that_is_heard_of_first_takes_the_message_in(self, library: Library) -> None:
        message = said(library, "first")
        await edit(library, message, "second")
        await capturing.message_written(library, SERVER, THREAD, message)
        (block,) = await standing(library)
        assert (block.text, block.revision) == ("second", 1)

    async def test_news_without_words_and_files_is_no_edit(self, library: Library) -> None:
        message = await write(library, "first")
        await edit(library, message, " ")
        assert await texts(library) == ["first"]

    async def test_what_waits_is_followed_and_waits(self, library: Library) -> None:
        message = await write(library, "hello", BEN)
        await edit(library, message, "hello all\n# and more")
        assert await texts(library, WAITING) == ["hello all", "# and more"]
        assert len(await payloads(library, "reaction")) == 1

    async def test_what_was_struck_is_followed_and_stays_so(self, library: Library) -> None:
        message = await write(library, "hello")
        await capturing.strike_message(NOOR, library, message.id)
        await edit(library, message, "hello all\n# and more")
        assert await texts(library, STRUCK) == ["hello all", "# and more"]

    async def test_a_message_of_which_nothing_stood_is_judged_as_it_was_written(self, library: Library) -> None:
        by_scribe, by_other = await write(library, "\u200b"), await write(library, "\u200b", BEN)
        await edit(library, by_scribe, "now")
        await edit(library, by_other, "me too")
        assert await texts(library) == ["now"]
        assert await texts(library, WAITING) == ["me too"]

    async def test_a_term_that_was_checked_is_checked_no_more(self, library: Library) -> None:
        message = await write(library, "a :: b")
        await capturing.check_message(NOOR, library, message.id)
        assert (await standing(library))[0].checked_by == NOOR.user_id
        await edit(library, message, "a :: c")
        (term,) = await standing(library)
        assert (term.checked_by, term.checked_at) == (None, None)

    async def test_in_a_closed_note_too(self, library: Library) -> None:
        message = await write(library, "first")
        await sessions.close_session(MIA, library, 1)
        await edit(library, message, "second")
        assert await texts(library) == ["second"]

    async def test_in_a_former_thread_too(self, library: Library) -> None:
        message = await write(library, "first")
        await sessions.new_thread(MIA, library, 1)
        await sessions.attach_thread(library, SERVER, 1, THREAD + 1)
        await edit(library, message, "second")
        assert await texts(library) == ["second"]
        await delete(library, message)
        assert await texts(library) == []


class TestEditedHereToo:
    async def edited(self, library: Library, message_text: str = "one") -> tuple[ThreadMessage, Block]:
        message = await write(library, message_text)
        (block,) = await standing(library)
        return message, await editing.edit_block(NOOR, library, block.id, "one, by Noor", block.revision)

    async def test_words_that_somebody_chose_here_stay(self, library: Library) -> None:
        message, _ = await self.edited(library)
        await edit(library, message, "two")
        (block,) = await standing(library)
        assert block.text == "one, by Noor"
        assert await causes(library, block) == [Cause.WRITTEN, Cause.EDITED, Cause.SET_ASIDE]
        (aside,) = await rows(library, "SELECT text, by_user_id FROM block_revision WHERE cause = 'set_aside'")
        assert aside == {"text": "two", "by_user_id": MIA.user_id}
        assert not block.follows_message

    async def test_the_same_is_set_aside_once(self, library: Library, clock: MovableClock) -> None:
        message, _ = await self.edited(library)
        news = replace(message, text="two", edited_at=clock.now() + 5)
        for edited_at in (5, 5, 6):
            event = replace(news, edited_at=clock.now() + edited_at)
            await capturing.sync_thread(library, SERVER, THREAD, [event], complete=True)
        (block,) = await standing(library)
        assert (await causes(library, block)).count(Cause.SET_ASIDE) == 1
        await edit(library, news, "three")
        assert (await causes(library, block)).count(Cause.SET_ASIDE) == 2

    async def test_who_writes_the_same_in_discord_follows_again(self, library: Library) -> None:
        message, _ = await self.edited(library)
        await edit(library, message, "one, by Noor")
        assert (await standing(library))[0].follows_message
        await edit(library, message, "two")
        assert await texts(library) == ["two"]

    async def test_what_its_message_says_no_longer_stays_too(self, library: Library) -> None:
        message = await write(library, "one\n# Heading")
        text, _ = await standing(library)
        await editing.edit_block(NOOR, library, text.id, "one, by Noor", text.revision)
        for news in ("# Heading", "# Heading 2"):
            await edit(library, message, news)
        assert await texts(library) == ["one, by Noor", "# Heading 2"]
        assert (await causes(library, text)).count(Cause.SET_ASIDE) == 1

    async def test_what_was_put_in_here_stays_behind_what_it_follows(self, library: Library) -> None:
        message = await write(library, "# A\nalpha\n# B\nbeta")
        _, alpha, *_ = await standing(library)
        await editing.edit_block(NOOR, library, alpha.id, "alpha\n\n## By Noor\n\nmore", alpha.revision)
        assert await texts(library) == ["# A", "alpha", "## By Noor", "more", "# B", "beta"]
        await edit(library, message, "zero\n# A\nalpha\n# B\nbeta")
        assert await texts(library) == ["zero", "# A", "alpha", "## By Noor", "more", "# B", "beta"]

    async def test_what_was_struck_or_taken_in_follows_still(self, library: Library) -> None:
        message = await write(library, "one")
        await capturing.strike_message(NOOR, library, message.id)
        await capturing.put_back_message(NOOR, library, message.id)
        await edit(library, message, "two")
        assert await texts(library) == ["two"]


class TestMerged:
    async def merged(self, library: Library) -> tuple[list[ThreadMessage], Block]:
        messages = [await write(library, text) for text in ("one", "two", "three")]
        found = await standing(library)
        block = await merging.merge(MIA, library, found[0].id, found[2].id)
        assert await texts(library) == ["one\n\ntwo\n\nthree"]
        return messages, block

    async def test_an_edit_of_a_part_is_followed_within(self, library: Library) -> None:
        messages, _ = await self.merged(library)
        await edit(library, messages[1], "zwei")
        assert await texts(library) == ["one\n\nzwei\n\nthree"]
        await edit(library, messages[0], "eins")
        assert await texts(library) == ["eins\n\nzwei\n\nthree"]
        await edit(library, messages[0], "uno")
        assert await texts(library) == ["uno\n\nzwei\n\nthree"]
        (block,) = await standing(library)
        await merging.split(MIA, library, block.id)
        assert await texts(library) == ["uno", "zwei", "three"]

    async def test_an_edit_of_a_part_that_somebody_reworded_is_set_aside(self, library: Library) -> None:
        messages, block = await self.merged(library)
        await editing.edit_block(NOOR, library, block.id, "one\n\nII\n\nthree", block.revision)
        await edit(library, messages[1], "zwei")
        assert await texts(library) == ["one\n\nII\n\nthree"]
        assert Cause.SET_ASIDE in await causes(library, block)

    async def test_an_edit_of_the_first_that_somebody_reworded_is_set_aside(self, library: Library) -> None:
        messages, block = await self.merged(library)
        await editing.edit_block(NOOR, library, block.id, "I\n\ntwo\n\nthree", block.revision)
        await edit(library, messages[0], "eins")
        assert await texts(library) == ["I\n\ntwo\n\nthree"]

    async def test_a_merge_of_merges_follows_all_the_way(self, library: Library) -> None:
        for text in ("one", "two"):
            await write(library, text)
        last = await write(library, "three")
        first, second, third = await standing(library)
        await merging.merge(MIA, library, second.id, third.id)
        await merging.merge(MIA, library, first.id, second.id)
        await edit(library, last, "drei")
        assert await texts(library) == ["one\n\ntwo\n\ndrei"]

    async def test_what_a_part_says_no_longer_goes(self, library: Library) -> None:
        await write(library, "one")
        message = await write(library, "two\nx :: y")
        one, two, _ = await standing(library)
        await merging.merge(MIA, library, one.id, two.id)
        await edit(library, message, "x :: y")
        assert await texts(library) == ["one", "x :: y"]

    async def test_a_deleted_part_leaves_the_others(self, library: Library, clock: MovableClock) -> None:
        messages, block = await self.merged(library)
        await delete(library, messages[1])
        assert await texts(library) == ["one", "three"]
        assert "two" not in json.dumps(await rows(library, "SELECT * FROM block_revision"))
        assert await causes(library, block) == [Cause.WRITTEN, Cause.MERGED, Cause.SPLIT]
        versions = await rows(library, f"SELECT text FROM block_revision WHERE block_id = {block.id} ORDER BY revision")
        assert [row["text"] for row in versions] == ["one", "one\n\nthree", "one"]

    async def test_the_deleted_first_leaves_the_others(self, library: Library) -> None:
        messages, _ = await self.merged(library)
        await delete(library, messages[0])
        assert await texts(library) == ["two", "three"]
        assert "one" not in json.dumps(await rows(library, "SELECT text FROM block_revision"))

    async def test_no_word_stays_in_what_a_merge_of_merges_said(self, library: Library) -> None:
        for text in ("one", "two"):
            await write(library, text)
        last = await write(library, "three")
        first, second, third = await standing(library)
        await merging.merge(MIA, library, second.id, third.id)
        await merging.merge(MIA, library, first.id, second.id)
        block = await block_saying(library, "one\n\ntwo\n\nthree")
        await editing.edit_block(NOOR, library, block.id, "other words\n\nTHREE!", block.revision)
        await delete(library, last)
        kept = [row["text"] for row in await rows(library, "SELECT text FROM block_revision")]
        assert not [text for text in kept if "three" in text]
        assert "one\n\ntwo" in kept

    async def test_the_first_and_then_the_others_leave_nothing(self, library: Library) -> None:
        messages, _ = await self.merged(library)
        for message in messages:
            await delete(library, message)
        assert {one.state for one in await blocks(library)} == {REMOVED}
        assert {row["text"] for row in await rows(library, "SELECT text FROM block_revision")} == {""}

    async def test_a_part_that_an_edit_had_left_out_is_in_no_merge_any_more(self, library: Library) -> None:
        await write(library, "one")
        message = await write(library, "two\n# Three")
        first, second, _ = await standing(library)
        await merging.merge(MIA, library, first.id, second.id)
        await edit(library, message, "# Three")
        await delete(library, message)
        assert "two" not in json.dumps(await rows(library, "SELECT text FROM block_revision"))

    async def test_a_word_of_it_within_anothers_stays(self, library: Library) -> None:
        await write(library, "ten oxen")
        last = await write(library, "ox")
        first, second = await standing(library)
        await merging.merge(MIA, library, first.id, second.id)
        await delete(library, last)
        kept = await rows(library, f"SELECT text FROM block_revision WHERE block_id = {first.id}")
        assert {row["text"] for row in kept} == {"ten oxen"}

    async def test_what_was_merged_at_another_time_is_left_alone(self, library: Library) -> None:
        for text in ("one", "two"):
            await write(library, text)
        last = await write(library, "three")
        first, second, third = await standing(library)
        await merging.merge(MIA, library, second.id, third.id)
        await merging.split(MIA, library, second.id)
        await merging.merge(MIA, library, first.id, second.id)
        await delete(library, last)
        assert await texts(library) == ["one\n\ntwo"]
        kept = await rows(library, f"SELECT text FROM block_revision WHERE block_id = {second.id} ORDER BY revision")
        assert [row["text"] for row in kept] == ["two"] * 4

    async def test_what_it_says_after_it_was_split_is_left_alone(self, library: Library) -> None:
        messages, block = await self.merged(library)
        await merging.split(MIA, library, block.id)
        now = await block_saying(library, "one")
        await editing.edit_block(MIA, library, now.id, "one, and two of it", now.revision)
        await delete(library, messages[1])
        assert "one, and two of it" in await texts(library)


class TestDeleted:
    async def test_leaves_nothing_but_the_fact(self, library: Library, clock: MovableClock) -> None:
        message = await write(library, LESSON, NOOR)
        await edit(library, message, LESSON.replace("red", "scarlet"))
        words = ("Leaves", "scarlet", "chlorophyll", "why do they")
        await library.database.write(lambda tx: tx.connection.execute("UPDATE session SET title = 'x'").close())
        before = await everything(library, clock)
        assert [word for word in words if word not in before] == []
        await delete(library, message)
        after = await everything(library, clock)
        assert [word for word in words if word in after] == []
        gone = await blocks(library)
        assert {(one.state, one.text, one.author_id, one.question_id) for one in gone} == {(REMOVED, "", None, None)}
        assert len(gone) == 4
        assert str(NOOR.user_id) not in json.dumps(await rows(library, "SELECT * FROM block_revision"))
        assert str(NOOR.user_id) not in json.dumps(await rows(library, "SELECT * FROM thread_message"))

    async def test_what_was_left_out_by_an_edit_goes_too(self, library: Library) -> None:
        message = await write(library, "one\n# secret")
        await edit(library, message, "one")
        await delete(library, message)
        assert "secret" not in json.dumps(await rows(library, "SELECT * FROM block_revision"))
        assert {one.author_id for one in await blocks(library)} == {None}

    async def test_twice_is_once(self, library: Library) -> None:
        message = await write(library, "one")
        await delete(library, message)
        revision = (await session_now(library)).revision
        await delete(library, message)
        assert (await session_now(library)).revision == revision

    async def test_what_comes_late_stays_deleted(self, library: Library) -> None:
        message, unheard = await write(library, "one"), said(library, "never heard")
        await delete(library, message, unheard, unheard)
        for late in (message, unheard):
            await edit(library, late, "late")
            await capturing.message_written(library, SERVER, THREAD, late)
        assert await blocks(library, STANDING, WAITING) == ()

    async def test_what_was_typed_into_forms_that_held_it_goes_too(self, library: Library) -> None:
        await write(library, "# Leaves")
        message = await write(library, "They are a secret.")
        await write(library, "# Roots")
        heading, block, roots = await standing(library)
        for form, target, typed in (
            ("note.block", block.id, "They are green."),
            ("study.accept.t|0|0", block.id, "What are they?"),
            ("note.section", heading.id, "# Leaves\n\nThey are a secret.\n\nOr are they?"),
            ("block.edit.1", roots.id, "# All roots"),
            ("note.add", block.id, "of the note with that number"),
        ):
            await drafts.save_draft(NOOR, library, form, target, {"text": typed})
        await delete(library, message)
        kept = await rows(library, "SELECT form, fields FROM draft ORDER BY form")
        assert [(row["form"], json.loads(row["fields"])["text"]) for row in kept] == [
            ("block.edit.1", "# All roots"),
            ("note.add", "of the note with that number"),
            ("note.section", "# Leaves\n\nOr are they?"),
        ]

    async def test_elsewhere_is_not_remembered(self, library: Library) -> None:
        await delete(library, said(library, "x"), thread_id=ELSEWHERE_CHANNEL)
        assert await rows(library, "SELECT * FROM thread_message") == []

    async def test_whatever_became_of_its_blocks(self, library: Library) -> None:
        struck, waiting, edited = [
            await write(library, text, who) for text, who in (("a", MIA), ("b", BEN), ("c", MIA))
        ]
        await capturing.strike_message(MIA, library, struck.id)
        block = await block_saying(library, "c")
        await editing.edit_block(NOOR, library, block.id, "c, by Noor", block.revision)
        await delete(library, struck, waiting, edited)
        assert {one.state for one in await blocks(library)} == {REMOVED}
        kept = await rows(library, "SELECT text, by_user_id FROM block_revision")
        assert {row["text"] for row in kept} == {""}

    async def test_its_words_leave_the_index_within_the_hour(self, library: Library) -> None:
        message = await write(library, "one")
        await delete(library, message)
        assert ("forget_words", 0) in await promises(library)
        assert await found(library, "one", search.NOTE) == []


class TestQuestions:
    async def test_are_logged_with_the_researchers(self, library: Library) -> None:
        await write(library, "? why do leaves turn red", NOOR)
        question = await again(library, 2)
        assert (question.text, question.topic, question.asker_id) == ("why do leaves turn red", "Plants", NOOR.user_id)
        assert (question.channel_id, question.source_message_id, question.origin) == (THREAD, None, "message")
        assert [row["kind"] for row in await queued(library)].count("question_card") == 1
        assert ("offer", 0) in await promises(library)

    async def test_count_against_no_limit(self, library: Library) -> None:
        await choose(library, asks_per_hour=1)
        for number in range(3):
            await write(library, f"? why {number}")
        assert (await asking.ask_question(MIA, library, asking.Ask("And one more?"))).number == 5

    async def test_of_one_person_are_logged_as_many_as_can_be_followed(
        self, library: Library, clock: MovableClock
    ) -> None:
        await write(library, "? a\n" * 500)
        more = await write(library, "? b")
        await write(library, "? c", NOOR)
        numbers = [one.question_number for one in await standing(library) if one.question_number]
        assert len(numbers) == questions.AN_HOUR + 1
        told = [one for one in await payloads(library, "notice") if one["text"] == "scribes.notice.asked_too_much"]
        assert [one["places"] for one in told] == [{"limit": questions.AN_HOUR}]
        clock.advance(HOUR)
        await edit(library, more, "? b, still")
        assert (await block_saying(library, "? b, still")).question_number == max(numbers) + 1

    async def test_follow_an_edit(self, library: Library) -> None:
        message = await write(library, "? why red")
        await edit(library, message, "? why yellow")
        question = await again(library, 2)
        assert (question.text, question.revision) == ("why yellow", 2)
        await answering.claim_question(BEN, library, 2)
        await edit(library, message, "? why brown")
        assert (await again(library, 2)).text == "why brown"

    async def test_do_not_follow_once_others_have_relied_on_them(self, library: Library) -> None:
        message = await write(library, "? why red")
        await answering.answer_question(BEN, library, 2, "Because of the light.", (WEB,))
        await settling.settle_question(MIA, library, 2, "The green goes.")
        await edit(library, message, "? why brown")
        assert (await again(library, 2)).text == "why red"
        assert await texts(library) == ["? why brown"]

    async def test_go_with_their_line(self, library: Library) -> None:
        message = await write(library, "one\n? why red")
        await edit(library, message, "one")
        question = await again(library, 2)
        assert (question.state, question.removed, question.text) == (QuestionState.WITHDRAWN, True, "")

    async def test_go_with_their_message(self, library: Library) -> None:
        message = await write(library, "? why red")
        await asking.add_attachments(MIA, library, 2, (Attachment("ab" * 32, "a.png", "image/png", 1),))
        assert await delete(library, message) == ("ab" * 32,)
        assert (await again(library, 2)).removed

    async def test_that_are_written_again_are_asked_anew(self, library: Library) -> None:
        message = await write(library, "? why red")
        await edit(library, message, "one")
        await edit(library, message, "? why red")
        assert [one.question_number for one in await standing(library)] == [3]
        await delete(library, message)
        assert [(await again(library, number)).removed for number in (2, 3)] == [True, True]

    async def test_stay_when_their_line_is_struck(self, library: Library) -> None:
        message = await write(library, "? why red")
        await capturing.strike_message(NOOR, library, message.id)
        assert (await again(library, 2)).state is QuestionState.OPEN
        await edit(library, message, "? why brown")
        assert (await again(library, 2)).text == "why brown"
        await capturing.put_back_message(NOOR, library, message.id)
        assert (await standing(library))[0].question_number == 2
        assert len(await rows(library, "SELECT * FROM question")) == 1

    async def test_of_others_are_logged_when_they_are_taken_in(self, library: Library) -> None:
        await write(library, "? why red", BEN)
        (block,) = await blocks(library, WAITING)
        session = await session_now(library)

        def take(tx: Tx) -> Block:
            keeping.bump(tx, session.id)
            return keeping.save_block(tx, block, Cause.TAKEN, MIA.user_id, state=STANDING, taken_by=MIA.user_id)

        taken = await library.database.write(take)
        assert (taken.question_number, (await again(library, 2)).asker_id) == (2, BEN.user_id)

    async def test_that_are_struck_before_they_stood_are_not_logged(self, library: Library) -> None:
        message = await write(library, "? why red", BEN)
        await capturing.strike_message(MIA, library, message.id)
        assert await rows(library, "SELECT * FROM question") == []

    async def test_that_are_made_text_here_go_on_by_themselves(self, library: Library) -> None:
        await write(library, "? why red")
        (block,) = await standing(library)
        await editing.edit_block(NOOR, library, block.id, "It is the cold.", block.revision)
        assert (await again(library, 2)).state is QuestionState.OPEN
        now = await block_saying(library, "It is the cold.")
        assert (now.kind, now.question_id) == (BlockKind.TEXT, None)

    async def test_that_are_reworded_here_say_by_whom(self, library: Library) -> None:
        await write(library, "? why red")
        (block,) = await standing(library)
        await editing.edit_block(NOOR, library, block.id, "? why so red", block.revision)
        assert (await again(library, 2)).text == "why so red"
        assert await rows(library, "SELECT text, edited_by_user_id FROM question_revision") == [
            {"text": "why red", "edited_by_user_id": NOOR.user_id}
        ]

    async def test_in_a_note_without_a_thread_are_told_of_in_its_channel(self, library: Library) -> None:
        await sessions.thread_deleted(library, SERVER, THREAD)
        session = await session_now(library)
        new = keeping.NewBlock(BlockKind.QUESTION, "? why", STANDING, MIA.user_id, 5)
        await library.database.write(lambda tx: keeping.add_block(tx, session, new))
        assert (await again(library, 2)).channel_id == NOTES_CHANNEL

    async def test_whose_words_were_lost_are_none(self, library: Library) -> None:
        session = await session_now(library)
        new = keeping.NewBlock(BlockKind.QUESTION, "?", STANDING, MIA.user_id, 5)
        block = await library.database.write(lambda tx: keeping.add_block(tx, session, new))
        assert block.question_id is None


class TestFiles:
    async def wanted(self, library: Library) -> list[tuple[int, int]]:
        return [(one.block_id, one.attachment_id) for one in await capturing.files_wanted(library, SERVER)]

    async def fetched(
        self, library: Library, block_id: int, digest: str = "ab", kind: str = "image/png"
    ) -> tuple[str, ...]:
        file = Attachment(digest * 32, "leaf.png", kind, 20)
        return await capturing.file_fetched(library, SERVER, block_id, file)

    async def test_stand_behind_the_words_and_are_wanted(self, library: Library) -> None:
        message = said(library, "# Look\nhere", files=(picture(7, "a red leaf"), picture(8, content_type="text/plain")))
        captured = await capturing.message_written(library, SERVER, THREAD, message)
        *_, image, file = await standing(library)
        assert (image.kind, image.part, image.text) == (BlockKind.IMAGE, 2, "")
        assert image.file is not None
        assert (image.file.alt, image.file.digest, image.file.attachment_id) == ("a red leaf", None, 7)
        assert (file.kind, file.part) == (BlockKind.FILE, 3)
        assert captured.files == await capturing.files_wanted(library, SERVER)
        first = captured.files[0]
        assert (first.block_id, first.channel_id, first.message_id) == (image.id, THREAD, message.id)
        assert (first.attachment_id, first.filename, first.size) == (7, "leaf.png", 10)
        assert captured.blocks == tuple(one.id for one in await standing(library))

    async def test_fetched_are_kept_and_wanted_no_more(self, library: Library) -> None:
        await write(library, "", files=(picture(),))
        (block,) = await standing(library)
        assert await self.fetched(library, block.id) == ()
        assert await self.wanted(library) == []
        (block,) = await standing(library)
        assert block.file is not None
        assert (block.file.digest, block.file.size) == ("ab" * 32, 20)

    async def test_a_picture_is_told_by_what_is_in_it(self, library: Library) -> None:
        await write(library, "", files=(picture(1), picture(2, content_type="text/plain")))
        first, second = await standing(library)
        await self.fetched(library, first.id, "ab", "application/octet-stream")
        await self.fetched(library, second.id, "cd", "image/gif")
        assert [one.kind for one in await standing(library)] == [BlockKind.FILE, BlockKind.IMAGE]

    async def test_of_a_message_deleted_meanwhile_are_let_go(self, library: Library) -> None:
        message = await write(library, "", files=(picture(),))
        (block,) = await standing(library)
        await delete(library, message)
        assert await self.wanted(library) == []
        assert await self.fetched(library, block.id) == ("ab" * 32,)

    async def test_that_cannot_be_had_are_wanted_no_more(self, library: Library) -> None:
        await write(library, "", files=(picture(),))
        (block,) = await standing(library)
        await capturing.file_lost(library, SERVER, block.id)
        assert await self.wanted(library) == []
        (block,) = await standing(library)
        assert block.file is not None
        assert block.file.digest == ""

    async def test_are_let_go_with_their_message_unless_others_use_them(self, library: Library) -> None:
        messages = [await write(library, "", files=(picture(place),)) for place in (1, 2)]
        for block in await standing(library):
            await self.fetched(library, block.id)
        assert await delete(library, messages[0]) == ()
        assert await delete(library, messages[1]) == ("ab" * 32,)
        assert await rows(library, "SELECT * FROM block_file") == []

    async def test_of_a_note_are_not_let_go_with_a_question(self, library: Library) -> None:
        await write(library, "", files=(picture(),))
        await self.fetched(library, (await standing(library))[0].id)
        question = await write(library, "? why")
        await asking.add_attachments(MIA, library, 2, (Attachment("ab" * 32, "leaf.png", "image/png", 20),))
        assert await delete(library, question) == ()

    async def test_come_and_go_with_an_edit(self, library: Library) -> None:
        message = await write(library, "one", files=(picture(1), picture(2)))
        _, first, second = await standing(library)
        await self.fetched(library, first.id)
        captured = await edit(library, message, "one\n# two", files=(picture(2), picture(3)))
        assert captured.unused == ("ab" * 32,)
        now = await standing(library)
        assert [(one.kind, one.text) for one in now[:2]] == [(BlockKind.TEXT, "one"), (BlockKind.HEADING, "# two")]
        assert now[2].id == second.id
        assert now[3].file is not None
        assert now[3].file.attachment_id == 3
        assert [one.attachment_id for one in captured.files] == [3]
        assert [one.id for one in await blocks(library, REMOVED)] == [first.id]

    async def test_added_to_a_message_of_which_nothing_stood(self, library: Library) -> None:
        message = await write(library, "\u200b")
        await edit(library, message, "\u200b", files=(picture(),))
        assert [one.kind for one in await standing(library)] == [BlockKind.IMAGE]

    async def test_names_and_words_are_cleaned(self, library: Library) -> None:
        file = picture(1, " a\u202eb ", filename="x\u200b" * 200)
        await write(library, "", files=(file,))
        (block,) = await standing(library)
        assert block.file is not None
        assert (block.file.alt, len(block.file.filename)) == ("ab", 100)


class TestAltText:
    async def test_is_asked_for_once_a_message(self, library: Library) -> None:
        message = await write(library, "look", files=(picture(1), picture(2, "a leaf"), picture(3)))
        _, first, _, third = await standing(library)
        assert await payloads(library, "alt_ask") == [{"message_id": message.id, "block_ids": [first.id, third.id]}]
        assert [(row["channel_id"], row["subject"]) for row in await queued(library) if row["kind"] == "alt_ask"] == [
            (THREAD, 1)
        ]

    async def test_is_not_asked_for_what_is_described_or_no_picture_or_waits(self, library: Library) -> None:
        await write(library, "", files=(picture(1, "a leaf"), picture(2, content_type="application/pdf")))
        await write(library, "", BEN, files=(picture(3),))
        assert await payloads(library, "alt_ask") == []

    @pytest.mark.parametrize("who", [MIA, NOOR, OKAFOR])
    async def test_is_given_by_scribes_and_librarians(self, library: Library, who: Actor) -> None:
        await write(library, "", files=(picture(),))
        (block,) = await standing(library)
        described = await capturing.set_alt(who, library, block.id, " a red\nleaf ")
        assert described.file is not None
        assert described.file.alt == "a red leaf"
        assert await found(library, "red leaf", search.NOTE) == [block.id]
        assert (await session_now(library)).revision == 2

    async def test_is_given_by_who_posted_the_picture(self, library: Library) -> None:
        await write(library, "", BEN, files=(picture(),))
        (block,) = await blocks(library, WAITING)
        await capturing.set_alt(BEN, library, block.id, "a leaf")
        with pytest.raises(NotAllowed):
            await capturing.set_alt(TOMASZ, library, block.id, "a tree")
        with pytest.raises(NotFound):
            await capturing.set_alt(ELSEWHERE, library, block.id, "a tree")

    async def test_needs_words_and_a_file(self, library: Library) -> None:
        await write(library, "text", files=(picture(),))
        text, block = await standing(library)
        for alt in (" ", "x" * (ALT_LIMIT + 1)):
            with pytest.raises(BadInput):
                await capturing.set_alt(MIA, library, block.id, alt)
        with pytest.raises(NotFound):
            await capturing.set_alt(MIA, library, text.id, "words")

    async def test_is_taken_from_the_message_where_there_is_none(self, library: Library) -> None:
        message = await write(library, "", files=(picture(1), picture(2)))
        first, _ = await standing(library)
        await capturing.set_alt(MIA, library, first.id, "mine")
        await edit(library, message, "", files=(picture(1, "other"), picture(2, "a leaf")))
        assert [one.file and one.file.alt for one in await standing(library)] == ["mine", "a leaf"]


class TestReactions:
    @pytest.mark.parametrize("who", [MIA, NOOR, OKAFOR])
    async def test_a_scribe_strikes_and_puts_back(self, library: Library, who: Actor) -> None:
        message = await write(library, "talk\n# Heading")
        struck = await capturing.strike_message(who, library, message.id)
        assert [one.state for one in struck] == [STRUCK, STRUCK]
        assert await texts(library) == []
        assert await found(library, "talk", search.NOTE) == []
        assert (await session_now(library)).revision == 2
        by = {row["struck_by_user_id"] for row in await rows(library, "SELECT struck_by_user_id FROM block")}
        assert by == {who.user_id}
        assert len(await capturing.put_back_message(who, library, message.id)) == 2
        assert await texts(library) == ["talk", "# Heading"]
        assert await found(library, "talk", search.NOTE) != []
        by = {row["struck_by_user_id"] for row in await rows(library, "SELECT struck_by_user_id FROM block")}
        assert by == {None}

    async def test_what_waited_waits_again(self, library: Library) -> None:
        message = await write(library, "talk", BEN)
        await capturing.strike_message(MIA, library, message.id)
        await capturing.put_back_message(MIA, library, message.id)
        assert await texts(library, WAITING) == ["talk"]

    async def test_twice_is_once(self, library: Library) -> None:
        message = await write(library, "talk")
        await capturing.strike_message(MIA, library, message.id)
        assert await capturing.strike_message(NOOR, library, message.id) == ()
        assert (await session_now(library)).revision == 2

    @pytest.mark.parametrize("who", [BEN, ELSEWHERE])
    async def test_of_others_mean_nothing(self, library: Library, who: Actor) -> None:
        message = await write(library, "a :: b", NOOR)
        for act in (
            capturing.strike_message, capturing.put_back_message, capturing.check_message, capturing.uncheck_message,
        ):  # fmt: skip
            assert await act(who, library, message.id) == ()
        assert await texts(library) == ["a :: b"]

    async def test_under_what_is_no_note_mean_nothing(self, library: Library) -> None:
        assert await capturing.strike_message(MIA, library, 5) == ()

    async def test_another_scribe_or_a_librarian_confirms_terms(self, library: Library) -> None:
        message = await write(library, "a :: b\ntext\nc :: d")
        assert await capturing.check_message(MIA, library, message.id) == ()
        checked = await capturing.check_message(NOOR, library, message.id)
        assert [(one.text, one.checked_by) for one in checked] == [("a :: b", NOOR.user_id), ("c :: d", NOOR.user_id)]
        assert await capturing.check_message(OKAFOR, library, message.id) == ()
        assert (await session_now(library)).revision == 1

    async def test_who_confirmed_takes_it_back(self, library: Library) -> None:
        message = await write(library, "a :: b")
        await capturing.check_message(OKAFOR, library, message.id)
        assert await capturing.uncheck_message(NOOR, library, message.id) == ()
        (term,) = await capturing.uncheck_message(OKAFOR, library, message.id)
        assert (term.checked_by, term.checked_at) == (None, None)
        assert (await standing(library))[0].checked_at is None


class TestTakenIn:
    async def take(self, library: Library, message: ThreadMessage, channel_id: int = THREAD) -> tuple[Block, ...]:
        session = await session_now(library)
        taken, _ = await library.database.write(
            capturing.take_message,
            session,
            channel_id,
            message,
            MIA.user_id,
        )
        return taken

    async def test_what_waits_stands_in_the_name_of_its_author(self, library: Library) -> None:
        message = await write(library, "# Hi\ntext", BEN)
        taken = await self.take(library, message)
        assert [(one.state, one.author_id, one.taken_by) for one in taken] == [(STANDING, BEN.user_id, MIA.user_id)] * 2
        assert all(one.follows_message for one in taken)
        await edit(library, message, "# Hi\ntext\n# More")
        assert [one.taken_by for one in await standing(library)] == [MIA.user_id] * 3
        assert await self.take(library, message) == await standing(library)

    async def test_a_message_from_elsewhere_comes_in_its_place(self, library: Library) -> None:
        await write(library, "before")
        elsewhere = said(library, "# from elsewhere", TOMASZ, files=(picture(),))
        await write(library, "after")
        taken = await self.take(library, elsewhere, ELSEWHERE_CHANNEL)
        assert [one.state for one in taken] == [STANDING, STANDING]
        assert await texts(library) == ["before", "# from elsewhere", "", "after"]
        (wanted,) = await capturing.files_wanted(library, SERVER)
        assert wanted.channel_id == ELSEWHERE_CHANNEL
        assert await capturing.kept_elsewhere(library, SERVER) == {ELSEWHERE_CHANNEL: frozenset({elsewhere.id})}
        await edit(library, elsewhere, "# reworded", thread_id=ELSEWHERE_CHANNEL, files=elsewhere.files)
        assert await texts(library) == ["before", "# reworded", "", "after"]
        await delete(library, elsewhere, thread_id=ELSEWHERE_CHANNEL)
        assert await texts(library) == ["before", "after"]
        assert await capturing.kept_elsewhere(library, SERVER) == {}

    async def test_a_message_of_the_thread_that_was_never_heard_of(self, library: Library) -> None:
        message = said(library, "hello", BEN)
        (taken,) = await self.take(library, message)
        assert (taken.state, taken.taken_by) == (STANDING, MIA.user_id)

    async def test_what_was_deleted_or_is_in_another_note_is_refused(self, library: Library) -> None:
        await start(library, thread_id=THREAD + 1)
        deleted, other = await write(library, "x"), await write(library, "y", thread_id=THREAD + 1)
        await delete(library, deleted)
        for message, key in ((deleted, "message_gone"), (other, "message_in_another_note")):
            with pytest.raises(WrongState) as refused:
                await self.take(library, message)
            assert refused.value.key == f"errors.{key}"

    async def test_a_message_of_another_notes_thread_stays_there(self, library: Library) -> None:
        elsewhere = said(library, "taken in first", BEN)
        await self.take(library, elsewhere, THREAD + 1)
        await start(library, thread_id=THREAD + 1)
        await capturing.message_written(library, SERVER, THREAD + 1, elsewhere)
        assert await texts(library, number=2) == []
        await edit(library, elsewhere, "and reworded", thread_id=THREAD + 1)
        assert await texts(library) == ["and reworded"]


class TestReadingBack:
    async def test_open_threads_and_those_closed_lately(self, library: Library, clock: MovableClock) -> None:
        for place in (1, 2, 3):
            await start(library, thread_id=THREAD + place)
        await start(library, thread_id=None)
        await sessions.close_session(MIA, library, 2)
        clock.advance(7 * DAY + 1)
        await sessions.close_session(MIA, library, 3)
        assert await capturing.open_threads(library, SERVER) == {THREAD: 1, THREAD + 2: 3, THREAD + 3: 4}
        assert await capturing.open_threads(library, OTHER_SERVER) == {}

    async def test_messages_elsewhere_of_old_notes_are_let_be(self, library: Library, clock: MovableClock) -> None:
        await write(library, "one")
        await sessions.thread_deleted(library, SERVER, THREAD)
        assert len(await capturing.kept_elsewhere(library, SERVER)) == 1
        clock.advance(30 * DAY + 1)
        assert await capturing.kept_elsewhere(library, SERVER) == {}
