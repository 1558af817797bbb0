"""Who may do what until roles are set up."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed
from bot.models.people import Capability
from bot.services.capabilities import EVERYONE, may, require
from bot.text import catalogue
from tests.cast import MIA, OKAFOR

FOR_ALL = {Capability.ASK, Capability.CLAIM, Capability.ANSWER, Capability.CHALLENGE, Capability.KEEP_NOTES}


@pytest.mark.parametrize("capability", list(Capability))
def test_everyone_asks_claims_answers_doubts_and_keeps_notes_and_librarians_do_the_rest(capability: Capability) -> None:
    assert may(OKAFOR, capability)
    require(OKAFOR, capability)
    assert may(MIA, capability) == (capability in FOR_ALL)


def test_everyone_is_as_promised() -> None:
    assert set(EVERYONE) == FOR_ALL


@pytest.mark.parametrize("capability", sorted(set(Capability) - FOR_ALL))
def test_who_may_not_is_told_who_may(capability: Capability) -> None:
    with pytest.raises(NotAllowed) as refused:
        require(MIA, capability)
    assert "librarian" in catalogue().say(refused.value.key).lower()
