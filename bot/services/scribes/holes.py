"""Holes in notes: a question that came up in a lesson stands open in its note until it is answered.

Imports nothing of the researchers, who call it (`researchers.keeping.after_change`); what a note does to its questions
stands in `questions`.
"""

from __future__ import annotations

from typing import Any

from bot.models.questions import Question
from bot.storage import outbox
from bot.storage.database import Tx


def on_question_changed(tx: Tx, question: Question) -> None:
    """Draw the cards of the notes in which the question is a hole, and thank, once, who has filled it.

    It is filled by its first answer, also where it stands in the note as a question that repeats this one. Call it in
    the change's own transaction, after the change; costs one query where it stands in no note.
    """
    for hole in tx.scribes.holes_of_question(server_id=question.server_id, question_id=question.id):
        outbox.draw_note(tx, question.server_id, hole["channel_id"], hole["number"])
        filler = tx.scribes.who_filled(question_id=question.id) if hole["filled_at"] is None else None
        if filler is not None:
            _thank(tx, question, hole, filler)


def _thank(tx: Tx, question: Question, hole: dict[str, Any], filler: int) -> None:
    tx.scribes.say_it_is_filled(server_id=question.server_id, id=hole["id"], now=tx.now)
    outbox.notify(
        tx,
        question.server_id,
        hole["thread_id"] or hole["channel_id"],
        "scribes.notice.hole_filled",
        subject=question.number,
        number=question.number,
        filler=filler,
        note=hole["number"],
        title=hole["title"],
    )
