"""A thread may be archived, locked, renamed or deleted, and a permission may be missing: the note lives on."""

from __future__ import annotations

import discord
import pytest
import simcord
from simcord.backend.errors import BackendError

from bot.models.sessions import BlockState
from tests.cogs.test_return import bot_away, restart
from tests.cogs.world import World, raw_press, said


async def texts(world: World, number: int) -> list[str]:
    return [one.text for one in await world.blocks(number) if one.state is BlockState.STANDING]


def labels(message: discord.Message) -> list[str]:
    return [str(one.label) for row in message.components for one in row.children]  # type: ignore[union-attr]


def cards(world: World, number: int) -> list[discord.Message]:
    """Every card of a note in #biology, the newest last."""
    found = [one for one in world.biology.history() if one.embeds]
    return [one for one in found if (one.embeds[0].title or "").startswith(f"#{number} ")]


async def a_note(world: World) -> tuple[int, simcord.ChannelHandle]:
    """Notes with one line in them, and their thread."""
    number = await world.start_note(world.noor)
    thread = world.thread(number)
    await world.mia.send(thread, "Leaves fall.")
    return number, thread


class TestADeletedThread:
    async def test_the_note_lives_on_and_gets_a_new_one_from_its_card(self, world: World) -> None:
        number, thread = await a_note(world)
        world.env.backend.delete_channel(thread.id)
        await world.env.settle()
        card = world.card(number)
        assert "New thread" in labels(card)
        assert f"<#{thread.id}>" not in str(card.embeds[0].to_dict())
        assert await texts(world, number) == ["Leaves fall."]
        assert "Only the scribes" in said(await world.ben.click(card, label="New thread"))
        assert "is all there" in said(await world.noor.click(card, label="New thread"))
        again = world.thread(number)
        assert again.id != thread.id
        await world.noor.send(again, "Oaks keep theirs.")
        assert await texts(world, number) == ["Leaves fall.", "Oaks keep theirs."]
        assert f"<#{again.id}>" in str(cards(world, number)[-1].embeds[0].to_dict())

    async def test_reopened_notes_get_a_new_thread(self, world: World) -> None:
        number, thread = await a_note(world)
        await world.mia.slash(thread, "note close")
        world.env.backend.delete_channel(thread.id)
        await world.env.settle()
        assert "open again" in said(await world.mia.slash(world.biology, "note reopen", id=str(number)))
        await world.noor.send(world.thread(number), "Oaks keep theirs.")
        assert await texts(world, number) == ["Leaves fall.", "Oaks keep theirs."]

    @pytest.mark.parametrize("what", ["thread", "channel"])
    async def test_deleted_while_the_bot_was_away(self, world: World, what: str) -> None:
        number, thread = await a_note(world)
        with bot_away(world.env):
            world.env.backend.delete_channel(thread.id)
            if what == "channel":
                world.env.backend.delete_channel(world.biology.id)
        await restart(world)
        assert await texts(world, number) == ["Leaves fall."]
        shown = await world.mia.slash(world.questions, "note history", id=str(number))
        assert "Leaves fall." in said(shown)
        if what == "thread":
            assert "New thread" in labels(world.card(number))

    @pytest.mark.parametrize("closed", [True, False])
    async def test_with_its_channel(self, world: World, closed: bool) -> None:
        number, thread = await a_note(world)
        if closed:
            await world.mia.slash(thread, "note close")
        world.env.backend.delete_channel(thread.id)
        world.env.backend.delete_channel(world.biology.id)
        await world.env.settle()
        told = said(await world.mia.slash(world.questions, "note reopen", id=str(number)))
        assert f"<#{world.questions.id}>" in told
        again = next(one for one in world.questions.threads if (one.name or "").endswith(f" #{number}"))
        await world.mia.send(again, "Oaks keep theirs.")
        assert await texts(world, number) == ["Leaves fall.", "Oaks keep theirs."]


