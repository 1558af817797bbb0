"""The check of request bodies must itself be trusted: what discord.py sends passes, and a wrong body is refused."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord
from discord import app_commands
from discord.ext import commands
from discord.http import handle_message_parameters

from tests import openapi

pytestmark = pytest.mark.skipif(openapi.description() is None, reason="DISCORD_OPENAPI is not set")

CALLBACK = "/interactions/1/a-token/callback"
BUTTON = {"type": 2, "style": 1, "label": "Claim", "custom_id": "question:1:42:claim"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/channels/123/messages", {"content": "What do axolotls eat?", "tts": False}),
        ("POST", "/channels/123/messages", {"content": None, "nonce": "7", "enforce_nonce": True}),
        ("POST", "/channels/123/messages", {"components": [{"type": 1, "components": [BUTTON]}]}),
        ("POST", "/channels/123/messages", {"embeds": [{"title": "#42", "flags": 0}]}),
        ("POST", "/channels/123/messages", {"attachments": [{"id": 0, "filename": "axolotl.png"}]}),
        ("POST", "/channels/123/messages", {"allowed_mentions": {"parse": [], "users": [1], "replied_user": False}}),
        ("PATCH", "/channels/123/messages/5", {"content": "edited", "tts": False}),
        ("PATCH", "/webhooks/1/a-token/messages/@original", {"content": "Asked #42", "tts": False}),
        ("POST", "/webhooks/1/a-token", {"content": "Asked #42", "flags": 64, "tts": False}),
        ("PUT", "/channels/123/messages/pins/5", None),
        ("DELETE", "/channels/123/messages/5", None),
        ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
        ("POST", CALLBACK, {"type": 6}),
        ("POST", CALLBACK, {"type": 7, "data": {"components": [], "tts": False}}),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "Ask: why?", "value": "why?"}]}}),
        ("PUT", "/applications/9/commands", [{"name": "desk", "description": "The desk", "type": 1, "nsfw": False}]),
        ("POST", "/guilds/1/roles", {"name": "Researchers", "permissions": "0"}),
    ],
)
def test_what_discord_takes_passes(method: str, path: str, body: Any) -> None:
    assert openapi.check(method, path, body) is None


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "/channels/123/messages", {"contents": "What do axolotls eat?"}, "contents"),
        ("POST", "/channels/123/messages", {"content": "x" * 4001}, "$.content"),
        ("POST", "/channels/123/messages", None, "needs a body"),
        ("POST", "/channels/123/messages", {"embeds": [{"title": "t", "colour": 1}]}, "colour"),
        ("POST", "/channels/123/messages", {"embeds": [{"title": "x" * 257}]}, "$.embeds[0].title"),
        ("POST", "/channels/123/messages", {"embeds": [{"timestamp": "yesterday"}]}, "date-time"),
        ("POST", "/channels/123/messages", {"embeds": [{"url": "javascript:alert(1)"}]}, "uri"),
        ("POST", "/channels/123/messages", {"components": [BUTTON]}, "type 2 is not one of"),
        ("POST", "/channels/123/messages", {"components": [{"type": 1, "components": [BUTTON] * 6}]}, "$.components"),
        (
            "POST",
            "/channels/123/messages",
            {"components": [{"type": 1, "components": [BUTTON | {"custom_id": "x" * 101}]}]},
            "$.components[0].components[0].custom_id",
        ),
        ("PATCH", "/webhooks/1/a-token/messages/@original", {"content": "x" * 2001}, "$.content"),
        ("POST", "/webhooks/1/a-token", {"content": "Asked #42", "ephemeral": True}, "ephemeral"),
        ("POST", CALLBACK, {"type": 4, "data": {"content": "x", "ephemeral": True}}, "ephemeral"),
        ("POST", CALLBACK, {"type": 9, "data": {"custom_id": "m", "title": "x" * 46, "components": []}}, "$.data"),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "x" * 101, "value": "v"}]}}, "$.data"),
        ("POST", CALLBACK, {"type": 99}, "type 99"),
        ("PUT", "/applications/9/commands", [{"name": "x" * 33, "description": "d"}], "$[0].name"),
        ("PUT", "/applications/9/commands", [{"name": "desk", "hidden": True}], "hidden"),
        ("DELETE", "/channels/123/messages/5", {"reason": "spam"}, "takes no body"),
        ("POST", "/channels/123/messages/5/applaud", {}, "no such route"),
    ],
)
def test_a_wrong_body_fails_and_its_place_is_named(method: str, path: str, body: Any, says: str) -> None:
    problem = openapi.check(method, path, body)
    assert problem is not None
    assert says in problem


def test_a_message_as_discord_py_writes_it_passes() -> None:
    embed = discord.Embed(title="#42", description="What do axolotls eat?", colour=0x336699).set_footer(text="open")
    embed.timestamp = discord.utils.utcnow()
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Claim", custom_id="question:1:42:claim"))
    reply = discord.MessageReference(message_id=5, channel_id=123, guild_id=1).to_message_reference_dict()
    with handle_message_parameters(
        content="Mia asks",
        embed=embed,
        view=view,
        nonce=7,
        allowed_mentions=discord.AllowedMentions(everyone=False, users=[discord.Object(1)], roles=False),
        message_reference=reply,
        mention_author=False,
    ) as written:
        assert openapi.check("POST", "/channels/123/messages", written.payload) is None


class Noticeboard(commands.Bot):
    """A bot with one honest command and one whose request Discord would refuse."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default())

    async def setup_hook(self) -> None:
        @self.tree.command(description="Say what is pinned")
        async def pinned(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Nothing yet.", ephemeral=True)

        @self.tree.command(description="Say it with a field that Discord does not know")
        @app_commands.guild_only()
        async def shout(interaction: discord.Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=interaction.channel_id)
            await self.http.request(route, json={"embeds": [{"title": "Nothing yet.", "loudness": 11}]})

        await self.tree.sync()


async def test_every_request_of_a_simulated_bot_is_watched() -> None:
    async with simcord.run(Noticeboard()) as env:
        watched = openapi.watch(env)
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        mia = guild.add_member(env.create_user("mia"))

        await mia.slash(channel, "pinned")
        watched.assert_fine()
        assert watched.checked >= 2  # the sync of its commands before we watched, and the answer

        await mia.slash(channel, "shout")
        with pytest.raises(AssertionError, match="loudness"):
            watched.assert_fine()
