"""A note as one reads it in chat: cut into pages that fit on a screen, its holes shown as holes.

What students wrote keeps its emphasis, lists and code, and nothing in it acts (`chat.readable`). A piece that is longer
than a page goes on over the next; a fence that is cut is closed, and opened again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.kit import chat
from bot.kit.cards import answer_text, best_answer, state_word
from bot.kit.note_cards import OPEN_HOLES
from bot.models.questions import QuestionView
from bot.models.sessions import Block, BlockKind, BlockState
from bot.services.scribes.blocks import pieces, term_in
from bot.text import Catalogue

PAGE = 1_800
"""Characters of a page, as they were typed: what is escaped in them still fits into an embed."""
HOLE_COSTS = 600
"""Characters that a question may take beside its own words: its answer stands there, escaped already."""
_ANSWER = 350
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on a page: a text (several blocks where they read as one, or a part of one), or one block."""

    block: Block
    text: str

    @property
    def cost(self) -> int:
        """Characters that it takes on a page."""
        return len(self.text) + (HOLE_COSTS if self.block.question_number else 0)


def pages_of(blocks: Iterable[Block]) -> list[list[Entry]]:
    """Cut a note into pages: what stands, and what waits where it would stand. There is always a first page."""
    pages: list[list[Entry]] = [[]]
    room = PAGE
    for entry in _entries(tuple(blocks)):
        if entry.cost > room and pages[-1]:
            pages.append([])
            room = PAGE
        pages[-1].append(entry)
        room -= entry.cost
    return pages


def _entries(blocks: tuple[Block, ...]) -> list[Entry]:
    standing = [one for one in blocks if one.state is BlockState.STANDING]
    found = [
        Entry(piece.blocks[0], part)
        for piece in pieces(standing)
        for part in (cut(piece.text, PAGE) if piece.blocks[0].kind is BlockKind.TEXT else (piece.text,))
    ]
    for block in blocks:
        if block.state is BlockState.WAITING:
            found += [Entry(block, part) for part in cut(block.text, PAGE) or ("",)]
    return sorted(found, key=lambda entry: (entry.block.position, entry.block.part))


def cut(text: str, limit: int) -> list[str]:
    """Cut a text into parts of at most `limit` characters, between lines where it can be."""
    parts: list[str] = []
    lines: list[str] = []
    fence = ""
    for line in _short_lines(text, limit - 2 * len(_FENCE) - 2):
        if lines and len("\n".join([*lines, line, _FENCE])) > limit:
            parts.append("\n".join([*lines, _FENCE] if fence else lines))
            lines = [fence] if fence else []
        lines.append(line)
        if line.lstrip().startswith(_FENCE):
            fence = "" if fence else _FENCE
    return [*parts, "\n".join(lines)] if any(line.strip() for line in lines) else parts


def _short_lines(text: str, limit: int) -> Iterable[str]:
    for line in text.split("\n"):
        yield from (line[start : start + limit] for start in range(0, max(1, len(line)), limit))


def holes_on(page: list[Entry]) -> list[int]:
    """The numbers of the questions whose holes stand on a page."""
    return list(dict.fromkeys(one.block.question_number for one in page if one.block.question_number))


def read_page(page: list[Entry], holes: Mapping[int, QuestionView], texts: Catalogue) -> str:
    """Put a page into words. `holes` are the questions of `holes_on`, as far as the reader may see them."""
    shown = (_shown(entry, holes, texts) for entry in page)
    return "\n\n".join(one for one in shown if one)[:4096]


def _shown(entry: Entry, holes: Mapping[int, QuestionView], texts: Catalogue) -> str:
    block = entry.block
    words = _words(entry, texts)
    hole = holes.get(block.question_number or 0)
    if hole is not None:
        words = f"{words}\n{_hole(hole, texts)}"
    if block.state is BlockState.WAITING:
        who = chat.person(block.author_id) if block.author_id else ""
        return texts.say("scribes.read.waits", words=words, who=who)
    return words


def _words(entry: Entry, texts: Catalogue) -> str:
    block, text = entry.block, entry.text
    if block.kind is BlockKind.HEADING:
        return f"**{chat.safe(text.lstrip('# '))}**"
    if block.kind is BlockKind.TERM:
        term, meaning = term_in(text)
        key = "scribes.read.term_checked" if block.checked_by else "scribes.read.term"
        return texts.say(key, term=chat.safe(term), meaning=chat.safe(meaning))
    if block.kind is BlockKind.QUESTION:
        return texts.say("scribes.read.question", words=chat.safe(text.lstrip("? ")))
    if block.file is not None:
        return _file(block, texts)
    return chat.readable(text)


def _file(block: Block, texts: Catalogue) -> str:
    file = block.file
    assert file is not None  # noqa: S101 - its caller has looked
    name = chat.safe(chat.short(file.alt or file.filename, 300))
    if file.digest == "":
        return texts.say("scribes.read.file_gone", name=name)
    key = "scribes.read.image" if block.kind is BlockKind.IMAGE else "scribes.read.file"
    words = texts.say(key, name=name)
    return f"{words}\n{chat.readable(block.text)}" if block.text.strip() else words


def _hole(hole: QuestionView, texts: Catalogue) -> str:
    question, best = hole.question, best_answer(hole.answers)
    state = state_word(question.state, texts)
    if question.state in OPEN_HOLES and best is None:
        return texts.say("scribes.read.hole", number=question.number, state=state)
    found = "" if best is None else f"\n{answer_text(best, texts, _ANSWER)}"
    return f"**#{question.number}** {state}{found}"
