"""A text in Markdown, posted into a thread in pieces as people would.

By two scribes, each piece no longer than Discord takes, cut between paragraphs where one can, and in the middle of code
and of tables where one does not care.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

MESSAGE_LIMIT = 2_000
TALKATIVE = 700
"""Characters after which a scribe usually sends what was typed so far."""

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_TABLE = re.compile(r"^\s*\|?[ :|-]*-[ :|-]*\|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as Discord hands it on, without the empty space around it: which of the scribes wrote it, and what."""

    scribe: int
    text: str


def without_front_matter(text: str) -> tuple[str, str]:
    """Return the title and the rest of a text that begins with data between two lines of dashes."""
    found = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if not found:
        return "", text
    title = re.search(r"^title: *(.*)$", found[1], re.MULTILINE)
    return (title[1].strip("'\" ") if title else ""), text[found.end() :]


def passages(text: str) -> Iterator[str]:
    """Cut a text at its empty lines, but not within code."""
    kept: list[str] = []
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if not fence and found:
            fence = found[1]
        elif fence and line.strip() and len(line.strip()) >= len(fence) and not line.strip().strip(fence[0]):
            fence = ""
        if line.strip() or fence:
            kept.append(line)
        elif kept:
            yield "\n".join(kept)
            kept = []
    if kept:
        yield "\n".join(kept)


def posted(text: str, seed: int = 1) -> list[Posted]:
    """Return the messages, in order. Every third piece of code and every second table is cut in the middle."""
    thread = _Thread(Random(seed))
    codes, tables = count(), count()
    for one in passages(text):
        cut = (_FENCE.match(one) and next(codes) % 3 == 0) or (_TABLE.search(one) and next(tables) % 2 == 0)
        first, *others = _cut(one, len(one) // 2 if cut else MESSAGE_LIMIT)
        thread.type(first)
        for other in others:
            thread.send()
            thread.type(other)
    thread.send()
    return thread.messages


class _Thread:
    """What was sent, and what one of the scribes is typing."""

    def __init__(self, chance: Random) -> None:
        self.messages: list[Posted] = []
        self._chance = chance
        self._typed = ""
        self._scribe = 0

    def type(self, passage: str) -> None:
        """Type a passage; send first what was typed before, when that is much or they would be too long together."""
        together = f"{self._typed}\n\n{passage}" if self._typed else passage
        enough = len(self._typed) > TALKATIVE * self._chance.uniform(0.2, 2) and not passage[0].isspace()
        if enough or len(together) > MESSAGE_LIMIT:
            self.send()
            self._scribe = self._chance.choice((0, 1)) if enough else self._scribe
            together = passage
        self._typed = together

    def send(self) -> None:
        """Send what was typed; Discord takes away the empty space around it."""
        if self._typed:
            self.messages.append(Posted(self._scribe, self._typed.strip()))
        self._typed = ""


def _cut(passage: str, limit: int) -> list[str]:
    """Cut a passage between lines into pieces of at most about `limit`; none begins or ends with empty space."""
    pieces: list[list[str]] = [[]]
    for line in passage.splitlines():
        full = len("\n".join([*pieces[-1], line])) > limit
        if full and len(pieces[-1]) > 1 and line[:1].strip() and pieces[-1][-1].strip():
            pieces.append([])
        pieces[-1].append(line)
    return ["\n".join(piece) for piece in pieces]
