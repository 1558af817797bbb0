"""Taking one's cards away: a deck for Anki, and a table.

A card has the same sign in every deck that is taken away, so that Anki changes what it has instead of adding it again.
Suspended cards go along, retired ones do not; how a card stands here does not: Anki begins with it anew.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import html
import io
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import WrongState
from bot.models.people import Actor
from bot.models.studying import Picture
from bot.services.library import Library
from bot.services.scribes.keeping import unit_key
from bot.storage.database import Tx

DECK_NAME = "Vademecum"
MODEL_ID = 1_767_225_601
"""Anki knows the shape of our notes again by this; it never changes."""
DECKS_FROM = 1_767_225_700
"""The deck of a unit has a number from here on, made of the unit's name."""
PICTURES_LIMIT = 7 * 1024 * 1024
"""Bytes of all pictures in one deck: with its cards it stays under what Discord takes."""
BEGIN_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is reckoned by a spreadsheet."""
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)", re.DOTALL)
_STYLE = """
.card { font-family: Georgia, serif; font-size: 20px; line-height: 1.5; text-align: left; }
.card { max-width: 36em; margin: 1em auto; }
.card img { max-width: 100%; }
.source { font-family: sans-serif; font-size: 13px; opacity: .7; margin-top: 1.5em; }
"""


@dataclass(frozen=True, slots=True)
class AnkiDeck:
    """A file for Anki. `left_out` counts pictures that had no room in it, or are not kept any more."""

    content: bytes
    cards: int
    left_out: int


async def export_anki(actor: Actor, library: Library) -> AnkiDeck:
    """Return the actor's cards as an ``.apkg``: a deck for each unit, with the pictures that stand beside the terms.

    Raises WrongState where there are no cards.
    """
    cards, pictures = await library.database.read(_to_take_away, actor)
    return await asyncio.to_thread(_pack, library, cards, pictures)


async def export_table(actor: Actor, library: Library) -> bytes:
    """Return the actor's cards as CSV in UTF-8, with the mark by which Excel knows that (others pass over it).

    Raises WrongState where there are no cards.
    """
    cards, _ = await library.database.read(_to_take_away, actor)
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(("front", "back", "unit", "source", "state", "id"))
    for card in cards:
        words = (card["front"], card["back"], card["unit"], _source(card), card["state"], card["guid"])
        writer.writerow([_harmless(one) for one in words])
    return table.getvalue().encode("utf-8-sig")


def _to_take_away(tx: Tx, actor: Actor) -> tuple[list[dict[str, Any]], list[Picture]]:
    who = {"server_id": actor.server_id, "user_id": actor.user_id}
    cards = tx.studying.to_take_away(**who)
    if not cards:
        raise WrongState("errors.no_cards_yet")
    return cards, [Picture(**row) for row in tx.studying.pictures(**who, id=0)]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(BEGIN_FORMULA) else cell


def _source(card: dict[str, Any]) -> str:
    number = card["note_number"] or card["question_number"]
    return f"#{number}" if number else ""


def _pack(library: Library, cards: list[dict[str, Any]], pictures: list[Picture]) -> AnkiDeck:
    """Make the file. Blocks: it reads pictures and writes a database of Anki's."""
    import genanki  # takes long to load, and few take their cards away

    with tempfile.TemporaryDirectory() as folder:
        names, left_out = _put_pictures(library, pictures, Path(folder))
        model = genanki.Model(
            MODEL_ID,
            DECK_NAME,
            fields=[{"name": name} for name in ("Front", "Back", "Source")],
            templates=[{"name": "Card", "qfmt": "{{Front}}", "afmt": _BACK_SIDE}],
            css=_STYLE,
        )
        decks: dict[str, Any] = {}
        for card in cards:
            name = deck_name(card["unit"])
            deck = decks.setdefault(name, genanki.Deck(_deck_id(card["unit"]), name))
            fields = [as_html(card["front"]), as_html(card["back"]) + _shown(names[card["id"]]), _source(card)]
            deck.add_note(genanki.Note(model=model, fields=fields, guid=card["guid"]))
        package = genanki.Package(list(decks.values()), media_files=[str(one) for one in Path(folder).iterdir()])
        file = io.BytesIO()
        package.write_to_file(file, timestamp=library.clock.now() / 1000)
    return AnkiDeck(file.getvalue(), len(cards), left_out)


_BACK_SIDE = '{{FrontSide}}<hr id="answer">{{Back}}{{#Source}}<div class="source">{{Source}}</div>{{/Source}}'


def deck_name(unit: str) -> str:
    """Return the name of a unit's deck in Anki, where ``::`` stands between a deck and one inside it."""
    inner = unit.replace("::", ":")
    return f"{DECK_NAME}::{inner}" if inner else DECK_NAME


def _deck_id(unit: str) -> int:
    key = unit_key(unit)
    return DECKS_FROM + int(hashlib.sha256(key.encode()).hexdigest()[:7], 16) if key else DECKS_FROM - 1


def as_html(text: str) -> str:
    """Return what was typed as Anki shows it: nothing in it acts, its lines stay, its formulas are set."""
    escaped = html.escape(text, quote=False).replace("[", "&#91;")  # [sound:…] and [latex] would act
    return _FORMULA.sub(_formula, escaped).replace("\n", "<br>")


def _formula(found: re.Match[str]) -> str:
    return f"\\[{found[1]}\\]" if found[1] else f"\\({found[2]}\\)"


def _put_pictures(
    library: Library, pictures: list[Picture], folder: Path
) -> tuple[dict[int, list[tuple[str, str]]], int]:
    """Write pictures into a folder; return each card's, as (name, description), and how many were left out."""
    names: dict[int, list[tuple[str, str]]] = defaultdict(list)
    left_out = 0
    room = PICTURES_LIMIT
    for one in pictures:
        target = folder / f"vademecum-{one.digest[:24]}.{_SUFFIXES.get(one.content_type, 'png')}"
        content = _content(library, one)
        if content is None or (not target.exists() and len(content) > room):
            left_out += 1
            continue
        if not target.exists():
            room -= target.write_bytes(content)
        names[one.card_id].append((target.name, one.alt))
    return names, left_out


def _content(library: Library, picture: Picture) -> bytes | None:
    try:
        return library.media.read(picture.digest)
    except FileNotFoundError:  # deleted since, or a backup without its files was restored
        return None


def _shown(pictures: list[tuple[str, str]]) -> str:
    return "".join(f'<br><img src="{name}" alt="{html.escape(alt)}">' for name, alt in pictures)
