"""What was typed is not lost: a form that was refused, or begun and not ended, is kept and offered again."""

from __future__ import annotations

import json

from bot.clock import DAY
from bot.models.people import Actor
from bot.services import servers
from bot.services.library import Library
from bot.storage.database import Tx

KEPT_FOR = 7 * DAY
"""Milliseconds after which a draft is deleted by the housekeeping loop."""


async def save_draft(actor: Actor, library: Library, form: str, target: int, typed: dict[str, str]) -> None:
    """Keep what `actor` typed into `form` about ``#target`` (0: about nothing yet), instead of what was kept before."""

    def change(tx: Tx) -> None:
        servers.enter(tx, actor.server_id)
        tx.housekeeping.save_draft(
            server_id=actor.server_id,
            user_id=actor.user_id,
            form=form,
            target=target,
            fields=json.dumps(typed, ensure_ascii=False),
            now=tx.now,
        )

    await library.database.write(change)


async def load_draft(actor: Actor, library: Library, form: str, target: int) -> dict[str, str]:
    """Return what was kept, or nothing."""

    def look(tx: Tx) -> str | None:
        kept: str | None = tx.housekeeping.draft(
            server_id=actor.server_id, user_id=actor.user_id, form=form, target=target
        )
        return kept

    kept = await library.database.read(look)
    return json.loads(kept) if kept else {}


async def drop_draft(actor: Actor, library: Library, form: str, target: int) -> None:
    """Forget what was kept: it was handed in, or is not wanted any more."""

    def change(tx: Tx) -> None:
        tx.housekeeping.delete_draft(server_id=actor.server_id, user_id=actor.user_id, form=form, target=target)

    await library.database.write(change)
