"""The one place that knows what time it is.

Everything else is handed a clock, so that tests and the sandbox can move time (DESIGN.md, rule 7).
"""

from __future__ import annotations

import time
from typing import Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Tells the time as UTC in integer milliseconds since 1970."""

    def now(self) -> int:
        """Return the current time in milliseconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Return the machine's UTC time in milliseconds."""
        return time.time_ns() // 1_000_000
