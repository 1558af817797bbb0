"""Public questions and notes by hand, for tests of how they are arranged and drawn."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.models.answers import PublicAnswer
from bot.models.companions import Note
from bot.models.publications import PublicLibrary, PublicNotePage, PublicPage, PublicQuestion
from tests.cast import SERVER

WHEN = 1_795_000_000_000
"""The 18th of November 2026, in UTC milliseconds."""


def shelved(number: int, parent: int | None = None, **more: Any) -> PublicPage:
    """Return a published question; it was published the later, the larger its number."""
    known: dict[str, Any] = {
        "number": number,
        "state": "settled",
        "text": f"What is {number}?",
        "topic": "",
        "knew": "",
        "now_think": "A number.",
        "tried": "",
        "byline": "Quiet Heron",
        "created_at": WHEN,
        "settled_at": WHEN,
        "parent_number": parent,
        "parent_answer_ordinal": None,
        "inquiry_name": "",
        "inquiry_why": "",
        "inquiry_outcome": "",
        "answers": (),
    }
    return PublicPage(PublicQuestion(**(known | more)), WHEN + number, f"digest of {number}")


def noted_page(note: Note) -> PublicNotePage:
    """Return a published note."""
    return PublicNotePage(note, WHEN + note.number, hashlib.sha256(repr(note).encode()).hexdigest()[:32])


def answered(ordinal: int, text: str = "So it is.", **more: Any) -> PublicAnswer:
    """Return a published answer."""
    known: dict[str, Any] = {"byline": "Bold Otter", "endorsed": False, "created_at": WHEN, "sources": ()}
    return PublicAnswer(ordinal, text, **(known | more))


def library_of(*pages: PublicPage, **more: Any) -> PublicLibrary:
    """Return a library with these pages."""
    known: dict[str, Any] = {
        "server_id": SERVER,
        "name": "Riverside",
        "slug": "riverside",
        "version": "1",
        "indexable": False,
        "timezone": "UTC",
        "pages": pages,
    }
    return PublicLibrary(**(known | more))
