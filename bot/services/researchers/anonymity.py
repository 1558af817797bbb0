"""Asking anonymously: a librarian reads each question before anyone else, and each look at who asked is kept."""

from __future__ import annotations

from bot.errors import NotFound, WrongState
from bot.models.people import Actor, Capability
from bot.models.questions import REASON_LIMIT, Question, QuestionState
from bot.services import servers
from bot.services.capabilities import require
from bot.services.library import Library
from bot.services.researchers import keeping, minding
from bot.services.researchers.cleaning import clean_text
from bot.services.researchers.keeping import find_question
from bot.storage.database import Tx


async def pass_anonymous(actor: Actor, library: Library, number: int) -> Question:
    """Let everybody see an anonymous question: it is open from now on, and was asked when it was asked.

    Raises NotAllowed, and WrongState where it waits no longer.
    """

    def change(tx: Tx) -> Question:
        require(actor, Capability.PASS_ANONYMOUS)
        settings = servers.enter(tx, actor.server_id)
        question = find_question(tx, actor.server_id, number)
        keeping.require_state(tx, question, QuestionState.WAITING)
        tx.researchers.pass_question(server_id=question.server_id, id=question.id, passed_by=actor.user_id)
        minding.plan_offer(tx, question.server_id, settings)
        passed = keeping.save(tx, settings, question, state=QuestionState.OPEN)
        keeping.draw_parent(tx, settings, passed)
        return passed

    return await library.database.write(change)


async def refuse_anonymous(actor: Actor, library: Library, number: int, reason: str) -> Question:
    """Do not let an anonymous question through; its asker alone finds it, with the reason, among their own.

    Raises BadInput, NotAllowed, and WrongState where it waits no longer.
    """

    def change(tx: Tx) -> Question:
        require(actor, Capability.PASS_ANONYMOUS)
        settings = servers.enter(tx, actor.server_id)
        question = find_question(tx, actor.server_id, number)
        keeping.require_state(tx, question, QuestionState.WAITING)
        cleaned = clean_text(reason, REASON_LIMIT, "reason")
        tx.researchers.refuse_question(server_id=question.server_id, id=question.id, reason=cleaned)
        return keeping.save(tx, settings, question, state=QuestionState.WITHDRAWN)

    return await library.database.write(change)


async def check_may_refuse(actor: Actor, library: Library, number: int) -> None:
    """Raise what `refuse_anonymous` would for whoever may not, before they type anything."""

    def look(tx: Tx) -> None:
        require(actor, Capability.PASS_ANONYMOUS)
        keeping.require_state(tx, find_question(tx, actor.server_id, number), QuestionState.WAITING)

    await library.database.read(look)


async def look_who_asked(actor: Actor, library: Library, number: int) -> int:
    """Return the user id of an anonymous asker to a librarian, and keep that they looked.

    Raises NotAllowed; WrongState where it was not asked anonymously; and NotFound where the asker has been forgotten:
    that one looked is kept then, too.
    """

    def change(tx: Tx) -> int | None:
        require(actor, Capability.SEE_ANONYMOUS_ASKER)
        servers.enter(tx, actor.server_id)
        question = find_question(tx, actor.server_id, number)
        if not question.anonymous:
            raise WrongState("errors.not_anonymous", number=number)
        place = {"server_id": question.server_id, "question_id": question.id}
        tx.researchers.keep_look(**place, user_id=actor.user_id, now=tx.now)
        asker: int | None = tx.researchers.anonymous_asker(**place)
        return asker

    asker = await library.database.write(change)
    if asker is None:  # said only here: a change that raises is rolled back, and the look with it
        raise NotFound("errors.asker_forgotten", number=number)
    return asker
