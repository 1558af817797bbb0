"""Makes what was written in chat into Markdown that every reader of Markdown reads alike.

In chat a list or a table stands right below a sentence, and what is nested is indented by two spaces. Readers of
Markdown want empty lines and four spaces. Nothing else is changed, but for what would act on what others wrote: tags
are shown as they were typed, and headings stand below those of the note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import groupby, pairwise
from textwrap import dedent

TAB = 4
LOWEST = 6
"""The level of the smallest heading."""

FENCE = re.compile(r"(?P<indent>[ ]*)(?P<mark>`{3,}|~{3,})[ ]*(?P<info>[^`]*)$")
ITEM = re.compile(r"(?P<indent>[ ]*)(?P<mark>[-*+]|\d{1,9}[.)])[ ]+(?P<text>\S.*)$")
QUOTE = re.compile(r"[ ]{0,3}>")
RULE = re.compile(r"[ ]{0,3}(?:(?:-[ ]*){3,}|(?:\*[ ]*){3,}|(?:_[ ]*){3,})$")
UNDERLINE = re.compile(r"[ ]{0,3}(=+|-+)[ ]*$")
_DELIMITERS = re.compile(r"[ ]{0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")
_HEADING = re.compile(r"(?P<before>(?:[ ]{0,3}>)*[ ]{0,3})(?P<marks>#{1,6})(?P<rest>[ ].*)?$")
_HASH = re.compile(r"\A(?P<before>(?:[ ]{0,3}>)*[ ]{0,3})#")
_FOOTNOTE = re.compile(r"[ ]{0,3}\[\^[^\]]+\]:")
_MEANING = re.compile(r"[ ]{0,3}:[ ]")
_LANGUAGE = re.compile(r"[\w#.+-]+")

_TIDY = re.compile(
    r"[^\W\d_][^\n<|\t\r]*+(?:\n\n?[^\W\d_][^\n<|\t\r]*+)*+\Z"
    r"|-[ ][^\W\d_][^\n<|\t\r]*+(?:\n-[ ][^\W\d_][^\n<|\t\r]*+)*+\Z"
    r"|```[\w#.+-]*+\n(?:(?![ ]+\n)[^`\n\t\r]*+\n)*+```\Z"
)
"""Paragraphs or a list of which each line begins with a letter, or one piece of code: tidy as most is written."""
_LEFT_ALONE = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<address><(?:(?:https?|mailto):[^\s<>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>)"
    r"|(?P<formula>\$\$.+?\$\$|(?<![\\$\w])\$(?=\S)[^\n$]*?(?<=\S)\$(?!\d))",
    re.DOTALL,
)
_TAG = re.compile(r"(?P<escaped>(?:\\\\)*)\\?<(?=[A-Za-z/!?])")
_TAG_IN_FORMULA = re.compile(r"<(?=[A-Za-z/!?])")


def tidy(text: str, lower: int = 1) -> str:
    """Return a text as Markdown that stands by itself; its headings stand `lower` levels lower.

    Fences are taken to be closed, as `blocks.pieces` leaves them.
    """
    if _TIDY.match(text):
        return text
    typed = _told_apart(text.replace("\r\n", "\n").split("\n"))
    lines = _from_the_edge("\n".join(line if is_code else line.expandtabs(TAB) for line, is_code in typed))
    tidied = _Tidied(lower)
    for line, following in pairwise([*lines, ""]):
        tidied.add(line, following)
    return tidied.text()


def _from_the_edge(text: str) -> list[str]:
    """Return the lines, none of them indented but for a reason; what is code by its indent alone gets a fence."""
    said = [line for line in text.split("\n") if line.strip()]
    lines = dedent(text).strip("\n").split("\n")
    if said and all(line.startswith(" " * TAB) for line in said) and not any(ITEM.match(line) for line in said):
        return ["```", *lines, "```"]
    return [lines[0].lstrip(), *lines[1:]]


class _Tidied:
    """Takes lines one by one, and knows in what the next stands: a fence, items within each other, a table, a quote."""

    def __init__(self, lower: int) -> None:
        self._lower = lower
        self._lines: list[tuple[str, bool]] = []
        """What is done, and of each line whether it is code."""
        self._fence: re.Match[str] | None = None
        self._items: list[int] = []
        """How far each item of a list was indented in which a line stands."""
        self._was = ""
        """What the line before was; empty at the beginning."""

    def text(self) -> str:
        """Return what was made of the lines."""
        parts = []
        for is_code, lines in groupby(self._lines, lambda line: line[1]):
            joined = "\n".join(line for line, _ in lines)
            parts.append(joined if is_code else _without_tags(joined))
        return "\n".join(parts).strip("\n")

    def add(self, line: str, following: str) -> None:
        """Take a line; `following` is the one after it."""
        if self._fence is not None:
            self._code(line, self._fence)
        elif not line.strip():
            self._blank()
        else:
            if self._was == "code":
                self._blank()
            self._words(line, following)

    def _words(self, line: str, following: str) -> None:
        if found := FENCE.match(line):
            self._open(found)
        elif RULE.match(line) or UNDERLINE.match(line):
            self._rule(line)
        elif (found := _HEADING.match(line)) and not found["before"].strip():
            self._heading(line.strip())
        elif found := ITEM.match(line):
            self._item(found)
        else:
            self._other(line, following)

    def _put(self, line: str, was: str, *, is_code: bool = False) -> None:
        self._lines.append((line, is_code))
        self._was = was

    def _blank(self) -> None:
        if self._was not in {"", "blank"}:
            self._put("", "blank")

    def _leave(self, indent: int) -> bool:
        """Leave the items in which a line does not stand that is indented so far; tell whether that were all."""
        was_inside = bool(self._items)
        while self._items and indent <= self._items[-1]:
            self._items.pop()
        return was_inside and not self._items

    def _open(self, found: re.Match[str]) -> None:
        self._leave(len(found["indent"]))
        self._blank()
        self._fence = found
        language = _LANGUAGE.match(found["info"])
        if not self._items:
            self._put(found["mark"] + (language[0] if language else ""), "code", is_code=True)

    def _code(self, line: str, fence: re.Match[str]) -> None:
        """Put a line of code; inside a list by its indent, since not every reader knows fences there."""
        indent, mark, bare = len(fence["indent"]), fence["mark"], line.strip()
        closes = len(bare) >= len(mark) and not bare.strip(mark[0])
        if not closes:
            code = line[indent:] if not line[:indent].strip() else line.lstrip(" ")
            inside = " " * TAB * (len(self._items) + 1) if self._items else ""
            self._put(inside + code, "code", is_code=True)
            return
        if not self._items:
            self._put(mark, "code", is_code=True)
        self._fence = None
        self._was = "code"

    def _heading(self, line: str) -> None:
        self._items = []
        self._blank()
        self._put(self._lowered(line), "heading")
        self._blank()

    def _lowered(self, text: str) -> str:
        """Return a line whose heading, also one in a quote, stands lower; another ``#`` is only shown."""
        found = _HEADING.match(text)
        if found is None:
            return _HASH.sub(r"\g<before>\\#", text)
        return found["before"] + "#" * min(len(found["marks"]) + self._lower, LOWEST) + (found["rest"] or "")

    def _rule(self, line: str) -> None:
        """Put a rule, or make a heading of the line that it underlines."""
        one_line = len(self._lines) == 1 or (len(self._lines) > 1 and not self._lines[-2][0])
        if self._was == "text" and one_line and not self._items and UNDERLINE.match(line):
            (title, _), self._was = self._lines.pop(), "blank"
            self._heading(f"{'#' if '=' in line else '##'} {title}")
            return
        self._items = []
        self._blank()
        self._put(line.strip(), "rule")
        self._blank()

    def _item(self, found: re.Match[str]) -> None:
        indent = len(found["indent"])
        if not self._items:
            self._blank()
        while self._items and indent < self._items[-1] + 2:
            self._items.pop()
        self._put(" " * TAB * len(self._items) + f"{found['mark']} {self._lowered(found['text'])}", "item")
        self._items.append(indent)

    def _other(self, line: str, following: str) -> None:
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if self._leave(indent):
            self._blank()
        if self._items:
            self._put(" " * TAB * len(self._items) + self._lowered(bare), "text")
        elif indent >= TAB and self._was in {"blank", "indented"}:
            self._put(line, "indented", is_code=True)
        else:
            self._plain(bare, following)

    def _plain(self, line: str, following: str) -> None:
        kind = self._kind(line, following)
        if kind != self._was and {kind, self._was} & {"table", "quote", "footnote"}:
            self._blank()
        if not self._lines and _MEANING.match(line):
            line = line.replace(":", "&#58;", 1)  # else it would be the meaning of what stands above
        self._put(self._lowered(line), kind)

    def _kind(self, line: str, following: str) -> str:
        if QUOTE.match(line):
            return "quote"
        if _FOOTNOTE.match(line) or (self._was == "footnote" and "|" not in line):
            return "footnote"
        goes_on = self._was == "table" and "|" in line
        return "table" if goes_on or ("|" in line and "|" in following and _DELIMITERS.match(following)) else "text"


