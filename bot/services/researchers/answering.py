"""Answering: somebody takes a question on, and answers it with sources; the asker says what answers it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from bot.errors import BadInput, NotAllowed, TooMany, WrongState
from bot.models.people import Actor, Capability, ServerSettings
from bot.models.questions import (
    ANSWER_LIMIT,
    Answer,
    Attachment,
    Origin,
    Question,
    QuestionState,
    Source,
)
from bot.services import events, servers
from bot.services.capabilities import may, require
from bot.services.library import Library
from bot.services.researchers import keeping, minding
from bot.services.researchers.asking import ATTACHMENTS_LIMIT
from bot.services.researchers.cleaning import clean_text
from bot.services.researchers.keeping import find_answer, find_visible_question, is_asker
from bot.services.researchers.sources import check_sources
from bot.storage.database import Tx

CLAIMABLE = (QuestionState.OPEN, QuestionState.UNRESOLVED)
ANSWERABLE = (
    QuestionState.OPEN,
    QuestionState.CLAIMED,
    QuestionState.ANSWERED,
    QuestionState.UNRESOLVED,
    QuestionState.SETTLED,
)


async def claim_question(actor: Actor, library: Library, number: int) -> Question:
    """Take a question on. Claiming what one holds already changes nothing.

    Raises WrongState where somebody else has it or it is past claiming, and TooMany for a student who holds as many
    as `settings.open_claims`.
    """

    def change(tx: Tx) -> Question:
        require(actor, Capability.CLAIM)
        settings = servers.enter(tx, actor.server_id)
        question = find_visible_question(tx, actor, number)
        if question.state is QuestionState.CLAIMED and question.claimed_by == actor.user_id:
            return question
        keeping.require_state(tx, question, *CLAIMABLE)
        _check_claims(tx, settings, actor)
        minding.plan_claim(tx, question.server_id, question.number, settings)
        return keeping.save(
            tx, settings, question, state=QuestionState.CLAIMED, claimed_by=actor.user_id, claimed_at=tx.now
        )

    return await library.database.write(change)


def _check_claims(tx: Tx, settings: ServerSettings, actor: Actor) -> None:
    if may(actor, Capability.CORRECT_QUESTIONS):
        return
    held = tx.researchers.open_claims(server_id=actor.server_id, user_id=actor.user_id)
    if held >= settings.open_claims:
        raise TooMany("errors.claims_too_many", limit=settings.open_claims, count=held)


async def release_question(actor: Actor, library: Library, number: int) -> Question:
    """Let go of a question, by who holds it or a librarian: it is open again, or answered if others answered it."""

    def change(tx: Tx) -> Question:
        settings = servers.enter(tx, actor.server_id)
        question = find_visible_question(tx, actor, number)
        if question.state is not QuestionState.CLAIMED:
            raise WrongState("errors.nobody_has_it", number=number)
        if question.claimed_by != actor.user_id and not may(actor, Capability.CORRECT_QUESTIONS):
            raise NotAllowed("errors.only_holder_or_librarian", number=number)
        return release(tx, settings, question)

    return await library.database.write(change)


def release(tx: Tx, settings: ServerSettings, question: Question) -> Question:
    """End the claim on a question, inside a change that is under way."""
    released = keeping.save(tx, settings, question, state=keeping.resting_state(tx, question))
    if released.state is QuestionState.OPEN:
        minding.plan_offer(tx, question.server_id, settings)
    return released


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer about to be given. `author_id` is the author of a message that somebody uses; None: the actor."""

    text: str
    sources: tuple[Source, ...]
    attachments: tuple[Attachment, ...] = ()
    author_id: int | None = None
    source_message_id: int | None = None
    source_channel_id: int | None = None
    origin: Origin = Origin.COMMAND


