"""What every act on a question shares: finding it, knowing whose it is, keeping a change and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from bot.errors import NotFound, WrongState
from bot.models.people import Actor, Capability, ServerSettings
from bot.models.questions import Answer, Attachment, Origin, Question, QuestionState, Source, SourceKind
from bot.services.capabilities import may
from bot.services.learners import following
from bot.services.publishing.changes import on_question_changed
from bot.services.researchers import minding
from bot.services.scribes import holes
from bot.storage import outbox, search
from bot.storage.database import Tx

LARGEST_NUMBER = 2**53
"""No #number is larger; SQLite would not take what is over 2**63."""

UNFINDABLE = frozenset({QuestionState.WAITING, QuestionState.WITHDRAWN, QuestionState.DUPLICATE})
"""States whose questions and answers are not in the search index."""

INSTEAD = {
    QuestionState.WAITING: "errors.question_is_waiting",
    QuestionState.OPEN: "errors.question_is_open",
    QuestionState.CLAIMED: "errors.question_is_claimed",
    QuestionState.ANSWERED: "errors.question_is_answered",
    QuestionState.SETTLED: "errors.question_is_settled",
    QuestionState.UNRESOLVED: "errors.question_is_unresolved",
    QuestionState.DUPLICATE: "errors.question_is_duplicate",
    QuestionState.WITHDRAWN: "errors.question_is_withdrawn",
}
"""What is said where a question's state does not allow something: how it stands, and what can be done instead."""


def find_question(tx: Tx, server_id: int, number: int) -> Question:
    """Return ``#number`` of a server, whoever may see it. Raises NotFound."""
    possible = 0 < number <= LARGEST_NUMBER
    row = tx.researchers.question_by_number(server_id=server_id, number=number) if possible else None
    if row is None:
        raise NotFound("errors.question_not_found", number=number)
    return _question(row)


def find_visible_question(tx: Tx, actor: Actor, number: int) -> Question:
    """Return ``#number`` as far as `actor` may see it. Raises NotFound, also for what no librarian has passed."""
    question = find_question(tx, actor.server_id, number)
    if is_hidden(tx, question) and not (may(actor, Capability.PASS_ANONYMOUS) or is_asker(tx, actor, question)):
        raise NotFound("errors.question_not_found", number=number)
    return question


def _question(row: dict[str, Any]) -> Question:
    known = {
        "state": QuestionState(row["state"]),
        "origin": Origin(row["origin"]),
        "anonymous": bool(row["anonymous"]),
        "removed": bool(row["removed"]),
    }
    return Question(**(row | known))


def find_answer(tx: Tx, question: Question, ordinal: int) -> Answer:
    """Return an answer with its sources and files. Raises NotFound, also where it was removed."""
    row = None
    if 0 < ordinal <= LARGEST_NUMBER:
        row = tx.researchers.answer_by_ordinal(server_id=question.server_id, question_id=question.id, ordinal=ordinal)
    if row is None or row["removed"]:
        raise NotFound("errors.answer_not_found", number=question.number, ordinal=ordinal)
    sources = tuple(
        Source(**(one | {"kind": SourceKind(one["kind"])}))
        for one in tx.researchers.answer_sources(answer_id=row["id"])
    )
    attachments = tuple(Attachment(**one) for one in tx.researchers.answer_attachments(answer_id=row["id"]))
    return Answer(**(row | {"removed": False}), sources=sources, attachments=attachments)


def is_hidden(tx: Tx, question: Question) -> bool:
    """Tell whether it was asked anonymously and no librarian has passed it."""
    return bool(tx.researchers.is_hidden(server_id=question.server_id, id=question.id))


def is_asker(tx: Tx, actor: Actor, question: Question) -> bool:
    """Tell whether `actor` asked it, by name or anonymously."""
    if not question.anonymous:
        return question.asker_id == actor.user_id
    found = tx.researchers.asked_anonymously_by(
        server_id=question.server_id, question_id=question.id, user_id=actor.user_id
    )
    return bool(found)


def name_of(tx: Tx, actor: Actor, question: Question) -> int | None:
    """Return who is to be written down as doing something to a question: nobody, for its anonymous asker."""
    return None if question.anonymous and is_asker(tx, actor, question) else actor.user_id


def require_state(tx: Tx, question: Question, *allowed: QuestionState) -> None:
    """Raise WrongState unless the question is in one of these states; the text says how it stands."""
    if question.state not in allowed:
        raise WrongState(INSTEAD[question.state], number=question.number, original=_original_number(tx, question))


def _original_number(tx: Tx, question: Question) -> int | None:
    if question.duplicate_of_id is None:
        return None
    number: int = tx.researchers.question_by_id(server_id=question.server_id, id=question.duplicate_of_id)["number"]
    return number


def original_of(tx: Tx, question: Question) -> Question:
    """Return the question that this one repeats, or itself. Chains do not exist: see `settling.mark_duplicate`."""
    if question.duplicate_of_id is None:
        return question
    return _question(tx.researchers.question_by_id(server_id=question.server_id, id=question.duplicate_of_id))


def resting_state(tx: Tx, question: Question) -> QuestionState:
    """Return what a question is when nobody holds it and nothing else is said of it: answered, or open."""
    standing = tx.researchers.answers_standing(question_id=question.id)
    return QuestionState.ANSWERED if standing else QuestionState.OPEN


