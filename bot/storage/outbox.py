"""Outbox rows: what a change calls for in Discord, written in its own transaction (DESIGN.md, rule 3).

A row holds names and numbers, never rendered text: the deliverer (`bot/kit/deliverer.py`) draws what is true when it
sends. A card that already waits is not queued twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.storage.database import Tx

TOPIC = "outbox"


def post_question(tx: Tx, server_id: int, channel_id: int | None, number: int) -> None:
    """Queue the first card of a question that has just been asked: it stands nowhere yet."""
    if channel_id:
        _add(tx, server_id, channel_id, "question_card", number)


def draw_question(tx: Tx, server_id: int, channel_id: int | None, number: int) -> None:
    """Queue the question's card: posted in `channel_id` where it stands nowhere yet, redrawn where it stands."""
    _draw(tx, server_id, channel_id, "question_card", number)


def draw_note(tx: Tx, server_id: int, channel_id: int, number: int) -> None:
    """Queue the card of a session's note, likewise."""
    _draw(tx, server_id, channel_id, "note_card", number)


def _draw(tx: Tx, server_id: int, channel_id: int | None, kind: str, number: int) -> None:
    shown_in = {row["channel_id"] for row in tx.outbox.posted(server_id=server_id, kind=kind, subject=number)}
    for channel in shown_in or ({channel_id} if channel_id else set()):
        _add(tx, server_id, channel, kind, number)


def notify(
    tx: Tx,
    server_id: int,
    channel_id: int | None,
    text: str,
    *,
    mention: Iterable[int] = (),
    subject: int = 0,
    **places: object,
) -> None:
    """Queue one short message: the text key `text` with `places`, which mentions exactly the users in `mention`.

    Nothing is queued where the channel is not known (`channel_id` None).
    """
    if channel_id is not None:
        _add(tx, server_id, channel_id, "notice", subject, text=text, mention=sorted(set(mention)), places=places)


def do(tx: Tx, server_id: int, channel_id: int, kind: str, subject: int = 0, **payload: object) -> None:
    """Queue any other act: ``desk``, ``reaction``, ``remove_message``, ``digest``."""
    _add(tx, server_id, channel_id, kind, subject, **payload)


def _add(tx: Tx, server_id: int, channel_id: int, kind: str, subject: int, **payload: object) -> None:
    tx.outbox.add(
        server_id=server_id,
        channel_id=channel_id,
        kind=kind,
        subject=subject,
        payload=json.dumps(payload, ensure_ascii=False) if payload else "{}",
        now=tx.now,
    )
    tx.topics.add(TOPIC)
