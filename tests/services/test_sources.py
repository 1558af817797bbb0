"""Where answers come from: what is taken as a source, how a line is read, how it is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.models.questions import Source, SourceKind
from bot.services.researchers.sources import check_sources, line_of, normal_address, normal_isbn, source_from_line
from tests.services.researching import BOOK, WEB

PERSON = Source(SourceKind.PERSON, "My grandmother", why="She was there")
EXPERIMENT = Source(SourceKind.EXPERIMENT, "A glass of milk and a torch", why="I saw it")
AI = Source(SourceKind.AI, "Some chatbot", why="A start", asked="Why is it blue?", checked="In the book")


def refusal(*sources: Source, required: bool = True) -> tuple[str, dict[str, object]]:
    with pytest.raises(BadInput) as refused:
        check_sources(sources, required=required)
    return refused.value.key.removeprefix("errors."), refused.value.places


@pytest.mark.parametrize("source", [WEB, BOOK, PERSON, EXPERIMENT])
def test_each_kind_may_stand_alone_but_an_ai_tool(source: Source) -> None:
    assert check_sources((source,), required=True) == (source,)
    assert check_sources((AI, source), required=True) == (AI, source)
    assert refusal(AI, AI)[0] == "source_ai_alone"
    assert refusal(AI, required=False)[0] == "source_ai_alone"


def test_at_least_one_unless_relaxed_and_ten_at_most() -> None:
    assert refusal()[0] == "source_missing"
    assert check_sources((), required=False) == ()
    assert len(check_sources((PERSON,) * 10, required=True)) == 10
    assert refusal(*(PERSON,) * 200) == ("sources_too_many", {"limit": 10, "count": 200})


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (replace(PERSON, why="  "), "source_needs_why"),
        (replace(PERSON, why="ok"), "source_needs_why"),
        (replace(PERSON, title=" \u200b"), "source_needs_title"),
        (replace(EXPERIMENT, title=""), "source_needs_title"),
        (replace(BOOK, title=""), "source_needs_title"),
        (replace(BOOK, locator="9781771642485"), "source_bad_isbn"),
        (replace(AI, title=""), "source_needs_title"),
        (replace(AI, asked=""), "source_ai_needs_more"),
        (replace(AI, checked=" "), "source_ai_needs_more"),
        (replace(WEB, locator=""), "source_bad_address"),
        (replace(WEB, locator="javascript:alert(1)"), "source_bad_address"),
    ],
)
def test_a_lacking_source_is_named_by_its_place(source: Source, key: str) -> None:
    assert refusal(PERSON, source) == (key, {"place": 2})


@pytest.mark.parametrize("field", ["title", "locator", "why", "asked", "checked"])
def test_each_field_holds_300_characters(field: str) -> None:
    long: dict[str, Any] = {field: "x" * 301}
    assert refusal(replace(AI, **long))[0] == "source_too_long"


def test_what_is_kept_is_clean_and_on_one_line() -> None:
    kept = check_sources(
        (Source(SourceKind.PERSON, " My\n\ngran\u200bdmother ", "left over", "She\tknows"),), required=True
    )
    assert kept == (Source(SourceKind.PERSON, "My grandmother", "", "She knows"),)


def test_a_web_page_without_a_title_is_called_after_its_host() -> None:
    (kept,) = check_sources((replace(WEB, title="", locator="HTTPS://Science.NASA.gov:443/Sky?a=1#b"),), required=True)
    assert (kept.title, kept.locator) == ("science.nasa.gov", "https://science.nasa.gov/Sky?a=1#b")


def test_a_book_needs_no_isbn_and_one_of_ten_digits_becomes_thirteen() -> None:
    (bare, old) = check_sources((replace(BOOK, locator=""), replace(BOOK, locator="0-471-11709-9")), required=True)
    assert (bare.locator, old.locator) == ("", "9780471117094")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://example.org", "https://example.org"),
        ("www.example.org/a", "https://www.example.org/a"),
        ("http://EXAMPLE.org:80/", "http://example.org/"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/ä"),
        ("https://de.wikipedia.org/wiki/Himmel_(Farbe)", "https://de.wikipedia.org/wiki/Himmel_(Farbe)"),
        ('https://example.org/"><b>', "https://example.org/%22%3E%3Cb%3E"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
    ],
)
def test_addresses_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert normal_address(typed) == kept
    assert normal_address(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt://example.org/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "ftp://example.org/",
        "https://",
        "https:///path",
        "https://user:secret@example.org/",
        "https://example.org@evil.example/",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org\\@evil.example/",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://[::1/",
        "https://exa<b>mple.org/",
        "https://..example.org/",
        "wikipedia",
        "https://wikipedia",
        "https://" + "a" * 64 + ".org/",
        "//example.org/",
    ],
)
def test_what_is_no_web_address_is_refused(typed: str) -> None:
    assert normal_address(typed) is None


@given(st.text(max_size=40))
def test_no_address_ever_leaves_http_or_its_host(typed: str) -> None:
    for address in (normal_address(typed), normal_address(f"https://example.org/{typed}")):
        if address is not None:
            assert address.startswith(("http://", "https://"))
            assert not set(address) & set(' <>"\\\n`')
            assert "@" not in address.split("/")[2]


@pytest.mark.parametrize("typed", ["978-0-471-11709-4", "0471117099", "ISBN 0-471-11709-9", "isbn-13: 9780471117094"])
def test_isbns_are_kept_in_one_form(typed: str) -> None:
    assert normal_isbn(typed) == "9780471117094"


@pytest.mark.parametrize("typed", ["", "9780471117095", "12345", "047111709X", "ISBN", "a book"])
def test_what_is_no_isbn_is_none(typed: str) -> None:
    assert normal_isbn(typed) is None


W, B = SourceKind.WEB, SourceKind.BOOK


@pytest.mark.parametrize(
    ("line", "chosen", "kind", "title", "locator"),
    [
        ("https://nasa.gov/sky", None, W, "", "https://nasa.gov/sky"),
        ("NASA: https://nasa.gov/sky.", W, W, "NASA", "https://nasa.gov/sky"),
        ("see (www.nasa.gov/sky) there", None, W, "see there", "www.nasa.gov/sky"),
        ("www.a.org at https://b.org/c", None, W, "www.a.org at", "https://b.org/c"),
        ("https://de.wikipedia.org/wiki/Himmel_(Farbe)", W, W, "", "https://de.wikipedia.org/wiki/Himmel_(Farbe)"),
        ("nasa.gov/sky", W, W, "", "nasa.gov/sky"),
        ("javascript:alert(1)", W, W, "", "javascript:alert(1)"),
        ("The Hidden Life of Trees, ISBN 978-1-77164-248-4", None, B, "The Hidden Life of Trees", "978-1-77164-248-4"),
        ("The Hidden Life of Trees 9781771642484", W, B, "The Hidden Life of Trees", "9781771642484"),
        ("9781771642484 Trees (2016)", B, B, "Trees (2016)", "9781771642484"),
        ("Trees, ISBN 978-1-77164-248-5", B, B, "Trees", "978-1-77164-248-5"),
        ("Trees, ISBN: soon", B, B, "Trees", "soon"),
        ("Trees, ISBN", B, B, "Trees, ISBN", ""),
        ("Call 0123456788 for Trees", None, B, "Call 0123456788 for Trees", ""),
        ("The Hidden Life of Trees", None, B, "The Hidden Life of Trees", ""),
        (" My grandmother ", SourceKind.PERSON, SourceKind.PERSON, "My grandmother", ""),
    ],
)
def test_a_line_is_read(line: str, chosen: SourceKind | None, kind: SourceKind, title: str, locator: str) -> None:
    assert source_from_line(line, chosen, why="so") == Source(kind, title, locator, "so")


def test_an_ai_tools_reason_says_how_it_was_checked() -> None:
    read = source_from_line("Some chatbot", SourceKind.AI, why="In a book", asked="Why blue?")
    assert read == Source(SourceKind.AI, "Some chatbot", "", "In a book", "Why blue?", "In a book")


@pytest.mark.parametrize(
    "source", [WEB, BOOK, replace(BOOK, locator=""), PERSON, EXPERIMENT, replace(WEB, title="science.nasa.gov")]
)
def test_what_was_kept_is_read_again_from_its_line(source: Source) -> None:
    read = source_from_line(line_of(source), source.kind, why=source.why)
    assert check_sources((read,), required=True) == (source,)
