"""The small named cast of every test."""

from __future__ import annotations

from bot.models.people import Actor

SERVER = 300100000000001001
OTHER_SERVER = 300100000000001002

MIA = Actor(SERVER, 300200000000000001, "Mia")
"""Asks."""
NOOR = Actor(SERVER, 300200000000000002, "Noor")
"""Researches."""
BEN = Actor(SERVER, 300200000000000003, "Ben")
"""Answers too."""
TOMASZ = Actor(SERVER, 300200000000000004, "Tomasz")
"""Another student."""
OKAFOR = Actor(SERVER, 300200000000000005, "Ms. Okafor", manages_server=True)
"""The librarian."""
LINDQVIST = Actor(OTHER_SERVER, 300200000000000006, "Mr. Lindqvist", manages_server=True)
"""The librarian of another server."""
ELSEWHERE = Actor(OTHER_SERVER, 300200000000000001, "Mia")
"""Mia again, in the other server."""


class MovableClock:
    """A clock that stands still until it is moved. Times in milliseconds."""

    def __init__(self, now: int = 1_795_000_000_000) -> None:
        self._now = now

    def now(self) -> int:
        """Return the time it was moved to."""
        return self._now

    def advance(self, milliseconds: int) -> None:
        """Move on."""
        self._now += milliseconds
