"""A library's public notes, arranged: by unit and day, with the questions that came up in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.models.companions import Note
from bot.models.publications import PublicNotePage, PublicPage
from bot.services.scribes.keeping import unit_key
from bot.web.arranging import Arrangement, topic_slug

WITHOUT_UNIT = "other_notes"
"""The folder of notes that have no unit. That of a unit has no underscore."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the site shows it: its notes by day, and its questions in the order in which they came up.

    `key` and `name` are empty for the notes that have no unit.
    """

    key: str
    name: str
    slug: str
    notes: tuple[PublicNotePage, ...]
    questions: tuple[PublicPage, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question came up: in which note, and at which of its blocks."""

    note: Note
    block_id: int


@dataclass(frozen=True, slots=True)
class Step:
    """A line of lists within lists: whether one begins with it, how many items end after it (0: the next is inside)."""

    opens: bool
    closes: int


class Companion:
    """The notes of a library as the site walks them. Made once for each version of the library."""

    def __init__(self, arranged: Arrangement) -> None:
        self._arranged = arranged
        self.pages = arranged.library.notes
        self.newest = sorted(self.pages, key=lambda page: (page.note.held_on, page.note.number), reverse=True)

    @cached_property
    def came_up_in(self) -> dict[int, list[Place]]:
        """Where each question came up, by its number, oldest first; once in each note."""
        found: dict[int, dict[int, Place]] = defaultdict(dict)
        for page in reversed(self.newest):
            for block in page.note.blocks:
                if block.hole is not None:
                    found[block.hole.number].setdefault(page.note.number, Place(page.note, block.id))
        return {number: list(places.values()) for number, places in found.items()}

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units in the order of their first lesson; what has none comes last."""
        gathered: dict[str, list[PublicNotePage]] = defaultdict(list)
        for page in reversed(self.newest):
            gathered[unit_key(page.note.unit)].append(page)
        return tuple(self._unit(key, notes) for key, notes in sorted(gathered.items(), key=lambda one: not one[0]))

    @cached_property
    def unit_of(self) -> dict[int, Unit]:
        """The unit of each note, by the note's number."""
        return {page.note.number: unit for unit in self.units for page in unit.notes}

    def unit_called(self, name: str) -> Unit | None:
        """Return the unit of this name, however it is spelled; None where no public note belongs to it."""
        key = unit_key(name)
        return next((unit for unit in self.units if unit.key == key), None) if key else None

    def public_questions(self, note: Note) -> list[PublicPage]:
        """Return the pages of the questions that came up in a note, in its order."""
        numbers = dict.fromkeys(block.hole.number for block in note.blocks if block.hole is not None)
        return self.pages_of(numbers)

    def beside(self, note: Note) -> tuple[Note | None, Note | None]:
        """Return the notes before and after this one in its unit."""
        pages, here = self.unit_of[note.number].notes, self._place_in_unit[note.number]
        before, after = pages[max(0, here - 1) : here], pages[here + 1 : here + 2]
        return (before[0].note if before else None), (after[0].note if after else None)

    @cached_property
    def _place_in_unit(self) -> dict[int, int]:
        return {page.note.number: place for unit in self.units for place, page in enumerate(unit.notes)}

    def pages_of(self, numbers: Iterable[int]) -> list[PublicPage]:
        """Return those of these questions that are public."""
        known = self._arranged.by_number
        return [known[number] for number in numbers if number in known]

    def _unit(self, key: str, notes: Sequence[PublicNotePage]) -> Unit:
        asked = (question for page in notes for question in self.public_questions(page.note))
        came_up = {page.question.number: page for page in asked}
        topic = self._arranged.by_topic.get(key)
        came_up |= {page.question.number: page for page in reversed(topic.pages if topic else ())}
        slug = topic_slug(key) if key else WITHOUT_UNIT
        return Unit(key, notes[-1].note.unit, slug, tuple(notes), tuple(came_up.values()))


def steps(depths: Sequence[int]) -> list[Step]:
    """Return how lines of these depths stand in lists within each other. A line is at most one deeper than the last."""
    following = [*depths[1:], 0]
    before = [-1, *depths[:-1]]
    return [
        Step(depth > earlier, max(0, depth - later + 1))
        for depth, earlier, later in zip(depths, before, following, strict=True)
    ]
