"""The sandbox's time: the machine's, and as far ahead as somebody moved it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.clock import SystemClock


class SandboxClock:
    """Follows the simulated Discord's time, so that the bot and its world agree."""

    def __init__(self) -> None:
        self._world_now: Callable[[], datetime] | None = None

    def follow(self, world_now: Callable[[], datetime]) -> None:
        """Take the time from `world_now` (aware, UTC) from here on; before that it is the machine's time."""
        self._world_now = world_now

    def now(self) -> int:
        """Return the simulated time in milliseconds."""
        if self._world_now is None:
            return SystemClock().now()
        return round(self._world_now().timestamp() * 1_000)
