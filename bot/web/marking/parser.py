"""A whole note's Markdown as safe HTML, in one go, so that its footnotes and references find each other."""

from __future__ import annotations

import html
import re
import threading
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

import markdown
import nh3
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.footnotes import FootnoteBlockProcessor
from markdown.util import ETX, STX, AtomicString

from bot.web.markdown import host_of, outward, without_dead_links
from bot.web.marking import inline
from bot.web.marking.colours import code
from bot.web.marking.easily import WIDE_TABLE, Easily, words_in
from bot.web.marking.easy import passage
from bot.web.marking.formulas import formula
from bot.web.marking.lines import SLOT, TAB, Cut, Cuts, plain_paragraphs, prepared

HIGHEST_HEADING, LOWEST_HEADING = 2, 5
"""Of a note: h1 is its title, and a page that gathers notes puts each a level lower."""
SLUG_LIMIT = 60
MEDIA = "media/"
"""How a note's Markdown names a file of ours: ``media/DIGEST.png``."""
TAGS = set(
    "p br em strong del sup ul ol li dl dt dd blockquote code pre a hr h2 h3 h4 h5 table thead tbody tr th td img"
    " section div i span".split()
)
ATTRIBUTES = {
    "a": {"href", "aria-label"},
    "img": {"src", "alt", "loading"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "div": {"data-slot", "tabindex", "role", "aria-label"},
    "i": {"data-slot", "data-formula"},
    "sup": {"id"},
    "li": {"id"},
    "dt": {"id"},
    "section": {"aria-label"},
    "th": {"scope"},
} | {f"h{level}": {"id"} for level in range(HIGHEST_HEADING, LOWEST_HEADING + 1)}
CLASSES = {"section": {"footnotes"}, "div": {"wide"}, "th": {"right", "centre"}, "td": {"right", "centre"}}
SCHEMES = ("http", "https", "mailto")
LINK_REL = "nofollow ugc noopener noreferrer"

Words = Callable[[str], str]
"""Returns a word of ours for people: ``footnotes``, ``back``, ``table``."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading or a term of a note: its place on the page, its level there (0: a term), its words."""

    id: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A note's Markdown as HTML. What a list of contents or of terms names of it is read from that."""

    html: str

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Its headings, in order."""
        return tuple(Heading(one[2], int(one[1]), words_in(one[3])) for one in _HEADED.finditer(self.html))

    @property
    def terms(self) -> tuple[Heading, ...]:
        """Its terms, in order."""
        return tuple(Heading(one[1], 0, words_in(one[2])) for one in _TERMED.finditer(self.html))


@dataclass(frozen=True, slots=True)
class Inserted:
    """HTML of ours that stands between passages of Markdown: a hole, a picture, who wrote a section."""

    html: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a text may name: `prefix` begins every id in it, `media` has the pictures that it may show, by their names.

    `words` are ours, for readers.
    """

    prefix: str
    media: dict[str, str]
    words: Words


def marked(parts: Sequence[str | Inserted], around: Surroundings) -> Marked:
    """Return passages of Markdown, and what stands between them, as one piece of safe HTML. Never raises for any text.

    What is inserted stands where it was put, whatever the Markdown around it says.
    """
    with _LOCK:
        try:
            return _Reading(around).read(parts)
        except RecursionError:
            _set_up.cache_clear()  # it may have stopped in the middle of something
            return _plain(parts)


_LOCK = threading.Lock()
"""There is one parser, and it reads one text at a time."""


def _plain(parts: Sequence[str | Inserted]) -> Marked:
    return Marked("\n".join(one.html if isinstance(one, Inserted) else _paragraphs(one) for one in parts))


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{_text(one)}</p>" for one in plain_paragraphs(text)).replace("\n ", "\n\u00a0")


def _text(text: str) -> str:
    return html.escape(text, quote=False)


class _Reading:
    """Reads one text."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._parser, self._footnotes = _set_up()
        self._cuts = Cuts()
        self._ids: dict[str, int] = {}
        self._filled_in: set[int] = set()

    def read(self, parts: Sequence[str | Inserted]) -> Marked:
        """Return it as HTML."""
        safe = _wall().clean(self._easily(parts) or self._parsed(parts), self._around)
        made = _FORMULA.sub(_formula, _PLACE.sub(self._fill, safe))
        inserted = (number for number, cut in enumerate(self._cuts.found) if cut.kind == "inserted" and cut.text)
        if not self._filled_in.issuperset(inserted):
            return _one_by_one(parts, self._around)
        return Marked(made)

    def _easily(self, parts: Sequence[str | Inserted]) -> str | None:
        """Return the text as it is made without the parser; None where that cannot be."""
        reading = Easily(self._cuts, self._name, self._around.words)
        for part in parts:
            if isinstance(part, Inserted):
                reading.put(f'<div data-slot="{self._cuts.number(Cut("inserted", part.html))}"></div>')
            elif not reading.add(part):
                return None
        return reading.written(HIGHEST_HEADING, LOWEST_HEADING)

    def _parsed(self, parts: Sequence[str | Inserted]) -> str:
        self._cuts.found, self._ids = [], {}  # of what was tried before
        self._parser.reset()
        self._parser.cuts = self._cuts
        self._footnotes.begin(self._around.prefix)
        root: Element = self._parser.parser.parseDocument([self._source(parts)]).getroot()
        self._add_footnotes(root)
        self._parser.treeprocessors["inline"].run(root)
        self._tame(root)
        return _written(root)

    def _source(self, parts: Sequence[str | Inserted]) -> str:
        texts: list[str] = []
        ready: list[str] = []
        for part in parts:
            made = part.html if isinstance(part, Inserted) else passage(part)
            if made is not None:
                ready.append(made)
                continue
            assert isinstance(part, str)  # noqa: S101 - what is inserted is HTML already
            text = prepared(part, self._cuts)
            if ready or _MAY_GO_ON.match(text):
                texts.append(self._cuts.slot(Cut("inserted", "\n".join(ready))))
                ready = []
            texts.append(text)
        return "\n\n".join([*texts, self._cuts.slot(Cut("inserted", "\n".join(ready)))])

    def _fill(self, found: re.Match[str]) -> str:
        """Return what was cut out, in its place."""
        number = int(found[1])
        self._filled_in.add(number)
        cut = self._cuts.found[number]
        if cut.kind == "inserted":
            return cut.text
        if cut.kind == "formula":
            return formula(cut.text, block=True)
        if cut.kind == "plain":
            return _paragraphs(cut.text)
        return code(cut.text, cut.language)

    def _add_footnotes(self, root: Element) -> None:
        """Put what the footnotes say behind the text."""
        notes = self._footnotes
        if not notes.texts:
            return
        name = {"class": "footnotes", "aria-label": self._around.words("footnotes")}
        listed = SubElement(SubElement(root, "section", name), "ol")
        labels = list(notes.texts)
        for label in labels:
            item = SubElement(listed, "li", id=f"{notes.prefix}fn-{notes.numbers[label]}")
            self._parser.parser.parseChunk(item, notes.texts[label])
            labels += list(notes.texts)[len(labels) :]  # one footnote may define another
            last = item[-1] if len(item) and item[-1].tag == "p" else SubElement(item, "p")
            last.append(_back(f"#{notes.prefix}ref-{notes.numbers[label]}", self._around.words("back")))

    # Taming: headings and terms get their places; no picture and no link leads where it should not.

    def _tame(self, root: Element) -> None:
        found = list(root.iter())
        ranks = sorted({one.tag for one in found if one.tag in _HEADINGS})
        above = HIGHEST_HEADING - 1
        for one in found:
            if one.tag in _HEADINGS:
                above = min(HIGHEST_HEADING + ranks.index(one.tag), above + 1, LOWEST_HEADING)
                self._head(one, above)
            elif tame := self._TAME.get(one.tag):
                tame(self, one)
        for link in root.iter("a"):
            _lead(link, self._around.prefix, self._ids, self._footnotes.referred)

    def _head(self, one: Element, level: int) -> None:
        text = _words_of(one)
        if not text:
            one.tag = "p"
            return
        one.tag = f"h{level}"
        one.set("id", self._name("h", text))

    def _term(self, one: Element) -> None:
        one.set("id", self._name("t", _words_of(one)))

    def _name(self, kind: str, text: str) -> str:
        """Return an id that nothing else has: made of the words, so that links to it go on leading there."""
        name = f"{self._around.prefix}{kind}-{_slug(text)}"
        self._ids[name] = count = self._ids.get(name, 0) + 1
        return name if count == 1 else f"{name}--{count}"  # no slug has two dashes side by side

    def _link(self, one: Element) -> None:
        for inner in list(one.iter()):
            if inner.tag == "a" and inner is not one:
                inner.tag, inner.attrib = "span", {}
            elif inner.tag == "img" and not self._shows(inner):
                _say_instead(inner)

    def _picture(self, one: Element) -> None:
        if self._shows(one):
            name = one.get("src", "").removeprefix(MEDIA)
            one.attrib = {"src": self._around.media[name], "alt": one.get("alt", ""), "loading": "lazy"}
        else:
            address = one.get("src", "")
            _say_instead(one)
            one.tag, one.attrib = "a", {"href": address}

    def _shows(self, picture: Element) -> bool:
        name = picture.get("src", "")
        return name.startswith(MEDIA) and name.removeprefix(MEDIA) in self._around.media

    def _table(self, one: Element) -> None:
        widest = 0
        for row in one.iter("tr"):
            widest = max(widest, sum(len(_words_of(cell)) for cell in row))
            for cell in row:
                _tame_cell(cell)
        table, tail = Element("table"), one.tail
        table[:] = list(one)
        one.clear()
        one.tag, one.tail, one.attrib = "div", tail, {"class": "wide"}
        if widest > WIDE_TABLE:
            one.attrib |= {"tabindex": "0", "role": "group", "aria-label": self._around.words("table")}
        one.append(table)

    def _indented_code(self, one: Element) -> None:
        text = html.unescape("".join(one.itertext()))
        slot, tail = self._cuts.slot(Cut("code", text)), one.tail
        one.clear()
        one.tag, one.tail, one.attrib = "div", tail, {"data-slot": SLOT.sub(r"\1", slot)}

    _TAME: ClassVar[dict[str, Callable[[_Reading, Element], None]]] = {
        "dt": _term,
        "a": _link,
        "img": _picture,
        "table": _table,
        "pre": _indented_code,
    }


def _one_by_one(parts: Sequence[str | Inserted], around: Surroundings) -> Marked:
    """Read every passage by itself, where one of them has swallowed what was to stand after it."""
    made = (
        one if isinstance(one, Inserted) else _Reading(replace(around, prefix=f"{around.prefix}{place}-")).read([one])
        for place, one in enumerate(parts)
    )
    return Marked("\n".join(one.html for one in made))


def _back(address: str, words: str) -> Element:
    link = Element("a", {"href": address, "aria-label": words})
    link.text = AtomicString("\u00a0↩")
    return link


def _words_of(one: Element) -> str:
    """Return the words of a heading or a term, without the numbers of footnotes."""
    text = one.text or ""
    parts = [words_in(text) if isinstance(text, inline.Made) else text]
    for child in one:
        parts += ["" if child.tag == "sup" else _words_of(child), child.tail or ""]
    return " ".join(_unescaped("".join(parts)).split())


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[:SLUG_LIMIT]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def _lead(link: Element, prefix: str, known: Collection[str], referred: set[int]) -> None:
    """Let a link lead out, or to a heading or footnote of the same note; what leads nowhere is text."""
    address = link.get("href", "")
    if address.lower().startswith(_OUTWARDS):
        link.attrib = {"href": address}
        if not "".join(link.itertext()).strip() and link.find(".//img") is None:
            link.text = host_of(address) or address
        return
    place = address.removeprefix("#")
    heading = f"{prefix}h-{_slug(place)}"
    if address.startswith(f"#{prefix}fn-"):
        return
    if address.startswith(f"#{prefix}ref-") and int(address.rpartition("-")[2]) in referred:
        return
    if address.startswith("#") and heading in known:
        link.attrib = {"href": f"#{heading}"}
    elif address.startswith(f"#{prefix}ref-"):
        link.clear()
        link.tag = "span"
    else:
        link.tag, link.attrib = "span", {}


def _say_instead(picture: Element) -> None:
    """Put the words for a picture in its place."""
    words, tail = picture.get("alt") or host_of(picture.get("src", "")) or "…", picture.tail
    picture.clear()
    picture.tag, picture.tail, picture.text = "span", tail, AtomicString(words)


def _tame_cell(cell: Element) -> None:
    side = cell.attrib.pop("style", "")
    name = "right" if "right" in side else "centre" if "center" in side else ""
    if name:
        cell.set("class", name)
    if cell.tag == "th":
        empty = not len(cell) and not (cell.text or "").strip()
        cell.tag = "td" if empty else "th"
        cell.attrib |= {} if empty else {"scope": "col"}


# Setting up


@cache
def _set_up() -> tuple[markdown.Markdown, inline.Footnotes]:
    parser = markdown.Markdown(extensions=["tables", "def_list", "sane_lists"], output_format="html", tab_length=TAB)
    footnotes = inline.Footnotes(parser)
    inline.use(parser, footnotes)
    blocks = parser.parser.blockprocessors
    blocks.register(_SlotBlock(parser), "slot", 200)
    blocks.register(FootnoteBlockProcessor(footnotes), "footnote", 17)
    parser.parser.parseBlocks = partial(_parse_blocks, blocks["paragraph"], tuple(blocks))
    return parser, footnotes


class _SlotBlock(BlockProcessor):  # type: ignore[misc]
    """Leaves the place of what was cut out and stands by itself."""

    def __init__(self, parser: markdown.Markdown) -> None:
        super().__init__(parser.parser)
        self._md = parser

    def test(self, parent: Element, block: str) -> bool:
        """Tell whether a block is nothing but such a place."""
        found = SLOT.fullmatch(block.rstrip())
        return found is not None and self._md.cuts.found[int(found[1])].kind != "formula"

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Put an element there."""
        parent.append(inline.slot(SLOT.sub(r"\1", blocks.pop(0).strip()), "div"))


def _parse_blocks(paragraph: Any, processors: tuple[Any, ...], parent: Element, blocks: list[str]) -> None:  # noqa: ANN401
    """Stand in for the parser's own: the same, but plain prose is not held against every kind of block."""
    while blocks:
        block = blocks[0]
        if _PROSE.match(block) and not _NO_PROSE.search(block):
            paragraph.run(parent, blocks)
            continue
        for processor in processors:
            if processor.test(parent, block) and processor.run(parent, blocks) is not False:
                break


_PROSE = re.compile(r"[^\W\d_]")
_NO_PROSE = re.compile(r"\||\n[ ]*[^\w\s(]")


# Writing, and the second wall


def _written(root: Element) -> str:
    out: list[str] = []
    for one in root:
        _write(one, out)
        out.append("\n")
    return _unescaped("".join(out), html.escape)


def _write(one: Element, out: list[str]) -> None:
    tag, text, tail = one.tag, one.text or "", one.tail
    out.append(f"<{tag}{_attributes(one)}>" if one.attrib else f"<{tag}>")
    if tag in _VOID:
        if tag == "br":
            out.append("\n")
    else:
        out.append(text if isinstance(text, inline.Made) else _text(text))
        for child in one:
            _write(child, out)
        out.append(f"</{tag}>")
    if tail:
        out.append(_text(tail))


def _attributes(one: Element) -> str:
    return "".join([f' {name}="{html.escape(value)}"' for name, value in one.attrib.items()])


def _unescaped(text: str, written: Callable[[str], str] = str) -> str:
    """Put the signs in that were escaped with a backslash, which the parser keeps as numbers."""
    return _ESCAPED.sub(lambda found: written(chr(int(found[1]))), text) if STX in text else text


class _Wall:
    """Lets through what is named above, with addresses and ids of the one note that is being read."""

    def __init__(self) -> None:
        self._around: Surroundings | None = None
        self._pictures: set[str] = set()
        self._cleaner = nh3.Cleaner(
            tags=TAGS,
            attributes=ATTRIBUTES,
            allowed_classes=CLASSES,
            attribute_filter=self._kept,
            url_schemes=set(SCHEMES),
            link_rel=LINK_REL,
        )

    def clean(self, made: str, around: Surroundings) -> str:
        """Return it safe."""
        self._around, self._pictures = around, set(around.media.values())
        return without_dead_links(_OWN_LINK.sub(r"\1", self._cleaner.clean(made)))

    def _kept(self, _tag: str, name: str, value: str) -> str | None:
        prefix = self._around.prefix if self._around else ""
        if name == "href":
            return value if value.startswith(f"#{prefix}") else outward(value)
        if name == "src":
            return value if value in self._pictures else None
        if name == "id":
            return value if value.startswith(prefix) else None
        return value


@cache
def _wall() -> _Wall:
    return _Wall()


def _formula(found: re.Match[str]) -> str:
    return formula(html.unescape(found[2]), block=found[1] == "$$")


_MAY_GO_ON = re.compile(r"[ *+-]|\d+\.")
"""What begins so would go on in a list that the passage before it ends with."""
_HEADED = re.compile(r'<h([2-5]) id="([^"]*)">(.*?)</h[2-5]>', re.DOTALL)
_TERMED = re.compile(r'<dt id="([^"]*)">(.*?)</dt>', re.DOTALL)
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_VOID = {"br", "hr", "img"}
_OUTWARDS = tuple(f"{scheme}:" for scheme in SCHEMES)
_ESCAPED = re.compile(f"{STX}(\\d{{1,7}}){ETX}")
_PLACE = re.compile(r'<(?:div|i) data-slot="(\d+)"></(?:div|i)>')
_FORMULA = re.compile(r'<i data-formula="(\$\$?)">([^<]*)</i>')
_OWN_LINK = re.compile(rf'(<a href="#[^"]*"(?: aria-label="[^"]*")?) rel="{LINK_REL}"')
