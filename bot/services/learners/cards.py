"""One's own cards: made, changed, rested and let go of. Nobody but their student sees them, librarians neither."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from bot.errors import NotFound, TooMany, WrongState
from bot.models.people import Actor
from bot.models.sessions import UNIT_LIMIT
from bot.models.studying import (
    CARD_SIDE_LIMIT,
    CARDS_LIMIT,
    HARD_DIFFICULTY,
    HARD_LAPSES,
    WRONG_LIMIT,
    CardState,
    Picture,
    StudyCard,
)
from bot.services import events, servers
from bot.services.learners import following, scheduling
from bot.services.learners.following import Sides
from bot.services.library import Library
from bot.services.researchers import keeping
from bot.services.researchers.cleaning import clean_text
from bot.services.researchers.finding import Page, page_at
from bot.services.scribes.keeping import unit_key
from bot.storage import outbox
from bot.storage.database import Tx

WORDS_SHOWN = 300
"""Characters of a term that are quoted where its note is kept, when somebody finds it wrong."""
LISTS = ("all", "hard", "suspended", "retired")
"""Which cards a list may show."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a student wrote for a card."""

    front: str
    back: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class CardView:
    """A card with the pictures that stand beside its term."""

    card: StudyCard
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class MessageQuoted:
    """The message of Discord whose words are on the back of a card, and the `fingerprint` of those words."""

    channel_id: int
    message_id: int
    words: str


def fingerprint(text: str) -> str:
    """Return a short sign of a text's words: what has another one was said in other words."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def find_card(tx: Tx, actor: Actor, card_id: int) -> StudyCard:
    """Return a card of the actor's. Raises NotFound, also for somebody else's."""
    possible = 0 < card_id <= keeping.LARGEST_NUMBER
    row = tx.studying.card(server_id=actor.server_id, user_id=actor.user_id, id=card_id) if possible else None
    if row is None:
        raise NotFound("errors.card_not_found")
    return _as_card(row)


def _as_card(row: dict[str, Any]) -> StudyCard:
    known = {name: bool(row[name]) for name in ("own_words", "changed", "confirmed")}
    return StudyCard(**(row | known | {"state": CardState(row["state"])}))


def view_of(tx: Tx, actor: Actor, card: StudyCard) -> CardView:
    """Return a card with its pictures."""
    rows = tx.studying.pictures(server_id=actor.server_id, user_id=actor.user_id, id=card.id)
    return CardView(card, tuple(Picture(**row) for row in rows))


async def show_card(actor: Actor, library: Library, card_id: int) -> CardView:
    """Return a card of the actor's. Raises NotFound."""
    return await library.database.read(lambda tx: view_of(tx, actor, find_card(tx, actor, card_id)))


async def list_cards(
    actor: Actor, library: Library, which: str = "all", *, unit: str = "", page: int = 1, size: int = 8
) -> Page[StudyCard]:
    """Return one page of the actor's cards, the newest first: one of `LISTS`. `all` leaves out what is retired."""
    wanted = {
        "server_id": actor.server_id,
        "user_id": actor.user_id,
        "unit_key": unit_key(unit),
        "which": which if which in LISTS else LISTS[0],
        "hard_lapses": HARD_LAPSES,
        "hard_difficulty": HARD_DIFFICULTY,
    }

    def look(tx: Tx) -> Page[StudyCard]:
        at, pages, before = page_at(page, size, total := tx.studying.list_count(**wanted))
        rows = tx.studying.cards(**wanted, limit=size, offset=before)
        return Page(tuple(_as_card(row) for row in rows), at, pages, total)

    return await library.database.read(look)


def cleaned(draft: Draft) -> Draft:
    """Return a draft as it is kept. Raises BadInput for a side that is empty or too long, and for a long unit."""
    return Draft(
        clean_text(draft.front, CARD_SIDE_LIMIT, "card_front"),
        clean_text(draft.back, CARD_SIDE_LIMIT, "card_back"),
        " ".join(clean_text(draft.unit, UNIT_LIMIT, "unit", required=False).split()),
    )


