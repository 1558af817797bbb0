"""Compiled notes by hand, for tests of how they are drawn and taken away."""

from __future__ import annotations

import hashlib
import io
from functools import cache
from typing import Any

from PIL import Image

from bot.models.answers import PublicAnswer, PublicSource
from bot.models.companions import Changes, CompanionUnit, Note, NoteBlock, NoteFile, NoteHole
from bot.services.scribes.keeping import unit_key
from tests.web.shelf import WHEN

HERON, OTTER = "Quiet Heron", "Bold Otter"


@cache
def drawn(kind: str = "PNG", colour: str = "teal") -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (48, 32), colour).save(out, kind)
    return out.getvalue()


def filed(content: bytes = b"", **more: Any) -> NoteFile:
    """Return a file of a note: a picture, unless its content is given."""
    known: dict[str, Any] = {
        "digest": hashlib.sha256(content or drawn()).hexdigest(),
        "filename": "leaf.png",
        "content_type": "image/png",
        "size": len(content or drawn()),
        "alt": "A teal leaf",
    }
    return NoteFile(**(known | more))


def block(kind: str, text: str, **more: Any) -> NoteBlock:
    """Return a block of Quiet Heron's; its id is made of its words."""
    known: dict[str, Any] = {
        "id": int(hashlib.sha256(f"{kind} {text} {more}".encode(errors="replace")).hexdigest()[:8], 16)
    }
    return NoteBlock(**(known | {"kind": kind, "text": text, "byline": HERON} | more))


def noted(*blocks: NoteBlock, **more: Any) -> Note:
    """Return a note of these blocks."""
    known: dict[str, Any] = {
        "number": 57,
        "title": "What a cell is made of",
        "unit": "Biology",
        "held_on": "2026-11-18",
        "version": 2,
        "compiled_at": WHEN,
        "bylines": (HERON, OTTER),
        "changes": Changes(added=2, reworded=1, left_out=0, filled=(42,)),
    }
    return Note(**(known | {"blocks": blocks} | more))


def filled(number: int = 42, **more: Any) -> NoteHole:
    """Return a hole that was filled by Bold Otter, with a source."""
    source = PublicSource("web", "NASA", "https://science.nasa.gov/water", "", "they measure it", "", "")
    answer = PublicAnswer(
        1, "Water goes *where the salt is*.", OTTER, endorsed=True, created_at=WHEN, sources=(source,)
    )
    known: dict[str, Any] = {"state": "settled", "now_think": "It evens out.", "answers": (answer,)}
    return NoteHole(number, **(known | more))


def lesson() -> Note:
    """Return a note with a block of every kind, and whatever Markdown has."""
    return noted(
        block("heading", "The membrane"),
        block("text", "It lets **water** through, *not* salt.[^why]\n\n[^why]: Salt is held by its charge."),
        block("heading", "Osmosis", level=2),
        block("term", "osmosis :: water moves to where there is more `salt`"),
        block("question", "Why does water move?", hole=filled()),
        block("question", "Does it ever stop?", hole=NoteHole(43, "open", "", ())),
        block("text", "| day | height |\n|----:|:------|\n| 1 | 2 cm |\n| 2 | 3 cm |"),
        block("text", "```python\nfor day in range(2):\n    print(day < 1)\n```", byline=OTTER),
        block("text", r"The speed is $v = \frac{s}{t}$, or:" + "\n\n$$\\sqrt{a^2 + b^2}$$"),
        block("text", "- one\n- two\n    1. deeper\n\n> quoted, see [NASA](https://science.nasa.gov/)"),
        block("image", "A leaf under the microscope", file=filed()),
        block("file", "The worksheet", file=filed(b"%PDF-1.4", filename="cells.pdf", content_type="application/pdf")),
        block("term", "membrane :: the skin of a cell"),
    )


def gathered(*notes: Note) -> CompanionUnit:
    """Return the unit of these notes, named as the first one's."""
    name = notes[0].unit
    return CompanionUnit(name, unit_key(name), notes)


def read_media(digest: str) -> bytes:
    """Return what the files of `filed` hold."""
    known = [drawn(), drawn("JPEG"), drawn("GIF"), drawn("WEBP"), b"%PDF-1.4"]
    found = {hashlib.sha256(one).hexdigest(): one for one in known}
    if digest not in found:
        raise FileNotFoundError(digest)
    return found[digest]
