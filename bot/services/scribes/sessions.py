"""Sessions: a lesson's notes are begun, closed and opened again, handed over, and given a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.clock import DAY, HOUR
from bot.errors import BadInput, NotAllowed, TooMany
from bot.models.people import Actor, Capability
from bot.models.sessions import SCRIBES_LIMIT, TITLE_LIMIT, UNIT_LIMIT, ScribePart, Session, SessionState
from bot.services import events, servers
from bot.services.capabilities import may, require
from bot.services.library import Library
from bot.services.researchers.cleaning import clean_text
from bot.services.researchers.finding import Page, page_at
from bot.services.scribes import days, keeping
from bot.storage import outbox
from bot.storage.database import Tx

CLASS_LIMIT = 40
AN_HOUR = 20
"""Notes that one person may begin within an hour, a librarian as many as they like: each has a card and a thread."""
ASK_AFTER = DAY
"""Milliseconds after a note was closed until its scribes are asked, once, whether it may be compiled."""
COMPILE_ASK = "compile_ask"
"""Due work about one note (`subject` is its number), and the kind of outbox row in which its scribes are asked."""
OPENING = "note_opening"
"""Kind of an outbox row: the first post of a note's thread, which says how to write there."""


@dataclass(frozen=True, slots=True)
class Start:
    """A session about to be begun. Of what is left empty: the only class, no unit, today, the actor leads.

    `channel_id` is where its card is to stand and its thread begins.
    """

    title: str
    channel_id: int
    class_name: str = ""
    unit: str = ""
    held_on: date | None = None
    lead_id: int | None = None
    partner_ids: tuple[int, ...] = ()


async def start_session(actor: Actor, library: Library, start: Start, *, event_id: int | None = None) -> Session:
    """Begin a lesson's notes and queue their card, from which their thread is made. The same event gives the same one.

    A class that is not there yet is made for a librarian; the first that is named gives its name to the class that was
    there without one. Raises BadInput (title, unit, class, too many scribes), NotAllowed, and TooMany with `again_at`.
    """

    def change(tx: Tx) -> Session:
        require(actor, Capability.KEEP_NOTES)
        servers.enter(tx, actor.server_id)
        number = events.once(tx, actor.server_id, event_id, lambda: _start(tx, actor, start))
        return keeping.find_session(tx, actor.server_id, number)

    return await library.database.write(change)


def _start(tx: Tx, actor: Actor, start: Start) -> int:
    title = _line(start.title, TITLE_LIMIT, "note_title")
    unit = _line(start.unit, UNIT_LIMIT, "unit", required=False)
    lead_id = start.lead_id or actor.user_id
    partner_ids = _partners(lead_id, start.partner_ids)
    timezone = tx.housekeeping.server(id=actor.server_id)["timezone"]
    class_id = _class(tx, actor, start.class_name)
    _check_pace(tx, actor)
    number: int = tx.housekeeping.take_number(server_id=actor.server_id)
    session_id = tx.scribes.add_session(
        server_id=actor.server_id,
        class_id=class_id,
        number=number,
        title=title,
        unit=unit,
        unit_key=keeping.unit_key(unit),
        held_on=(start.held_on or days.today(timezone, tx.now)).isoformat(),
        channel_id=start.channel_id,
        started_by=actor.user_id,
        now=tx.now,
    )
    for user_id in (lead_id, *partner_ids):
        part = ScribePart.LEAD if user_id == lead_id else ScribePart.PARTNER
        tx.scribes.add_scribe(session_id=session_id, user_id=user_id, part=part, now=tx.now)
    outbox.draw_note(tx, actor.server_id, start.channel_id, number)
    return number


def _check_pace(tx: Tx, actor: Actor) -> None:
    last = tx.scribes.time_of_recent_start(
        server_id=actor.server_id, user_id=actor.user_id, since=tx.now - HOUR, skip=AN_HOUR - 1
    )
    if last is not None and not may(actor, Capability.SET_UP):
        raise TooMany("errors.notes_too_many", limit=AN_HOUR, again_at=last + HOUR)


