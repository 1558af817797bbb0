"""Lessons that nobody here wrote, posted in pieces as people would: nothing of them is lost on the way to a page."""

from __future__ import annotations

import re
from pathlib import Path

import markdown
import pytest

from bot.services.library import Library
from bot.web.notes import body_of
from bot.web.taking_away.folders import note_markdown
from tests.web.elements import Element, codes, headings, links, read, tables
from tests.web.lesson_site import LESSONS, OURS, kept, lesson

on_session_loop = pytest.mark.asyncio(loop_scope="session")  # as the library of these tests


def independent(text: str) -> Element:
    """Python-Markdown's own reading of the lesson, in which tags are text, as in chat; a term of ours is one of its."""
    parser = markdown.Markdown(extensions=["tables", "footnotes", "def_list", "fenced_code", "sane_lists"])
    parser.preprocessors.deregister("html_block")
    parser.inlinePatterns.deregister("html")
    parser.ESCAPED_CHARS.extend("&$~")
    terms = re.sub(r"^(\w[^`\n]*) :: (.*)$", r"\1\n:   \2", text, flags=re.MULTILINE)
    return read(parser.convert(re.sub(r"~~(?!~)(\S.*?)~~", r"\1", terms)))


def written_code(text: str) -> list[str]:
    """The code in the lesson's fences, sign by sign."""
    return [found[2].strip("\n") for found in re.finditer(r"^(```+|~~~+).*\n((?:.*\n)*?)\1$", text, re.MULTILINE)]


def prose(page: Element) -> list[str]:
    """The words of a text, without code, formulas, and what leads to footnotes and back."""
    words = page.without("pre", "math", "sup", "by").words
    return re.sub(r"\$\$?[^$`]+\$\$?|↩|…", " ", words).split()


def footnotes(page: Element, name: str) -> list[str]:
    """The words of the footnotes, in order."""
    return [one.words.replace("↩", "").strip() for section in page.all(name) for one in section.all("li")]


@on_session_loop
@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
async def test_nothing_of_a_lesson_is_lost(library: Library, path: Path) -> None:
    title, text = lesson(path)
    page, source = read(body_of(await kept(library, title, text)).html), independent(text)
    assert headings(page) == headings(source)
    assert codes(page) == written_code(text)
    assert tables(page) == tables(source)
    assert footnotes(page, "footnotes") == footnotes(source, "footnote")
    assert [one for one in links(page) if one in links(source)] == links(source)
    assert all(address == words for address, words in links(page) if (address, words) not in links(source))
    assert prose(page) == prose(source)


@on_session_loop
@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
async def test_nothing_of_a_lesson_is_lost_in_its_markdown(library: Library, path: Path) -> None:
    title, text = lesson(path)
    made, source = independent(note_markdown(await kept(library, title, text)).decode()), independent(text)
    assert [one for one in headings(made)[1:] if one in headings(source)] == headings(source)
    assert codes(made) == codes(source)
    assert tables(made) == tables(source)
    assert footnotes(made, "footnote") == footnotes(source, "footnote")
    assert [one for one in links(made) if one in links(source)] == links(source)


@on_session_loop
async def test_a_tab_in_code_stays_one_everywhere(library: Library) -> None:
    title, text = lesson(OURS)
    note = await kept(library, title, text)
    (line,) = [line for code in written_code(text) for line in code.split("\n") if line.startswith("\t")]
    assert f"\n{line}\n".encode() in note_markdown(note)
    assert line in "\n".join(codes(read(body_of(note).html)))


def test_our_own_lesson_has_what_is_looked_for() -> None:
    text = OURS.read_text("utf-8")
    source = independent(text)
    assert len(headings(source)) == 6
    assert [len(one) for one in tables(source)] == [6]
    assert len(footnotes(source, "footnote")) == 2
    assert len(links(source)) == 4
    assert len(written_code(text)) == 2
    assert any("\t" in one for one in written_code(text))
