"""What came from a message goes when that is deleted in Discord (DESIGN.md, rule 12): only the fact stays."""

from __future__ import annotations

from bot.models.sessions import Block, BlockState, Cause
from bot.services.researchers import minding
from bot.services.scribes import keeping, questions, typed
from bot.services.scribes.blocks import without
from bot.services.scribes.following import GONE, Act, Known, let_file_go, pass_on, stand_alone
from bot.storage.database import Tx

_Span = tuple[int, int]
"""Versions of a note, from the first to before the last."""
_NOW = 2**62


def forget(act: Act, known: Known, message_id: int) -> None:
    """Remove what came from a message, with its author, its history, its question and files.

    Its words leave the index itself within the hour. What others wrote stays, also where it was merged with it.
    """
    tx = act.tx
    tx.scribes.mark_message_deleted(message_id=message_id)
    for one in keeping.blocks_of_message(tx, act.session.server_id, message_id):
        # What an edit had removed goes too: its history tells of it still.
        removed = one.state is BlockState.REMOVED
        _forget(act, one if removed else keeping.find_block(tx, one.server_id, one.id))
    pass_on(act, known.author_id, message_id, known.left_open, known.fence)
    minding.plan_forgetting(tx, act.session.server_id)


def _forget(act: Act, block: Block) -> None:
    tx = act.tx
    act.begin()
    block = stand_alone(act, block, None)
    act.unused += questions.let_go(tx, block)
    let_file_go(act, block)
    texts = _texts(tx, block.id)
    typed.forget_about(tx, act.session, block, texts)
    for head_id, span in _merges(tx, block.id):
        _cut_out(tx, head_id, span, texts)
    act.save(block, Cause.REMOVED, None, **GONE, author_id=None)
    tx.scribes.blank_revisions(block_id=block.id, author_id=block.author_id)


def _texts(tx: Tx, block_id: int) -> list[str]:
    """Return all that a block ever said, the longest first."""
    said = {row["text"] for row in tx.scribes.revisions_of_block(block_id=block_id)}
    return sorted(said - {""}, key=len, reverse=True)


def _merges(tx: Tx, block_id: int) -> list[tuple[int, _Span]]:
    """Return the blocks that a block was merged into, and in which versions of the note."""
    rows = tx.scribes.revisions_of_block(block_id=block_id)
    ends = [row["session_revision"] for row in rows[1:]] + [_NOW]
    return [
        (row["merged_into_id"], (row["session_revision"], end))
        for row, end in zip(rows, ends, strict=True)
        if row["merged_into_id"] is not None
    ]


def _cut_out(tx: Tx, head_id: int, span: _Span, texts: list[str]) -> None:
    """Take a block's words out of what a merged block said in these versions; where they are not to be found, all."""
    for row in tx.scribes.revisions_of_block(block_id=head_id):
        if span[0] <= row["session_revision"] < span[1]:
            tx.scribes.reword_revision(block_id=head_id, revision=row["revision"], text=_without(row["text"], texts))
    for next_id, (start, end) in _merges(tx, head_id):
        overlap = max(start, span[0]), min(end, span[1])
        if overlap[0] < overlap[1]:
            _cut_out(tx, next_id, overlap, texts)


def _without(text: str, texts: list[str]) -> str:
    """Take what a block said out of a text; where it is not to be found, nothing of the text stays."""
    shorter = (without(text, one) for one in texts)
    return next((one for one in shorter if one != text), "")
