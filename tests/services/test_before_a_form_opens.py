"""Who may not hand a form in is told so before they type anything; who may is not held up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.errors import NotAllowed, NotFound, WrongState
from bot.models.people import Actor
from bot.models.questions import QuestionState
from bot.services.library import Library
from bot.services.researchers import anonymity, answering, asking, settling, trail
from tests.cast import LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ
from tests.services.researching import ask_anonymously, choose, reach

Check = Callable[[Actor, Library], Awaitable[object]]
CHECKS: dict[str, tuple[Check, tuple[Actor, ...]]] = {
    "edit a question": (lambda who, library: asking.check_may_edit(who, library, 1), (MIA, OKAFOR)),
    "settle": (lambda who, library: settling.check_may_settle(who, library, 1), (MIA, OKAFOR)),
    "say how it ended": (lambda who, library: settling.check_hand(who, library, 1), (MIA, OKAFOR)),
    "edit an answer": (lambda who, library: answering.answer_to_edit(who, library, 1, 1), (NOOR, OKAFOR)),
    "name a trail": (lambda who, library: trail.check_part(who, library, 1), (MIA, NOOR, OKAFOR)),
}


@pytest.mark.parametrize("name", CHECKS)
async def test_only_who_may_get_the_form(library: Library, name: str) -> None:
    check, allowed = CHECKS[name]
    await reach(library, QuestionState.ANSWERED)
    for who in (MIA, NOOR, TOMASZ, OKAFOR):
        if who in allowed:
            await check(who, library)
        else:
            with pytest.raises(NotAllowed):
                await check(who, library)
    with pytest.raises(NotFound):
        await check(LINDQVIST, library)


async def test_refusing_is_for_librarians_while_it_waits(library: Library) -> None:
    await choose(library, asks_per_hour=60)
    await ask_anonymously(library)
    await anonymity.check_may_refuse(OKAFOR, library, 1)
    with pytest.raises(NotAllowed):
        await anonymity.check_may_refuse(MIA, library, 1)
    with pytest.raises(NotFound):
        await anonymity.check_may_refuse(LINDQVIST, library, 1)
    await anonymity.pass_anonymous(OKAFOR, library, 1)
    with pytest.raises(WrongState):
        await anonymity.check_may_refuse(OKAFOR, library, 1)
