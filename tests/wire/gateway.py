"""The websocket side of the loopback Discord: HELLO, IDENTIFY, READY, dispatches with a number, RESUME, and being cut.

A session outlives its socket, as Discord's does: what is dispatched while nobody is connected waits in it, and RESUME
replays everything after the number that the bot names. IDENTIFY begins a new session and loses what waited.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import zlib
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.wire.world import Json, World

HEARTBEAT_MILLISECONDS = 41_250


class Socket:
    """One websocket of the bot, compressed as it asked (`zlib-stream`: one stream for the socket's whole life)."""

    def __init__(self, request: web.Request, websocket: web.WebSocketResponse) -> None:
        self._request = request
        self._websocket = websocket
        self._one_at_a_time = asyncio.Lock()
        self._compressor = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None

    async def send(self, payload: Json) -> None:
        """Send one payload; a socket that was just cut loses it silently, as on a real line."""
        text = json.dumps(payload)
        async with self._one_at_a_time:
            with contextlib.suppress(ConnectionError, RuntimeError):
                if self._compressor is None:
                    await self._websocket.send_str(text)
                else:
                    packed = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
                    await self._websocket.send_bytes(packed)

    def cut(self) -> None:
        """Drop the line without a closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Session:
    """What Discord remembers of one IDENTIFY: its id, the numbered events, and the socket while there is one."""

    def __init__(self, socket: Socket) -> None:
        self.id = secrets.token_hex(16)
        self.socket: Socket | None = socket
        self.sent: list[Json] = []
        self.resumable = True

    def number(self, event: str, data: Any) -> Json:
        """Keep an event under the next number; the payload to send."""
        payload = {"op": 0, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(payload)
        return payload


class Gateway:
    """Serves the websocket and keeps the sessions; `dispatch` is how the world's changes reach the bot."""

    def __init__(self, world: World, address: Callable[[], str]) -> None:
        self._world = world
        self._address = address
        self._outgoing: asyncio.Queue[tuple[Socket, Json]] = asyncio.Queue()
        self.sessions: list[Session] = []
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        world.emit = self.dispatch

    @property
    def session(self) -> Session | None:
        """The newest session."""
        return self.sessions[-1] if self.sessions else None

    @property
    def connected(self) -> bool:
        """Whether the bot has identified or resumed and its socket stands."""
        return self.session is not None and self.session.socket is not None

    def dispatch(self, event: str, data: Any) -> None:
        """Send an event to the newest session; without a socket it waits there for a RESUME."""
        if self.session is None:
            return
        payload = self.session.number(event, json.loads(json.dumps(data)))
        if self.session.socket is not None:
            self._outgoing.put_nowait((self.session.socket, payload))

    def cut(self, *, resumable: bool = True) -> None:
        """Drop the bot's socket; a session that is not resumable answers the next RESUME with INVALID_SESSION."""
        assert self.session is not None
        assert self.session.socket is not None
        socket, self.session.socket, self.session.resumable = self.session.socket, None, resumable
        socket.cut()

    async def pump(self) -> None:
        """Send what was dispatched, in order; runs as the loopback's own task."""
        while True:
            socket, payload = await self._outgoing.get()
            await socket.send(payload)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection of the bot, from HELLO to its end."""
        websocket = web.WebSocketResponse(autoping=True)
        await websocket.prepare(request)
        socket = Socket(request, websocket)
        await socket.send({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MILLISECONDS}})
        async for message in websocket:
            if message.type is WSMsgType.TEXT:
                await self._received(socket, json.loads(message.data))
        for session in self.sessions:
            if session.socket is socket:
                session.socket = None
        self._world.changed()
        return websocket

    async def _received(self, socket: Socket, payload: Json) -> None:
        operation, data = payload["op"], payload["d"]
        if operation == 1:
            await socket.send({"op": 11, "s": None, "t": None, "d": None})
        elif operation == 2:
            self._identify(socket, data)
        elif operation == 6:
            await self._resume(socket, data)
        elif operation == 8:
            self._name_members(data)
        self._world.changed()

    def _identify(self, socket: Socket, data: Json) -> None:
        self.identifies.append(data)
        session = Session(socket)
        self.sessions.append(session)
        ready = {
            "v": 10,
            "user": self._world.bot.user(),
            "guilds": [{"id": str(self._world.guild_id), "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": self._address(),
            "application": {"id": str(self._world.bot.id), "flags": 0},
        }
        self.dispatch("READY", ready)
        self.dispatch("GUILD_CREATE", self._world.guild())

    async def _resume(self, socket: Socket, data: Json) -> None:
        self.resumes.append(data)
        session = self.session
        if session is None or session.id != data["session_id"] or not session.resumable:
            await socket.send({"op": 9, "s": None, "t": None, "d": False})
            return
        session.socket = socket
        for payload in session.sent[data["seq"] :]:
            self._outgoing.put_nowait((socket, payload))
        self.dispatch("RESUMED", {})

    def _name_members(self, data: Json) -> None:
        people = [self._world.member(person, with_user=True) for person in self._world.people.values()]
        chunk = {"guild_id": str(self._world.guild_id), "members": people, "chunk_index": 0, "chunk_count": 1}
        self.dispatch("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce"), "not_found": []})
