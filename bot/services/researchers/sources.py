"""Sources: where an answer comes from, and why to trust it. Links are shown, never fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from bot.errors import BadInput
from bot.models.questions import SOURCE_FIELD_LIMIT, SOURCES_LIMIT, Source, SourceKind
from bot.services.researchers.cleaning import clean_text

SHORTEST_WHY = 3
"""Characters that a reason has at least."""

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"\bwww\.\S+", re.IGNORECASE)
_CALLED_ISBN = re.compile(r"\bISBN(?:-1[03])?:?\s*", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){8,11}[ -]?[\dX](?![\w-])", re.IGNORECASE)
_AROUND = " ,;:–—-|"
_AFTER = ".,;:!?>]\"'"
_IN_ADDRESS = "%/:?#[]@!$&'()*+,;=~-._"
_PORTS = {"http": 80, "https": 443}


def check_sources(sources: tuple[Source, ...], *, required: bool) -> tuple[Source, ...]:
    """Return the sources cleaned and normalised, as they are kept.

    At most ten, each field at most 300 characters; at least one where `required`, and an AI tool is never the only
    kind. Raises BadInput, which names the source by `place`, from 1.
    """
    if len(sources) > SOURCES_LIMIT:
        raise BadInput("errors.sources_too_many", limit=SOURCES_LIMIT, count=len(sources))
    if required and not sources:
        raise BadInput("errors.source_missing")
    checked = tuple(_check(source, place) for place, source in enumerate(sources, start=1))
    if checked and all(source.kind is SourceKind.AI for source in checked):
        raise BadInput("errors.source_ai_alone")
    return checked


def _check(source: Source, place: int) -> Source:
    cleaned = Source(
        source.kind,
        title=_clean(source.title),
        locator=_clean(source.locator),
        why=_clean(source.why),
        asked=_clean(source.asked),
        checked=_clean(source.checked),
    )
    if len(cleaned.why) < SHORTEST_WHY:
        raise BadInput("errors.source_needs_why", place=place)
    if cleaned.kind is SourceKind.WEB:
        return _check_web(cleaned, place)
    if cleaned.kind is SourceKind.BOOK:
        return _check_book(cleaned, place)
    if cleaned.kind is SourceKind.AI and not (cleaned.asked and cleaned.checked):
        raise BadInput("errors.source_ai_needs_more", place=place)
    if not cleaned.title:
        raise BadInput("errors.source_needs_title", place=place)
    return replace(cleaned, locator="")


def _clean(field: str) -> str:
    return " ".join(clean_text(field, SOURCE_FIELD_LIMIT, "source", required=False).split())


def _check_web(source: Source, place: int) -> Source:
    address = normal_address(source.locator)
    if address is None:
        raise BadInput("errors.source_bad_address", place=place)
    return replace(source, locator=address, title=source.title or urlsplit(address).hostname or address)


def _check_book(source: Source, place: int) -> Source:
    if not source.title:
        raise BadInput("errors.source_needs_title", place=place)
    if not source.locator:
        return source
    number = normal_isbn(source.locator)
    if number is None:
        raise BadInput("errors.source_bad_isbn", place=place)
    return replace(source, locator=number)


def normal_address(typed: str) -> str | None:
    """Return a web address as it is kept, or None where it is none that may be shown.

    Only http and https, with a host of more than one word (*wikipedia* is none), without a name and password; the host
    in lower case and ASCII, what could end a link early escaped.
    """
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or not _is_host(host) or re.search(r"[\s\\]", typed):
        return None
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in {None, _PORTS[parts.scheme]} else f"{shown}:{port}"
    return urlunsplit(SplitResult(parts.scheme, place, *(_escape(part) for part in parts[2:])))


def _is_host(host: str) -> bool:
    return re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+\.?|[0-9a-f.]*:[0-9a-f:.]*", host) is not None


def _escape(part: str) -> str:
    return "".join(one if one.isalnum() or one in _IN_ADDRESS else quote(one) for one in part)


def normal_isbn(typed: str) -> str | None:
    """Return an ISBN of 10 or 13 digits as ISBN-13 without dashes, or None where it is none."""
    from stdnum import isbn  # takes long to load, and most sources are no books
    from stdnum.exceptions import ValidationError

    try:
        return str(isbn.to_isbn13(isbn.validate(_CALLED_ISBN.sub("", typed).strip())))
    except ValidationError:
        return None


def source_from_line(line: str, kind: SourceKind | None, *, why: str = "", asked: str = "") -> Source:
    """Read one line of a form: a web address or an ISBN is recognised, wherever it stands in the line.

    `kind` None takes the kind from the line: what has no address is a book. A line with an ISBN and no address is
    never a web page, whatever was chosen. For an AI tool `why` also says how it was checked.
    """
    address, number = _address_in(line), _isbn_in(line)
    if kind is None or (kind is SourceKind.WEB and number and not address):
        kind = SourceKind.WEB if address else SourceKind.BOOK
    if kind is SourceKind.WEB:
        found = address or line.strip()
        return Source(kind, _around(line, found), found, why)
    if kind is SourceKind.BOOK and number:
        return Source(kind, _around(_CALLED_ISBN.sub("", line), number), number, why)
    return Source(kind, line.strip(), "", why, asked, why if kind is SourceKind.AI else "")


def _address_in(line: str) -> str:
    found = _ADDRESS.search(line) or _BARE_ADDRESS.search(line)
    if not found:
        return ""
    # A sentence may end after an address, or a bracket close around it; but an address may hold brackets of its own.
    return found.group().rstrip(_AFTER if "(" in found.group() else f"{_AFTER})")


def _isbn_in(line: str) -> str:
    # What is called an ISBN is taken for one even if it is wrong: then it is refused, not kept as a title.
    called = _CALLED_ISBN.search(line)
    if called:
        digits = _DIGITS.search(line, called.end())
        return digits.group() if digits else " ".join(line[called.end() :].split()[:1])
    numbers = (found.group() for found in _DIGITS.finditer(line))
    return next((number for number in numbers if normal_isbn(number)), "")


def _around(line: str, found: str) -> str:
    rest = re.sub(rf"[(<\[\"']*{re.escape(found)}[{re.escape(_AFTER)})]*", " ", line)
    return " ".join(rest.split()).strip(_AROUND)


def line_of(source: Source) -> str:
    """Write a source as a line that it can be read from again."""
    if source.kind is SourceKind.BOOK and source.locator:
        return f"{source.title}, ISBN {source.locator}"
    if source.kind is SourceKind.WEB and source.title == urlsplit(source.locator).hostname:
        return source.locator
    return f"{source.title} {source.locator}".strip()
