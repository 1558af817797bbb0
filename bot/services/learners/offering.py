"""What is offered as a card: what somebody confirmed, and the student has no card of yet.

An error must not be memorised: a term that nobody checked and a question that is not settled are not offered. The form
in which an offer is accepted can be changed, so that a student says it in their own words.
"""

from __future__ import annotations

from typing import Any

from bot.errors import NotFound, WrongState
from bot.models.people import Actor
from bot.models.studying import Offer, OfferKind, StudyCard
from bot.services import events, servers
from bot.services.learners import cards, following
from bot.services.learners.cards import Draft
from bot.services.library import Library
from bot.services.researchers import keeping
from bot.services.researchers.keeping import LARGEST_NUMBER
from bot.services.scribes.keeping import unit_key
from bot.storage.database import Tx

LOOKED_AT = 500
"""Terms, and questions, that are looked at for what to offer: the newest."""


async def offers(actor: Actor, library: Library, unit: str = "") -> tuple[Offer, ...]:
    """Return what the actor could make a card of, of one unit or of all: terms of the newest lesson first."""
    return await library.database.read(offered, actor, unit_key(unit))


def offered(tx: Tx, actor: Actor, wanted_unit: str = "", number: int = 0) -> tuple[Offer, ...]:
    """Return what is offered, of one unit (its key) or one note where these are given."""
    who = {"server_id": actor.server_id, "user_id": actor.user_id, "limit": LOOKED_AT}
    found = [_of_term(row) for row in tx.studying.offered_terms(**who, number=number)]
    if not number:
        found += [_of_question(row) for row in tx.studying.offered_questions(**who) if row["back"]]
    return tuple(one for one in found if not wanted_unit or unit_key(one.unit) == wanted_unit)


async def offers_from(actor: Actor, library: Library, number: int) -> tuple[Offer, ...]:
    """Return what can be made a card of in the note ``#number``, or of the question with that number.

    Raises NotFound, and WrongState where nothing of it is confirmed or all of it is a card already.
    """

    def look(tx: Tx) -> tuple[Offer, ...]:
        possible = 0 < number <= LARGEST_NUMBER
        if not possible or tx.studying.note_exists(server_id=actor.server_id, number=number) is None:
            return (_question_offer(tx, actor, number),)
        found = offered(tx, actor, number=number)
        if not found:
            raise WrongState("errors.nothing_checked_in_note", number=number)
        return found

    return await library.database.read(look)


async def offer_of(actor: Actor, library: Library, kind: OfferKind, source_id: int) -> Offer:
    """Return one offer. Raises NotFound, and WrongState where nobody confirmed it or it is a card already."""
    return await library.database.read(_offer, actor, kind, source_id)


def _offer(tx: Tx, actor: Actor, kind: OfferKind, source_id: int) -> Offer:
    return _question_offer(tx, actor, source_id) if kind is OfferKind.QUESTION else _term_offer(tx, actor, source_id)


def _term_offer(tx: Tx, actor: Actor, block_id: int) -> Offer:
    row = tx.studying.term(server_id=actor.server_id, id=block_id) if 0 < block_id <= LARGEST_NUMBER else None
    if row is None:
        raise NotFound("errors.term_not_found")
    if not row["checked"]:
        raise WrongState("errors.term_not_checked", number=row["number"])
    _require_no_card(tx, actor, block_id=block_id)
    return _of_term(row)


def _question_offer(tx: Tx, actor: Actor, number: int) -> Offer:
    question = keeping.find_visible_question(tx, actor, number)
    sides = following.sides_of_question(tx, question) if question.state in following.CONFIRMED else None
    if sides is None:
        raise WrongState("errors.question_not_confirmed", number=number)
    _require_no_card(tx, actor, question_id=question.id)
    return Offer(OfferKind.QUESTION, number, number, *sides, question.topic)


def _require_no_card(tx: Tx, actor: Actor, *, block_id: int | None = None, question_id: int | None = None) -> None:
    if _card_of(tx, actor, block_id, question_id) is not None:
        raise WrongState("errors.card_already")


def _card_of(tx: Tx, actor: Actor, block_id: int | None, question_id: int | None) -> int | None:
    known: int | None = tx.studying.card_of_source(
        server_id=actor.server_id, user_id=actor.user_id, block_id=block_id, question_id=question_id
    )
    return known


def _of_term(row: dict[str, Any]) -> Offer:
    sides = following.sides_of_term(row["text"])
    return Offer(OfferKind.TERM, row["source_id"], row["number"], *sides, row["unit"])


def _of_question(row: dict[str, Any]) -> Offer:
    sides = following.fitting(row["text"]), following.fitting(row["back"])
    return Offer(OfferKind.QUESTION, row["number"], row["number"], *sides, row["unit"])


async def accept_offer(
    actor: Actor, library: Library, kind: OfferKind, source_id: int, draft: Draft, *, event_id: int | None = None
) -> StudyCard:
    """Make a card of an offer, as it is or in the student's own words. The same event makes one card.

    Raises BadInput, TooMany, and what `offer_of` raises: it may have been taken back while the form was open.
    """

    def change(tx: Tx) -> StudyCard:
        servers.enter(tx, actor.server_id)
        card_id = events.once(tx, actor.server_id, event_id, lambda: _accept(tx, actor, kind, source_id, draft))
        return cards.find_card(tx, actor, card_id)

    return await library.database.write(change)


def _accept(tx: Tx, actor: Actor, kind: OfferKind, source_id: int, draft: Draft) -> int:
    offer = _offer(tx, actor, kind, source_id)
    kept = cards.cleaned(draft)
    said = following.says((offer.front, offer.back))
    return cards.keep_new(
        tx,
        actor,
        kept,
        own_words=cards.fingerprint(following.says((kept.front, kept.back))) != cards.fingerprint(said),
        source_says=said,
        **_source_columns(tx, actor, kind, source_id),
    )


def _source_columns(tx: Tx, actor: Actor, kind: OfferKind, source_id: int) -> dict[str, int]:
    if kind is OfferKind.TERM:
        return {"block_id": source_id}
    return {"question_id": keeping.find_question(tx, actor.server_id, source_id).id}


async def offer_in_message(actor: Actor, library: Library, message_id: int) -> tuple[OfferKind, int] | None:
    """Return what of a message can be made a card of: its checked term, or the settled question that it shows.

    None where it holds neither, or the actor has a card of it: then it is a message like others.
    """

    def look(tx: Tx) -> tuple[OfferKind, int] | None:
        for kind, source_id in _in_message(tx, actor, message_id):
            try:
                _offer(tx, actor, kind, source_id)
            except (NotFound, WrongState):
                continue
            return kind, source_id
        return None

    return await library.database.read(look)


def _in_message(tx: Tx, actor: Actor, message_id: int) -> list[tuple[OfferKind, int]]:
    here = {"server_id": actor.server_id, "message_id": message_id}
    found = [(OfferKind.TERM, row["source_id"]) for row in tx.studying.terms_of_message(**here)]
    number = tx.studying.shown_in_message(**here)
    return found if number is None else [*found, (OfferKind.QUESTION, number)]
