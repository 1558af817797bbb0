"""An event of Discord may come twice (DESIGN.md, rule 5): its effect is had once, and the same is answered again."""

from __future__ import annotations

import json
from collections.abc import Callable

from bot.storage.database import Tx


def once(tx: Tx, server_id: int, event_id: int | None, effect: Callable[[], int]) -> int:
    """Run `effect` unless this event has had it, and return the id or number that it gave the first time.

    `event_id` is an interaction's id; None runs it always.
    """
    if event_id is None:
        return effect()
    known = tx.housekeeping.handled(event_id=event_id)
    if known is not None:
        first: int = json.loads(known)
        return first
    result = effect()
    tx.housekeeping.mark_handled(event_id=event_id, server_id=server_id, result=json.dumps(result), now=tx.now)
    return result
