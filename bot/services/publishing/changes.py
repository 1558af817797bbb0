"""What follows for a public page when its question, its note or an answer changes.

What takes away happens at once and needs nobody's approval: a question that was withdrawn, removed, found to be a
duplicate or lost its asker takes its page along; a removed answer leaves the page, and so does what its writer takes
back. What would add or reword waits: the page stays as it was approved until a librarian approves again. A question
that is reopened keeps its page too: what it says was settled then, and a librarian can withdraw it.

From the page of a note a block goes at once that was removed, struck or merged into another, and what a hole showed of
a question that was withdrawn. What was deleted in Discord leaves every compiled version of the note as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.models.companions import Note
from bot.models.publications import PublicationState, PublicQuestion
from bot.models.questions import QuestionState
from bot.services.publishing import composing, notes, snapshots
from bot.services.scribes.versions import forget_deleted
from bot.storage.database import Tx

TOPIC = "site"
BECAUSE_QUESTION = "question"
BECAUSE_NOTE = "note"
GONE = frozenset({QuestionState.WITHDRAWN, QuestionState.DUPLICATE, QuestionState.WAITING})


def on_question_changed(tx: Tx, server_id: int, question_id: int) -> None:
    """Take from the public what may not be there any longer. Call it in the change's own transaction, after the change.

    For every change of a question, of its asker or of an answer that a page could show; costs two queries where the
    question was never asked to be published, and stands in no note.
    """
    for row in tx.scribes.sessions_of_question(server_id=server_id, question_id=question_id):
        on_note_changed(tx, server_id, row["session_id"])
    publication = tx.publishing.publication_of(server_id=server_id, question_id=question_id)
    if publication is None or publication["state"] == PublicationState.WITHDRAWN:
        return
    if not _may_stay(tx, server_id, publication):
        withdraw(tx, server_id, publication["id"], BECAUSE_QUESTION)
    elif publication["state"] == PublicationState.PUBLISHED:
        take_away(tx, server_id, publication)


def _may_stay(tx: Tx, server_id: int, publication: dict[str, Any]) -> bool:
    question = tx.publishing.question(server_id=server_id, id=publication["question_id"])
    if question["removed"] or question["state"] in GONE:
        return False
    # The consent was given by name or anonymously; it does not outlive a change of that, nor its giver.
    return tx.publishing.asker_consent(server_id=server_id, publication_id=publication["id"]) is not None


def withdraw(tx: Tx, server_id: int, publication_id: int, because: str) -> None:
    """End a publication: nothing of it stays public.

    `because` is ``consent``, ``librarian``, ``question`` or ``note``.
    """
    tx.publishing.withdraw(server_id=server_id, id=publication_id, because=because, now=tx.now)
    touch_site(tx, server_id)


def take_away(tx: Tx, server_id: int, publication: dict[str, Any]) -> None:
    """Make the snapshot again without what was removed, or is by somebody who does not consent any longer."""
    here = {"server_id": server_id, "publication_id": publication["id"]}
    before = snapshots.from_json(publication["snapshot"])
    after = snapshots.keep_answers(before, {row["ordinal"] for row in tx.publishing.consented_ordinals(**here)})
    if not tx.publishing.tried_may_be_shown(**here):
        after = replace(after, tried="")
    name, why, outcome = composing.inquiry_of(tx, server_id, publication["id"])
    if (before.inquiry_name, before.inquiry_why) != (name, why):
        after = replace(after, inquiry_name="", inquiry_why="", inquiry_outcome="")
    elif before.inquiry_outcome != outcome:
        after = replace(after, inquiry_outcome="")
    if after != before:
        save_snapshot(tx, server_id, publication["id"], after)


def on_note_changed(tx: Tx, server_id: int, session_id: int) -> None:
    """Take from the public, and from what was compiled, what may not be there any longer.

    Call it in the change's own transaction, after the change: for every change of a block and of a question that stands
    in the note. Costs two queries where the note was never compiled.
    """
    forget_deleted(tx, server_id, session_id)
    publication = tx.publishing.publication_of_note(server_id=server_id, session_id=session_id)
    if publication is not None and publication["state"] == PublicationState.PUBLISHED:
        take_away_from_note(tx, server_id, publication, BECAUSE_NOTE)


def take_away_from_note(tx: Tx, server_id: int, publication: dict[str, Any], because: str) -> None:
    """Make a note's snapshot again with what may stay; where that is nothing, the page goes, for the reason given."""
    after = notes.still_public(tx, server_id, publication)
    if not after.blocks:
        withdraw(tx, server_id, publication["id"], because)
    elif after != snapshots.note_from_json(publication["snapshot"]):
        save_snapshot(tx, server_id, publication["id"], after)


def save_snapshot(tx: Tx, server_id: int, publication_id: int, composed: PublicQuestion | Note) -> None:
    """Keep what the public sees of a question or a note from now on."""
    tx.publishing.save_snapshot(
        server_id=server_id,
        id=publication_id,
        snapshot=snapshots.to_json(composed),
        digest=snapshots.digest_of(composed),
    )
    touch_site(tx, server_id)


def touch_site(tx: Tx, server_id: int) -> None:
    """Say that the server's public site has changed."""
    tx.housekeeping.touch_site(server_id=server_id)
    tx.topics.add(TOPIC)
