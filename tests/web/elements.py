"""What stands on a page, read from its HTML without a browser: headings, tables, code, links, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
APART = frozenset("br dd div dt figure h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul".split())
"""Elements that part words, though there may be no space."""


@dataclass
class Element:
    """An element: its tag, its attributes, what is in it in order."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)

    @property
    def words(self) -> str:
        """All text in it, with one space between words."""
        return " ".join("".join(self._spaced()).split())

    def _spaced(self) -> Iterator[str]:
        for one in self.inside:
            if isinstance(one, str):
                yield one
            elif one.tag == "img":
                yield one.attributes.get("alt", "")
            else:
                gap = " " if one.tag in APART else ""
                yield from (gap, *one._spaced(), gap)

    def all(self, *names: str) -> list[Element]:
        """Return the elements in it that have one of these tags or classes, in order."""
        found: list[Element] = []
        for one in self.inside:
            if isinstance(one, Element):
                found += [one] if names_of(one) & {*names} else []
                found += one.all(*names)
        return found

    def without(self, *names: str) -> Element:
        """Return a copy without the elements that have one of these tags or classes."""
        kept = (one if isinstance(one, str) or names_of(one) & {*names} else one.without(*names) for one in self.inside)
        left = [one for one in kept if isinstance(one, str) or not names_of(one) & {*names}]
        return Element(self.tag, self.attributes, left)


def names_of(one: Element) -> set[str]:
    """Return the tag and the classes of an element."""
    return {one.tag, *one.attributes.get("class", "").split()}


def read(html: str) -> Element:
    """Read a page, or a piece of one."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(one)
        if tag not in VOID:
            self._open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert tag == self._open[-1].tag, f"</{tag}> where </{self._open[-1].tag}> is due"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def headings(page: Element) -> list[str]:
    """Return the words of the headings."""
    return [one.words for one in page.all("h1", "h2", "h3", "h4", "h5", "h6")]


def tables(page: Element) -> list[list[list[str]]]:
    """Return the tables: rows of cells."""
    return [[[cell.words for cell in row.all("th", "td")] for row in one.all("tr")] for one in page.all("table")]


def codes(page: Element) -> list[str]:
    """Return the text of each block of code."""
    return [one.text.strip("\n") for one in page.all("pre")]


def links(page: Element) -> list[tuple[str, str]]:
    """Return where the links that leave the page lead, and their words."""
    found = [(one.attributes.get("href", ""), one.words) for one in page.all("a")]
    return [(address, words) for address, words in found if re.match("https?:|mailto:", address)]
