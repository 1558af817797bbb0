"""Who may do what.

Until roles are set up, whoever may *Manage Server* is a librarian, and everyone may ask,
claim, answer and keep notes (issues 2 and 3); the librarians' room will derive more from roles and turns.
"""

from __future__ import annotations

from bot.errors import NotAllowed
from bot.models.people import Actor, Capability

EVERYONE = frozenset({Capability.ASK, Capability.CLAIM, Capability.ANSWER, Capability.CHALLENGE, Capability.KEEP_NOTES})


def may(actor: Actor, capability: Capability) -> bool:
    """Tell whether `actor` has `capability` in their server."""
    return capability in EVERYONE or actor.manages_server


def require(actor: Actor, capability: Capability) -> None:
    """Raise NotAllowed unless `actor` has `capability`; the text says who does."""
    if not may(actor, capability):
        raise NotAllowed(f"errors.needs.{capability}")
