"""Publications: a snapshot of an artefact, with consent and approval (PRODUCT.md, "Publication")."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.models.answers import PublicAnswer
from bot.models.companions import Note, NoteFile


class Publishable(StrEnum):
    """What can be published."""

    QUESTION = "question"
    NOTE = "note"


class PublicationState(StrEnum):
    """The life of a publication."""

    ASKED = "asked"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ConsentState(StrEnum):
    """An author's answer. Silence (`ASKED`) is no."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """What one author is asked in private. `byline` is the pen name they would be shown by.

    `title` is the question's text or the note's title.
    """

    publication_id: int
    kind: Publishable
    number: int
    title: str
    state: ConsentState
    byline: str


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """The snapshot: everything a page shows of a question, and nothing else.

    `byline` is empty when the question was asked anonymously. `parent_number` names the question it follows;
    a page links it only if that one is published too.
    """

    number: int
    state: str
    text: str
    topic: str
    knew: str
    now_think: str
    tried: str
    byline: str
    created_at: int
    settled_at: int | None
    parent_number: int | None
    parent_answer_ordinal: int | None
    inquiry_name: str
    inquiry_why: str
    inquiry_outcome: str
    answers: tuple[PublicAnswer, ...]


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A published snapshot with what the site needs to place it. `digest` changes whenever the page would."""

    question: PublicQuestion
    published_at: int
    digest: str


@dataclass(frozen=True, slots=True)
class PublicNotePage:
    """A published note: what of it has its authors' yes. `digest` changes whenever the page would."""

    note: Note
    published_at: int
    digest: str


@dataclass(frozen=True, slots=True)
class PublicLibrary:
    """A server as the public site shows it: its pages, and those of its notes, in order of number, newest last.

    `version` changes whenever anything in it does. `indexable` is False until a librarian invites search engines.
    `timezone` is the IANA name by which its days are counted.
    """

    server_id: int
    name: str
    slug: str
    version: str
    indexable: bool
    timezone: str
    pages: tuple[PublicPage, ...]
    notes: tuple[PublicNotePage, ...] = ()

    @property
    def media(self) -> dict[str, NoteFile]:
        """The files that its site gives out, by their digests: those of published notes, and no other of any note."""
        files = (block.file for page in self.notes for block in page.note.blocks)
        return {one.digest: one for one in files if one is not None and one.media_name}


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what would be public if a librarian approved now, and what stands in the way.

    `title` is the question's text or the note's title. `question` or `note` is what would be public; both are None
    while something stands in the way. `waiting_count` is how many authors have not said yes; never who. `digest` is
    handed back on approval, so that what is published is what was looked at.
    """

    publication_id: int
    kind: Publishable
    number: int
    title: str
    question: PublicQuestion | None
    note: Note | None
    digest: str
    waiting_count: int

    @property
    def is_ready(self) -> bool:
        """Whether a librarian can approve it now."""
        return self.question is not None or self.note is not None
