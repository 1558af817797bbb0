"""What a student wrote, in Markdown, as HTML that is safe on a public page.

Two walls: the parser knows no raw HTML (what looks like a tag is shown as it was typed), and nh3 lets through only the
few tags below. Pictures become links: a page of ours asks no other host for anything.
"""

from __future__ import annotations

import html
import re
from functools import cache
from urllib.parse import quote, urlsplit, urlunsplit
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

TAGS = set("p br em strong del ul ol li blockquote code pre a hr h3 h4 h5 h6".split())
SCHEMES = ("http", "https", "mailto")
LINK_REL = "nofollow ugc noopener noreferrer"
HIGHEST_HEADING = 4
"""A student's headings stand below ours: h1 is the question, h2 a section, h3 an answer."""
LOWEST_HEADING = 6

NESTED_LIMIT = 400
"""Brackets, stars and the like in one text. Past this it is no prose, and the parser's time grows with their square."""
_PLAIN = r"[^\s\"#%/:<>?@\[\\\]^`{|}]"
_HOST = re.compile(rf"(?:{_PLAIN}+(?::{_PLAIN}*)?@)?(?:{_PLAIN}+|\[[\da-fA-F:.]+\])(?::\d*)?")
_NO_URL = re.compile(r"[\s\"#<>\[\\\]^`{|}\x00-\x20\x7f]|%(?![\da-fA-F]{2})")
_NOWHERE = re.compile(r'<a(?: (?!href=)[a-z-]+="[^"]*")*>(.*?)</a>', re.DOTALL)
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of pairs that stand alone: no text in UTF-8 can hold them."""
_NESTING = re.compile(r"[\[\]*_`~<>!()]")

_BARE_ADDRESS = r"(?<![\w/])(https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:!?])"


def to_html(text: str) -> str:
    """Return a student's Markdown as safe HTML. Never raises for any text."""
    text = _HALVES.sub("", text)
    if len(_NESTING.findall(text)) > NESTED_LIMIT:
        return _plain(text)
    try:
        made = _parser().reset().convert(text)
    except RecursionError:
        return _plain(text)
    return _sanitise(made)


def _plain(text: str) -> str:
    return "".join(f"<p>{html.escape(one)}</p>" for one in re.split(r"\n\s*\n", text.strip()) if one.strip())


def _sanitise(made: str) -> str:
    safe = nh3.clean(
        made,
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        attribute_filter=_leads_out,
        url_schemes=set(SCHEMES),
        link_rel=LINK_REL,
    )
    return without_dead_links(safe)


def without_dead_links(html: str) -> str:
    """Return sanitised HTML in which a link that leads nowhere is only its words."""
    return _NOWHERE.sub(r"\1", html)


def _leads_out(_tag: str, name: str, value: str) -> str | None:
    return outward(value) if name == "href" else value


def outward(address: str) -> str | None:
    """Return the address of a link that says with its scheme where it leads, as a URL is written.

    None for one that would lead somewhere on our own site, and for what is no URL.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    leads = not parts.netloc if parts.scheme == "mailto" else _HOST.fullmatch(parts.netloc) is not None
    if parts.scheme not in SCHEMES or not leads:
        return None
    if not any(_NO_URL.search(one) for one in parts[2:]):
        return address
    path, query, fragment = (_NO_URL.sub(lambda found: quote(found[0]), one) for one in parts[2:])
    return urlunsplit((parts.scheme, parts.netloc, path, query, fragment))


@cache
def _parser() -> markdown.Markdown:
    parser = markdown.Markdown(extensions=["fenced_code", "nl2br", "sane_lists"], output_format="html", tab_length=2)
    parser.preprocessors.deregister("html_block")
    parser.parser.blockprocessors.deregister("code")  # in chat, spaces before a line mean nothing
    parser.inlinePatterns.deregister("html")
    parser.inlinePatterns.register(_BareAddress(_BARE_ADDRESS, parser), "bare_address", 70)
    parser.inlinePatterns.register(_Struck(r"~~(\S(?:[^~]*\S)?)~~", parser), "struck", 65)
    parser.treeprocessors.register(_Tame(parser), "tame", 0)
    return parser


class _BareAddress(InlineProcessor):  # type: ignore[misc]
    """Makes a link of a web address that was pasted as it is, as chat does."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # noqa: N802
        """Return the link and where its text stood."""
        link = Element("a", href=m.group(1))
        link.text = markdown.util.AtomicString(m.group(1))
        return link, m.start(0), m.end(0)


class _Struck(InlineProcessor):  # type: ignore[misc]
    """Strikes text through, as chat does."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # noqa: N802
        """Return the struck text and where it stood."""
        struck = Element("del")
        struck.text = m.group(1)
        return struck, m.start(0), m.end(0)


class _Tame(Treeprocessor):  # type: ignore[misc]
    """Moves headings below ours, without a gap in their levels, and turns pictures into links to them."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        self._lower_headings(root)
        for picture in list(root.iter("img")):
            _turn_into_link(picture)

    def _lower_headings(self, root: Element) -> None:
        headings = [one for one in root.iter() if re.fullmatch("h[1-6]", str(one.tag))]
        ranks = sorted({int(one.tag[1]) for one in headings})
        above = HIGHEST_HEADING - 1
        for one in headings:
            above = min(HIGHEST_HEADING + ranks.index(int(one.tag[1])), above + 1, LOWEST_HEADING)
            one.tag = f"h{above}"


def _turn_into_link(picture: Element) -> None:
    address, alt, tail = picture.get("src", ""), picture.get("alt", ""), picture.tail
    picture.clear()
    picture.tag, picture.tail = "a", tail
    picture.set("href", address)
    picture.text = alt or host_of(address) or "…"


def host_of(address: str) -> str:
    """Return the host of a web address, for people: where a link leads. Empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
