"""Pen names: how a student is named in public, so that no page says who they are."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bot.services.publishing.byline_words import BEARERS, MANNERS
from bot.storage.database import Tx

CHANCE = random.SystemRandom()
"""From the system, so that nobody can compute who got which name from the order in which names were given."""


def byline_of(tx: Tx, server_id: int, user_id: int, chance: random.Random = CHANCE) -> str:
    """Return the person's pen name in this server.

    They get one when something of theirs is first compiled, or they are first asked for their consent: so they know it
    when they choose.
    """
    known: str | None = tx.publishing.byline(server_id=server_id, user_id=user_id)
    if known is not None:
        return known
    byline = _choose({row["byline"] for row in tx.publishing.used_bylines(server_id=server_id)}, chance)
    tx.publishing.use_byline(server_id=server_id, byline=byline)
    tx.publishing.give_byline(server_id=server_id, user_id=user_id, byline=byline, now=tx.now)
    return byline


def _choose(used: set[str], chance: random.Random) -> str:
    """Choose among the names that nobody here has had; when all were given, among the same with a number."""
    free: list[str] = []
    count = 0
    while not free:
        count += 1
        free = [name for name in _names("" if count == 1 else f" {count}") if name not in used]
    return chance.choice(free)


def _names(ending: str) -> Iterator[str]:
    return (f"{manner} {bearer}{ending}" for manner in MANNERS for bearer in BEARERS)
