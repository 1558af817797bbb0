"""Code in colours: what of it is a word of the language, a text, a number, a remark.

Classes only: style.css has the colours. Only languages that are named here, and only so much code that no lexer takes
long over what was made to hang it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from typing import Any

CODE_LIMIT = 2_000
"""Characters of code in one piece that is coloured; a longer one is shown plain.

Some of Pygments' lexers need time that grows with the square of some texts: 0.1 s for the worst that was found of this
length.
"""

LANGUAGES = {
    "bash": "bash",
    "c": "c",
    "c++": "cpp",
    "cpp": "cpp",
    "css": "css",
    "diff": "diff",
    "go": "go",
    "html": "html",
    "java": "java",
    "javascript": "javascript",
    "js": "javascript",
    "json": "json",
    "kotlin": "kotlin",
    "php": "html+php",
    "py": "python",
    "python": "python",
    "python3": "python",
    "pycon": "pycon",
    "r": "r",
    "ruby": "ruby",
    "rust": "rust",
    "sh": "bash",
    "shell": "bash",
    "sql": "sql",
    "swift": "swift",
    "toml": "toml",
    "ts": "typescript",
    "typescript": "typescript",
    "xml": "xml",
    "yaml": "yaml",
    "yml": "yaml",
}
"""The languages that are coloured, by the names that people write behind a fence, and what Pygments calls them."""

CLASSES = {
    "Comment": "hl-c",
    "Keyword": "hl-k",
    "Literal.String": "hl-s",
    "Literal.Number": "hl-n",
    "Name.Function": "hl-f",
    "Name.Class": "hl-f",
    "Name.Tag": "hl-k",
    "Name.Decorator": "hl-f",
    "Name.Builtin": "hl-f",
    "Name.Exception": "hl-f",
    "Operator.Word": "hl-k",
    "Generic.Inserted": "hl-s",
    "Generic.Deleted": "hl-d",
    "Generic.Prompt": "hl-c",
    "Generic.Heading": "hl-k",
    "Generic.Subheading": "hl-k",
    "Generic.Traceback": "hl-d",
}
"""What of a language has a colour, and its class."""

WIDE_LINE = 30
"""Characters in a line that a phone does not show whole: then one must be able to scroll it with the keyboard."""


@lru_cache(maxsize=512)
def code(text: str, language: str) -> str:
    """Return a piece of code as safe HTML."""
    lines = text.strip("\n")
    known = LANGUAGES.get(language) if len(lines) <= CODE_LIMIT else None
    inner = _coloured(lines, known) if known else escape(lines, quote=False)
    wide = any(len(line) > WIDE_LINE for line in lines.split("\n"))
    opened = '<pre tabindex="0">' if wide else "<pre>"
    return f"{opened}<code>{inner}\n</code></pre>"


def _coloured(text: str, language: str) -> str:
    out: list[str] = []
    last, run = "", ""
    for kind, words in _lexer(language).get_tokens(text):
        name = _class_of(kind) if words.strip() else last
        if name == last:
            run += words
        else:
            out.append(_span(last, run))
            last, run = name, words
    return "".join([*out, _span(last, run.rstrip("\n"))])


def _span(name: str, text: str) -> str:
    inner = escape(text, quote=False)
    return f'<span class="{name}">{inner}</span>' if name and inner else inner


@cache
def _class_of(kind: Any) -> str:  # noqa: ANN401 - a token type, which Pygments makes on the fly
    words = re.sub(r"^Token\.?", "", str(kind)).split(".")
    names = (".".join(words[:length]) for length in range(len(words), 0, -1))
    return next((CLASSES[name] for name in names if name in CLASSES), "")


@cache
def _lexer(language: str) -> Any:  # noqa: ANN401 - Pygments has no types
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(language, stripnl=False)
