"""Each author's own choice. Silence is no, and nobody learns who declined: no text, count or error differs for it."""

from __future__ import annotations

from typing import Any

from bot.errors import NotFound
from bot.models.people import Actor
from bot.models.publications import ConsentRequest, ConsentState, PublicationState, Publishable
from bot.services.library import Library
from bot.services.publishing import changes
from bot.services.publishing.subjects import Subject, find_publication
from bot.services.researchers import keeping
from bot.storage.database import Tx

BECAUSE_CONSENT = "consent"


async def consents_waiting(actor: Actor, library: Library) -> tuple[ConsentRequest, ...]:
    """Return what `actor` is asked and has not answered, by number of the question or note."""
    found = await library.database.read(requests_of, actor)
    return tuple(one for one in found if one.state is ConsentState.ASKED)


async def give_consent(actor: Actor, library: Library, number: int) -> None:
    """Say yes for all that `actor` has written in ``#number`` until now. Raises NotFound where nobody asks them."""

    def change(tx: Tx) -> None:
        subject, publication = _asked(tx, actor, number)
        decide(tx, actor, subject, publication["id"], ConsentState.GIVEN)

    await library.database.write(change)


async def decline_consent(actor: Actor, library: Library, number: int) -> None:
    """Say no for all that `actor` has written in ``#number``. It may be changed later. Raises NotFound as above.

    If something of theirs was public, it goes at once: an answer or a block from its page, and with the no of a
    question's asker the whole page.
    """

    def change(tx: Tx) -> None:
        subject, publication = _asked(tx, actor, number)
        decide(tx, actor, subject, publication["id"], ConsentState.DECLINED)
        if publication["state"] == PublicationState.PUBLISHED:
            _take_back(tx, actor, subject, publication)

    await library.database.write(change)


async def withdraw_consent(actor: Actor, library: Library, number: int) -> None:
    """Take back a yes: as `decline_consent`, since a no has the same effect whenever it is said."""
    await decline_consent(actor, library, number)


def _take_back(tx: Tx, actor: Actor, subject: Subject, publication: dict[str, Any]) -> None:
    if subject.kind is Publishable.NOTE:
        changes.take_away_from_note(tx, actor.server_id, publication, BECAUSE_CONSENT)
        return
    asker = tx.publishing.asker_consent(server_id=actor.server_id, publication_id=publication["id"])
    if asker == ConsentState.GIVEN:
        changes.take_away(tx, actor.server_id, publication)
    else:
        changes.withdraw(tx, actor.server_id, publication["id"], BECAUSE_CONSENT)


def decide(tx: Tx, actor: Actor, subject: Subject, publication_id: int, state: ConsentState) -> None:
    """Note the actor's choice, as an author and as an anonymous asker; nothing where they are neither."""
    choice = {"publication_id": publication_id, "state": state, "now": tx.now}
    tx.publishing.decide(user_id=actor.user_id, **choice)
    if subject.kind is Publishable.QUESTION and _asked_anonymously(tx, actor, subject.number):
        tx.publishing.decide_anonymously(**choice)


def _asked_anonymously(tx: Tx, actor: Actor, number: int) -> bool:
    question = keeping.find_question(tx, actor.server_id, number)
    return question.anonymous and keeping.is_asker(tx, actor, question)


def _asked(tx: Tx, actor: Actor, number: int) -> tuple[Subject, dict[str, Any]]:
    """Return the question or note that `actor` is asked about, and its publication."""
    if not any(one.number == number for one in requests_of(tx, actor)):
        raise NotFound("errors.consent_not_asked", number=number)
    return find_publication(tx, actor.server_id, number)


def requests_of(tx: Tx, actor: Actor) -> list[ConsentRequest]:
    """Return everything that `actor` was asked and may still decide, by number, one request a question or note.

    Who asked a question anonymously and answered it under their name has one choice for both.
    """
    me = {"server_id": actor.server_id, "user_id": actor.user_id}
    rows = tx.publishing.consents_of(**me)
    rows += [row for row in _anonymous_ones(tx, actor.server_id) if _is_theirs(tx, actor, row["number"])]
    found: dict[int, ConsentRequest] = {}
    for row in sorted(rows, key=lambda row: row["state"] == ConsentState.ASKED):
        known = found.get(row["number"])
        byline = row["byline"] or (known.byline if known else "")
        found[row["number"]] = _request(row | {"byline": byline}, Publishable.QUESTION)
    of_notes = [_request(row, Publishable.NOTE) for row in tx.publishing.note_consents_of(**me)]
    return sorted([*found.values(), *of_notes], key=lambda one: one.number)


def _request(row: dict[str, Any], kind: Publishable) -> ConsentRequest:
    state = ConsentState(row["state"])
    return ConsentRequest(row["publication_id"], kind, row["number"], row["text"], state, row["byline"])


def _anonymous_ones(tx: Tx, server_id: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tx.publishing.anonymous_consents(server_id=server_id)
    return rows


def _is_theirs(tx: Tx, actor: Actor, number: int) -> bool:
    # By the one query that may ask "is it this person?".
    return keeping.is_asker(tx, actor, keeping.find_question(tx, actor.server_id, number))
