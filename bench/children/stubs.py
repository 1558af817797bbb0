"""discord.py without a network: everything of it runs, and what it would send is answered at once, in memory."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Self

import aiohttp
from discord.ext import commands
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter

from tests.wire.rest import Call, answer
from tests.wire.world import EPHEMERAL, Happened, Json, Person, World

CALLBACK = "/callback"
_DEFER = '"type":5'


class _Response:
    """What aiohttp would give for a request that was answered."""

    status = 200
    headers = {"content-type": "application/json"}  # noqa: RUF012 - nobody writes into it

    def __init__(self, text: str) -> None:
        self._text = text

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return

    async def text(self, **_how: object) -> str:
        return self._text


class StubbedDiscord:
    """A server for one bot: requests are answered by `World`, and each interaction that is answered is noted.

    Where the network begins, aiohttp's ``ClientSession.request``, is ours. With `without_http`, discord.py's code for
    requests (what makes JSON of them, minds the limits and reads the answers) is left out too. A process holds one.
    """

    def __init__(self, *, without_http: bool = False) -> None:
        self.world = World()
        self.channel = self.world.add_channel("questions")
        self.answered: dict[str, float] = {}
        """When (`time.perf_counter`) an interaction's person was told the outcome, by its token; a defer tells none."""
        self.deferred = 0
        self.all_answered = asyncio.Event()
        self.awaited = 0
        self._without_http = without_http
        message = self.world.post(self.channel, self.world.bot, {"content": "done", "flags": EPHEMERAL})
        interaction = {"id": message["id"], "type": 2, "response_message_id": message["id"]}
        self._told: Json = {"interaction": interaction, "resource": {"type": 4, "message": message}}
        self._told_text = json.dumps(self._told)
        self._message_text = json.dumps(message)

    async def log_in(self, bot: commands.Bot) -> None:
        """Start `bot`, up to the end of its `on_ready`."""
        self._take_over(bot)
        await bot.login("no.real.token")
        state: Any = bot._connection
        state.guild_ready_timeout = 0.0  # two seconds of waiting for more servers would hide what is measured
        server = {"id": str(self.world.guild_id), "unavailable": True}
        state.parse_ready({"user": self.world.bot.user(), "guilds": [server]})
        state.parse_guild_create(self.world.guild())
        await bot.wait_until_ready()
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "discord.py: on_ready"))

    def _take_over(self, bot: commands.Bot) -> None:
        http, session, adapter = (_any(one) for one in (bot.http, aiohttp.ClientSession, AsyncWebhookAdapter))
        session.request = self._send
        if self._without_http:
            http.request = self._request
            adapter.request = self._respond

    def _send(self, method: str, url: str, *, data: Any = None, **_more: Any) -> _Response:  # noqa: ANN401 - aiohttp's
        if url.endswith(CALLBACK):
            self._note(url.rsplit("/", 2)[1], _DEFER in str(data)[:20])
            return _Response(self._told_text)
        if "/webhooks/" in url:
            self._note(url.split("/webhooks/")[1].split("/")[1], False)
            return _Response(self._message_text)
        return _Response(json.dumps(self._answer(method, url, json.loads(data) if isinstance(data, str) else None)))

    async def _request(self, route: Route, **sent: Any) -> Any:  # noqa: ANN401 - JSON
        return self._answer(route.method, route.url, sent.get("json"))

    async def _respond(self, route: Route, *, payload: Json | None = None, **_more: Any) -> Json:
        self._note(str(route.webhook_token), route.url.endswith(CALLBACK) and (payload or {}).get("type") == 5)
        return self._told

    def _note(self, token: str, deferred: bool) -> None:  # noqa: FBT001 - read off the request
        if deferred:
            self.deferred += 1
            return
        self.answered[token] = time.perf_counter()  # real time is what is measured here
        if len(self.answered) == self.awaited:
            self.all_answered.set()

    def _answer(self, method: str, url: str, body: Any) -> Any:  # noqa: ANN401 - JSON
        path = url.removeprefix(Route.BASE)
        status, answered = answer(self.world, "", Call(0, method, path, {}, body, 0))
        if status >= 400:
            raise RuntimeError(f"the stub has no {method} {path}")
        return answered

    def ask(self, person: Person, text: str) -> Happened:
        """The interaction of a person who sends ``/question ask``."""
        typed = [
            {"name": "text", "type": 3, "value": text},
            {"name": "topic", "type": 3, "value": "Biology"},
            {"name": "knew", "type": 3, "value": "They stand high up, and there is wind."},
        ]
        group = next(command for command in self.world.commands[None] if command["name"] == "question")
        data = {
            "id": group["id"],
            "name": "question",
            "type": 1,
            "options": [{"name": "ask", "type": 1, "options": typed}],
        }
        return self.world.begin(2, person, self.channel, data)


def _any(one: Any) -> Any:  # noqa: ANN401 - methods of other people's classes are replaced
    return one
