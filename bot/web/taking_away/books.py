"""The companion as an e-book: EPUB 3, with what readers of EPUB 2 need to find their way.

The same companion makes the same bytes, whenever and wherever it is made. Nothing in a book is asked of another host;
its only links out are those of sources and of what students wrote.
"""

from __future__ import annotations

import re
import textwrap
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from importlib.resources import files

from jinja2.filters import do_mark_safe

from bot.models.companions import CompanionUnit, Note, NoteBlock
from bot.models.sessions import BlockKind
from bot.text import catalogue
from bot.web.describing import iso
from bot.web.marking.parser import Marked
from bot.web.note_pages import article_of, line_of, questions_of
from bot.web.notes import body_of
from bot.web.taking_away.archives import Edition, pack
from bot.web.taking_away.bodies import taken_along
from bot.web.taking_away.media import Medium, ReadMedia, pictures_of
from bot.web.taking_away.xhtml import is_well_formed, to_xhtml
from bot.web.templating import templates, writable

LANGUAGE = "en"
MEDIA = "media/"
COVER_LINE, COVER_LINES = 20, 6
"""Characters in a line of the title on the cover, and how many lines it has at most."""

Bodies = Callable[[Note], Marked]
"""Returns a note's text, as `notes.body_of` makes it."""
Saved = Callable[[Note], bytes | None]
"""Returns a note's chapter as an earlier edition has it, where it was made of the same note; else None."""

_CONTAINER = b"""<?xml version="1.0" encoding="utf-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
  <rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_SHOWN = re.compile(rb' src="media/([^"]+)"')
_TERM = re.compile(r'<dt id="([^"]+)">(.*?)</dt>\s*((?:<dd>.*?</dd>\s*)+)', re.DOTALL)
_FOOTNOTE = re.compile("<sup[ >].*?</sup>", re.DOTALL)
_ID = re.compile(r'(<[a-z][a-z0-9]*(?: [a-z-]+="[^"]*")*?) id="[^"]*"')
_HERE = re.compile(r'<a href="#[^"]*">([^<]*)</a>')
_TAG = re.compile("<[^>]*>")
_MOVING = "image/gif"

_say = catalogue().say


@dataclass(frozen=True, slots=True)
class Leaf:
    """A document of the book: its id, what the contents call it, what is in it. A note's has a day."""

    id: str
    title: str
    content: bytes
    day: str = ""

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.id}.xhtml"

    @property
    def properties(self) -> str:
        """What the package must say of it, so that a reader knows before it opens it."""
        held = {"mathml": b"<math", "svg": b"<svg"}
        return " ".join(name for name, sign in held.items() if sign in self.content)


@dataclass(frozen=True, slots=True)
class Part:
    """A unit in the book: a leaf that lists its notes, and theirs."""

    page: Leaf
    chapters: tuple[Leaf, ...]


def companion_epub(
    units: Sequence[CompanionUnit],
    read_media: ReadMedia,
    *,
    title: str,
    library_name: str,
    identity: str,
    bodies: Bodies = body_of,
    saved: Saved | None = None,
    earlier: Edition | None = None,
) -> bytes:
    """Return the companion as an EPUB. `identity` is what all its editions share, the server's id for one.

    `bodies` may know texts that were made before, `saved` whole chapters; what `earlier` holds packed is not packed
    again: the next edition then costs little.
    """
    notes = [note for unit in units for note in unit.notes]
    pictures = pictures_of(notes, read_media)
    shown = {one.name for one in pictures.values()}

    def made(note: Note) -> bytes:
        kept = saved(note) if saved else None
        return kept if kept is not None and _fits(kept, note, shown) else chapter(note, bodies(note), shown)

    book = _Book(title, library_name, identity, [_part(place, unit, made) for place, unit in enumerate(units, 1)])
    return pack(book.files(notes, pictures), first=("mimetype", b"application/epub+zip"), earlier=earlier)


def chapter(note: Note, body: Marked, pictures: Collection[str]) -> bytes:
    """Return a note as a document of a book that has these pictures, by the names of their files."""
    article = templates().get_template("note_article.html").render(article_of(note, body, questions_of(note)))
    there = taken_along(article, lambda name: f"{MEDIA}{name}" if name in pictures else "")
    return _fill("chapter.xhtml", title=_title_of(note), body=do_mark_safe(to_xhtml(there)))


def chapter_name(note: Note) -> str:
    """Return the name of a note's chapter in the archive."""
    return f"EPUB/{_id_of(note)}.xhtml"


def _id_of(note: Note) -> str:
    return f"note-{note.number}"


def _title_of(note: Note) -> str:
    """Return what the contents call a note: never nothing, which no reader could press."""
    return note.title.strip() or _say("web.note.label", number=note.number)


def _fits(kept: bytes, note: Note, pictures: Collection[str]) -> bool:
    """Tell whether a chapter of an earlier edition shows just those of its pictures that this one has."""
    names = {block.file.media_name for block in note.blocks if block.kind == BlockKind.IMAGE and block.file is not None}
    return {name.decode() for name in _SHOWN.findall(kept)} == names & set(pictures)


