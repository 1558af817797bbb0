"""The days of a server, in its own time zone."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.storage.database import Tx

DEFAULT_ZONE = "UTC"


def zone_of(tx: Tx, server_id: int) -> str:
    """Return a server's time zone by its IANA name."""
    server = tx.housekeeping.server(id=server_id)
    return server["timezone"] if server else DEFAULT_ZONE


def midnight(day: date, zone: str) -> int:
    """Return when a day begins, in UTC milliseconds."""
    return round(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)
