"""The custom ids of buttons, selects and modals: everything that a press needs to know, and no memory of ours.

``kind:action:server:number[:extra]``, at most 100 characters (Discord's limit). They work after a restart because
they are routed by what they say (`bot/kit/router.py`), not by a view that the process remembers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CUSTOM_ID_LIMIT = 100
LARGEST_NUMBER = 2**63 - 1
"""No id of Discord's is larger, and SQLite keeps none that is."""
_PATTERN = re.compile(r"([a-z]+):([a-z_]+):([0-9]{1,19}):([0-9]{1,19})(?::([^\n]*))?")
_WHOLE = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Ref:
    """What a component or modal is about. `number` is 0 where it is about nothing yet."""

    kind: str
    action: str
    server_id: int
    number: int = 0
    extra: str = ""

    @property
    def custom_id(self) -> str:
        """The id as Discord keeps it. Raises ValueError past 100 characters."""
        text = f"{self.kind}:{self.action}:{self.server_id}:{self.number}"
        text = f"{text}:{self.extra}" if self.extra else text
        if len(text) > CUSTOM_ID_LIMIT:
            raise ValueError(f"custom id of {len(text)} characters: {text!r}")
        return text

    @property
    def key(self) -> tuple[str, str]:
        """What it is registered under."""
        return (self.kind, self.action)


def parse(custom_id: str) -> Ref | None:
    """Read a custom id; None where it is not one of ours."""
    match = _PATTERN.fullmatch(custom_id)
    if match is None:
        return None
    kind, action, server_id, number, extra = match.groups()
    if max(int(server_id), int(number)) > LARGEST_NUMBER:
        return None
    return Ref(kind, action, int(server_id), int(number), extra or "")


def whole(text: str) -> int:
    """Read a whole number that a button or select sent; 0, which numbers nothing, for whatever else was forged."""
    number = int(text) if _WHOLE.fullmatch(text) else 0
    return number if number <= LARGEST_NUMBER else 0
