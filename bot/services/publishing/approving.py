"""A librarian looks at exactly what would be public, and publishes it or takes it away."""

from __future__ import annotations

from typing import Any

from bot.errors import NotFound, WrongState
from bot.models.people import Actor, Capability
from bot.models.publications import Preview, PublicationState, Publishable
from bot.services import servers
from bot.services.capabilities import require
from bot.services.library import Library
from bot.services.publishing import changes, composing, requesting, snapshots
from bot.services.researchers import keeping
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
        preview = _preview(tx, server_id, row)
        if row["state"] == PublicationState.ASKED or (preview.question and preview.digest != row["digest"]):
            found.append(preview)
    return tuple(sorted(found, key=lambda preview: preview.question is None))


async def preview_publication(actor: Actor, library: Library, number: int) -> Preview:
    """Return exactly what approval would publish of ``#number``. Raises NotAllowed, and NotFound where nobody asked."""
    require(actor, Capability.APPROVE_PUBLICATION)
    return await library.database.read(
        lambda tx: _preview(tx, actor.server_id, _find_publication(tx, actor.server_id, number))
    )


def _preview(tx: Tx, server_id: int, publication: dict[str, Any]) -> Preview:
    question = composing.compose(tx, server_id, publication["id"])
    return Preview(
        publication_id=publication["id"],
        kind=Publishable.QUESTION,
        number=publication["number"],
        title=publication["text"],
        question=question,
        note=None,
        digest=snapshots.digest_of(question) if question else "",
        waiting_count=tx.publishing.waiting_count(server_id=server_id, publication_id=publication["id"]),
    )


def _find_publication(tx: Tx, server_id: int, number: int) -> dict[str, Any]:
    question = keeping.find_question(tx, server_id, number)
    publication: dict[str, Any] | None = tx.publishing.publication_of(server_id=server_id, question_id=question.id)
    if publication is None or publication["state"] == PublicationState.WITHDRAWN:
        raise NotFound("errors.publication_not_found", number=number)
    return publication | {"number": question.number, "text": question.text}


async def approve_publication(actor: Actor, library: Library, number: int, digest: str) -> None:
    """Publish what was looked at: `digest` is the preview's.

    Raises NotAllowed, NotFound, and WrongState where publishing is off, the asker has not said yes, or what would be
    public is not what was looked at any longer.
    """
    require(actor, Capability.APPROVE_PUBLICATION)
    await library.database.write(_approve, actor, number, digest)


def _approve(tx: Tx, actor: Actor, number: int, digest: str) -> None:
    requesting.require_publishing(servers.enter(tx, actor.server_id))
    publication = _find_publication(tx, actor.server_id, number)
    question = composing.compose(tx, actor.server_id, publication["id"])
    if question is None:
        raise WrongState("errors.publication_not_ready", number=number)
    if snapshots.digest_of(question) != digest:
        raise WrongState("errors.publication_changed", number=number)
    if publication["digest"] == digest:  # a second click
        return
    tx.publishing.publish(server_id=actor.server_id, id=publication["id"], approved_by=actor.user_id, now=tx.now)
    changes.save_snapshot(tx, actor.server_id, publication["id"], question)


async def withdraw_publication(actor: Actor, library: Library, number: int) -> None:
    """Take a page, or the request for one, away. Raises NotAllowed, and NotFound where there is none."""
    require(actor, Capability.APPROVE_PUBLICATION)

    def change(tx: Tx) -> None:
        publication = _find_publication(tx, actor.server_id, number)
        changes.withdraw(tx, actor.server_id, publication["id"], BECAUSE_LIBRARIAN)

    await library.database.write(change)
