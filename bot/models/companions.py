"""The companion: what was compiled from notes. The same shapes serve the class and, with consent, the public."""

from __future__ import annotations

from dataclasses import dataclass

from bot.models.answers import PublicAnswer

ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
"""Types of files that stand in a companion, and the endings of their names. Files of other types are named, not given
out: a browser could run what is in them (HTML, SVG), or a computer (programs, documents with macros)."""


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A file of a compiled note: its digest in the media store, and what a reader needs to know of it."""

    digest: str
    filename: str
    content_type: str
    size: int
    alt: str

    @property
    def media_name(self) -> str:
        """Its name in a folder ``media/``; empty where a file of its type is only named (see `ENDINGS`)."""
        ending = ENDINGS.get(self.content_type)
        return f"{self.digest}.{ending}" if ending else ""


@dataclass(frozen=True, slots=True)
class NoteHole:
    """The question of a hole, and what was found: `answers` is empty while it is open; what is marked stands first.

    `number` is that of the question that was answered: of the one that was asked before, where this one repeats it.
    `parent_number` is the question that it follows from, `follow_ups` those that follow from it; a page links them only
    where they are published too.
    """

    number: int
    state: str
    now_think: str
    answers: tuple[PublicAnswer, ...]
    parent_number: int | None = None
    follow_ups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteBlock:
    """A block as it is read. `id` is that of the block that it came from; `byline` the pen name of who wrote it.

    `text` is Markdown: of a heading without its mark; of a term ``term :: meaning``; of a question its words without
    the mark; of an image or a file its caption. `level` is that of a heading, 1 to 3. A question without a `hole` is
    one that was taken back.
    """

    id: int
    kind: str
    text: str
    byline: str
    file: NoteFile | None = None
    hole: NoteHole | None = None
    level: int = 1


@dataclass(frozen=True, slots=True)
class Changes:
    """What a version changed since the one before, counted in blocks, and the numbers of holes filled since."""

    added: int
    reworded: int
    left_out: int
    filled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A compiled note. `version` counts from 1; `compiled_at` is UTC milliseconds.

    `bylines` are the pen names of who wrote its blocks, in the order in which they first appear.
    """

    number: int
    title: str
    unit: str
    held_on: str
    version: int
    compiled_at: int
    bylines: tuple[str, ...]
    blocks: tuple[NoteBlock, ...]
    changes: Changes


@dataclass(frozen=True, slots=True)
class Compilation:
    """A version that was compiled, or the newest one where nothing had changed (`is_new` False).

    `digest` is that of what it says: two versions that say the same have the same.
    """

    note: Note
    is_new: bool
    digest: str


@dataclass(frozen=True, slots=True)
class CompanionUnit:
    """A unit of the companion: its notes by day. `key` is what its spellings share; an empty one gathers the rest."""

    name: str
    key: str
    notes: tuple[Note, ...]
