"""Asking that a question or a note be shown on the public site.

A question by one of its authors, a note by one of its scribes, and both by a librarian.
"""

from __future__ import annotations

from bot.errors import NotAllowed, WrongState
from bot.models.people import Actor, Capability, ServerSettings
from bot.models.publications import ConsentRequest, ConsentState, Publishable
from bot.models.questions import Question
from bot.models.sessions import Session
from bot.services import servers
from bot.services.capabilities import may
from bot.services.library import Library
from bot.services.publishing import bylines, composing, consenting, notes
from bot.services.publishing.subjects import Subject, note_of
from bot.services.researchers import keeping
from bot.services.scribes.keeping import find_session, require_scribe
from bot.storage import outbox
from bot.storage.database import Tx


async def ask_publication(actor: Actor, library: Library, number: int) -> tuple[ConsentRequest, ...]:
    """Ask for a settled or unresolved question, or a compiled note; return what the actor has said by it on their part.

    Who asks has said yes to what is theirs. Every other author who was not asked before is, in private; one notice
    where the question was asked, or the note is kept, mentions those who stand there by name. Asked again for a page
    that is public, it asks the authors of what is newer. Raises NotFound, NotAllowed, and WrongState where publishing
    is off or it is too early.
    """
    return await library.database.write(_ask, actor, number)


def _ask(tx: Tx, actor: Actor, number: int) -> tuple[ConsentRequest, ...]:
    settings = servers.enter(tx, actor.server_id)
    require_publishing(settings)
    note = note_of(tx, actor.server_id, number)
    if note is None:
        _ask_for_question(tx, actor, settings, number)
    else:
        _ask_for_note(tx, actor, note)
    return tuple(one for one in consenting.requests_of(tx, actor) if one.number == number)


def _ask_for_question(tx: Tx, actor: Actor, settings: ServerSettings, number: int) -> None:
    question = keeping.find_visible_question(tx, actor, number)
    _require_author(tx, actor, question)
    if question.state not in composing.PUBLISHABLE:
        raise WrongState("errors.publication_too_early", number=number)
    publication_id = _open(tx, actor, question)
    if question.anonymous:
        tx.publishing.ask_anonymous_consent(publication_id=publication_id)
    asked = _ask_authors(tx, question.server_id, publication_id, _authors(tx, question))
    subject = Subject(Publishable.QUESTION, question.id, number, question.text)
    consenting.decide(tx, actor, subject, publication_id, ConsentState.GIVEN)
    _tell(tx, actor, question.channel_id or settings.question_channel_id, number, asked)


def _ask_for_note(tx: Tx, actor: Actor, subject: Subject) -> None:
    session = find_session(tx, actor.server_id, subject.number)
    require_scribe(actor, session)
    note = notes.newest_version(tx, session.server_id, session.id)
    if note is None:
        raise WrongState("errors.note_not_compiled", number=session.number)
    publication_id = _open_note(tx, actor, session)
    asked = _ask_authors(tx, session.server_id, publication_id, notes.authors_of(tx, session.server_id, note))
    consenting.decide(tx, actor, subject, publication_id, ConsentState.GIVEN)
    _tell(tx, actor, session.thread_id or session.channel_id, session.number, asked)


def require_publishing(settings: ServerSettings) -> None:
    """Raise WrongState unless a librarian has turned publishing on."""
    if not settings.publishing_allowed:
        raise WrongState("errors.publishing_is_off")


def _require_author(tx: Tx, actor: Actor, question: Question) -> None:
    if may(actor, Capability.APPROVE_PUBLICATION) or keeping.is_asker(tx, actor, question):
        return
    if actor.user_id not in _authors(tx, question):
        raise NotAllowed("errors.only_authors_publish", number=question.number)


def _authors(tx: Tx, question: Question) -> list[int]:
    here = {"server_id": question.server_id, "question_id": question.id}
    written = [row["user_id"] for row in tx.publishing.authors(**here)]
    inquiry = tx.publishing.inquiry_authors(**here) or {}
    return list(dict.fromkeys([*written, *(user_id for user_id in inquiry.values() if user_id is not None)]))


def _open(tx: Tx, actor: Actor, question: Question) -> int:
    """Begin the publication, or begin one anew that was withdrawn: then everyone is asked again."""
    begun: int | None = tx.publishing.ask_publication(
        server_id=question.server_id,
        question_id=question.id,
        requested_by=keeping.name_of(tx, actor, question),
        now=tx.now,
    )
    if begun is None:  # it is asked for, or public, already
        known = tx.publishing.publication_of(server_id=question.server_id, question_id=question.id)
        return int(known["id"])
    tx.publishing.forget_consents(server_id=question.server_id, publication_id=begun)
    tx.publishing.forget_anonymous_consent(server_id=question.server_id, publication_id=begun)
    return begun


def _open_note(tx: Tx, actor: Actor, session: Session) -> int:
    here = {"server_id": session.server_id, "session_id": session.id}
    begun: int | None = tx.publishing.ask_note_publication(**here, requested_by=actor.user_id, now=tx.now)
    if begun is None:
        return int(tx.publishing.publication_of_note(**here)["id"])
    tx.publishing.forget_consents(server_id=session.server_id, publication_id=begun)
    return begun


def _ask_authors(tx: Tx, server_id: int, publication_id: int, authors: list[int]) -> list[int]:
    """Ask everyone who was not asked yet, and return them. They get their pen names."""
    asked = []
    for user_id in authors:
        if tx.publishing.ask_consent(publication_id=publication_id, user_id=user_id):
            bylines.byline_of(tx, server_id, user_id)
            asked.append(user_id)
    return asked


def _tell(tx: Tx, actor: Actor, channel_id: int | None, number: int, asked: list[int]) -> None:
    others = [user_id for user_id in asked if user_id != actor.user_id]
    if others:
        outbox.notify(
            tx,
            actor.server_id,
            channel_id,
            "publishing.notice.consent_asked",
            mention=others,
            subject=number,
            number=number,
        )
