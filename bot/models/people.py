"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Actor:
    """Facts about who acts, where. What they may do is decided by `bot.services.capabilities`.

    `server_id` and `user_id` are Discord's ids. `display_name` is for greeting only and is never stored.
    """

    server_id: int
    user_id: int
    display_name: str = ""
    role_ids: frozenset[int] = frozenset()
    manages_server: bool = False
    locale: str = "en"


class Capability(StrEnum):
    """The small, named rights that services ask for."""

    ASK = "ask"
    CLAIM = "claim"
    ANSWER = "answer"
    CHALLENGE = "challenge"
    KEEP_NOTES = "keep_notes"
    CONFIRM_ANSWER = "confirm_answer"
    CORRECT_QUESTIONS = "correct_questions"
    CORRECT_NOTES = "correct_notes"
    PASS_ANONYMOUS = "pass_anonymous"  # noqa: S105 - a right, not a password
    SEE_ANONYMOUS_ASKER = "see_anonymous_asker"
    APPROVE_PUBLICATION = "approve_publication"
    SET_UP = "set_up"


@dataclass(frozen=True, slots=True)
class Server:
    """A Discord server: a world of its own."""

    id: int
    name: str
    slug: str
    timezone: str


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a librarian has chosen for a server. The defaults are what a new server has.

    Channel ids are Discord's. `stale_claim_days` is counted from the claim; `asks_per_hour` and `open_claims`
    are per student.
    """

    question_channel_id: int | None = None
    watched_channel_ids: tuple[int, ...] = ()
    sources_required: bool = True
    anonymity_allowed: bool = False
    publishing_allowed: bool = False
    search_engines_allowed: bool = False
    asks_per_hour: int = 5
    open_claims: int = 3
    stale_claim_days: int = 7
    offer_after_days: int = 2
