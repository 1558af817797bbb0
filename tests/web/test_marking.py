"""How a note's Markdown becomes HTML: what it knows, what it lets through, and how long it may take."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.treeprocessors import InlineProcessor

from bot.web.marking import colours, easy, inline, parser
from bot.web.marking.formulas import FORMULA_LIMIT, formula
from bot.web.marking.lines import PASSAGE_LIMIT, Cuts, prepared
from bot.web.marking.parser import Inserted, Marked, Surroundings, marked

PICTURE = f"{'a' * 64}.png"
AROUND = Surroundings("n7-", {PICTURE: f"../../media/{PICTURE}"}, lambda name: f"the {name}")
REL = 'rel="nofollow ugc noopener noreferrer"'


def made(*parts: str | Inserted) -> str:
    """The HTML of passages, without line breaks between elements."""
    return re.sub(r">\n+<", "><", marked(parts, AROUND).html.strip())


# What chat writes, and how it is read


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Plants need:\n- water\n- sun", "<p>Plants need:</p><ul><li>water</li><li>sun</li></ul>"),
        ("- a\n  - b\n    - c\n- d", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>"),
        ("1) a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
        ("It was in\n2026. Then", "<p>It was in<br>\n2026. Then</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        (f"{'word ' * 11}and\ngoes on", f"<p>{'word ' * 11}and goes on</p>"),
        (f"{'word ' * 11}ends.\nhere", f"<p>{'word ' * 11}ends.<br>\nhere</p>"),
        ("a\n\n    code <b>\n\nb", "<p>a</p><pre><code>code &lt;b&gt;\n</code></pre><p>b</p>"),
        ("~~no~~ `a*b*` \\*x\\* &copy; a_b_c", "<p><del>no</del> <code>a*b*</code> *x* © a_b_c</p>"),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("term\n:   meaning", '<dl><dt id="n7-t-term">term</dt><dd>meaning</dd></dl>'),
        ("a\n***\nb", "<p>a</p><hr><p>b</p>"),
        ("#no heading", "<p>#no heading</p>"),
        ("", ""),
    ],
)
def test_what_was_written_in_chat_reads_as_it_was_meant(text: str, html: str) -> None:
    assert made(text) == html


def test_code_stands_where_its_list_does_and_keeps_its_spaces() -> None:
    text = "1. first\n   ```py\n   if x:\n       y = 1\n   ```\n2. second"
    assert "<ol><li><p>first</p><pre><code>" in made(text)
    assert '<span class="hl-k">if </span>x:\n    y = <span class="hl-n">1</span></code></pre></li><li>' in made(text)


def test_code_that_is_left_open_ends_with_its_passage() -> None:
    assert made("```\nx = 1", Inserted("<aside></aside>"), "after") == (
        "<pre><code>x = 1\n</code></pre><aside></aside><p>after</p>"
    )


def test_tables_scroll_by_themselves_and_keep_their_alignment() -> None:
    small = made("| a | b | |\n|:-:|--:|---|\n| 1 | 2 | 3 |")
    assert small.startswith('<div class="wide"><table><thead><tr><th class="centre" scope="col">a</th>')
    assert '<th class="right" scope="col">b</th><td></td>' in small
    wide = made(f"a | b\n--|--\n{'x' * 20} | {'y' * 20}")
    assert wide.startswith('<div class="wide" tabindex="0" role="group" aria-label="the table">')


def test_footnotes_lead_there_and_back_and_nowhere_else() -> None:
    html = made("One[^a] and again[^a], none[^b].", "[^a]: It says [^c].\n\n    More of it.", "[^c]: Deep.")
    assert '<sup id="n7-ref-1"><a href="#n7-fn-1">1</a></sup> and again<sup><a href="#n7-fn-1">1</a></sup>' in html
    assert "none[^b]" in html
    assert '<section class="footnotes" aria-label="the footnotes"><ol><li id="n7-fn-1">' in html
    assert '<a href="#n7-ref-1" aria-label="the back">&nbsp;↩</a>' in html
    unused = made("No sign.", "[^a]: Nobody leads here.")
    assert "↩" not in unused
    assert "Nobody leads here." in unused


def test_headings_have_no_gap_and_places_of_their_own() -> None:
    note = marked(["# One", "### Two *deep*", "# One", "#", "text"], AROUND)
    assert re.findall("<h([1-6])", note.html) == ["2", "3", "2"]
    assert [(one.id, one.level, one.text) for one in note.headings] == [
        ("n7-h-one", 2, "One"),
        ("n7-h-two-deep", 3, "Two deep"),
        ("n7-h-one--2", 2, "One"),
    ]
    assert [one.id for one in marked(["## שלום", "## $x$[^1]", "[^1]: y"], AROUND).headings] == ["n7-h-x", "n7-h-x--2"]


def test_terms_are_found_again() -> None:
    note = marked(["leaf & *stalk*\n:   green", "a [b](https://c.example)\n:   d"], AROUND)
    assert [(one.id, one.text) for one in note.terms] == [("n7-t-leaf-stalk", "leaf & stalk"), ("n7-t-a-b", "a b")]


# Links and pictures


def test_links_lead_out_or_to_a_heading_of_the_same_note() -> None:
    html = made(
        "[out](https://a.example) [here](#What-it-is) [gone](#nowhere) [in](../lesson.md) <m@a.example>", "# What it is"
    )
    assert f'<a href="https://a.example" {REL}>out</a>' in html
    assert '<a href="#n7-h-what-it-is">here</a> <span>gone</span> <span>in</span>' in html
    assert f'<a href="mailto:m@a.example" {REL}>m@a.example</a>' in html
    assert made("[](https://www.a.example/x)") == f'<p><a href="https://www.a.example/x" {REL}>a.example</a></p>'
    assert made("[a <https://b.example> b](https://a.example)").count("<a ") == 1


def test_only_pictures_of_the_note_are_shown() -> None:
    own = made(f"![A leaf](media/{PICTURE} 'title')")
    assert own == f'<p><img src="../../media/{PICTURE}" alt="A leaf" loading="lazy"></p>'
    assert made("![leaf](https://a.example/leaf.png)") == f'<p><a href="https://a.example/leaf.png" {REL}>leaf</a></p>'
    assert made(f"![](media/{'b' * 64}.png)") == "<p><span>…</span></p>"
    assert made("[![x](https://a.example/x.png)](https://b.example)").count("<a ") == 1


# Formulas


def test_formulas_are_mathml() -> None:
    html = made("It is $E = mc^2$, and costs $5 or $6.", "$$\na &= b \\\\\n- c\n$$ so")
    assert '<math display="inline"><mrow><mi>E</mi><mo>=</mo>' in html
    assert "costs $5 or $6." in html
    assert '<span class="formula block"' in formula(r"\begin{aligned}a&=b\end{aligned}", block=True)
    assert "`$x$`" not in html
    assert made("`$x$` \\$y$") == "<p><code>$x$</code> $y$</p>"


@pytest.mark.parametrize(
    "source",
    [
        r"\ce{H2O}",
        r"\def\a{\a\a}\a",
        "x" * (FORMULA_LIMIT + 1),
        r"\hspace{-3em}x",
        r"x & y",
        "{" * 400,
    ],
    ids=["unknown", "macro", "long", "backwards", "stray", "deep"],
)
def test_a_formula_that_cannot_be_read_is_shown_as_its_source(source: str) -> None:
    assert formula(source, block=False).startswith("<code>$")


@pytest.mark.parametrize(
    "source",
    [
        r"\color{red}x",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\text{<script>alert(1)</script>}",
        r"\rule{9em}{9em}",
        r"\hspace{99em}x",
        r"\operatorname{<img src=x onerror=alert(1)>}",
    ],
)
def test_a_formula_brings_nothing_along(source: str) -> None:
    html = formula(source, block=True)
    for sign in ("color=", "href=", "style=", "<script", "<img", "9em", "mathbackground"):
        assert sign not in html


# Colours


@pytest.mark.parametrize("language", sorted(colours.LANGUAGES))
def test_every_language_is_coloured_with_our_classes_only(language: str) -> None:
    text = (
        'class A { int x = 1; } // "b" <c>\ndef f(a): return "x" # y\n+ added\n<a href="b">c</a>\n>>> echo $x\nkey: 1'
    )
    html = colours.code(text, language)
    spans = {f'<span class="hl-{one}">' for one in "cdfkns"}
    assert set(re.findall("<[^>]*>", html)) <= spans | {
        '<pre tabindex="0">',
        "</pre>",
        "<code>",
        "</code>",
        "</span>",
    }
    assert "hl-" in html


def test_long_code_and_unknown_languages_are_plain() -> None:
    assert "span" not in colours.code("x = 1\n" * colours.CODE_LIMIT, "python")
    assert colours.code("a < b", "klingon") == "<pre><code>a &lt; b\n</code></pre>"


# The same with and without the parser


class Reader:
    """The parser without its short ways."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self._patched = patched

    def read(self, parts: list[str]) -> str:
        with self._patched.context() as patch:
            patch.setattr(parser._Reading, "_easily", lambda _self, _parts: None)
            patch.setattr(parser, "passage", lambda _text: None)
            patch.setattr(inline, "easy", lambda _text: None)
            return marked(parts, AROUND).html


