"""A compiled note as Markdown: it reads well as it is, Python-Markdown reads it right, and no block acts on another."""

from __future__ import annotations

import os
import random
import re
import time
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.models.answers import PublicAnswer, PublicSource
from bot.models.companions import Changes, Note, NoteBlock, NoteFile, NoteHole
from bot.services.scribes.blocks import split
from bot.services.scribes.markdown import plain, to_markdown
from bot.services.scribes.tidying import outside_code, tidy
from bot.text import catalogue

SHARED = os.environ.get("VADEMECUM_SHARED", "")
HERON, OTTER = "Quiet Heron", "Bold Otter"
IDS = count(1)
WEB = PublicSource("web", "NASA", "https://science.nasa.gov/water", "", "they measure it", "", "")


def block(kind: str, text: str, **more: Any) -> NoteBlock:
    """A block of Quiet Heron's."""
    return NoteBlock(next(IDS), kind, text, **({"byline": HERON} | more))


def noted(*blocks: NoteBlock, **more: Any) -> Note:
    """A note of these blocks."""
    known: dict[str, Any] = {
        "number": 57,
        "title": "Why leaves let go",
        "unit": "Trees",
        "held_on": "2026-11-17",
        "version": 1,
        "compiled_at": 0,
        "bylines": (HERON, OTTER),
        "changes": Changes(2, 0, 0),
    }
    return Note(**(known | {"blocks": blocks} | more))


def written(*blocks: NoteBlock, **more: Any) -> str:
    """The Markdown of a note of these blocks."""
    return to_markdown(noted(*blocks, **more), catalogue())


def body(*blocks: NoteBlock) -> str:
    """The Markdown of blocks, without what stands above and below."""
    return written(*blocks, bylines=()).partition("version 1*\n\n")[2]


def html(text: str) -> str:
    """What Python-Markdown makes of it."""
    made: str = markdown.markdown(text, extensions=["tables", "footnotes", "def_list", "fenced_code"])
    return made


def tags(made: str, *wanted: str) -> list[str]:
    """The tags of these names in HTML, in order."""
    return [one for one in re.findall(r"<([a-z0-9]+)", made) if one in wanted]


def answer(ordinal: int = 1, text: str = "The tree lets go.", **more: Any) -> PublicAnswer:
    """An answer of Bold Otter's with a source."""
    known: dict[str, Any] = {"byline": OTTER, "endorsed": False, "created_at": 0, "sources": (WEB,)}
    return PublicAnswer(ordinal, text, **(known | more))


def file(**more: Any) -> NoteFile:
    """A picture."""
    known: dict[str, Any] = {"digest": "ab" * 32, "filename": "leaf.png", "content_type": "image/png", "size": 2048}
    return NoteFile(**(known | {"alt": "A red leaf"} | more))


# --- the whole


def test_a_whole_note() -> None:
    hole = NoteHole(42, "settled", "It is *dropped*.", (answer(endorsed=True),), parent_number=12, follow_ups=(43, 44))
    shown = written(
        block("heading", "What we saw"),
        block("text", "The leaf held.\n- one\n- two"),
        block("heading", "Under the glass", level=2),
        block("term", "abscission layer :: where the tree lets go"),
        block("question", "Does a leaf fall?", hole=hole),
        block("image", "", file=file()),
        version=3,
        changes=Changes(2, 1, 1, (42,)),
    )
    assert shown == (
        "# Why leaves let go\n\n*17 November 2026 · Trees · version 3*\n\n"
        "## In this note\n\n- What we saw\n    - Under the glass\n\n"
        "## What we saw\n\nThe leaf held.\n\n- one\n- two\n\n"
        "### Under the glass\n\nabscission layer\n:   where the tree lets go\n\n"
        "> **?** Does a leaf fall? (#42)\n\nThe tree lets go.\n\n"
        "— Found by Bold Otter (#42.1) · **This answers it**\n\n"
        "- Web page: [NASA](https://science.nasa.gov/water) · Why trust it: they measure it\n\n"
        "**What I now think:**\n\nIt is *dropped*.\n\n---\n\n"
        f"![A red leaf](media/{'ab' * 32}.png)\n\n"
        "## Terms\n\n- **abscission layer**: where the tree lets go\n\n"
        "## Sources\n\n- Web page: [NASA](https://science.nasa.gov/water) (#42.1)\n\n"
        "## The trail of the questions\n\n- **#42** Does a leaf fall? · settled\n"
        "    - follows from #12\n    - led to #43, #44\n\n---\n\n"
        "*Written by Quiet Heron, Bold Otter.*\n\n"
        "*Since version 2: 2 passages new, 1 passage reworded, 1 passage left out, filled: #42.*\n"
    )
    made = html(shown)
    assert tags(made, "h1", "h2", "h3") == ["h1", "h2", "h2", "h3", "h2", "h2", "h2"]
    assert "<dt>abscission layer</dt>\n<dd>where the tree lets go</dd>" in made