def _part(place: int, unit: CompanionUnit, made: Callable[[Note], bytes]) -> Part:
    title = unit.name.strip() or _say("web.companion.without_unit")
    chapters = tuple(Leaf(_id_of(note), _title_of(note), made(note), line_of(note)["day"]) for note in unit.notes)
    return Part(Leaf(f"unit-{place}", title, _fill("unit.xhtml", title=title, chapters=chapters)), chapters)


class _Book:
    """What goes into the file, in the order in which it is read."""

    def __init__(self, title: str, library_name: str, identity: str, parts: list[Part]) -> None:
        self._parts = parts
        self._known = {
            "book": title,
            "library_name": library_name.strip() or title,
            "identifier": uuid.uuid5(uuid.NAMESPACE_URL, f"vademecum:companion:{identity}").urn,
        }

    def files(self, notes: list[Note], pictures: dict[str, Medium]) -> Iterator[tuple[str, bytes]]:
        """Every file and its name."""
        cover, after = self._cover(notes), self._glossary()
        leaves = [cover, *(leaf for part in self._parts for leaf in (part.page, *part.chapters)), *after]
        contents = {"title": _say("web.note.contents"), "cover": cover, "parts": self._parts, "after": after}
        yield "META-INF/container.xml", _CONTAINER
        yield "EPUB/package.opf", self._package(leaves, notes, pictures)
        yield "EPUB/nav.xhtml", _fill("nav.xhtml", **contents)
        order = {leaf.id: place for place, leaf in enumerate(leaves, 1)}
        yield "EPUB/toc.ncx", _fill("toc.ncx", order=order, **self._known, **contents)
        yield "EPUB/cover.svg", self._cover_picture()
        yield from ((f"EPUB/{name}", _static(name)) for name in ("book.css", "emblem.svg"))
        yield from ((f"EPUB/{leaf.name}", leaf.content) for leaf in leaves)
        yield from ((f"EPUB/{MEDIA}{one.name}", one.content) for one in pictures.values())

    def _cover(self, notes: list[Note]) -> Leaf:
        title = self._known["book"]
        newest = line_of(max(notes, key=lambda note: note.held_on))["day"] if notes else ""
        about = {"type": "cover", "count": len(notes), "newest": newest}
        return Leaf("cover", title, _fill("cover.xhtml", title=title, **about, **self._known))

    def _cover_picture(self) -> bytes:
        lines = textwrap.wrap(self._known["book"], COVER_LINE, max_lines=COVER_LINES, placeholder="…")
        emblem = _static("emblem.svg").decode()
        drawn = emblem[emblem.index(">") + 1 : emblem.rindex("</svg>")]
        return _fill("cover.svg", emblem=do_mark_safe(drawn), lines=lines, **self._known)

    def _glossary(self) -> list[Leaf]:
        terms = [term for part in self._parts for leaf in part.chapters for term in terms_in(leaf)]
        terms.sort(key=lambda one: one.name.casefold())
        title = _say("web.note.terms")
        return [Leaf("glossary", title, _fill("glossary.xhtml", title=title, terms=terms))] if terms else []

    def _package(self, leaves: list[Leaf], notes: list[Note], pictures: dict[str, Medium]) -> bytes:
        all_described = all(_is_described(block) for note in notes for block in note.blocks)
        features = ["displayTransformability", "readingOrder", "structuralNavigation", "tableOfContents"]
        features += ["alternativeText"] if pictures and all_described else []
        features += ["MathML"] if any("mathml" in leaf.properties for leaf in leaves) else []
        return _fill(
            "package.opf",
            leaves=leaves,
            pictures=list(pictures.values()),
            all_described=all_described,
            features=features,
            may_move=any(one.content_type == _MOVING for one in pictures.values()),
            modified=iso(max((note.compiled_at for note in notes), default=0)).replace("+00:00", "Z"),
            **self._known,
        )


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the book: its words, its meanings as XHTML, and where in which chapter it stands."""

    name: str
    meanings: str
    place: str
    page: Leaf

    @property
    def address(self) -> str:
        """Where it stands, seen from another document of the book."""
        return f"{self.page.name}#{self.place}"


def terms_in(leaf: Leaf) -> Iterator[Term]:
    """Read the terms of a chapter. What leads to a place in it leads nowhere from elsewhere, and goes."""
    for place, name, meanings in _TERM.findall(leaf.content.decode()):
        there = _HERE.sub(r"\1", _ID.sub(r"\1", _FOOTNOTE.sub("", meanings)))
        words = unescape(_TAG.sub("", _FOOTNOTE.sub("", name)))
        if is_well_formed(there):
            yield Term(words, do_mark_safe(there), place, leaf)


def _is_described(block: NoteBlock) -> bool:
    return block.kind != BlockKind.IMAGE or block.file is None or bool(block.file.alt.strip())


def _fill(template: str, /, **values: object) -> bytes:
    text = templates().get_template(f"taking/{template}").render(values, language=LANGUAGE)
    return writable(text).encode()


def _static(name: str) -> bytes:
    return files("bot.web").joinpath("static", name).read_bytes()
