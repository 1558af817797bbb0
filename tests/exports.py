"""Channels as DiscordChatExporter writes them, for the tests of what reads them; and a database as plain text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.cast import BEN, MIA, NOOR, SERVER

CHANNEL = 300300000000000001
FIRST = 1_200_000_000_000_000_000
"""Message ids begin here."""
PEOPLE = {MIA.user_id: "Mia", NOOR.user_id: "Noor", BEN.user_id: "Ben"}


def person(user_id: int, *, is_bot: bool = False) -> dict[str, Any]:
    name = PEOPLE.get(user_id, "somebody")
    return {
        "id": str(user_id),
        "name": name.lower(),
        "discriminator": "0000",
        "nickname": name,
        "color": None,
        "isBot": is_bot,
        "roles": [],
        "avatarUrl": "https://cdn.discordapp.com/embed/avatars/0.png",
    }


def message(number: int, content: str, author: int = MIA.user_id, **more: Any) -> dict[str, Any]:
    """One message, `number` seconds after midnight. `reply_to` is the number of another one."""
    reply_to = more.pop("reply_to", None)
    written: dict[str, Any] = {
        "id": str(FIRST + number),
        "type": "Default" if reply_to is None else "Reply",
        "timestamp": f"2025-11-17T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.125+00:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": content,
        "author": person(author, is_bot=more.pop("is_bot", False)),
        "attachments": [],
        "components": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        "inlineEmojis": [],
    }
    if reply_to is not None:
        written["reference"] = {
            "type": "Default",
            "messageId": str(FIRST + reply_to),
            "channelId": str(CHANNEL),
            "guildId": str(SERVER),
        }
    return written | more


def export(messages: Iterable[dict[str, Any]], *, server: int = SERVER, channel: int = CHANNEL) -> dict[str, Any]:
    written = list(messages)
    return {
        "guild": {"id": str(server), "name": "Lakeside School", "iconUrl": ""},
        "channel": {
            "id": str(channel),
            "type": "GuildTextChat",
            "categoryId": None,
            "category": None,
            "name": "science",
            "topic": None,
        },
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2025-11-20T08:00:00.0000000+00:00",
        "messages": written,
        "messageCount": len(written),
    }


def write(path: Path, exported: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(exported, indent=2), encoding="utf-8")
    return path


def contents(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that a database holds, but for when its servers were entered and how the search index is laid out."""
    with closing(sqlite3.connect(database)) as connection:
        names = [
            row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        ]
        tables = [name for name in names if not name.startswith("sqlite_") and not _is_index_part(name)]
        return {name: _rows(connection, name) for name in tables}


def _is_index_part(name: str) -> bool:
    return name.startswith("search_") and name.rpartition("_")[2] in {"data", "idx", "content", "docsize", "config"}


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    kept = [f'"{column}"' for column in columns if (table, column) != ("server", "created_at")]
    return connection.execute(f"SELECT rowid, {', '.join(kept)} FROM {table} ORDER BY 1, 2").fetchall()
