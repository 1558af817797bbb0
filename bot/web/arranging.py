"""One library's public pages, arranged: by number, by topic, along their trails."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.models.publications import PublicLibrary, PublicPage
from bot.models.questions import QuestionState
from bot.services.servers import slug_of

TRAIL_LIMIT = 200
"""Questions of a trail on one page; of a larger one only the way up and what follows from here is drawn."""
NESTING_LIMIT = 6
"""Levels of a trail that are indented; a phone shows no more. What is deeper stands at the last level."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the site shows it. `key` is what its spellings share; `pages` are newest first."""

    key: str
    name: str
    slug: str
    pages: tuple[PublicPage, ...]


@dataclass(frozen=True, slots=True)
class TrailStep:
    """A line of a drawn trail: whether a list begins with it, how many items end after it (0: the next is inside)."""

    page: PublicPage
    here: bool
    opens: bool
    closes: int


class Arrangement:
    """A library's pages as the site walks them. Made once for each version of the library."""

    def __init__(self, library: PublicLibrary) -> None:
        self.library = library
        self.by_number = {page.question.number: page for page in library.pages}
        self.newest = sorted(library.pages, key=lambda page: (page.published_at, page.question.number), reverse=True)
        self.topics = _topics(self.newest)
        self.by_topic = {topic.key: topic for topic in self.topics}
        self.topic_of = {page.question.number: topic for topic in self.topics for page in topic.pages}
        self._followed_by: dict[int, list[PublicPage]] = defaultdict(list)
        for page in library.pages:
            parent = self.parent_of(page)
            if parent is not None:
                self._followed_by[parent.question.number].append(page)

    @property
    def settled(self) -> list[PublicPage]:
        """What was found out, newest first."""
        return [page for page in self.newest if page.question.state == QuestionState.SETTLED]

    @property
    def unresolved(self) -> list[PublicPage]:
        """What was searched and is still open, newest first."""
        return [page for page in self.newest if page.question.state == QuestionState.UNRESOLVED]

    def parent_of(self, page: PublicPage) -> PublicPage | None:
        """Return the question that this one follows from, where that is public too."""
        number = page.question.parent_number
        return None if number is None or number == page.question.number else self.by_number.get(number)

    def line_key(self, page: PublicPage) -> tuple[str, str, str]:
        """Return what changes whenever a line about a question in a list does."""
        topic = self.topic_of.get(page.question.number)
        return page.digest, topic.slug if topic else "", topic.name if topic else ""

    def around(self, page: PublicPage) -> list[tuple[int, str]]:
        """Return every question whose words a question's page shows, in the order of their numbers."""
        trail, _ = self.trail(page)
        near = [*(step.page for step in trail), *self._followed_by[page.question.number]]
        parent = self.parent_of(page)
        return sorted({(one.question.number, one.digest) for one in ([*near, parent] if parent else near)})

    def follow_ups(self, page: PublicPage, answer: int | None) -> list[PublicPage]:
        """Return what follows from one answer of a question; None: from the question itself.

        What follows from an answer that is not public follows from the question.
        """
        shown = {one.ordinal for one in page.question.answers}
        return [
            follow_up
            for follow_up in self._followed_by[page.question.number]
            if (follow_up.question.parent_answer_ordinal if follow_up.question.parent_answer_ordinal in shown else None)
            == answer
        ]

    def trail(self, page: PublicPage) -> tuple[list[TrailStep], bool]:
        """Return the tree of public questions around a page, in reading order, and whether it had to be cut.

        Empty where the page stands alone.
        """
        above = list(self._way_up(page))[::-1]
        whole = list(self._below(above[0], 0))
        cut = len(whole) > TRAIL_LIMIT
        if cut:
            way = [(depth, one) for depth, one in enumerate(above[:-1])]
            whole = (way + list(self._below(page, len(way))))[:TRAIL_LIMIT]
        return (_steps(whole, page) if len(whole) > 1 else []), cut

    def _way_up(self, page: PublicPage) -> Iterator[PublicPage]:
        seen: set[int] = set()
        one: PublicPage | None = page
        while one is not None and one.question.number not in seen:
            seen.add(one.question.number)
            yield one
            one = self.parent_of(one)

    def _below(self, root: PublicPage, depth: int) -> Iterator[tuple[int, PublicPage]]:
        # Not recursive: a trail may be deeper than Python's stack.
        seen: set[int] = set()
        waiting = [(depth, root)]
        while waiting:
            depth, page = waiting.pop()
            if page.question.number in seen:
                continue
            seen.add(page.question.number)
            yield depth, page
            waiting += [(depth + 1, one) for one in reversed(self._followed_by[page.question.number])]


def _steps(nodes: list[tuple[int, PublicPage]], here: PublicPage) -> list[TrailStep]:
    depths = [min(depth, NESTING_LIMIT) for depth, _ in nodes]
    following = [*depths[1:], 0]
    before = [-1, *depths[:-1]]
    return [
        TrailStep(page, page is here, depth > earlier, max(0, depth - later + 1))
        for (_, page), depth, earlier, later in zip(nodes, depths, before, following, strict=True)
    ]


def _topics(pages: list[PublicPage]) -> tuple[Topic, ...]:
    gathered: dict[str, list[PublicPage]] = defaultdict(list)
    for page in pages:
        if key := " ".join(page.question.topic.casefold().split()):
            gathered[key].append(page)
    topics = (Topic(key, found[0].question.topic, topic_slug(key), tuple(found)) for key, found in gathered.items())
    return tuple(sorted(topics, key=lambda topic: topic.name.casefold()))


def topic_slug(key: str) -> str:
    """Return a topic's folder. The same topic always has the same; what ASCII cannot say is told apart by a digest."""
    slug = slug_of(key)
    if re.sub(r"-", " ", slug) == key:
        return slug
    digest = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
    return f"{slug}-{digest[:8]}"
