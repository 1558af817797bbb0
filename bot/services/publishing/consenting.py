"""Each author's own choice. Silence is no, and nobody learns who declined: no text, count or error differs for it."""

from __future__ import annotations

from typing import Any

from bot.errors import NotFound
from bot.models.people import Actor
from bot.models.publications import ConsentRequest, ConsentState, PublicationState, Publishable
from bot.models.questions import Question
from bot.services.library import Library
from bot.services.publishing import changes
from bot.services.researchers import keeping
from bot.storage.database import Tx

BECAUSE_CONSENT = "consent"


async def consents_waiting(actor: Actor, library: Library) -> tuple[ConsentRequest, ...]:
    """Return what `actor` is asked and has not answered, by number of the question."""
    found = await library.database.read(requests_of, actor)
    return tuple(one for one in found if one.state is ConsentState.ASKED)


async def give_consent(actor: Actor, library: Library, number: int) -> None:
    """Say yes for all that `actor` has written in ``#number`` until now. Raises NotFound where nobody asks them."""

    def change(tx: Tx) -> None:
        publication, question = _asked(tx, actor, number)
        decide(tx, actor, question, publication["id"], ConsentState.GIVEN)

    await library.database.write(change)


async def decline_consent(actor: Actor, library: Library, number: int) -> None:
    """Say no for all that `actor` has written in ``#number``. It may be changed later. Raises NotFound as above.

    If something of theirs was public, it goes at once: an answer from its page, and with the asker's no the whole page.
    """

    def change(tx: Tx) -> None:
        publication, question = _asked(tx, actor, number)
        decide(tx, actor, question, publication["id"], ConsentState.DECLINED)
        if publication["state"] == PublicationState.PUBLISHED:
            _take_back(tx, actor, publication)

    await library.database.write(change)


async def withdraw_consent(actor: Actor, library: Library, number: int) -> None:
    """Take back a yes: as `decline_consent`, since a no has the same effect whenever it is said."""
    await decline_consent(actor, library, number)


def _take_back(tx: Tx, actor: Actor, publication: dict[str, Any]) -> None:
    asker = tx.publishing.asker_consent(server_id=actor.server_id, publication_id=publication["id"])
    if asker == ConsentState.GIVEN:
        changes.take_away(tx, actor.server_id, publication)
    else:
        changes.withdraw(tx, actor.server_id, publication["id"], BECAUSE_CONSENT)


def decide(tx: Tx, actor: Actor, question: Question, publication_id: int, state: ConsentState) -> None:
    """Note the actor's choice, as the asker and as an author of answers; nothing where they are neither."""
    choice = {"publication_id": publication_id, "state": state, "now": tx.now}
    tx.publishing.decide(user_id=actor.user_id, **choice)
    if question.anonymous and keeping.is_asker(tx, actor, question):
        tx.publishing.decide_anonymously(**choice)


def _asked(tx: Tx, actor: Actor, number: int) -> tuple[dict[str, Any], Question]:
    """Return the publication that `actor` is asked about, and its question."""
    if not any(one.number == number for one in requests_of(tx, actor)):
        raise NotFound("errors.consent_not_asked", number=number)
    question = keeping.find_question(tx, actor.server_id, number)
    return tx.publishing.publication_of(server_id=actor.server_id, question_id=question.id), question


def requests_of(tx: Tx, actor: Actor) -> list[ConsentRequest]:
    """Return everything that `actor` was asked and may still decide, one request a question.

    Who asked a question anonymously and answered it under their name has one choice for both.
    """
    rows = tx.publishing.consents_of(server_id=actor.server_id, user_id=actor.user_id)
    rows += [row for row in _anonymous_ones(tx, actor.server_id) if _is_theirs(tx, actor, row["number"])]
    found: dict[int, ConsentRequest] = {}
    for row in sorted(rows, key=lambda row: (row["number"], row["state"] == ConsentState.ASKED)):
        known = found.get(row["number"])
        byline = row["byline"] or (known.byline if known else "")
        state = ConsentState(row["state"])
        found[row["number"]] = ConsentRequest(
            row["publication_id"], Publishable.QUESTION, row["number"], row["text"], state, byline
        )
    return list(found.values())


def _anonymous_ones(tx: Tx, server_id: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tx.publishing.anonymous_consents(server_id=server_id)
    return rows


def _is_theirs(tx: Tx, actor: Actor, number: int) -> bool:
    # By the one query that may ask "is it this person?".
    return keeping.is_asker(tx, actor, keeping.find_question(tx, actor.server_id, number))
