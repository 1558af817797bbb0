"""A question as schema.org describes it, for search engines and other programs: https://schema.org/QAPage."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bot.models.answers import PublicAnswer
from bot.models.publications import PublicPage

NAME_LIMIT = 110
"""Characters of a headline that search engines show at most."""


def as_json_ld(page: PublicPage, address: str) -> str:
    """Return the QAPage data as text that may stand in a ``<script>`` element: nothing in it can end the element.

    `address` is the page's public address, or empty where that is not known.
    """
    question = page.question
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question",
            "name": question.text[:NAME_LIMIT],
            "text": question.text,
            "answerCount": len(question.answers),
            "dateCreated": iso(question.created_at),
        }
        | _author(question.byline)
        | _answers(question.answers, address)
        | ({"url": address} if address else {}),
    }
    text = json.dumps(described, ensure_ascii=False, indent=1)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _answers(answers: tuple[PublicAnswer, ...], address: str) -> dict[str, Any]:
    accepted = [_answer(one, address) for one in answers if one.endorsed]
    others = [_answer(one, address) for one in answers if not one.endorsed]
    found: dict[str, Any] = {}
    if accepted:
        found["acceptedAnswer"] = accepted if len(accepted) > 1 else accepted[0]
    if others:
        found["suggestedAnswer"] = others
    return found


def _answer(answer: PublicAnswer, address: str) -> dict[str, Any]:
    where = {"url": f"{address}#answer-{answer.ordinal}"} if address else {}
    described = {"@type": "Answer", "text": answer.text, "dateCreated": iso(answer.created_at)}
    return described | _author(answer.byline) | where


def _author(byline: str) -> dict[str, Any]:
    return {"author": {"@type": "Person", "name": byline}} if byline else {}


def iso(milliseconds: int) -> str:
    """Return a time as ISO 8601, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
