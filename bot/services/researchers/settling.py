"""Settling: the asker writes what they now think, or the question rests another way; and what wakes it again."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import NotAllowed, WrongState
from bot.models.people import Actor, Capability, ServerSettings
from bot.models.questions import NOW_THINK_LIMIT, TRIED_LIMIT, Question, QuestionState, Source
from bot.services import events, servers
from bot.services.capabilities import may, require
from bot.services.library import Library
from bot.services.researchers import keeping, minding
from bot.services.researchers.answering import keep_sources
from bot.services.researchers.cleaning import clean_text
from bot.services.researchers.keeping import find_visible_question, is_asker
from bot.services.researchers.sources import check_sources
from bot.storage.database import Tx

CHALLENGE_LIMIT = 1_000
"""Characters of a challenge."""

UNDECIDED = (QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED)
ASLEEP = (QuestionState.UNRESOLVED, QuestionState.DUPLICATE, QuestionState.WITHDRAWN, QuestionState.SETTLED)

_Act = Callable[[Tx, ServerSettings, Question], Question]


async def _change(actor: Actor, library: Library, number: int, act: _Act) -> Question:
    def change(tx: Tx) -> Question:
        settings = servers.enter(tx, actor.server_id)
        return act(tx, settings, find_visible_question(tx, actor, number))

    return await library.database.write(change)


async def settle_question(actor: Actor, library: Library, number: int, now_think: str = "") -> Question:
    """Settle a question: its asker by writing what they now think, a librarian by confirming an endorsed answer.

    There must be an answer, or a search that ended unresolved. What a librarian confirmed, the asker may still
    complete. Raises BadInput, NotAllowed and WrongState.
    """

    def act(tx: Tx, settings: ServerSettings, question: Question) -> Question:
        if is_asker(tx, actor, question) and (now_think or not may(actor, Capability.CONFIRM_ANSWER)):
            return _settle_by_asker(tx, settings, question, now_think)
        return _settle_by_librarian(tx, settings, question, actor, now_think)

    return await _change(actor, library, number, act)


async def check_may_settle(actor: Actor, library: Library, number: int) -> None:
    """Raise what `settle_question` would for whoever may not, before they type anything."""

    def look(tx: Tx) -> None:
        if not is_asker(tx, actor, find_visible_question(tx, actor, number)):
            _require_confirming(actor, number)

    await library.database.read(look)


def _require_confirming(actor: Actor, number: int) -> None:
    if not may(actor, Capability.CONFIRM_ANSWER):
        raise NotAllowed("errors.only_asker_settles", number=number)


def _settle_by_asker(tx: Tx, settings: ServerSettings, question: Question, now_think: str) -> Question:
    confirmed = question.state is QuestionState.SETTLED and not question.now_think
    if not confirmed:
        keeping.require_state(tx, question, *UNDECIDED, QuestionState.UNRESOLVED)
    answered = keeping.resting_state(tx, question) is QuestionState.ANSWERED
    if question.state in UNDECIDED and not answered:
        raise WrongState("errors.settle_needs_answer", number=question.number)
    thought = clean_text(now_think, NOW_THINK_LIMIT, "now_think")
    return keeping.save(
        tx,
        settings,
        question,
        state=QuestionState.SETTLED,
        now_think=thought,
        settled_at=tx.now,
        settled_by=question.asker_id,
    )


def _settle_by_librarian(
    tx: Tx, settings: ServerSettings, question: Question, actor: Actor, now_think: str
) -> Question:
    _require_confirming(actor, question.number)
    if now_think:
        raise NotAllowed("errors.now_think_is_the_askers", number=question.number)
    keeping.require_state(tx, question, *UNDECIDED, QuestionState.UNRESOLVED)
    answers = tx.researchers.answers_standing(question_id=question.id)
    if not any(answer["endorsed_at"] is not None for answer in answers):
        raise WrongState("errors.confirm_needs_endorsed", number=question.number)
    settled = keeping.save(
        tx,
        settings,
        question,
        state=QuestionState.SETTLED,
        settled_at=tx.now,
        settled_by=keeping.name_of(tx, actor, question),
    )
    keeping.tell_asker(tx, settled, "researchers.notice.confirmed", acting=(actor.user_id,))
    return settled


async def challenge_question(
    actor: Actor, library: Library, number: int, text: str, source: Source, *, event_id: int | None = None
) -> Question:
    """Doubt what was found, with one source: a settled question is open to argument again, and its asker is told.

    What the asker thought stays. The same event again changes nothing. Raises BadInput and WrongState.
    """

    def act(tx: Tx, settings: ServerSettings, question: Question) -> Question:
        require(actor, Capability.CHALLENGE)
        events.once(tx, actor.server_id, event_id, lambda: _challenge(tx, settings, question, actor, (text, source)))
        return keeping.find_question(tx, actor.server_id, number)

    return await _change(actor, library, number, act)


def _challenge(tx: Tx, settings: ServerSettings, question: Question, actor: Actor, doubt: tuple[str, Source]) -> int:
    text, source = doubt
    keeping.require_state(tx, question, QuestionState.ANSWERED, QuestionState.SETTLED)
    cleaned = clean_text(text, CHALLENGE_LIMIT, "challenge")
    checked = check_sources((source,), required=True)
    challenge_id: int = tx.researchers.add_challenge(
        server_id=question.server_id,
        question_id=question.id,
        author_id=keeping.name_of(tx, actor, question),
        text=cleaned,
        now=tx.now,
    )
    keep_sources(tx, checked, challenge_id=challenge_id)
    awake = _wake(tx, settings, question)
    keeping.tell_asker(tx, awake, "researchers.notice.challenged", acting=(actor.user_id,))
    return challenge_id


def _wake(tx: Tx, settings: ServerSettings, question: Question) -> Question:
    state = keeping.resting_state(tx, question)
    if keeping.is_hidden(tx, question):
        state = QuestionState.WAITING
    awake = keeping.save(tx, settings, question, state=state)
    if state is QuestionState.OPEN:
        minding.plan_offer(tx, question.server_id, settings)
    return awake


async def reopen_question(actor: Actor, library: Library, number: int) -> Question:
    """Wake a question that rests, by its asker or a librarian; what was asked anonymously and not passed waits again.

    Raises NotAllowed, and WrongState where it is awake or its message was deleted.
    """

    def act(tx: Tx, settings: ServerSettings, question: Question) -> Question:
        if not (is_asker(tx, actor, question) or may(actor, Capability.CORRECT_QUESTIONS)):
            raise NotAllowed("errors.only_asker_or_librarian", number=number)
        keeping.require_state(tx, question, *ASLEEP)
        if question.removed:
            raise WrongState("errors.question_was_removed", number=number)
        awake = _wake(tx, settings, question)
        keeping.tell_asker(tx, awake, "researchers.notice.reopened", acting=(actor.user_id,))
        return awake

    return await _change(actor, library, number, act)


def _require_hand(tx: Tx, actor: Actor, question: Question) -> None:
    holds = question.claimed_by == actor.user_id
    if not (holds or is_asker(tx, actor, question) or may(actor, Capability.CORRECT_QUESTIONS)):
        raise NotAllowed("errors.only_those_at_work", number=question.number)


async def check_hand(actor: Actor, library: Library, number: int) -> None:
    """Raise what `mark_unresolved` and `mark_duplicate` would for whoever may not, before they type anything."""

    def look(tx: Tx) -> None:
        _require_hand(tx, actor, find_visible_question(tx, actor, number))

    await library.database.read(look)


async def mark_unresolved(actor: Actor, library: Library, number: int, tried: str) -> Question:
    """Say that it was searched for and is still open, with what was tried: by its holder, its asker or a librarian."""

    def act(tx: Tx, settings: ServerSettings, question: Question) -> Question:
        _require_hand(tx, actor, question)
        keeping.require_state(tx, question, *UNDECIDED)
        cleaned = clean_text(tried, TRIED_LIMIT, "tried")
        who = keeping.name_of(tx, actor, question)
        tx.researchers.say_who_tried(server_id=question.server_id, id=question.id, user_id=who)
        changed = keeping.save(tx, settings, question, state=QuestionState.UNRESOLVED, tried=cleaned)
        keeping.tell_asker(tx, changed, "researchers.notice.unresolved", acting=(actor.user_id,))
        return changed

    return await _change(actor, library, number, act)


async def mark_duplicate(actor: Actor, library: Library, number: int, of_number: int) -> Question:
    """Say that ``#number`` asks what ``#of_number`` asked: by its asker, its holder or a librarian.

    Who wonders about it, and its asker, wonder about the other from now on. What repeated it repeats the other, so
    that a duplicate always points at a question that is none. Raises NotFound, NotAllowed and WrongState.
    """

    def act(tx: Tx, settings: ServerSettings, question: Question) -> Question:
        _require_hand(tx, actor, question)
        keeping.require_state(tx, question, *UNDECIDED, QuestionState.UNRESOLVED, QuestionState.SETTLED)
        original = keeping.original_of(tx, find_visible_question(tx, actor, of_number))
        if original.id == question.id:
            raise WrongState("errors.duplicate_of_itself", number=number)
        if original.state in {QuestionState.WAITING, QuestionState.WITHDRAWN}:
            keeping.require_state(tx, original, *UNDECIDED)
        return _join(tx, settings, actor, question, original)

    return await _change(actor, library, number, act)


def _join(tx: Tx, settings: ServerSettings, actor: Actor, question: Question, original: Question) -> Question:
    if question.asker_id is not None:
        # An anonymous asker's me-too would name them.
        tx.researchers.add_me_too(question_id=question.id, user_id=question.asker_id, now=tx.now)
    tx.researchers.move_me_toos(from_id=question.id, to_id=original.id)
    if question.asker_id is not None:
        tx.researchers.drop_me_too(question_id=question.id, user_id=question.asker_id)
    repeats = tx.researchers.duplicates_of(server_id=question.server_id, id=question.id)
    tx.researchers.repoint_duplicates(server_id=question.server_id, from_id=question.id, to_id=original.id)
    joined = keeping.save(tx, settings, question, state=QuestionState.DUPLICATE, duplicate_of_id=original.id)
    for number in (original.number, *(row["number"] for row in repeats)):
        keeping.draw(tx, settings, keeping.find_question(tx, question.server_id, number))
    places = {"original": original.number}
    keeping.tell_asker(tx, joined, "researchers.notice.duplicate", acting=(actor.user_id,), **places)
    return joined