def _line(text: str, limit: int, key: str, *, required: bool = True) -> str:
    return " ".join(clean_text(text, limit, key, required=required).split())


def _partners(lead_id: int, partner_ids: Iterable[int]) -> tuple[int, ...]:
    partners = tuple(one for one in dict.fromkeys(partner_ids) if one != lead_id)
    if len(partners) >= SCRIBES_LIMIT:
        raise BadInput("errors.scribes_too_many", limit=SCRIBES_LIMIT)
    return partners


def _class(tx: Tx, actor: Actor, typed: str) -> int:
    """Return the class that somebody means. Raises BadInput, which names the ones there are."""
    name = _line(typed, CLASS_LIMIT, "class_name", required=False)
    rows = tx.scribes.classes(server_id=actor.server_id)
    named = {row["name"].casefold(): row["id"] for row in rows if row["name"] is not None}
    known: int | None = named.get(name.casefold()) if name else rows[0]["id"] if len(rows) == 1 else None
    if known is not None:
        return known
    if name and may(actor, Capability.SET_UP):
        return _new_class(tx, actor.server_id, name, nameless=None if named else rows[0]["id"])
    if not named:
        raise BadInput("errors.class_has_no_name", name=name)
    names = ", ".join(row["name"] for row in rows)
    raise BadInput("errors.class_not_found" if name else "errors.class_needed", name=name, classes=names)


def _new_class(tx: Tx, server_id: int, name: str, *, nameless: int | None) -> int:
    if nameless is not None:
        tx.scribes.name_class(server_id=server_id, id=nameless, name=name)
        return nameless
    tx.housekeeping.add_class(server_id=server_id, name=name)
    made: int = tx.scribes.class_named(server_id=server_id, name=name)
    return made


async def close_session(actor: Actor, library: Library, number: int) -> Session:
    """End a note, by one of its scribes or a librarian: it takes nothing in any more. Twice is once.

    A day later its scribes are asked whether it may be compiled: once in its life, and not if that was done by then.
    """

    def change(tx: Tx) -> Session:
        session = _kept_by(tx, actor, number)
        if session.state is SessionState.CLOSED:
            return session
        tx.scribes.close_session(server_id=actor.server_id, id=session.id, closed_by=actor.user_id, now=tx.now)
        if not tx.scribes.was_asked_to_compile(server_id=actor.server_id, id=session.id):
            due_at = tx.now + ASK_AFTER
            tx.housekeeping.plan_work(server_id=actor.server_id, kind=COMPILE_ASK, subject=number, due_at=due_at)
        return _drawn(tx, session)

    return await library.database.write(change)


def _kept_by(tx: Tx, actor: Actor, number: int) -> Session:
    """Return a session that `actor` keeps, in a change. Raises NotFound and NotAllowed."""
    servers.enter(tx, actor.server_id)
    session = keeping.find_session(tx, actor.server_id, number)
    keeping.require_scribe(actor, session)
    return session


def _drawn(tx: Tx, session: Session) -> Session:
    """Queue the card of a session that has changed, and return it as it is now."""
    outbox.draw_note(tx, session.server_id, session.channel_id, session.number)
    return keeping.find_session(tx, session.server_id, session.number)


def ask_to_compile(tx: Tx, server_id: int, number: int) -> None:
    """Ask a closed note's scribes whether it may be compiled, where it is kept; nobody else is pinged.

    Not where it was opened again, or was compiled as it is. Run by `bot/services/due.py`.
    """
    session = keeping.find_session(tx, server_id, number)
    compiled = tx.scribes.compiled_revision(server_id=server_id, session_id=session.id)
    if session.state is SessionState.OPEN or (compiled is not None and compiled >= session.revision):
        return
    tx.scribes.say_asked_to_compile(server_id=server_id, id=session.id, now=tx.now)
    place = session.thread_id or session.channel_id
    outbox.do(tx, server_id, place, COMPILE_ASK, number, mention=list(keeping.scribes_now(session)))


