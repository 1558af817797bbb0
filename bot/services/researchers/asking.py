"""Asking: a question is logged, reworded, wondered about by others, or withdrawn (issue 2, "Researchers")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.clock import HOUR
from bot.errors import BadInput, NotAllowed, TooMany, WrongState
from bot.models.people import Actor, Capability, ServerSettings
from bot.models.questions import (
    KNEW_LIMIT,
    QUESTION_LIMIT,
    TOPIC_LIMIT,
    Attachment,
    Origin,
    Question,
    QuestionState,
)
from bot.services import events, servers
from bot.services.capabilities import may, require
from bot.services.library import Library
from bot.services.researchers import keeping, minding
from bot.services.researchers.anonymity import look_who_asked, pass_anonymous, refuse_anonymous
from bot.services.researchers.cleaning import clean_text
from bot.services.researchers.keeping import find_answer, find_question, find_visible_question, is_asker
from bot.storage.database import Tx

__all__ = [
    "Ask",
    "add_attachments",
    "ask_and_say_where",
    "ask_from_note",
    "ask_question",
    "check_may_edit",
    "clean_text",
    "edit_question",
    "find_question",
    "find_visible_question",
    "is_asker",
    "look_who_asked",
    "pass_anonymous",
    "refuse_anonymous",
    "toggle_me_too",
    "withdraw_question",
]

ATTACHMENTS_LIMIT = 10
"""Files on one question or answer: as many as Discord takes on a message."""

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about to be asked.

    `parent` is the number of the question that it follows from, `parent_answer` the ordinal of an answer there.
    `asker_id` is the author of a message that somebody else logs; None: the actor asks. `channel_id` is where the
    asker will be told of answers. `class_id` None: the server's only class, or its first.
    """

    text: str
    topic: str = ""
    knew: str = ""
    attachments: tuple[Attachment, ...] = ()
    anonymous: bool = False
    parent: int | None = None
    parent_answer: int | None = None
    channel_id: int | None = None
    source_message_id: int | None = None
    asker_id: int | None = None
    origin: Origin = Origin.COMMAND
    class_id: int | None = None


async def ask_question(actor: Actor, library: Library, ask: Ask, *, event_id: int | None = None) -> Question:
    """Log a question. The same event, or a message that was logged before, gives the question of the first time.

    Raises BadInput (empty, too long, too many files), NotFound (what it follows from), NotAllowed (anonymity is off)
    and TooMany with `again_at`, in milliseconds, when the actor may ask again.
    """
    question, _ = await ask_and_say_where(actor, library, ask, event_id=event_id)
    return question


async def ask_and_say_where(
    actor: Actor, library: Library, ask: Ask, *, event_id: int | None = None
) -> tuple[Question, int | None]:
    """Do what `ask_question` does, and return the channel too in which the question's card is to stand."""

    def change(tx: Tx) -> tuple[Question, int | None]:
        settings = servers.enter(tx, actor.server_id)
        asked: list[Question] = []

        def effect() -> int:
            asked.append(_keep(tx, settings, actor, ask))
            return asked[0].number

        number = events.once(tx, actor.server_id, event_id, effect)
        question = asked[0] if asked else find_question(tx, actor.server_id, number)
        return question, keeping.channel_of_card(settings, question)

    return await library.database.write(change)


def _keep(tx: Tx, settings: ServerSettings, actor: Actor, ask: Ask) -> Question:
    require(actor, Capability.ASK)
    logged = _number_of_message(tx, actor, ask)
    if logged is not None:
        return find_question(tx, actor.server_id, logged)
    parent = _parent(tx, actor, ask)
    _check_anonymity(settings, actor, ask)
    cleaned = _Cleaned.of(ask)
    _check_pace(tx, settings, actor)
    return _log(tx, settings, actor, ask, cleaned, parent)


def ask_from_note(tx: Tx, actor: Actor, ask: Ask) -> Question:
    """Log a question that was written into a note, inside a change that is under way, and return it.

    It counts against no limit: who takes notes may write down whatever is asked in class. Raises BadInput.
    """
    settings = servers.settings_of(tx, actor.server_id)
    return _log(tx, settings, actor, ask, _Cleaned.of(ask), None)


def _log(
    tx: Tx, settings: ServerSettings, actor: Actor, ask: Ask, cleaned: _Cleaned, parent: Question | None
) -> Question:
    question = _add(tx, settings, actor, ask, cleaned, parent)
    _keep_attachments(tx, question, ask.attachments)
    if question.state is QuestionState.OPEN:
        keeping.begin(tx, settings, question)
        keeping.draw_parent(tx, settings, question)
        minding.plan_offer(tx, question.server_id, settings)
    return question


