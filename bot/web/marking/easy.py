"""What is plain prose is read without the parser: most of what a class writes, in a tenth of the time.

Words, code, formulas and stress in paragraphs and flat lists. Whatever else there may be in a text, the parser reads;
what is read here reads the same there (tests/web/test_marking.py).
"""

from __future__ import annotations

import re
from html import escape

from bot.web.marking.formulas import FORMULA_LIMIT
from bot.web.marking.lines import CLOSE, OPEN, UNWANTED, goes_on

SIGNS = re.compile(rf"[{OPEN}`$\\\[<&~*_\n]|://")
"""What anything begins with that is more than words."""

_WORDS = rf"[^`$\\\[\]<>&*_~:!\n\x02\x03{OPEN}{CLOSE}]"
_STRESSED = rf"(?<![^\s(])(?P<mark>\*\*?)(?=[^\s*]){_WORDS}+?(?<=[\w)])(?P=mark)(?=[\s.,;:!?)]|\Z)"
_CODE = r"`[^`\n\\]+`(?!`)"
_FORMULA = rf"(?<![\\$\w])\$(?![\s$])[^$\n`{OPEN}{CLOSE}]{{1,{FORMULA_LIMIT}}}(?<![\s\\])\$(?![\d$])"
_EASY = re.compile(rf"(?:{_WORDS}+|:(?!//)|!(?!\[)|\n|{_CODE}|{_FORMULA}|{_STRESSED})*+\Z")
_PARTS = re.compile(r"`([^`]+)`|\$([^$]+)\$|\*\*([^*]+)\*\*|\*([^*]+)\*|\n")

_PARAGRAPH = re.compile(r"[^\W\d_][^|]*\Z")
_LINE = re.compile(r"(?!\d+[.)])[\w\"'(]")
_ITEM = re.compile(r"[-*+] +([^\W\d_].*)")


def passage(text: str) -> str | None:
    """Return a text as HTML if it is nothing but easy paragraphs and flat lists; otherwise None."""
    if UNWANTED.search(text) or "\t" in text or "\r" in text:
        return None
    made: list[str] = []
    for block in text.strip("\n").split("\n\n"):
        lines = block.split("\n")
        one = _list(lines) if block[:1] in {"-", "*", "+"} else _paragraph(block, lines)
        if one is None or (made and made[-1][:3] == one[:3] == "<ul"):
            return None
        made.append(one)
    return "\n".join(made)


def _paragraph(block: str, lines: list[str]) -> str | None:
    if not _PARAGRAPH.match(block) or not all(map(_LINE.match, lines)):
        return None
    inner = easy(_unwrapped(lines) if len(lines) > 1 else block.rstrip())
    return None if inner is None else f"<p>{inner}</p>"


def _unwrapped(lines: list[str]) -> str:
    joined = [lines[0].rstrip()]
    for line in lines[1:]:
        bare = line.rstrip()
        joined[-1:] = [f"{joined[-1]} {bare}"] if goes_on(joined[-1], bare) else [joined[-1], bare]
    return "\n".join(joined)


def _list(lines: list[str]) -> str | None:
    items = []
    for line in lines:
        found = _ITEM.match(line)
        inner = easy(found[1].rstrip()) if found and "|" not in line else None
        if inner is None:
            return None
        items.append(f"<li>{inner}</li>")
    return f"<ul>{''.join(items)}</ul>"


def easy(text: str) -> str | None:
    """Return HTML of what stands within a line, if there is nothing in it but words, code, formulas and plain stress.

    A formula is still its source: what stands on a page is made of it later.
    """
    if not SIGNS.search(text):
        return escape(text, quote=False)
    if not _EASY.match(text):
        return None
    return _PARTS.sub(_part, escape(text, quote=False))


def _part(found: re.Match[str]) -> str:
    code, formula, strong, stressed = found.groups()
    if code is not None:
        return f"<code>{code.strip()}</code>"
    if formula is not None:
        return f'<i data-formula="$">{formula}</i>'
    if strong is not None:
        return f"<strong>{strong}</strong>"
    return "<br>\n" if stressed is None else f"<em>{stressed}</em>"