async def reopen_session(actor: Actor, library: Library, number: int) -> Session:
    """Open a closed note again, by one of its scribes or a librarian; without a thread, it gets a new one.

    What was written in its thread while it was closed is taken in when the thread is read back.
    """

    def change(tx: Tx) -> Session:
        session = _kept_by(tx, actor, number)
        if session.state is SessionState.OPEN:
            return session
        tx.scribes.reopen_session(server_id=actor.server_id, id=session.id)
        tx.housekeeping.cancel_work(server_id=actor.server_id, kind=COMPILE_ASK, subject=number)
        return _drawn(tx, session) if session.thread_id is not None else _with_new_card(tx, session)

    return await library.database.write(change)


def _with_new_card(tx: Tx, session: Session) -> Session:
    """Let a new card be posted, and a thread be made from it: from one message Discord makes one thread only."""
    tx.scribes.set_thread(server_id=session.server_id, id=session.id, thread_id=None)
    tx.scribes.forget_card(server_id=session.server_id, subject=session.number)
    return _drawn(tx, session)


async def new_thread(actor: Actor, library: Library, number: int, channel_id: int | None = None) -> Session:
    """Give a note a new card and thread, by one of its scribes or a librarian: the old one is locked, or deleted.

    They stand in `channel_id` from now on, where one is named: the old channel may be gone, too. What stands in the old
    thread stays in the note, and follows as before when it is edited or deleted there.
    """

    def change(tx: Tx) -> Session:
        session = _kept_by(tx, actor, number)
        if channel_id is not None:
            tx.scribes.move_session(server_id=session.server_id, id=session.id, channel_id=channel_id)
            session = replace(session, channel_id=channel_id)
        return _with_new_card(tx, session)

    return await library.database.write(change)


async def attach_thread(library: Library, server_id: int, number: int, thread_id: int) -> Session:
    """Keep which thread was made for a note, and queue the post with which it opens. Twice is once."""

    def change(tx: Tx) -> Session:
        session = keeping.find_session(tx, server_id, number)
        if session.thread_id == thread_id:
            return session
        tx.scribes.set_thread(server_id=server_id, id=session.id, thread_id=thread_id)
        outbox.do(tx, server_id, thread_id, OPENING, number)
        return _drawn(tx, session)

    return await library.database.write(change)


async def thread_deleted(library: Library, server_id: int, thread_id: int) -> Session | None:
    """Keep that a note's thread was deleted in Discord: the note lives on, and can be given a new one.

    Return its session; None where it was no note's thread.
    """

    def change(tx: Tx) -> Session | None:
        session = keeping.session_of_thread(tx, server_id, thread_id)
        if session is None:
            return None
        tx.scribes.set_thread(server_id=server_id, id=session.id, thread_id=None)
        return _drawn(tx, session)

    return await library.database.write(change)


async def set_scribes(
    actor: Actor, library: Library, number: int, lead_id: int, partner_ids: Iterable[int] = ()
) -> Session:
    """Hand a note over, by who leads it or a librarian: these are its scribes from now on, and no others.

    What was written before keeps its author and its place. Who is new is told so in the thread. Raises BadInput (too
    many), NotFound and NotAllowed.
    """

    def change(tx: Tx) -> Session:
        servers.enter(tx, actor.server_id)
        session = keeping.find_session(tx, actor.server_id, number)
        if not (keeping.is_lead(session, actor.user_id) or may(actor, Capability.CORRECT_NOTES)):
            raise NotAllowed("errors.only_lead_or_librarian", number=number)
        wanted = dict.fromkeys(_partners(lead_id, partner_ids), ScribePart.PARTNER) | {lead_id: ScribePart.LEAD}
        _hand_over(tx, actor, session, wanted)
        return _drawn(tx, session)

    return await library.database.write(change)


