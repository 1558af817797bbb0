"""What the outbox's rows about notes look like in Discord: cards, threads and what stands at their beginning."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import NotFound
from bot.kit import chat, note_cards
from bot.kit.buttons import Button
from bot.kit.buttons import row as buttons_in_a_row
from bot.kit.drawn import Drawn, Row
from bot.kit.refs import Ref
from bot.models.people import Actor
from bot.models.questions import QuestionView
from bot.models.sessions import NoteView
from bot.services.library import Library
from bot.services.researchers.finding import show_question
from bot.services.scribes import files, finding, keeping
from bot.text import Catalogue

if TYPE_CHECKING:
    from bot.client import Vademecum

THREAD_NAME_LIMIT = 100
Draw = Callable[["Vademecum", Row, dict[str, Any], Catalogue], Awaitable[Drawn | None]]


async def _note_card(bot: Vademecum, row: Row, _payload: dict[str, Any], texts: Catalogue) -> Drawn | None:
    shown = await _note(bot, row)
    posted = await _posted(bot, row)
    here = next((one for one in posted if one["channel_id"] == row.channel_id), None)
    if shown is None or (here is not None and here["removed_at"] is not None):
        return None  # somebody took the card away: it is not drawn against them
    holes = await holes_of(Actor(row.server_id, 0), bot.library, shown)
    embed, view = note_cards.note_card(shown.session, holes, texts, is_new=here is None)
    if here is not None:
        return Drawn(embed=embed, view=view, edits=here["message_id"])
    then = "note_thread" if shown.session.thread_id is None else ""
    return Drawn(embed=embed, view=view, remember=True, then=then)


async def _note_thread(bot: Vademecum, row: Row, payload: dict[str, Any], _texts: Catalogue) -> Drawn | None:
    """The thread of a note, begun from the card that has just been posted."""
    shown = await _note(bot, row)
    if shown is None or shown.session.thread_id is not None:
        return None
    # The title first: Discord puts a sign of its own before the name of a thread.
    ending = f" #{shown.session.number}"
    name = chat.short(shown.session.title, THREAD_NAME_LIMIT - len(ending)) + ending
    return Drawn(edits=payload["message_id"], thread=name)


async def _note_opening(bot: Vademecum, row: Row, _payload: dict[str, Any], texts: Catalogue) -> Drawn | None:
    """How one writes here, in the first message of a note's thread."""
    shown = await _note(bot, row)
    if shown is None:
        return None
    how = "scribes.opening.listening" if bot.settings.message_content else "scribes.opening.deaf"
    return Drawn(content=texts.say(how))


async def _alt_ask(bot: Vademecum, row: Row, payload: dict[str, Any], texts: Catalogue) -> Drawn | None:
    """A small request below a message whose pictures nobody has described yet."""
    message_id = payload["message_id"]
    blocks = await bot.library.database.read(keeping.blocks_of_message, row.server_id, message_id)
    count = len(files.without_alt(blocks))
    if not count:
        return None
    form = Ref("note", "alt", row.server_id, message_id)
    button: Button = (form, texts.say("scribes.button.alt", count=count), "secondary")
    asked = texts.say("scribes.notice.alt_wanted", count=count)
    return Drawn(content=asked, view=buttons_in_a_row(button), replies_to=message_id)


async def _compile_ask(bot: Vademecum, row: Row, payload: dict[str, Any], texts: Catalogue) -> Drawn | None:
    """A day after a lesson was closed: may its notes be compiled? Only their scribes are told."""
    shown = await _note(bot, row)
    if shown is None:
        return None
    mentioned = payload["mention"]
    places = {"number": row.subject, "title": chat.safe(shown.session.title)}
    places["who"] = " ".join(chat.person(one) for one in mentioned)
    buttons: list[Button] = [
        (Ref("note", action, row.server_id, row.subject), texts.say(f"scribes.button.{action}"), style)  # type: ignore[misc]
        for action, style in (("compile", "primary"), ("terms", "secondary"), ("show", "secondary"))
    ]
    return Drawn(
        content=texts.say("scribes.notice.compile_ask", **places)[:2000],
        view=buttons_in_a_row(*buttons),
        mentions=discord.AllowedMentions(users=[discord.Object(one) for one in mentioned], roles=False, everyone=False),
    )


KINDS: dict[str, Draw] = {
    "note_card": _note_card,
    "note_thread": _note_thread,
    "note_opening": _note_opening,
    "alt_ask": _alt_ask,
    "compile_ask": _compile_ask,
}
"""Who draws which kind of row."""


async def _note(bot: Vademecum, row: Row) -> NoteView | None:
    try:
        return await finding.show_note(Actor(row.server_id, 0), bot.library, row.subject)
    except NotFound:
        return None


async def _posted(bot: Vademecum, row: Row) -> list[dict[str, Any]]:
    return await bot.library.database.read(
        lambda tx: tx.outbox.posted(server_id=row.server_id, kind=row.kind, subject=row.subject)
    )


async def holes_of(actor: Actor, library: Library, shown: NoteView) -> tuple[QuestionView, ...]:
    """The questions of a note, as far as `actor` may see them."""
    numbers = dict.fromkeys(one.question_number for one in shown.blocks if one.question_number)
    found = [await hole(actor, library, number) for number in numbers if number]
    return tuple(one for one in found if one is not None)


async def hole(actor: Actor, library: Library, number: int) -> QuestionView | None:
    """The question of a hole; None where `actor` may not see it."""
    try:
        return await show_question(actor, library, number)
    except NotFound:
        return None
