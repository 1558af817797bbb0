"""Pieces by their ids: what they say, how they stand, and where one reads them: in Discord, and on the public site.

A room says what of it can be found by putting it into the search index, and everyone of its server finds that. How a
kind of piece is shown, it says here: with its number in the index, and its query.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.models.pieces import Piece, PieceKind
from bot.models.questions import QuestionState
from bot.models.sessions import SessionState
from bot.services import servers
from bot.services.library import Library
from bot.storage import search
from bot.storage.database import Tx

INDEXED = {
    PieceKind.QUESTION: search.QUESTION,
    PieceKind.ANSWER: search.ANSWER,
    PieceKind.BLOCK: search.NOTE,
    PieceKind.TERM: search.TERM,
}
"""The number that a kind has in the search index, for each that is found there."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where pieces are read: their query, what their states are, and the folder of their pages on the site."""

    query: Callable[[Tx], Callable[..., list[dict[str, Any]]]]
    states: type[QuestionState | SessionState]
    folder: str


_QUESTIONS = _Shelf(lambda tx: tx.search.question_pieces, QuestionState, "questions")
_ANSWERS = _Shelf(lambda tx: tx.search.answer_pieces, QuestionState, "questions")
_BLOCKS = _Shelf(lambda tx: tx.search.block_pieces, SessionState, "notes")
_NOTES = _Shelf(lambda tx: tx.search.note_pieces, SessionState, "notes")
_SHELVES = {
    PieceKind.QUESTION: _QUESTIONS,
    PieceKind.ANSWER: _ANSWERS,
    PieceKind.BLOCK: _BLOCKS,
    PieceKind.TERM: _BLOCKS,
    PieceKind.NOTE: _NOTES,
}


def pieces(tx: Tx, library: Library, server_id: int, kind: PieceKind, ids: list[int]) -> dict[int, Piece]:
    """Return pieces of one kind by their ids; what is not there, or in another server, is left out."""
    shelf = _SHELVES[kind]
    rows = shelf.query(tx)(server_id=server_id, ids=json.dumps(ids))
    site = address_of_site(tx, library, server_id) if any(row["public"] for row in rows) else ""
    return {row["id"]: _piece(row, kind, shelf, site) for row in rows}


def _piece(row: dict[str, Any], kind: PieceKind, shelf: _Shelf, site: str) -> Piece:
    return Piece(
        kind=kind,
        number=row["number"],
        ordinal=row["ordinal"],
        title=row["title"],
        text=row["text"],
        unit=row["unit"],
        state=shelf.states(row["state"]),
        created_at=row["created_at"],
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        page=f"{site}{shelf.folder}/{row['number']}/" if site and row["public"] else "",
    )


def address_of_site(tx: Tx, library: Library, server_id: int) -> str:
    """Return where a server's public pages begin, with a slash at the end; empty where it shows nothing in public."""
    if not library.site_url or not servers.settings_of(tx, server_id).publishing_allowed:
        return ""
    return f"{library.site_url}/{tx.housekeeping.server(id=server_id)['slug']}/"
