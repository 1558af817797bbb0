"""What the loopback Discord knows: one server, its channels and people, its messages, commands and interactions.

Only what Vademecum uses is here. Permissions are not judged (order a 403 from `Loopback` where one is needed); what a
bot must not get wrong on the wire is: ids, nonces, the life of an interaction, and the events that follow a change.
"""

from __future__ import annotations

import datetime
import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

DISCORD_EPOCH = 1_420_070_400_000
EPHEMERAL = 64
MANAGE_SERVER = 1 << 5
STUDENT_PERMISSIONS = 1 << 10 | 1 << 11 | 1 << 6 | 1 << 16 | 1 << 31 | 1 << 38  # see, send, react, history, commands
EVERYTHING_BUT_ADMINISTRATOR = (1 << 50) - 1 ^ 1 << 3


class Missing(Exception):
    """Discord's answer to a thing that is not there: an HTTP 404 with Discord's own code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Person:
    """A member of the server, as they stand in a payload."""

    id: int
    name: str
    bot: bool = False
    permissions: int = STUDENT_PERMISSIONS

    def user(self) -> Json:
        """The Discord user object."""
        return {
            "id": str(self.id),
            "username": self.name.lower().replace(" ", ""),
            "global_name": self.name,
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
            "flags": 0,
        }


@dataclass
class Happened:
    """One interaction: what was sent to the bot and everything the bot said to it, in order."""

    id: int
    token: str
    payload: Json
    sent_at_ns: int
    callback: Json | None = None
    callback_at_ns: int | None = None
    original: Json | None = None
    followups: list[Json] = field(default_factory=list)
    #: (monotonic nanoseconds of arrival, the text), for a callback with text, each edit and each follow-up.
    words: list[tuple[int, str]] = field(default_factory=list)

    @property
    def said(self) -> str:
        """All that the person was told, joined by line ends."""
        return "\n".join(text for _, text in self.words)

    @property
    def modal(self) -> Json:
        """The modal that the bot opened in answer."""
        assert self.callback is not None, "the bot did not answer"
        assert self.callback["type"] == 9, f"the bot did not open a modal but said {self.said!r}"
        modal: Json = self.callback["data"]
        return modal


class World:
    """The state of the loopback Discord. `emit(event, data)` is set by the gateway; `changed()` by the loopback."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.emit: Callable[[str, Json], None] = lambda _event, _data: None
        self.changed: Callable[[], None] = lambda: None
        self.nonce_window_seconds: float = 300
        self.librarian = Person(self.snowflake(), "Ms. Okafor", permissions=STUDENT_PERMISSIONS | MANAGE_SERVER)
        self.bot = Person(self.snowflake(), "Vademecum", bot=True, permissions=EVERYTHING_BUT_ADMINISTRATOR)
        self.people: dict[int, Person] = {self.librarian.id: self.librarian, self.bot.id: self.bot}
        self.guild_id = self.snowflake()
        self.bot_role_id = self.snowflake()
        self.channels: dict[int, Json] = {}
        self.messages: dict[int, Json] = {}
        self.commands: dict[int | None, list[Json]] = {None: []}
        self.interactions: dict[str, Happened] = {}
        self.files: dict[str, bytes] = {}
        self._nonces: dict[str, tuple[float, int]] = {}

    def snowflake(self) -> int:
        """A new id of this instant; ids only ever grow (22 bits below Discord's milliseconds, counted)."""
        # Real time: discord.py reads the age of an interaction from its id.
        milliseconds = time.time_ns() // 1_000_000 - DISCORD_EPOCH
        return milliseconds << 22 | next(self._numbers) & (1 << 22) - 1

    def add_person(self, name: str, *, permissions: int = STUDENT_PERMISSIONS) -> Person:
        """A new member of the server."""
        person = Person(self.snowflake(), name, permissions=permissions)
        self.people[person.id] = person
        return person

    def add_channel(self, name: str, *, kind: int = 0, parent: int | None = None, begun_by: int | None = None) -> int:
        """A new text channel (kind 0) or public thread (kind 11); its id: that of the message it was begun from."""
        channel_id = begun_by or self.snowflake()
        channel: Json = {
            "id": str(channel_id),
            "type": kind,
            "guild_id": str(self.guild_id),
            "name": name,
            "position": len(self.channels),
            "permission_overwrites": [],
            "parent_id": None if parent is None else str(parent),
            "topic": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "last_message_id": None,
        }
        if kind == 11:
            channel |= self._thread_fields()
        self.channels[channel_id] = channel
        return channel_id

    def _thread_fields(self) -> Json:
        metadata = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": now(), "locked": False}
        return {
            "owner_id": str(self.bot.id),
            "message_count": 0,
            "member_count": 1,
            "total_message_sent": 0,
            "flags": 0,
            "thread_metadata": metadata,
        }

    def channel(self, channel_id: int) -> Json:
        """The channel; `Missing` (Discord's 10003) if it is not there."""
        if channel_id not in self.channels:
            raise Missing(10003, "Unknown Channel")
        return self.channels[channel_id]

    def message(self, message_id: int) -> Json:
        """The message; `Missing` (Discord's 10008) if it is not there."""
        if message_id not in self.messages:
            raise Missing(10008, "Unknown Message")
        return self.messages[message_id]

    def posted(self, channel_id: int | None = None) -> list[Json]:
        """What stands in the channel (or in all), oldest first; nothing ephemeral."""
        return [
            message
            for message in self.messages.values()
            if not message["flags"] & EPHEMERAL and channel_id in (None, int(message["channel_id"]))
        ]

    def post(self, channel_id: int, author: Person, body: Json, **more: Any) -> Json:
        """A new message, or the old one where the same author sent the same enforced nonce within the window.

        Discord compares nonces by author and "in the past few minutes" (its page on Create Message); in all channels.
        """
        nonce = body.get("nonce")
        if nonce is not None and body.get("enforce_nonce"):
            sent_at, message_id = self._nonces.get(str(nonce), (float("-inf"), 0))
            if time.monotonic() - sent_at < self.nonce_window_seconds and message_id in self.messages:
                return self.messages[message_id]
        message = self._new_message(channel_id, author, body) | more
        self.messages[int(message["id"])] = message
        if nonce is not None:
            self._nonces[str(nonce)] = (time.monotonic(), int(message["id"]))
        if not message["flags"] & EPHEMERAL:
            self.emit("MESSAGE_CREATE", message | {"guild_id": str(self.guild_id), "member": self.member(author)})
        return message

    def _new_message(self, channel_id: int, author: Person, body: Json) -> Json:
        return {
            "id": str(self.snowflake()),
            "channel_id": str(channel_id),
            "type": 19 if body.get("message_reference") else 0,
            "author": author.user(),
            "content": body.get("content") or "",
            "timestamp": now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": body.get("attachments") or [],
            "embeds": [{"type": "rich", **embed} for embed in body.get("embeds") or []],
            "components": body.get("components") or [],
            "flags": body.get("flags") or 0,
            "pinned": False,
            **({"nonce": body["nonce"]} if "nonce" in body else {}),
            **({"message_reference": body["message_reference"]} if body.get("message_reference") else {}),
        }

    def edit(self, message: Json, body: Json) -> Json:
        """Change a message in place as a PATCH does: what the body does not name stays."""
        for key in ("content", "embeds", "components", "attachments", "flags"):
            if key in body:
                message[key] = body[key] if body[key] is not None else ("" if key == "content" else [])
        message["edited_timestamp"] = now()
        if not message["flags"] & EPHEMERAL:
            self.emit("MESSAGE_UPDATE", message | {"guild_id": str(self.guild_id)})
        return message

    def delete(self, message_id: int) -> None:
        """Take a message away, with its event."""
        message = self.message(message_id)
        del self.messages[message_id]
        gone = {"id": str(message_id), "channel_id": message["channel_id"], "guild_id": str(self.guild_id)}
        self.emit("MESSAGE_DELETE", gone)

    def member(self, person: Person, *, with_user: bool = False) -> Json:
        """The Discord member object."""
        member: Json = {
            "roles": [str(self.bot_role_id)] if person == self.bot else [],
            "nick": None,
            "avatar": None,
            "joined_at": now(),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }
        return member | {"user": person.user()} if with_user else member

    def guild(self) -> Json:
        """The GUILD_CREATE payload; without the members intent Discord names only the bot."""
        channels = [channel for channel in self.channels.values() if channel["type"] != 11]
        threads = [channel for channel in self.channels.values() if channel["type"] == 11]
        empty = ("emojis", "stickers", "features", "voice_states", "presences", "soundboard_sounds", "stage_instances")
        return {name: [] for name in empty} | {
            "id": str(self.guild_id),
            "name": "Room 12",
            "owner_id": str(self.librarian.id),
            "roles": [
                role(self.guild_id, "@everyone", STUDENT_PERMISSIONS, position=0),
                role(self.bot_role_id, self.bot.name, self.bot.permissions, position=1),
            ],
            "channels": channels,
            "threads": threads,
            "members": [self.member(self.bot, with_user=True)],
            "member_count": len(self.people),
            "large": False,
            "unavailable": False,
            "joined_at": now(),
            "preferred_locale": "en-US",
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "guild_scheduled_events": [],
        }

    def begin(self, kind: int, person: Person, channel_id: int, data: Json, message: Json | None = None) -> Happened:
        """A new interaction of `person`, not yet sent to the bot."""
        interaction_id, token = self.snowflake(), secrets.token_urlsafe(24)
        payload: Json = {
            "id": str(interaction_id),
            "application_id": str(self.bot.id),
            "type": kind,
            "token": token,
            "version": 1,
            "data": data,
            "guild_id": str(self.guild_id),
            "guild": {"id": str(self.guild_id), "features": [], "locale": "en-US"},
            "channel_id": str(channel_id),
            "channel": self.channel(channel_id),
            "member": self.member(person, with_user=True) | {"permissions": str(person.permissions)},
            "app_permissions": str(self.bot.permissions),
            "locale": "en-US",
            "guild_locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(self.guild_id)},
            "context": 0,
            "attachment_size_limit": 10_485_760,
        }
        if message is not None:
            payload["message"] = message
        happened = Happened(interaction_id, token, payload, time.monotonic_ns())
        self.interactions[token] = happened
        return happened


def role(role_id: int, name: str, permissions: int, *, position: int) -> Json:
    """The Discord role object."""
    return {
        "id": str(role_id),
        "name": name,
        "permissions": str(permissions),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": position > 0,
        "mentionable": False,
        "flags": 0,
    }


def now() -> str:
    """This instant as Discord writes it (real time, as on the wire)."""
    return datetime.datetime.now(datetime.UTC).isoformat()