def test_a_small_note_has_no_empty_sections() -> None:
    shown = written(block("heading", "One"), block("text", "All of it."), unit="", bylines=())
    assert shown == "# Why leaves let go\n\n*17 November 2026 · version 1*\n\n## One\n\nAll of it.\n"


def test_a_version_that_changed_no_block_says_nothing_of_it() -> None:
    shown = written(block("text", "x"), version=2, changes=Changes(0, 0, 0))
    assert shown.endswith("---\n\n*Written by Quiet Heron, Bold Otter.*\n")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a *b* _c_ snake_case [d](e) `f`", r"a \*b\* \_c\_ snake_case \[d\](e) \`f\`"),
        ("<script> & &lt; &#60;", "&lt;script> & &amp;lt; &amp;#60;"),
        ("two\n\nlines # no", "two lines # no"),
        ("back\\slash", "back\\\\slash"),
    ],
)
def test_plain_words_stay_words(typed: str, shown: str) -> None:
    assert plain(typed) == shown
    text = re.sub(r"<[^>]+>", "", html(f"# {plain(typed)}"))
    assert text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == " ".join(typed.split())


# --- holes


@pytest.mark.parametrize(
    ("hole", "shown"),
    [
        (NoteHole(42, "open", "", ()), "> **?** Why? — *still open (#42)*"),
        (NoteHole(42, "claimed", "", ()), "> **?** Why? — *still open (#42)*"),
        (NoteHole(42, "unresolved", "", ()), "> **?** Why? — *searched, still open (#42)*"),
        (NoteHole(42, "settled", "", ()), "> **?** Why? (#42)"),
        (NoteHole(42, "answered", "", (answer(sources=()),)), "> **?** Why? (#42)"),
        (None, "> **?** Why?"),
    ],
)
def test_how_a_question_stands(hole: NoteHole | None, shown: str) -> None:
    assert body(block("question", "Why?", hole=hole)).split("\n")[0] == shown


def test_where_answers_end_is_seen() -> None:
    hole = NoteHole(42, "answered", "", (answer(sources=()), answer(2, "And so on.", sources=())))
    question = block("question", "Why?", hole=hole)
    assert "(#42.2)\n\n---\n\nOther words." in body(question, block("text", "Other words."))
    assert "---\n\n## Next" not in body(question, block("heading", "Next"))
    assert "---\n\n> **?** Why?" not in body(question, block("question", "Why?"))
    assert body(question).index("The tree lets go.") < body(question).index("And so on.")


def test_an_answers_headings_and_code_stand_below_those_of_the_note() -> None:
    hole = NoteHole(42, "answered", "", (answer(text="# So\n```py\nx = 1\n```", sources=()),))
    made = html(body(block("question", "Why?", hole=hole)))
    assert tags(made, "h1", "h2", "h3", "h4", "pre") == ["h4", "pre", "h2"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (PublicSource("book", "Trees_", "", "9781771642484", "", "", ""), r"- Book: Trees\_, ISBN 9781771642484"),
        (
            PublicSource("ai", "Some tool", "", "", "no", "why?", "in a book"),
            "- AI tool: Some tool · Why trust it: no · What I asked: why? · How I checked: in a book",
        ),
        (PublicSource("web", "", "https://a.org/x_(y)", "", "", "", ""), "(https://a.org/x_%28y%29)"),
    ],
)
def test_sources(source: PublicSource, shown: str) -> None:
    text = body(block("question", "Why?", hole=NoteHole(42, "answered", "", (answer(sources=(source,)),))))
    assert shown in text
    if source.link:
        assert '<a href="https://a.org/x_%28y%29">https://a.org/x_(y)</a>' in html(text)


def test_a_source_is_listed_once_with_every_answer_that_names_it() -> None:
    hole = NoteHole(42, "answered", "", (answer(1), answer(2)))
    assert "(https://science.nasa.gov/water) (#42.1, #42.2)" in body(block("question", "Why?", hole=hole))


# --- files


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        (file(alt="A [red] leaf"), rf"![A \[red\] leaf](media/{'ab' * 32}.png)"),
        (file(alt=""), f"![leaf.png](media/{'ab' * 32}.png)"),
        (
            file(filename="plan.pdf", content_type="application/pdf", size=9),
            f"[plan.pdf](media/{'ab' * 32}.pdf) (1 KB)",
        ),
        (file(filename="x.svg", content_type="image/svg+xml", size=3_000_000), "x.svg (2.9 MB)"),
    ],
)
def test_files(kept: NoteFile, shown: str) -> None:
    assert body(block("file", "The *caption*", file=kept)) == f"{shown}\n\nThe *caption*\n"


# --- what one block does to another


def test_what_goes_on_is_one_and_what_does_not_is_apart() -> None:
    table = block("text", "| a | b |\n|---|---|\n| 1 | 2 |"), block("text", "| 3 | 4 |")
    assert tags(html(body(*table)), "table", "tr") == ["table", "tr", "tr", "tr"]
    code = block("text", "```py\none"), block("text", "between", byline=OTTER), block("text", "two\n```\nafter")
    assert body(*code) == "```py\none\n```\n\nbetween\n\n```py\ntwo\n```\n\nafter\n"
    lists = block("text", "- a"), block("text", "- b"), block("text", "- c", byline=OTTER)
    assert body(*lists) == "- a\n- b\n\n<!-- -->\n\n- c\n"
    assert tags(html(body(*lists)), "ul", "li") == ["ul", "li", "li", "ul", "li"]
    quotes = block("text", "> a"), block("text", "> b", byline=OTTER), block("question", "c")
    assert tags(html(body(*quotes)), "blockquote") == ["blockquote"] * 3
    ordered = block("text", "1. a\n   more"), block("text", "- b", byline=OTTER)
    assert tags(html(body(*ordered)), "ol", "ul", "li") == ["ol", "li", "ul", "li"]


@pytest.mark.parametrize(
    "first",
    [
        "```\nnever closed",
        "~~~\nnever closed",
        "<!-- never closed",
        "<div><table><script>",
        "<pre>\n",
        "`never closed",
        "**never closed",
        "[never closed](",
        "- a list",
        "> a quote",
        "term\n: meaning",
        "$never closed",
        "Look: ```py\nx = 1",
        "[^1]: a note",
        "| a | b |\n|---|---|",
    ],
)
@pytest.mark.parametrize(
    "second", ["Words.", "    Words.", ": Words.", "=====\nWords.", "---\nWords.", "-->\nWords.", "  Words."]
)
def test_no_block_swallows_or_joins_the_next(first: str, second: str) -> None:
    made = html(body(block("text", first), block("heading", "Between"), block("text", second, byline=OTTER)))
    assert "<h2>Between</h2>" in made
    side = html(body(block("text", first), block("text", second, byline=OTTER)))
    reader = Depth("Words.")
    reader.feed(side)
    assert reader.inside <= {"p", "pre", "code"}, side
    assert not tags(side, "div", "script") or 'class="footnote"' in side


