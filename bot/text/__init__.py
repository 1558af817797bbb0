"""The words people read: one TOML file per room and locale, whole sentences with named places.

A text is a string, or a table of plural forms chosen by the place ``count`` (``one``, ``other``; ``zero`` where the
sentence for nothing is another one). Values are put in as they are: who renders for chat escapes user text first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

DEFAULT_LOCALE = "en"
_FOLDER = Path(__file__).parent


class Catalogue:
    """The texts of one locale; what it lacks is taken from English. A room's are read when one of them is wanted."""

    def __init__(self, texts: Mapping[str, Any] | None = None, folders: Iterable[str] = ()) -> None:
        self._texts = dict(texts or {})
        self._folders = tuple(folders)
        self._rooms: set[str] = set()

    def _find(self, key: str) -> Any:  # noqa: ANN401 - a text or its plural forms
        if key not in self._texts:
            self._read_room(key.partition(".")[0])
        return self._texts[key]

    def _read_room(self, room: str) -> None:
        if room not in self._rooms:
            self._rooms.add(room)
            for folder in self._folders:
                self._texts |= _read(folder, room)

    def say(self, key: str, /, **places: object) -> str:
        """Return the text `key` (``room.name``) with its places filled.

        Raises KeyError for an unknown key or a missing place: a test asks for every text there is.
        """
        text = self._find(key)
        if isinstance(text, dict):
            text = text[plural_form(places["count"], text)]
        return str(text).strip().format_map(places) if places else str(text).strip()

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        self._read_room(key.partition(".")[0])
        return key in self._texts

    def keys(self) -> list[str]:
        """Every key, sorted."""
        for folder in self._folders:
            for path in (_FOLDER / folder).glob("*.toml"):
                self._read_room(path.stem)
        return sorted(self._texts)


def plural_form(count: object, forms: dict[str, str]) -> str:
    """Choose between the plural forms of English: zero (where the text has one), one, other."""
    if count == 0 and "zero" in forms:
        return "zero"
    return "one" if count == 1 else "other"


@cache
def catalogue(locale: str = DEFAULT_LOCALE) -> Catalogue:
    """Return the texts for a Discord or BCP 47 locale, falling back to its language, then to English."""
    names = dict.fromkeys((DEFAULT_LOCALE, locale.split("-", maxsplit=1)[0], locale))
    return Catalogue(folders=[name for name in names if (_FOLDER / name).is_dir()])


@cache
def _read(folder: str, room: str) -> dict[str, Any]:
    """Read one file, once: `en-US` is `en` until somebody translates it, and must not be read anew."""
    path = _FOLDER / folder / f"{room}.toml"
    if not path.is_file():
        return {}
    return {f"{room}.{key}": text for key, text in _flatten(tomllib.loads(path.read_text(encoding="utf-8")))}


def _flatten(table: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict) and "other" not in value:
            flat += _flatten(value, f"{prefix}{name}.")
        else:
            flat.append((f"{prefix}{name}", value))
    return flat
