"""What stands within a line: code, formulas, links, stress. The parser's own ways, with a quicker one through them.

Python-Markdown holds every text against every pattern. Most texts of a note hold no sign that any of them begins with;
so each pattern is tried only where its sign is.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import markdown
from markdown import inlinepatterns
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import InlineProcessor as InlineTree
from markdown.util import AtomicString

from bot.web.marking.easy import SIGNS, easy
from bot.web.marking.formulas import FORMULA_LIMIT
from bot.web.marking.lines import CLOSE, OPEN

ADDRESS_LIMIT = 1_000
"""Characters of a web address that is made into a link."""

BARE_ADDRESS = rf"(?<![\w/])(https?://[^\s<>\"')\]]{{1,{ADDRESS_LIMIT}}}(?<![\].,;:!?]))"
_FORMULA = rf"(?<![\\$\w])(\$\$?)(?![\s$])([^$\n]{{1,{FORMULA_LIMIT}}})(?<![\s\\])\1(?![\d$])"  # as in `easy.py`
_MAIL = r"<(?:mailto:)?([\w.+-]{1,80}@[\w-]{1,80}(?:\.[\w-]{1,80}){1,6})>"
_CODE = r"(?<![`\\])`+"
_ENTITY = r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});"
_NO_TEXT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{OPEN}-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")

Matched = tuple[Element | str | None, int | None, int | None]


def use(parser: markdown.Markdown, footnotes: Footnotes) -> None:
    """Set up how the parser reads what stands within a line."""
    patterns = parser.inlinePatterns
    for name in ("html", "entity", "automail", "linebreak", "backtick"):
        patterns.deregister(name)
    patterns.register(_Slot(f"{OPEN}(\\d+){CLOSE}", parser), "slot", 200)
    patterns.register(_Code(_CODE, parser), "backtick", 190)
    patterns.register(_Formula(_FORMULA, parser), "formula", 185)
    patterns.register(_Footnote(r"\[\^([^\]]*)\]", footnotes), "footnote", 175)
    patterns.register(_Mail(_MAIL, parser), "automail", 110)
    patterns.register(_Entity(_ENTITY, parser), "entity", 80)
    patterns.register(BareAddress(BARE_ADDRESS, parser), "bare_address", 70)
    patterns.register(Struck(r"~~([^\s~](?:[^~]*[^\s~])?)~~", parser), "struck", 65)
    patterns.register(inlinepatterns.SubstituteTagInlineProcessor(r"\n", "br"), "nl", 5)
    parser.treeprocessors.register(_Quick(parser), "inline", 20)
    parser.ESCAPED_CHARS.extend("$~:<&|?")


class _Slot(InlineProcessor):  # type: ignore[misc]
    """Leaves the place of what was cut out."""

    def handleMatch(self, m: re.Match[str], data: str) -> Matched:  # noqa: N802
        return slot(m[1], "i"), m.start(0), m.end(0)


def slot(number: str, tag: str) -> Element:
    """Return an element that stands in the place of what was cut out."""
    return Element(tag, {"data-slot": number})


class _Code(InlineProcessor):  # type: ignore[misc]
    """Reads code between backticks. The parser's own looks at each sign, and escapes what is escaped again later."""

    def handleMatch(self, m: re.Match[str], data: str) -> Matched:  # noqa: N802
        end = _ticks(len(m[0])).search(data, m.end())
        if end is None:
            return None, None, None
        return _atom("code", data[m.end() : end.start()].strip()), m.start(), end.end()


@cache
def _ticks(count: int) -> re.Pattern[str]:
    return re.compile(f"(?<!`)`{{{min(count, 10_000)}}}(?!`)")


def _atom(tag: str, text: str, **attributes: str) -> Element:
    one = Element(tag, attributes)
    one.text = AtomicString(text)
    return one


class _Formula(InlineProcessor):  # type: ignore[misc]
    """Keeps a formula as it is until the page is sanitised; `parser.py` puts MathML in its place."""

    def handleMatch(self, m: re.Match[str], data: str) -> Matched:  # noqa: N802
        return _atom("i", m[2], **{"data-formula": m[1]}), m.start(0), m.end(0)


class _Mail(InlineProcessor):  # type: ignore[misc]
    """Makes a link of a mail address between angle brackets."""

    def handleMatch(self, m: re.Match[str], data: str) -> Matched:  # noqa: N802
        return _atom("a", m[1], href=f"mailto:{m[1]}"), m.start(0), m.end(0)


class _Entity(InlineProcessor):  # type: ignore[misc]
    """Reads ``&copy;`` as the sign it stands for."""

    def handleMatch(self, m: re.Match[str], data: str) -> Matched:  # noqa: N802
        return _NO_TEXT.sub("", html.unescape(m[0])) or "\ufffd", m.start(0), m.end(0)


