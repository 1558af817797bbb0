"""A server's row and its settings: what every other service starts from."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import fields
from typing import Any

from bot.models.people import ServerSettings
from bot.storage.database import Tx

UNNAMED = "library"
_KNOWN = frozenset(one.name for one in fields(ServerSettings))


def enter(tx: Tx, server_id: int, name: str = "") -> ServerSettings:
    """Return the server's settings; in a write, make its row and its one unnamed class where they are missing.

    In a read of a server that is not there yet, the defaults are what it would have.
    """
    if tx.housekeeping.server(id=server_id) is None and not tx.read_only:
        tx.housekeeping.add_server(id=server_id, name=name or UNNAMED, slug=_free_slug(tx, name), now=tx.now)
        tx.housekeeping.add_class(server_id=server_id, name=None)
    return settings_of(tx, server_id)


def settings_of(tx: Tx, server_id: int) -> ServerSettings:
    """Return what a librarian chose, and the defaults for the rest. A name that is no longer known is passed over."""
    chosen: dict[str, Any] = {
        row["name"]: _value(row["value"]) for row in tx.housekeeping.settings(server_id=server_id)
    }
    return ServerSettings(**{name: value for name, value in chosen.items() if name in _KNOWN})


def _value(text: str) -> object:
    value: object = json.loads(text)
    return tuple(value) if isinstance(value, list) else value


def _free_slug(tx: Tx, name: str) -> str:
    base = slug_of(name)
    slug, count = base, 1
    while tx.housekeeping.slug_taken(slug=slug):
        count += 1
        slug = f"{base}-{count}"
    return slug


def slug_of(name: str) -> str:
    """Return a server's name as a folder of the public site: ASCII letters, digits and dashes, at most 40."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or UNNAMED