WORDS = "a,Word,two words,*a*,**b c**,`d e`,é,x_y,$x^2$,1,&,<b>,a|b,https://a.b,?,(x),a: b,*,`,#,\\,~,-,1.,$,word.,::"
LINE = st.lists(st.sampled_from(WORDS.split(",")), min_size=1, max_size=5).map(" ".join)
CELLS = st.lists(st.sampled_from(["a", "*b*", "`c`", "", "x y z", "**d**", "1"]), min_size=1, max_size=4)
PART = st.one_of(
    st.lists(LINE, min_size=1, max_size=3).map("\n".join),
    st.lists(LINE, min_size=1, max_size=3).map("\n\n".join),
    st.tuples(st.sampled_from(["# ", "## ", "### "]), LINE).map("".join),
    st.tuples(LINE, LINE).map("\n:   ".join),
    st.lists(LINE, min_size=1, max_size=3).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    LINE.map(lambda line: f"```py\n{line}\n```"),
    st.lists(CELLS, min_size=1, max_size=4).map(
        lambda rows: "\n".join(["| a | b |", "|---|:-:|", *(f"| {' | '.join(row)} |" for row in rows)])
    ),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PART, min_size=1, max_size=4))
def test_what_is_easy_reads_the_same_with_the_parser(parts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        whole = Reader(patched).read(parts)
    assert marked(parts, AROUND).html.split() == whole.split() or "".join(
        marked(parts, AROUND).html.split()
    ) == "".join(whole.split())


def test_plain_prose_is_easy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser._Reading, "_parsed", lambda *_: pytest.fail("the parser was asked"))
    assert easy.passage("Leaves *fall* in **autumn**, `why`?\n\n- one $x$\n- two") is not None
    marked(["# Leaves", "They fall.", "- one\n- two", "term\n:   meaning", "| a | b |\n|---|---|\n| 1 | 2 |"], AROUND)


