"""The deck at a glance; and what is hard for many, which is said without saying for how many, or for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import DAY
from bot.errors import NotFound
from bot.models.people import Actor
from bot.models.studying import ENOUGH_STUDENTS, OfferKind, Rating
from bot.services.learners import cards, deck, studying
from bot.services.learners.deck import HardSource, UnitShelf, my_deck, my_units
from bot.services.learners.studying import Answer, tag_of
from bot.services.library import Library
from bot.services.scribes import reacting
from tests.cast import BEN, ELSEWHERE, MIA, OKAFOR, TOMASZ, MovableClock
from tests.services.researching import rows
from tests.services.studying import answered, card_of, card_of_question, learn, own_cards, settled, term


def student(number: int) -> Actor:
    return replace(BEN, user_id=300200000000001000 + number, display_name=f"Student {number}")


async def find_it_hard(library: Library, who: Actor) -> None:
    """Somebody forgets the card that comes up, twice: FSRS finds it very difficult then."""
    await answered(library, Rating.AGAIN, who)
    await answered(library, Rating.AGAIN, who)


async def test_an_empty_deck(library: Library) -> None:
    shown = await my_deck(BEN, library)
    assert (shown.cards, shown.today, shown.units, shown.offered, shown.hard_for_many) == (0, 0, (), 0, ())


async def test_how_the_cards_stand(library: Library, clock: MovableClock) -> None:
    await term(library, "turgor :: pressure")
    made = await own_cards(library, 12, unit="Cells")
    await own_cards(library, 3)
    await own_cards(library, 4, TOMASZ)
    retired = await term(library, "osmosis :: water")
    await card_of(library, retired)
    await reacting.strike_message(MIA, library, retired.position)
    await cards.suspend_card(BEN, library, made[0].id)
    for reviews in range(2):
        await studying.answer_card(BEN, library, Answer(made[1].id, reviews), Rating.AGAIN)
    shown = await my_deck(BEN, library)
    assert (shown.cards, shown.today, shown.new) == (15, 10, 13)
    assert (shown.known_well, shown.hard, shown.suspended, shown.retired) == (0, 1, 1, 1)
    assert shown.offered == 1
    assert shown.units == (UnitShelf("", "", 3, 0), UnitShelf("Cells", tag_of("cells"), 12, 10))
    assert sum(one.today for one in shown.units) == shown.today
    await learn(library, Rating.EASY)
    clock.advance(20 * DAY)
    await learn(library, Rating.EASY)
    assert (await my_deck(BEN, library)).known_well >= 8


async def test_the_numbers_of_one_unit(library: Library) -> None:
    await own_cards(library, 2, unit="Cells")
    await own_cards(library, 3, unit="Light")
    shown = await my_deck(BEN, library, tag_of("light"))
    assert (shown.cards, shown.today, len(shown.units)) == (3, 3, 2)
    with pytest.raises(NotFound, match="unit_without_cards"):
        await my_deck(BEN, library, "12345678")


async def test_units_are_suggested(library: Library) -> None:
    await own_cards(library, 1, unit="Plant cells")
    await own_cards(library, 1, unit="Light")
    await own_cards(library, 1)
    assert await my_units(BEN, library) == ("Light", "Plant cells")
    assert await my_units(BEN, library, " CELL") == ("Plant cells",)
    assert await my_units(TOMASZ, library) == ()


async def test_what_five_students_find_hard_is_said_and_what_four_do_is_not(library: Library) -> None:
    block = await term(library)
    for number in range(ENOUGH_STUDENTS):
        assert (await my_deck(OKAFOR, library)).hard_for_many == (), f"{number} students"
        await card_of(library, block, student(number))
        await find_it_hard(library, student(number))
    said = (HardSource(OfferKind.TERM, 1, "osmosis"),)
    assert (await my_deck(OKAFOR, library)).hard_for_many == said
    assert (await my_deck(student(0), library)).hard_for_many == said
    assert (await my_deck(TOMASZ, library)).hard_for_many == (), "he has no card of it"
    await card_of(library, block, TOMASZ)
    assert (await my_deck(TOMASZ, library)).hard_for_many == said
    assert (await my_deck(ELSEWHERE, library)).hard_for_many == ()


async def test_a_question_can_be_hard_too_and_one_student_counts_once(library: Library) -> None:
    question = await settled(library)
    for number in range(ENOUGH_STUDENTS):
        await card_of_question(library, question, student(number))
        await find_it_hard(library, student(number))
    assert (await my_deck(OKAFOR, library)).hard_for_many == (
        HardSource(OfferKind.QUESTION, question.number, question.text),
    )
    assert (await my_deck(student(1), library)).hard_for_many != ()
    hard = await rows(library, "SELECT COUNT(*) AS cards FROM study_card WHERE difficulty >= 8")
    assert hard == [{"cards": ENOUGH_STUDENTS}]


async def test_what_is_gone_is_hard_for_nobody(library: Library) -> None:
    block = await term(library)
    for number in range(ENOUGH_STUDENTS):
        await card_of(library, block, student(number))
        await find_it_hard(library, student(number))
    await reacting.strike_message(MIA, library, block.position)
    assert (await my_deck(OKAFOR, library)).hard_for_many == ()


async def test_nothing_in_a_deck_tells_of_another_student(library: Library) -> None:
    """With a positive control: the same look finds one's own."""
    await own_cards(library, 2, unit="Cells")
    await learn(library)
    for other in (TOMASZ, OKAFOR, ELSEWHERE):
        shown = await my_deck(other, library)
        assert (shown.cards, shown.new, shown.units) == (0, 0, ())
        assert (await studying.sit_down(other, library)).done == 0
    mine = await my_deck(BEN, library)
    assert (mine.cards, len(mine.units)) == (2, 1)
    assert deck.HARD_SHOWN == 5
