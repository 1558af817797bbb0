"""HTML as XHTML: what an e-book's reader, which is an XML parser, takes.

Whatever comes in, what goes out is well-formed: elements are closed in order, attributes stand once, signs that XML
does not know are gone; comments and declarations are text. It makes nothing safe: what comes in was sanitised before.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from xml.parsers import expat

from bot.web.templating import writable

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
"""Elements of HTML that have no end tag."""
NAMESPACES = {"math": "http://www.w3.org/1998/Math/MathML", "svg": "http://www.w3.org/2000/svg"}

_DECLARATION = re.compile("<(?=[!?])")
_ENDLESS = re.compile(rf'<({"|".join(sorted(VOID))})((?: [a-z-]+="[^"<]*")*) ?/?>')
_NAMED = re.compile("<(math|svg)(?=[ >])")
_NAME = re.compile(r"[a-z_][a-z0-9_.-]*", re.ASCII)
_CASE = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}
"""Names of SVG attributes that a parser of HTML writes small."""


def to_xhtml(html: str) -> str:
    """Return a fragment of HTML as well-formed XHTML."""
    html = writable(html)
    quick = _NAMED.sub(_with_namespace, _ENDLESS.sub(r"<\1\2/>", html.replace("&nbsp;", "\u00a0")))
    return quick if is_well_formed(quick) else _by_element(html)


def _with_namespace(found: re.Match[str]) -> str:
    return f'{found[0]} xmlns="{NAMESPACES[found[1]]}"'


def is_well_formed(xhtml: str) -> bool:
    """Tell whether a parser of XML takes a fragment."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(f"<x>{xhtml}</x>", True)
    except expat.ExpatError:
        return False
    return True


def _by_element(html: str) -> str:
    writer = _Writer()
    writer.feed(_DECLARATION.sub("&lt;", html))
    writer.close()
    return writer.written()


class _Writer(HTMLParser):
    """Writes what the parser of HTML reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []

    def written(self) -> str:
        """Return what was written, with everything closed."""
        while self._open:
            self._close()
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, or write it whole where it has no end."""
        if not _NAME.fullmatch(tag):
            return
        if tag in NAMESPACES:
            attrs = [*attrs, ("xmlns", NAMESPACES[tag])]
        end = "/" if tag in VOID else ""
        self._out.append(f"<{tag}{_attributes(attrs)}{end}>")
        if not end:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an element that closes itself, as those of MathML and SVG may."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element and what still stands open in it; an end without a beginning is nothing."""
        if tag in self._open:
            while self._close() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Write text."""
        self._out.append(escape(writable(data), quote=False))

    def _close(self) -> str:
        tag = self._open.pop()
        self._out.append(f"</{tag}>")
        return tag


def _attributes(attrs: list[tuple[str, str | None]]) -> str:
    named = {name: value for name, value in reversed(attrs) if _NAME.fullmatch(name)}
    written = (f'{_CASE.get(name, name)}="{escape(writable(value or ""))}"' for name, value in reversed(named.items()))
    return "".join(f" {one}" for one in written)
