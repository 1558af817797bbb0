"""How a library's public notes are arranged and drawn: each by itself, by unit, and in the companion."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.models.companions import Changes, Note, NoteBlock, NoteHole
from bot.models.publications import PublicLibrary
from bot.web.companion import WITHOUT_UNIT, steps
from bot.web.marking.parser import Marked
from bot.web.note_pages import Bodies, lowered
from bot.web.pages import Pages
from tests.web.noted import HERON, OTTER, block, filed, filled, lesson, noted
from tests.web.shelf import answered, library_of, noted_page, shelved


def shelf(*notes: Note, questions: tuple[Any, ...] = (), **more: Any) -> Pages:
    """The pages of a library with these notes and questions."""
    return Pages(library_of(*questions, notes=tuple(noted_page(note) for note in notes), **more))


def drawn(pages: Pages, path: str) -> str:
    found = pages.render(path)
    assert found is not None
    return found.text


def asked(text: str, number: int, hole: NoteHole | None = None) -> NoteBlock:
    return block("question", text, id=number, hole=hole or NoteHole(number, "open", "", ()))


def test_a_note_says_whose_it_is_when_and_what_changed() -> None:
    text = drawn(shelf(lesson()), "notes/57/")
    assert '<h1 dir="auto">What a cell is made of</h1>' in text
    assert '<time datetime="2026-11-18">18 November 2026</time>' in text
    assert f"by {HERON}, {OTTER}" in text
    assert "Since version 1: 2 passages are new, one was reworded, a hole was filled." in text
    assert text.count("<h1") == 1
    first = drawn(shelf(replace(lesson(), version=1)), "notes/57/")
    assert "Since version" not in first


def test_its_contents_lead_to_its_sections_and_open_questions() -> None:
    text = drawn(shelf(lesson()), "notes/57/")
    contents = text.partition('<nav class="contents"')[2].partition("</nav>")[0]
    assert re.findall('href="#([^"]*)"', contents) == ["n57-h-the-membrane", "n57-h-osmosis", "questions"]
    assert contents.count("<ul>") == contents.count("</ul>") == 2
    assert "2 questions came up" in contents
    assert "1 is still open" in contents
    assert '<nav class="contents"' not in drawn(shelf(noted(block("text", "Only this."))), "notes/57/")


def test_a_section_says_who_wrote_it_where_several_wrote() -> None:
    note = noted(block("heading", "One"), block("text", "a"), block("heading", "Two"), block("text", "b", byline=OTTER))
    text = drawn(shelf(note), "notes/57/")
    assert text.index("a</p>") < text.index(f"Written by {HERON}</p>") < text.index("Two</h2>")
    assert f"Written by {HERON}, {OTTER}</p>" in text
    assert "Written by" not in drawn(shelf(replace(note, bylines=(HERON,))), "notes/57/")


def test_an_open_hole_says_so_and_a_filled_one_holds_what_was_found() -> None:
    text = drawn(shelf(lesson()), "notes/57/")
    open_hole = text.partition('<div class="hole open"')[2].partition("</div>")[0]
    assert re.search("</svg> Still open", open_hole)
    assert "Does it ever stop?" in open_hole
    filled_hole = text.partition('<div class="hole filled"')[2]
    for words in ("Bold Otter filled this hole", "Water goes <em>where the salt is</em>.", "This answers it", "NASA"):
        assert words in filled_hole
    assert "It evens out." in filled_hole


def test_a_question_that_was_taken_back_stands_as_it_was_asked() -> None:
    text = drawn(shelf(noted(block("question", "Is it so?", hole=None))), "notes/57/")
    assert "Is it so?" in text
    assert "Still open" not in text
    assert "Questions that came up here" not in text


def test_headings_of_an_answer_do_not_stand_among_those_of_the_note() -> None:
    hole = filled(answers=(answered(1, "# Loud\n\ntext"),))
    text = drawn(shelf(noted(block("question", "Why?", hole=hole))), "notes/57/")
    assert "<p><strong>Loud</strong></p>" in text
    assert set(re.findall("<h[1-6]", text)) == {"<h1", "<h2"}


def test_pictures_and_files_stand_with_their_words() -> None:
    note = noted(
        block("image", "A *leaf*", file=filed()),
        block("image", "", file=filed(alt="")),
        block(
            "file", "", file=filed(b"%PDF-1.4", filename="cells.pdf", content_type="application/pdf", size=2_500_000)
        ),
        block("file", "", file=filed(b"x", filename="run.exe", content_type="application/octet-stream")),
    )
    text = drawn(shelf(note), "notes/57/")
    name = filed().media_name
    assert f'<img src="../../media/{name}" alt="A teal leaf" loading="lazy">' in text
    assert "<em>leaf</em>" in text
    assert 'alt="A picture that nobody has described yet"' in text
    assert re.search(r'<a href="../../media/[0-9a-f]{64}.pdf" dir="auto">cells.pdf</a> <span class="host">2.4 MB', text)
    assert '<span dir="auto">run.exe</span>' in text


def test_terms_and_sources_are_listed_once() -> None:
    text = drawn(shelf(lesson()), "notes/57/")
    listed = text.partition('<ul class="terms">')[2].partition("</ul>")[0]
    assert re.findall('href="#([^"]*)"', listed) == ["n57-t-membrane", "n57-t-osmosis"]
    twice = noted(asked("a?", 1, filled(1)), asked("b?", 2, filled(2)))
    sources = drawn(shelf(twice), "notes/57/").partition('<h2 id="sources">')[2]
    assert sources.count("<li>") == 1


def test_questions_and_notes_lead_to_each_other() -> None:
    question = shelved(42, text="Why does water move?", topic="Biology")
    follow_up = shelved(44, 42, text="And in winter?")
    note = noted(asked("Why does it move?", 42, filled(42, follow_ups=(44, 45))), asked("And this?", 99))
    pages = shelf(note, questions=(question, follow_up))
    text = drawn(pages, "notes/57/")
    assert '<a href="../../questions/42/">Question 42</a>' in text
    assert "<span>Question 99</span>" in text
    assert text.count('href="../../questions/44/"') == 1
    assert "questions/45" not in text
    assert 'It came up in <a href="../../notes/57/#n57-b42" dir="auto">What a cell is made of</a>' in drawn(
        pages, "questions/42/"
    )
    assert "It came up in" not in drawn(pages, "questions/44/")
    assert "Read the notes of the lesson about it" in drawn(pages, "topics/biology/")


def test_a_question_that_came_up_twice_leads_to_both_lessons() -> None:
    first = noted(asked("Why?", 1, filled(42)), asked("Why again?", 2, filled(42)), number=57, held_on="2026-11-01")
    second = noted(asked("Why?", 3, filled(42)), number=50, title="Another", held_on="2026-11-02")
    text = drawn(shelf(second, first, questions=(shelved(42),)), "questions/42/")
    assert re.findall('href="../../notes/([^"]*)"', text) == ["57/#n57-b1", "50/#n50-b3"]


def test_a_unit_is_one_page_of_all_its_notes_by_day_with_one_list_of_contents() -> None:
    second = replace(lesson(), number=50, title="Second", held_on="2026-11-20", unit="BIOLOGY")
    pages = shelf(lesson(), second, questions=(shelved(9, topic="biology"), shelved(42)))
    text = drawn(pages, "companion/biology/")
    assert '<h1 dir="auto">BIOLOGY</h1>' in text
    assert text.count('<nav class="contents"') == 1
    assert text.index('id="n57"') < text.index('id="n50"') < text.index('<h2 id="questions">')
    assert re.findall(r"<(h[1-6]) id=\"n57[^\"]*\"", text) == ["h2", "h3", "h4"]
    assert re.findall('href="../../questions/([0-9]+)/">What', text) == ["42", "9"]
    assert "There is one question on this topic." in text
    assert text.count('href="#n57-t-osmosis"') == 1


def test_units_stand_in_the_order_of_their_first_lesson_and_what_has_none_last() -> None:
    pages = shelf(
        noted(block("text", "a"), number=1, unit="", held_on="2026-01-01"),
        noted(block("text", "b"), number=2, unit="Water", held_on="2026-03-01"),
        noted(block("text", "c"), number=3, unit="Air", held_on="2026-02-01"),
        noted(block("text", "d"), number=4, unit="water ", held_on="2026-04-01"),
    )
    assert [(unit.slug, len(unit.notes)) for unit in pages.notes.companion.units] == [
        ("air", 1),
        ("water", 2),
        (WITHOUT_UNIT, 1),
    ]
    text = drawn(pages, "companion/")
    assert text.index("Air") < text.index("water") < text.index("Other notes")
    assert 'href="../companion.epub"' in text
    assert 'href="../companion-markdown.zip"' in text


def test_one_reads_on_from_note_to_note() -> None:
    notes = [noted(block("text", "x"), number=n, title=f"Lesson {n}", held_on=f"2026-11-0{n}") for n in (1, 2, 3)]
    pages = shelf(*notes)
    middle = drawn(pages, "notes/2/")
    assert '<a href="../../notes/1/" rel="prev" dir="auto">Lesson 1</a>' in middle
    assert '<a href="../../notes/3/" rel="next" dir="auto">Lesson 3</a>' in middle
    assert 'rel="prev"' not in drawn(pages, "notes/1/")
    assert 'rel="next"' not in drawn(pages, "notes/3/")


def test_the_home_shows_the_newest_notes_and_every_page_leads_to_the_companion() -> None:
    notes = [noted(block("text", "x"), number=n, title=f"Lesson {n}", held_on=f"2026-11-0{n}") for n in range(1, 7)]
    pages = shelf(*notes)
    home = drawn(pages, "")
    assert re.findall("Lesson ([0-9])", home) == ["6", "5", "4", "3"]
    assert "Nothing has been published" not in home
    for path in pages.makers:
        assert re.search(r'<a href="(\.\./)*\.?/?companion/">Companion</a>', drawn(pages, path)), path
    without = shelf(questions=(shelved(1),))
    assert not any('companion/"' in drawn(without, path) for path in without.makers)
    assert "companion/" not in without.makers


def whole() -> Pages:
    """A library with something of everything."""
    return shelf(
        lesson(),
        replace(lesson(), number=58, title="Second", unit=""),
        noted(block("text", "Only this."), asked("Why?", 3, filled(9, follow_ups=(42,))), number=59, unit="Numbers"),
        questions=(shelved(42, topic="Biology"), shelved(9, 42, topic="numbers"), shelved(10)),
    )


def test_every_link_leads_to_a_page_or_a_place_that_there_is() -> None:
    pages = whole()
    texts = {path: drawn(pages, path) for path in pages.makers}
    places = {path: set(re.findall(' id="([^"]*)"', text)) for path, text in texts.items()}
    names = {f"media/{name}" for name in pages.files} | {"companion.epub", "companion-markdown.zip"}
    for path, text in texts.items():
        here = path.split("/")[:-1]
        for link in re.findall('(?:href|src)="((?:[.#])[^"]*)"', text):
            address, _, place = link.partition("#")
            up = address.count("../")
            rest = address.replace("../", "").removeprefix("./")
            target = "/".join([*here[: len(here) - up], rest]) if address else path
            assert target in texts or target in names or target.startswith("assets/"), (path, link)
            assert not place or place in places[target], (path, link)


def test_no_page_names_two_places_alike() -> None:
    pages = whole()
    for path in pages.makers:
        counted = Counter(re.findall(' id="([^"]*)"', drawn(pages, path)))
        assert not [name for name, count in counted.items() if count > 1], path


def test_what_is_typed_into_a_name_stays_text() -> None:
    evil = "<script>alert(1)</script>\"'>&"
    note = noted(
        block("heading", evil, byline=evil),
        block("term", f"{evil} :: {evil}", byline=evil),
        block("question", evil, byline=evil, hole=filled(now_think=evil)),
        block("image", evil, file=filed(alt=evil, filename=evil)),
        block("file", evil, file=filed(b"%PDF-1.4", filename=evil, content_type="application/pdf")),
        title=evil,
        unit=evil,
        bylines=(evil, HERON),
    )
    pages = shelf(note, questions=(shelved(42, topic=evil),))
    for path in pages.makers:
        assert "<script>" not in drawn(pages, path)
    assert drawn(pages, "notes/57/").count("alert(1)") > 8


def test_lists_within_lists_are_closed() -> None:
    for depths, lists in (([0], 1), ([0, 0], 1), ([0, 1, 2, 0], 3), ([0, 1, 1, 2, 1], 3), ([0, 1, 0, 1], 3)):
        found = steps(depths)
        assert sum(one.opens for one in found) == lists
        assert sum(one.closes for one in found) == len(depths)


def test_a_heading_lower_is_nothing_else() -> None:
    assert lowered('<h2 id="a">h2</h2><h5>x</h5><hr>') == '<h3 id="a">h2</h3><h6>x</h6><hr>'


def test_a_text_is_made_once_as_long_as_it_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def make(note: Note, _linked: object) -> Marked:
        made.append(note.number)
        return Marked(note.title)

    monkeypatch.setattr("bot.web.note_pages.body_of", make)
    library = library_of(notes=(noted_page(lesson()),))
    bodies = Bodies()
    for _ in range(3):
        pages = Pages(library, bodies=bodies)
        pages.notes.body(library.notes[0])
    assert made == [57]
    Pages(library_of(), bodies=bodies)
    Pages(library, bodies=bodies).notes.body(library.notes[0])
    assert made == [57, 57]


# What a page depends on

Change = Callable[[PublicLibrary], PublicLibrary]


def _note(number: int, **more: Any) -> Change:
    def change(library: PublicLibrary) -> PublicLibrary:
        notes = (noted_page(replace(one.note, **more)) if one.note.number == number else one for one in library.notes)
        return replace(library, notes=tuple(notes))

    return change


def _question(number: int, **more: Any) -> Change:
    def change(library: PublicLibrary) -> PublicLibrary:
        pages = (
            replace(one, question=replace(one.question, **more), digest=f"{one.digest} {more}")
            if one.question.number == number
            else one
            for one in library.pages
        )
        return replace(library, pages=tuple(pages))

    return change


CHANGES: dict[str, Change] = {
    "a name": lambda one: replace(one, name="Hillside"),
    "search engines": lambda one: replace(one, indexable=True),
    "a zone": lambda one: replace(one, timezone="Pacific/Auckland"),
    "a note's text": _note(57, blocks=(block("text", "Other words."),)),
    "a note's title": _note(57, title="Other"),
    "a note's unit": _note(57, unit="Numbers"),
    "a note's day": _note(59, held_on="2026-01-01"),
    "a note's version": _note(57, version=3, changes=Changes(9, 9, 9)),
    "a unit's spelling": _note(59, unit="NUMBERS"),
    "no more notes": lambda one: replace(one, notes=()),
    "a note less": lambda one: replace(one, notes=one.notes[1:]),
    "a note more": lambda one: replace(one, notes=(*one.notes, noted_page(replace(lesson(), number=60)))),
    "a question's text": _question(42, text="Other words?"),
    "a question's state": _question(42, state="unresolved", tried="all"),
    "a question's topic": _question(42, topic="Numbers"),
    "a question's parent": _question(10, parent_number=42),
    "a question less": lambda one: replace(one, pages=one.pages[1:]),
    "the last question less": lambda one: replace(one, pages=one.pages[:-1]),
    "a question more": lambda one: replace(one, pages=(*one.pages, shelved(43, 42, topic="biology"))),
    "no questions": lambda one: replace(one, pages=()),
}


@pytest.mark.parametrize("what", CHANGES)
def test_where_a_page_changes_its_key_does(what: str) -> None:
    before = whole()
    after = Pages(CHANGES[what](before.library))
    same = before.makers.keys() & after.makers.keys()
    changed = {path for path in same if drawn(before, path) != drawn(after, path)}
    assert changed or before.makers.keys() != after.makers.keys()
    assert changed <= {path for path in same if before.key(path) != after.key(path)}


def test_a_change_of_one_note_leaves_the_keys_of_others() -> None:
    before = whole()
    after = Pages(CHANGES["a note's text"](before.library))
    changed = {path for path in before.makers if before.key(path) != after.key(path)}
    assert changed <= {"", "companion/", "companion/biology/", "notes/57/", "questions/42/"}
    assert "notes/58/" not in changed


def test_a_public_address_is_part_of_what_a_page_depends_on() -> None:
    library = whole().library
    assert Pages(library, "https://a.example/").key("notes/57/") != Pages(library).key("notes/57/")
