"""What a folder that we built holds, and of what each file was made: the next build writes only what changed."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

MARKER = ".vademecum-site"
"""Stands in every folder that we wrote, and says that we may replace it; holds the manifest."""
_SAYS = "Written by vademecum site build; the next build replaces this folder. Of what each file was made:"
_CODE = ("bot.models", "bot.services.scribes", "bot.text", "bot.web")
"""Where what makes a page is: the code, the templates, the words."""
_LIBRARIES = ("Jinja2", "latex2mathml", "Markdown", "nh3", "Pygments")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: what it was made of, and by what one sees that it is still the one that was written."""

    key: str
    size: int
    changed_at: int


@dataclass(slots=True)
class Manifest:
    """The files of a folder by their names, and keys of what stands in them and is worth taking over by itself."""

    entries: dict[str, Entry] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, key: str, path: str) -> None:
        """Note a file that was written or taken over."""
        found = os.stat(path)  # noqa: PTH116 - thousands of files: pathlib takes its time
        self.entries[name] = Entry(key, found.st_size, found.st_mtime_ns)

    def holds(self, folder: str, name: str, key: str) -> bool:
        """Tell whether the file in `folder` is there as it was written, and was made of the same."""
        entry = self.entries.get(name)
        if entry is None or entry.key != key:
            return False
        try:
            found = os.stat(f"{folder}/{name}", follow_symlinks=False)  # noqa: PTH116
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (entry.size, entry.changed_at)

    def written(self) -> bytes:
        """Return it as it is kept."""
        files = {name: (one.key, one.size, one.changed_at) for name, one in self.entries.items()}
        kept = json.dumps({"made_by": made_by(), "files": files, "parts": self.parts}, separators=(",", ":"))
        return f"{_SAYS}\n{kept}\n".encode()


def read(folder: Path) -> Manifest:
    """Return the manifest of a folder; an empty one where there is none, or another version of us wrote it."""
    try:
        kept = json.loads((folder / MARKER).read_text(encoding="utf-8").partition("\n")[2])
        entries = {name: Entry(*entry) for name, entry in kept["files"].items()}
        return Manifest(entries, dict(kept["parts"])) if kept["made_by"] == made_by() else Manifest()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Manifest()  # not there, or damaged: then everything is written anew


def digest_of(text: str) -> str:
    """Return a short digest of whatever a file is made of."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


@cache
def made_by() -> str:
    """Return what changes whenever the same notes might make another page."""
    digest = hashlib.sha256()
    for package in _CODE:
        for name, content in sorted(_sources(files(package), package)):
            digest.update(f"{name} {len(content)}\n".encode() + content)
    digest.update(repr([version(name) for name in _LIBRARIES]).encode())
    return digest.hexdigest()[:32]


def _sources(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for one in folder.iterdir():
        path = f"{name}/{one.name}"
        if one.is_dir():
            found += _sources(one, path)
        elif not one.name.endswith(".pyc"):
            found.append((path, one.read_bytes()))
    return found
