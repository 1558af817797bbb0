"""A small Discord on 127.0.0.1: discord.py's own HTTP and gateway clients talk to it from another process.

    async with Loopback() as discord:
        discord.rate_limit("POST", "/channels/*/messages", seconds=0.3)
        ...

It records every request in order (`calls`), judges each body by Discord's description (`problems`), and misbehaves as
ordered: 429, 502, a response that is lost after the deed was done, a delay, a socket that is cut (`gateway.cut`). How
people act on it stands in `control.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiohttp import web

from tests import openapi
from tests.wire import rest
from tests.wire.gateway import Gateway
from tests.wire.rest import Call
from tests.wire.world import World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
PREFIX = "/api/v10"
#: How long anything may take before a test gives up (seconds); far more than it needs, so that no test is about speed.
PATIENCE = 30.0


@dataclass
class Fault:
    """What is to go wrong with the next `times` requests that match; `path` may hold `*`."""

    method: str
    path: str
    times: int = 1
    #: How many that match are let through before.
    skip: int = 0
    #: Runs when the request has arrived, before anything is done.
    first: Callable[[Call], Awaitable[None]] | None = None
    #: Whether what was asked is done, whatever is answered.
    perform: bool = False
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    #: Whether the line is cut instead of an answer.
    lose: bool = False

    def strikes(self, call: Call) -> bool:
        """Whether this request is one that goes wrong; counts it."""
        if not self.times or self.method != call.method or not fnmatch.fnmatch(call.path, self.path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Loopback:
    """The server: a world, its HTTP routes and its gateway, on a free port of 127.0.0.1 while the context is open."""

    def __init__(self) -> None:
        self.world = World()
        self.world.changed = self._note_change
        self.gateway = Gateway(self.world, lambda: f"{self.origin.replace('http', 'ws', 1)}/gateway")
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.problems: list[str] = []
        #: Called with each request the instant it arrives, before anything is done.
        self.witness: Callable[[Call], None] = lambda _call: None
        self.origin = ""
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._pump: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=32 << 20)
        application.router.add_get("/gateway", self.gateway.serve)
        application.router.add_get("/attachments/{id}/{name}", self._file)
        application.router.add_route("*", PREFIX + "/{path:.*}", self._request)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._pump = asyncio.create_task(self.gateway.pump())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._pump is not None
        assert self._runner is not None
        self._pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._pump
        await self._runner.cleanup()

    async def until(self, happened: Callable[[], T], what: str) -> T:
        """Wait until `happened()` is true and give its value; AssertionError with the last requests if it never is.

        It is asked after each change here, and now and then besides (for a log or a database of the bot's process).
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while not (value := happened()):
                    self._changed.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), timeout=0.1)
                return value
        except TimeoutError:
            last = "\n".join(
                f"{call.method} {call.path} -> {call.status} {call.text!r:.80}" for call in self.calls[-9:]
            )
            raise AssertionError(f"this never happened: {what}. The last requests were:\n{last}") from None

    def rate_limit(self, method: str, path: str, *, seconds: float, everywhere: bool = False, times: int = 1) -> None:
        """Answer 429, for this route or (`everywhere`) as the global limit."""
        # discord.py takes a 429 without Via for a Cloudflare ban and gives up.
        headers = {"Via": "1.1 loopback", "Retry-After": str(seconds), "X-RateLimit-Scope": "user"}
        if everywhere:
            headers |= {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
        self.faults.append(Fault(method, path, times, status=429, headers=headers, body=body))

    def bad_gateway(self, method: str, path: str, *, perform: bool = False, times: int = 1) -> None:
        """Answer 502; with `perform` although the deed was done."""
        self.faults.append(Fault(method, path, times, perform=perform, status=502, body={"message": "502"}))

    def refuse(self, method: str, path: str, *, status: int = 403, code: int = 50013, times: int = 1) -> None:
        """Answer as Discord refuses; the default is *Missing Permissions*."""
        body = {"code": code, "message": "refused"}
        self.faults.append(Fault(method, path, times, status=status, body=body))

    def lose_response(self, method: str, path: str, *, times: int = 1) -> None:
        """Do what is asked and cut the line instead of answering."""
        self.faults.append(Fault(method, path, times, perform=True, lose=True))

    def when(
        self, method: str, path: str, first: Callable[[Call], Awaitable[None]], *, skip: int = 0, perform: bool = True
    ) -> None:
        """Let `skip` such requests through, run `first` when the next arrives, and then do what it asks, or not.

        The line is cut either way: this is for what happens to the bot while it waits for the answer.
        """
        self.faults.append(Fault(method, path, skip=skip, first=first, perform=perform, lose=True))

    def assert_fine(self) -> None:
        """Fail if the bot sent anything that Discord would refuse, or called a route that this server lacks."""
        lacking = [f"the loopback lacks {call.method} {call.path}" for call in self.calls if call.status == 501]
        assert not self.problems + lacking, "\n".join(self.problems + lacking)

    def _note_change(self) -> None:
        self._changed.set()

    async def _file(self, request: web.Request) -> web.Response:
        content = self.world.files.get(request.match_info["id"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def _request(self, request: web.Request) -> web.StreamResponse:
        arrived_ns = rest.arrived_now()
        body, files = await _read(request)
        path = request.rel_url.raw_path.removeprefix(PREFIX)
        call = Call(len(self.calls), request.method, path, dict(request.query), body, arrived_ns, files)
        self.calls.append(call)
        self.witness(call)
        problem = openapi.check(call.method, call.path, call.body)
        if problem:
            self.problems.append(problem)
        try:
            return await self._respond(request, call)
        finally:
            self._note_change()

    async def _respond(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = next((fault for fault in self.faults if fault.strikes(call)), Fault("*", "*", perform=True))
        if fault.first is not None:
            await fault.first(call)
        status, body = fault.status or 200, fault.body
        if fault.perform:
            status, body = rest.answer(self.world, self.origin, call)
            status, body = (fault.status, fault.body) if fault.status else (status, body)
        if fault.lose:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=499)
        call.status = status
        # discord.py compares the whole header, so no charset may follow.
        headers = {"Content-Type": "application/json"} | fault.headers
        return web.Response(status=status, body=b"" if body is None else json.dumps(body).encode(), headers=headers)


async def _read(request: web.Request) -> tuple[Any, dict[str, tuple[str, bytes]]]:
    """The JSON body (of a form: its `payload_json`) and the files by field name."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json.loads(text) if text else None), {}
    form = await request.post()
    files = {name: (part.filename, part.file.read()) for name, part in form.items() if isinstance(part, web.FileField)}
    return json.loads(str(form["payload_json"])), files
