"""Keeping the promise of a reminder: one short direct message, at the student's hour, if something is due."""

from __future__ import annotations

from bot.clock import DAY
from bot.models.people import Actor
from bot.services.learners import habits, studying
from bot.services.learners.habits import Kept
from bot.storage import outbox
from bot.storage.database import Tx


def remind(tx: Tx, server_id: int, user_id: int) -> None:
    """Remind a student of what is due today, and promise the next reminder.

    It says no number. Nothing is sent long after the hour (the bot was off), and a student who has not studied for
    `habits.REMINDED_FOR` is left in peace.
    """
    actor = Actor(server_id, user_id)
    kept = habits.kept_of(tx, actor)
    settings = kept.settings
    if settings.reminder_hour is None or kept.reminder_channel_id is None:
        return
    if tx.now - _last_sign(tx, actor, kept) > habits.REMINDED_FOR:
        habits.stop(tx, actor, kept)
        return
    habits.plan_reminder(tx, server_id, user_id, settings)
    late = tx.now - (habits.hour_after(tx.now - DAY, settings.reminder_hour, settings.timezone))
    if late <= habits.LATE and studying.today_of(tx, actor, studying.day_at(settings, tx.now)).left:
        outbox.do(tx, server_id, kept.reminder_channel_id, "direct", user_id)


def _last_sign(tx: Tx, actor: Actor, kept: Kept) -> int:
    studied = tx.studying.last_studied(server_id=actor.server_id, user_id=actor.user_id)
    return max(studied or 0, kept.reminder_set_at or 0)
