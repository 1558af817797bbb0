"""The blocks of a message follow it: they come with it, say what it says since, and go when it is deleted.

Functions within a transaction; `capturing` is the door. What a message says depends on the code fence that its author
left open before it: when that changes, the author's next messages are split anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from bot.models.sessions import (
    ALT_LIMIT,
    Block,
    BlockFile,
    BlockKind,
    BlockState,
    Cause,
    Session,
    SessionState,
    ThreadFile,
    ThreadMessage,
)
from bot.services.researchers.cleaning import visible_text
from bot.services.scribes import keeping, merging, questions
from bot.services.scribes.blocks import Draft, Split, align, split
from bot.storage.database import Tx

_DISCORD_EPOCH = 1_420_070_400_000
"""UTC milliseconds: what the time in an id of Discord counts from."""

NAME_LIMIT = 100
GONE: dict[str, Any] = {"state": BlockState.REMOVED, "text": "", "question_id": None, "question_number": None}
"""What becomes of a block that is removed."""


def written_at(message_id: int) -> int:
    """Return when a message or an interaction came to be, by its id: UTC milliseconds."""
    return (message_id >> 22) + _DISCORD_EPOCH


@dataclass(slots=True)
class Act:
    """One act on one note: its version is raised when the first block changes. Holds what came of it."""

    tx: Tx
    session: Session
    added: list[Block] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    """Digests of files that blocks let go of; others may use them still."""
    _begun: bool = False

    def begin(self) -> None:
        """Raise the note's version, once."""
        if not self._begun:
            self._begun = True
            keeping.bump(self.tx, self.session.id)

    def add(self, new: keeping.NewBlock) -> Block:
        """Add a block."""
        self.begin()
        self.added.append(keeping.add_block(self.tx, self.session, new))
        return self.added[-1]

    def save(self, block: Block, cause: Cause, by: int | None, **changes: Any) -> Block:
        """Change a block."""
        self.begin()
        return keeping.save_block(self.tx, block, cause, by, **changes)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a message before an event about it: its note, and what was taken in of it (`seen`) and when.

    `fence` is the line that opened the code fence in which it begins, `left_open` that of the one which it leaves open;
    `text` is kept only where it depends on that.
    """

    session: Session
    seen: bool
    edited_at: int
    deleted: bool
    author_id: int | None
    by_scribe: bool
    fence: str
    left_open: str
    text: str


_SEEN = ("seen_in", "edited_at", "deleted", "seen_author_id", "by_scribe", "fence", "seen_fence", "seen_text")


def find_message(tx: Tx, server_id: int, channel_id: int, message: ThreadMessage) -> Known | None:
    """Return what is known of a message that stands in a note's thread, or that a note took in; None of any other."""
    row = tx.scribes.message_in_thread(
        server_id=server_id,
        thread_id=channel_id,
        message_id=message.id,
        author_id=message.author_id,
        written_at=written_at(message.id),
    )
    if row is None or row["seen_in"] not in {None, row["id"]}:
        return find_known(tx, server_id, message.id)
    return _known(row)


def find_known(tx: Tx, server_id: int, message_id: int) -> Known | None:
    """Return what is known of a message that was seen before; None of any other."""
    row = tx.scribes.known_message(server_id=server_id, message_id=message_id, written_at=written_at(message_id))
    return None if row is None else _known(row)


def unseen(session: Session) -> Known:
    """Return what is known of a message from elsewhere, which goes on in no code fence."""
    return Known(session, False, 0, False, None, False, "", "", "")


def _known(row: dict[str, Any]) -> Known:
    session = {name: value for name, value in row.items() if name not in _SEEN}
    left_open = row["seen_fence"] if row["seen_text"] else row["fence"]
    return Known(
        session=Session(**(session | {"state": SessionState(row["state"])})),
        seen=row["seen_in"] is not None,
        edited_at=row["edited_at"] or 0,
        deleted=bool(row["deleted"]),
        author_id=row["seen_author_id"],
        by_scribe=bool(row["by_scribe"]),
        fence=row["fence"],
        left_open=left_open,
        text=row["seen_text"] or "",
    )


def take(act: Act, known: Known, channel_id: int, message: ThreadMessage, taken_by: int | None = None) -> None:
    """Take in a message that was never seen: what a scribe of its time wrote stands, the rest waits to be taken in."""
    tx, parts = act.tx, split(message.text, known.fence)
    tx.scribes.add_message(
        message_id=message.id,
        server_id=act.session.server_id,
        session_id=act.session.id,
        channel_id=channel_id,
        author_id=message.author_id,
        edited_at=message.edited_at,
        **_kept(message.text, parts),
    )
    state = BlockState.STANDING if known.by_scribe or taken_by else BlockState.WAITING
    new = keeping.NewBlock(
        BlockKind.TEXT, "", state, message.author_id, message.id, source_message_id=message.id, taken_by=taken_by
    )
    for part, draft in enumerate(parts.drafts):
        act.add(replace(new, kind=draft.kind, text=draft.text, part=part))
    for part, one in enumerate(message.files, start=len(parts.drafts)):
        act.add(replace(new, kind=_kind_of(one), part=part, file=_file(one)))
    pass_on(act, message.author_id, message.id, known.fence, parts.fence)


