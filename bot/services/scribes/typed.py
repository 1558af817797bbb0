"""What somebody typed into a note that somebody else had changed meanwhile: it is kept until they choose.

It is kept in the transaction that finds the conflict, so that neither a restart nor a closed window loses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TypeVar

from bot.errors import WrongState
from bot.models.people import Actor
from bot.models.sessions import Block, Session
from bot.services.library import Library
from bot.services.scribes.blocks import without
from bot.storage.database import Tx

BLOCK = "note.block"
"""The form of a block; its target is the block's id."""
SECTION = "note.section"
"""The form of a section; its target is the id of the block that it was opened by."""

T = TypeVar("T")


class EditConflict(WrongState):
    """Somebody changed the same words meanwhile: whoever was second is shown both, and chooses.

    `theirs` is what stands there now: of what was merged the whole that it is part of, nothing where it was struck out
    (`is_struck`). `mine` is what was typed, and is kept for a week. `base` is the version to hand in next: of the
    block, or for a section of the whole note.
    """

    def __init__(self, *, theirs: str, mine: str, base: int, is_struck: bool = False) -> None:
        super().__init__("errors.edit_conflict")
        self.theirs = theirs
        self.mine = mine
        self.base = base
        self.is_struck = is_struck


async def hand_in(library: Library, change: Callable[[Tx], T | EditConflict]) -> T:
    """Make a change; a conflict that it returns is raised after what it keeps is on the disk."""
    outcome = await library.database.write(change)
    if isinstance(outcome, EditConflict):
        raise outcome
    return outcome


def conflict(tx: Tx, actor: Actor, form: str, target: int, found: EditConflict) -> EditConflict:
    """Keep what was typed, instead of what was kept of this form before, and return the conflict."""
    tx.housekeeping.save_draft(
        server_id=actor.server_id,
        user_id=actor.user_id,
        form=form,
        target=target,
        fields=json.dumps({"text": found.mine}, ensure_ascii=False),
        now=tx.now,
    )
    return found


def kept(tx: Tx, actor: Actor, form: str, target: int) -> str:
    """Return what `actor` typed and has not chosen about yet. Raises WrongState where nothing is kept."""
    fields = tx.housekeeping.draft(server_id=actor.server_id, user_id=actor.user_id, form=form, target=target)
    if fields is None:
        raise WrongState("errors.nothing_typed_is_kept")
    text: str = json.loads(fields)["text"]
    return text


def drop(tx: Tx, actor: Actor, form: str, target: int) -> None:
    """Forget what was typed: it was taken, or its writer chose the other words."""
    tx.housekeeping.delete_draft(server_id=actor.server_id, user_id=actor.user_id, form=form, target=target)


def forget_about(tx: Tx, session: Session, block: Block, said: Iterable[str]) -> None:
    """Take the words of a block that is about to go out of what was typed about its note, by whomever.

    What was typed for the block itself goes: there is nothing left to hand it in for. From what was typed for a section
    goes what the block `said`.
    """
    here = {"server_id": session.server_id}
    for row in tx.scribes.drafts_in_note(**here, session_id=session.id):
        draft = here | {name: row[name] for name in ("user_id", "form", "target")}
        if row["target"] == block.id:
            tx.housekeeping.delete_draft(**draft)
        elif (fields := _fields_without(row["fields"], said)) != row["fields"]:
            tx.scribes.reword_draft(**draft, fields=fields)


def _fields_without(fields: str, said: Iterable[str]) -> str:
    typed: dict[str, str] = json.loads(fields)
    for part in said:
        typed = {name: without(text, part) for name, text in typed.items()}
    return json.dumps(typed, ensure_ascii=False)
