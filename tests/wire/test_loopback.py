"""The loopback server is a Discord that discord.py believes in: proved with a very small bot, before the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests import openapi
from tests.wire.control import fields_of
from tests.wire.parrot import PICTURE

if TYPE_CHECKING:
    from tests.wire.conftest import Room
    from tests.wire.running import RunningBot

MESSAGES = "/channels/*/messages"


async def test_a_command_is_answered_and_its_button_works(room: Room, parrot: RunningBot) -> None:
    discord = room.discord
    said = discord.slash(room.mia, room.channel, "parrot say", text="axolotl")
    await discord.told(said)

    assert said.callback == {"type": 5, "data": {"flags": 64}}
    assert said.said == "Said axolotl"
    [card] = discord.world.posted(room.channel)
    assert card["content"] == "axolotl"
    assert said.original not in discord.world.posted()

    again = discord.press(room.noor, card, "Again")
    await discord.told(again)
    assert again.said == "Again axolotl"


async def test_a_form_is_opened_filled_in_and_sent(room: Room, parrot: RunningBot) -> None:
    discord = room.discord
    opened = discord.slash(room.mia, room.channel, "parrot form")
    await discord.answered(opened)
    [field] = fields_of(opened.modal)

    sent = discord.submit(room.mia, opened, {field["custom_id"]: "newts too"})
    await discord.told(sent)
    assert sent.said == "You wrote newts too"


async def test_a_file_arrives_whole_and_can_be_fetched(room: Room, parrot: RunningBot) -> None:
    discord = room.discord
    shown = discord.slash(room.mia, room.channel, "parrot picture")
    await discord.told(shown)
    [message] = discord.world.posted(room.channel)
    [attachment] = message["attachments"]
    assert attachment["filename"] == "axolotl.png"
    async with aiohttp.ClientSession() as session, session.get(attachment["url"]) as response:
        assert await response.read() == PICTURE


async def test_a_button_outlives_a_kill(room: Room, parrot: RunningBot) -> None:
    discord = room.discord
    said = discord.slash(room.mia, room.channel, "parrot say", text="axolotl")
    await discord.told(said)
    [card] = discord.world.posted(room.channel)

    await parrot.kill()
    await parrot.start()
    again = discord.press(room.noor, card, "Again")
    await discord.told(again)
    assert again.said == "Again axolotl"
    assert len(discord.gateway.identifies) == 2


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_rate_limit_is_waited_for(room: Room, parrot: RunningBot, everywhere: bool) -> None:
    discord = room.discord
    discord.rate_limit("POST", MESSAGES, seconds=0.3, everywhere=everywhere)
    said = discord.slash(room.mia, room.channel, "parrot say", text="axolotl")
    await discord.told(said)

    refused, done = (call for call in discord.calls if call.path.endswith("/messages"))
    assert (refused.status, done.status) == (429, 200)
    assert done.arrived_ns - refused.arrived_ns > 0.25e9
    assert len(discord.world.posted(room.channel)) == 1


async def test_a_bad_gateway_is_tried_again_and_the_nonce_keeps_the_message_single(
    room: Room, parrot: RunningBot
) -> None:
    discord = room.discord
    discord.bad_gateway("POST", MESSAGES, perform=True)
    said = discord.slash(room.mia, room.channel, "parrot say", text="axolotl")
    await discord.told(said)

    assert [call.status for call in discord.calls if call.path.endswith("/messages")] == [502, 200]
    assert len(discord.world.posted(room.channel)) == 1


async def test_without_the_nonce_window_the_same_message_stands_twice(room: Room, parrot: RunningBot) -> None:
    """The positive control of the test above: it is the nonce that keeps it single."""
    discord = room.discord
    discord.world.nonce_window_seconds = 0
    discord.bad_gateway("POST", MESSAGES, perform=True)
    said = discord.slash(room.mia, room.channel, "parrot say", text="axolotl")
    await discord.told(said)
    assert len(discord.world.posted(room.channel)) == 2


async def test_a_lost_response_is_noticed_by_the_bot(room: Room, parrot: RunningBot) -> None:
    discord = room.discord
    discord.lose_response("POST", MESSAGES)
    discord.slash(room.mia, room.channel, "parrot say", text="axolotl")
    await discord.until(parrot.errors, "discord.py gives up and the bot logs it")
    assert "ServerDisconnectedError" in parrot.errors()[0]
    assert len(discord.world.posted(room.channel)) == 1


async def test_a_cut_socket_is_resumed_and_what_was_missed_arrives_once(room: Room, parrot: RunningBot) -> None:
    discord = room.discord
    discord.gateway.cut()
    while_away = discord.slash(room.mia, room.channel, "parrot say", text="axolotl")
    await discord.told(while_away)

    assert len(discord.gateway.resumes) == 1
    assert len(discord.gateway.identifies) == 1
    assert len(discord.world.posted(room.channel)) == 1


async def test_a_session_that_cannot_be_resumed_begins_anew(room: Room, parrot: RunningBot) -> None:
    discord = room.discord
    discord.gateway.cut(resumable=False)
    await discord.until(lambda: len(discord.gateway.identifies) == 2, "the bot identifies again")
    said = discord.slash(room.mia, room.channel, "parrot say", text="axolotl")
    await discord.told(said)
    assert len(discord.gateway.resumes) == 1


@pytest.mark.skipif(openapi.description() is None, reason="DISCORD_OPENAPI is not set")
async def test_a_body_that_discord_would_refuse_is_noticed(room: Room, parrot: RunningBot) -> None:
    """The positive control of what the fixture asserts after every test here."""
    discord = room.discord
    said = discord.slash(room.mia, room.channel, "parrot say", text="x" * 101)
    await discord.until(lambda: discord.problems, "the button's id is too long for Discord")
    assert "custom_id" in discord.problems.pop()
    await discord.answered(said)
