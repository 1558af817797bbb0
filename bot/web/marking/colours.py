"""Code in colours: its words, texts, numbers, names and remarks. Classes only; style.css has the colours.

One pass of one pattern for each language, none of which looks at a sign twice: so no code takes long, whoever wrote it.
A whole lexer (Pygments) took longer than everything else on a page, and over some hostile texts a hundred times that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from html import escape

WIDE_LINE = 30
"""Characters in a line that a phone does not show whole: then one must be able to scroll it with the keyboard."""
TEXT_LIMIT = 400
"""Characters of a text in quotes on one line that is found: one that is never closed is not looked for for long."""

_HASH = r"\#[^\n]*"
_SLASHES = r"//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_DASHES = r"--[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_DOUBLE = rf'"(?:[^"\\\n]|\\[^\n]){{0,{TEXT_LIMIT}}}+"'
_SINGLE = rf"'(?:[^'\\\n]|\\[^\n]){{0,{TEXT_LIMIT}}}+'"
_TICKS = r"`(?:[^`\\]|\\.)*+(?:`|\Z)"
_LONG = r'[rbfuRBFU]{0,2}(?:"""(?:[^"]|"(?!""))*+(?:"""|\Z)|\'\'\'(?:[^\']|\'(?!\'\'))*+(?:\'\'\'|\Z))'
_NUMBER = r"(?<![\w.])(?:0[xXbBoO][0-9a-fA-F_]+|[0-9][0-9_]*+(?:\.[0-9_]+)?(?:[eE][+-]?[0-9]+)?)"
_CALLED = r"(?<![\w.])[A-Za-z_]\w*+(?=\()"
_DECORATED = r"(?<![\w)])@[A-Za-z_][\w.]*"

_C = (
    "auto bool break case char class const continue default do double else enum extern false float for goto if inline"
    " int long namespace new null nullptr private public return short signed sizeof static struct switch template this"
    " throw true try typedef union unsigned using virtual void while catch protected delete"
)
_SCRIPT = (
    "as async await break case catch class const continue default delete do else enum export extends false finally for"
    " from function get if implements import in instanceof interface let new null of private public readonly return set"
    " static super switch this throw true try type typeof undefined var void while yield"
)
_PYTHON = (
    "and as assert async await break case class continue def del elif else except False finally for from global if"
    " import in is lambda match None nonlocal not or pass raise return True try while with yield"
)
_SQL = (
    "add all alter and as asc between by case check column constraint create database default delete desc distinct drop"
    " else end exists foreign from full group having if in index inner insert into is join key left like limit not null"
    " offset on or order outer primary references right select set table then union unique update values view when"
    " where"
)
_SHELL = (
    "case cd do done echo elif else esac exit export fi for function if in local read return set shift source then"
    " until while"
)
_MODERN = (
    "as break case class const continue defer default do else enum extension false fallthrough final fn for fun func go"
    " guard if impl import in interface internal is let loop map match mod mut nil none null object open override"
    " package private protocol pub public range return select self static struct super switch throw trait true try type"
    " use val var when where while"
)
_RUBY = (
    "alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo rescue"
    " retry return self super then true undef unless until when while yield"
)
_R = "break else FALSE for function if in Inf NA NaN next NULL repeat return TRUE while"
_PHP = f"{_SCRIPT} array echo elseif endforeach endif foreach include php print protected require trait use"

Rules = tuple[tuple[str, str], ...]


def _rules(remark: str, texts: str, words: str, *more: tuple[str, str], any_case: bool = False) -> Rules:
    """Return what of a language has which class; what stands first counts."""
    listed = "|".join(words.split())
    word = rf"(?<![\w.])(?:{f'(?i:{listed})' if any_case else listed})(?!\w)"
    return (("c", remark), *more, ("s", texts), ("n", _NUMBER), ("k", word), ("f", _CALLED))


_QUOTED = f"{_DOUBLE}|{_SINGLE}"
_KEY = ("f", r"(?m:^)[ \-]*+[\w.\-]+(?=[ ]*[:=])|(?m:^)\[[^\]\n]*\]")
_TAGS: Rules = (
    ("c", r"<!--(?:[^-]|-(?!->))*+(?:-->|\Z)"),
    ("k", r"</?[A-Za-z][\w:.\-]*|/?>"),
    ("s", rf"(?<==)(?:{_QUOTED})"),
    ("f", r"(?<=\s)[A-Za-z@:][\w:.\-]*(?==)"),
)
_DIFF: Rules = (("k", r"(?m:^)(?:@@|diff|index)[^\n]*"), ("s", r"(?m:^)\+[^\n]*"), ("d", r"(?m:^)-[^\n]*"))

_LANGUAGES: dict[str, Callable[[], Rules]] = {
    "bash sh shell zsh": lambda: _rules(rf"(?<![^\s;]){_HASH}", _QUOTED, _SHELL, ("n", r"\$(?:\w+|\{\w+\})")),
    "c c++ cpp java kotlin cs": lambda: _rules(rf"{_SLASHES}|(?m:^)\#[^\n]*", _QUOTED, _C, ("f", _DECORATED)),
    "css": lambda: _rules(
        r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)",
        _QUOTED,
        "important",
        ("f", r"(?<![\w\-])[\w\-]++(?=\s?:\s)"),
        ("n", r"\#[0-9a-fA-F]{3,8}\b"),
    ),
    "diff": lambda: _DIFF,
    "go kotlin rust swift": lambda: _rules(_SLASHES, rf"{_DOUBLE}|{_TICKS}|'(?:[^'\\\n]|\\.)'", _MODERN),
    "html xml svg": lambda: _TAGS,
    "javascript js ts typescript": lambda: _rules(_SLASHES, f"{_QUOTED}|{_TICKS}", _SCRIPT),
    "json": lambda: (("f", rf"{_DOUBLE}(?=\s*:)"), *_rules(r"(?!)", _DOUBLE, "true false null")),
    "php": lambda: _rules(f"{_SLASHES}|{_HASH}", _QUOTED, _PHP, ("n", r"\$\w+")),
    "py python python3": lambda: _rules(_HASH, f"{_LONG}|[rbfuRBFU]{{0,2}}(?:{_QUOTED})", _PYTHON, ("f", _DECORATED)),
    "pycon": lambda: (("c", r"(?m:^)(?:>>>|\.\.\.)(?=[ ]|$)"), *_rules(_HASH, _QUOTED, _PYTHON)),
    "r": lambda: _rules(_HASH, _QUOTED, _R),
    "ruby rb": lambda: _rules(_HASH, _QUOTED, _RUBY, ("n", r"(?<![:\w]):\w+|@\w+")),
    "sql": lambda: _rules(_DASHES, _QUOTED, _SQL, any_case=True),
    "toml yaml yml ini": lambda: _rules(rf"(?<!\S){_HASH}", _QUOTED, "true false null yes no on off", _KEY),
}
"""The languages that are coloured, by the names that people write behind a fence."""


@lru_cache(maxsize=512)
def code(text: str, language: str) -> str:
    """Return a piece of code as safe HTML."""
    lines = text.strip("\n")
    pattern = _pattern(language)
    inner = "".join(_coloured(pattern, lines)) if pattern else escape(lines, quote=False)
    wide = any(len(line) > WIDE_LINE for line in lines.split("\n"))
    opened = '<pre tabindex="0">' if wide else "<pre>"
    return f"{opened}<code>{inner}\n</code></pre>"


def _coloured(pattern: re.Pattern[str], text: str) -> list[str]:
    out, place = [], 0
    for found in pattern.finditer(text):
        name = found.lastgroup or ""
        out += [escape(text[place : found.start()], quote=False), f'<span class="hl-{name[0]}">']
        out += [escape(found[0], quote=False), "</span>"]
        place = found.end()
    out.append(escape(text[place:], quote=False))
    return out


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    """Return what finds everything that has a colour; None for a language that has none here."""
    rules = next((rules() for names, rules in _LANGUAGES.items() if language in names.split()), None)
    if rules is None:
        return None
    return re.compile("|".join(f"(?P<{name}{place}>{rule})" for place, (name, rule) in enumerate(rules)), re.DOTALL)
