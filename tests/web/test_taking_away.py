"""What is taken away as files: an e-book that readers accept, folders of Markdown, pages that need nothing else."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Browser

from bot.models.companions import CompanionUnit, Note
from bot.web.marking.parser import Marked
from bot.web.notes import body_of
from bot.web.taking_away.archives import Edition, pack
from bot.web.taking_away.books import chapter_name, companion_epub
from bot.web.taking_away.folders import RESERVED, companion_zip, folder_of, note_markdown, note_name
from bot.web.taking_away.media import Medium, ReadMedia, media_of, pictures_of
from bot.web.taking_away.pages import note_html
from bot.web.taking_away.xhtml import to_xhtml
from tests.web.attacks import ALL
from tests.web.elements import read as read_page
from tests.web.noted import block, drawn, filed, gathered, lesson, noted, read_media
from tests.web.shelf import WHEN
from tools import check_epub

TYPED = st.text(
    st.one_of(st.sampled_from("<>/!?-[]&;:'\"= abmsvgth\x00\x0b\x0c\ud800\ufffe"), st.characters()), max_size=80
)
"""What nobody means to write: signs of markup, control signs, halves of pairs, and any others."""


def well_formed(xhtml: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<body>{xhtml}</body>".encode())


@given(TYPED)
def test_whatever_is_typed_becomes_well_formed_xml(text: str) -> None:
    well_formed(to_xhtml(text))


def test_every_attack_becomes_well_formed_xml() -> None:
    for _, text in ALL:
        well_formed(to_xhtml(text))


@pytest.mark.parametrize(
    ("html", "xhtml"),
    [
        ("<p>a<br>b &amp; c&nbsp;d &lt;", "<p>a<br/>b &amp; c\xa0d &lt;</p>"),
        ("<ul><li>a<li>b</ul></p>", "<ul><li>a<li>b</li></li></ul>"),
        ("<img alt='&quot;a&quot;' src=x hidden>", '<img alt="&quot;a&quot;" src="x" hidden=""/>'),
        ("<a id=1 id=2 x:y=3>", '<a id="1"></a>'),
        ('<math display="block"></math>', '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"></math>'),
        ("<math><mspace/>", '<math xmlns="http://www.w3.org/1998/Math/MathML"><mspace></mspace></math>'),
        ("<svg viewbox='0 0 1 1'>", '<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"></svg>'),
        ('<img alt="a > b"><hr />', '<img alt="a > b"/><hr/>'),
        ("a<!-- b --><?c?><![d[e]]>", "a&lt;!-- b --&gt;&lt;?c?&gt;&lt;![d[e]]&gt;"),
        ("a\x00\x0b\ud800\ufffe\x85\U0001fffeb\U0001f33f", "ab\U0001f33f"),
    ],
)
def test_html_is_written_as_xml_has_it(html: str, xhtml: str) -> None:
    assert to_xhtml(html) == xhtml
    well_formed(xhtml)


def test_an_archive_says_nothing_of_when_and_where_it_was_made() -> None:
    files = [("b/a.md", b"words " * 100), ("c.png", drawn())]
    packed = pack(files, first=("mimetype", b"type"))
    assert packed == pack(iter(files), first=("mimetype", b"type"))
    entries = zipfile.ZipFile(io.BytesIO(packed)).infolist()
    assert [one.filename for one in entries] == ["mimetype", "b/a.md", "c.png"]
    assert [one.compress_type for one in entries] == [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]
    assert {one.date_time for one in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_a_file_in_an_archive_can_be_read_by_everybody_who_unpacks_it() -> None:
    (entry,) = zipfile.ZipFile(io.BytesIO(pack([("a.md", b"words")]))).infolist()
    assert (entry.create_system, entry.external_attr >> 16) == (3, 0o644)
    assert not entry.is_dir()


def test_what_an_earlier_archive_packed_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.md": b"words " * 100, "b.md": b"others " * 100, "c.png": drawn()}
    first = pack(files.items())
    earlier = Edition(first)
    assert {name: earlier.read(name) for name in (*files, "d.md")} == files | {"d.md": None}
    anew = files | {"b.md": b"changed " * 100, "d.md": b"new"}
    plain = pack(anew.items())
    compressed: list[bytes] = []
    compress = zlib.compress

    def noted_down(content: bytes, **how: int) -> bytes:
        compressed.append(content)
        return compress(content, **how)

    monkeypatch.setattr(zlib, "compress", noted_down)
    assert pack(anew.items(), earlier=earlier) == plain
    assert compressed == [anew["b.md"], anew["d.md"]]
    assert unpacked(plain) == anew


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(zipfile.BadZipFile):
        Edition(b"PK no more")


def test_a_file_that_is_gone_or_is_not_what_it_says_is_done_without() -> None:
    pdf = filed(b"%PDF-1.4", content_type="application/pdf")
    dressed_up = filed(b"%PDF-1.4", content_type="image/png")
    gone = filed(digest="f" * 64)
    no_digest = filed(digest="../../etc/passwd")
    page = filed(b"<script>", content_type="text/html")
    note = noted(*(block("image", "", file=one) for one in (filed(), pdf, gone, no_digest, page)))

    def read(digest: str) -> bytes:
        if "/" in digest:
            raise ValueError(digest)
        return read_media(digest)

    assert [one.name for one in media_of([note], read).values()] == [filed().media_name, pdf.media_name]
    assert list(pictures_of([note, note], read)) == [filed().digest]
    assert pictures_of([noted(block("image", "", file=dressed_up))], read) == {}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_known_by_what_is_in_it(kind: str) -> None:
    content_type = f"image/{kind.lower()}"
    assert Medium("d", "d", content_type, drawn(kind)).is_picture
    assert not Medium("d", "d", content_type, b"<svg onload='alert(1)'/>").is_picture
    assert not Medium("d", "d", "image/svg+xml", drawn(kind)).is_picture


TITLE = "What *8b* knows"


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_folders_hold_each_note_and_what_it_shows() -> None:
    files = unpacked(companion_zip([gathered(lesson())], read_media, title=TITLE))
    picture, worksheet = filed().media_name, filed(b"%PDF-1.4", content_type="application/pdf").media_name
    assert list(files) == [
        "README.md",
        "biology/2026-11-18-57-what-a-cell-is-made-of.md",
        f"biology/media/{picture}",
        f"biology/media/{worksheet}",
    ]
    text = files["biology/2026-11-18-57-what-a-cell-is-made-of.md"]
    assert text == note_markdown(lesson())
    assert f"![A teal leaf](media/{picture})".encode() in text
    assert files[f"biology/media/{picture}"] == drawn()


def test_the_list_leads_to_every_note() -> None:
    units = [
        gathered(lesson(), noted(number=58, title="Leaves [old]")),
        gathered(noted(number=59, unit="", title="Вода")),
    ]
    files = unpacked(companion_zip(units, read_media, title=TITLE))
    text = files["README.md"].decode()
    assert text.startswith("# What \\*8b\\* knows\n")
    assert "## Biology\n" in text
    assert "## Other notes\n" in text
    assert "[Leaves \\[old\\]](biology/2026-11-18-58-leaves-old.md), 18 November 2026" in text
    assert "[Вода](other_notes/2026-11-18-59.md)" in text
    assert set(re.findall(r"\]\((\S+\.md)\)", text)) == {name for name in files if name.endswith(".md")} - {"README.md"}


def test_the_same_companion_makes_the_same_folders() -> None:
    made = companion_zip([gathered(lesson())], read_media, title=TITLE)
    assert made == companion_zip([gathered(lesson())], read_media, title=TITLE)


NAMES = [*(text for _, text in ALL), *RESERVED, "Biology", "BIOLOGY ", "a-b", "a b", "C++", "C#"]


@pytest.mark.parametrize("text", NAMES)
def test_no_name_leads_out_of_the_folder_or_means_something_to_a_system(text: str) -> None:
    unit = gathered(noted(title=text, unit=text))
    for name in (f"{note_name(unit.notes[0])}.md", folder_of(unit)):
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*(\.md)?", name)
        assert name.partition(".")[0] not in RESERVED
        assert len(name) < 100


def test_units_that_look_alike_have_folders_of_their_own() -> None:
    names = ["c", "c++", "c#", "con", "con_", "вода", "水", "a b", "a-b", "a_b", "", "other notes", "other_notes"]
    folders = [folder_of(CompanionUnit(name, name, ())) for name in names]
    assert len({one.casefold() for one in folders}) == len(names)


OPF, DC = "{http://www.idpf.org/2007/opf}", "{http://purl.org/dc/elements/1.1/}"


def bound(*units: CompanionUnit, read: ReadMedia = read_media, **more: Any) -> bytes:
    known: dict[str, Any] = {"title": TITLE, "library_name": "Riverside", "identity": "300100"}
    return companion_epub(units, read, **(known | more))


def package(book: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(unpacked(book)["EPUB/package.opf"])


def said_of(book: bytes, name: str) -> list[str]:
    return [one.text or "" for one in package(book).iter(f"{OPF}meta") if one.get("property") == name]


def everything() -> list[CompanionUnit]:
    """A companion with a note of everything, a plain one, one with hostile signs in its names, one without a unit."""
    kinds = [filed(drawn(kind), content_type=f"image/{kind.lower()}") for kind in ("PNG", "JPEG", "GIF", "WEBP")]
    biology = gathered(lesson(), noted(block("text", "Leaves."), number=58, title=""))
    hostile = noted(*(block("image", "", file=one) for one in kinds), number=59, unit='<&"\x00>', title=" <i>&amp;")
    return [biology, gathered(hostile), gathered(noted(block("text", "x"), number=60, unit=""))]


DEBIANS = Path("/usr/share/java/epubcheck.jar")


def test_the_book_is_what_the_standard_asks_for(tmp_path: Path) -> None:
    (tmp_path / "companion.epub").write_bytes(bound(*everything()))
    assert check_epub.problems(tmp_path / "companion.epub") == []


@pytest.mark.skipif(not DEBIANS.exists(), reason="Debian's epubcheck is not here")
def test_the_book_is_what_the_standard_asked_for_some_years_ago(tmp_path: Path) -> None:
    (tmp_path / "companion.epub").write_bytes(bound(gathered(lesson())))
    assert check_epub.problems(tmp_path / "companion.epub", DEBIANS) == []


def test_a_book_of_nothing_and_one_of_attacks_are_what_the_standard_asks_for(tmp_path: Path) -> None:
    tenths = [ALL[first::10] for first in range(10)]
    notes = [
        noted(
            *(block("text", text, id=2 * place) for place, (_, text) in enumerate(tenth)),
            *(block("term", f"{text} :: {text}", id=2 * place + 1) for place, (_, text) in enumerate(tenth)),
            number=number,
            title=tenth[0][1],
            unit=tenth[1][1],
            bylines=(tenth[2][1],),
        )
        for number, tenth in enumerate(tenths)
    ]
    attacked = bound(*map(gathered, notes), title=ALL[0][1], library_name=ALL[-1][1])
    for name, content in {"attacks.epub": attacked, "empty.epub": bound(title="Nothing yet", library_name="")}.items():
        (tmp_path / name).write_bytes(content)
        assert check_epub.problems(tmp_path / name) == []


def test_a_book_that_is_not_right_is_found(tmp_path: Path) -> None:
    files = unpacked(bound(gathered(lesson())))
    files["EPUB/note-57.xhtml"] = files["EPUB/note-57.xhtml"].replace(b"</h1>", b"", 1)
    kind = files.pop("mimetype")
    (tmp_path / "broken.epub").write_bytes(pack(files.items(), first=("mimetype", kind)))
    found = check_epub.problems(tmp_path / "broken.epub")
    assert any(line.startswith("FATAL(RSC-016): broken.epub/EPUB/note-57.xhtml") for line in found)
    (tmp_path / "no.jar").write_bytes(b"")
    with pytest.raises(RuntimeError, match="did not come to an end"):
        check_epub.problems(tmp_path / "broken.epub", tmp_path / "no.jar")


def test_the_same_companion_makes_the_same_book_and_a_later_one_is_its_next_edition() -> None:
    first, again = bound(gathered(lesson())), bound(gathered(lesson()))
    later = bound(gathered(replace(lesson(), compiled_at=WHEN + 60_000)))
    other = bound(gathered(lesson()), identity="300200")
    assert first == again
    ids = [next(package(book).iter(f"{DC}identifier")).text for book in (first, later, other)]
    assert ids[0] == ids[1] != ids[2]
    assert said_of(first, "dcterms:modified") == ["2026-11-18T11:06:40Z"]
    assert said_of(later, "dcterms:modified") == ["2026-11-18T11:07:40Z"]


def test_the_book_is_read_from_its_cover_by_unit_and_day_to_its_terms() -> None:
    book = bound(*everything())
    files = unpacked(book)
    assert next(iter(files)) == "mimetype"
    items = {one.get("id"): one.get("href") for one in package(book).iter(f"{OPF}item")}
    spine = [items[one.get("idref")] for one in package(book).iter(f"{OPF}itemref")]
    pages = ["unit-1", "note-57", "note-58", "unit-2", "note-59", "unit-3", "note-60"]
    assert spine == ["cover.xhtml", "nav.xhtml", *(f"{one}.xhtml" for one in pages), "glossary.xhtml"]
    assert {f"EPUB/{href}" for href in items.values()} == {name for name in files if name.startswith("EPUB/")} - {
        "EPUB/package.opf"
    }
    contents = read_page(files["EPUB/nav.xhtml"].decode())
    assert [one.words for one in contents.all("nav")[0].all("a")][:3] == [TITLE, "Biology", "What a cell is made of"]
    assert "Other notes" in contents.words


def test_the_terms_stand_together_and_lead_to_their_lessons() -> None:
    glossary = read_page(unpacked(bound(gathered(lesson())))["EPUB/glossary.xhtml"].decode())
    assert [one.words for one in glossary.all("dt")] == ["membrane", "osmosis"]
    assert "water moves to where there is more salt" in glossary.words
    assert glossary.all("code")[0].text == "salt"
    assert [one.attributes["href"] for one in glossary.all("a")] == [
        "note-57.xhtml#n57-t-membrane",
        "note-57.xhtml#n57-t-osmosis",
    ]


def test_a_term_with_a_footnote_leads_nowhere_from_the_terms() -> None:
    text = "tide[^1]\n:   It comes[^1], see [the lesson](#osmosis).\n:   It goes.\n\n[^1]: Twice.\n\n## Osmosis"
    glossary = unpacked(bound(gathered(noted(block("text", text)))))["EPUB/glossary.xhtml"].decode()
    assert "<dfn>tide</dfn>" in glossary
    assert "<dd>It comes, see the lesson.</dd><dd>It goes.</dd>" in glossary
    assert "fn-1" not in glossary


def test_the_book_says_how_it_can_be_read() -> None:
    described = bound(gathered(lesson()))
    assert {"MathML", "alternativeText"} <= set(said_of(described, "schema:accessibilityFeature"))
    assert said_of(described, "schema:accessModeSufficient") == ["textual"]
    assert said_of(described, "schema:accessibilityHazard") == ["none"]
    moving = filed(drawn("GIF"), content_type="image/gif", alt="")
    undescribed = bound(gathered(noted(block("image", "", file=moving))))
    assert "alternativeText" not in said_of(undescribed, "schema:accessibilityFeature")
    assert said_of(undescribed, "schema:accessModeSufficient") == ["textual,visual"]
    assert said_of(undescribed, "schema:accessibilityHazard") == ["unknown"]
    plain = bound(gathered(noted(block("text", "Words."))))
    assert said_of(plain, "schema:accessMode") == ["textual"]


def test_a_chapter_shows_the_note_without_a_way_to_pages_that_are_not_there() -> None:
    files = unpacked(bound(gathered(lesson())))
    text = files["EPUB/note-57.xhtml"].decode()
    chapter = read_page(text)
    assert [one.attributes["src"] for one in chapter.all("img")] == [f"media/{filed().media_name}"]
    assert chapter.all("img")[0].attributes["alt"] == "A teal leaf"
    assert all(one.attributes["href"].startswith(("#", "https:")) for one in chapter.all("a"))
    assert "cells.pdf" in chapter.words
    assert "Water goes where the salt is." in chapter.words
    assert "Still open" in chapter.words
    assert "../" not in text


def test_what_an_earlier_edition_has_is_not_made_again() -> None:
    made: list[int] = []

    def bodies(note: Note) -> Marked:
        made.append(note.number)
        return body_of(note)

    units = [gathered(lesson(), noted(block("text", "Leaves."), number=58))]
    first = unpacked(bound(*units, bodies=bodies))

    def saved(note: Note) -> bytes | None:
        return first.get(chapter_name(note)) if note.number == 57 else None

    assert unpacked(bound(*units, bodies=bodies, saved=saved)) == first
    assert made == [57, 58, 58]


def test_a_chapter_whose_picture_went_is_made_anew() -> None:
    units = [gathered(lesson())]
    first = unpacked(bound(*units))

    def gone(digest: str) -> bytes:
        raise FileNotFoundError(digest)

    later = bound(*units, read=gone, saved=lambda note: first[chapter_name(note)])
    text = unpacked(later)["EPUB/note-57.xhtml"].decode()
    assert "<img" not in text
    assert '<span class="missing">A teal leaf</span>' in text


def test_a_note_is_one_page_that_asks_for_nothing() -> None:
    page = read_page(note_html(lesson(), read_media, "Riverside").decode())
    assert [one.attributes.get("alt") for one in page.all("img")] == ["", "A teal leaf"]
    assert all(one.attributes["src"].startswith("data:image/") for one in page.all("img"))
    assert base64.b64decode(page.all("img")[1].attributes["src"].partition(",")[2]) == drawn()
    assert {*(one.tag for one in page.all("script", "link", "iframe", "object"))} == set()
    assert all(one.attributes["href"].startswith(("#", "https://science.nasa.gov/")) for one in page.all("a"))
    policy = next(one for one in page.all("meta") if one.attributes.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(page.all("style")[0].text.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy.attributes["content"]


def test_the_page_holds_what_a_note_has_to_say() -> None:
    page = read_page(note_html(lesson(), read_media).decode())
    words = page.all("main")[0].words
    for expected in (
        "Notes 57 Biology",
        "18 November 2026",
        "by Quiet Heron, Bold Otter",
        "version 2",
        "Since version 1: 2 passages are new, one was reworded, a hole was filled.",
        "Contents The membrane Osmosis",
        "1 is still open",
        "Water goes where the salt is.",
        "Why trust it: they measure it",
        "Questions that came up here Why does water move?",
        "Terms membrane osmosis",
        "Written by Quiet Heron",
    ):
        assert expected in words, expected
    ids = set(re.findall(r' id="([^"]*)"', note_html(lesson(), read_media).decode()))
    aims = {one.attributes["href"][1:] for one in page.all("a") if one.attributes["href"].startswith("#")}
    assert aims <= ids
    assert len(aims) > 8


@pytest.mark.asyncio(loop_scope="session")
async def test_the_file_opens_by_itself_in_a_browser_and_is_printed_on_a4(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "cells.html"
    path.write_bytes(note_html(lesson(), read_media, "Riverside"))
    context = await browser.new_context()
    page, asked, said = await context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto(path.as_uri())
    widths = await page.locator("img").evaluate_all("all => all.map(one => one.naturalWidth)")
    paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    printed = await page.pdf(prefer_css_page_size=True)
    await context.close()
    assert said == []
    assert [url for url in asked if not url.startswith("data:image/")] == [path.as_uri()]
    assert widths[1] == 48
    assert paper == "rgb(251, 248, 241)"
    width, height = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)[0])
    assert (round(width), round(height)) == (595, 842)
