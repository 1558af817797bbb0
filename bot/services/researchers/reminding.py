"""Keeping the promises of `minding` when they fall due: the nudge, the release, the digest.

Each is run by `bot/services/due.py` in one transaction with the end of its row of due work. What was promised is looked
at anew: a question that moved on, or a setting that was changed meanwhile, makes it nothing, or later.
"""

from __future__ import annotations

from bot.clock import DAY
from bot.models.people import ServerSettings
from bot.models.questions import QuestionState
from bot.services import servers
from bot.services.researchers import answering, keeping, minding
from bot.storage import outbox
from bot.storage.database import Tx

DIGEST_NUMBERS = 5
"""Questions that a digest names; the others are counted."""


def nudge_holder(tx: Tx, server_id: int, number: int) -> None:
    """Remind who holds ``#number``, once, beside its card, and promise the release."""
    settings = servers.settings_of(tx, server_id)
    question = keeping.find_question(tx, server_id, number)
    if question.state is not QuestionState.CLAIMED or question.claimed_at is None or question.claimed_by is None:
        return
    stale_at = question.claimed_at + settings.stale_claim_days * DAY
    if stale_at > tx.now:  # a librarian gave claims more time meanwhile
        tx.housekeeping.plan_work(server_id=server_id, kind=minding.CLAIM_NUDGE, subject=number, due_at=stale_at)
        return
    release_at = tx.now + minding.RELEASE_AFTER
    tx.housekeeping.plan_work(server_id=server_id, kind=minding.CLAIM_RELEASE, subject=number, due_at=release_at)
    outbox.notify(
        tx,
        server_id,
        settings.question_channel_id or question.channel_id,
        "researchers.notice.claim_stale",
        mention=[question.claimed_by],
        subject=number,
        number=number,
        days=minding.RELEASE_AFTER // DAY,
    )


def release_stale(tx: Tx, server_id: int, number: int) -> None:
    """Let go of ``#number`` for a holder who did not come back to it; the asker is told, and nobody is blamed."""
    question = keeping.find_question(tx, server_id, number)
    if question.state is not QuestionState.CLAIMED:
        return
    answering.release(tx, servers.settings_of(tx, server_id), question)
    outbox.notify(
        tx,
        server_id,
        question.channel_id,
        "researchers.notice.claim_released",
        mention=[] if question.asker_id is None else [question.asker_id],
        subject=number,
        number=number,
    )


def offer_untaken(tx: Tx, server_id: int, _subject: int) -> None:
    """Offer again, once and in one message that mentions nobody, what was asked long enough ago and nobody took.

    It stands in the question channel, or where the first of them was asked. The next digest comes a day later at the
    earliest. An imported history is not offered: it would be all of it at once.
    """
    settings = servers.settings_of(tx, server_id)
    wait = settings.offer_after_days * DAY
    untaken = tx.researchers.untaken(server_id=server_id, until=tx.now - wait)
    if untaken:
        tx.researchers.mark_offered(server_id=server_id, until=tx.now - wait, now=tx.now)
        _send_digest(tx, server_id, settings, untaken)
    next_asked = tx.researchers.oldest_untaken(server_id=server_id)
    if next_asked is not None:
        due_at = max(next_asked + wait, tx.now + DAY)
        tx.housekeeping.plan_work(server_id=server_id, kind=minding.OFFER, subject=0, due_at=due_at)


def _send_digest(tx: Tx, server_id: int, settings: ServerSettings, untaken: list[dict[str, int | None]]) -> None:
    named = untaken[:DIGEST_NUMBERS]
    places = (row["channel_id"] for row in untaken)
    outbox.notify(
        tx,
        server_id,
        settings.question_channel_id or next((place for place in places if place is not None), None),
        "researchers.digest.more" if len(untaken) > len(named) else "researchers.digest.all",
        numbers=", ".join(f"#{row['number']}" for row in named),
        count=len(untaken) - len(named) or len(named),
    )
