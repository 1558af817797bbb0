"""What is heard in the thread of a note: edits, deletions, reactions, files, and what is no note at all."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping
from typing import Any

import discord
import pytest
from PIL import Image
from simcord.backend import serializers
from simcord.enums import MessageType

from bot.kit import intake
from bot.models.sessions import BlockKind, BlockState
from tests.cogs.world import World

STANDING, WAITING, STRUCK, REMOVED = BlockState.STANDING, BlockState.WAITING, BlockState.STRUCK, BlockState.REMOVED


def picture(shade: int = 1) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 90, 30)).save(out, "PNG")
    return out.getvalue()


def kept_files(world: World) -> list[bytes]:
    return [path.read_bytes() for path in world.bot.library.media.folder.rglob("*") if path.is_file()]


async def texts(world: World, number: int) -> list[str]:
    return [one.text for one in await world.blocks(number) if one.state is STANDING]


async def states(world: World, number: int) -> list[BlockState]:
    return [one.state for one in await world.blocks(number)]


class TestFollowing:
    async def test_an_edit_changes_the_note_and_a_deletion_takes_it_away(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        first = await world.mia.send(thread, "# Leafs")
        second = await world.noor.send(thread, "They fall.", attachments=[("leaf.png", picture())])
        await world.mia.edit(first, "# Leaves\nThey are green.")
        assert await texts(world, number) == ["# Leaves", "They are green.", "They fall.", ""]
        assert len(kept_files(world)) == 1
        await world.noor.delete(second)
        assert await texts(world, number) == ["# Leaves", "They are green."]
        assert kept_files(world) == []
        assert "They fall" not in await world.note(number)

    async def test_a_question_follows_its_line_and_goes_with_it(self, world: World) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        line = await world.mia.send(thread, "? why do oak keep leafs")
        await world.mia.edit(line, "? why do oaks keep leaves")
        assert world.card(number + 1, thread).embeds[0].description == "why do oaks keep leaves"
        await world.mia.delete(line)
        assert "withdrawn" in (world.card(number + 1, thread).embeds[0].title or "")

    async def test_many_deleted_at_once(self, world: World) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        messages = [await world.mia.send(thread, f"Line {count}") for count in range(4)]
        world.env.backend.bulk_delete_messages(thread.id, [one.id for one in messages[1:3]])
        await world.env.settle()
        assert await texts(world, number) == ["Line 0", "Line 3"]

    async def test_bots_webhooks_and_discord_itself_write_no_notes(self, world: World) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        backend = world.env.backend
        backend.create_message(thread.id, backend.bot_user.id, "I am a bot")
        helper = world.env.create_user("calendar", bot=True)
        world.guild.add_member(helper)
        backend.create_message(thread.id, helper.id, "So am I")
        backend.create_message(thread.id, world.mia.id, "I am a webhook", webhook_id=77)
        opening = thread.history()[0]
        backend.create_system_message(thread.id, MessageType.PINS_ADD, world.mia.id, referenced_message_id=opening.id)
        await world.env.settle()
        assert await world.blocks(number) == ()
        await world.mia.send(thread, "I am Mia")
        assert await texts(world, number) == ["I am Mia"]

    async def test_another_thread_is_no_note(self, world: World) -> None:
        number = await world.start_note()
        starter = await world.ben.send(world.biology, "Lunch?")
        other = world.env.backend.create_thread(world.biology.id, "Lunch", world.ben.id, message_id=starter.id)
        channel = next(one for one in world.biology.threads if one.id == other.id)
        message = await world.mia.send(channel, "# Pizza")
        await world.mia.react(message, "✂️")
        await world.mia.edit(message, "# Pasta")
        await world.mia.delete(message)
        await world.mia.send(world.biology, "# Also here")
        assert await world.blocks(number) == ()


class TestReactions:
    async def test_scissors_of_a_scribe_strike_out_and_taken_back_put_back(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        await world.mia.send(thread, "Leaves fall.")
        talk = await world.mia.send(thread, "I am hungry\n# very")
        await world.ben.react(talk, "✂️")
        assert await states(world, number) == [STANDING, STANDING, STANDING]
        await world.noor.react(talk, "✂️")
        assert await states(world, number) == [STANDING, STRUCK, STRUCK]
        assert "hungry" not in await world.note(number, world.ben)
        await world.ben.unreact(talk, "✂️")
        assert await states(world, number) == [STANDING, STRUCK, STRUCK]
        await world.noor.unreact(talk, "✂️")
        assert await states(world, number) == [STANDING, STANDING, STANDING]

    async def test_right_after_the_message_too(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread, backend = world.thread(number), world.env.backend
        for emoji, text in (("✂️", "I am hungry"), ("✅", "bud :: what a leaf comes from")):
            message = backend.create_message(thread.id, world.mia.id, text)
            backend.add_reaction(thread.id, message.id, emoji, world.noor.id)
        await world.env.settle()
        talk, term = await world.blocks(number)
        assert (talk.state, term.checked_by) == (STRUCK, world.noor.id)

    async def test_a_librarian_who_is_no_scribe_may_too(self, world: World) -> None:
        number = await world.start_note()
        talk = await world.mia.send(world.thread(number), "I am hungry")
        await world.okafor.react(talk, "✂")  # some clients leave the variation selector out
        assert await states(world, number) == [STRUCK]
        await world.okafor.unreact(talk, "✂")
        assert await states(world, number) == [STANDING]

    async def test_other_reactions_mean_nothing(self, world: World) -> None:
        number = await world.start_note()
        message = await world.mia.send(world.thread(number), "Leaves fall.")
        for emoji in ("👍", "📖", "▫️"):
            await world.mia.react(message, emoji)
        assert await states(world, number) == [STANDING]


class TestFiles:
    async def test_a_picture_is_copied_and_its_words_are_asked_for_once(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        both = [("a.png", picture(1)), ("b.png", picture(2))]
        message = await world.mia.send(thread, "Two leaves", attachments=both)
        asked = [one for one in thread.history() if "these pictures" in one.content]
        assert [one.reference.message_id for one in asked if one.reference] == [message.id]
        assert not world.pinged(asked[0])
        assert len(kept_files(world)) == 2
        _, first, second = await world.blocks(number)
        await world.mia.edit(message, "Two leaves of an oak")
        assert len([one for one in thread.history() if "these pictures" in one.content]) == 1
        refused = await world.ben.click(asked[0], label="Describe them")
        assert "Only the scribes" in await world.fill(world.ben, refused, **{str(first.id): "x", str(second.id): ""})
        opened = await world.noor.click(asked[0], label="Describe them")
        await world.fill(world.noor, opened, **{str(first.id): "A green leaf", str(second.id): ""})
        again = next(one for one in thread.history() if one.id == asked[0].id)
        opened = await world.noor.click(again, label="Describe them")
        assert opened.modal is not None
        assert [one["component"]["custom_id"] for one in opened.modal["components"]] == [str(second.id)]
        await world.fill(world.noor, opened, **{str(second.id): "A red leaf"})
        assert not [one for one in thread.history() if one.id == asked[0].id]
        assert "A red leaf" in await world.note(number, world.ben)

    async def test_what_is_described_in_discord_is_not_asked_about(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cdn = world.env.backend.cdn
        described = functools.partial(_store, cdn.store_attachment)
        monkeypatch.setattr(cdn, "store_attachment", described)
        number = await world.start_note()
        await world.mia.send(world.thread(number), "", attachments=[("a.png", picture())])
        assert [one.file.alt for one in await world.blocks(number) if one.file] == ["A green leaf"]
        assert not [one for one in world.thread(number).history() if "What is to be seen" in one.content]

    async def test_what_only_looks_like_a_picture_is_a_file(self, world: World) -> None:
        number = await world.start_note()
        await world.mia.send(world.thread(number), "", attachments=[("leaf.png", b"<script>alert(1)</script>")])
        (block,) = await world.blocks(number)
        assert block.kind is BlockKind.FILE
        assert block.file is not None
        assert block.file.content_type == "application/octet-stream"
        assert "📎" in await world.note(number, world.ben)

    async def test_a_file_that_cannot_be_had_is_told_kindly(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        monkeypatch.setattr(intake, "FILE_LIMIT", 50)
        await world.mia.send(thread, "Too large", attachments=[("leaf.png", picture())])
        monkeypatch.undo()

        async def gone(self: discord.Attachment, **_: object) -> bytes:
            raise discord.NotFound(_answer(404), "gone")

        monkeypatch.setattr(discord.Attachment, "read", gone)
        await world.mia.send(thread, "Gone", attachments=[("root.png", picture())])
        read = await world.note(number, world.ben)
        assert "*leaf.png* could not be fetched" in read
        assert "*root.png* could not be fetched" in read
        assert kept_files(world) == []

    async def test_a_picture_of_too_many_pixels_is_not_kept(self, world: World) -> None:
        out = io.BytesIO()
        Image.new("1", (8_000, 8_000)).save(out, "PNG")
        number = await world.start_note()
        await world.mia.send(world.thread(number), "Look", attachments=[("huge.png", out.getvalue())])
        assert "*huge.png* could not be fetched" in await world.note(number, world.ben)


def _store(store: Callable[..., Any], *known: object) -> Any:
    return store(*known[:4], "A green leaf")


def _answer(status: int) -> Any:
    class Answer:
        reason = "Not Found"

    answer = Answer()
    answer.status = status  # type: ignore[attr-defined]
    return answer


class TestEventsAsDiscordSendsThem:
    async def test_twice_and_out_of_order(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        seen: list[tuple[str, Mapping[str, Any]]] = []
        emit = world.env.backend.emit
        monkeypatch.setattr(world.env.backend, "emit", lambda name, data: seen.append((name, data)))
        kept = await world.mia.send(thread, "Leafs fall.")
        await world.env.advance_time(1)
        await world.mia.edit(kept, "Leaves fall.")
        gone = await world.mia.send(thread, "I am hungry")
        await world.mia.delete(gone)
        monkeypatch.undo()
        for name, data in (*reversed(seen), *seen):
            emit(name, data)
        await world.env.settle()
        assert await texts(world, number) == ["Leaves fall."]
        assert "hungry" not in str(await world.blocks(number))

    async def test_an_event_of_an_edit_that_is_none_changes_nothing(self, world: World) -> None:
        """Discord sends one when the preview of an address arrives."""
        number = await world.start_note()
        thread = world.thread(number)
        message = await world.mia.send(thread, "See https://www.example.org/leaves")
        (before,) = await world.blocks(number)
        backend = world.env.backend
        backend.emit("MESSAGE_UPDATE", serializers.message_payload(backend, backend.get_message(thread.id, message.id)))
        await world.env.settle()
        assert await world.blocks(number) == (before,)
