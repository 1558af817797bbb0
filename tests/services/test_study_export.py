"""Taking cards away: the deck opens in the real Anki, and a second one changes it in place; the table harms nobody."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest, ImportLogWithChanges

from bot.clock import DAY, HOUR
from bot.errors import WrongState
from bot.models.questions import Attachment
from bot.models.sessions import Block, BlockKind
from bot.services.learners import cards, exporting
from bot.services.learners.cards import Draft
from bot.services.learners.exporting import as_html, deck_name, export_anki, export_table
from bot.services.library import Library
from bot.services.scribes import files, keeping, reacting
from tests.cast import BEN, MIA, NOOR, SERVER, TOMASZ, MovableClock
from tests.services import scribing
from tests.services.studying import OSMOSIS, card_of, card_of_question, note, own_cards, settled, term

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001000527d4a2"
    "0000000049454e44ae426082"
)
"""The smallest PNG there is, with one see-through pixel."""


async def term_with_picture(library: Library, content: bytes = PIXEL) -> tuple[Block, str]:
    """A checked term in a message with a picture, which is kept; return the term, and the picture's digest."""
    number, thread_id = await note(library)
    pictures = (scribing.picture(alt="A cell"),)
    message = await scribing.write(library, OSMOSIS, thread_id=thread_id, files=pictures)
    await reacting.check_message(NOOR, library, message.id)
    blocks = await library.database.read(keeping.blocks_of_message, SERVER, message.id)
    digest = library.media.put(content)
    for block in blocks:
        if block.kind is BlockKind.IMAGE:
            kept = Attachment(digest, "leaf.png", "image/png", len(content))
            await files.file_fetched(library, SERVER, block.id, kept)
    assert number
    return next(block for block in blocks if block.kind is BlockKind.TERM), digest


@contextmanager
def anki(folder: Path) -> Iterator[Collection]:
    """Open the real Anki on a collection of its own."""
    collection = Collection(str(folder / "collection.anki2"))
    try:
        yield collection
    finally:
        collection.close()


def take_in(collection: Collection, folder: Path, deck: bytes) -> ImportLogWithChanges.Log:
    """Let Anki import a deck as it does by itself."""
    path = folder / "deck.apkg"
    path.write_bytes(deck)
    return collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    ).log


def notes_of(collection: Collection) -> list[list[str]]:
    return [collection.get_note(one).fields for one in sorted(collection.find_notes(""))]


async def test_the_deck_opens_in_anki_and_a_second_one_changes_it_in_place(
    library: Library, clock: MovableClock, tmp_path: Path
) -> None:
    block, digest = await term_with_picture(library)
    mine = await card_of(library, block)
    await card_of_question(library, await settled(library))
    await own_cards(library, 3)
    await own_cards(library, 2, TOMASZ)
    first = await export_anki(BEN, library)
    assert (first.cards, first.left_out) == (5, 0)
    clock.advance(HOUR)
    await cards.edit_card(BEN, library, mine.id, Draft("osmosis", "water goes to the salt", "Cells"))
    await cards.add_card(BEN, library, Draft("A new one", "Yes"))
    second = await export_anki(BEN, library)
    picture = f"vademecum-{digest[:24]}.png"
    with anki(tmp_path) as collection:
        log = take_in(collection, tmp_path, first.content)
        assert (len(log.new), collection.note_count(), collection.card_count()) == (5, 5, 5)
        assert collection.media.have(picture)
        assert (Path(collection.media.dir()) / picture).read_bytes() == PIXEL
        assert {one.name for one in collection.decks.all_names_and_ids()} >= {"Vademecum::Cells", "Vademecum::Light"}
        (shown,) = [fields for fields in notes_of(collection) if fields[0] == "osmosis"]
        assert shown == ["osmosis", f'water moves through a skin<br><img src="{picture}" alt="A cell">', "#1"]
        ids = set(collection.find_notes(""))
        log = take_in(collection, tmp_path, second.content)
        assert (len(log.new), len(log.updated), collection.note_count()) == (1, 5, 6)
        assert ids < set(collection.find_notes("")), "what was there is the same note"
        (shown,) = [fields for fields in notes_of(collection) if fields[0] == "osmosis"]
        assert shown[1].startswith("water goes to the salt<br>")
        take_in(collection, tmp_path, second.content)
        assert (collection.note_count(), collection.card_count()) == (6, 6)
        assert not collection.media.check().missing


