"""What of a channel's history is kept: messages that ask, and replies to them that may answer.

A message that is missed can still be asked again, and what is kept stands in a class's library: so every doubt is
decided against keeping. What people wrote is kept with their ids only: where the exporter put a name into the text
for a mention, the mention is put back.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from bot.models.questions import ANSWER_LIMIT, QUESTION_LIMIT
from bot.services.importing.reading import Export, time_of
from bot.services.researchers.cleaning import clean_text
from bot.services.researchers.recognising import looks_like_question

REPLY_KINDS = frozenset({"Reply", "19"})
"""How the exporter names a reply; before it knew the name it wrote Discord's number."""
PERSONS_KINDS = REPLY_KINDS | {"Default"}
"""Kinds that people write. All others are Discord's own notices, commands and what is not known yet."""

FEWEST_LETTERS = 10
"""Letters and digits of an answer: *thanks*, *same here*, *no idea* have fewer. A reply with a link needs none."""
WIDE_LETTERS = 3
"""A Chinese, Japanese or Korean character counts for so many letters."""

QUESTION, REPLY = "question", "reply"


class Skipped(NamedTuple):
    """A message that is not kept: `reason` names a text ``importing.skipped.<reason>``."""

    reason: str


class Candidate(NamedTuple):
    """A message that is kept: a question, or a reply that is an answer if what it replies to is a kept question.

    Times in milliseconds. `attachments` is JSON: a list of the exporter's ``url``, ``fileName`` per file.
    `folder` is where the export lies, for the files beside it.
    """

    server_id: int
    message_id: int
    kind: str
    channel_id: int
    author_id: int
    created_at: int
    text: str
    reply_to: int | None
    attachments: str
    folder: str


def choose(export: Export, message: dict[str, Any]) -> Candidate | Skipped:
    """Decide about one checked message."""
    author, kind = message["author"], str(message["type"])
    if author["isBot"]:
        return Skipped("bot")
    if kind not in PERSONS_KINDS:
        return Skipped("system")
    own_words = with_mentions(message["content"], message.get("mentions") or ())
    if looks_like_question(own_words):
        return _candidate(export, message, QUESTION, own_words, QUESTION_LIMIT)
    if kind in REPLY_KINDS and (message.get("reference") or {}).get("messageId"):
        return _candidate(export, message, REPLY, own_words, ANSWER_LIMIT)
    return Skipped("not_a_question")


def _candidate(export: Export, message: dict[str, Any], kind: str, own_words: str, limit: int) -> Candidate | Skipped:
    text = cleaned(own_words)
    if len(text) > limit:
        return Skipped("too_long")
    if kind == REPLY and not says_something(text):
        return Skipped("too_short")
    reference = (message.get("reference") or {}).get("messageId")
    files = [{"url": one.get("url"), "fileName": one.get("fileName")} for one in message.get("attachments") or ()]
    return Candidate(
        export.server_id,
        int(message["id"]),
        kind,
        export.channel_id,
        int(message["author"]["id"]),
        time_of(message["timestamp"]),
        text,
        int(reference) if reference else None,
        json.dumps(files),
        str(export.path.parent),
    )


def with_mentions(content: str, mentions: Iterable[dict[str, Any]]) -> str:
    """Return what was written, with ``<@id>`` where the exporter put ``@name`` for a mention."""
    names = {
        f"@{name}": one["id"]
        for one in mentions
        for name in (one.get("nickname"), one.get("name"))
        if isinstance(name, str) and name and str(one.get("id")).isdigit()
    }
    for shown in sorted(names, key=len, reverse=True):  # "@Mia Berg" before "@Mia"
        content = content.replace(shown, f"<@{names[shown]}>")
    return content


def cleaned(text: str) -> str:
    """Return the text as `clean_text` keeps it, of any length; most is plain, and spared the effort."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return clean_text(text, len(text) * 4, "question", required=False)


def says_something(text: str) -> bool:
    """Tell whether a reply is more than a nod."""
    if "http://" in text or "https://" in text:
        return True
    letters = 0
    for character in text:
        if character.isalnum():
            letters += WIDE_LETTERS if unicodedata.east_asian_width(character) in "WF" else 1
            if letters >= FEWEST_LETTERS:
                return True
    return False
