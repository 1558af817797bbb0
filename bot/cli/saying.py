"""How the command line speaks: the catalogue's texts, errors as one line on stderr."""

from __future__ import annotations

import sys

from bot.errors import Refused
from bot.text import catalogue

say = catalogue().say


def complain(error: Exception) -> None:
    """Print an expected error as one line."""
    text = say(error.key, **error.places) if isinstance(error, Refused) else str(error)
    print(f"vademecum: {' '.join(text.split())}", file=sys.stderr)


def size_of(count: int) -> str:
    """Write a number of bytes as people read it: ``3.4 MB``."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004 - what a prefix stands for
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
