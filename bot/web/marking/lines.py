"""Makes a note's Markdown ready for the parser, line by line.

Chat is written otherwise than Markdown is read: lists and tables stand right below a sentence, what is inside a list is
indented by two spaces. Here they get the empty lines and the four spaces that the parser wants. Code and formulas on
lines of their own are cut out, so that nothing in them is taken for Markdown. And what would keep the parser busy for
long is cut out as plain text: every line is looked at once, so the time grows with the length and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.web.marking.formulas import FORMULA_LIMIT

NESTED_LIMIT = 400
"""Brackets, stars and the like in one paragraph, item or row. Past this it is no prose, and the parser's time grows
with their square."""
PASSAGE_LIMIT = 20_000
"""Characters without an empty line; five of the longest blocks."""
DEPTH_LIMIT = 6
"""Lists and quotes within each other. What is deeper stands at this depth."""
WRAPPED_LINE = 50
"""Characters of a line that may have been broken only because it was full."""
TAB = 4

OPEN, CLOSE = "\ue000", "\ue001"
"""What stands around the number of something that was cut out. Nobody else's text holds them."""
SLOT = re.compile(f"{OPEN}(\\d+){CLOSE}")

_NESTING = re.compile(r"[\[\]*_`~<>!()$]")
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")
_FENCE = re.compile(r"(`{3,}|~{3,})[ ]*([^`]*)$")
_ITEM = re.compile(r"([-*+]|(\d{1,9})[.)])(?:[ ]+(?=\S)|$)")
_RULE = re.compile(r"(?:-[ ]*){3,}$|(?:\*[ ]*){3,}$|(?:_[ ]*){3,}$")
_ENDS = ".:;!?…|"
_UNDERLINE = re.compile(r"=+$|-+$")
_DEFINITION = re.compile(r"[ ]{0,3}:[ ]")
_NESTS = re.compile(r"(?:[ ]{0,3}>|[ ]{0,3}(?:[-*+]|\d{1,9}[.)])(?=[ ]))")
DELIMITERS = re.compile(r"[ ]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")
_HEADING = re.compile(r"#{1,6}(?:[ ]|$)")


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut out: code (with its language), a formula on a line of its own, or plain text."""

    kind: str
    text: str
    language: str = ""


@dataclass(slots=True)
class Cuts:
    """What was cut out of one note, in order. `slot` leaves a place for it."""

    found: list[Cut] = field(default_factory=list)

    def slot(self, cut: Cut) -> str:
        """Keep it, and return what stands in its place."""
        return f"{OPEN}{self.number(cut)}{CLOSE}"

    def number(self, cut: Cut) -> int:
        """Keep it, and return its number."""
        self.found.append(cut)
        return len(self.found) - 1


def prepared(text: str, cuts: Cuts) -> str:
    """Return Markdown that the parser reads as it was meant, with what was cut out of it in `cuts`."""
    lines = UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(_Reader(lines, cuts).read())


class _Reader:
    """Reads the lines of one text. `_items` are the lists in which a line stands: how far each is indented."""

    def __init__(self, lines: list[str], cuts: Cuts) -> None:
        self._typed = lines
        self._lines = [line.expandtabs(TAB).rstrip() for line in lines]
        self._cuts = cuts
        self._at = 0
        self._out: list[str] = []
        self._passage = 0  # where in `_out` the lines since the last empty one begin
        self._length = 0  # and how long they are
        self._marks = 0
        self._items: list[int] = []
        self._in_table = False

    def read(self) -> list[str]:
        """Return the lines made ready."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if not line:
                self._end_passage()
                continue
            bare = line.lstrip(" ")
            indent = len(line) - len(bare)
            if not (self._code(bare, indent) or self._formula(bare, indent)):
                self._line(bare, indent)
        self._check()
        return self._out

    # What is cut out

    def _code(self, bare: str, indent: int) -> bool:
        found = _FENCE.match(bare) if bare[0] in "`~" else None
        if found is None:
            return False
        mark, kept = found[1], []
        while self._at < len(self._lines):
            line = self._typed[self._at]
            self._at += 1
            end = line.strip()
            if len(end) >= len(mark) and not end.strip(mark[0]):
                break
            kept.append(_moved(line, indent))
        self._alone(self._cuts.slot(Cut("code", "\n".join(kept), _language(found[2]))), indent)
        return True

    def _formula(self, bare: str, indent: int) -> bool:
        if not bare.startswith("$$"):
            return False
        source, length, ahead = [bare[2:]], len(bare), self._at
        while "$$" not in source[-1]:
            if length > FORMULA_LIMIT or ahead == len(self._lines) or not self._lines[ahead]:
                return False
            source.append(self._lines[ahead])
            length += len(source[-1])
            ahead += 1
        source[-1], _, rest = source[-1].partition("$$")
        if not "".join(source).strip():
            return False
        self._at = ahead
        slot = self._cuts.slot(Cut("formula", "\n".join(source).strip()))
        self._line(slot + rest, indent)
        return True

    def _alone(self, slot: str, indent: int) -> None:
        """Put something on a line of its own, inside the list item in which it stands."""
        after_blank = self._ends_here()
        self._end_passage()
        self._leave(indent, after_blank=after_blank)
        self._out.append(" " * (TAB * len(self._items)) + slot)
        self._passage = len(self._out)
        self._end_passage()

    # What stays

    def _line(self, bare: str, indent: int) -> None:
        first = bare[0]
        if first in "-*+0123456789" and (item := _ITEM.match(bare)) and not _RULE.match(bare):
            self._item(bare, indent, item)
        elif first == "#" and _HEADING.match(bare) and indent < TAB:
            self._end_passage()
            self._leave(indent, after_blank=True)
            self._put(" " * (TAB * len(self._items)), bare)
            self._end_passage()
        elif first == "#":
            self._text(f"\\{bare}", indent)  # "#5", "#trees": in chat no heading
        elif first in "-=*_" and (_RULE.match(bare) or _UNDERLINE.match(bare)):
            self._put("", bare)  # a line across the page, or one that makes a heading of the line above
            self._end_passage()
        elif first == ">" and indent < TAB and not self._items:
            self._put("", _shallow(bare, 0))
        elif "|" in bare and self._begins_table(bare):
            self._end_passage()
            self._leave(indent, after_blank=True)
            self._in_table = True
            self._put(" " * (TAB * len(self._items)), bare)
        else:
            if self._defines(self._at) and not self._ends_here() and _DEFINITION.match(self._out[-1]):
                self._end_passage()  # the next term begins
            self._text(bare, indent)

    def _defines(self, at: int) -> bool:
        return at < len(self._lines) and _DEFINITION.match(self._lines[at]) is not None

    def _item(self, bare: str, indent: int, item: re.Match[str]) -> None:
        in_list = bool(self._items)
        if not in_list and not self._ends_here() and item[2] not in {None, "1"}:
            self._text(bare, indent)  # "… in\n2026. Then": a year, no list
            return
        if not in_list and indent >= TAB:
            self._put("", " " * indent + bare)  # code
            return
        if not in_list:
            self._end_passage()
        while self._items and indent < self._items[-1] + 2:
            self._items.pop()
        level = min(len(self._items), DEPTH_LIMIT)
        if len(self._items) < DEPTH_LIMIT:
            self._items.append(indent)
        self._marks = 0
        mark = f"{item[2]}. " if item[2] else f"{item[1]} "
        self._put(" " * (TAB * level), mark + _shallow(bare[item.end() :], level + 1))

    def _text(self, bare: str, indent: int) -> None:
        after_blank = self._ends_here()
        if self._items:
            left = self._leave(indent, after_blank=after_blank)
            extra = max(0, indent - left - 2) if self._items and after_blank else 0
            self._put(" " * (TAB * len(self._items) + (extra if extra >= TAB else 0)), bare)
        else:
            self._put(" " * indent if after_blank or indent < TAB or self._in_code() else "", bare)
        self._unwrap(bare, after_blank=after_blank)

    def _unwrap(self, bare: str, *, after_blank: bool) -> None:
        """Let a sentence go on in its line where it was broken only because the line was full.

        Every other end of a line is one on the page too, as in chat.
        """
        is_code = self._out[-1].startswith(" " * (TAB * len(self._items) + TAB))
        before = "" if after_blank or is_code else self._out[-2]
        if not self._in_table and goes_on(before, bare):
            self._out[-2:] = [f"{before} {bare}"]

    def _in_code(self) -> bool:
        return self._out[-1].startswith(" " * TAB)

    def _leave(self, indent: int, *, after_blank: bool) -> int:
        """Leave the lists in which a line with this indent does not stand; return how far the last one is indented.

        Without an empty line before it, a line goes on in the item above, however little it is indented.
        """
        if after_blank:
            while self._items and indent < self._items[-1] + 2:
                self._items.pop()
        return self._items[-1] if self._items else 0

    def _begins_table(self, bare: str) -> bool:
        if self._in_table or self._at == len(self._lines):
            return False
        following = self._lines[self._at]
        return "-" in following and "|" in following and DELIMITERS.match(following) is not None

    # Passages: lines without an empty one between them

    def _put(self, indent: str, text: str) -> None:
        line = indent + text
        if self._in_table:
            self._marks = 0
        self._marks += len(_NESTING.findall(text))
        self._length += len(line)
        self._out.append(line)
        if self._marks > NESTED_LIMIT:
            self._length = PASSAGE_LIMIT + 1

    def _ends_here(self) -> bool:
        """Tell whether the last line was an empty one."""
        return len(self._out) == self._passage

    def _end_passage(self) -> None:
        self._check()
        if self._out and self._out[-1]:
            self._out.append("")
        self._passage, self._length, self._marks, self._in_table = len(self._out), 0, 0, False

    def _check(self) -> None:
        """Cut the passage out as plain text where the parser would take long over it."""
        if self._length > PASSAGE_LIMIT:
            plain = SLOT.sub(self._uncut, "\n".join(self._out[self._passage :]))
            self._out[self._passage :] = [self._cuts.slot(Cut("plain", plain))]
            self._items = []

    def _uncut(self, found: re.Match[str]) -> str:
        return f"$${self._cuts.found[int(found[1])].text}$$"