async def test_what_is_typed_does_not_act_in_anki(library: Library, tmp_path: Path) -> None:
    await cards.add_card(
        BEN, library, Draft("<script>alert(1)</script> {{c1::x}}", "a < b & [sound:x.mp3]\n$x_1$ costs $5")
    )
    deck = await export_anki(BEN, library)
    with anki(tmp_path) as collection:
        take_in(collection, tmp_path, deck.content)
        ((front, back, source),) = notes_of(collection)
        card = collection.get_card(collection.find_cards("")[0])
        assert not card.answer_av_tags()
    assert front == "&lt;script&gt;alert(1)&lt;/script&gt; {{c1::x}}"
    assert back == "a &lt; b &amp; &#91;sound:x.mp3]<br>\\(x_1\\) costs $5"
    assert source == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("$$a+b$$", "\\[a+b\\]"),
        ("from $a$ to $b$", "from \\(a\\) to \\(b\\)"),
        ("it costs $5 or $6", "it costs $5 or $6"),
        ("$ a $", "$ a $"),
        ("one\ntwo", "one<br>two"),
    ],
)
def test_formulas_and_lines(typed: str, shown: str) -> None:
    assert as_html(typed) == shown


def test_a_deck_for_each_unit() -> None:
    assert deck_name("") == "Vademecum"
    assert deck_name("Big cities") == "Vademecum::Big cities"
    assert deck_name("a::b") == "Vademecum::a:b"
    numbers = {exporting._deck_id(unit) for unit in ("", "Cells", "Light", "a::b")}
    assert len(numbers) == 4
    assert exporting._deck_id(" CELLS ") == exporting._deck_id("Cells")


async def test_pictures_that_have_no_room_or_are_gone_are_counted(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    block, digest = await term_with_picture(library)
    other, _ = await term_with_picture(library)
    await card_of(library, block)
    await card_of(library, other)
    assert (await export_anki(BEN, library)).left_out == 0
    monkeypatch.setattr(exporting, "PICTURES_LIMIT", len(PIXEL))
    deck = await export_anki(BEN, library)
    assert deck.left_out == 0, "the same picture is put in once"
    with zipfile.ZipFile(io.BytesIO(deck.content)) as packed:
        assert len(json.loads(packed.read("media"))) == 1
    monkeypatch.setattr(exporting, "PICTURES_LIMIT", 1)
    assert (await export_anki(BEN, library)).left_out == 2
    library.media.path(digest).unlink()
    assert (await export_anki(BEN, library)).left_out == 2


async def test_what_is_retired_stays_and_what_rests_goes_along(library: Library) -> None:
    first, second = await own_cards(library, 2)
    await cards.suspend_card(BEN, library, first.id)
    block = await term(library)
    await card_of(library, block)
    await reacting.strike_message(MIA, library, block.position)
    assert (await export_anki(BEN, library)).cards == 2
    assert second.id


async def test_who_has_no_cards_is_told_so(library: Library) -> None:
    for take in (export_anki, export_table):
        with pytest.raises(WrongState, match="no_cards_yet"):
            await take(BEN, library)


async def test_the_table_is_read_by_a_spreadsheet_and_harms_nobody(library: Library) -> None:
    await card_of(library, await term(library))
    await cards.add_card(BEN, library, Draft('=HYPERLINK("http://x")', '-5 °C\nand, "so" on', "+unit"))
    await cards.add_card(BEN, library, Draft("@SUM(A1)", "Größe", "Cells"))
    table = await export_table(BEN, library)
    assert table.startswith(b"\xef\xbb\xbf"), "Excel reads it as UTF-8"
    head, *lines = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert head == ["front", "back", "unit", "source", "state", "id"]
    assert lines[0][:5] == ["osmosis", "water moves through a skin", "Cells", "#1", "active"]
    assert lines[1][:3] == ['\'=HYPERLINK("http://x")', '\'-5 °C\nand, "so" on', "'+unit"]
    assert lines[2][:2] == ["'@SUM(A1)", "Größe"]
    assert not any(cell.startswith(exporting.BEGIN_FORMULA) for line in lines for cell in line)


async def test_a_card_keeps_its_sign(library: Library, clock: MovableClock) -> None:
    await own_cards(library, 1)
    before = (await export_table(BEN, library)).splitlines()
    clock.advance(DAY)
    assert (await export_table(BEN, library)).splitlines() == before
