"""Merging: what one author wrote in several messages becomes one block, and several again.

The first block takes the text of all; the others stay, marked as merged into it, and stand again when it is split.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bot.errors import BadInput, WrongState
from bot.models.people import Actor
from bot.models.sessions import BLOCK_LIMIT, Block, BlockKind, BlockState, Cause, Session
from bot.services import servers
from bot.services.library import Library
from bot.services.scribes import history, keeping
from bot.services.scribes.blocks import joined
from bot.services.scribes.rewriting import open_fences
from bot.services.scribes.spreading import spread
from bot.storage.database import Tx


async def merge(actor: Actor, library: Library, first_block_id: int, last_block_id: int) -> Block:
    """Put the blocks from the first to the last together into the first: texts of one author that follow each other.

    For the note's scribes and librarians. Twice is once. Raises NotFound, NotAllowed, and WrongState where something
    else stands between them, where they are by several people, or are longer together than `BLOCK_LIMIT`.
    """

    def change(tx: Tx) -> Block:
        servers.enter(tx, actor.server_id)
        first = keeping.find_block(tx, actor.server_id, first_block_id)
        last = keeping.find_block(tx, actor.server_id, last_block_id)
        session = keeping.session_by_id(tx, actor.server_id, first.session_id)
        keeping.require_scribe(actor, session)
        if last.state is BlockState.MERGED and last.merged_into_id == first.id:
            return first
        return _merge(tx, actor, session, _between(tx, session, first, last))

    return await library.database.write(change)


def _between(tx: Tx, session: Session, first: Block, last: Block) -> tuple[Block, ...]:
    standing = tuple(one for one in keeping.blocks_of(tx, session) if one.state is BlockState.STANDING)
    ids = [one.id for one in standing]
    if first.id not in ids or last.id not in ids:
        raise WrongState("errors.merge_needs_standing")
    ends = sorted((ids.index(first.id), ids.index(last.id)))
    return standing[ends[0] : ends[1] + 1]


def _merge(tx: Tx, actor: Actor, session: Session, run: tuple[Block, ...]) -> Block:
    _check(run)
    first, *others = run
    fence = open_fences(keeping.blocks_of(tx, session), first.id).get(first.author_id, "")
    text = joined(run, fence)
    if len(text) > BLOCK_LIMIT:
        raise BadInput("errors.merge_too_long", limit=BLOCK_LIMIT, length=len(text))
    keeping.bump(tx, session.id)
    for one in others:
        changes = {"state": BlockState.MERGED, "merged_into_id": first.id}
        keeping.save_block(tx, one, Cause.MERGED, actor.user_id, **changes)
    return keeping.save_block(tx, first, Cause.MERGED, actor.user_id, text=text)


def _check(run: tuple[Block, ...]) -> None:
    if len(run) == 1:
        raise WrongState("errors.merge_needs_two")
    if any(one.kind is not BlockKind.TEXT for one in run):
        raise WrongState("errors.merge_only_text")
    if run[0].author_id is None or any(one.author_id != run[0].author_id for one in run):
        raise WrongState("errors.merge_one_author")


async def split(actor: Actor, library: Library, block_id: int) -> tuple[Block, ...]:
    """Undo the last merge into a block: what was merged stands by itself again. Return the blocks as they are now.

    Where the merged text was edited since, each block gets the lines that are its own; one of which nothing is left is
    struck, and can be put back. For the note's scribes and librarians. Raises NotFound, NotAllowed and WrongState.
    """

    def change(tx: Tx) -> tuple[Block, ...]:
        servers.enter(tx, actor.server_id)
        block = keeping.find_block(tx, actor.server_id, block_id)
        session = keeping.session_by_id(tx, actor.server_id, block.session_id)
        keeping.require_scribe(actor, session)
        if block.state is not BlockState.STANDING or not inside_now(tx, block):
            raise WrongState("errors.nothing_merged")
        keeping.bump(tx, session.id)
        return take_apart(tx, block, actor.user_id)

    return await library.database.write(change)


def inside_now(tx: Tx, block: Block) -> tuple[Block, ...]:
    """Return what is merged into a block now: merge by merge, each in reading order."""
    session = keeping.session_by_id(tx, block.server_id, block.session_id)
    return _inside(tx, block, keeping.blocks_of(tx, session), session.revision)


def inside_at(tx: Tx, session: Session, block: Block, version: int) -> tuple[Block, ...]:
    """Return what was merged into a block in a version of its note, as `inside_now` does."""
    return _inside(tx, block, history.all_at(tx, session, version), version)


def _inside(tx: Tx, block: Block, blocks: Iterable[Block], version: int) -> tuple[Block, ...]:
    inside = [one for one in blocks if one.state is BlockState.MERGED and one.merged_into_id == block.id]
    return tuple(sorted(inside, key=lambda one: _merged_at(tx, one, version)))


def _merged_at(tx: Tx, block: Block, version: int) -> int:
    """Return in which version a block was merged that is so in `version`."""
    found: int = tx.scribes.merged_at(block_id=block.id, version=version)
    return found


def own_at(tx: Tx, session: Session, block: Block, version: int) -> str:
    """Return what of a block's text in a version was its own, without what was merged into it then."""
    inside = inside_at(tx, session, block, version)
    if not inside:
        return block.text
    before = history.said_before(tx, block, _merged_at(tx, inside[0], version))
    return _shared_out([before, *(one.text for one in inside if one.text)], block.text)[0] or before