class BareAddress(InlineProcessor):  # type: ignore[misc]
    """Makes a link of a web address that was pasted as it is, as chat does."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> Matched:  # noqa: N802
        """Return the link and where its text stood."""
        return _atom("a", m[1], href=m[1]), m.start(0), m.end(0)


class Struck(InlineProcessor):  # type: ignore[misc]
    """Strikes text through, as chat does."""

    def handleMatch(self, m: re.Match[str], data: str) -> Matched:  # noqa: N802
        """Return the struck text and where it stood."""
        struck = Element("del")
        struck.text = m[1]
        return struck, m.start(0), m.end(0)


class Footnotes:
    """The footnotes of one text: what each says, and which of them were referred to. `prefix` begins their ids."""

    def __init__(self, parser: markdown.Markdown) -> None:
        self.parser = parser.parser  # for FootnoteBlockProcessor, which finds them
        self.begin("")

    def begin(self, prefix: str) -> None:
        """Forget those of the text before."""
        self.prefix = prefix
        self.texts: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self.referred: set[int] = set()

    def setFootnote(self, label: str, text: str) -> None:  # noqa: N802 - the parser calls it so
        """Keep what a footnote says; the first of a name counts."""
        self.texts.setdefault(label, text)
        self.numbers.setdefault(label, len(self.numbers) + 1)

    def reference(self, label: str) -> Element | None:
        """Return the number in a text that leads to a footnote; None where there is no such footnote."""
        number = self.numbers.get(label)
        if number is None:
            return None
        raised = Element("sup")
        link = SubElement(raised, "a", href=f"#{self.prefix}fn-{number}")
        link.text = AtomicString(str(number))
        if number not in self.referred:
            self.referred.add(number)
            raised.set("id", f"{self.prefix}ref-{number}")
        return raised


class _Footnote(InlineProcessor):  # type: ignore[misc]
    """Reads the sign that leads to a footnote."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, pattern: str, footnotes: Footnotes) -> None:
        super().__init__(pattern)
        self._footnotes = footnotes

    def handleMatch(self, m: re.Match[str], data: str) -> Matched:  # noqa: N802
        made = self._footnotes.reference(m[1])
        return (None, None, None) if made is None else (made, m.start(0), m.end(0))


_SIGNS = {
    "slot": OPEN,
    "backtick": "`",
    "formula": "$",
    "escape": "\\",
    "footnote": "[^",
    "reference": "[",
    "link": "](",
    "image_link": "![",
    "image_reference": "![",
    "short_reference": "[",
    "short_image_ref": "![",
    "autolink": "<",
    "automail": "<",
    "entity": "&",
    "bare_address": "://",
    "struck": "~~",
    "em_strong": "",  # begins with one of two: tried where `SIGNS` finds either
    "nl": "\n",
}
"""What must stand in a text for a pattern to be found in it."""
_NEED_REFERENCES = {"reference", "image_reference", "short_reference", "short_image_ref"}


class Made(AtomicString):  # type: ignore[misc]
    """A text that is HTML already."""


class _Quick(InlineTree):  # type: ignore[misc]
    """Tries a pattern only where its sign is in the text, and reads easy texts without the parser."""

    def __init__(self, parser: markdown.Markdown) -> None:
        super().__init__(parser)
        self._all: tuple[tuple[Any, str], ...] = ()
        self._few: tuple[tuple[Any, str], ...] = ()

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        """Read what stands within the lines of a tree."""
        if not self._all:
            self._rank()
        self._tried = self._all if self.md.references else self._few
        found = list(tree.iter())
        if any(one.tail and one.tail.strip() for one in found):
            super().run(tree, ancestors)  # seldom: text between lists, which is read with what stands around it
            return tree
        for one in found:
            text = one.text
            if text and not isinstance(text, AtomicString):
                made = easy(text)
                if made is None:
                    self._read(one)
                else:
                    one.text = Made(made)
        return tree

    def _read(self, one: Element) -> None:
        """Read the text of one element; the lists and paragraphs in it stand behind its text."""
        inside, alone = list(one), Element("div")
        one[:] = []
        alone.append(one)
        super().run(alone)
        one.extend(inside)

    def _rank(self) -> None:
        ranked = sorted(self.inlinePatterns._priority, key=lambda one: -one.priority)  # noqa: SLF001
        named = [(one.name, self.inlinePatterns[one.name]) for one in ranked]
        self._all = tuple((pattern, _SIGNS[name]) for name, pattern in named)
        never = (None, "\x00")  # keeps the numbers of the others as they are
        self._few = tuple(never if name in _NEED_REFERENCES else (pattern, _SIGNS[name]) for name, pattern in named)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803
        """Stand in for the parent's own, which is private: tests/web/test_marking.py sees when it changes."""
        if isinstance(data, AtomicString) or not SIGNS.search(data):
            return data
        at, start, tried = patternIndex, 0, self._tried
        while at < len(tried):
            pattern, sign = tried[at]
            matched = False
            if sign in data:
                data, matched, start = self._InlineProcessor__applyPattern(pattern, data, at, start)
            if not matched:
                at, start = at + 1, 0
        return data
