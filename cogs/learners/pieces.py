"""How a piece looks in a list: its shape, its number as a link to where it stands, what it is, how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import discord

from bot.kit import cards, chat
from bot.kit.buttons import Button, view
from bot.kit.refs import Ref
from bot.models.pieces import Piece
from bot.models.questions import QuestionState
from bot.models.sessions import SessionState
from bot.text import Catalogue

NOTE_SHAPES = {SessionState.OPEN: "✎", SessionState.CLOSED: "▤"}
TITLE_LENGTH = 40
UNIT_LENGTH = 40


DESCRIPTION_LENGTH = 4_096
"""Characters of an embed's description."""


def fitting(lines: Iterable[str]) -> str:
    """Join lines as far as they fit into a description: one that is cut in half could leave a broken link."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 > DESCRIPTION_LENGTH:
            break
        text += f"{line}\n"
    return text.rstrip()


def piece_line(piece: Piece, server_id: int, texts: Catalogue) -> str:
    """The first line of a piece: ``● **#42** · question · settled · *Photosynthesis* · on the site``."""
    parts = [
        f"{_shape(piece)} **{_number(piece, server_id)}**",
        texts.say(f"learners.piece.{piece.kind}", title=chat.safe(chat.short(piece.title, TITLE_LENGTH))),
        _state(piece, texts),
    ]
    if piece.unit:
        parts.append(f"*{chat.safe(chat.short(piece.unit, UNIT_LENGTH))}*")
    if piece.page:
        parts.append(f"[{texts.say('learners.piece.page')}]({piece.page})")
    return " · ".join(parts)


def open_view(shown: Sequence[Piece], server_id: int, buttons: Sequence[Button], texts: Catalogue) -> discord.ui.View:
    """A view of selects that open the questions and the notes among `shown`, above `buttons`."""
    opened: dict[str, dict[int, str]] = {"question": {}, "note": {}}
    for one in shown:
        kind = "question" if isinstance(one.state, QuestionState) else "note"
        opened[kind].setdefault(one.number, chat.short(f"#{one.number} · {one.title}", 100))
    selects = [
        (
            Ref(kind, "picked", server_id),
            texts.say(f"learners.piece.open_{kind}"),
            [(str(number), label) for number, label in options.items()],
        )
        for kind, options in opened.items()
        if options
    ]
    return view(select=selects[0], also=selects[1] if len(selects) > 1 else None, buttons=buttons)


def _shape(piece: Piece) -> str:
    return cards.SHAPES[piece.state] if isinstance(piece.state, QuestionState) else NOTE_SHAPES[piece.state]


def _number(piece: Piece, server_id: int) -> str:
    number = f"#{piece.number}" + (f".{piece.ordinal}" if piece.ordinal else "")
    if piece.channel_id is None or piece.message_id is None:
        return number
    return f"[{number}]({chat.link_to(server_id, piece.channel_id, piece.message_id)})"


def _state(piece: Piece, texts: Catalogue) -> str:
    room = "researchers.state" if isinstance(piece.state, QuestionState) else "learners.note_state"
    return texts.say(f"{room}.{piece.state}")
