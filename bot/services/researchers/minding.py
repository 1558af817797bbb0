"""What is minded when nobody does: a claim that goes stale, a question that nobody took (issue 2, "Researchers").

A stale claim is nudged once, then released, with a word to the asker. What nobody took is offered again, once, in one
quiet digest per server and day. Both are promises, rows of due work (DESIGN.md, rule 8); `reminding` keeps them.
"""

from __future__ import annotations

from bot.clock import DAY, HOUR
from bot.models.people import ServerSettings
from bot.storage.database import Tx

CLAIM_NUDGE = "claim_nudge"
"""Due work about one question (`subject` is its number): its holder is reminded."""
CLAIM_RELEASE = "claim_release"
"""Due work about one question: its claim is released."""
OFFER = "offer"
"""Due work about a server: what nobody took is offered again."""
FORGET_WORDS = "forget_words"
"""Due work about a server: the words of what was deleted leave its search index."""

RELEASE_AFTER = 2 * DAY
"""Milliseconds between the nudge and the release."""


def plan_claim(tx: Tx, server_id: int, number: int, settings: ServerSettings) -> None:
    """Promise to look after the claim that was just made on ``#number``; an earlier claim's promise is replaced."""
    cancel_claim(tx, server_id, number)
    due_at = tx.now + settings.stale_claim_days * DAY
    tx.housekeeping.plan_work(server_id=server_id, kind=CLAIM_NUDGE, subject=number, due_at=due_at)


def cancel_claim(tx: Tx, server_id: int, number: int) -> None:
    """Nobody holds ``#number`` any more: neither nudge nor release. Without a promise it does nothing."""
    for kind in (CLAIM_NUDGE, CLAIM_RELEASE):
        tx.housekeeping.cancel_work(server_id=server_id, kind=kind, subject=number)


def plan_offer(tx: Tx, server_id: int, settings: ServerSettings) -> None:
    """Promise the digest for a question that has just become open. A digest already planned is sooner, and stays."""
    due_at = tx.now + settings.offer_after_days * DAY
    tx.housekeeping.plan_work_once(server_id=server_id, kind=OFFER, subject=0, due_at=due_at)


def plan_forgetting(tx: Tx, server_id: int) -> None:
    """Promise that within the hour no file of the database holds a word of what was taken out of it for good."""
    tx.housekeeping.plan_work_once(server_id=server_id, kind=FORGET_WORDS, subject=0, due_at=tx.now + HOUR)