def goes_on(before: str, bare: str) -> bool:
    """Tell whether a line goes on in the next only because it was full."""
    return bare[0].islower() and len(before) >= WRAPPED_LINE and before[-1] not in _ENDS


def _shallow(text: str, depth: int) -> str:
    """Return a line that begins no more lists and quotes within each other than are shown."""
    at = 0
    while depth < DEPTH_LIMIT and (found := _NESTS.match(text, at)):
        at, depth = found.end(), depth + 1
    rest = text[at:].lstrip(" ")
    if depth >= DEPTH_LIMIT and (_NESTS.match(rest) or rest.startswith(">")):
        return text[:at] + " \\" + rest
    return text


def _moved(line: str, indent: int) -> str:
    """Return a line of code without the space by which its fence is indented; else as it was typed."""
    bare = line.lstrip()
    return line[: len(line) - len(bare)].expandtabs(TAB)[indent:] + bare if indent else line


def _language(info: str) -> str:
    """Return the name of a language as it stands behind a fence: ``python``, ``{.python}``, ``{r}``."""
    words = info.replace("{", " ").replace("}", " ").split()
    return words[0].removeprefix(".").casefold() if words else ""


def plain_paragraphs(text: str) -> Iterator[str]:
    """Cut a text at its empty lines."""
    return (one for one in re.split(r"\n\s*\n", text.strip()) if one.strip())