class TestAThreadThatIsShut:
    async def test_renamed_and_archived_changes_nothing(self, world: World) -> None:
        number, thread = await a_note(world)
        world.env.backend.edit_channel(thread.id, {"name": "silly name"})
        world.env.backend.edit_channel(thread.id, {}, thread_metadata={"archived": True})
        await world.env.settle()
        assert "Leaves in autumn" in (world.card(number).embeds[0].title or "")
        with bot_away(world.env):
            await world.noor.send(thread, "Oaks keep theirs.")
        await restart(world)
        assert await texts(world, number) == ["Leaves fall.", "Oaks keep theirs."]

    async def test_what_discord_refuses_in_a_locked_thread_holds_up_nothing(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number, thread = await a_note(world)
        shut = BackendError(400, 160005, "Thread is locked")

        def locked(*_: object, **__: object) -> None:
            raise shut

        with monkeypatch.context() as patch:
            patch.setattr(world.env.backend, "set_reaction", locked)
            await world.ben.send(thread, "Beeches keep theirs, too.")
        assert [one.state for one in await world.blocks(number)] == [BlockState.STANDING, BlockState.WAITING]
        await world.mia.slash(thread, "note scribes", lead=world.noor.user, partner1=world.ben.user)
        assert any("keep these notes" in one.content for one in thread.history()), "what came after it was sent"

    async def test_a_new_thread_leaves_what_stands_in_the_old_one(self, world: World) -> None:
        number, old = await a_note(world)
        kept = next(one for one in old.history() if one.content == "Leaves fall.")
        await raw_press(world.mia, world.biology, f"note:new_thread:{world.guild.id}:{number}")
        new = next(one for one in world.biology.threads if one.id != old.id)
        await world.mia.send(new, "Oaks keep theirs.")
        await world.mia.send(old, "nobody writes here now")
        await world.mia.edit(kept, "Leaves fall in autumn.")
        assert await texts(world, number) == ["Leaves fall in autumn.", "Oaks keep theirs."]
        await world.mia.delete(kept)
        assert await texts(world, number) == ["Oaks keep theirs."]


class TestPermissions:
    async def deny(self, world: World, **denied: bool) -> simcord.ChannelHandle:
        me = world.guild.me
        assert me is not None
        overwrite = discord.PermissionOverwrite(**dict.fromkeys(denied, False))
        return world.guild.create_text_channel("shut", overwrites={me: overwrite})

    async def test_a_missing_permission_is_named_with_where_to_tick_it(self, world: World) -> None:
        shut = await self.deny(world, create_public_threads=True, send_messages_in_threads=True)
        told = said(await world.mia.slash(shut, "note start", title="Leaves"))
        assert "**Send Messages in Threads, Create Public Threads**" in told
        assert "Channel settings → Permissions" in told
        assert not shut.history()

    async def test_one_that_went_meanwhile_leaves_a_card_with_a_button(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shut = BackendError(403, 50013, "Missing Permissions")

        def denied(*_: object, **__: object) -> None:
            raise shut

        with monkeypatch.context() as patch:
            patch.setattr(world.env.backend, "create_thread", denied)
            number = await world.start_note()
            await world.ask(world.ben, "Does this still work?")
        card = world.card(number)
        assert "New thread" in labels(card)
        assert world.card(number + 1).id, "nothing else was held up"
        assert "in a moment" in said(await world.mia.click(card, label="New thread"))
        assert world.thread(number).is_thread

    async def test_notes_begin_where_threads_can(self, world: World) -> None:
        voice = world.guild.create_voice_channel("lesson")
        told = said(await world.mia.slash(voice, "note start", title="Leaves"))
        assert "Notes begin in a text channel" in told

    async def test_a_thread_that_is_begun_twice_is_one(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        begin = world.env.backend.create_thread

        def begun_already(*known: object, **more: object) -> None:
            begin(*known, **more)  # type: ignore[arg-type]
            raise BackendError(400, 160004, "A thread has already been created for this message")

        with monkeypatch.context() as patch:
            patch.setattr(world.env.backend, "create_thread", begun_already)
            number = await world.start_note()
        await world.mia.send(world.thread(number), "Leaves fall.")
        assert await texts(world, number) == ["Leaves fall."]

    async def test_reactions_that_are_not_allowed_hold_up_nothing(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number, thread = await a_note(world)
        shut = BackendError(403, 50013, "Missing Permissions")

        def denied(*_: object, **__: object) -> None:
            raise shut

        with monkeypatch.context() as patch:
            patch.setattr(world.env.backend, "set_reaction", denied)
            await world.ben.send(thread, "Beeches keep theirs, too.")
            await world.mia.send(thread, "? why do they")
        assert world.card(number + 1, thread).id, "what came after it was sent"
