"""The whole companion as files to take along, beside the pages that lead to them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from bot.models.companions import CompanionUnit, Note
from bot.text import catalogue
from bot.web.companion import Unit
from bot.web.pages import Pages
from bot.web.taking_away.archives import Edition
from bot.web.taking_away.books import chapter_name, companion_epub
from bot.web.taking_away.folders import companion_zip, file_name
from bot.web.taking_away.media import ReadMedia

EPUB, ZIP = "companion.epub", "companion-markdown.zip"
TYPES = {EPUB: "application/epub+zip", ZIP: "application/zip"}
"""The files, and their types. Each stands in the home of its library, where that has public notes."""

_say = catalogue().say


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier build left: `read` returns a file of it by its name; `knows`, whether it has a note as it is."""

    read: Callable[[str], bytes | None]
    knows: Callable[[Note], bool]


NOTHING = Before(lambda _name: None, lambda _note: False)


def edition(name: str, pages: Pages, read_media: ReadMedia, before: Before = NOTHING) -> bytes:
    """Return one of the files that `TYPES` names."""
    units = [_public(unit) for unit in pages.notes.companion.units]
    title = _say("web.companion.book", library=pages.library.name)
    earlier = _earlier(before.read(name))
    if name == ZIP:
        return companion_zip(
            units,
            read_media,
            title=title,
            saved=lambda unit, note: _known(earlier, before, file_name(unit, note), note),
            earlier=earlier,
        )
    by_number = {page.note.number: page for page in pages.library.notes}
    return companion_epub(
        units,
        read_media,
        title=title,
        library_name=pages.library.name,
        identity=str(pages.library.server_id),
        bodies=lambda note: pages.notes.body(by_number[note.number]),
        saved=lambda note: _known(earlier, before, chapter_name(note), note),
        earlier=earlier,
    )


def edition_key(pages: Pages) -> object:
    """Return what changes whenever one of the files would."""
    library = pages.library
    units = [(unit.slug, unit.name, [page.digest for page in unit.notes]) for unit in pages.notes.companion.units]
    return library.server_id, library.name, units


def _public(unit: Unit) -> CompanionUnit:
    return CompanionUnit(unit.name, unit.key, tuple(page.note for page in unit.notes))


def _known(earlier: Edition | None, before: Before, name: str, note: Note) -> bytes | None:
    return earlier.read(name) if earlier is not None and before.knows(note) else None


def _earlier(content: bytes | None) -> Edition | None:
    try:
        return Edition(content) if content else None
    except zipfile.BadZipFile:
        return None  # damaged: it is made anew
