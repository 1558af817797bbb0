"""Two or three people edit one note at once, in any order: no text is lost that nobody chose to lose (issue 3).

Each example is a note of its own, in which people open blocks and sections, hand them in, meet each other's changes and
choose, strike, merge, restore and edit their messages. After each act, what it took from the note was seen or chosen by
who did it; whatever was handed in is in the history or was given back; and the history gives every version as it was.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refused
from bot.media import MediaStore
from bot.models.people import Actor
from bot.models.sessions import Block, BlockKind, BlockState, ThreadMessage
from bot.services.library import Library
from bot.services.scribes import capturing, editing, history, keeping, merging, restoring, sections, striking
from bot.services.scribes.editing import EditConflict
from bot.storage import migrations
from bot.storage.database import Database, Tx
from tests.cast import MIA, NOOR, OKAFOR, SERVER, MovableClock
from tests.services import scribing

EDITORS = (MIA, NOOR, OKAFOR)
"""Two who write in the thread, and a librarian."""
BEGINNING = ((MIA, "# {}\n{}\n\n{}"), (MIA, "{}"), (NOOR, "{}\n{} :: {}"), (MIA, "{}"), (MIA, "```\n{}"))
"""What stands in each note before anybody edits it: who wrote it, and how; the places are words."""


class Step(NamedTuple):
    """One act of one person. `place` chooses what it is done to, `way` how."""

    act: str
    who: int
    place: int
    way: int


@dataclass
class Form:
    """A form that somebody has open: what it is about, what they see in it, the version that it was opened in."""

    target: int
    shown: str
    base: int


@dataclass
class Editor:
    """Somebody at work: the forms that they have open, and the conflicts that they are to choose about."""

    actor: Actor
    block: Form | None = None
    section: Form | None = None
    block_conflict: Form | None = None
    section_conflict: Form | None = None


@dataclass
class Note:
    """A note as the test knows it."""

    library: Library
    number: int
    thread_id: int
    editors: tuple[Editor, ...] = field(default_factory=lambda: tuple(Editor(one) for one in EDITORS))
    messages: list[ThreadMessage] = field(default_factory=list)
    now: tuple[Block, ...] = ()
    """Its blocks as they are between two acts."""
    versions: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """What stood in each version that there ever was: ids and texts."""
    typed: set[str] = field(default_factory=set)
    given_back: set[str] = field(default_factory=set)
    """Words that who typed them was given back: with a conflict, or with a refusal."""
    chosen: set[str] = field(default_factory=set)
    """Words that whoever acts now has before their eyes: they choose what becomes of them."""
    fresh: Iterator[int] = field(default_factory=count)

    def word(self) -> str:
        """Return a word that was never written before."""
        return f"w{next(self.fresh)}w"

    def standing(self) -> list[Block]:
        """Return the blocks that stand."""
        return [one for one in self.now if one.state is BlockState.STANDING]

    def one(self, place: int, state: BlockState = BlockState.STANDING) -> Block:
        """Return a block in a state. Raises Refused where there is none."""
        found = [one for one in self.now if one.state is state]
        if not found:
            raise Refused("nothing")
        return found[place % len(found)]

    async def look(self) -> set[str]:
        """Keep a copy of the note as it is, and return the words that stand in it."""

        def look(tx: Tx) -> tuple[int, tuple[Block, ...]]:
            session = keeping.find_session(tx, SERVER, self.number)
            return session.revision, keeping.blocks_of(tx, session)

        version, self.now = await self.library.database.read(look)
        copy = [(one.id, one.text) for one in self.standing()]
        assert self.versions.setdefault(version, copy) == copy, "nothing changes without a version"
        return {word for _, text in copy for word in words(text)}


def words(text: str) -> set[str]:
    """Return the words that the test put into a text."""
    return set(re.findall(r"w\d+w", text))


def reworded(note: Note, shown: str, place: int, way: int) -> str:
    """Return what somebody makes of a text: a word more, a paragraph more, less or another, a heading, all anew."""
    parts = shown.split("\n\n")
    at = place % len(parts)
    match way:
        case 0:
            parts[at] += f" {note.word()}"
        case 1:
            parts.insert(at, note.word())
        case 2:
            parts[at] = note.word()
        case 3:
            parts[at] += f"\n\n# {note.word()}\n{note.word()}"
        case 4 if len(parts) > 1:
            del parts[at]
        case 5:
            parts = [f"{note.word()}\n? why {note.word()}"]
        case 6:
            parts[at] = f"{note.word()} :: {note.word()}"
        case _:
            parts.append(f"```\n# {note.word()}\n\n{note.word()}\n```")
    return "\n\n".join(parts)


async def open_block(note: Note, editor: Editor, step: Step) -> None:
    opened = await editing.open_block(editor.actor, note.library, note.now[step.place % len(note.now)].id)
    editor.block = Form(opened.id, opened.text, opened.revision)


async def open_section(note: Note, editor: Editor, step: Step) -> None:
    by = note.one(step.place)
    opened = await sections.open_section(editor.actor, note.library, by.id)
    editor.section = Form(by.id, opened.text, opened.session_revision)


async def block(note: Note, editor: Editor, step: Step) -> None:
    """Hand in the block that is open; open one where none is."""
    if (form := editor.block) is None:
        await open_block(note, editor, step)
        return
    text = reworded(note, form.shown, step.place, step.way)
    editor.block = None
    act = editing.edit_block(editor.actor, note.library, form.target, text, form.base)
    editor.block_conflict = await hand_in(note, form, text, act) or editor.block_conflict


async def section(note: Note, editor: Editor, step: Step) -> None:
    """Hand in the section that is open; open one where none is."""
    if (form := editor.section) is None:
        await open_section(note, editor, step)
        return
    text = reworded(note, form.shown, step.place, step.way)
    editor.section = None
    act = sections.edit_section(editor.actor, note.library, form.target, text, form.base)
    editor.section_conflict = await hand_in(note, form, text, act) or editor.section_conflict


async def hand_in(note: Note, form: Form, text: str, act: Awaitable[object]) -> Form | None:
    """Hand a form in; return the conflict that is to be chosen about, if there is one."""
    note.typed |= words(text)
    note.chosen |= words(form.shown)
    found: Refused | None = None
    try:
        await act
    except Refused as refusal:
        found = refusal
        note.given_back |= words(text)
    if not isinstance(found, EditConflict):
        return None
    assert found.mine == text, "what was typed is given back whole"
    return replace(form, shown=found.theirs, base=found.base)


async def choose_mine(note: Note, editor: Editor, step: Step) -> None:
    if (form := editor.block_conflict) is not None:
        mine = await editing.typed_for(editor.actor, note.library, form.target)
        act = editing.keep_mine(editor.actor, note.library, form.target, form.base)
        editor.block_conflict = await hand_in(note, form, mine, act)
    elif (form := editor.section_conflict) is not None:
        mine = await sections.typed_for_section(editor.actor, note.library, form.target)
        act_too = sections.keep_my_section(editor.actor, note.library, form.target, form.base)
        editor.section_conflict = await hand_in(note, form, mine, act_too)


async def choose_theirs(note: Note, editor: Editor, step: Step) -> None:
    if (form := editor.block_conflict) is not None:
        await editing.keep_theirs(editor.actor, note.library, form.target)
        editor.block_conflict = None
    elif (form := editor.section_conflict) is not None:
        await sections.keep_their_section(editor.actor, note.library, form.target)
        editor.section_conflict = None


async def strike(note: Note, editor: Editor, step: Step) -> None:
    talk = note.one(step.place)
    note.chosen |= words(talk.text)
    await striking.strike(editor.actor, note.library, [talk.id])


async def put_back(note: Note, editor: Editor, step: Step) -> None:
    await striking.put_back(editor.actor, note.library, [note.one(step.place, BlockState.STRUCK).id])


async def merge(note: Note, editor: Editor, step: Step) -> None:
    standing = note.standing()
    fitting = [pair for pair in pairwise(standing) if joinable(*pair)] or list(pairwise(standing))
    if fitting:
        first, last = fitting[step.place % len(fitting)]
        await merging.merge(editor.actor, note.library, first.id, last.id)


def joinable(one: Block, other: Block) -> bool:
    """Tell whether two blocks are texts of one author."""
    return one.kind is other.kind is BlockKind.TEXT and one.author_id == other.author_id


async def split(note: Note, editor: Editor, step: Step) -> None:
    merged = note.one(step.place, BlockState.MERGED)
    await merging.split(editor.actor, note.library, merged.merged_into_id or 0)


async def edit_message(note: Note, editor: Editor, step: Step) -> None:
    place = step.place % len(note.messages)
    message = note.messages[place]
    text = reworded(note, message.text, step.way, step.who * 3 + step.place % 3)
    note.typed |= words(text)
    note.chosen |= words(message.text)
    await scribing.edit(note.library, message, text, thread_id=note.thread_id)
    note.messages[place] = replace(message, text=text, edited_at=note.library.clock.now() + next(EDITS))


EDITS = count(1)


async def restore(note: Note, editor: Editor, step: Step) -> None:
    changed = note.now[step.place % len(note.now)]
    note.chosen |= words(changed.text)
    await restoring.restore(editor.actor, note.library, changed.id, 1 + step.way % changed.revision)


async def restore_note(note: Note, editor: Editor, step: Step) -> None:
    version = list(note.versions)[-1 - step.place % len(note.versions)]
    note.chosen |= {word for one in note.now for word in words(one.text)}
    restored = await restoring.restore_note(editor.actor, note.library, note.number, version)
    note.versions.setdefault(restored.session.revision, note.versions[version])


ACTS: dict[str, Callable[[Note, Editor, Step], Awaitable[None]]] = {
    "block": block,
    "section": section,
    "choose mine": choose_mine,
    "choose theirs": choose_theirs,
    "strike": strike,
    "put back": put_back,
    "merge": merge,
    "split": split,
    "edit message": edit_message,
    "restore": restore,
    "restore note": restore_note,
}
OFTEN = ("block", "block", "block", "section", "section", "choose mine", "merge", "split")
steps = st.lists(
    st.builds(
        Step,
        act=st.sampled_from((*ACTS, *OFTEN, *OFTEN)),
        who=st.integers(0, len(EDITORS) - 1),
        place=st.sampled_from(range(6)),
        way=st.sampled_from(range(8)),
    ),
    min_size=8,
    max_size=20,
)


async def begun(library: Library, place: int) -> Note:
    """Begin a note in a thread of its own, with something in it."""
    thread_id = scribing.THREAD + place
    # A thousand within an hour: only a librarian may begin so many.
    session = await scribing.start(library, OKAFOR, lead_id=MIA.user_id, thread_id=thread_id)
    note = Note(library, session.number, thread_id)
    for who, text in BEGINNING:
        message = scribing.said(library, text.format(*(note.word() for _ in range(3))), who)
        await capturing.message_written(library, session.server_id, thread_id, message)
        note.messages.append(message)
    return note


async def play(library: Library, place: int, played: list[Step]) -> None:
    """Do what an example says, and look after each act that nothing was lost."""
    note = await begun(library, place)
    before = await note.look()
    for step in played:
        note.chosen.clear()
        try:
            await ACTS[step.act](note, note.editors[step.who], step)
        except Refused:
            continue
        finally:
            after = await note.look()
        assert before - after <= note.chosen, "what went was before the eyes of who did it"
        before = after
    await library.database.read(look_back, note)


def look_back(tx: Tx, note: Note) -> None:
    """See that the history has every word that was not given back, and gives every version as it was."""
    session = keeping.find_session(tx, SERVER, note.number)
    for version, copy in note.versions.items():
        assert [(one.id, one.text) for one in history.standing_at(tx, session, version)] == copy
    wanted = {"session_id": session.id, "block_id": None, "inside": True, "user_id": 0}
    rows = tx.scribes.revision_page(**wanted, limit=10_000, offset=0)
    said = {word for row in rows for word in words(row["text"])}
    assert note.typed <= said | note.given_back, "what was typed is kept, or was given back"


@pytest.mark.timeout(900)  # of a machine that does much else: a third of a minute of work
def test_no_text_is_lost_without_someone_choosing_so(tmp_path: Path) -> None:
    path = tmp_path / "vademecum.sqlite3"
    migrations.upgrade(path)
    places = count(1)
    clock = MovableClock()
    with asyncio.Runner() as runner:
        library = Library(runner.run(Database.open(path, clock)), clock, MediaStore(tmp_path / "media"))

        @settings(max_examples=1000, deadline=None)
        @given(steps)
        def example(played: list[Step]) -> None:
            runner.run(play(library, next(places), played))

        try:
            example()
        finally:
            runner.run(library.database.close())
