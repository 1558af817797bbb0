"""discord.py without a network: HTTP is answered at once, in memory; all that discord.py does itself is real."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from discord.ext import commands
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter

from tests.wire.rest import Call, answer
from tests.wire.world import EPHEMERAL, Happened, Json, Person, World

ANSWER, DEFER = 4, 5


class StubbedDiscord:
    """A server for one bot: HTTP requests are answered by `World`, and each answered interaction is noted.

    A process holds one of them: interactions are answered through a class of discord.py, which is changed here.
    """

    def __init__(self) -> None:
        self.world = World()
        self.channel = self.world.add_channel("questions")
        self.answered: dict[str, float] = {}
        """When (`time.perf_counter`) an interaction's person was told the outcome, by its token; a defer tells none."""
        self.deferred = 0
        self.all_answered = asyncio.Event()
        self.awaited = 0
        self._message = self.world.post(self.channel, self.world.bot, {"content": "done", "flags": EPHEMERAL})

    async def log_in(self, bot: commands.Bot) -> None:
        """Start `bot`, up to the end of its `on_ready`."""
        http: Any = bot.http
        http.request = self._request
        adapter: Any = AsyncWebhookAdapter
        adapter.request = self._respond
        await bot.login("no.real.token")
        state: Any = bot._connection
        state.guild_ready_timeout = 0.0  # two seconds of waiting for more servers would hide what is measured
        server = {"id": str(self.world.guild_id), "unavailable": True}
        state.parse_ready({"user": self.world.bot.user(), "guilds": [server]})
        state.parse_guild_create(self.world.guild())
        await bot.wait_until_ready()
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "discord.py: on_ready"))

    async def _request(self, route: Route, **sent: Any) -> Any:  # noqa: ANN401 - JSON
        path = route.url.removeprefix(Route.BASE)
        status, body = answer(self.world, "", Call(0, route.method, path, {}, sent.get("json"), 0))
        if status >= 400:
            raise RuntimeError(f"the stub has no {route.method} {path}")
        return body

    async def _respond(self, route: Route, *, payload: Json | None = None, **_more: Any) -> Any:  # noqa: ANN401
        if route.url.endswith("/callback") and payload is not None and payload["type"] == DEFER:
            self.deferred += 1
        else:
            self.answered[str(route.webhook_token)] = time.perf_counter()  # real time is what is measured here
            if len(self.answered) == self.awaited:
                self.all_answered.set()
        return {
            "interaction": {"id": str(route.webhook_id), "type": 2, "response_message_id": self._message["id"]},
            "resource": {"type": ANSWER, "message": self._message},
        }

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
