"""A note's text as HTML: the same on its own page, among the notes of its unit, and in what is taken away.

What the class wrote is Markdown and read as such; between it stand holes, pictures and files, drawn by our templates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import groupby, pairwise

from jinja2.filters import do_mark_safe

from bot.models.companions import Note, NoteBlock, NoteFile
from bot.models.sessions import Block, BlockKind, BlockState
from bot.services.scribes import blocks
from bot.text import catalogue
from bot.web.markdown import to_html
from bot.web.marking.parser import Inserted, Marked, Surroundings, marked
from bot.web.templating import templates

MEDIA_ADDRESS = "../../media/"
"""Where files are, seen from every page of the site on which a note stands."""
MEGABYTE = 1024 * 1024

_FENCE = re.compile(r"```|~~~")
_GOES_ON = re.compile(r"\s*[-*+>|\d]|.*\|")
_LINE_BEGINS = re.compile(
    r"\A(?:(\d+)(?=[.)](?:\s|\Z))|(?=#|>|:|\||```|~~~|\$\$|[-+*](?:\s|\Z)|(?:[-*_]\s*){3,}\Z|\[[^\]]*\]:))"
)

_say = catalogue().say


def body_of(note: Note, linked: Collection[int] = ()) -> Marked:
    """Return a note's text. The questions in `linked` have pages of their own, to which their holes lead."""
    files = (block.file for block in note.blocks if block.file is not None)
    pictures = {file.media_name: f"{MEDIA_ADDRESS}{file.media_name}" for file in files if is_picture(file)}
    around = Surroundings(f"n{note.number}-", pictures, _words)
    return marked(list(_parts(note, linked)), around)


def _words(name: str) -> str:
    return _say(f"web.note.{name}")


def is_picture(file: NoteFile) -> bool:
    """Tell whether a file is shown, and not only led to."""
    return file.content_type.startswith("image/") and bool(file.media_name)


def hole_id(note: Note, block: NoteBlock) -> str:
    """Return the place of a hole on its page."""
    return f"n{note.number}-b{block.id}"


def _parts(note: Note, linked: Collection[int]) -> Iterator[str | Inserted]:
    """Every part of a note, in reading order; at the end of a section stands who wrote it, where several wrote."""
    for section in _sections(note.blocks):
        for kind, run in groupby(section, lambda block: block.kind):
            yield from _part(note, BlockKind(kind), list(run), linked)
        names = list(dict.fromkeys(block.byline for block in section if block.byline))
        if len(note.bylines) > 1 and names:
            yield Inserted(_draw("section_by", names))


def _part(note: Note, kind: BlockKind, run: list[NoteBlock], linked: Collection[int]) -> Iterator[str | Inserted]:
    match kind:
        case BlockKind.HEADING:
            return _headings(run)
        case BlockKind.TERM:
            return _terms(run)
        case BlockKind.QUESTION:
            return _holes(note, run, linked)
        case BlockKind.IMAGE | BlockKind.FILE:
            return _files(run)
        case _:
            return _texts(run)


def _sections(found: Iterable[NoteBlock]) -> list[list[NoteBlock]]:
    """Cut a note at its headings; headings that follow one another begin one section."""
    sections: list[list[NoteBlock]] = []
    for block in found:
        begins = block.kind == BlockKind.HEADING and not (sections and sections[-1][-1].kind == BlockKind.HEADING)
        if begins or not sections:
            sections.append([])
        sections[-1].append(block)
    return sections


def _headings(run: list[NoteBlock]) -> Iterator[str]:
    return (f"{'#' * block.level} {_one_line(block.text)}" for block in run)


def _one_line(text: str) -> str:
    """Return words that may hold Markdown, on one line, at whose beginning nothing acts."""
    return _LINE_BEGINS.sub(r"\1\\", " ".join(text.split())) if text.strip() else "…"


def _terms(run: list[NoteBlock]) -> Iterator[str]:
    for block in run:
        term, meaning = blocks.term_in(block.text)
        yield f"{_one_line(term)}\n:   {_one_line(meaning)}"


def _texts(run: list[NoteBlock]) -> Iterator[str]:
    """Put together what continues: code, lists and tables that their author wrote in several messages."""
    if any(_leaves_open(block.text) for block in run):
        authors = {name: place for place, name in enumerate(dict.fromkeys(one.byline for one in run), 1) if name}
        yield from (piece.text for piece in blocks.pieces([_kept(one, authors.get(one.byline)) for one in run]))
        return
    text = run[0].text
    for before, after in pairwise(run):
        if _go_on(before, after):
            text += f"\n{after.text}"
        else:
            yield text
            text = after.text
    yield text


def _leaves_open(text: str) -> bool:
    """Tell whether a fence in a text may be left open; where it is nothing but one piece of code, it is not."""
    if not _FENCE.search(text):
        return False
    return not (text.startswith("```") and text.endswith("\n```") and text.count("```") == 2)  # noqa: PLR2004


def _go_on(before: NoteBlock, after: NoteBlock) -> bool:
    if before.byline != after.byline or not before.byline:
        return False
    last, first = before.text.rsplit("\n", 1)[-1], after.text.split("\n", 1)[0]
    perhaps = _GOES_ON.match(last) and _GOES_ON.match(first)
    return bool(perhaps) and blocks.continues(_kept(before, 1), _kept(after, 1))


def _kept(block: NoteBlock, author_id: int | None) -> Block:
    """Return a block as the scribes' room knows it, as far as what continues where depends on it."""
    return Block(
        id=block.id, server_id=0, session_id=0, kind=BlockKind(block.kind), state=BlockState.STANDING,
        author_id=author_id, position=0, part=0, text=block.text, source_message_id=None, question_id=None,
        question_number=None, merged_into_id=None, taken_by=None, checked_by=None, checked_at=None, created_at=0,
        changed_at=0, revision=1, message_revision=0,
    )  # fmt: skip


def _holes(note: Note, run: list[NoteBlock], linked: Collection[int]) -> Iterator[Inserted]:
    for block in run:
        has_page = block.hole is not None and block.hole.number in linked
        yield Inserted(_draw("hole", block, hole_id(note, block), has_page))


def _files(run: list[NoteBlock]) -> Iterator[Inserted]:
    for block in run:
        if block.file is not None:
            address = f"{MEDIA_ADDRESS}{block.file.media_name}" if block.file.media_name else ""
            yield Inserted(_draw("picture" if is_picture(block.file) else "file", block, address))


def _draw(macro: str, *values: object) -> str:
    return str(getattr(_macros(), macro)(*values)).strip()


@lru_cache(maxsize=1)
def _macros() -> object:
    environment = templates()
    environment.globals["size_of"] = size_of
    environment.filters["within"] = lambda text: do_mark_safe(within(text))  # sanitised by to_html
    return environment.get_template("note_parts.html").module


def within(text: str) -> str:
    """Return a short text as HTML that stands inside something of ours: its headings are only stressed."""
    return re.sub(r"<(/?)h[3-6]>", lambda found: "</strong></p>" if found[1] else "<p><strong>", to_html(text))


def size_of(file: NoteFile) -> str:
    """Return the size of a file for people."""
    if file.size < MEGABYTE:
        return _say("web.note.kb", size=max(1, round(file.size / 1024)))
    return _say("web.note.mb", size=f"{file.size / MEGABYTE:.1f}")