def save(tx: Tx, settings: ServerSettings, question: Question, **changes: Any) -> Question:
    """Keep a question with `changes`, and let follow what follows: its card, the index, its page, minding.

    What belongs to a state that it leaves (a holder, when it was settled, what it repeats) goes with that state.
    """
    changed = _as_its_state_says(replace(question, **changes, changed_at=tx.now))
    if question.state is QuestionState.CLAIMED and changed.state is not QuestionState.CLAIMED:
        minding.cancel_claim(tx, changed.server_id, changed.number)
    tx.researchers.save_question(**_columns(changed))
    after_change(tx, settings, changed)
    if (question.state is QuestionState.WITHDRAWN) != (changed.state is QuestionState.WITHDRAWN):
        draw_parent(tx, settings, changed)
    return changed


def _as_its_state_says(question: Question) -> Question:
    if question.state is not QuestionState.CLAIMED:
        question = replace(question, claimed_by=None, claimed_at=None)
    if question.state is not QuestionState.SETTLED:
        question = replace(question, settled_at=None, settled_by=None)
    if question.state is not QuestionState.DUPLICATE:
        question = replace(question, duplicate_of_id=None)
    return question


def _columns(question: Question) -> dict[str, Any]:
    names = (
        "server_id id state text topic knew now_think tried claimed_by claimed_at duplicate_of_id "
        "settled_at settled_by changed_at revision"
    )
    values = asdict(question)
    return {name: values[name] for name in names.split()}


def after_change(tx: Tx, settings: ServerSettings, question: Question) -> None:
    """Draw the card anew, index what may be found, take from the public what must go; notes and study cards follow."""
    index(tx, question)
    on_question_changed(tx, question.server_id, question.id)
    following.on_question_changed(tx, question)
    holes.on_question_changed(tx, question)
    if not is_hidden(tx, question):
        draw(tx, settings, question)


def begin(tx: Tx, settings: ServerSettings, question: Question) -> None:
    """Make a question findable that has just been asked, and queue its card: nothing of it stands anywhere yet."""
    _put(tx, question, search.QUESTION, question.id, _words(question))
    outbox.post_question(tx, question.server_id, channel_of_card(settings, question), question.number)


def draw(tx: Tx, settings: ServerSettings, question: Question) -> None:
    """Queue the question's card."""
    outbox.draw_question(tx, question.server_id, channel_of_card(settings, question), question.number)


def channel_of_card(settings: ServerSettings, question: Question) -> int | None:
    """Return where a question's card stands: in the question channel, or where it was asked, if that is known."""
    return settings.question_channel_id or question.channel_id


def draw_parent(tx: Tx, settings: ServerSettings, question: Question) -> None:
    """Queue the card of the question that this one follows from: it counts what follows and may be seen."""
    if question.parent_question_id is not None and not is_hidden(tx, question):
        parent = tx.researchers.question_by_id(server_id=question.server_id, id=question.parent_question_id)
        draw(tx, settings, _question(parent))


def keep_question_revision(tx: Tx, question: Question, edited_by: int | None) -> None:
    """Keep what a question says before it is reworded. `edited_by` is None for its anonymous asker."""
    tx.researchers.keep_question_revision(
        question_id=question.id,
        revision=question.revision,
        text=question.text,
        topic=question.topic,
        knew=question.knew,
        edited_by=edited_by,
        now=tx.now,
    )


def keep_answer_revision(tx: Tx, answer: Answer, edited_by: int) -> None:
    """Keep what an answer says, and its sources, before it is reworded."""
    tx.researchers.keep_answer_revision(
        answer_id=answer.id,
        revision=answer.revision,
        text=answer.text,
        sources=json.dumps([asdict(one) for one in answer.sources], ensure_ascii=False),
        edited_by=edited_by,
        now=tx.now,
    )


def index(tx: Tx, question: Question) -> None:
    """Make the question and its answers findable, or unfindable."""
    findable = question.state not in UNFINDABLE
    _put(tx, question, search.QUESTION, question.id, _words(question) if findable else "")
    for answer in tx.researchers.answers_standing(question_id=question.id):
        _put(tx, question, search.ANSWER, answer["id"], answer["text"] if findable else "")


def _words(question: Question) -> str:
    return f"{question.text}\n{question.topic}".strip()


def _put(tx: Tx, question: Question, kind: int, entity_id: int, text: str) -> None:
    if text:
        search.put(tx, question.server_id, kind, entity_id, text)
    else:
        search.take_out(tx, question.server_id, kind, entity_id)


def tell_asker(tx: Tx, question: Question, text: str, *, acting: Iterable[int], **places: object) -> None:
    """Queue one notice where the question was asked, which mentions exactly its asker.

    Not where the asker is among those `acting`. Of an anonymous question everything is told, without a mention: a
    silence would show who asked. Of a hidden one nothing is.
    """
    if (question.asker_id is not None and question.asker_id in acting) or is_hidden(tx, question):
        return
    outbox.notify(
        tx,
        question.server_id,
        question.channel_id,
        text,
        mention=() if question.asker_id is None else (question.asker_id,),
        subject=question.number,
        number=question.number,
        **places,
    )