async def add_card(
    actor: Actor, library: Library, draft: Draft, *, quoted: MessageQuoted | None = None, event_id: int | None = None
) -> StudyCard:
    """Make a card of one's own, or of a message that says what stands on its back.

    A card whose back says the message word for word goes with it when it is deleted. The same event makes one card.
    Raises BadInput and TooMany.
    """

    def change(tx: Tx) -> StudyCard:
        servers.enter(tx, actor.server_id)
        return find_card(
            tx, actor, events.once(tx, actor.server_id, event_id, lambda: _add_own(tx, actor, draft, quoted))
        )

    return await library.database.write(change)


def _add_own(tx: Tx, actor: Actor, draft: Draft, quoted: MessageQuoted | None) -> int:
    if quoted is None:
        return keep_new(tx, actor, draft, own_words=True)
    return keep_new(
        tx,
        actor,
        draft,
        own_words=fingerprint(draft.back) != quoted.words,
        source_channel_id=quoted.channel_id,
        source_message_id=quoted.message_id,
    )


def keep_new(tx: Tx, actor: Actor, draft: Draft, *, own_words: bool, **source: object) -> int:
    """Keep a new card and return its id. `source` are the columns that say what it was made from."""
    place = {"server_id": actor.server_id, "user_id": actor.user_id}
    if tx.studying.card_count(**place) >= CARDS_LIMIT:
        raise TooMany("errors.cards_too_many", limit=CARDS_LIMIT)
    draft = cleaned(draft)
    known = dict.fromkeys(("block_id", "question_id", "source_channel_id", "source_message_id"))
    card_id: int = tx.studying.add_card(
        **place,
        **(known | {"source_says": ""} | source),
        guid=secrets.token_hex(8),
        front=draft.front,
        back=draft.back,
        unit=draft.unit,
        unit_key=unit_key(draft.unit),
        own_words=own_words,
        fsrs=scheduling.new_card(),
        now=tx.now,
    )
    return card_id


async def edit_card(actor: Actor, library: Library, card_id: int, draft: Draft) -> StudyCard:
    """Say a card in other words. From then on it is in the student's own words, unless they are its source's.

    Raises BadInput and NotFound.
    """

    def change(tx: Tx) -> StudyCard:
        card, kept = find_card(tx, actor, card_id), cleaned(draft)
        _save_words(tx, card, kept, own_words=not _says_its_source(card, kept))
        return find_card(tx, actor, card_id)

    return await library.database.write(change)


def _says_its_source(card: StudyCard, draft: Draft) -> bool:
    if card.has_source:
        return fingerprint(card.source_says) == fingerprint(following.says((draft.front, draft.back)))
    # What is not in own words and has no source quotes a message: on its back.
    return not card.own_words and fingerprint(draft.back) == fingerprint(card.back)


def _save_words(tx: Tx, card: StudyCard, draft: Draft, *, own_words: bool) -> None:
    tx.studying.save_words(
        id=card.id,
        front=draft.front,
        back=draft.back,
        unit=draft.unit,
        unit_key=unit_key(draft.unit),
        own_words=own_words,
    )


async def take_over(actor: Actor, library: Library, card_id: int) -> StudyCard:
    """Let a card say what its source says now, and follow it from then on.

    Raises NotFound, and WrongState where it has no source that says anything.
    """

    def change(tx: Tx) -> StudyCard:
        card = find_card(tx, actor, card_id)
        sides = _sides_of_source(tx, actor, card)
        if sides is None or card.state is CardState.RETIRED:
            raise WrongState("errors.card_has_no_source")
        _save_words(tx, card, Draft(*sides, card.unit), own_words=False)
        return find_card(tx, actor, card_id)

    return await library.database.write(change)


def _sides_of_source(tx: Tx, actor: Actor, card: StudyCard) -> Sides | None:
    if card.block_id is not None:
        return following.sides_of_term(tx.studying.term_of_card(id=card.id)["text"])
    if card.question_number is not None:
        question = keeping.find_question(tx, actor.server_id, card.question_number)
        return following.sides_of_question(tx, question)
    return None


