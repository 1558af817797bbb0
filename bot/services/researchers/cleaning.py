"""Making what somebody typed fit to be kept: nothing invisible that misleads, nothing that only looks like text."""

from __future__ import annotations

import re
import unicodedata

from bot.errors import BadInput

_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiner: Persian, Indic scripts and emoji need them between two characters."""
_VARIATIONS = "\ufe0e\ufe0f"
_TAGS = range(0xE0020, 0xE0080)
"""Tag characters spell the flags of England, Scotland and Wales after a black flag; anywhere else they hide text."""
_BLACK_FLAG = "\U0001f3f4"
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what is no text: controls, formats, halves, private and unassigned, other line ends."""
_INVISIBLE = "\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5"
"""Letters and marks by their category that show nothing: fillers, the empty Braille cell, the grapheme joiner."""
_PLAIN = re.compile(r"[\n -~]*")
"""Printable ASCII and line ends: nothing in it is unwanted and nothing composes. Most of what is typed is only that."""
_MANY_LINES = re.compile(r"\n{3,}")


def clean_text(text: str, limit: int, key: str, *, required: bool = True) -> str:
    """Return `text` in NFC without control, bidirectional or other invisible characters, and without outer space.

    Lines stay, at most one empty one in a row. What emoji and scripts need stays. Raises BadInput with
    ``errors.<key>_too_long`` over `limit` characters, counted after cleaning, and ``errors.<key>_empty`` where
    nothing is left and it is `required`.
    """
    # Line by line: a pattern for space at an end would look at each space of a long gap as its beginning.
    ends_bare = "\n".join(line.rstrip() for line in visible_text(text).split("\n"))
    cleaned = _MANY_LINES.sub("\n\n", ends_bare).strip()
    if required and not cleaned:
        raise BadInput(f"errors.{key}_empty")
    if len(cleaned) > limit:
        raise BadInput(f"errors.{key}_too_long", limit=limit, length=len(cleaned))
    return cleaned


def visible_text(text: str) -> str:
    """Return `text` in NFC without control, bidirectional or other invisible characters; its lines and spaces stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return lines if _PLAIN.fullmatch(lines) else _visible(lines)


def _visible(text: str) -> str:
    composed = unicodedata.normalize("NFC", _without_unwanted(text))
    return unicodedata.normalize("NFC", _without_loose(composed))  # what goes may have stood before an accent


def _without_unwanted(text: str) -> str:
    return "".join(one for one in text if one in "\n\t" or _sometimes_needed(one) or not _is_unwanted(one))


def _sometimes_needed(character: str) -> bool:
    return character in _JOINERS or character in _VARIATIONS or ord(character) in _TAGS


def _is_unwanted(character: str) -> bool:
    return character in _INVISIBLE or unicodedata.category(character) in _UNWANTED


def _without_loose(text: str) -> str:
    kept, base = "", ""
    for place, character in enumerate(text):
        around = (kept[-1:], base, text[place + 1 : place + 2])
        if not _sometimes_needed(character) or _has_its_place(character, *around):
            kept += character
            base = base if _is_mark(character) else character
    return kept


def _has_its_place(character: str, before: str, base: str, following: str) -> bool:
    if ord(character) in _TAGS:
        return before == _BLACK_FLAG or (before != "" and ord(before) in _TAGS)
    if character in _VARIATIONS:
        return before.strip() != ""
    # An accent may yet become one with its letter: what the joiner follows is the letter.
    return _joins(base) and _joins(following) and not _sometimes_needed(following)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M") or _sometimes_needed(character)


def _joins(character: str) -> bool:
    # A joiner works between visible characters that are not plain Latin, digits or space.
    return character > "\u02ff" and not character.isspace()
