"""Due work: what was promised for later, taken up by one loop (DESIGN.md, rule 8).

A row is a promise that survives a restart. It ends in the same transaction as what it calls for: after a crash nothing
is done twice and nothing is forgotten, and what fell due while the bot was off is done once when it is back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from bot.clock import DAY, HOUR
from bot.errors import StorageUnavailable
from bot.services import drafts
from bot.services.learners import habits, reminders
from bot.services.library import Library
from bot.services.researchers import minding, reminding
from bot.services.scribes import sessions
from bot.storage import search
from bot.storage.database import Tx

_log = logging.getLogger(__name__)

HOUSEKEEPING = "housekeeping"
"""Due work of the whole house: what nobody needs any more is deleted, once a day."""
INDEX_ANEW = "index_anew"
"""Due work about a server, planned by a migration: what was indexed in an earlier way is indexed anew, bit by bit."""
EVENTS_KEPT_FOR = 7 * DAY
"""Milliseconds for which a handled event is remembered; Discord repeats one within minutes, or never."""
FAILED_WAITS = HOUR
"""Milliseconds until a failed piece of work is tried again."""


async def do_due_work(library: Library, limit: int = 100) -> int:
    """Do what is due, at most `limit` pieces, oldest first, and return how many were done.

    A piece that fails is logged and put off for an hour; the others are done. While the database takes no change,
    everything stays due. Words that were to be forgotten leave the database's files too, or else again in an hour.
    """
    rows = await library.database.read(lambda tx: tx.housekeeping.due(now=tx.now, limit=limit))
    done = 0
    for row in rows:
        try:
            done += await library.database.write(_do, row)
        except StorageUnavailable:
            break
        except Exception:  # noqa: BLE001 - one piece must not stop the others; it is logged whole
            _log.exception("due work %s of server %s failed; it is tried again", row["kind"], row["server_id"])
            await library.database.write(_put_off, row)
    await _empty_log(library, [row["server_id"] for row in rows if row["kind"] == minding.FORGET_WORDS])
    return done


async def _empty_log(library: Library, forgetful: list[int]) -> None:
    """Let what these servers forgot leave the database's files, or promise to try again."""
    if forgetful and not await library.database.empty_log():
        for server_id in forgetful:
            await library.database.write(minding.plan_forgetting, server_id)


def _do(tx: Tx, row: dict[str, Any]) -> int:
    if not tx.housekeeping.finish_work(id=row["id"], due_at=row["due_at"]):
        return 0  # it was cancelled, or planned anew, since it was read
    work = _WORK.get(row["kind"])
    if work is None:
        _log.error("due work of an unknown kind was dropped: %s", row["kind"])
        return 0
    work(tx, row["server_id"] or 0, row["subject"])
    return 1


def _put_off(tx: Tx, row: dict[str, Any]) -> None:
    tx.housekeeping.put_off_work(id=row["id"], due_at=tx.now + FAILED_WAITS)


async def plan_housekeeping(library: Library) -> None:
    """Promise the daily housekeeping, unless it is promised already. Called at each start."""

    def change(tx: Tx) -> None:
        tx.housekeeping.plan_work_once(server_id=None, kind=HOUSEKEEPING, subject=0, due_at=tx.now)

    await library.database.write(change)


def _keep_house(tx: Tx, _server_id: int, _subject: int) -> None:
    tx.housekeeping.delete_old_drafts(before=tx.now - drafts.KEPT_FOR)
    tx.housekeeping.delete_old_handled(before=tx.now - EVENTS_KEPT_FOR)
    tx.housekeeping.plan_work(server_id=None, kind=HOUSEKEEPING, subject=0, due_at=tx.now + DAY)


def _index_anew(tx: Tx, server_id: int, after: int) -> None:
    last = search.put_again(tx, server_id, after)
    if last is not None:
        tx.housekeeping.plan_work(server_id=server_id, kind=INDEX_ANEW, subject=last, due_at=tx.now)


def _forget_words(tx: Tx, server_id: int, _subject: int) -> None:
    search.rebuild(tx, server_id)


_WORK: dict[str, Callable[[Tx, int, int], None]] = {
    minding.CLAIM_NUDGE: reminding.nudge_holder,
    minding.CLAIM_RELEASE: reminding.release_stale,
    minding.OFFER: reminding.offer_untaken,
    minding.FORGET_WORDS: _forget_words,
    sessions.COMPILE_ASK: sessions.ask_to_compile,
    INDEX_ANEW: _index_anew,
    habits.STUDY_REMINDER: reminders.remind,
    HOUSEKEEPING: _keep_house,
}
"""What each kind of due work does with its server (0: the whole house) and its subject."""