class Depth(HTMLParser):
    """Tells in which elements some words stand."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words, self._open = words, [""]
        self.inside: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        while self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._words in data:
            self.inside = set(self._open[1:])


@pytest.mark.parametrize("words", ["- item", "1. item", "> quote", "~~~", "```", "***", "---", "===", "# x", "#x"])
def test_what_begins_a_line_acts_in_no_heading_term_or_question(words: str) -> None:
    made = html(body(block("term", f"{words} :: {words}"), block("question", words), block("text", "Words.")))
    assert tags(made, "dl", "dt", "dd", "blockquote", "pre", "hr", "ol", "h1") == ["dl", "dt", "dd", "blockquote"]
    assert "<p>Words.</p>" in made


def test_footnotes_of_the_same_label_stay_with_their_authors() -> None:
    text = body(
        block("text", "Mine.[^1] `[^1]`"),
        block("text", "Theirs.[^1] And [^b].\n\n[^1]: their note\n[^b]: b", byline=OTTER),
        block("text", "```\n[^1]: code\n```"),
        block("text", "[^1]: my note"),
        block("text", "Mine again.[^1]\n\n[^1]: my second"),
        block("question", "Whose?[^1]", hole=NoteHole(42, "answered", "", (answer(text="So.[^1]", sources=()),))),
    )
    assert "Mine.[^1-2] `[^1]`" in text
    assert "Theirs.[^1] And [^b].\n\n[^1]: their note\n[^b]: b" in text
    assert "```\n[^1]: code\n```" in text
    assert "[^1-2]: my note" in text
    assert "Mine again.[^1-3]\n\n[^1-3]: my second" in text
    assert "Whose?[^1-3]" in text
    assert "So.[^1]" in text
    assert html(text).count('<li id="fn:') == 4


def test_a_label_that_is_free_is_chosen() -> None:
    text = body(block("text", "[^1]: a\n[^1-2]: b"), block("text", "[^1]: c", byline=OTTER))
    assert "[^1-3]: c" in text


# --- one text


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        ("a\n- b\nc", "a\n\n- b\n\nc"),
        ("- a\n  - b\n    - c\n  - d\n- e", "- a\n    - b\n        - c\n    - d\n- e"),
        ("- a\n  more\n\n  and more\n- b", "- a\n    more\n\n    and more\n- b"),
        ("- a\n\nc", "- a\n\nc"),
        ("1. a\n   ```py\n   x\n\n     y\n   ```\n2. b", "1. a\n\n        x\n        \n          y\n\n2. b"),
        ("- # a\n- #b", "- ## a\n- \\#b"),
        ("#42 is it\n####### no", "\\#42 is it\n\\####### no"),
        ("#### a\nb\n###### c", "##### a\n\nb\n\n###### c"),
        ("> # a\n> #b\nc", "> ## a\n> \\#b\n\nc"),
        ("a\n===\nb\n---\nc\nd\n---", "## a\n\n### b\n\nc\nd\n\n---"),
        ("a\n\n***\nb", "a\n\n***\n\nb"),
        ("- a\n---\nb", "- a\n\n---\n\nb"),
        ("a\n| b | c |\n| - | - |\n| d | e |\nf", "a\n\n| b | c |\n| - | - |\n| d | e |\n\nf"),
        ("a | b\nc | d", "a | b\nc | d"),
        ("a\n[^1]: b\nc\n[^2]: d", "a\n\n[^1]: b\nc\n[^2]: d"),
        ("a\n```c++ title\nb\n```\nc\n\n\n\nd", "a\n\n```c++\nb\n```\n\nc\n\nd"),
        (" ~~~ \n b\nc\n ~~~~", "~~~\n b\nc\n~~~"),
        ("    a\n      b", "```\na\n  b\n```"),
        ("   a\nb", "a\nb"),
        ("a\n\n    <b>\n    c", "a\n\n    <b>\n    c"),
        ("a\n    b", "a\nb"),
        ("    - a\n    - b", "- a\n- b"),
        ("a\tb\r\nc", "a   b\nc"),
        (": a\n: b", "&#58; a\n: b"),
        ("a\n: b", "a\n: b"),
        ("<b> `<b>` <https://a.org> $a<b$ 1 < 2", "&lt;b> `<b>` <https://a.org> $a< b$ 1 < 2"),
        ("\\<b> \\\\<b> \\\\\\<b>", "&lt;b> \\\\&lt;b> \\\\&lt;b>"),
        ("`a\n<b>` c\n\n`<d>", "`a\n<b>` c\n\n`&lt;d>"),
        ("$$\na<b\n$$", "$$\na< b\n$$"),
        ("", ""),
    ],
)
def test_one_text(typed: str, tidied: str) -> None:
    assert tidy(typed) == tidied


def test_changing_what_is_no_code() -> None:
    text = "a `a` $a$ <https://a>\n\n```\na\n~~~\n```\n\n~~~~\na\n~~~\n~~~~\na"
    changed = outside_code(text, lambda part: part.replace("a", "b"))
    assert changed == "b `a` $a$ <https://a>\n\n```\na\n~~~\n```\n\n~~~~\na\n~~~\n~~~~\nb"


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet=" \n\t`~#>-*+1.|:[]^()<a$\\=_&;!", max_size=120))
def test_nothing_that_is_typed_is_a_tag_or_reaches_out(text: str) -> None:
    made = html(body(block("text", f"{text}<script>"), block("heading", "Between"), block("text", text)))
    assert "<h2>Between</h2>" in made
    assert "<script" not in made


@pytest.mark.parametrize(
    "typed",
    [
        "> " * 2000 + "x",
        "`" * 4000,
        "` `` " * 800,
        "$a " * 1300,
        "- " * 2000,
        "|" * 2000 + "\n" + "|-" * 1000,
        "#" * 4000,
        "[^" * 2000,
        "<" * 4000,
        " " * 4000 + "x",
        "- a\n" * 1000,
        "$$ a " * 801,
        "\\" * 3999 + "<a",
    ],
)
def test_no_text_takes_long(typed: str) -> None:
    began = time.perf_counter()
    tidy(typed)
    assert time.perf_counter() - began < 1


@pytest.mark.skipif(not SHARED, reason="VADEMECUM_SHARED does not name the folder with the lessons")
@pytest.mark.parametrize("seed", range(3))
def test_lessons_posted_in_pieces_keep_what_they_hold(seed: int) -> None:
    lessons = sorted(Path(SHARED, "data", "lessons").glob("*.md"))
    assert lessons
    for path in lessons:
        source = path.read_text(encoding="utf-8").partition("\n---\n")[2]
        made = html(to_markdown(noted(*_posted(source, random.Random(seed))), catalogue()))
        outside = re.sub(r"^```.*?^```", "", source, flags=re.MULTILINE | re.DOTALL)
        said = html_text(made)
        for heading in re.findall(r"^#+ (.+)$", outside, re.MULTILINE):
            assert html_text(html(tidy(heading))) in said, (path.name, heading)
        assert made.count("<pre>") == len(re.findall(r"^```", source, re.MULTILINE)) // 2, path.name
        for address in re.findall(r"\]\((https?://[^)\s]+)\)", outside):
            assert f'href="{address.replace("&", "&amp;")}"' in made, (path.name, address)


def _posted(source: str, chance: random.Random) -> list[NoteBlock]:
    """A lesson as one author would post it: in messages of whole lines, cut anywhere, at most 2,000 characters."""
    fence, blocks, message = "", [], ""
    for line in [*source.splitlines(keepends=True), None]:
        if line is None or len(message) + len(line) > 1900 or (message and chance.random() < 0.03):
            done = split(message, fence)
            fence = done.fence
            for one in done.drafts:
                level = len(one.text) - len(one.text.lstrip("#")) or 1
                words = one.text.lstrip("#").strip() if one.kind.value == "heading" else one.text
                words = words.removeprefix("?").strip() if one.kind.value == "question" else words
                blocks.append(block(one.kind.value, words, level=level))
            message = ""
        message += line or ""
    return blocks


def html_text(made: str) -> str:
    """The words of a page."""
    words = re.sub(r"<[^>]+>", "", made)
    return " ".join(
        words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&").split()
    )
