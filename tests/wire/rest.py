"""The HTTP side of the loopback Discord: each route as a plain function of the world and the request.

A route returns (status, body); `Missing` becomes Discord's 404. Which routes exist is what Vademecum calls; an unknown
one is answered with 501 and noted, so that a test says which route it lacks.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.wire.world import EPHEMERAL, Happened, Json, Missing, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Answer = tuple[int, Any]
LOADING = 128


@dataclass
class Call:
    """One request of the bot, as it came in; `status` is what it was answered with (None: nothing was)."""

    order: int
    method: str
    path: str
    query: dict[str, str]
    body: Any
    arrived_ns: int
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    status: int | None = None
    attachments: list[Json] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status} {self.text!r:.80}"

    @property
    def text(self) -> str:
        """All that a person would read in the body: contents, titles, fields, labels."""
        return "\n".join(_words(self.body))


def _words(node: Any) -> Iterator[str]:
    for child in node if isinstance(node, list) else []:
        yield from _words(child)
    for key, value in node.items() if isinstance(node, dict) else []:
        if isinstance(value, str) and key in {"content", "title", "description", "name", "value", "label", "text"}:
            yield value
        yield from _words(value)


Route = tuple[str, "re.Pattern[str]", "Callable[..., Answer]"]
ROUTES: list[Route] = []


def route(method: str, template: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Register a function for a template such as `/channels/{int}/messages`; `{int}` and `{str}` become arguments."""
    pattern = re.escape(template).replace(r"\{int\}", r"(\d+)").replace(r"\{str\}", r"([^/]+)")

    def register(function: Callable[..., Answer]) -> Callable[..., Answer]:
        ROUTES.append((method, re.compile(f"{pattern}$"), function))
        return function

    return register


def answer(world: World, origin: str, call: Call) -> Answer:
    """Do what the request asks, as Discord would; `origin` is where uploaded files can be fetched."""
    _keep_files(world, origin, call)
    for method, pattern, function in ROUTES:
        match = pattern.match(call.path) if method == call.method else None
        if match:
            arguments = [int(group) if group.isdecimal() else unquote(group) for group in match.groups()]
            try:
                return function(world, call, *arguments)
            except Missing as missing:
                return 404, {"code": missing.code, "message": str(missing)}
    return 501, {"code": 0, "message": f"the loopback Discord has no {call.method} {call.path}"}


@route("GET", "/users/@me")
def _me(world: World, _call: Call) -> Answer:
    return 200, world.bot.user()


@route("GET", "/oauth2/applications/@me")
def _application(world: World, _call: Call) -> Answer:
    return 200, {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": world.librarian.user(),
        "verify_key": "",
        "flags": 0,
        "bot": world.bot.user(),
    }


@route("GET", "/guilds/{int}")
def _guild(world: World, _call: Call, _guild_id: int) -> Answer:
    return 200, world.guild()


@route("GET", "/guilds/{int}/members/{int}")
def _member(world: World, _call: Call, _guild_id: int, person_id: int) -> Answer:
    if person_id not in world.people:
        raise Missing(10007, "Unknown Member")
    return 200, world.member(world.people[person_id], with_user=True)


@route("POST", "/users/@me/channels")
def _open_dm(world: World, call: Call) -> Answer:
    person = world.people[int(call.body["recipient_id"])]
    channel_id = world.add_channel(f"dm-{person.name}", kind=1)
    world.channels[channel_id] |= {"recipients": [person.user()]}
    return 200, world.channels[channel_id]


@route("GET", "/applications/{int}/commands")
def _commands(world: World, _call: Call, _application_id: int) -> Answer:
    return 200, world.commands[None]


@route("PUT", "/applications/{int}/commands")
def _set_commands(world: World, call: Call, _application_id: int) -> Answer:
    return 200, _keep_commands(world, None, call.body)


@route("GET", "/applications/{int}/guilds/{int}/commands")
def _guild_commands(world: World, _call: Call, _application_id: int, guild_id: int) -> Answer:
    return 200, world.commands.get(guild_id, [])


@route("PUT", "/applications/{int}/guilds/{int}/commands")
def _set_guild_commands(world: World, call: Call, _application_id: int, guild_id: int) -> Answer:
    return 200, _keep_commands(world, guild_id, call.body)


