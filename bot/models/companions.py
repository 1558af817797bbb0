"""The companion: what was compiled from notes. The same shapes serve the class and, from what has consent, the public."""

from __future__ import annotations

from dataclasses import dataclass

from bot.models.publications import PublicAnswer


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A file of a compiled note: its digest in the media store, and what a reader needs to know of it."""

    digest: str
    filename: str
    content_type: str
    size: int
    alt: str


@dataclass(frozen=True, slots=True)
class NoteHole:
    """The question of a hole, and what was found: `answers` is empty while it is open."""

    number: int
    state: str
    now_think: str
    answers: tuple[PublicAnswer, ...]


@dataclass(frozen=True, slots=True)
class NoteBlock:
    """A block as it is read. `id` is that of the block that it came from; `byline` the pen name of who wrote it.

    `text` is Markdown: of a heading without its mark; of a term ``term :: meaning``; of a question its words without
    the mark; of an image or a file its caption.
    """

    id: int
    kind: str
    text: str
    byline: str
    file: NoteFile | None = None
    hole: NoteHole | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a version changed since the one before, counted in blocks, and the numbers of holes filled since."""

    added: int
    reworded: int
    left_out: int
    filled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A compiled note. `version` counts from 1; `compiled_at` is UTC milliseconds; `bylines` names its scribes."""

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
    """A version that was compiled, or the newest one where nothing had changed (`is_new` False)."""

    note: Note
    is_new: bool
    digest: str


@dataclass(frozen=True, slots=True)
class CompanionUnit:
    """A unit of the companion: its notes by day. `key` is what its spellings share; an empty one gathers the rest."""

    name: str
    key: str
    notes: tuple[Note, ...]