async def answer_question(  # noqa: PLR0913 - what an answer consists of, each by its name
    actor: Actor,
    library: Library,
    number: int,
    text: str,
    sources: tuple[Source, ...],
    *,
    attachments: tuple[Attachment, ...] = (),
    author_id: int | None = None,
    source_message_id: int | None = None,
    source_channel_id: int | None = None,
    origin: Origin = Origin.COMMAND,
    event_id: int | None = None,
) -> Answer:
    """Answer a question, whoever holds it. The holder's answer ends the claim; the asker is told where they asked.

    The same event, or a message that was used here before, gives the answer of the first time. Raises BadInput (text,
    sources), NotFound, and WrongState (waiting, duplicate, withdrawn; a message that answers another question).
    """
    reply = Reply(text, sources, attachments, author_id, source_message_id, source_channel_id, origin)

    def change(tx: Tx) -> Answer:
        servers.enter(tx, actor.server_id)
        ordinal = events.once(tx, actor.server_id, event_id, lambda: keep_answer(tx, actor, number, reply).ordinal)
        return find_answer(tx, keeping.find_question(tx, actor.server_id, number), ordinal)

    return await library.database.write(change)


def keep_answer(tx: Tx, actor: Actor, number: int, reply: Reply) -> Answer:
    """Do what `answer_question` does, inside a change that is under way."""
    require(actor, Capability.ANSWER)
    settings = servers.enter(tx, actor.server_id)
    question = find_visible_question(tx, actor, number)
    used = _used_message(tx, question, reply)
    if used is not None:
        return used
    keeping.require_state(tx, question, *ANSWERABLE)
    text = clean_text(reply.text, ANSWER_LIMIT, "answer")
    sources = check_sources(reply.sources, required=settings.sources_required)
    answer = _add(tx, actor, question, replace(reply, text=text, sources=sources))
    _after_answer(tx, settings, question, answer)
    acting = (actor.user_id, answer.author_id)
    keeping.tell_asker(tx, question, "researchers.notice.answered", acting=acting, ordinal=answer.ordinal)
    return answer


def _used_message(tx: Tx, question: Question, reply: Reply) -> Answer | None:
    if reply.source_message_id is None:
        return None
    used = tx.researchers.answer_of_message(server_id=question.server_id, message_id=reply.source_message_id)
    if used is None:
        return None
    if used["question_id"] != question.id:
        raise WrongState("errors.message_answers_another", number=used["number"], ordinal=used["ordinal"])
    return find_answer(tx, question, used["ordinal"])


def _add(tx: Tx, actor: Actor, question: Question, reply: Reply) -> Answer:
    if len(reply.attachments) > ATTACHMENTS_LIMIT:
        raise BadInput("errors.attachments_too_many", limit=ATTACHMENTS_LIMIT)
    ordinal = tx.researchers.next_ordinal(question_id=question.id)
    answer_id = tx.researchers.add_answer(
        server_id=question.server_id,
        question_id=question.id,
        ordinal=ordinal,
        author_id=reply.author_id or actor.user_id,
        text=reply.text,
        source_message_id=reply.source_message_id,
        source_channel_id=reply.source_channel_id,
        origin=reply.origin,
        now=tx.now,
    )
    keep_sources(tx, reply.sources, answer_id=answer_id)
    for one in reply.attachments:
        tx.researchers.add_answer_attachment(answer_id=answer_id, **asdict(one))
    return find_answer(tx, question, ordinal)


def keep_sources(
    tx: Tx, sources: tuple[Source, ...], *, answer_id: int | None = None, challenge_id: int | None = None
) -> None:
    """Write the sources of an answer or of a challenge, in their order."""
    for position, source in enumerate(sources):
        tx.researchers.add_source(answer_id=answer_id, challenge_id=challenge_id, position=position, **asdict(source))


def _after_answer(tx: Tx, settings: ServerSettings, question: Question, answer: Answer) -> None:
    # Somebody else's answer leaves the holder at work; a settled question stays settled.
    others = question.state is QuestionState.CLAIMED and question.claimed_by != answer.author_id
    stays = others or question.state is QuestionState.SETTLED
    keeping.save(tx, settings, question, state=question.state if stays else QuestionState.ANSWERED)


