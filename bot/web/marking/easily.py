"""A whole text of which every part is easy, as HTML: the same as with the parser, and much sooner.

Beside what `easy.py` reads these are headings, terms, tables and code. One part that is more, and the parser reads all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from bot.web.marking.easy import easy, passage
from bot.web.marking.lines import DELIMITERS, SLOT, UNWANTED, Cuts, prepared

WIDE_TABLE = 28
"""Characters side by side in a table that a phone does not show whole."""

_HEADING = re.compile(r"(#{1,6}) +([^\W\d_][^#|\n]*)")
_TERM = re.compile(r"([^\W\d_][^|\n]*)\n: {3}([^\W\d_][^\n]*)")
_TABLE = re.compile(r"\|[^`$\\]*\|")
_BEGINS_CODE = ("```", "~~~")

Name = Callable[[str, str], str]
"""Returns an id for a heading (``h``) or a term (``t``) of these words."""


class Easily:
    """Reads the parts of one text. `words` are ours, `name` gives ids; what was cut out of it is in `cuts`."""

    def __init__(self, cuts: Cuts, name: Name, words: Callable[[str], str]) -> None:
        self._cuts = cuts
        self._name = name
        self._words = words
        self._out: list[str] = []
        self._terms: list[str] = []
        self._headings: list[tuple[int, int, str]] = []  # where it stands, its level, what is in it

    def add(self, part: str) -> bool:
        """Take a part; False where it is not easy: then the parser must read the whole text."""
        if part.startswith(_BEGINS_CODE):
            return self._code(part)
        if UNWANTED.search(part) or "\t" in part or "\r" in part:
            return False
        if found := _TERM.fullmatch(part):
            return self._term(found)
        made = self._heading(part) if part.startswith("#") else table(part, self._words) or passage(part)
        if made is not None:
            self.put(made)
        return made is not None

    def put(self, made: str) -> None:
        """Take a part that is HTML already."""
        self._end_terms()
        self._out.append(made)

    def written(self, highest: int, lowest: int) -> str:
        """Return everything; the levels of headings have no gap, and lie between these."""
        self._end_terms()
        ranks = sorted({level for _, level, _ in self._headings})
        above = highest - 1
        for place, level, inner in self._headings:
            above = min(highest + ranks.index(level), above + 1, lowest)
            self._out[place] = f'<h{above} id="{self._name("h", words_in(inner))}">{inner}</h{above}>'
        return "\n".join(self._out)

    def _code(self, part: str) -> bool:
        found = SLOT.fullmatch(prepared(part, self._cuts).strip())
        if found:
            self.put(f'<div data-slot="{found[1]}"></div>')
        return found is not None

    def _heading(self, part: str) -> str | None:
        found = _HEADING.fullmatch(part.rstrip())
        inner = easy(found[2]) if found else None
        if found is None or inner is None:
            return None
        self._end_terms()
        self._headings.append((len(self._out), len(found[1]), inner))
        return ""  # its place

    def _term(self, found: re.Match[str]) -> bool:
        term, meaning = easy(found[1].rstrip()), easy(found[2].rstrip())
        if term is None or meaning is None:
            return False
        self._terms.append(f'<dt id="{self._name("t", words_in(term))}">{term}</dt><dd>{meaning}</dd>')
        return True

    def _end_terms(self) -> None:
        if self._terms:
            self._out.append(f"<dl>{''.join(self._terms)}</dl>")
            self._terms = []


def table(text: str, words: Callable[[str], str]) -> str | None:
    """Return a table as HTML: one with borders, of easy cells; otherwise None."""
    if not _TABLE.fullmatch(text):
        return None
    lines = text.split("\n")
    if len(lines) <= 2 or not DELIMITERS.match(lines[1]) or not all(map(_TABLE.fullmatch, lines)):  # noqa: PLR2004
        return None
    rows = [[easy(cell.strip(" ")) for cell in line[1:-1].split("|")] for line in lines]
    sides = [_side(cell.strip(" ")) for cell in lines[1][1:-1].split("|")]
    head, body = rows[0], rows[2:]
    if len(head) != len(sides) or len(head) == 1 or any(cell is None for row in (head, *body) for cell in row):
        return None
    shown = [[*row[: len(head)], *([""] * (len(head) - len(row)))] for row in (head, *body)]
    widest = max(sum(len(words_in(cell or "")) for cell in row) for row in shown)
    about = f' tabindex="0" role="group" aria-label="{escape(words("table"))}"' if widest > WIDE_TABLE else ""
    first, *others = ("".join(_cells(row, sides, tag)) for row, tag in zip(shown, _tags(len(shown)), strict=True))
    listed = "".join(f"<tr>{row}</tr>" for row in others)
    return f'<div class="wide"{about}><table><thead><tr>{first}</tr></thead><tbody>{listed}</tbody></table></div>'


def _tags(count: int) -> list[str]:
    return ["th", *["td"] * (count - 1)]


def _cells(row: list[str | None], sides: list[str], tag: str) -> list[str]:
    return [_cell(inner or "", side, tag) for inner, side in zip(row, sides, strict=True)]


def _cell(inner: str, side: str, tag: str) -> str:
    tag = tag if inner else "td"
    about = f' class="{side}"' if side else ""
    about += ' scope="col"' if tag == "th" else ""
    return f"<{tag}{about}>{inner}</{tag}>"


def _side(delimiter: str) -> str:
    if delimiter.endswith(":"):
        return "centre" if delimiter.startswith(":") else "right"
    return ""


def words_in(made: str) -> str:
    """Return the words of a heading or a term as it was made."""
    if "<" not in made and "&" not in made:
        return " ".join(made.split())
    return " ".join(unescape(re.sub(r"<sup.*?</sup>|<[^>]*>", "", made, flags=re.DOTALL)).split())