def _keep_commands(world: World, guild_id: int | None, bodies: list[Json]) -> list[Json]:
    """Replace all; a command of the same name and kind keeps its id, as on Discord."""
    old = {(command["name"], command["type"]): command["id"] for command in world.commands.get(guild_id, [])}
    kept = []
    for body in bodies:
        command = {"type": 1, "description": "", "options": [], "version": str(world.snowflake())} | body
        command["id"] = old.get((command["name"], command["type"])) or str(world.snowflake())
        command["application_id"] = str(world.bot.id)
        permissions = command.get("default_member_permissions")
        command["default_member_permissions"] = None if permissions is None else str(permissions)
        if guild_id is not None:
            command["guild_id"] = str(guild_id)
        kept.append(command)
    world.commands[guild_id] = kept
    return kept


@route("GET", "/channels/{int}")
def _channel(world: World, _call: Call, channel_id: int) -> Answer:
    return 200, world.channel(channel_id)


@route("PATCH", "/channels/{int}")
def _edit_channel(world: World, call: Call, channel_id: int) -> Answer:
    channel = world.channel(channel_id)
    metadata = channel.get("thread_metadata", {})
    for key, value in call.body.items():
        (metadata if key in metadata else channel)[key] = value
    world.emit("THREAD_UPDATE" if channel["type"] == 11 else "CHANNEL_UPDATE", channel)
    return 200, channel


@route("POST", "/channels/{int}/typing")
def _typing(_world: World, _call: Call, _channel_id: int) -> Answer:
    return 204, None


@route("POST", "/channels/{int}/messages")
def _create_message(world: World, call: Call, channel_id: int) -> Answer:
    world.channel(channel_id)
    return 200, world.post(channel_id, world.bot, call.body, attachments=call.attachments)


@route("GET", "/channels/{int}/messages")
def _history(world: World, call: Call, channel_id: int) -> Answer:
    world.channel(channel_id)
    after, before = int(call.query.get("after", 0)), int(call.query.get("before", 1 << 63))
    found = [message for message in world.posted(channel_id) if after < int(message["id"]) < before]
    limit = int(call.query.get("limit", 50))
    wanted = found[:limit] if "after" in call.query else found[-limit:]
    return 200, wanted[::-1]


@route("GET", "/channels/{int}/messages/{int}")
def _message(world: World, _call: Call, _channel_id: int, message_id: int) -> Answer:
    return 200, world.message(message_id)


@route("PATCH", "/channels/{int}/messages/{int}")
def _edit_message(world: World, call: Call, _channel_id: int, message_id: int) -> Answer:
    return 200, world.edit(world.message(message_id), call.body)


@route("DELETE", "/channels/{int}/messages/{int}")
def _delete_message(world: World, _call: Call, _channel_id: int, message_id: int) -> Answer:
    world.delete(message_id)
    return 204, None


@route("PUT", "/channels/{int}/messages/pins/{int}")
@route("PUT", "/channels/{int}/pins/{int}")
def _pin(world: World, _call: Call, _channel_id: int, message_id: int) -> Answer:
    world.message(message_id)["pinned"] = True
    return 204, None


@route("DELETE", "/channels/{int}/messages/pins/{int}")
@route("DELETE", "/channels/{int}/pins/{int}")
def _unpin(world: World, _call: Call, _channel_id: int, message_id: int) -> Answer:
    world.message(message_id)["pinned"] = False
    return 204, None


@route("GET", "/channels/{int}/messages/pins")
def _pins(world: World, _call: Call, channel_id: int) -> Answer:
    pinned = [message for message in world.posted(channel_id) if message["pinned"]]
    items = [{"pinned_at": message["timestamp"], "message": message} for message in pinned]
    return 200, {"items": items, "has_more": False}


@route("PUT", "/channels/{int}/messages/{int}/reactions/{str}/@me")
@route("DELETE", "/channels/{int}/messages/{int}/reactions/{str}/@me")
def _react(world: World, _call: Call, _channel_id: int, message_id: int, _emoji: str) -> Answer:
    world.message(message_id)
    return 204, None


@route("POST", "/channels/{int}/threads")
def _start_thread(world: World, call: Call, channel_id: int, begun_by: int | None = None) -> Answer:
    world.channel(channel_id)
    thread = world.channels[world.add_channel(call.body["name"], kind=11, parent=channel_id, begun_by=begun_by)]
    world.emit("THREAD_CREATE", thread | {"newly_created": True})
    return 201, thread


@route("POST", "/channels/{int}/messages/{int}/threads")
def _start_thread_from_message(world: World, call: Call, channel_id: int, message_id: int) -> Answer:
    world.message(message_id)
    if message_id in world.channels:
        return 400, {"code": 160004, "message": "A thread has already been created for this message"}
    return _start_thread(world, call, channel_id, begun_by=message_id)


