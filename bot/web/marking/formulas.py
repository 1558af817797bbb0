"""Formulas as MathML, which browsers draw by themselves: no script, no picture.

What `latex2mathml` makes is not taken as it is: only the elements and attributes below, and no space that is large
enough to move other people's words. A formula that cannot be read is shown as its source.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from xml.etree.ElementTree import Element

import nh3

FORMULA_LIMIT = 1_000
"""Characters of one formula. What is longer is shown as its source."""
WIDE_FORMULA = 24
"""Characters of a formula that a phone may not show whole."""
SHIFT_LIMIT = 2.0
"""How far all negative spaces of one formula may shift it, in em: more would be drawn over what stands before it."""

TAGS = set(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msup msub msubsup mover munder munderover mtable mtr mtd mstyle"
    " mpadded mphantom menclose mmultiscripts mprescripts none".split()
)
_LENGTH = re.compile(r"([+-]?(?:[0-3]|[0-3]?\.\d{1,3}))(?:em|ex)|0|0px|\dpt")
_SMALL = re.compile(r"[+-]?\.\d{1,3}(?:em|ex)|0|0px")
_WORDS = re.compile(r"[a-z ]{1,60}")
_NUMBER = re.compile(r"-?\d|0")
_BOTH = re.compile("true|false")
ATTRIBUTES = {
    "display": re.compile("block|inline"),
    "stretchy": _BOTH,
    "fence": _BOTH,
    "form": re.compile("prefix|infix|postfix"),
    "accent": _BOTH,
    "accentunder": _BOTH,
    "largeop": _BOTH,
    "movablelimits": _BOTH,
    "displaystyle": _BOTH,
    "scriptlevel": _NUMBER,
    "linethickness": re.compile("0"),
    "mathvariant": re.compile("normal"),
    "columnalign": _WORDS,
    "columnlines": _WORDS,
    "rowlines": _WORDS,
    "notation": _WORDS,
    "minsize": _LENGTH,
    "maxsize": _LENGTH,
    "width": _LENGTH,
    "height": _SMALL,
    "depth": _SMALL,
    "lspace": _LENGTH,
    "rspace": _LENGTH,
    "voffset": _SMALL,
}
"""The attributes that may stay, each with what it may say; what says something else is left out."""

_NEVER = re.compile(r"\\(?:[gex]?def|let|(?:re)?newcommand|providecommand|DeclareMathOperator|unicode)(?![a-zA-Z])")
"""Macros would let a short formula become a long one; and signs are written as they are."""
_ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|alignedat|gathered|gather\*?|split|eqnarray\*?)\}")
_SIGN = re.compile(r"&#x([0-9A-Fa-f]{1,5});")
_NO_SIGN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@lru_cache(maxsize=4096)
def formula(source: str, *, block: bool) -> str:
    """Return a formula as MathML, on a line of its own or in a sentence; as its source in ``<code>`` if unreadable."""
    made = _read(source, block=block) if len(source) <= FORMULA_LIMIT and not _NEVER.search(source) else None
    if made is None:
        mark = "$$" if block else "$"
        return f"<code>{escape(mark + source + mark, quote=False)}</code>"
    long = ' tabindex="0"' if len(source) > WIDE_FORMULA else ""  # then one must be able to scroll it with the keyboard
    if block:
        return f'<span class="formula block"{long}>{made}</span>'
    return f'<span class="formula"{long}>{made}</span>' if long else made


def _read(source: str, *, block: bool) -> str | None:
    from latex2mathml.converter import Converter

    known = _ALIGNED.sub(r"\\\1{align*}", source)  # the one of these environments that it knows
    try:
        math = Converter(display="block" if block else "inline").convert_to_element(known)
    except Exception:  # noqa: BLE001 - it has no family of errors, and stumbles in many ways over what is no formula
        return None
    try:
        return _wall().clean(_written(math))
    except (_UnreadableError, RecursionError):
        return None


@cache
def _wall() -> nh3.Cleaner:
    return nh3.Cleaner(tags=TAGS, attributes={"*": set(ATTRIBUTES)}, link_rel=None)


class _UnreadableError(Exception):
    """Something came out that no page of ours shows."""


def _written(math: Element) -> str:
    out: list[str] = []
    shift = _write(math, out)
    if shift > SHIFT_LIMIT:
        raise _UnreadableError
    return "".join(out)


def _write(one: Element, out: list[str]) -> float:
    """Write an element; return how far it goes back over what stands before it, in em."""
    if one.tag not in TAGS:
        raise _UnreadableError
    attributes = {name: value for name, value in one.attrib.items() if _may_stay(name, value)}
    out.append(f"<{one.tag}")
    out.extend(f' {name}="{value}"' for name, value in attributes.items())
    out.append(">")
    shift = sum(_back(attributes.get(name, "")) for name in ("width", "lspace", "rspace"))
    out.append(_text(one.text or ""))
    for child in one:
        shift += _write(child, out)
    out.append(f"</{one.tag}>")
    return shift


def _may_stay(name: str, value: str) -> bool:
    pattern = ATTRIBUTES.get(name)
    return pattern is not None and pattern.fullmatch(value) is not None


def _back(length: str) -> float:
    found = _LENGTH.fullmatch(length)
    return max(0.0, -float(found[1])) if found and found[1] else 0.0


def _text(text: str) -> str:
    """Return the words of an element, safe for a page. The library writes signs as numbers; commands mean: unread."""
    signs = _NO_SIGN.sub("", _SIGN.sub(lambda found: chr(int(found[1], 16)), text))
    if signs == "&" or re.search(r"\\[a-zA-Z]", signs):
        raise _UnreadableError
    return escape(signs, quote=False)