async def edit_answer(
    actor: Actor, library: Library, number: int, ordinal: int, text: str, sources: tuple[Source, ...]
) -> Answer:
    """Reword an answer, by its author or a librarian. What it said is kept.

    An edit takes *This answers it* back, and the asker is told to look again: they agreed to other words.
    """

    def change(tx: Tx) -> Answer:
        settings = servers.enter(tx, actor.server_id)
        question = find_visible_question(tx, actor, number)
        answer = _own_answer(tx, actor, question, ordinal)
        keeping.require_state(tx, question, *ANSWERABLE)
        cleaned = clean_text(text, ANSWER_LIMIT, "answer")
        checked = check_sources(sources, required=settings.sources_required)
        if (cleaned, checked) == (answer.text, answer.sources):
            return answer
        keeping.keep_answer_revision(tx, answer, actor.user_id)
        _replace(tx, question, answer, cleaned, checked)
        keeping.save(tx, settings, question)
        if answer.endorsed_at is not None:
            acting = (actor.user_id,)
            keeping.tell_asker(tx, question, "researchers.notice.answer_changed", acting=acting, ordinal=ordinal)
        return find_answer(tx, question, ordinal)

    return await library.database.write(change)


async def answer_to_edit(actor: Actor, library: Library, number: int, ordinal: int) -> Answer:
    """Return an answer to who may edit it, as it is now. Raises NotFound and NotAllowed."""

    def look(tx: Tx) -> Answer:
        return _own_answer(tx, actor, find_visible_question(tx, actor, number), ordinal)

    return await library.database.read(look)


def _own_answer(tx: Tx, actor: Actor, question: Question, ordinal: int) -> Answer:
    answer = find_answer(tx, question, ordinal)
    if answer.author_id != actor.user_id and not may(actor, Capability.CORRECT_QUESTIONS):
        raise NotAllowed("errors.only_author_or_librarian", number=question.number, ordinal=ordinal)
    return answer


def _replace(tx: Tx, question: Question, answer: Answer, text: str, sources: tuple[Source, ...]) -> None:
    tx.researchers.drop_answer_sources(answer_id=answer.id)
    keep_sources(tx, sources, answer_id=answer.id)
    changed = replace(answer, text=text, endorsed_at=None, endorsed_by=None, revision=answer.revision + 1)
    _save(tx, question, changed)


def _save(tx: Tx, question: Question, answer: Answer) -> None:
    tx.researchers.save_answer(
        server_id=question.server_id,
        id=answer.id,
        text=answer.text,
        endorsed_at=answer.endorsed_at,
        endorsed_by=answer.endorsed_by,
        changed_at=tx.now,
        revision=answer.revision,
    )


async def endorse_answer(actor: Actor, library: Library, number: int, ordinal: int) -> Answer:
    """Say *This answers it*, as the asker or a librarian. Several answers may be endorsed; twice is once.

    Raises NotAllowed for others, and for an asker's own answer.
    """

    def change(tx: Tx) -> Answer:
        settings, question, answer = _answer_to_judge(tx, actor, number, ordinal)
        if answer.author_id == actor.user_id and not may(actor, Capability.CONFIRM_ANSWER):
            raise NotAllowed("errors.endorse_own", number=number, ordinal=ordinal)
        if answer.endorsed_at is not None:
            return answer
        endorser = keeping.name_of(tx, actor, question)
        return _judge(tx, settings, question, replace(answer, endorsed_at=tx.now, endorsed_by=endorser))

    return await library.database.write(change)


async def take_back_endorsement(actor: Actor, library: Library, number: int, ordinal: int) -> Answer:
    """Undo `endorse_answer`, as the asker or a librarian; what is not endorsed stays so."""

    def change(tx: Tx) -> Answer:
        settings, question, answer = _answer_to_judge(tx, actor, number, ordinal)
        if answer.endorsed_at is None:
            return answer
        return _judge(tx, settings, question, replace(answer, endorsed_at=None, endorsed_by=None))

    return await library.database.write(change)


def _answer_to_judge(tx: Tx, actor: Actor, number: int, ordinal: int) -> tuple[ServerSettings, Question, Answer]:
    settings = servers.enter(tx, actor.server_id)
    question = find_visible_question(tx, actor, number)
    answer = find_answer(tx, question, ordinal)
    if not (is_asker(tx, actor, question) or may(actor, Capability.CONFIRM_ANSWER)):
        raise NotAllowed("errors.only_asker_or_librarian", number=number)
    keeping.require_state(tx, question, *ANSWERABLE)
    return settings, question, answer


def _judge(tx: Tx, settings: ServerSettings, question: Question, answer: Answer) -> Answer:
    _save(tx, question, answer)
    keeping.save(tx, settings, question)
    return find_answer(tx, question, answer.ordinal)
