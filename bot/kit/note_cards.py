"""A note's card: how it stands, whose it is, what is still open in it, and what one can do next."""

from __future__ import annotations

import discord

from bot.kit import chat
from bot.kit.buttons import Button, row
from bot.kit.cards import SCRIBES, state_word
from bot.kit.refs import Ref
from bot.models.questions import QuestionState, QuestionView
from bot.models.sessions import ScribePart, Session, SessionState
from bot.text import Catalogue

SHAPES = {SessionState.OPEN: "✎", SessionState.CLOSED: "▣"}
HOLES_SHOWN = 5
"""Open questions that a card shows; the note shows all."""
OPEN_HOLES = frozenset({QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.UNRESOLVED})
"""States of a question that is a hole still."""
_EXCERPT = 110


def note_state(state: SessionState, texts: Catalogue) -> str:
    """A session's state as shape and word."""
    return f"{SHAPES[state]} {texts.say(f'scribes.state.{state}')}"


def note_title(session: Session, texts: Catalogue) -> str:
    """The title line of a note: its number, how it stands, what it is about."""
    return " · ".join((f"#{session.number}", note_state(session.state, texts), chat.safe(session.title)))[:256]


def about(session: Session) -> str:
    """One line on a lesson: its day, its unit, its class."""
    words = [chat.day(session.held_on)]
    words += [f"*{chat.safe(session.unit)}*"] if session.unit else []
    words += [chat.safe(session.class_name)] if session.class_name else []
    return " · ".join(words)


def note_card(
    session: Session, holes: tuple[QuestionView, ...], texts: Catalogue, *, is_new: bool = False
) -> tuple[discord.Embed, discord.ui.View]:
    """Draw a note's card and its buttons. `holes` are its questions; one that `is_new` gets its thread in a moment."""
    embed = discord.Embed(colour=SCRIBES, title=note_title(session, texts), description=_body(session, texts))
    embed.add_field(name=texts.say("scribes.card.scribes"), value=scribes_line(session, texts)[:1024], inline=False)
    still_open = [one for one in holes if one.question.state in OPEN_HOLES]
    if still_open:
        lines = [hole_line(one, texts) for one in still_open[:HOLES_SHOWN]]
        name = texts.say("scribes.card.holes", count=len(still_open))
        embed.add_field(name=name, value="\n".join(lines)[:1024], inline=False)
    return embed, row(*_buttons(session, texts, is_new=is_new))


def _body(session: Session, texts: Catalogue) -> str:
    lines = [about(session)]
    if session.thread_id is not None:
        lines.append(texts.say("scribes.card.thread", thread=f"<#{session.thread_id}>"))
    return "\n".join(lines)


def hole_line(hole: QuestionView, texts: Catalogue) -> str:
    """A question that is still open, on one line."""
    question = hole.question
    words = chat.safe(chat.short(question.text, _EXCERPT))
    return f"**#{question.number}** {words} · {state_word(question.state, texts)}"


def scribes_line(session: Session, texts: Catalogue) -> str:
    """Who keeps the note now; its lead first."""
    now = [one for one in session.scribes if one.until is None]
    lead = ", ".join(chat.person(one.user_id) for one in now if one.part is ScribePart.LEAD)
    partners = ", ".join(chat.person(one.user_id) for one in now if one.part is ScribePart.PARTNER)
    if not lead:
        return partners or texts.say("scribes.card.nobody")
    key = "scribes.card.lead_with" if partners else "scribes.card.lead"
    return texts.say(key, lead=lead, partners=partners)


def _buttons(session: Session, texts: Catalogue, *, is_new: bool) -> list[Button]:
    def button(action: str, style: str = "secondary") -> Button:
        ref = Ref("note", action, session.server_id, session.number)
        return (ref, texts.say(f"scribes.button.{action}"), style)  # type: ignore[return-value]

    buttons = [button("show", "primary")]
    if session.state is SessionState.OPEN:
        buttons.append(button("add", "success"))
    if session.thread_id is None and not is_new:
        buttons.append(button("new_thread"))
    return [*buttons, button("more")]
