"""Letting blocks say what somebody typed for them: each keeps its author, its id and its history.

What is new becomes blocks of whoever typed it; what was left out is struck, so that it can be put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from bot.errors import BadInput
from bot.models.people import Actor
from bot.models.sessions import BLOCK_LIMIT, Block, BlockKind, BlockState, Cause, Session
from bot.services.researchers.cleaning import visible_text
from bot.services.scribes import keeping
from bot.services.scribes.blocks import Draft, align, split
from bot.services.scribes.spreading import Share, spread
from bot.storage.database import Tx

WITHOUT_TEXT = frozenset({BlockKind.IMAGE, BlockKind.FILE})
"""Kinds whose text is a caption: it is never split, and no part of a section's text."""

IN_NOTE = frozenset({BlockState.STANDING, BlockState.WAITING})
"""States in which a block says what it says to whoever reads on."""


def clean_words(text: str, *, required: bool = True) -> str:
    """Return what was typed for blocks, fit to be kept: its lines and spaces stay.

    Raises BadInput where nothing is left and it is `required`, and over `BLOCK_LIMIT` characters.
    """
    words = visible_text(text).strip("\n")
    if not words.strip():
        if required:
            raise BadInput("errors.block_empty")
        return ""
    if len(words) > BLOCK_LIMIT:
        raise BadInput("errors.block_too_long", limit=BLOCK_LIMIT, length=len(words))
    return words


@dataclass(frozen=True, slots=True)
class _Step:
    """What is to stand at a place: a draft, and the block that is to say it; None: a new one."""

    draft: Draft
    block: Block | None


def rewrite_one(tx: Tx, session: Session, actor: Actor, block: Block, text: str) -> Block:
    """Let a block say `text`; more than one block in it become new ones beside it. Return the block as it is now."""
    shares = (Share(0, text),)
    return _rewrite(tx, session, actor, (block,), shares)[0]


def rewrite_all(tx: Tx, session: Session, actor: Actor, olds: Sequence[Block], text: str) -> None:
    """Let blocks that follow each other say `text` together."""
    _rewrite(tx, session, actor, olds, spread([one.text for one in olds], text))


def _rewrite(
    tx: Tx, session: Session, actor: Actor, olds: Sequence[Block], shares: Iterable[Share]
) -> tuple[Block, ...]:
    """Return `olds` as they are now. Where nothing differs, nothing is kept and the version stays."""
    steps = tuple(_steps(tx, session, actor, olds, shares))
    if _says(steps, olds):
        return tuple(olds)
    keeping.bump(tx, session.id)
    said = {one.block.id: one.draft for one in steps if one.block}
    now = {one.id: _keep(tx, actor, one, said.get(one.id)) for one in olds}
    _put_in(tx, session, actor, steps, olds[0])
    return tuple(now[one.id] for one in olds)


def _steps(tx: Tx, session: Session, actor: Actor, olds: Sequence[Block], shares: Iterable[Share]) -> Iterable[_Step]:
    fences = open_fences(keeping.blocks_of(tx, session), olds[0].id)
    for share in shares:
        block = None if share.owner is None else olds[share.owner]
        author_id = block.author_id if block else actor.user_id
        drafts, fences[author_id] = _drafts(block, share.text, fences.get(author_id, ""))
        kept = _place_of(block, drafts) if block else None
        yield from (_Step(draft, block if place == kept else None) for place, draft in enumerate(drafts))


def open_fences(blocks: Iterable[Block], before_id: int) -> dict[int | None, str]:
    """Return which code fence each author has left open before the block `before_id` (see `blocks.split`)."""
    fences: dict[int | None, str] = {}
    for block in takewhile(lambda one: one.id != before_id, blocks):
        if block.state is BlockState.STANDING and block.kind not in WITHOUT_TEXT:
            is_text = block.kind is BlockKind.TEXT
            fences[block.author_id] = split(block.text, fences.get(block.author_id, "")).fence if is_text else ""
    return fences


def _drafts(block: Block | None, text: str, fence: str) -> tuple[tuple[Draft, ...], str]:
    if block and text == block.text and block.kind is not BlockKind.TEXT:
        return (Draft(block.kind, text),), ""  # what was taken for its kind once is not judged anew
    found = split(text, fence)
    return found.drafts, found.fence


def _place_of(block: Block, drafts: tuple[Draft, ...]) -> int:
    found = align([Draft(block.kind, block.text)], drafts)
    return found.index(0) if 0 in found else 0


def _says(steps: tuple[_Step, ...], olds: Sequence[Block]) -> bool:
    now = [(one.block and one.block.id, one.draft) for one in steps]
    return all(one.state in IN_NOTE for one in olds) and now == [(one.id, Draft(one.kind, one.text)) for one in olds]


def _keep(tx: Tx, actor: Actor, block: Block, draft: Draft | None) -> Block:
    if draft is None:
        return block if block.state is BlockState.STRUCK else keeping.strike_block(tx, block, actor.user_id)
    state = block.state if block.state is BlockState.WAITING else BlockState.STANDING
    if (draft, state) == (Draft(block.kind, block.text), block.state):
        return block
    return keeping.save_block(tx, block, Cause.EDITED, actor.user_id, kind=draft.kind, text=draft.text, state=state)


def _put_in(tx: Tx, session: Session, actor: Actor, steps: tuple[_Step, ...], first: Block) -> None:
    previous = _before(keeping.blocks_of(tx, session), first)
    for kept, run in groupby(steps, key=lambda step: step.block):
        if kept is None:
            _add(tx, session, actor, previous, [one.draft for one in run])
        previous = kept


def _before(blocks: tuple[Block, ...], first: Block) -> Block | None:
    place = next(place for place, one in enumerate(blocks) if one.id == first.id)
    return blocks[place - 1] if place else None


def _add(tx: Tx, session: Session, actor: Actor, previous: Block | None, drafts: list[Draft]) -> None:
    position, part = make_room(tx, session, actor, previous, len(drafts))
    state = BlockState.STANDING if keeping.may_keep(actor, session) else BlockState.WAITING
    for place, draft in enumerate(drafts):
        new = keeping.NewBlock(draft.kind, draft.text, state, actor.user_id, position, part + place)
        keeping.add_block(tx, session, new)


def make_room(tx: Tx, session: Session, actor: Actor, previous: Block | None, count: int) -> tuple[int, int]:
    """Return the place after `previous` (None: before everything) for `count` blocks; what is in the way moves on."""
    blocks = keeping.blocks_of(tx, session)
    if previous is None:
        return blocks[0].position - 1, 0
    at = next(place for place, one in enumerate(blocks) if one.id == previous.id)
    part = blocks[at].part + 1
    following = [one for one in blocks[at + 1 :] if one.position == previous.position]
    if following and following[0].part < part + count:
        for one in following:
            keeping.save_block(tx, one, Cause.MOVED, actor.user_id, part=one.part + count)
    return previous.position, part