# What somebody may write to do harm


def test_what_is_inserted_stands_where_it_was_put() -> None:
    hole = Inserted('<aside id="mine"><p>said</p></aside>')
    for before in (
        "- a\n- b",
        "> q",
        "```\nx",
        "a | b\n--|--\n1 | 2",
        "[^1]: note",
        "term\n:   m",
        "~~~",
        "    code",
        "$$\nx",
    ):
        for after in ("    indented", "- c", ":   m", "> q", "more", "[^1]: b", "| x |", "```", "$$"):
            html = made(before, hole, after)
            assert html.count('<aside id="mine"><p>said</p></aside>') == 1, (before, after)
            tags = re.findall("<(/?)(?:ul|ol|li|dl|dd|blockquote|table|p)>", html.partition(hole.html)[0])
            assert tags.count("") == tags.count("/"), (before, after)


def test_a_passage_that_swallows_what_is_inserted_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser._Reading, "_easily", lambda _self, _parts: None)
    real = parser._Reading._source

    def swallows(self: Any, parts: list[str | Inserted]) -> str:
        source = real(self, parts)
        return "x" if len(parts) > 1 else source

    monkeypatch.setattr(parser._Reading, "_source", swallows)
    monkeypatch.setattr(parser, "passage", lambda _text: None)
    assert made("x[^1]\n\n[^1]: y", Inserted("<aside></aside>"), "# z").count("<aside></aside>") == 1