@dataclass(frozen=True, slots=True)
class _Cleaned:
    text: str
    topic: str
    knew: str

    @classmethod
    def of(cls, ask: Ask) -> _Cleaned:
        return cls(
            clean_text(ask.text, QUESTION_LIMIT, "question"),
            _clean_topic(ask.topic),
            clean_text(ask.knew, KNEW_LIMIT, "knew", required=False),
        )


def _clean_topic(topic: str) -> str:
    return " ".join(clean_text(topic, TOPIC_LIMIT, "topic", required=False).split())


def _number_of_message(tx: Tx, actor: Actor, ask: Ask) -> int | None:
    if ask.source_message_id is None:
        return None
    number: int | None = tx.researchers.number_of_message(server_id=actor.server_id, message_id=ask.source_message_id)
    return number


def _parent(tx: Tx, actor: Actor, ask: Ask) -> Question | None:
    if ask.parent is None:
        return None
    parent = find_visible_question(tx, actor, ask.parent)
    if keeping.is_hidden(tx, parent):
        # What follows from it would show that it is there.
        raise WrongState("errors.question_is_waiting", number=parent.number)
    return parent


def _check_anonymity(settings: ServerSettings, actor: Actor, ask: Ask) -> None:
    if not ask.anonymous:
        return
    if not settings.anonymity_allowed:
        raise NotAllowed("errors.anonymity_is_off")
    if ask.source_message_id is not None or ask.asker_id not in {None, actor.user_id}:
        raise BadInput("errors.message_shows_its_author")


def _check_pace(tx: Tx, settings: ServerSettings, actor: Actor) -> None:
    if may(actor, Capability.CORRECT_QUESTIONS):
        return
    last = tx.researchers.time_of_recent_ask(
        server_id=actor.server_id, user_id=actor.user_id, since=tx.now - HOUR, skip=settings.asks_per_hour - 1
    )
    if last is not None:
        raise TooMany("errors.asks_too_many", limit=settings.asks_per_hour, again_at=last + HOUR)


def _add(
    tx: Tx, settings: ServerSettings, actor: Actor, ask: Ask, cleaned: _Cleaned, parent: Question | None
) -> Question:
    asker = ask.asker_id or actor.user_id
    answer = find_answer(tx, parent, ask.parent_answer) if parent and ask.parent_answer is not None else None
    number = tx.housekeeping.take_number(server_id=actor.server_id)
    question_id = tx.researchers.add_question(
        server_id=actor.server_id,
        class_id=ask.class_id or tx.housekeeping.only_class(server_id=actor.server_id),
        number=number,
        state=QuestionState.WAITING if ask.anonymous else QuestionState.OPEN,
        text=cleaned.text,
        topic=cleaned.topic,
        knew=cleaned.knew,
        asker_id=None if ask.anonymous else asker,
        logged_by=None if asker == actor.user_id else actor.user_id,
        anonymous=ask.anonymous,
        parent_question_id=parent and parent.id,
        parent_answer_id=answer and answer.id,
        channel_id=_where(settings, ask),
        source_message_id=ask.source_message_id,
        origin=ask.origin,
        now=tx.now,
    )
    if ask.anonymous:
        tx.researchers.keep_anonymous_asker(
            question_id=question_id, server_id=actor.server_id, user_id=asker, now=tx.now
        )
    return find_question(tx, actor.server_id, number)


def _where(settings: ServerSettings, ask: Ask) -> int | None:
    # A small channel says much about who asked there.
    if ask.anonymous and settings.question_channel_id is not None:
        return settings.question_channel_id
    return ask.channel_id


def _keep_attachments(tx: Tx, question: Question, attachments: tuple[Attachment, ...]) -> None:
    if not attachments:
        return
    count = tx.researchers.question_attachment_count(question_id=question.id)
    if count + len(attachments) > ATTACHMENTS_LIMIT:
        raise BadInput("errors.attachments_too_many", limit=ATTACHMENTS_LIMIT)
    for place, one in enumerate(attachments, start=count + 1):
        tx.researchers.add_question_attachment(
            question_id=question.id,
            digest=one.digest,
            # What a student called a file often holds their name.
            filename=_plain_name(one.filename, place) if question.anonymous else one.filename,
            content_type=one.content_type,
            size=one.size,
            alt=one.alt,
        )


