"""Messages that questions and answers were captured from: offered, followed when edited, let go when deleted.

Discord may tell of an edit or a deletion twice, late or never (DESIGN.md, rule 5), and of far more messages than were
captured: a message that concerns nothing costs next to nothing, and the same event again changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bot.clock import DAY
from bot.errors import BadInput
from bot.models.people import Actor, ServerSettings
from bot.models.questions import ANSWER_LIMIT, QUESTION_LIMIT, Answer, Question, QuestionState
from bot.services import servers
from bot.services.learners.following import on_messages_deleted
from bot.services.library import Library
from bot.services.researchers import keeping, minding
from bot.services.researchers.cleaning import clean_text
from bot.storage import outbox, search
from bot.storage.database import Tx

LOOKED_AT_AGAIN = 30 * DAY
"""Milliseconds: what was captured longer ago is not looked at again when the bot returns."""
FOLLOWED = frozenset({QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED, QuestionState.UNRESOLVED})
"""States in which an edit of the message still changes what was captured: later, others have relied on the words."""


async def offer_to_log(library: Library, server_id: int, channel_id: int, message_id: int, text: str) -> bool:
    """Queue the bot's one reaction under a message that is a question, in a channel that a librarian chose.

    Return whether it was queued: never for a message that was captured already.
    """
    from bot.services.researchers.recognising import looks_like_question  # its words take long to load

    if not looks_like_question(text):
        return False

    def change(tx: Tx) -> bool:
        watched = servers.settings_of(tx, server_id).watched_channel_ids
        if channel_id not in watched or tx.researchers.captured_in(server_id=server_id, message_id=message_id):
            return False
        outbox.do(tx, server_id, channel_id, "reaction", message_id=message_id)
        return True

    return await library.database.write(change)


async def say_not_logged(actor: Actor, library: Library, channel_id: int) -> None:
    """Tell the author of a message, who wanted it logged by a reaction, that it could not be, and what they can do."""

    def change(tx: Tx) -> None:
        servers.enter(tx, actor.server_id)
        outbox.notify(tx, actor.server_id, channel_id, "researchers.notice.not_logged", mention=[actor.user_id])

    await library.database.write(change)


async def captured_lately(library: Library, server_id: int) -> dict[int, frozenset[int]]:
    """Return which messages of which channel something was captured from within `LOOKED_AT_AGAIN`: {channel: messages}.

    For the bot's return after a time in which it heard of no edit and no deletion (DESIGN.md, rule 5).
    """

    def look(tx: Tx) -> dict[int, frozenset[int]]:
        rows = tx.researchers.captured_lately(server_id=server_id, since=tx.now - LOOKED_AT_AGAIN)
        channels: dict[int, set[int]] = {}
        for row in rows:
            channels.setdefault(row["channel_id"], set()).add(row["message_id"])
        return {channel_id: frozenset(messages) for channel_id, messages in channels.items()}

    return await library.database.read(look)


async def messages_deleted(library: Library, server_id: int, message_ids: Collection[int]) -> tuple[str, ...]:
    """Let go of what was captured from messages that were deleted in Discord (DESIGN.md, rule 12).

    The question or answer keeps its number and place, without its words, history and files; what others wrote stays.
    Study cards that quote such a message lose its words.
    It is not found any more, and its words leave the index itself within the hour. A card of the bot that was deleted
    is not drawn again by itself. Return the digests of files that nothing uses any longer: the caller deletes them from
    the media store.
    """

    def change(tx: Tx) -> tuple[str, ...]:
        let_go: list[str] = []
        if on_messages_deleted(tx, server_id, message_ids):
            minding.plan_forgetting(tx, server_id)
        for message_id in message_ids:
            for row in tx.researchers.captured_in(server_id=server_id, message_id=message_id):
                let_go += _let_go(tx, server_id, message_id, row)
        return tuple(one for one in dict.fromkeys(let_go) if not tx.researchers.attachment_uses(digest=one))

    return await library.database.write(change)


def _let_go(tx: Tx, server_id: int, message_id: int, captured: dict[str, Any]) -> list[str]:
    if captured["kind"] == "posted":
        tx.outbox.mark_removed(message_id=message_id, now=tx.now)
        return []
    minding.plan_forgetting(tx, server_id)
    settings = servers.settings_of(tx, server_id)
    question = keeping.find_question(tx, server_id, captured["subject"])
    if captured["kind"] == "question":
        return remove_question(tx, settings, question)
    return _remove_answer(tx, settings, question, keeping.find_answer(tx, question, captured["ordinal"]))


def remove_question(tx: Tx, settings: ServerSettings, question: Question) -> list[str]:
    """Withdraw a question whose words were deleted, without a word of it; return the digests of its files.

    Its words leave the index itself within the hour (`minding.plan_forgetting`, which is for the caller to promise).
    """
    digests = _drop_files(tx, question_id=question.id)
    tx.researchers.forget_question_revisions(id=question.id)
    tx.researchers.mark_question_removed(server_id=question.server_id, id=question.id)
    blank = {"text": "", "topic": "", "knew": "", "now_think": ""}
    removed = keeping.save(tx, settings, question, state=QuestionState.WITHDRAWN, duplicate_of_id=None, **blank)
    keeping.draw_parent(tx, settings, removed)
    return digests


def _remove_answer(tx: Tx, settings: ServerSettings, question: Question, answer: Answer) -> list[str]:
    digests = _drop_files(tx, answer_id=answer.id)
    tx.researchers.drop_answer_sources(answer_id=answer.id)
    tx.researchers.forget_answer_revisions(id=answer.id)
    tx.researchers.blank_answer(server_id=question.server_id, id=answer.id, now=tx.now)
    search.take_out(tx, question.server_id, search.ANSWER, answer.id)
    was_answered = question.state is QuestionState.ANSWERED
    state = keeping.resting_state(tx, question) if was_answered else question.state
    keeping.save(tx, settings, question, state=state)
    if was_answered and state is QuestionState.OPEN:
        minding.plan_offer(tx, question.server_id, settings)
    return digests


def _drop_files(tx: Tx, *, question_id: int | None = None, answer_id: int | None = None) -> list[str]:
    digests = tx.researchers.attachment_digests(question_id=question_id, answer_id=answer_id)
    tx.researchers.drop_attachments(question_id=question_id, answer_id=answer_id)
    return [row["digest"] for row in digests]


async def message_edited(library: Library, server_id: int, message_id: int, text: str) -> bool:
    """Let what was captured from a message say what its author now wrote there; what it said before is kept.

    Return whether anything changed. It is not followed once it was edited in Vademecum (its last revision is not what
    the message said), when the question was settled, withdrawn or found to be a duplicate, when the answer was
    endorsed, or when the new text cannot be taken.
    """

    def change(tx: Tx) -> bool:
        captured = tx.researchers.captured_in(server_id=server_id, message_id=message_id)
        followed = [_follow(tx, server_id, row, text) for row in captured]
        return any(followed)

    return await library.database.write(change)


def _follow(tx: Tx, server_id: int, captured: dict[str, Any], text: str) -> bool:
    if captured["kind"] == "posted":
        return False
    question = keeping.find_question(tx, server_id, captured["subject"])
    if question.state not in FOLLOWED:
        return False
    try:
        if captured["kind"] == "question":
            return follow_question(tx, question, clean_text(text, QUESTION_LIMIT, "question"))
        answer = keeping.find_answer(tx, question, captured["ordinal"])
        return _reword_answer(tx, question, answer, clean_text(text, ANSWER_LIMIT, "answer"))
    except BadInput:
        return False


def follow_question(tx: Tx, question: Question, text: str, *, by: int | None = None) -> bool:
    """Let a question say what is now written where it came from, cleaned (`clean_text`); what it said before is kept.

    `by` None: its asker reworded it. Return whether it changed: see `message_edited` for when it does not.
    """
    here = {"server_id": question.server_id, "id": question.id}
    if question.state not in FOLLOWED or text == question.text or not tx.researchers.follows_message(**here):
        return False
    keeping.keep_question_revision(tx, question, by or question.asker_id)
    settings = servers.settings_of(tx, question.server_id)
    keeping.save(tx, settings, question, text=text, revision=question.revision + 1)
    tx.researchers.say_it_follows(**here)
    return True


def _reword_answer(tx: Tx, question: Question, answer: Answer, text: str) -> bool:
    here = {"server_id": question.server_id, "id": answer.id}
    if text == answer.text or answer.endorsed_at is not None or not tx.researchers.answer_follows_message(**here):
        return False
    keeping.keep_answer_revision(tx, answer, answer.author_id)
    tx.researchers.save_answer(
        **here, text=text, endorsed_at=None, endorsed_by=None, changed_at=tx.now, revision=answer.revision + 1
    )
    tx.researchers.say_answer_follows(**here)
    keeping.save(tx, servers.settings_of(tx, question.server_id), question)
    return True
