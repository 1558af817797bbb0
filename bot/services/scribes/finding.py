"""Finding in notes: one note as it stands, and what somebody missed who was absent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.errors import BadInput
from bot.models.people import Actor
from bot.models.sessions import Block, BlockKind, BlockState, NoteView, Session
from bot.services.library import Library
from bot.services.scribes import days, keeping
from bot.services.scribes.blocks import term_in
from bot.services.scribes.outline import heading_of, sections_of
from bot.storage.database import Tx

LOOK_BACK_DAYS = 14
"""How far *missed* looks back for somebody who never wrote in a note."""
SHOWN_TO_ALL = frozenset({BlockState.STANDING})
SHOWN_TO_SCRIBES = SHOWN_TO_ALL | {BlockState.WAITING, BlockState.STRUCK}


async def show_note(actor: Actor, library: Library, number: int) -> NoteView:
    """Return the note ``#number`` in reading order: what stands, and what its reader wrote that waits to be taken in.

    Its scribes and librarians see all that waits, and what is struck. Raises NotFound.
    """

    def look(tx: Tx) -> NoteView:
        session = keeping.find_session(tx, actor.server_id, number)
        return NoteView(session, tuple(_visible(actor, session, keeping.blocks_of(tx, session))))

    return await library.database.read(look)


def _visible(actor: Actor, session: Session, blocks: Iterable[Block]) -> Iterable[Block]:
    shown = SHOWN_TO_SCRIBES if keeping.may_keep(actor, session) else SHOWN_TO_ALL
    for block in blocks:
        own = block.state is BlockState.WAITING and block.author_id == actor.user_id
        if own or block.state in shown:
            yield block


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A section in one line: its first block, its heading (empty before the first), how its text begins (Markdown)."""

    block_id: int
    heading: str
    begins: str


async def outline(actor: Actor, library: Library, number: int) -> tuple[OutlineLine, ...]:
    """Return the sections of the note ``#number`` in reading order, to choose one from. Raises NotFound."""

    def look(tx: Tx) -> tuple[OutlineLine, ...]:
        session = keeping.find_session(tx, actor.server_id, number)
        return _outline(_standing(tx, session))

    return await library.database.read(look)


def _standing(tx: Tx, session: Session) -> tuple[Block, ...]:
    return tuple(one for one in keeping.blocks_of(tx, session) if one.state is BlockState.STANDING)


def _outline(standing: tuple[Block, ...]) -> tuple[OutlineLine, ...]:
    return tuple(OutlineLine(one[0].id, heading_of(one), _begins(one)) for one in sections_of(standing))


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of a note that nobody has answered yet."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class MissedSession:
    """What somebody missed: a session in a few lines, its terms with their meanings, its still open questions."""

    session: Session
    outline: tuple[OutlineLine, ...]
    terms: tuple[tuple[str, str], ...]
    open_questions: tuple[OpenQuestion, ...]


async def missed(
    actor: Actor, library: Library, since: date | None = None, *, class_name: str = ""
) -> tuple[MissedSession, ...]:
    """Return the sessions held from `since` to today in which the actor wrote nothing, the oldest first.

    `since` None is after the last session in which they wrote something that stands, or `LOOK_BACK_DAYS` ago where
    there is none. `class_name` narrows it to one class. Raises BadInput for a class that there is not.
    """

    def look(tx: Tx) -> tuple[MissedSession, ...]:
        here = {"server_id": actor.server_id, "user_id": actor.user_id}
        today = days.today(timezone_of(tx, actor.server_id), tx.now)
        last = tx.scribes.last_written_in(**here) if since is None else None
        first_day = since or today - timedelta(days=LOOK_BACK_DAYS)
        rows = tx.scribes.sessions_without(
            **here,
            class_id=_class_id(tx, actor.server_id, class_name),
            first_day=last["held_on"] if last else first_day.isoformat(),
            after_number=last["number"] if last else 0,
            last_day=today.isoformat(),
        )
        return tuple(_missed(tx, keeping.find_session(tx, actor.server_id, row["number"])) for row in rows)

    return await library.database.read(look)


def timezone_of(tx: Tx, server_id: int) -> str:
    """Return the zone (IANA) of a server."""
    server = tx.housekeeping.server(id=server_id)
    return server["timezone"] if server else "UTC"


def _class_id(tx: Tx, server_id: int, class_name: str) -> int | None:
    wanted = " ".join(class_name.split()).casefold()
    if not wanted:
        return None
    named: dict[str, int] = {
        row["name"]: row["id"] for row in tx.scribes.classes(server_id=server_id) if row["name"] is not None
    }
    found = next((name for name in named if name.casefold() == wanted), None)
    if found is None:
        key = "errors.class_not_found" if named else "errors.class_has_no_name"
        raise BadInput(key, name=class_name, classes=", ".join(named))
    return named[found]


def _missed(tx: Tx, session: Session) -> MissedSession:
    standing = _standing(tx, session)
    return MissedSession(
        session,
        _outline(standing),
        tuple(term_in(one.text) for one in standing if one.kind is BlockKind.TERM),
        tuple(OpenQuestion(**row) for row in tx.scribes.open_questions_in(session_id=session.id)),
    )


def _begins(section: tuple[Block, ...]) -> str:
    return next((one.text.split("\n", 1)[0].strip() for one in section if one.kind is BlockKind.TEXT), "")
