"""What every service is handed: the database, the clock and the media store of this installation."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.media import MediaStore
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Library:
    """The rooms' shared tools. One per process; servers are told apart by the `Actor`.

    `site_url` is the public address of the site without a trailing slash, or empty where there is none.
    """

    database: Database
    clock: Clock
    media: MediaStore
    site_url: str = ""
