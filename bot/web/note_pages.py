"""The pages of a library's notes: each by itself, by unit, and the companion that leads to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from jinja2.filters import do_mark_safe

from bot.models.answers import PublicSource
from bot.models.companions import Note, NoteBlock, NoteHole
from bot.models.publications import PublicNotePage, PublicPage
from bot.text import catalogue
from bot.web.arranging import Arrangement
from bot.web.companion import Companion, Unit, steps
from bot.web.framing import Frame, Key, Maker, said
from bot.web.marking.parser import HIGHEST_HEADING, Heading, Marked
from bot.web.notes import body_of, hole_id
from bot.web.templating import Rendered

NEWEST_ON_HOME = 4
CONTENTS_DEPTH = 2
"""Levels of headings of each note that the contents of a unit name."""

_say = catalogue().say
LineOf = Callable[[PublicPage], dict[str, object]]


class Bodies:
    """The texts of notes as HTML, made when they are first wanted.

    `saved` may know a text from an earlier time, by the key that says what it was made of.
    """

    def __init__(self, saved: Callable[[Note, str], Marked | None] | None = None) -> None:
        self._made: dict[str, Marked] = {}
        self._saved = saved

    def of(self, note: Note, linked: frozenset[int], key: str) -> Marked:
        """Return the text of a note; the questions in `linked` have pages of their own."""
        body = self._made.get(key) or (self._saved and self._saved(note, key))
        self._made[key] = body = body or body_of(note, linked)
        return body

    def keep_only(self, keys: set[str]) -> None:
        """Forget what is not public any more."""
        self._made = {key: body for key, body in self._made.items() if key in keys}


class NotePages:
    """Draws the pages of notes. `makers` has them by their paths. `line_of` says what a list shows of a question."""

    def __init__(self, frame: Frame, arranged: Arrangement, bodies: Bodies, line_of: LineOf) -> None:
        self._frame = frame
        self._line_of = line_of
        self._arranged = arranged
        self._bodies = bodies
        self.companion = Companion(arranged)
        self.makers = self._all_makers() if arranged.library.notes else {}

    def _all_makers(self) -> dict[str, Maker]:
        makers: dict[str, Maker] = {"companion/": Maker(self._front, self._front_key)}
        for unit in self.companion.units:
            makers[f"companion/{unit.slug}/"] = Maker(partial(self._unit, unit), partial(self._unit_key, unit))
        for page in self.companion.pages:
            makers[f"notes/{page.note.number}/"] = Maker(partial(self._note, page), partial(self._note_key, page))
        return makers

    def body(self, page: PublicNotePage) -> Marked:
        """Return a note's text."""
        return self._bodies.of(page.note, self._linked(page.note), self.body_key(page))

    def body_key(self, page: PublicNotePage) -> str:
        """Return what changes whenever the text of a note would."""
        return f"{page.digest} {' '.join(map(str, sorted(self._linked(page.note))))}"

    def _linked(self, note: Note) -> frozenset[int]:
        return frozenset(one.question.number for one in self.companion.public_questions(note))

    def line(self, page: PublicNotePage) -> dict[str, object]:
        """Return what a list shows of a note."""
        return line_of(page.note) | {"unit": self.companion.unit_of[page.note.number]}

    def line_key(self, page: PublicNotePage) -> Key:
        """Return what `line` depends on."""
        unit = self.companion.unit_of[page.note.number]
        return page.digest, unit.slug, unit.name

    def _front_key(self) -> Key:
        return [(unit.slug, unit.name, [page.digest for page in unit.notes]) for unit in self.companion.units]

    def _front(self, path: str) -> Rendered:
        units = [(unit, [self.line(page) for page in unit.notes]) for unit in self.companion.units]
        return self._frame.page("companion.html", path, _say("web.companion.title"), units=units, downloads=True)

    def _unit_key(self, unit: Unit) -> Key:
        topic = self._arranged.by_topic.get(unit.key)
        about = (unit.slug, unit.name, topic and (topic.slug, len(topic.pages)))
        questions = [self._arranged.line_key(one) for one in unit.questions]
        return about, [self.body_key(page) for page in unit.notes], questions

    def _unit(self, unit: Unit, path: str) -> Rendered:
        notes = [(self.line(page), page.note, self.body(page)) for page in unit.notes]
        return self._frame.page(
            "unit.html",
            path,
            unit.name or _say("web.companion.without_unit"),
            unit=unit,
            topic=self._arranged.by_topic.get(unit.key),
            notes=[(line, note, do_mark_safe(lowered(body.html))) for line, note, body in notes],
            contents=_contents([one for _, note, body in notes for one in _of_note(note, body)]),
            terms=_by_name([term for _, _, body in notes for term in body.terms]),
            questions=[self._line_of(page) for page in unit.questions],
        )

    def _note_key(self, page: PublicNotePage) -> Key:
        beside = [one and (one.number, one.title) for one in self.companion.beside(page.note)]
        led_to = [one.digest for block in page.note.blocks for one in self._led_to(block)]
        asked = [one.digest for one in self.companion.public_questions(page.note)]
        return self.body_key(page), self.line_key(page), beside, asked, led_to

    def _note(self, page: PublicNotePage, path: str) -> Rendered:
        note, body = page.note, self.body(page)
        before, after = self.companion.beside(note)
        return self._frame.page(
            "note.html",
            path,
            note.title,
            **article_of(note, body, self._questions(note))
            | {"line": self.line(page), "before": before, "after": after},
        )

    def _questions(self, note: Note) -> list[dict[str, Any]]:
        """Return what a note's list of questions shows: its holes, and what led there and on from there."""
        known = self._arranged.by_number
        return [
            {
                "block": block,
                "hole": block.hole,
                "place": hole_id(note, block),
                "page": known.get(block.hole.number),
                "ways": (),
                "led_to": self._led_to(block),
            }
            for block in note.blocks
            if block.hole is not None
        ]

    def _led_to(self, block: NoteBlock) -> list[PublicPage]:
        return self.companion.pages_of(block.hole.follow_ups) if block.hole is not None else []


