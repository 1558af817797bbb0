"""A compiled note as one Markdown text, for any editor and every reader of Markdown.

Python-Markdown reads it with tables, footnotes, definition lists and fenced code. Each block stands by itself, however
it was written: nothing in it swallows, joins or renames what others wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from bot.models.answers import PublicAnswer, PublicSource
from bot.models.companions import Changes, Note, NoteBlock, NoteFile, NoteHole
from bot.models.questions import QuestionState
from bot.models.sessions import Block, BlockKind, BlockState
from bot.services.scribes import blocks
from bot.services.scribes.tidying import FENCE, ITEM, QUOTE, RULE, UNDERLINE, outside_code, tidy
from bot.text import Catalogue

FOLDER = "media/"
"""Where the files of a note stand, beside its Markdown: `NoteFile.media_name` in it."""
APART = "<!-- -->"
"""Stands between two lists, or two quotes, that are not one. A reader of Markdown shows nothing of it."""
ANSWERS_LOWER = 3
"""How far the headings of an answer are lowered: below all those of the note."""
MEGABYTE = 1024 * 1024

_ACTING = re.compile(r"[\\`*\[\]]|(?<!\w)_|_(?!\w)")
_TAG_OR_SIGN = re.compile(r"<|&(?=#?\w+;)")
_DEFINED = re.compile(r"^[ ]{0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
_REFERRED = re.compile(r"\[\^([^\]\s]+)\]")


@dataclass(frozen=True, slots=True)
class _Passage:
    """A part of the text that stands by itself. `author` is whose words it holds; empty: ours."""

    text: str
    author: str = ""


def to_markdown(note: Note, texts: Catalogue) -> str:
    """Return the whole note as Markdown, with a line break at its end. Its files are links into `FOLDER`."""
    passages = [
        _Passage(f"# {plain(note.title)}"),
        _Passage(f"*{_about(note, texts)}*"),
        *_contents(note, texts),
        *_own_footnotes(list(_body(note, texts))),
        *_terms(note, texts),
        *_sources(note, texts),
        *_trail(note, texts),
        *_ending(note, texts),
    ]
    return _put_together(one.text for one in passages if one.text)


def plain(text: str) -> str:
    """Return words in which Markdown sees no Markdown, on one line."""
    line = _ACTING.sub(r"\\\g<0>", " ".join(text.split()))
    return _TAG_OR_SIGN.sub(lambda found: "&lt;" if found[0] == "<" else "&amp;", line)


def _put_together(passages: Iterable[str]) -> str:
    text = ""
    for above, below in pairwise(["", *passages]):
        between = f"\n\n{APART}\n\n" if _would_join(above, below) else "\n\n"
        text += (between if text else "") + below
    return f"{text}\n"


def _would_join(above: str, below: str) -> bool:
    last, first = above.rsplit("\n", 1)[-1], below.split("\n", 1)[0]
    in_list = ITEM.match(last) or (last.startswith(" ") and any(ITEM.match(line) for line in above.split("\n")))
    return bool((in_list and ITEM.match(first)) or (QUOTE.match(last) and QUOTE.match(first)))


# What stands above and below


def _about(note: Note, texts: Catalogue) -> str:
    held = date.fromisoformat(note.held_on)
    day = texts.say("web.date", day=held.day, month=texts.say(f"web.month.{held.month}"), year=held.year)
    if not note.unit:
        return texts.say("companion.about_without_unit", day=day, version=note.version)
    return texts.say("companion.about", day=day, unit=plain(note.unit), version=note.version)


def _section(title: str, lines: list[str]) -> list[_Passage]:
    return [_Passage(f"## {title}"), _Passage("\n".join(lines))] if lines else []


def _contents(note: Note, texts: Catalogue) -> list[_Passage]:
    headings = [block for block in note.blocks if block.kind == BlockKind.HEADING]
    lines, depth, levels = [], 0, [0]
    for block in headings:
        while levels[-1] >= block.level:
            levels.pop()
        levels.append(block.level)
        depth = len(levels) - 2
        lines.append(f"{'    ' * depth}- {_one_line(block.text)}")
    return _section(texts.say("companion.contents"), lines if len(lines) > 1 else [])


def _terms(note: Note, texts: Catalogue) -> list[_Passage]:
    found = [blocks.term_in(block.text) for block in note.blocks if block.kind == BlockKind.TERM]
    ordered = sorted(dict.fromkeys(found), key=lambda one: one[0].casefold())
    lines = [f"- **{plain(term)}**: {_one_line(meaning)}" for term, meaning in ordered]
    return _section(texts.say("companion.terms"), lines)


def _sources(note: Note, texts: Catalogue) -> list[_Passage]:
    found: dict[str, list[str]] = {}
    for hole, answer in _answers(note):
        for source in answer.sources:
            found.setdefault(_titled(source, texts), []).append(f"#{hole.number}.{answer.ordinal}")
    lines = [f"- {source} ({', '.join(dict.fromkeys(where))})" for source, where in found.items()]
    return _section(texts.say("companion.sources"), lines)


def _answers(note: Note) -> Iterator[tuple[NoteHole, PublicAnswer]]:
    holes = (block.hole for block in note.blocks if block.hole is not None)
    return ((hole, answer) for hole in holes for answer in hole.answers)


def _trail(note: Note, texts: Catalogue) -> list[_Passage]:
    lines = []
    for block in note.blocks:
        if block.hole is not None:
            state = texts.say(f"companion.state.{block.hole.state}")
            lines.append(f"- **#{block.hole.number}** {_one_line(block.text)} · {state}")
            lines += [f"    - {way}" for way in _ways(block.hole, texts)]
    return _section(texts.say("companion.trail"), lines)


def _ways(hole: NoteHole, texts: Catalogue) -> list[str]:
    above = [] if hole.parent_number is None else [texts.say("companion.follows", numbers=f"#{hole.parent_number}")]
    below = ", ".join(f"#{one}" for one in hole.follow_ups)
    return above + ([texts.say("companion.led_to", numbers=below)] if below else [])


def _ending(note: Note, texts: Catalogue) -> list[_Passage]:
    names = ", ".join(plain(name) for name in note.bylines)
    lines = [texts.say("companion.by", names=names)] if names else []
    changed = _changed(note.changes, texts) if note.version > 1 else ""
    if changed:
        lines.append(texts.say("companion.changed.since", version=note.version - 1, changes=changed))
    return [_Passage("---"), *(_Passage(f"*{line}*") for line in lines)] if lines else []


def _changed(changes: Changes, texts: Catalogue) -> str:
    counts = {"added": changes.added, "reworded": changes.reworded, "left_out": changes.left_out}
    said = [texts.say(f"companion.changed.{name}", count=count) for name, count in counts.items() if count]
    if changes.filled:
        said.append(texts.say("companion.changed.filled", numbers=", ".join(f"#{one}" for one in changes.filled)))
    return ", ".join(said)


# The blocks


def _body(note: Note, texts: Catalogue) -> Iterator[_Passage]:
    pieces = list(_pieces(note))
    for (whole, text), (following, _) in pairwise([*pieces, ((None,), "")]):
        block = whole[0]
        assert block is not None  # noqa: S101 - only what follows the last piece is none
        yield from _passages(replace(block, text=text), texts)
        apart = following[0] is not None and following[0].kind not in {BlockKind.HEADING, BlockKind.QUESTION}
        if block.hole and block.hole.answers and apart:
            yield _Passage("---")


def _pieces(note: Note) -> Iterator[tuple[tuple[NoteBlock | None, ...], str]]:
    """Return what reads as one, and its text: see `blocks.pieces`."""
    authors = {name: place for place, name in enumerate(dict.fromkeys(one.byline for one in note.blocks)) if name}
    known = {one.id: one for one in note.blocks}
    for piece in blocks.pieces([_as_block(one, authors.get(one.byline)) for one in note.blocks]):
        yield tuple(known[one.id] for one in piece.blocks), piece.text


def _as_block(block: NoteBlock, author_id: int | None) -> Block:
    """Return a block as it was kept, as far as what continues where depends on it."""
    return Block(
        id=block.id, server_id=0, session_id=0, kind=BlockKind(block.kind), state=BlockState.STANDING,
        author_id=author_id, position=0, part=0, text=block.text, source_message_id=None, question_id=None,
        question_number=None, merged_into_id=None, taken_by=None, checked_by=None, checked_at=None, created_at=0,
        changed_at=0, revision=1, message_revision=0,
    )  # fmt: skip


def _passages(block: NoteBlock, texts: Catalogue) -> Iterator[_Passage]:
    match block.kind:
        case BlockKind.HEADING:
            yield _Passage(f"{'#' * (block.level + 1)} {_one_line(block.text)}", block.byline)
        case BlockKind.TERM:
            yield _Passage(_term(block.text), block.byline)
        case BlockKind.QUESTION:
            yield from _question(block, texts)
        case _:
            if block.file is not None:
                yield _Passage(_file(block.file, texts))
            yield _Passage(tidy(block.text), block.byline)


def _one_line(text: str) -> str:
    """Return words that may hold Markdown, on one line, at the beginning of which it does not act."""
    words = re.sub(r"[ \t\r\n]+", " ", text.strip())
    line = tidy(f"\\{words}" if words.startswith("#") else words)
    item = ITEM.match(line)
    if item:
        mark = item["mark"]
        return f"{mark[:-1]}\\{mark[-1]}{line[len(mark) :]}"
    return f"\\{line}" if any(one.match(line) for one in (QUOTE, FENCE, RULE, UNDERLINE)) else line


def _term(text: str) -> str:
    term, meaning = blocks.term_in(text)
    return f"{_one_line(term)}\n:   {_one_line(meaning)}"


def _file(file: NoteFile, texts: Catalogue) -> str:
    if file.content_type.startswith("image/") and file.media_name:
        return f"![{plain(file.alt or file.filename)}]({FOLDER}{file.media_name})"
    name = plain(file.filename)
    linked = f"[{name}]({FOLDER}{file.media_name})" if file.media_name else name
    if file.size < MEGABYTE:
        return texts.say("companion.file.kb", name=linked, size=max(1, round(file.size / 1024)))
    return texts.say("companion.file.mb", name=linked, size=f"{file.size / MEGABYTE:.1f}")


def _question(block: NoteBlock, texts: Catalogue) -> Iterator[_Passage]:
    hole = block.hole
    said = f"> **?** {_one_line(block.text)}"
    if hole is None:
        yield _Passage(said, block.byline)
        return
    yield _Passage(f"{said} {_stands(hole, texts)}", block.byline)
    for answer in hole.answers:
        yield _Passage(tidy(answer.text, ANSWERS_LOWER), answer.byline)
        found = "endorsed" if answer.endorsed else "found_by"
        number = f"#{hole.number}.{answer.ordinal}"
        yield _Passage("— " + texts.say(f"companion.hole.{found}", name=plain(answer.byline), number=number))
        yield _Passage("\n".join(f"- {_sourced(one, texts)}" for one in answer.sources))
    if hole.now_think:
        yield _Passage(f"**{texts.say('companion.hole.now_think')}:**")
        yield _Passage(tidy(hole.now_think, ANSWERS_LOWER), block.byline)


def _stands(hole: NoteHole, texts: Catalogue) -> str:
    number = f"#{hole.number}"
    if hole.state == QuestionState.UNRESOLVED:
        return f"— *{texts.say('companion.hole.searched', number=number)}*"
    if hole.answers or hole.state == QuestionState.SETTLED:
        return texts.say("companion.hole.answered", number=number)
    return f"— *{texts.say('companion.hole.open', number=number)}*"


def _sourced(source: PublicSource, texts: Catalogue) -> str:
    """Return a source with what was said of it."""
    said = (("why", source.why), ("asked", source.asked), ("checked", source.checked))
    more = [f"{texts.say(f'web.source.{name}')} {plain(words)}" for name, words in said if words]
    return " · ".join([_titled(source, texts), *more])


def _titled(source: PublicSource, texts: Catalogue) -> str:
    title = plain(source.title)
    if source.link:
        # Brackets would end the link; as numbers they lead to the same page.
        title = f"[{title or plain(source.link)}]({source.link.replace('(', '%28').replace(')', '%29')})"
    isbn = texts.say("web.source.isbn", isbn=source.isbn) if source.isbn else ""
    return ", ".join(part for part in (f"{texts.say(f'web.source.{source.kind}')}: {title}", isbn) if part)


# Footnotes


def _own_footnotes(passages: list[_Passage]) -> list[_Passage]:
    """Give footnotes of different passages different labels, where they have the same one.

    What refers to one means that of its own passage, or the nearest of its author's, or the only one there is.
    """
    if not any("[^" in one.text for one in passages):
        return passages
    named = _names(_places(passages))
    return [_renamed(one, _called(at, passages, named)) for at, one in enumerate(passages)]


def _places(passages: list[_Passage]) -> dict[str, list[int]]:
    """Return in which passages each label is defined."""
    places: dict[str, list[int]] = {}
    for at, one in enumerate(passages):
        found: list[str] = []

        def note(part: str, found: list[str] = found) -> str:
            found += _DEFINED.findall(part)
            return part

        outside_code(one.text, note)
        for label in dict.fromkeys(found):
            places.setdefault(label, []).append(at)
    return places


def _names(places: dict[str, list[int]]) -> dict[str, dict[int, str]]:
    """Return for each label that is defined more than once what it is called, by the passage of its definition."""
    taken = set(places)
    named: dict[str, dict[int, str]] = {}
    for label, where in places.items():
        if len(where) > 1:
            named[label] = {where[0]: label}
            for at in where[1:]:
                named[label][at] = _free(label, taken)
    return named


def _free(label: str, taken: set[str]) -> str:
    count = 2
    while f"{label}-{count}" in taken:
        count += 1
    taken.add(f"{label}-{count}")
    return f"{label}-{count}"


def _called(at: int, passages: list[_Passage], named: dict[str, dict[int, str]]) -> dict[str, str]:
    """Return what those labels are called, of several, to which a passage refers."""
    labels = named.keys() & set(_REFERRED.findall(passages[at].text))
    nearest = {label: min(named[label], key=lambda one: _distance(one, at, passages)) for label in labels}
    return {label: named[label][place] for label, place in nearest.items()}


def _renamed(passage: _Passage, called: dict[str, str]) -> _Passage:
    def rename(found: re.Match[str]) -> str:
        return f"[^{called.get(found[1], found[1])}]"

    if not called:
        return passage
    return replace(passage, text=outside_code(passage.text, lambda part: _REFERRED.sub(rename, part)))


def _distance(defined: int, at: int, passages: list[_Passage]) -> tuple[bool, bool, int]:
    """Tell how near a footnote is to what refers to it: by its author before others', below before above."""
    return passages[defined].author != passages[at].author, defined < at, abs(defined - at)
