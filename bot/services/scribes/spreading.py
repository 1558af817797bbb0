"""Whose words are whose in a text that several blocks were put together into, and that somebody then changed.

Each line of the new text belongs to the block whose line it was, or whose line it stands for now. Whole paragraphs that
were put in between two blocks belong to none: they are new, and whoever wrote them is their author.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

COMPARISONS_LIMIT = 60_000
"""Pairs of lines that are compared. Of longer texts only what is equal at the beginning and the end is known again, so
that none takes long."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_MARK = re.compile(r"#{1,3} |\? ?|.+ :: ")


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the new text: `owner` is the index of the block that it belongs to; None: it is new."""

    owner: int | None
    text: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that says something. `apart`: a paragraph begins with it. `at` is its place among all lines."""

    words: str
    apart: bool
    at: int
    owner: int | None = None

    @property
    def mark(self) -> str:
        """What tells a heading, a term, a question and text from each other."""
        found = _MARK.match(self.words)
        return found.group()[-2:] if found else ""


def spread(texts: Sequence[str], new: str) -> tuple[Share, ...]:
    """Cut `new` into shares of the blocks that said `texts`, in the order of `new`; each block has at most one.

    A block without a share was left out. Every line of `new` that says something is in exactly one share.
    """
    before = [line for owner, text in enumerate(texts) for line in _lines(text, owner)]
    after = list(_lines(new))
    owners = _own(_matched(before, after), after)
    return tuple(_shares(owners, after, new.split("\n")))


def _lines(text: str, owner: int | None = None) -> Iterator[_Line]:
    apart, fence = True, ""
    for at, words in enumerate(text.split("\n")):
        if words.strip():
            yield _Line(words.rstrip(), apart, at, owner)
        apart = not words.strip() and not fence  # an empty line within code ends no paragraph
        fence = fence_after(words, fence)


def fence_after(line: str, fence: str) -> str:
    """Return the mark of the code fence that is open after `line`, given the one before it; empty where none is."""
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return found.group(1)
    closes = found.group(1).startswith(fence) and not line[found.end() :].strip()
    return "" if closes else fence


def _matched(before: list[_Line], after: list[_Line]) -> list[int | None]:
    """Return the owner of each line of `after`, as far as there is a line of `before` that it was or stands for."""
    owners: list[int | None] = [None] * len(after)
    gaps = [(0, len(before), 0, len(after))]
    for key in _KEYS:
        gaps = [left for gap in gaps for left in _match(before, after, owners, key, gap)]
    return owners


_KEYS: tuple[Callable[[_Line], object], ...] = (
    lambda line: line.words,
    lambda line: (line.mark, line.apart),
    lambda line: line.mark,
)
"""By what lines are taken for the same one: by each only those that the one before left over."""


_Gap = tuple[int, int, int, int]
"""Lines of the text before, from and to, and those that stand in their place now, from and to."""


def _match(
    before: list[_Line], after: list[_Line], owners: list[int | None], key: Callable[[_Line], object], within: _Gap
) -> list[_Gap]:
    """Write down the owners of the lines within a gap that are equal by `key`; return the gaps that are left."""
    i, k, j, m = within
    old, new = [key(one) for one in before[i:k]], [key(one) for one in after[j:m]]
    gaps: list[_Gap] = []
    for what, i1, i2, j1, j2 in _compared(old, new):
        if what == "equal":
            owners[j + j1 : j + j2] = [one.owner for one in before[i + i1 : i + i2]]
        elif i1 < i2 and j1 < j2:
            gaps.append((i + i1, i + i2, j + j1, j + j2))
    return gaps


def _compared(old: list[object], new: list[object]) -> list[tuple[str, int, int, int, int]]:
    if len(old) * len(new) <= COMPARISONS_LIMIT:
        return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    start = _equal_at_start(old, new)
    end = _equal_at_start(old[start:][::-1], new[start:][::-1])
    i, j = len(old) - end, len(new) - end
    middle = ("replace", start, i, start, j)
    return [("equal", 0, start, 0, start), middle, ("equal", i, len(old), j, len(new))]


def _equal_at_start(old: list[object], new: list[object]) -> int:
    pairs = zip(old, new, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _own(owners: list[int | None], after: list[_Line]) -> list[int | None]:
    """Give new lines to the block in the middle of which they stand, or to the one whose paragraph they are part of."""
    owned = list(owners)
    for start, end in _runs_of_none(owners):
        left = owned[start - 1] if start else None
        right = owners[end] if end < len(owners) else None
        if left is not None and left == right:
            owned[start:end] = [left] * (end - start)
            continue
        begins = [place for place in range(start, end) if after[place].apart]
        first = begins[0] if begins else end
        goes_on = right is not None and not after[end].apart
        last = begins[-1] if begins and goes_on else end
        owned[start:first] = [left] * (first - start)
        owned[last:end] = [right] * (end - last)
    return owned


def _runs_of_none(owners: list[int | None]) -> Iterator[tuple[int, int]]:
    start = None
    for place, owner in enumerate([*owners, -1]):
        if owner is None and start is None:
            start = place
        elif owner is not None and start is not None:
            yield start, place
            start = None


def _shares(owners: list[int | None], after: list[_Line], lines: list[str]) -> Iterator[Share]:
    start = 0
    for place in range(1, len(after) + 1):
        if place == len(after) or owners[place] != owners[start]:
            end = after[place].at if place < len(after) else len(lines)
            text = "\n".join(lines[after[start].at : end])
            yield Share(owners[start], text.strip("\n"))
            start = place