def _hand_over(tx: Tx, actor: Actor, session: Session, wanted: dict[int, ScribePart]) -> None:
    now = {one.user_id: one.part for one in session.scribes if one.until is None}
    for user_id, part in now.items():
        if wanted.get(user_id) is not part:
            tx.scribes.end_scribe(session_id=session.id, user_id=user_id, now=tx.now)
    for user_id, part in wanted.items():
        if now.get(user_id) is not part:
            tx.scribes.add_scribe(session_id=session.id, user_id=user_id, part=part, now=tx.now)
    new = [user_id for user_id in wanted if user_id not in now and user_id != actor.user_id]
    if new:
        place = session.thread_id or session.channel_id
        outbox.notify(tx, session.server_id, place, "scribes.notice.handed_over", mention=new, title=session.title)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as a list shows it. `block_count` counts what stands in its note, `open_count` its open questions."""

    number: int
    title: str
    unit: str
    class_name: str | None
    held_on: str
    state: SessionState
    thread_id: int | None
    block_count: int
    open_count: int


async def list_sessions(
    actor: Actor, library: Library, *, unit: str = "", class_name: str = "", page: int = 1, size: int = 10
) -> Page[SessionLine]:
    """Return the sessions of a unit, of a class, or all, the newest day first."""
    wanted: dict[str, Any] = {"unit_key": keeping.unit_key(unit), "class_name": " ".join(class_name.split())}

    def look(tx: Tx) -> Page[SessionLine]:
        total = tx.scribes.session_count(server_id=actor.server_id, **wanted)
        here, pages, offset = page_at(page, size, total)
        rows = tx.scribes.session_page(server_id=actor.server_id, limit=size, offset=offset, **wanted)
        return Page(tuple(_as_line(row) for row in rows), here, pages, total)

    return await library.database.read(look)


def _as_line(row: dict[str, Any]) -> SessionLine:
    return SessionLine(**(row | {"state": SessionState(row["state"])}))


async def pick_sessions(actor: Actor, library: Library, typed: str, limit: int = 25) -> tuple[SessionLine, ...]:
    """Return sessions that fit what somebody types: a number, or words of the title, the unit or the day."""
    words = typed.strip().lstrip("#").casefold().split()

    def fits(line: SessionLine) -> bool:
        about = f"{line.number} {line.title} {line.unit} {line.held_on}".casefold()
        return all(word in about for word in words)

    def look(tx: Tx) -> tuple[SessionLine, ...]:
        rows = tx.scribes.session_page(
            server_id=actor.server_id, unit_key="", class_name="", limit=PICKED_FROM, offset=0
        )
        found = sorted(
            (line for line in map(_as_line, rows) if fits(line)), key=lambda one: str(one.number) not in words
        )
        return tuple(found[:limit])

    return await library.database.read(look)


PICKED_FROM = 500
"""The newest sessions of a server, among which one is looked for while it is typed."""


async def suggest_units(actor: Actor, library: Library, typed: str, limit: int = 25) -> tuple[str, ...]:
    """Return units that fit what somebody types, each in its newest spelling, the newest first."""

    def look(tx: Tx) -> tuple[str, ...]:
        rows = tx.scribes.units(server_id=actor.server_id)
        return tuple(row["unit"] for row in rows if keeping.unit_key(typed) in row["unit_key"])[:limit]

    return await library.database.read(look)


async def suggest_classes(actor: Actor, library: Library, typed: str, limit: int = 25) -> tuple[str, ...]:
    """Return the names of classes that fit what somebody types."""

    def look(tx: Tx) -> tuple[str, ...]:
        names = (row["name"] for row in tx.scribes.classes(server_id=actor.server_id) if row["name"] is not None)
        return tuple(name for name in names if typed.strip().casefold() in name.casefold())[:limit]

    return await library.database.read(look)