def _plain_name(filename: str, place: int) -> str:
    ending = _ENDING.search(filename)
    return f"file-{place}{ending.group().lower() if ending else ''}"


async def check_may_edit(actor: Actor, library: Library, number: int) -> None:
    """Raise what `edit_question` would for whoever may not, before they type anything."""
    await library.database.read(own_question, actor, number)


async def add_attachments(actor: Actor, library: Library, number: int, attachments: tuple[Attachment, ...]) -> Question:
    """Put files on a question, by its asker or a librarian; at most ten in all. Raises BadInput over that."""

    def change(tx: Tx) -> Question:
        settings = servers.enter(tx, actor.server_id)
        question = own_question(tx, actor, number)
        _keep_attachments(tx, question, attachments)
        return keeping.save(tx, settings, question)

    return await library.database.write(change)


def own_question(tx: Tx, actor: Actor, number: int) -> Question:
    """Return a question that `actor` asked, or may correct as a librarian, and that was not withdrawn.

    Raises NotFound, NotAllowed or WrongState.
    """
    question = find_visible_question(tx, actor, number)
    if not (is_asker(tx, actor, question) or may(actor, Capability.CORRECT_QUESTIONS)):
        raise NotAllowed("errors.only_asker_or_librarian", number=number)
    keeping.require_state(tx, question, *(set(QuestionState) - {QuestionState.WITHDRAWN}))
    return question


async def edit_question(
    actor: Actor,
    library: Library,
    number: int,
    *,
    text: str | None = None,
    topic: str | None = None,
    knew: str | None = None,
) -> Question:
    """Reword a question, by its asker or a librarian; None leaves a part as it is. What it said before is kept."""

    def change(tx: Tx) -> Question:
        settings = servers.enter(tx, actor.server_id)
        question = own_question(tx, actor, number)
        changes = {
            "text": question.text if text is None else clean_text(text, QUESTION_LIMIT, "question"),
            "topic": question.topic if topic is None else _clean_topic(topic),
            "knew": question.knew if knew is None else clean_text(knew, KNEW_LIMIT, "knew", required=False),
        }
        if changes == {"text": question.text, "topic": question.topic, "knew": question.knew}:
            return question
        keeping.keep_question_revision(tx, question, keeping.name_of(tx, actor, question))
        return keeping.save(tx, settings, question, **changes, revision=question.revision + 1)

    return await library.database.write(change)


async def withdraw_question(actor: Actor, library: Library, number: int) -> Question:
    """Take a question back, by its asker or a librarian: its number stays, and nobody finds it by searching."""

    def change(tx: Tx) -> Question:
        settings = servers.enter(tx, actor.server_id)
        question = own_question(tx, actor, number)
        withdrawn = keeping.save(tx, settings, question, state=QuestionState.WITHDRAWN)
        keeping.tell_asker(tx, withdrawn, "researchers.notice.withdrawn", acting=(actor.user_id,))
        return withdrawn

    return await library.database.write(change)


async def toggle_me_too(
    actor: Actor, library: Library, number: int, *, event_id: int | None = None
) -> tuple[bool, int]:
    """Say that one wonders too, or no longer; return whether it is on now, and how many do.

    A duplicate hands it on to the question that it repeats. The same event again changes nothing. Raises WrongState
    for one's own question, and for a withdrawn one.
    """

    def change(tx: Tx) -> tuple[bool, int]:
        settings = servers.enter(tx, actor.server_id)
        question = keeping.original_of(tx, find_visible_question(tx, actor, number))
        keeping.require_state(tx, question, *(set(QuestionState) - {QuestionState.WITHDRAWN, QuestionState.WAITING}))
        if is_asker(tx, actor, question):
            raise WrongState("errors.me_too_own", number=question.number)
        on = events.once(tx, actor.server_id, event_id, lambda: _toggle(tx, settings, question, actor.user_id))
        return bool(on), tx.researchers.me_too_count(question_id=question.id)

    return await library.database.write(change)


def _toggle(tx: Tx, settings: ServerSettings, question: Question, user_id: int) -> bool:
    dropped = tx.researchers.drop_me_too(question_id=question.id, user_id=user_id)
    if not dropped:
        tx.researchers.add_me_too(question_id=question.id, user_id=user_id, now=tx.now)
    keeping.draw(tx, settings, question)
    return not dropped
