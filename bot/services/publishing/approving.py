"""A librarian looks at exactly what would be public, and publishes it or takes it away."""

from __future__ import annotations

from typing import Any

from bot.errors import WrongState
from bot.models.companions import Note
from bot.models.people import Actor, Capability
from bot.models.publications import Preview, PublicationState, PublicQuestion, Publishable
from bot.services import servers
from bot.services.capabilities import require
from bot.services.library import Library
from bot.services.publishing import changes, composing, notes, requesting, snapshots
from bot.services.publishing.subjects import Subject, find_publication
from bot.storage.database import Tx

BECAUSE_LIBRARIAN = "librarian"


async def publications_waiting(actor: Actor, library: Library) -> tuple[Preview, ...]:
    """Return what a librarian may look at, oldest request first; what can be approved now stands before what cannot.

    What is public already waits again when its authors have consented to something newer. Raises NotAllowed.
    """
    require(actor, Capability.APPROVE_PUBLICATION)
    return await library.database.read(_waiting, actor.server_id)


def _waiting(tx: Tx, server_id: int) -> tuple[Preview, ...]:
    if not servers.settings_of(tx, server_id).publishing_allowed:
        return ()
    found = []
    for row in tx.publishing.live_publications(server_id=server_id):
        subject, publication = find_publication(tx, server_id, row["number"])
        preview = _preview(tx, server_id, subject, publication)
        is_newer = preview.is_ready and preview.digest != publication["digest"]
        if publication["state"] == PublicationState.ASKED or is_newer:
            found.append(preview)
    return tuple(sorted(found, key=lambda preview: not preview.is_ready))


async def preview_publication(actor: Actor, library: Library, number: int) -> Preview:
    """Return exactly what approval would publish of ``#number``. Raises NotAllowed, and NotFound where nobody asked."""
    require(actor, Capability.APPROVE_PUBLICATION)
    return await library.database.read(
        lambda tx: _preview(tx, actor.server_id, *find_publication(tx, actor.server_id, number))
    )


def _preview(tx: Tx, server_id: int, subject: Subject, publication: dict[str, Any]) -> Preview:
    composed = _compose(tx, server_id, subject, publication)
    return Preview(
        publication_id=publication["id"],
        kind=subject.kind,
        number=subject.number,
        title=subject.title,
        question=composed if isinstance(composed, PublicQuestion) else None,
        note=composed if isinstance(composed, Note) else None,
        digest=snapshots.digest_of(composed) if composed else "",
        waiting_count=tx.publishing.waiting_count(server_id=server_id, publication_id=publication["id"]),
    )


def _compose(tx: Tx, server_id: int, subject: Subject, publication: dict[str, Any]) -> PublicQuestion | Note | None:
    if subject.kind is Publishable.NOTE:
        return notes.compose(tx, server_id, publication)
    return composing.compose(tx, server_id, publication["id"])


async def approve_publication(actor: Actor, library: Library, number: int, digest: str) -> None:
    """Publish what was looked at: `digest` is the preview's.

    Raises NotAllowed, NotFound, and WrongState where publishing is off, who must has not said yes (a question's asker,
    anybody in a note), or what would be public is not what was looked at any longer.
    """
    require(actor, Capability.APPROVE_PUBLICATION)
    await library.database.write(_approve, actor, number, digest)


def _approve(tx: Tx, actor: Actor, number: int, digest: str) -> None:
    requesting.require_publishing(servers.enter(tx, actor.server_id))
    subject, publication = find_publication(tx, actor.server_id, number)
    composed = _compose(tx, actor.server_id, subject, publication)
    if composed is None:
        raise WrongState(_NOT_READY[subject.kind], number=number)
    if snapshots.digest_of(composed) != digest:
        raise WrongState("errors.publication_changed", number=number)
    if publication["digest"] == digest:  # a second click
        return
    tx.publishing.publish(server_id=actor.server_id, id=publication["id"], approved_by=actor.user_id, now=tx.now)
    changes.save_snapshot(tx, actor.server_id, publication["id"], composed)


_NOT_READY = {
    Publishable.QUESTION: "errors.publication_not_ready",
    Publishable.NOTE: "errors.note_publication_not_ready",
}


async def withdraw_publication(actor: Actor, library: Library, number: int) -> None:
    """Take a page, or the request for one, away. Raises NotAllowed, and NotFound where there is none."""
    require(actor, Capability.APPROVE_PUBLICATION)

    def change(tx: Tx) -> None:
        _, publication = find_publication(tx, actor.server_id, number)
        changes.withdraw(tx, actor.server_id, publication["id"], BECAUSE_LIBRARIAN)

    await library.database.write(change)
