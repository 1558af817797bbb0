"""Composes exactly what would be public of a question, from what its authors agreed to. Nothing else reaches a page."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from bot.models.answers import PublicAnswer, PublicSource
from bot.models.publications import PublicQuestion
from bot.models.questions import QuestionState, SourceKind
from bot.storage.database import Tx

PUBLISHABLE = frozenset({QuestionState.SETTLED, QuestionState.UNRESOLVED})

_PERSON = re.compile(r"<@[!&]?\d+>")
_CHANNEL = re.compile(r"<#\d+>")
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")


def compose(tx: Tx, server_id: int, publication_id: int) -> PublicQuestion | None:
    """Return what a page would show now; None while the asker has not said yes or the question cannot be published.

    A yes is for the words of its time: what somebody else reworded since is left out until its author says yes to that.
    """
    here = {"server_id": server_id, "publication_id": publication_id}
    if tx.publishing.asker_consent(**here) != "given" or tx.publishing.reworded_since_yes(**here):
        return None
    row = tx.publishing.composed_question(server_id=server_id, publication_id=publication_id)
    if row["state"] not in PUBLISHABLE or row["removed"] or row["hidden"]:
        return None
    name, why, outcome = inquiry_of(tx, server_id, publication_id)
    settled = row["state"] == QuestionState.SETTLED
    shows_tried = not settled and tx.publishing.tried_may_be_shown(server_id=server_id, publication_id=publication_id)
    return PublicQuestion(
        number=row["number"],
        state=row["state"],
        text=without_ids(row["text"]),
        topic=without_ids(row["topic"]),
        knew=without_ids(row["knew"]),
        now_think=without_ids(row["now_think"]) if settled else "",
        tried=without_ids(row["tried"]) if shows_tried else "",
        byline=row["byline"],
        created_at=row["created_at"],
        settled_at=row["settled_at"] if settled else None,
        parent_number=row["parent_number"],
        parent_answer_ordinal=row["parent_answer_ordinal"],
        inquiry_name=name,
        inquiry_why=why,
        inquiry_outcome=outcome,
        answers=_answers(tx, server_id, publication_id),
    )


def inquiry_of(tx: Tx, server_id: int, publication_id: int) -> tuple[str, str, str]:
    """Return the inquiry's name, why and outcome, each as far as who wrote it said yes; no name, no inquiry."""
    row = tx.publishing.composed_inquiry(server_id=server_id, publication_id=publication_id)
    if row is None or not row["name_agreed"]:
        return "", "", ""
    outcome = row["outcome"] if row["outcome_agreed"] else ""
    return without_ids(row["name"]), without_ids(row["why"]), without_ids(outcome)


def _answers(tx: Tx, server_id: int, publication_id: int) -> tuple[PublicAnswer, ...]:
    sources: dict[int, list[PublicSource]] = defaultdict(list)
    for row in tx.publishing.composed_sources(server_id=server_id, publication_id=publication_id):
        sources[row["answer_id"]].append(public_source(row))
    return tuple(
        PublicAnswer(
            ordinal=row["ordinal"],
            text=without_ids(row["text"]),
            byline=row["byline"],
            endorsed=row["endorsed_at"] is not None,
            created_at=row["created_at"],
            sources=tuple(sources[row["id"]]),
        )
        for row in tx.publishing.composed_answers(server_id=server_id, publication_id=publication_id)
    )


def public_source(row: dict[str, Any]) -> PublicSource:
    """Return a source as a reader sees it, from its columns."""
    link = row["locator"] if is_web_address(row["locator"]) else ""
    return PublicSource(
        kind=row["kind"],
        title=without_ids(row["title"]),
        link=link,
        isbn=row["locator"] if row["kind"] == SourceKind.BOOK and not link else "",
        why=without_ids(row["why"]),
        asked=without_ids(row["asked"]),
        checked=without_ids(row["checked"]),
    )


def is_web_address(locator: str) -> bool:
    """Tell whether a source's locator may stand behind a link: http or https, and a host."""
    try:
        parts = urlsplit(locator)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s<>\"\\]", locator)
    except ValueError:
        return False


def without_ids(text: str) -> str:
    """Replace Discord's mentions, which hold ids: a public page names nobody by them."""
    text = _PERSON.sub("@…", text)
    text = _CHANNEL.sub("#…", text)
    return _EMOJI.sub(r"\1", text)