def _kept(text: str, parts: Split) -> dict[str, str]:
    return {"fence": parts.fence, "text": text} if parts.depends else {"fence": "", "text": ""}


def _kind_of(file: ThreadFile) -> BlockKind:
    return BlockKind.IMAGE if file.content_type.startswith("image/") else BlockKind.FILE


def _file(file: ThreadFile) -> BlockFile:
    return BlockFile(
        attachment_id=file.attachment_id,
        digest=None,
        filename=visible_text(file.filename)[:NAME_LIMIT],
        content_type=file.content_type,
        size=file.size,
        alt=visible_text(file.alt).strip()[:ALT_LIMIT],
    )


def revise(act: Act, known: Known, message: ThreadMessage) -> None:
    """Let the blocks of a message say what it says since. Without text and files it tells nothing: none is empty."""
    if not message.text.strip() and not message.files:
        return
    tx, parts = act.tx, split(message.text, known.fence)
    tx.scribes.save_message(message_id=message.id, edited_at=message.edited_at, **_kept(message.text, parts))
    _reword(act, message.id, message.author_id, parts.drafts)
    _follow_files(act, message)
    pass_on(act, message.author_id, message.id, known.left_open, parts.fence)


def _blocks_of(act: Act, message_id: int) -> tuple[Block, ...]:
    """Return what came from a message and was not removed."""
    blocks = keeping.blocks_of_message(act.tx, act.session.server_id, message_id)
    return tuple(one for one in blocks if one.state is not BlockState.REMOVED)


def _blocks_at(tx: Tx, session: Session, position: int) -> tuple[Block, ...]:
    """Return what stands at the place of a message, whoever put it there, and was not removed."""
    rows = tx.scribes.blocks_at(session_id=session.id, position=position)
    return tuple(keeping.as_block(row) for row in rows)


def pass_on(act: Act, author_id: int | None, message_id: int, left_before: str, left_now: str) -> None:
    """Split its author's next messages anew where a message leaves another fence open than before."""
    tx = act.tx
    while left_now != left_before:
        row = tx.scribes.next_dependent(session_id=act.session.id, author_id=author_id, message_id=message_id)
        if row is None:
            return
        message_id, left_before = row["message_id"], row["fence"]
        parts = split(row["text"], left_now)
        left_now = parts.fence
        tx.scribes.save_fence(message_id=message_id, fence=left_now)
        _reword(act, message_id, row["author_id"], parts.drafts)


def _reword(act: Act, message_id: int, author_id: int, drafts: tuple[Draft, ...]) -> None:
    """Let the blocks of a message say its drafts: the same ones as far as can be known, in the drafts' order."""
    blocks = _blocks_of(act, message_id)
    said = {one.id: _said(act.tx, one) for one in blocks if one.message_revision and one.file is None}
    places = align(list(said.values()), drafts)
    ids = list(said)
    wanted = [(None if place is None else ids[place], draft) for place, draft in zip(places, drafts, strict=True)]
    new = _new_block(act, message_id, author_id, blocks)
    for block_id in said.keys() - {one for one, _ in wanted}:
        _drop(act, block_id, said[block_id], author_id)
    last = -1
    for item in _arranged(act, message_id, wanted):
        if isinstance(item, Draft):
            last += 1
            act.add(replace(new, kind=item.kind, text=item.text, part=last))
        else:
            block, draft = item
            last = max(block.part, last + 1)
            _say(act, block.id, draft, last, author_id)


def _said(tx: Tx, block: Block) -> Draft:
    """Return what its message said last, also where the block says something else since."""
    if block.follows_message:
        return Draft(block.kind, block.text)
    row = tx.scribes.last_said(block_id=block.id, message_revision=block.message_revision)
    return Draft(BlockKind(row["kind"]), row["text"])


def _new_block(act: Act, message_id: int, author_id: int, blocks: tuple[Block, ...]) -> keeping.NewBlock:
    """Return what a block is that is new in a message: it stands, waits or is struck as the others of it are."""
    states = {one.state for one in blocks}
    state = BlockState.STANDING
    if not states:
        session = keeping.session_by_id(act.tx, act.session.server_id, act.session.id)
        by_scribe = author_id in keeping.scribes_at(session, written_at(message_id))
        state = BlockState.STANDING if by_scribe else BlockState.WAITING
    elif states <= {BlockState.STRUCK, BlockState.WAITING}:
        state = BlockState.WAITING if BlockState.WAITING in states else BlockState.STRUCK
    taken_by = next((one.taken_by for one in blocks if one.taken_by is not None), None)
    return keeping.NewBlock(
        BlockKind.TEXT, "", state, author_id, message_id, source_message_id=message_id, taken_by=taken_by
    )


