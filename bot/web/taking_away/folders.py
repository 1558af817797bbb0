"""The companion as a ZIP of Markdown: a folder for each unit, in it a file for each note and the files it shows.

Names are of small ASCII letters, digits and dashes; those of notes begin with the day and hold the number. So no two
are the same on any system, none means something to one, and no name that a person chose leads out of the folder.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from bot.models.companions import CompanionUnit, Note
from bot.services.scribes.markdown import FOLDER, plain, to_markdown
from bot.text import catalogue
from bot.web.arranging import topic_slug
from bot.web.companion import WITHOUT_UNIT
from bot.web.note_pages import line_of
from bot.web.taking_away.archives import Edition, pack
from bot.web.taking_away.media import ReadMedia, media_of
from bot.web.templating import writable

NAME_LIMIT = 60
"""Characters of a note's title in the name of its file."""
RESERVED = frozenset(["con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))])
"""Names that mean a device to Windows, whatever ending they have."""

Saved = Callable[[CompanionUnit, Note], bytes | None]
"""Returns a note's file as an earlier edition has it, where it was made of the same note; else None."""

_say = catalogue().say


def note_markdown(note: Note) -> bytes:
    """Return one note as a Markdown file."""
    return writable(to_markdown(note, catalogue())).encode()


def companion_zip(
    units: Sequence[CompanionUnit],
    read_media: ReadMedia,
    *,
    title: str,
    saved: Saved | None = None,
    earlier: Edition | None = None,
) -> bytes:
    """Return the companion as Markdown files in folders, with a list of them.

    `saved` may know files of notes that were made before, `earlier` how they were packed.
    """

    def made(unit: CompanionUnit, note: Note) -> bytes:
        return (saved(unit, note) if saved else None) or note_markdown(note)

    return pack(_files(units, read_media, title, made), earlier=earlier)


def note_name(note: Note) -> str:
    """Return the name of a note's file, without its ending: day, number, title as far as ASCII can say it."""
    ascii_title = unicodedata.normalize("NFKD", note.title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_title).strip("-")[:NAME_LIMIT].strip("-")
    return "-".join(part for part in (note.held_on, str(note.number), words) if part)


def file_name(unit: CompanionUnit, note: Note) -> str:
    """Return the name of a note's file in the archive."""
    return f"{folder_of(unit)}/{note_name(note)}.md"


def folder_of(unit: CompanionUnit) -> str:
    """Return the name of a unit's folder."""
    name = topic_slug(unit.key) if unit.key else WITHOUT_UNIT
    return f"{name}_" if name in RESERVED else name


def _files(
    units: Sequence[CompanionUnit], read_media: ReadMedia, title: str, made: Callable[[CompanionUnit, Note], bytes]
) -> Iterator[tuple[str, bytes]]:
    yield "README.md", writable(_contents(units, title)).encode()
    for unit in units:
        yield from ((file_name(unit, note), made(unit, note)) for note in unit.notes)
        media = media_of(unit.notes, read_media).values()
        yield from ((f"{folder_of(unit)}/{FOLDER}{one.name}", one.content) for one in media)


def _contents(units: Sequence[CompanionUnit], title: str) -> str:
    lines = [f"# {plain(title)}", "", _say("web.taking.pen_names")]
    for unit in units:
        lines += ["", f"## {plain(unit.name) or _say('web.companion.without_unit')}", ""]
        notes = ((note, file_name(unit, note)) for note in unit.notes)
        lines += [f"- [{plain(note.title)}]({path}), {line_of(note)['day']}" for note, path in notes]
    return "\n".join([*lines, ""])
