"""What a publication is of: a question or a note, found by the number that people know it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.errors import NotFound
from bot.models.publications import PublicationState, Publishable
from bot.services.researchers import keeping
from bot.storage.database import Tx


@dataclass(frozen=True, slots=True)
class Subject:
    """A question or a note. `id` is its row's; `title` is the question's text or the note's title."""

    kind: Publishable
    id: int
    number: int
    title: str


def find_subject(tx: Tx, server_id: int, number: int) -> Subject:
    """Return the question or the note ``#number`` of a server, whoever may see it. Raises NotFound."""
    note = note_of(tx, server_id, number)
    if note is not None:
        return note
    question = keeping.find_question(tx, server_id, number)
    return Subject(Publishable.QUESTION, question.id, question.number, question.text)


def note_of(tx: Tx, server_id: int, number: int) -> Subject | None:
    """Return the note ``#number`` of a server; None where that is no note."""
    possible = 0 < number <= keeping.LARGEST_NUMBER
    row = tx.publishing.note_of_number(server_id=server_id, number=number) if possible else None
    return None if row is None else Subject(Publishable.NOTE, row["id"], number, row["title"])


def find_publication(tx: Tx, server_id: int, number: int) -> tuple[Subject, dict[str, Any]]:
    """Return what ``#number`` is and its publication. Raises NotFound, also where nobody asks for one (any longer)."""
    subject = find_subject(tx, server_id, number)
    if subject.kind is Publishable.NOTE:
        found = tx.publishing.publication_of_note(server_id=server_id, session_id=subject.id)
    else:
        found = tx.publishing.publication_of(server_id=server_id, question_id=subject.id)
    if found is None or found["state"] == PublicationState.WITHDRAWN:
        raise NotFound("errors.publication_not_found", number=number)
    return subject, found
