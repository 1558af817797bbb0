"""The words people read: one TOML file per room and locale, whole sentences with named places.

A text is a string, or a table of plural forms chosen by the place ``count`` (``one``, ``other``; ``zero`` where the
sentence for nothing is another one). Values are put in as they are: who renders for chat escapes user text first.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DEFAULT_LOCALE = "en"
_FOLDER = Path(__file__).parent


class Catalogue:
    """The texts of one locale; what it lacks is taken from English."""

    def __init__(self, texts: dict[str, Any]) -> None:
        self._texts = texts

    def say(self, key: str, /, **places: object) -> str:
        """Return the text `key` (``room.name``) with its places filled.

        Raises KeyError for an unknown key or a missing place: a test asks for every text there is.
        """
        text = self._texts[key]
        if isinstance(text, dict):
            text = text[plural_form(places["count"], text)]
        return str(text).strip().format_map(places) if places else str(text).strip()

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in self._texts

    def keys(self) -> list[str]:
        """Every key, sorted."""
        return sorted(self._texts)


def plural_form(count: object, forms: dict[str, str]) -> str:
    """Choose between the plural forms of English: zero (where the text has one), one, other."""
    if count == 0 and "zero" in forms:
        return "zero"
    return "one" if count == 1 else "other"


@cache
def catalogue(locale: str = DEFAULT_LOCALE) -> Catalogue:
    """Return the texts for a Discord or BCP 47 locale, falling back to its language, then to English."""
    texts: dict[str, Any] = {}
    for name in dict.fromkeys((DEFAULT_LOCALE, locale.split("-", maxsplit=1)[0], locale)):
        texts |= _read(name)
    return Catalogue(texts)


@cache
def _read(name: str) -> dict[str, Any]:
    """Read the files of one folder, once: `en-US` is `en` until somebody translates it, and must not be read anew."""
    return {
        f"{path.stem}.{key}": text
        for path in sorted((_FOLDER / name).glob("*.toml"))
        for key, text in _flatten(tomllib.loads(path.read_text(encoding="utf-8")))
    }


def _flatten(table: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict) and "other" not in value:
            flat += _flatten(value, f"{prefix}{name}.")
        else:
            flat.append((f"{prefix}{name}", value))
    return flat
