"""What the tests of studying share: short ways to a checked term, a settled question, a card, and a sitting."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from bot.models.people import Actor
from bot.models.questions import Question
from bot.models.sessions import Block, BlockKind
from bot.models.studying import OfferKind, Rating, StudyCard
from bot.services.learners import cards, offering, studying
from bot.services.learners.cards import Draft
from bot.services.learners.studying import Answer, Sitting
from bot.services.library import Library
from bot.services.researchers import answering, settling
from bot.services.scribes import keeping, reacting
from tests.cast import BEN, MIA, NOOR, OKAFOR, SERVER
from tests.services import researching, scribing

_threads = count(300300000000001000)

OSMOSIS = "osmosis :: water moves through a skin"


async def note(library: Library, unit: str = "Cells", **more: Any) -> tuple[int, int]:
    """Begin a note of Mia's and Noor's; return its number and its thread."""
    thread_id = next(_threads)
    session = await scribing.start(library, thread_id=thread_id, unit=unit, **more)
    return session.number, thread_id


async def term(
    library: Library, text: str = OSMOSIS, *, unit: str = "Cells", thread_id: int | None = None, checked: bool = True
) -> Block:
    """Mia writes a term into a note (a new one, where no thread is given), and Noor checks it."""
    if thread_id is None:
        _, thread_id = await note(library, unit)
    message = await scribing.write(library, text, thread_id=thread_id)
    if checked:
        await reacting.check_message(NOOR, library, message.id)
    blocks = await library.database.read(keeping.blocks_of_message, SERVER, message.id)
    return next(one for one in blocks if one.kind is BlockKind.TERM)


async def settled(
    library: Library, text: str = "Why is the sky blue?", thought: str = "Blue bounces more."
) -> Question:
    """Mia asks, Noor answers, Mia settles it with what she now thinks."""
    question = await researching.ask(library, text=text, topic="Light")
    await researching.answer(library, question)
    return await settling.settle_question(MIA, library, question.number, thought)


async def confirmed(library: Library) -> Question:
    """A question that a librarian settled by its marked answer: its asker wrote nothing."""
    question = await researching.ask(library, text="How old is the oldest tree?")
    await researching.answer(library, question, text="Almost five thousand years.")
    await answering.endorse_answer(MIA, library, question.number, 1)
    return await settling.settle_question(OKAFOR, library, question.number)


async def card_of(library: Library, block: Block, who: Actor = BEN, draft: Draft | None = None) -> StudyCard:
    """Somebody makes a card of a term, as it is or in their own words."""
    offer = await offering.offer_of(who, library, OfferKind.TERM, block.id)
    draft = draft or Draft(offer.front, offer.back, offer.unit)
    return await offering.accept_offer(who, library, OfferKind.TERM, block.id, draft)


async def card_of_question(library: Library, question: Question, who: Actor = BEN) -> StudyCard:
    """Somebody makes a card of a question as it is."""
    offer = await offering.offer_of(who, library, OfferKind.QUESTION, question.number)
    draft = Draft(offer.front, offer.back, offer.unit)
    return await offering.accept_offer(who, library, OfferKind.QUESTION, question.number, draft)


async def own_cards(library: Library, number: int, who: Actor = BEN, unit: str = "") -> list[StudyCard]:
    """Somebody writes so many cards."""
    return [await cards.add_card(who, library, Draft(f"front {one}", f"back {one}", unit)) for one in range(number)]


async def now(library: Library, card: StudyCard, who: Actor = BEN) -> StudyCard:
    """A card as it is now."""
    return (await cards.show_card(who, library, card.id)).card


async def answered(library: Library, rating: Rating, who: Actor = BEN, tag: str = "") -> Sitting:
    """Somebody sits down, and answers the card that comes up; return how the sitting goes on."""
    sitting = await studying.sit_down(who, library, tag)
    assert sitting.view is not None
    return await answer(library, sitting, rating, who, tag)


async def answer(library: Library, sitting: Sitting, rating: Rating, who: Actor = BEN, tag: str = "") -> Sitting:
    """Answer the card of a sitting."""
    assert sitting.view is not None
    card = sitting.view.card
    return await studying.answer_card(who, library, Answer(card.id, card.reviews), rating, tag)


async def learn(library: Library, rating: Rating = Rating.EASY, who: Actor = BEN) -> int:
    """Answer all that comes up today alike; return how many answers that took."""
    sitting, answers = await studying.sit_down(who, library), 0
    while sitting.view is not None:
        sitting = await answer(library, sitting, rating, who)
        answers += 1
    return answers


async def said_in_channels(library: Library) -> list[dict[str, Any]]:
    """What notices wait: where, about which number, which text, its places, and who it mentions."""
    rows = [row for row in await researching.queued(library) if row["kind"] == "notice"]
    return [{"channel_id": row["channel_id"], "subject": row["subject"]} | json.loads(row["payload"]) for row in rows]
