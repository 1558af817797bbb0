"""Blocks and the messages they come from: splitting, keeping their identity, and putting together what continues.

Pure functions. A message is split into headings, terms, questions and runs of text; nothing in a code fence is anything
but text. A fence that a message leaves open goes on in its author's next one, as code does that is too long for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from bot.errors import BadInput
from bot.models.questions import QUESTION_LIMIT
from bot.models.sessions import BLOCK_LIMIT, Block, BlockKind
from bot.services.researchers.cleaning import clean_text, visible_text

_ONE_FENCE = re.compile(r"```[^`\n]*\n(?:[^`~\n]*+\n)*+```\Z")
_OPENS = re.compile(r"\s*(?P<fence>`{3,}(?P<info>[^`]*)|~{3,}.*)$")
_TICKS = "```"
_LANGUAGE = re.compile(r"[\w+#.-]*")
_HEADING = re.compile(r" {0,3}#{1,3}[ \t]+\S")
_QUESTION = re.compile(r" {0,3}\?")
_WORD = re.compile(r"\w")
_BETWEEN = " :: "
_NO_TERM = re.compile(r" {4}|\t|\s*(?:\||>|\[\^|(?:[-*+]|\d+[.)])\s)")
"""Code by its indent, a row of a table, a quote, a footnote, an item of a list."""
_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_QUOTE = re.compile(r"\s*>")


@dataclass(frozen=True, slots=True)
class Draft:
    """A block as a message says it: `text` is Markdown with its mark."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Split:
    """A message's drafts, and the line that opened the code fence which it leaves open (empty: none).

    `depends` says that an open fence before it might matter, or that it opens or closes one itself.
    """

    drafts: tuple[Draft, ...]
    fence: str
    depends: bool


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    in_code: bool


def split(text: str, fence: str = "") -> Split:
    """Split what somebody wrote; `fence` is the line that opened the fence in which it begins, empty for none."""
    lines, left_open = _scan(visible_text(text), fence)
    drafts: list[Draft] = []
    run: list[str] = []
    for line in lines:
        kind = BlockKind.TEXT if line.in_code else _kind_of(line.text)
        if kind is BlockKind.TEXT:
            run.append(line.text)
        else:
            drafts += _text_of(run)
            drafts.append(Draft(kind, line.text.strip()))
            run = []
    drafts += _text_of(run)
    marked = any(mark in text for mark in (_TICKS, "~~~")) or any(one.kind is not BlockKind.TEXT for one in drafts)
    return Split(tuple(drafts), left_open, depends=marked or (bool(fence) and split(text).depends))


def _text_of(run: list[str]) -> list[Draft]:
    text = "\n".join(run)
    bare = re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()
    return [Draft(BlockKind.TEXT, bare)] if bare.strip() else []


def _kind_of(line: str) -> BlockKind:
    if _HEADING.match(line):
        return BlockKind.HEADING
    if question_in(line):
        return BlockKind.QUESTION
    return BlockKind.TERM if _is_term(line) else BlockKind.TEXT


def _is_term(line: str) -> bool:
    term, between, meaning = line.partition(_BETWEEN)
    in_code = term.count("`") % 2 == 1
    return bool(between and term.strip() and meaning.strip()) and not in_code and not _NO_TERM.match(line)


def question_in(line: str) -> str:
    """Return the words of a line that begins with ``?``, fit to be asked; empty where it is no question."""
    if not _QUESTION.match(line):
        return ""
    words = line.strip().lstrip("?")
    try:
        return clean_text(words, QUESTION_LIMIT, "question") if _WORD.search(words) else ""
    except BadInput:
        return ""


def term_in(text: str) -> tuple[str, str]:
    """Return the term and the meaning of a term block."""
    term, _, meaning = text.partition(_BETWEEN)
    return term.strip(), meaning.strip()


def _scan(text: str, fence: str) -> tuple[list[_Line], str]:
    """Tell of each line whether it is code, and what is left open.

    Discord takes backticks for a fence in the middle and at the end of a line too; these get lines of their own.
    """
    raw = text.split("\n")
    if fence and _begins_anew(raw[0]):
        fence = ""
    lines: list[_Line] = []
    for place, line in enumerate(raw):
        rest = raw[place + 1 :]
        tidy = _tidied(line, fence, rest) if len(text) + 2 * len(_TICKS) < BLOCK_LIMIT else [line]
        for one in tidy:
            opened = "" if fence else _opening(one)
            lines.append(_Line(one, in_code=bool(fence or opened)))
            fence = opened or ("" if fence and _closes(one, fence) else fence)
    return lines, fence


def _begins_anew(line: str) -> bool:
    """Tell whether a fence with a language opens: who left one open before forgot to close it."""
    found = _OPENS.match(line)
    return found is not None and bool((found["info"] or "").strip())


def _opening(line: str) -> str:
    found = _OPENS.match(line)
    return found["fence"].strip() if found else ""


def _run_of(fence: str) -> str:
    return fence[: len(fence) - len(fence.lstrip(fence[0]))]


def _closes(line: str, fence: str) -> bool:
    bare, run = line.strip(), _run_of(fence)
    return len(bare) >= len(run) and not bare.strip(run[0])


