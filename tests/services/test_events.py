"""An event that comes twice has its effect once."""

from __future__ import annotations

from itertools import count

import pytest

from bot.errors import BadInput
from bot.services import events, servers
from bot.services.library import Library
from bot.storage.database import Tx
from tests.cast import SERVER


async def handle(library: Library, event_id: int | None, effects: count[int]) -> int:
    def change(tx: Tx) -> int:
        servers.enter(tx, SERVER)
        return events.once(tx, SERVER, event_id, lambda: next(effects))

    return await library.database.write(change)


async def test_the_same_event_gives_what_it_gave_the_first_time(library: Library) -> None:
    effects = count(1)
    assert [await handle(library, event, effects) for event in (70, 70, 71, 70)] == [1, 1, 2, 1]


async def test_what_is_no_event_has_its_effect_each_time(library: Library) -> None:
    effects = count(1)
    assert [await handle(library, None, effects) for _ in range(3)] == [1, 2, 3]


async def test_an_event_that_was_refused_may_come_again(library: Library) -> None:
    def refuse(tx: Tx) -> int:
        servers.enter(tx, SERVER)

        def effect() -> int:
            raise BadInput("errors.question_empty")

        return events.once(tx, SERVER, 70, effect)

    with pytest.raises(BadInput):
        await library.database.write(refuse)
    assert await handle(library, 70, count(5)) == 5
