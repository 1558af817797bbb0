"""The pages of the public site: the same for a server that answers requests and for a folder of files.

Links are relative, so that a built site can be put anywhere. A page's path is relative to its library's home, which
has the path ``""``; every path ends in a slash, because each page is a folder.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files

import nh3

from bot.models.publications import PublicLibrary, PublicPage
from bot.text import catalogue
from bot.web import describing
from bot.web.arranging import Arrangement, Topic
from bot.web.companion import Unit
from bot.web.framing import Frame, Key, Maker
from bot.web.manifest import digest_of
from bot.web.markdown import to_html
from bot.web.note_pages import NEWEST_ON_HOME as NEWEST_NOTES
from bot.web.note_pages import Bodies, NotePages
from bot.web.templating import Rendered, render_template, shorten

NEWEST_ON_HOME = 8
LIST_LIMIT = 60
"""Questions on one page of the list of all."""
TITLE_LIMIT = 90
EXCERPT_LIMIT = 220
LONG_QUESTION = 140
"""Characters past which a question is set in smaller type, so that a phone shows it whole."""

ASSETS = {"style.css": "text/css", "emblem.svg": "image/svg+xml"}
_say = catalogue().say


@dataclass(frozen=True, slots=True)
class LibraryLink:
    """A library in the list of all. `address` is relative to the list."""

    name: str
    address: str
    count: int


class Pages:
    """The pages of one library. `base_url` is the public address of its home with a slash at its end, or empty.

    `makers` has every page there is, by its path: what makes it, given that path; `files`, by their names, the files
    of notes that it gives out. `bodies` are the texts of notes that are made already, and from then on of these only.
    """

    def __init__(self, library: PublicLibrary, base_url: str = "", bodies: Bodies | None = None) -> None:
        self.library = library
        self._frame = Frame(library, base_url)
        self._arranged = Arrangement(library)
        self.bodies = bodies or Bodies()
        self.notes = NotePages(self._frame, self._arranged, self.bodies, self._line)
        self.bodies.keep_only({self.notes.body_key(page) for page in library.notes})
        self.files = {file.media_name: file for file in library.media.values()}
        self._sheets = -(-len(library.pages) // LIST_LIMIT) or 1
        self.makers = self._all_makers()

    def render(self, path: str) -> Rendered | None:
        """Return a page; None where there is no such page."""
        make = self.makers.get(path)
        return None if make is None else make(path)

    def key(self, path: str) -> str:
        """Return what changes whenever the page would: short, and told without making the page."""
        key = repr((self._frame.key, path, self.makers[path].key()))
        return digest_of(key)

    def _all_makers(self) -> dict[str, Maker]:
        makers = {"": Maker(self._home, self._home_key)}
        for sheet in range(1, self._sheets + 1):
            path = f"questions/page/{sheet}/" if sheet > 1 else "questions/"
            makers[path] = Maker(partial(self._list, sheet), partial(self._list_key, sheet))
        for page in self.library.pages:
            path = f"questions/{page.question.number}/"
            makers[path] = Maker(partial(self._question, page), partial(self._question_key, page))
        makers["topics/"] = Maker(self._topics, self._topics_key)
        for topic in self._arranged.topics:
            makers[f"topics/{topic.slug}/"] = Maker(partial(self._topic, topic), partial(self._topic_key, topic))
        return makers | self.notes.makers

    def missing(self, root: str) -> Rendered:
        """Return the page for an address that leads nowhere. `root` leads to the library's home from there."""
        return self._frame.page("missing.html", "", _say("web.missing.title"), root=root, canonical="")

    def _home_key(self) -> Key:
        arranged, companion = self._arranged, self.notes.companion
        newest = [*arranged.settled[:NEWEST_ON_HOME], *arranged.unresolved[:NEWEST_ON_HOME]]
        lines = [arranged.line_key(page) for page in newest]
        notes = [self.notes.line_key(page) for page in companion.newest[:NEWEST_NOTES]]
        return lines, notes, self._topics_key(), len(arranged.by_number)

    def _home(self, path: str) -> Rendered:
        arranged = self._arranged
        return self._frame.page(
            "home.html",
            path,
            "",
            settled=[self._line(page) for page in arranged.settled[:NEWEST_ON_HOME]],
            unresolved=[self._line(page) for page in arranged.unresolved[:NEWEST_ON_HOME]],
            topics=arranged.topics,
            count=len(arranged.by_number),
            notes=[self.notes.line(page) for page in self.notes.companion.newest[:NEWEST_NOTES]],
        )

    def _on_sheet(self, sheet: int) -> list[PublicPage]:
        return self._arranged.newest[(sheet - 1) * LIST_LIMIT : sheet * LIST_LIMIT]

    def _list_key(self, sheet: int) -> Key:
        return self._sheets, [self._arranged.line_key(page) for page in self._on_sheet(sheet)]

    def _list(self, sheet: int, path: str) -> Rendered:
        return self._frame.page(
            "questions.html",
            path,
            _say("web.questions.title"),
            lines=[self._line(page) for page in self._on_sheet(sheet)],
            sheet=sheet,
            sheets=self._sheets,
        )

    def _topics_key(self) -> Key:
        return [(topic.slug, topic.name, len(topic.pages)) for topic in self._arranged.topics]

    def _topics(self, path: str) -> Rendered:
        return self._frame.page("topics.html", path, _say("web.topics.title"), topics=self._arranged.topics)

    def _topic_key(self, topic: Topic) -> Key:
        unit = self._unit_called(topic.name)
        lines = [self._arranged.line_key(page) for page in topic.pages]
        return topic.name, lines, unit and (unit.slug, len(unit.notes))

    def _topic(self, topic: Topic, path: str) -> Rendered:
        lines = [self._line(page) for page in topic.pages]
        return self._frame.page("topic.html", path, topic.name, lines=lines, unit=self._unit_called(topic.name))

    def _unit_called(self, name: str) -> Unit | None:
        return self.notes.companion.unit_called(name)

    def _question_key(self, page: PublicPage) -> Key:
        places = self.notes.companion.came_up_in.get(page.question.number, [])
        came_up = [(place.note.number, place.note.title, place.block_id) for place in places]
        return self._arranged.line_key(page), self._arranged.around(page), came_up

    def _question(self, page: PublicPage, path: str) -> Rendered:
        arranged, question = self._arranged, page.question
        trail, trail_is_cut = arranged.trail(page)
        return self._frame.page(
            "question.html",
            path,
            shorten(question.text, TITLE_LIMIT),
            question=question,
            long=len(question.text) > LONG_QUESTION,
            topic=arranged.topic_of.get(question.number),
            parent=arranged.parent_of(page),
            follow_ups=arranged.follow_ups(page, None),
            after_answer={one.ordinal: arranged.follow_ups(page, one.ordinal) for one in question.answers},
            came_up_in=self.notes.companion.came_up_in.get(question.number, []),
            trail=trail,
            trail_is_cut=trail_is_cut,
            described=describing.as_json_ld(page, self._frame.address(path)),
        )

    def _line(self, page: PublicPage) -> dict[str, object]:
        """Return what a list shows of a question."""
        question = page.question
        return {
            "question": question,
            "excerpt": excerpt(question.now_think or question.tried),
            "topic": self._arranged.topic_of.get(question.number),
        }


def libraries_page(libraries: Sequence[LibraryLink], *, indexable: bool) -> Rendered:
    """Return the list of all libraries, which stands above their homes."""
    title = _say("web.libraries.title")
    return render_template(
        "libraries.html", library=None, libraries=libraries, title=title, root="./", indexable=indexable, canonical=""
    )


def missing_page(root: str) -> Rendered:
    """Return the page for an address that leads nowhere, outside every library. `root` leads to the list of them."""
    title = _say("web.missing.title")
    return render_template("missing.html", library=None, title=title, root=root, indexable=False, canonical="")


def robots(closed: Sequence[str]) -> str:
    """Return the robots.txt: crawlers are asked to stay out of these paths."""
    lines = [f"Disallow: {path}" for path in closed] or ["Disallow:"]
    return "\n".join(["User-agent: *", *lines, ""])


def asset(name: str) -> bytes:
    """Return a file that stands beside the pages. Raises KeyError for what is not in ASSETS."""
    _ = ASSETS[name]
    return files("bot.web").joinpath("static", name).read_bytes()


def excerpt(text: str) -> str:
    """Return the beginning of a Markdown text as plain words."""
    return shorten(html.unescape(nh3.clean(to_html(text), tags=set())), EXCERPT_LIMIT)