FORGED = [
    "\ue0000\ue001",
    "\x02klzzwxh:0000\x03",
    "&#xE000;0&#xE001;",
    "&#2;klzzwxh:0000&#3;",
    '<div data-slot="0"></div>',
]


@pytest.mark.parametrize("text", FORGED)
def test_no_text_takes_the_place_of_what_is_inserted(text: str) -> None:
    html = made(text, Inserted("<aside></aside>"), f"# {text}", f"`{text}` [{text}]({text})")
    assert html.count("<aside></aside>") == 1
    assert not set("\x02\x03\ue000\ue001") & set(html)


SIGNS = (
    "> [ [a]( ![ *a**b ~~a ` ``` https:// https://,,, & \\ $ $$ | - _ __ * ** *** < <a <!-- ( ) ] []() "
    "[x](https://a.b) [^1] [^a]: [a]: [a][b] $a$ a_b a*b*c [[ ]] a`b \\` || &amp; &#2; :: == "
).split()
LINES = (
    "#|- a|  - a|1. |> - |>|[^1]: a|[a]: b|a\n: b|term\n:   m|a\n---|a\n===|---|* * *|    a|a  |- a\n\n  b\n|"
    "1. a\n|> a\n|a|b|"
    "a\n\n: b\n|$$|```|~~~|x\n1. y|- - - |+ * - |\t|1)|[^1]: a\n|[a]: b\n|# a"
)
HANGING = [*SIGNS, *(f"{one}\n" for one in LINES.split("|")), "a|b\n-|-\n", "| a | b |\n"]


@pytest.mark.parametrize("bit", HANGING)
def test_time_grows_with_the_length_and_no_faster(bit: str) -> None:
    marked(["warm *up*"], AROUND)
    for length, seconds in ((PASSAGE_LIMIT - 100, 2), (4 * PASSAGE_LIMIT, 8)):
        text = (bit * length)[:length]
        began = time.process_time()  # what the parser costs, whatever else the machine does
        marked([text], AROUND)
        assert time.process_time() - began < seconds


def test_code_takes_no_long_time_to_colour() -> None:
    for language in ("python", "java", "typescript", "yaml", "cpp", "css", "html", "php"):
        for bit in ("a b ", "'\\", "\n ", "<a b='", "{", "&", "a.", "1e"):
            text = (bit * colours.CODE_LIMIT)[: colours.CODE_LIMIT]
            began = time.process_time()
            colours.code(text, language)
            assert time.process_time() - began < 2, (language, bit)


def test_a_depth_that_python_cannot_follow_is_shown_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(*_: object) -> Any:
        raise RecursionError

    monkeypatch.setattr(parser._Reading, "read", too_deep)
    assert marked(["a <b>\n\nc", Inserted("<aside></aside>")], AROUND) == Marked(
        "<p>a &lt;b&gt;</p>\n<p>c</p>\n<aside></aside>"
    )


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_stops_the_reader(text: str) -> None:
    html = marked([text, Inserted("<aside></aside>")], AROUND).html
    assert html.count("<aside></aside>") == 1


def test_the_parsers_private_way_is_still_there() -> None:
    """`inline._Quick` stands in for a private function: a new Python-Markdown may have renamed it."""
    assert "_InlineProcessor__handleInline" in vars(InlineProcessor)
    assert "_InlineProcessor__applyPattern" in vars(InlineProcessor)
    assert set(inline._SIGNS) == {one.name for one in parser._set_up()[0].inlinePatterns._priority}


def test_lines_are_made_ready_once() -> None:
    cuts = Cuts()
    assert prepared("a\n| x | y |\n|---|---|", cuts) == "a\n\n| x | y |\n|---|---|"
    assert prepared("$$x$$ and", cuts).endswith(" and")
    assert [cut.kind for cut in cuts.found] == ["formula"]
