"""Setting up a library, and what waits for its librarians."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields

from bot.errors import BadInput
from bot.models.people import Actor, Capability, ServerSettings
from bot.models.questions import Question, QuestionState
from bot.services import servers
from bot.services.capabilities import require
from bot.services.library import Library
from bot.services.publishing.changes import touch_site
from bot.services.researchers import keeping
from bot.storage import outbox
from bot.storage.database import Tx

RANGES: dict[str, tuple[int, int]] = {
    "asks_per_hour": (1, 60),
    "open_claims": (1, 20),
    "stale_claim_days": (1, 60),
    "offer_after_days": (1, 30),
}
"""The least and the most of every setting that is a number."""
SHOWN_ON_THE_SITE = frozenset({"publishing_allowed", "search_engines_allowed"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a librarian: anonymous questions, oldest first, and how many publications can be looked at."""

    anonymous: tuple[Question, ...]
    publications: int

    @property
    def count(self) -> int:
        """How many things wait."""
        return len(self.anonymous) + self.publications


async def arrive(library: Library, server_id: int, name: str) -> None:
    """Make the server's row where it is missing, and keep its name as Discord has it now."""

    def change(tx: Tx) -> None:
        servers.enter(tx, server_id, name)
        tx.housekeeping.rename_server(id=server_id, name=name)

    await library.database.write(change)


async def settings_for(actor: Actor, library: Library) -> ServerSettings:
    """Return the settings of the actor's server."""
    return await library.database.read(lambda tx: servers.settings_of(tx, actor.server_id))


def require_set_up(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may set up the library."""
    require(actor, Capability.SET_UP)


async def change_settings(actor: Actor, library: Library, **changes: object) -> ServerSettings:
    """Change settings by their names in `ServerSettings` and return them all.

    Raises NotAllowed, BadInput for a number out of its range, and TypeError for a name that is no setting.
    """
    unknown = changes.keys() - {one.name for one in fields(ServerSettings)}
    if unknown:
        raise TypeError(f"no such settings: {sorted(unknown)}")

    def change(tx: Tx) -> ServerSettings:
        require_set_up(actor)
        servers.enter(tx, actor.server_id)
        for name, value in changes.items():
            _check_range(name, value)
            tx.housekeeping.set_setting(server_id=actor.server_id, name=name, value=json.dumps(value))
        if SHOWN_ON_THE_SITE & changes.keys():
            touch_site(tx, actor.server_id)
        return servers.settings_of(tx, actor.server_id)

    return await library.database.write(change)


def _check_range(name: str, value: object) -> None:
    if name not in RANGES:
        return
    least, most = RANGES[name]
    if not isinstance(value, int) or not least <= value <= most:
        raise BadInput("errors.setting_out_of_range", least=least, most=most, value=str(value))


async def post_desk(actor: Actor, library: Library, channel_id: int, version: int) -> None:
    """Have the library desk posted in a channel, and pinned; `version` says how it looks now. Raises NotAllowed."""

    def change(tx: Tx) -> None:
        require_set_up(actor)
        servers.enter(tx, actor.server_id)
        outbox.do(tx, actor.server_id, channel_id, "desk", version)

    await library.database.write(change)


async def redraw_desks(library: Library, server_id: int, version: int) -> int:
    """Have the desks drawn anew that stand as they looked in another version; return how many.

    One that somebody removed stays removed.
    """

    def change(tx: Tx) -> int:
        desks = tx.librarians.renew_desks(server_id=server_id, version=version)
        for one in desks:
            outbox.do(tx, server_id, one["channel_id"], "desk", version, message_id=one["message_id"])
        return len(desks)

    return await library.database.write(change)


async def post_cards_again(actor: Actor, library: Library) -> int:
    """Have the cards of all questions posted anew, and return how many: for channels that have lost their messages.

    What was posted before is forgotten; what a librarian removed comes back too. Notes that are open get a new card and
    a new thread, and are counted. Raises NotAllowed.
    """

    def change(tx: Tx) -> int:
        require_set_up(actor)
        settings = servers.enter(tx, actor.server_id)
        tx.librarians.forget_posted(server_id=actor.server_id)
        shown = tx.librarians.shown_questions(server_id=actor.server_id)
        for row in shown:
            keeping.draw(tx, settings, keeping.find_question(tx, actor.server_id, row["number"]))
        notes = tx.librarians.forget_open_threads(server_id=actor.server_id)
        for row in notes:
            outbox.draw_note(tx, actor.server_id, row["channel_id"], row["number"])
        return len(shown) + len(notes)

    return await library.database.write(change)


async def waiting_for_librarian(actor: Actor, library: Library) -> Waiting:
    """Return what waits for a librarian of this server. Raises NotAllowed."""
    require(actor, Capability.PASS_ANONYMOUS)

    def look(tx: Tx) -> Waiting:
        return waiting_in(tx, actor.server_id)

    return await library.database.read(look)


def waiting_in(tx: Tx, server_id: int) -> Waiting:
    """Return what waits for the librarians of a server."""
    numbers = tx.librarians.waiting_questions(server_id=server_id, state=QuestionState.WAITING)
    anonymous = tuple(keeping.find_question(tx, server_id, row["number"]) for row in numbers)
    return Waiting(anonymous, tx.librarians.publications_ready(server_id=server_id))
