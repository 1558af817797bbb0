"""Sessions, their notes and blocks: the scribes' words (PRODUCT.md, "The words")."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TITLE_LIMIT = 90
"""Characters of a session's title: with its number and day it fits into a thread's name (100)."""
UNIT_LIMIT = 60
BLOCK_LIMIT = 4_000
"""Characters of one block: what a form takes, and the longest message that Discord knows."""
SCRIBES_LIMIT = 10
ALT_LIMIT = 1_000


class SessionState(StrEnum):
    """A closed note takes nothing in any more; it can be edited, compiled and opened again."""

    OPEN = "open"
    CLOSED = "closed"


class ScribePart(StrEnum):
    """Who leads the note, and who writes along."""

    LEAD = "lead"
    PARTNER = "partner"


class BlockKind(StrEnum):
    """What a block is. Lists, tables, code, quotes and formulas are text."""

    HEADING = "heading"
    TEXT = "text"
    TERM = "term"
    QUESTION = "question"
    IMAGE = "image"
    FILE = "file"


class BlockState(StrEnum):
    """Where a block stands. Only what is `STANDING` is part of the note."""

    STANDING = "standing"
    WAITING = "waiting"
    """Written by somebody who is no scribe: a scribe may take it in."""
    STRUCK = "struck"
    """Talk, not notes; it can be put back."""
    REMOVED = "removed"
    """Its message was deleted in Discord: its words are gone, the fact stays."""
    MERGED = "merged"
    """Its text went into the block before it."""


class Cause(StrEnum):
    """Why a revision of a block came to be."""

    WRITTEN = "written"
    MESSAGE = "message"
    """Its author edited the message in Discord."""
    EDITED = "edited"
    TAKEN = "taken"
    STRUCK = "struck"
    PUT_BACK = "put_back"
    MERGED = "merged"
    SPLIT = "split"
    """What was merged stands by itself again."""
    RESTORED = "restored"
    REMOVED = "removed"
    SET_ASIDE = "set_aside"
    """What its message says since, after somebody edited the block here: kept, but not what the block says."""
    MOVED = "moved"
    """Its place changed, since something was put in before it; its words did not."""


@dataclass(frozen=True, slots=True)
class BlockFile:
    """The file of an image or file block.

    `digest` is None while it is still to be fetched from Discord, and empty where it cannot be had any more.
    """

    attachment_id: int | None
    digest: str | None
    filename: str
    content_type: str
    size: int
    alt: str


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a note.

    `text` is Markdown with its mark: ``# …`` for a heading, ``term :: meaning``, ``? …`` for a question; of an image
    or a file its caption. `position` is the id of the Discord message or interaction that it came with and `part` its
    place within that: the two give the order. `question_number` is that of the hole's question.
    """

    id: int
    server_id: int
    session_id: int
    kind: BlockKind
    state: BlockState
    author_id: int | None
    position: int
    part: int
    text: str
    source_message_id: int | None
    question_id: int | None
    question_number: int | None
    merged_into_id: int | None
    taken_by: int | None
    checked_by: int | None
    checked_at: int | None
    created_at: int
    changed_at: int
    revision: int
    message_revision: int
    file: BlockFile | None = None

    @property
    def follows_message(self) -> bool:
        """Whether it says what its message says: then an edit of the message changes it."""
        return self.revision == self.message_revision


@dataclass(frozen=True, slots=True)
class Scribe:
    """Who keeps a note, from when to when (UTC milliseconds; `until` None: still)."""

    user_id: int
    part: ScribePart
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """One lesson or meeting. `held_on` is the day, YYYY-MM-DD. `revision` is the version of its note.

    `thread_id` is None until its thread was made, and again when that was deleted in Discord.
    """

    id: int
    server_id: int
    class_id: int
    class_name: str | None
    number: int
    title: str
    unit: str
    unit_key: str
    held_on: str
    state: SessionState
    channel_id: int
    thread_id: int | None
    started_by: int | None
    started_at: int
    closed_at: int | None
    revision: int
    scribes: tuple[Scribe, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteView:
    """A session and the blocks of its note in reading order: those that stand, and what waits or is struck."""

    session: Session
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ThreadFile:
    """A file of a message, as Discord names it; what is in it is fetched later."""

    attachment_id: int
    filename: str
    content_type: str
    size: int
    alt: str


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A message of a session's thread. `edited_at` is 0 for one that was never edited; UTC milliseconds."""

    id: int
    author_id: int
    text: str
    edited_at: int = 0
    files: tuple[ThreadFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of a block: what it said from then on, why, by whom."""

    block_id: int
    revision: int
    session_revision: int
    kind: BlockKind
    state: BlockState
    text: str
    cause: Cause
    by: int | None
    at: int
    before: str
    """What the block said before; empty for its first revision."""