_Placed = Draft | tuple[Block, Draft | None]
"""A draft that is to become a block; or a block, and what it is to say (None: what it says)."""


def _arranged(act: Act, message_id: int, wanted: list[tuple[int | None, Draft]]) -> list[_Placed]:
    """Return all that stands at a message's place, in its new order: what was put in stays behind what it follows."""
    blocks = {one.id: one for one in _blocks_at(act.tx, act.session, message_id)}
    behind: defaultdict[int, list[_Placed]] = defaultdict(list)
    files: list[_Placed] = []
    previous, kept = 0, {one for one, _ in wanted}
    for block in blocks.values():
        if block.id in kept:
            previous = block.id
        elif block.file is None:
            behind[previous].append((block, None))
        else:
            files.append((block, None))
    arranged = behind[0]
    for block_id, draft in wanted:
        arranged += [draft] if block_id is None else [(blocks[block_id], draft), *behind[block_id]]
    return arranged + files


def _say(act: Act, block_id: int, draft: Draft | None, part: int, author_id: int) -> None:
    block = keeping.find_block(act.tx, act.session.server_id, block_id)
    if draft is not None and draft != (said := _said(act.tx, block)):
        block = _follow(act, block, said, draft, author_id)
    if part != block.part:
        act.save(block, Cause.MOVED, author_id, part=part)


def _follow(act: Act, block: Block, said: Draft, draft: Draft, author_id: int) -> Block:
    if block.follows_message or draft == Draft(block.kind, block.text):
        block = act.save(block, Cause.MESSAGE, author_id, kind=draft.kind, text=draft.text)
        if block.merged_into_id is not None:
            _reword_within(act, block.merged_into_id, said.text, draft.text, author_id)
        return block
    act.begin()
    block = keeping.set_aside(act.tx, block, draft.kind, draft.text, author_id)
    if _has_merged(act.tx, block) and block.text.count(said.text) == 1:
        return act.save(block, Cause.EDITED, author_id, text=block.text.replace(said.text, draft.text))
    return block


def _reword_within(act: Act, head_id: int, old: str, new: str, author_id: int) -> None:
    """Reword a part of a merged block; where somebody has reworded that part, it is set aside."""
    head = keeping.find_block(act.tx, act.session.server_id, head_id)
    if head.text.count(old) != 1:
        keeping.set_aside(act.tx, head, head.kind, new, author_id)
        return
    head = act.save(head, Cause.EDITED, author_id, text=head.text.replace(old, new))
    if head.merged_into_id is not None:
        _reword_within(act, head.merged_into_id, old, new, author_id)


def _drop(act: Act, block_id: int, said: Draft, author_id: int) -> None:
    """Remove a block that its message says no longer; what somebody edited here stays, since they chose its words."""
    block = keeping.find_block(act.tx, act.session.server_id, block_id)
    if block.follows_message:
        act.begin()
        block = stand_alone(act, block, author_id)
        act.unused += questions.let_go(act.tx, block)
        act.save(block, Cause.REMOVED, author_id, **GONE)
    elif said.text:
        act.begin()
        keeping.set_aside(act.tx, block, said.kind, "", author_id)


def stand_alone(act: Act, block: Block, by: int | None) -> Block:
    """Undo the merges of a block that is to go: others' words go with it no more than its own stay with theirs."""
    if block.state is BlockState.MERGED or _has_merged(act.tx, block):
        return merging.stand_alone(act.tx, block, by)
    return block


def _has_merged(tx: Tx, block: Block) -> bool:
    return bool(tx.scribes.has_merged(block_id=block.id))


def _follow_files(act: Act, message: ThreadMessage) -> None:
    """Let the files of a message come and go with it, and take an alt text from it where there is none."""
    blocks = {one.file.attachment_id: one for one in _blocks_of(act, message.id) if one.file is not None}
    for file in message.files:
        block = blocks.pop(file.attachment_id, None)
        if block is None:
            _add_file(act, message, file)
        elif block.file is not None and not block.file.alt and _file(file).alt:
            act.begin()
            keeping.set_alt(act.tx, block, replace(block.file, alt=_file(file).alt))
    for block in blocks.values():
        let_file_go(act, block)
        act.save(block, Cause.REMOVED, message.author_id, **GONE)


def _add_file(act: Act, message: ThreadMessage, file: ThreadFile) -> None:
    new = _new_block(act, message.id, message.author_id, _blocks_of(act, message.id))
    part = max((one.part for one in _blocks_at(act.tx, act.session, message.id)), default=-1) + 1
    act.add(replace(new, kind=_kind_of(file), part=part, file=_file(file)))


def let_file_go(act: Act, block: Block) -> None:
    """Drop the file of a block that is removed."""
    tx = act.tx
    if block.file is not None:
        act.unused += [block.file.digest] if block.file.digest else []
        tx.scribes.drop_block_file(server_id=block.server_id, block_id=block.id)