async def keep_as_own(actor: Actor, library: Library, card_id: int) -> StudyCard:
    """Keep a card whose source is gone: it follows nothing any more, and comes up again.

    Raises NotFound, and WrongState where words of it went with the source and nobody wrote others since, or it is not
    retired.
    """

    def change(tx: Tx) -> StudyCard:
        card = find_card(tx, actor, card_id)
        if card.state is not CardState.RETIRED or not (card.front and card.back):
            raise WrongState("errors.card_words_gone")
        tx.studying.own_it(id=card.id)
        return find_card(tx, actor, card_id)

    return await library.database.write(change)


async def suspend_card(actor: Actor, library: Library, card_id: int) -> StudyCard:
    """Let a card rest until its student wakes it. Raises NotFound."""
    return await _set_state(actor, library, card_id, CardState.SUSPENDED)


async def wake_card(actor: Actor, library: Library, card_id: int) -> StudyCard:
    """Let a card that was suspended come up again, when it would have. Raises NotFound."""
    return await _set_state(actor, library, card_id, CardState.ACTIVE)


async def _set_state(actor: Actor, library: Library, card_id: int, state: CardState) -> StudyCard:
    def change(tx: Tx) -> StudyCard:
        card = find_card(tx, actor, card_id)
        tx.studying.set_state(id=card.id, state=state)
        return find_card(tx, actor, card_id)

    return await library.database.write(change)


async def delete_card(actor: Actor, library: Library, card_id: int) -> None:
    """Let go of a card and of all its answers, for good. Raises NotFound."""

    def change(tx: Tx) -> None:
        tx.studying.delete_card(id=find_card(tx, actor, card_id).id)

    await library.database.write(change)


async def report_card(
    actor: Actor, library: Library, card_id: int, text: str, *, event_id: int | None = None
) -> StudyCard:
    """Say in one sentence that what a card was made from is wrong.

    Its scribes, or those of its question, read it where that is kept, without a name and without a ping. Once, until
    the source changes. Raises BadInput, NotFound, and WrongState for a card of one's own.
    """

    def change(tx: Tx) -> StudyCard:
        card = find_card(tx, actor, card_id)
        events.once(tx, actor.server_id, event_id, lambda: _report(tx, actor, card, text))
        return card

    return await library.database.write(change)


async def check_may_report(actor: Actor, library: Library, card_id: int) -> StudyCard:
    """Return the card, and raise what `report_card` would before anything is typed."""

    def look(tx: Tx) -> StudyCard:
        card = find_card(tx, actor, card_id)
        _require_reportable(tx, card)
        return card

    return await library.database.read(look)


def _require_reportable(tx: Tx, card: StudyCard) -> None:
    if not card.has_source or card.state is CardState.RETIRED:
        raise WrongState("errors.card_is_your_own")
    if tx.studying.reported_at(id=card.id) is not None:
        raise WrongState("errors.card_reported")


def _report(tx: Tx, actor: Actor, card: StudyCard, text: str) -> int:
    _require_reportable(tx, card)
    sentence = clean_text(text, WRONG_LIMIT, "wrong")
    tx.studying.say_reported(id=card.id, now=tx.now)
    if card.block_id is None:
        question = keeping.find_question(tx, actor.server_id, card.question_number or 0)
        outbox.notify(
            tx,
            actor.server_id,
            question.channel_id,
            "studying.notice.wrong_question",
            subject=question.number,
            number=question.number,
            sentence=sentence,
        )
        return card.id
    term = tx.studying.term_of_card(id=card.id)
    outbox.notify(
        tx,
        actor.server_id,
        term["thread_id"] or term["channel_id"],
        "studying.notice.wrong_term",
        number=term["number"],
        words=_shortened(term["text"]),
        sentence=sentence,
    )
    return card.id


def _shortened(words: str) -> str:
    return words if len(words) <= WORDS_SHOWN else f"{words[: WORDS_SHOWN - 1]}…"