def take_apart(tx: Tx, head: Block, by: int | None) -> tuple[Block, ...]:
    """Undo the last merge into a block, inside an act that has raised the version."""
    session = keeping.session_by_id(tx, head.server_id, head.session_id)
    inside = inside_now(tx, head)
    last = _merged_at(tx, inside[-1], session.revision)
    parts = [one for one in inside if _merged_at(tx, one, session.revision) == last]
    before = replace(head, text=history.said_before(tx, head, last))
    shares = _shared_out([one.text for one in (before, *parts)], head.text)
    each = zip((head, *parts), (before, *parts), shares, strict=True)
    return tuple(_set_free(tx, head.state, block, was.text, text, by) for block, was, text in each)


def _shared_out(texts: Sequence[str], text: str) -> list[str]:
    """Return what of `text` belongs to each of the blocks that said `texts`; empty where nothing is left."""
    own = text
    for one in reversed(texts[1:]):
        own = own[: -len(one)].removesuffix("\n").removesuffix("\n") if own.endswith(f"\n{one}") else ""
    if own:
        return [own, *texts[1:]]
    found = [""] * len(texts)
    owner = 0
    for share in spread(texts, text):
        owner = owner if share.owner is None else share.owner
        found[owner] = f"{found[owner]}\n\n{share.text}".strip("\n")
    return found


def _set_free(tx: Tx, state: BlockState, block: Block, before: str, text: str, by: int | None) -> Block:
    changes: dict[str, Any] = {"state": state, "merged_into_id": None, "text": text}
    if not text:
        changes |= {"state": BlockState.STRUCK, "text": before}
    if changes["text"] == history.said_by_message(tx, block):
        changes["message_revision"] = block.revision + 1
    return keeping.save_block(tx, block, Cause.SPLIT, by, **changes)


def outermost(tx: Tx, block: Block) -> Block:
    """Return the block in whose text a block's words stand: itself, unless it is merged."""
    while block.merged_into_id is not None:
        block = keeping.find_block(tx, block.server_id, block.merged_into_id)
    return block


def stand_alone(tx: Tx, block: Block, by: int | None) -> Block:
    """Undo every merge of a block, into another and of others into it, inside an act that has raised the version.

    Before its message is let go: others' words go with it no more than its own stay with theirs.
    """
    block = take_out(tx, block, by)
    while inside_now(tx, block):
        block = take_apart(tx, block, by)[0]
    return block


def take_out(tx: Tx, block: Block, by: int | None) -> Block:
    """Undo merges until a block stands by itself, inside an act that has raised the version."""
    while block.merged_into_id is not None:
        head = keeping.find_block(tx, block.server_id, block.merged_into_id)
        take_apart(tx, take_out(tx, head, by), by)
        block = keeping.find_block(tx, block.server_id, block.id)
    return block
