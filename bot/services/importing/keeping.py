"""Writing what was chosen to the database: whole batches, in order, each message once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from bot.models.questions import Attachment
from bot.services import servers
from bot.storage import search
from bot.storage.database import Tx

Row = dict[str, Any]
Files = dict[int, tuple[Attachment, ...]]
"""What of the files beside an export was put into the media store, by message id."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of one batch: `kept` messages, those that were `already_there`, and why others were skipped."""

    kept: int
    already_there: int
    skipped: Counter[str]


def known_messages(tx: Tx, server_id: int, rows: list[Row]) -> set[int]:
    """Return the ids of a batch's messages that were kept before. The batch is in order of message id."""
    found = tx.importing.messages_known(server_id=server_id, first=rows[0]["message_id"], last=rows[-1]["message_id"])
    return {row["message_id"] for row in found}


def keep_questions(tx: Tx, server_id: int, server_name: str, rows: list[Row], files: Files) -> Kept:
    """Log a batch of questions: open, numbered in order, findable; nothing is posted or planned for them."""
    servers.enter(tx, server_id, server_name)
    known = known_messages(tx, server_id, rows)
    new = [row for row in rows if row["message_id"] not in known]
    class_id = tx.housekeeping.only_class(server_id=server_id)
    first = tx.importing.take_numbers(server_id=server_id, count=len(new))
    texts = []
    for number, row in enumerate(new, start=first):
        question_id = tx.importing.add_question(**_own(row), class_id=class_id, number=number)
        texts.append((question_id, row["text"]))
        _keep_files(tx, files.get(row["message_id"], ()), question_id=question_id, answer_id=None)
    search.put_new(tx, server_id, search.QUESTION, texts)
    return Kept(len(new), len(rows) - len(new), Counter())


def keep_answers(tx: Tx, server_id: int, rows: list[Row], files: Files) -> Kept:
    """Keep those of a batch of replies that answer an imported question; it is answered then, if it was open."""
    known = known_messages(tx, server_id, rows)
    skipped: Counter[str] = Counter()
    texts = []
    for row in rows:
        if row["message_id"] in known:
            continue
        question = tx.importing.imported_question(server_id=server_id, message_id=row["reply_to"])
        if reason := _why_not(question, row):
            skipped[reason] += 1
        else:
            answer_id = _keep_answer(tx, server_id, question["id"], row, files.get(row["message_id"], ()))
            texts.append((answer_id, row["text"]))
    search.put_new(tx, server_id, search.ANSWER, texts)
    there = sum(row["message_id"] in known for row in rows)
    return Kept(len(rows) - there - skipped.total(), there, skipped)


def _why_not(question: Row | None, row: Row) -> str:
    """Say why a reply is not an answer, or nothing."""
    if question is None:
        return "reply_elsewhere"
    if question["asker_id"] == row["author_id"]:
        return "reply_by_asker"
    return "question_closed" if question["closed"] else ""


def _keep_answer(tx: Tx, server_id: int, question_id: int, row: Row, files: tuple[Attachment, ...]) -> int:
    answer_id: int = tx.importing.add_answer(**_own(row), question_id=question_id)
    tx.importing.mark_answered(server_id=server_id, id=question_id, created_at=row["created_at"])
    _keep_files(tx, files, question_id=None, answer_id=answer_id)
    return answer_id


def _own(row: Row) -> Row:
    return {name: row[name] for name in ("server_id", "message_id", "channel_id", "author_id", "created_at", "text")}


def _keep_files(tx: Tx, files: tuple[Attachment, ...], *, question_id: int | None, answer_id: int | None) -> None:
    for one in files:
        tx.importing.add_file(
            question_id=question_id,
            answer_id=answer_id,
            digest=one.digest,
            filename=one.filename,
            content_type=one.content_type,
            size=one.size,
        )