@route("POST", "/interactions/{int}/{str}/callback")
def _callback(world: World, call: Call, _interaction_id: int, token: str) -> Answer:
    happened = _interaction(world, token)
    if happened.callback is not None:
        return 400, {"code": 40060, "message": "Interaction has already been acknowledged."}
    happened.callback, happened.callback_at_ns = call.body, call.arrived_ns
    kind, data = call.body["type"], call.body.get("data") or {}
    if kind in (4, 5):
        placed = data if kind == 4 else data | {"flags": data.get("flags", 0) | LOADING}
        happened.original = _say(world, happened, placed, call)
    elif kind == 7:
        world.edit(world.message(int(happened.payload["message"]["id"])), data)
        _note_words(happened, call)
    return 200, _callback_response(happened, kind)


def _callback_response(happened: Happened, kind: int) -> Json:
    original = happened.original
    interaction: Json = {"id": str(happened.id), "type": happened.payload["type"]}
    if original is None:
        return {"interaction": interaction}
    interaction |= {
        "response_message_id": original["id"],
        "response_message_loading": kind == 5,
        "response_message_ephemeral": bool(original["flags"] & EPHEMERAL),
    }
    return {"interaction": interaction, "resource": {"type": kind, "message": original}}


@route("POST", "/webhooks/{int}/{str}")
def _follow_up(world: World, call: Call, _application_id: int, token: str) -> Answer:
    happened = _interaction(world, token)
    if happened.callback is None:
        raise Missing(10015, "Unknown Webhook")
    message = _say(world, happened, call.body, call)
    happened.followups.append(message)
    return 200, message


@route("GET", "/webhooks/{int}/{str}/messages/@original")
def _get_original(world: World, _call: Call, _application_id: int, token: str) -> Answer:
    return 200, _original(world, _interaction(world, token))


@route("PATCH", "/webhooks/{int}/{str}/messages/@original")
def _edit_original(world: World, call: Call, _application_id: int, token: str) -> Answer:
    happened = _interaction(world, token)
    message = _original(world, happened)
    message["flags"] &= ~LOADING
    _note_words(happened, call)
    return 200, world.edit(message, call.body)


@route("DELETE", "/webhooks/{int}/{str}/messages/@original")
def _delete_original(world: World, _call: Call, _application_id: int, token: str) -> Answer:
    world.delete(int(_original(world, _interaction(world, token))["id"]))
    return 204, None


@route("PATCH", "/webhooks/{int}/{str}/messages/{int}")
def _edit_follow_up(world: World, call: Call, _application_id: int, token: str, message_id: int) -> Answer:
    _note_words(_interaction(world, token), call)
    return 200, world.edit(world.message(message_id), call.body)


@route("DELETE", "/webhooks/{int}/{str}/messages/{int}")
def _delete_follow_up(world: World, _call: Call, _application_id: int, _token: str, message_id: int) -> Answer:
    world.delete(message_id)
    return 204, None


def _interaction(world: World, token: str) -> Happened:
    if token not in world.interactions:
        raise Missing(10062, "Unknown interaction")
    return world.interactions[token]


def _original(world: World, happened: Happened) -> Json:
    if happened.original is not None:
        return world.message(int(happened.original["id"]))
    if "message" in happened.payload:
        return world.message(int(happened.payload["message"]["id"]))
    raise Missing(10008, "Unknown Message")


def _say(world: World, happened: Happened, body: Json, call: Call) -> Json:
    _note_words(happened, call)
    return world.post(int(happened.payload["channel_id"]), world.bot, body, attachments=call.attachments)


def _note_words(happened: Happened, call: Call) -> None:
    if call.text:
        happened.words.append((call.arrived_ns, call.text))


def _keep_files(world: World, origin: str, call: Call) -> None:
    """Keep the uploaded files and give each the address that Discord would."""
    for name, content in call.files.values():
        attachment_id = world.snowflake()
        world.files[str(attachment_id)] = content
        address = f"{origin}/attachments/{attachment_id}/{name}"
        attachment = {"id": str(attachment_id), "filename": name, "size": len(content), "url": address}
        call.attachments.append(attachment | {"proxy_url": address})


def arrived_now() -> int:
    """The instant of arrival on the machine's monotonic clock, which the fsync shim in the bot's process also reads."""
    return time.monotonic_ns()