def _tidied(line: str, fence: str, rest: list[str]) -> list[str]:
    if fence:
        at_end = _run_of(fence) == _TICKS and line.rstrip().endswith(_TICKS) and not _closes(line, fence)
        return [line.rstrip().removesuffix(_TICKS), _TICKS] if at_end else [line]
    before, ticks, after = line.partition(_TICKS)
    in_a_line = "`" in before or "`" in after or before.lstrip().startswith(">")
    if not ticks or in_a_line or not _WORD.search(before) or not any(_TICKS in one for one in rest):
        return [line]
    if _LANGUAGE.fullmatch(after.strip()):
        return [before.rstrip(), _TICKS + after.strip()]
    return [before.rstrip(), _TICKS, after]


def align(old: Sequence[Draft], new: Sequence[Draft]) -> tuple[int | None, ...]:
    """Return for each new draft the place of the old one that it is: the same kind and text first, then the same kind.

    None is a new one. What is pointed to by nothing is gone.
    """
    left = dict(enumerate(old))
    found: list[int | None] = []
    for draft in new:
        same = next((place for place, one in left.items() if one == draft), None)
        left.pop(same, None)  # type: ignore[arg-type]  # None is in no dict of ours
        found.append(same)
    for here, draft in enumerate(new):
        if found[here] is None:
            alike = next((place for place, one in left.items() if one.kind is draft.kind), None)
            left.pop(alike, None)  # type: ignore[arg-type]
            found[here] = alike
    return tuple(found)


def continues(previous: Block, following: Block, fence: str = "") -> bool:
    """Tell whether `following` goes on in what `previous` began: by one author, code, a table, a list or a quote.

    `fence` is the line that opened the fence in which `previous` begins, empty for none.
    """
    texts = previous.kind is following.kind is BlockKind.TEXT
    if not texts or previous.author_id is None or previous.author_id != following.author_id:
        return False
    last, first = previous.text.rsplit("\n", 1)[-1], following.text.split("\n", 1)[0]
    if _fence_after(previous.text, fence):
        return not _begins_anew(first)
    return any(one.match(last) and one.match(first) for one in (_LIST_ITEM, _QUOTE)) or ("|" in last and "|" in first)


def joined(blocks: Sequence[Block], fence: str = "") -> str:
    """Put blocks into one text: what continues on the next line, the rest with an empty line between.

    `fence` is the line that opened the fence in which the first begins, empty for none.
    """
    text = "".join(one.text for one in blocks[:1])
    for previous, following in pairwise(blocks):
        text += ("\n" if continues(previous, following, fence) else "\n\n") + following.text
        fence = _left_open(previous, fence)
    return text


def _left_open(block: Block, fence: str) -> str:
    return _fence_after(block.text, fence) if block.kind is BlockKind.TEXT else ""


def _fence_after(text: str, fence: str = "") -> str:
    """Return the line that opened the fence which a text leaves open; most texts hold none, or one piece of code."""
    if not fence and (_ONE_FENCE.match(text) or (_TICKS not in text and "~~~" not in text)):
        return ""
    return split(text, fence).fence


@dataclass(frozen=True, slots=True)
class Piece:
    """Blocks that read as one, and their Markdown: every fence in it is opened and closed."""

    blocks: tuple[Block, ...]
    text: str


def pieces(blocks: Iterable[Block]) -> tuple[Piece, ...]:
    """Put together what continues, in reading order; give only blocks that stand.

    Where somebody else wrote in between, what goes on in a fence is a piece of its own, and its fence is opened anew.
    """
    runs: list[tuple[str, list[Block]]] = []
    open_now: dict[int | None, str] = {}
    begun_in = ""  # the fence in which the block before begins
    for block in blocks:
        fence = open_now.get(block.author_id, "") if block.kind is BlockKind.TEXT else ""
        if runs and continues(runs[-1][1][-1], block, begun_in):
            runs[-1][1].append(block)
        else:
            runs.append((fence, [block]))
        begun_in = fence
        if block.kind not in {BlockKind.IMAGE, BlockKind.FILE}:
            open_now[block.author_id] = _left_open(block, fence)
    return tuple(Piece(tuple(run), _whole(run, fence)) for fence, run in runs)


def _whole(run: list[Block], fence: str) -> str:
    if run[0].kind is not BlockKind.TEXT:
        return joined(run)
    if _begins_anew(run[0].text.split("\n", 1)[0]):
        fence = ""
    text = (f"{fence}\n" if fence else "") + joined(run, fence)
    left_open = _fence_after(text)
    return f"{text}\n{_run_of(left_open)}" if left_open else text


def without(text: str, part: str) -> str:
    """Return a text without what stands in it on lines of its own; the same text where that stands nowhere."""
    marked, found = re.subn(rf"(?<![^\n]){re.escape(part)}(?![^\n])", "\0", text)
    left = (one.strip("\n") for one in marked.split("\0"))
    return "\n\n".join(one for one in left if one) if found else text


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a difference: words that stayed (``=``), went (``-``) or came (``+``)."""

    sign: Literal["=", "-", "+"]
    text: str


_WORDS = re.compile(r"\s*\S+|\s+$")


def diff(before: str, after: str) -> tuple[Part, ...]:
    """Return the words that went and came between two texts; what went stands before what came in its place."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    parts: list[Part] = []
    for _, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        gone, come = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if gone == come:
            parts.append(Part("=", gone))
        else:
            parts += [Part("-", gone)] if gone else []
            parts += [Part("+", come)] if come else []
    return tuple(parts)