def _without_tags(text: str) -> str:
    """Let nothing in a text be a tag, but show it as it was typed; code and formulas stay what they are."""
    return _by_passage(text, lambda part: _TAG.sub(r"\g<escaped>&lt;", part), _formula_without_tags)


def _formula_without_tags(kept: re.Match[str]) -> str:
    return _TAG_IN_FORMULA.sub("< ", kept[0]) if kept["formula"] else kept[0]


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change a tidied text, but for its code, its formulas and its web addresses."""
    parts: list[str] = []
    for is_code, lines in groupby(_told_apart(text.split("\n")), lambda line: line[1]):
        joined = "\n".join(line for line, _ in lines)
        parts.append(joined if is_code else _by_passage(joined, change, lambda kept: kept[0]))
    return "\n".join(parts)


def _told_apart(lines: Iterable[str]) -> Iterable[tuple[str, bool]]:
    mark = ""
    for line in lines:
        opens, bare = FENCE.match(line), line.strip()
        yield line, bool(mark or opens)
        if mark:
            mark = "" if len(bare) >= len(mark) and not bare.strip(mark[0]) else mark
        elif opens:
            mark = opens["mark"]


def _by_passage(text: str, change: Callable[[str], str], keep: Callable[[re.Match[str]], str]) -> str:
    """Change what stands around code, addresses and formulas; none of these goes on after an empty line."""
    return "".join("".join(_around(passage, change, keep)) for passage in re.split(r"(\n[ ]*\n)", text))


def _around(passage: str, change: Callable[[str], str], keep: Callable[[re.Match[str]], str]) -> Iterable[str]:
    place = 0
    for found in _LEFT_ALONE.finditer(passage):
        yield change(passage[place : found.start()])
        yield keep(found)
        place = found.end()
    yield change(passage[place:])
