"""Cards follow what they were made from: they change with it and say so, and rest while it is gone.

Called by the rooms that keep notes and questions, in the transaction of their change: so this module knows neither.
A card in the student's own words keeps them, and shows what its source says now. Whether anybody has confirmed that
is not kept here: it is read from the source each time a card is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.models.questions import Question, QuestionState
from bot.models.sessions import Block, BlockKind, BlockState
from bot.models.studying import CARD_SIDE_LIMIT
from bot.services.scribes.blocks import term_in
from bot.storage.database import Tx

GONE = frozenset({QuestionState.WITHDRAWN, QuestionState.DUPLICATE, QuestionState.WAITING})
"""States of a question in which it is nobody's to study."""

CONFIRMED = frozenset({QuestionState.SETTLED})
"""States in which what was found out about a question is confirmed."""

Sides = tuple[str, str]
"""What stands on the front and on the back of a card."""


def sides_of_term(text: str) -> Sides:
    """Return the sides of a card for a line ``term :: meaning``."""
    term, meaning = term_in(text)
    return fitting(term), fitting(meaning)


def sides_of_question(tx: Tx, question: Question) -> Sides | None:
    """Return the sides of a card for a settled question: what its asker now thinks, or else the marked answer.

    None where neither is there: nobody has said yet what to remember.
    """
    back = question.now_think or tx.studying.endorsed_text(question_id=question.id)
    return (fitting(question.text), fitting(back)) if back else None


def fitting(text: str) -> str:
    """Cut a text at a word so that it fits on a side of a card; its lines stay."""
    text = text.strip()
    if len(text) <= CARD_SIDE_LIMIT:
        return text
    head, space, _ = text[: CARD_SIDE_LIMIT - 1].rpartition(" ")
    return (head if space else text[: CARD_SIDE_LIMIT - 1]) + "…"


def says(sides: Sides) -> str:
    """Return what a source says, in one text."""
    return " :: ".join(sides)


def on_block_changed(tx: Tx, block: Block) -> None:
    """Let the cards of a term follow it. What is no standing term any more rests; put back, it comes back."""
    if block.state is BlockState.REMOVED:
        tx.studying.forget_drafts(server_id=block.server_id, form="study.accept.t", target=block.id)
    cards = tx.studying.cards_of_block(server_id=block.server_id, block_id=block.id)
    if not cards:
        return
    if block.kind is BlockKind.TERM and block.state is BlockState.STANDING:
        _follow(tx, cards, sides_of_term(block.text))
    else:
        _retire(tx, block.server_id, cards, forget=block.state is BlockState.REMOVED)


def on_question_changed(tx: Tx, question: Question) -> None:
    """Let the cards of a question follow it.

    One that is open again keeps its cards as they were: they say that nobody confirms it just now. One that was
    withdrawn, or repeats another, takes its cards out of the sittings until it is back.
    """
    cards = tx.studying.cards_of_question(server_id=question.server_id, question_id=question.id)
    if not cards:
        return
    if question.state in GONE:
        _retire(
            tx, question.server_id, cards, forget=not question.text
        )  # its message was deleted, and its words with it
        return
    sides = sides_of_question(tx, question) if question.state in CONFIRMED else None
    _follow(tx, cards, sides)


def on_messages_deleted(tx: Tx, server_id: int, message_ids: Iterable[int]) -> bool:
    """Let go of what cards, and drafts of cards, hold word for word of messages that were deleted in Discord.

    Return whether there was anything.
    """
    let_go = 0
    for message_id in message_ids:
        let_go += tx.studying.forget_message(server_id=server_id, message_id=message_id)
        let_go += tx.studying.forget_drafts(server_id=server_id, form="study.make.", target=message_id)
    return let_go > 0


def _follow(tx: Tx, cards: list[dict[str, Any]], sides: Sides | None) -> None:
    for card in cards:
        tx.studying.bring_back(id=card["id"])
        if sides is not None and says(sides) != card["source_says"]:
            front, back = (card["front"], card["back"]) if card["own_words"] else sides
            tx.studying.say_source_changed(id=card["id"], front=front, back=back, source_says=says(sides), now=tx.now)


def _retire(tx: Tx, server_id: int, cards: list[dict[str, Any]], *, forget: bool) -> None:
    for card in cards:
        tx.studying.retire(id=card["id"])
        if forget:
            tx.studying.forget_words(id=card["id"])
            tx.studying.forget_drafts(server_id=server_id, form="study.edit", target=card["id"])