def article_of(note: Note, body: Marked, questions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a note's article shows where nothing stands around it."""
    return {
        "note": note,
        "line": line_of(note),
        "body": do_mark_safe(body.html),
        "contents": _contents(_sections(body.headings)),
        "terms": _by_name(list(body.terms)),
        "questions": questions,
        "sources": _sources(note),
        "changes": changes_of(note),
        "before": None,
        "after": None,
    }


def questions_of(note: Note) -> list[dict[str, Any]]:
    """Return what a note's list of questions shows where there are no other pages to lead to."""
    return [
        {
            "block": block,
            "hole": block.hole,
            "place": hole_id(note, block),
            "page": None,
            "ways": _ways(block.hole),
            "led_to": (),
        }
        for block in note.blocks
        if block.hole is not None
    ]


def line_of(note: Note) -> dict[str, Any]:
    """Return what a list says of a note."""
    return {
        "note": note,
        "day": said(date.fromisoformat(note.held_on)),
        "unit": None,
        "holes": sum(block.hole is not None for block in note.blocks),
        "open": sum(_is_open(block) for block in note.blocks),
    }


def _ways(hole: NoteHole) -> list[str]:
    """Return in words what a question follows from, and what it led to."""
    above = () if hole.parent_number is None else (hole.parent_number,)
    ways = {"follows": above, "led_to": hole.follow_ups}
    numbers = {name: ", ".join(f"#{one}" for one in found) for name, found in ways.items()}
    return [_say(f"web.note.{name}", numbers=words) for name, words in numbers.items() if words]


def _is_open(block: NoteBlock) -> bool:
    return block.hole is not None and not block.hole.answers and block.hole.state != "settled"


def _of_note(note: Note, body: Marked) -> list[Heading]:
    """Return a note's title and its sections, as the contents of its unit name them."""
    top = Heading(f"n{note.number}", HIGHEST_HEADING - 1, note.title)
    return [top, *_sections(one for one in body.headings if one.level < HIGHEST_HEADING + CONTENTS_DEPTH)]


def _sections(headings: Any) -> list[Heading]:  # noqa: ANN401
    return [one for one in headings if one.text]


def _contents(headings: list[Heading]) -> list[tuple[Heading, Any]]:
    """Return headings with how they stand in lists within each other."""
    if not headings:
        return []
    top = min(one.level for one in headings)
    return list(zip(headings, steps([one.level - top for one in headings]), strict=True))


def _by_name(terms: list[Heading]) -> list[Heading]:
    return sorted(terms, key=lambda term: term.text.casefold())


def _sources(note: Note) -> list[PublicSource]:
    """Return every source that a note's answers name, once each."""
    holes = [block.hole for block in note.blocks if block.hole is not None]
    return list(dict.fromkeys(source for hole in holes for answer in hole.answers for source in answer.sources))


def changes_of(note: Note) -> list[str]:
    """Return in words what the newest version changed; nothing of the first one."""
    if note.version == 1:
        return []
    counts = {"added": note.changes.added, "reworded": note.changes.reworded, "left_out": note.changes.left_out}
    found = [_say(f"web.note.changed_{name}", count=count) for name, count in counts.items() if count]
    if note.changes.filled:
        found.append(_say("web.note.changed_filled", count=len(note.changes.filled)))
    return found


def lowered(html: str) -> str:
    """Return a note's text with every heading one level lower, to stand under its title among other notes."""
    return re.sub(r"(</?h)([2-5])(?=[ >])", lambda found: f"{found[1]}{int(found[2]) + 1}", html)
