"""Canaries: each fails when simcord changes a private part that `bot.sandbox.simcord_private` leans on."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import discord
import pytest
import pytest_asyncio
import simcord
from discord.ext import commands, tasks
from simcord.preview import Preview, _markdown
from simcord.preview._markdown import markdown_tokens
from simcord.preview._pages import _Page

from bot.sandbox import simcord_private

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def env() -> AsyncIterator[simcord.Env]:
    world = simcord.Env(commands.Bot(command_prefix=commands.when_mentioned, intents=discord.Intents.all()))
    await world.start()
    yield world
    await world.shutdown()


def nothing(_tab: str | None) -> None:
    pass


async def test_the_clock_leaps_and_later_ids_are_later() -> None:
    world = simcord.Env(commands.Bot(command_prefix=commands.when_mentioned, intents=discord.Intents.all()))
    before = world.create_user("mia")
    assert world.now() == datetime(2026, 1, 1, tzinfo=UTC)

    simcord_private.set_clock_forward(world, 3600)

    assert world.now() == datetime(2026, 1, 1, 1, tzinfo=UTC)
    after = world.create_user("noor")
    assert discord.utils.snowflake_time(after.id) == world.now()
    assert after.id > before.id


async def test_a_loop_of_the_bot_runs_once_for_the_time_that_was_left_out(env: simcord.Env) -> None:
    ran: list[datetime] = []

    @tasks.loop(seconds=15)
    async def tick() -> None:
        ran.append(env.now())

    async def begin() -> None:
        tick.start()

    await simcord_private.as_the_bot(env, begin())
    assert len(ran) == 1

    simcord_private.set_clock_forward(env, 7 * 24 * 3600)
    await env.advance_time(1)
    assert len(ran) == 2
    await env.advance_time(15)
    assert len(ran) == 3


async def test_what_is_done_as_the_bot_is_over_with_all_that_follows(env: simcord.Env) -> None:
    done: list[str] = []

    async def follow() -> None:
        await asyncio.sleep(0.05)
        done.append("followed")

    async def begin() -> str:
        background.add(asyncio.create_task(follow()))
        return "begun"

    background: set[asyncio.Task[None]] = set()
    assert await simcord_private.as_the_bot(env, begin()) == "begun"
    assert done == ["followed"]


async def test_the_same_things_get_the_same_ids_in_every_world() -> None:
    worlds = [simcord.Env(commands.Bot(command_prefix="!", intents=discord.Intents.all())) for _ in range(2)]

    ids = [(world.create_guild("Library", id=77).id, world.create_user("mia").id) for world in worlds]

    assert ids[0] == ids[1]


async def test_the_bot_gets_its_name(env: simcord.Env) -> None:
    simcord_private.name_the_bot(env, "Vademecum")
    await env.settle()

    assert env.bot.user is not None
    assert env.bot.user.name == "Vademecum"


async def test_it_is_known_who_reads_a_channel(env: simcord.Env) -> None:
    guild = env.create_guild()
    hidden = discord.PermissionOverwrite(view_channel=False)
    public = guild.create_text_channel("public")
    private = guild.create_text_channel("private", overwrites={guild.default_role: hidden})
    mia = guild.add_member(env.create_user("mia"))

    assert simcord_private.may_read(env, public, mia)
    assert not simcord_private.may_read(env, private, mia)


async def test_the_ear_hears_where_messages_change_and_lets_old_records_go(env: simcord.Env) -> None:
    ear, guild = simcord_private.Ear(env), env.create_guild()
    channel, other = guild.create_text_channel("general"), guild.create_text_channel("other")
    mia = guild.add_member(env.create_user("mia"))
    assert ear.since_last() == set()

    message = await mia.send(channel, "hello")
    assert ear.since_last() == {channel.id}
    await mia.edit(message, "hello again")
    await mia.send(other, "hello")
    assert ear.since_last() == {channel.id, other.id}
    await mia.react(message, "📖")
    assert ear.since_last() == {channel.id}
    await mia.delete(message)
    assert ear.since_last() == {channel.id}

    env.backend.transcript.extend([("GATEWAY", "TEST", None)] * simcord_private.MOST_RECORDS)
    assert ear.since_last() == set()
    assert len(env.backend.transcript) < simcord_private.MOST_RECORDS


async def test_kept_parsers_read_the_same_as_fresh_ones() -> None:
    context = {"users": {"1": "Mia"}, "channels": {}, "roles": {}}
    text = "**bold** <@1> <t:1795000000:R> https://example.org ||hidden|| <@2>"
    fresh = _markdown.markdown_tokens(text, "message", context=context)

    simcord_private.remember_parsers()
    simcord_private.remember_parsers()

    for _ in range(2):
        assert _markdown.markdown_tokens(text, "message", context=context) == fresh
    other = {"users": {"1": "Noor"}, "channels": {}, "roles": {}}
    assert _markdown.markdown_tokens(text, "message", context=other) != fresh


async def test_two_previews_are_open_at_once_and_act_in_the_same_world(env: simcord.Env) -> None:
    guild, lock = env.create_guild(), asyncio.Lock()
    channel = guild.create_text_channel("general")
    people = [guild.add_member(env.create_user(name)) for name in ("mia", "noor")]
    async with lock:
        previews = [await simcord_private.open_preview(env, channel, person, lock, nothing) for person in people]

    for preview in previews:
        page = preview._open_page()
        done = await preview._action(page.id, saying("hello", page))
        assert done["settlement"] == "settled", done

    assert [message.author.name for message in channel.history()] == ["mia", "noor"]
    (tab,) = (page for page in previews[0]._pages.values() if page is not previews[0]._python)
    assert len(tab.snapshot["timeline"]) == 1
    simcord_private.show_what_is_new(previews[0], drawn=tab.id)
    assert len(tab.snapshot["timeline"]) == 1
    simcord_private.show_what_is_new(previews[0])
    assert len(tab.snapshot["timeline"]) == 2


async def test_an_action_on_a_page_that_is_a_moment_old_is_taken_and_the_lock_is_held(env: simcord.Env) -> None:
    guild, lock = env.create_guild(), asyncio.Lock()
    channel, mia = guild.create_text_channel("general"), guild.add_member(env.create_user("mia"))
    held: list[tuple[bool, str | None]] = []

    def look(tab: str | None) -> None:
        held.append((lock.locked(), tab))

    async with lock:
        preview = await simcord_private.open_preview(env, channel, mia, lock, look)
    page = preview._open_page()
    body = saying("hello", page)
    simcord_private.show_what_is_new(preview)
    assert page.revision != body["published_revision"]

    done = await preview._action(page.id, body)

    assert done["settlement"] == "settled", done
    assert held == [(True, page.id)]
    assert await preview._action(page.id, body) == done, "the same request again has no effect and the same answer"
    assert len(channel.history()) == 1


async def test_room_runs_out_at_sixteen_tabs_and_an_ended_page_is_known(env: simcord.Env) -> None:
    guild, lock = env.create_guild(), asyncio.Lock()
    channel, mia = guild.create_text_channel("general"), guild.add_member(env.create_user("mia"))
    async with lock:
        preview = await simcord_private.open_preview(env, channel, mia, lock, nothing)

    for _ in range(16):
        assert simcord_private.has_room(preview)
        preview._open_page()
    assert not simcord_private.has_room(preview)
    with pytest.raises(simcord.SetupError):
        preview._open_page()

    assert simcord_private.is_open(preview)
    await preview.close()
    assert not simcord_private.is_open(preview)


async def test_the_private_parts_are_shaped_as_we_use_them() -> None:
    assert list(inspect.signature(Preview._action).parameters) == ["self", "context_id", "body"]
    assert {"revision", "last_sequence"} <= set(_Page.__slots__)
    assert simcord.Env(commands.Bot(command_prefix="!", intents=discord.Intents.all()))._preview is None


def saying(text: str, page: _Page) -> dict[str, object]:
    """What a browser sends when a person writes a message."""
    return {
        "protocol_version": 3,
        "sequence": page.last_sequence + 1,
        "request_id": f"request-{page.id}",
        "generation": page.generation,
        "bot_generation": 1,
        "published_revision": page.revision,
        "kind": "send_message",
        "content": text,
    }


async def test_people_are_named_in_embeds() -> None:
    simcord_private.name_people_in_embeds()
    tokens = markdown_tokens("by <@42>", "embed_field_value", context={"users": {"42": "Noor"}})
    assert "@Noor" in str(tokens)
