"""What all pages of one library share: its name, its days, where they link to from where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.models.publications import PublicLibrary
from bot.text import catalogue
from bot.web.templating import Rendered, render_template

_say = catalogue().say

Key = object
"""What a page depends on: of plain values, so that the same always prints as the same text."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes a page, given its path; `key` says what it depends on beside the frame, without making it."""

    make: Callable[[str], Rendered]
    key: Callable[[], Key]

    def __call__(self, path: str) -> Rendered:
        """Return the page."""
        return self.make(path)


class Frame:
    """Draws pages of a library. `base_url` is the public address of its home with a slash at its end, or empty."""

    def __init__(self, library: PublicLibrary, base_url: str) -> None:
        self.library = library
        self._base_url = base_url
        self._zone = _zone(library.timezone)

    @property
    def key(self) -> str:
        """What changes whenever the frame of every page does."""
        library = self.library
        shown = (library.name, library.indexable, library.timezone, self._base_url, bool(library.notes))
        return repr(shown)

    def page(self, template: str, path: str, title: str, /, **values: Any) -> Rendered:
        """Return a page. `path` is relative to the library's home and ends in a slash."""
        known: dict[str, Any] = {
            "library": self.library,
            "title": title,
            "root": "../" * path.count("/") or "./",
            "path": path,
            "canonical": self.address(path),
            "day": self.day,
            "indexable": self.library.indexable,
        }
        return render_template(template, **(known | values))

    def address(self, path: str) -> str:
        """Return the public address of a page; empty where that is not known."""
        return f"{self._base_url}{path}" if self._base_url else ""

    def day(self, milliseconds: int) -> str:
        """Return the day of a moment, as people say it where the library is."""
        return said(datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(self._zone).date())


def said(day: date) -> str:
    """Return a day as people say it."""
    return _say("web.date", day=day.day, month=_say(f"web.month.{day.month}"), year=day.year)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
