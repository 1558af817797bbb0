"""What students write becomes HTML that can do nothing."""

from __future__ import annotations

import re
import time

import pytest

from bot.web.markdown import NESTED_LIMIT, host_of, outward, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<b onmouseover=alert(1)>x",
    "<style>*{display:none}</style>",
    "<!-- --><script>alert(1)</script>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "</main></body><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example)",
    '[x](https://a.example "onclick=alert(1)")',
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "```html onclick=alert(1)\n<script>\n```",
    "# <script>alert(1)</script>",
    "> <script>alert(1)</script>",
    "* <img src=x onerror=alert(1)>",
    "\x02wzxhzdk:0\x03",
    "https://a.example/<script>alert(1)</script>",
    "https://a.example/\"onmouseover='alert(1)'",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]
ALLOWED = re.compile(
    r"<(?:/?(?:p|em|strong|del|ul|ol|li|blockquote|code|pre|h[3-6])|br|hr|/a"
    r'|a(?: href="(?:https?:|mailto:)[^"<>]*")? rel="nofollow ugc noopener noreferrer")>'
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_but_harmless_tags_comes_out(text: str) -> None:
    made = to_html(text)
    left = ALLOWED.sub("", made)
    assert "<" not in left, made
    assert to_html("**bold**") == "<p><strong>bold</strong></p>", "the same parser works on, with nothing left over"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>"),
        ("if 1 < 2 & <3", "<p>if 1 &lt; 2 &amp; &lt;3</p>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("```py\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        ("    four spaces", "<p>four spaces</p>"),
        ("", ""),
    ],
)
def test_what_students_write_in_chat_reads_as_they_meant_it(text: str, made: str) -> None:
    assert to_html(text) == made


def test_links_lead_out_without_a_word_about_us() -> None:
    rel = 'rel="nofollow ugc noopener noreferrer"'
    link = f'<a href="https://a.example/b" {rel}>'
    assert to_html("[b](https://a.example/b)") == f"<p>{link}b</a></p>"
    assert to_html("see https://a.example/b.") == f"<p>see {link}https://a.example/b</a>.</p>"
    assert to_html("(https://a.example/b)") == f"<p>({link}https://a.example/b</a>)</p>"
    assert to_html("[https://a.example/b](https://a.example/b)") == f"<p>{link}https://a.example/b</a></p>"
    assert to_html("<ms.okafor@school.example>").count("href") == 1


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://a.example/b?c=d#e", "https://a.example/b?c=d#e"),
        ("HTTP://A.example:80", "HTTP://A.example:80"),
        ("http://[::1]/", "http://[::1]/"),
        ("https://mia@a.example/", "https://mia@a.example/"),
        ("https://вода.example/путь", "https://вода.example/путь"),
        ('https://a.example/"x" [1]|#a#b', "https://a.example/%22x%22%20%5B1%5D%7C#a%23b"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("mailto:a@b.example?subject=so it is", "mailto:a@b.example?subject=so%20it%20is"),
        ("mailto://a.example", None),
        ("https:evil.example", None),
        ("//evil.example", None),
        ("https://a@b@evil.example/", None),
        ("https://%00/", None),
        ("https://a.example:99999/", None),
        ("http://[::1]:80:80/", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_link_is_written_as_a_url_is_or_is_none(typed: str, address: str | None) -> None:
    assert outward(typed) == address


def test_a_link_that_leads_nowhere_is_only_its_words() -> None:
    assert to_html("a [*b*](javascript:alert(1)) c") == "<p>a <em>b</em> c</p>"


def test_halves_of_pairs_are_left_out() -> None:
    assert to_html("a\ud83d b") == "<p>a b</p>"


def test_a_picture_from_elsewhere_becomes_a_link_to_it() -> None:
    made = to_html("![a leaf](https://a.example/leaf.png) and ![](https://www.a.example/x.png)")
    assert "<img" not in made
    assert ">a leaf</a> and" in made
    assert ">a.example</a>" in made


def test_headings_stand_below_ours_without_a_gap() -> None:
    assert re.findall("<h([1-6])", to_html("# a\n\n### b\n\n##### c\n\n###### d")) == ["4", "5", "6", "6"]
    assert re.findall("<h([1-6])", to_html("### b\n\n# a\n\n### c")) == ["4", "4", "5"]


@pytest.mark.parametrize(
    "text",
    [
        ">" * 3000,
        "[" * 3000,
        "[" * (NESTED_LIMIT - 1),
        "*a **b " * 400,
        "~~a" * 130,
        "`" * 3000,
        "\n".join("  " * depth + "- a" for depth in range(54)),
        "![" * 1000,
        "https://" * 370,
        "#\n" * 1500,
        "&" * 3000,
        "\\" * 3000,
    ],
    ids=str.split("quotes brackets nearly stars struck ticks list pictures addresses headings signs slashes"),
)
def test_a_text_made_to_hang_the_parser_is_shown_soon(text: str) -> None:
    began = time.process_time()  # what the parser costs, whatever else the machine does
    made = to_html(text)
    assert time.process_time() - began < 2
    assert "<" not in ALLOWED.sub("", made)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.example.org/a", "example.org"),
        ("", ""),
        ("http://[::1", ""),
        ("https://user@b.example", "b.example"),
    ],
)
def test_the_host_is_what_a_link_really_leads_to(address: str, host: str) -> None:
    assert host_of(address) == host
