"""Cards: what is offered and what is not, making them, one's own words, and saying that one is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import BadInput, NotFound, TooMany, WrongState
from bot.models.people import Actor
from bot.models.questions import QuestionState
from bot.models.sessions import BlockKind
from bot.models.studying import CARD_SIDE_LIMIT, CardState, Offer, OfferKind
from bot.services.learners import cards, offering
from bot.services.learners.cards import Draft, MessageQuoted, fingerprint
from bot.services.library import Library
from bot.services.researchers import capturing
from bot.services.researchers.keeping import LARGEST_NUMBER
from bot.services.scribes import reacting
from tests.cast import BEN, ELSEWHERE, MIA, NOOR, OKAFOR, SERVER, TOMASZ
from tests.services import learning, scribing
from tests.services.researching import ask, ask_anonymously, choose, empty_outbox, reach
from tests.services.studying import (
    OSMOSIS,
    card_of,
    card_of_question,
    confirmed,
    note,
    now,
    own_cards,
    said_in_channels,
    settled,
    term,
)


async def fronts(library: Library, who: Actor = BEN, unit: str = "") -> list[str]:
    return [one.front for one in await offering.offers(who, library, unit)]


# --- what is offered


async def test_a_checked_term_and_a_settled_question_are_offered(library: Library) -> None:
    block, question = await term(library), await settled(library)
    assert await offering.offers(BEN, library) == (
        Offer(OfferKind.TERM, block.id, 1, "osmosis", "water moves through a skin", "Cells"),
        Offer(OfferKind.QUESTION, question.number, question.number, question.text, "Blue bounces more.", "Light"),
    )


async def test_what_the_asker_did_not_write_is_the_marked_answer(library: Library) -> None:
    question = await confirmed(library)
    (offer,) = await offering.offers(BEN, library)
    assert (offer.source_id, offer.back) == (question.number, "Almost five thousand years.")


async def test_what_nobody_confirmed_is_not_offered(library: Library) -> None:
    await choose(library, asks_per_hour=60)
    block = await term(library, checked=False)
    for state in set(QuestionState) - {QuestionState.SETTLED}:
        await reach(library, state)
    assert await offering.offers(BEN, library) == ()
    with pytest.raises(WrongState, match="term_not_checked"):
        await offering.offer_of(BEN, library, OfferKind.TERM, block.id)


async def test_a_term_whose_words_changed_waits_to_be_checked_again(library: Library) -> None:
    _, thread_id = await note(library)
    message = await scribing.write(library, OSMOSIS, thread_id=thread_id)
    await reacting.check_message(NOOR, library, message.id)
    assert await fronts(library) == ["osmosis"]
    await scribing.edit(library, message, "osmosis :: water flows uphill", thread_id=thread_id)
    assert await fronts(library) == []
    await reacting.check_message(NOOR, library, message.id)
    assert await fronts(library) == ["osmosis"]


async def test_what_was_struck_waits_or_is_no_term_is_not_offered(library: Library) -> None:
    number, thread_id = await note(library)
    struck = await scribing.write(library, OSMOSIS, thread_id=thread_id)
    await reacting.check_message(NOOR, library, struck.id)
    await reacting.strike_message(MIA, library, struck.id)
    await scribing.write(library, "turgor :: pressure in a cell", TOMASZ, thread_id=thread_id)
    text = await scribing.write(library, "a plain sentence", thread_id=thread_id)
    await reacting.check_message(NOOR, library, text.id)
    assert await fronts(library) == []
    with pytest.raises(WrongState, match="nothing_checked_in_note"):
        await offering.offers_from(BEN, library, number)


async def test_offers_are_of_a_unit_newest_lesson_first(library: Library) -> None:
    old = await learning.note(library, "Old", "Cells", "2026-01-10")
    new = await learning.note(library, "New", " cells ", "2026-03-10")
    other = await learning.note(library, "Other", "Light", "2026-04-10")
    for place, (session, text) in enumerate(((old, "a :: 1"), (new, "b :: 2"), (new, "c :: 3"), (other, "d :: 4"))):
        block = await learning.write(library, session, text, kind=BlockKind.TERM, position=10 + place)
        await reacting.check_message(OKAFOR, library, block.position)
    assert await fronts(library) == ["d", "b", "c", "a"]
    assert await fronts(library, unit="CELLS") == ["b", "c", "a"]
    assert [one.front for one in await offering.offers_from(BEN, library, new.number)] == ["b", "c"]


async def test_what_one_has_a_card_of_is_offered_to_others_only(library: Library) -> None:
    block, question = await term(library), await settled(library)
    await card_of(library, block)
    await card_of_question(library, question)
    assert await fronts(library) == []
    assert await fronts(library, TOMASZ) == ["osmosis", question.text]
    assert await fronts(library, ELSEWHERE) == []
    for kind, source_id in ((OfferKind.TERM, block.id), (OfferKind.QUESTION, question.number)):
        with pytest.raises(WrongState, match="card_already"):
            await offering.offer_of(BEN, library, kind, source_id)


async def test_from_a_number_come_a_notes_terms_or_a_question(library: Library) -> None:
    number, thread_id = await note(library)
    await term(library, thread_id=thread_id)
    question = await settled(library)
    assert [one.front for one in await offering.offers_from(BEN, library, number)] == ["osmosis"]
    assert [one.front for one in await offering.offers_from(BEN, library, question.number)] == [question.text]
    for missing in (99, 0, LARGEST_NUMBER * 3):
        with pytest.raises(NotFound, match="question_not_found"):
            await offering.offers_from(BEN, library, missing)
    open_question = await ask(library, text="Why do we yawn?")
    with pytest.raises(WrongState, match="question_not_confirmed"):
        await offering.offers_from(BEN, library, open_question.number)


async def test_nothing_is_told_of_what_one_may_not_see(library: Library) -> None:
    hidden = await ask_anonymously(library)
    with pytest.raises(NotFound, match="question_not_found"):
        await offering.offers_from(BEN, library, hidden.number)
    block = await term(library)
    for who, block_id in ((ELSEWHERE, block.id), (BEN, 99), (BEN, 0), (BEN, LARGEST_NUMBER * 3)):
        with pytest.raises(NotFound, match="term_not_found"):
            await offering.offer_of(who, library, OfferKind.TERM, block_id)


# --- accepting


async def test_a_card_as_it_is_follows_its_source_and_one_in_own_words_does_not(library: Library) -> None:
    block = await term(library)
    as_it_is = await card_of(library, block)
    assert (as_it_is.own_words, as_it_is.source_says, as_it_is.note_number) == (False, OSMOSIS, 1)
    assert (as_it_is.state, as_it_is.reviews, as_it_is.confirmed, as_it_is.changed) == (
        CardState.ACTIVE,
        0,
        True,
        False,
    )
    reworded = await card_of(
        library, block, TOMASZ, Draft("What is osmosis?", "Water goes where it is saltier.", "Bio")
    )
    assert (reworded.own_words, reworded.source_says, reworded.unit) == (True, OSMOSIS, "Bio")


async def test_other_space_is_not_other_words(library: Library) -> None:
    block = await term(library)
    card = await card_of(library, block, draft=Draft("osmosis ", "water moves\nthrough a skin"))
    assert not card.own_words


async def test_the_same_event_makes_one_card(library: Library) -> None:
    block, draft = await term(library), Draft("osmosis", "water")
    one = await offering.accept_offer(BEN, library, OfferKind.TERM, block.id, draft, event_id=5)
    assert await offering.accept_offer(BEN, library, OfferKind.TERM, block.id, draft, event_id=5) == one
    own = await cards.add_card(BEN, library, draft, event_id=6)
    assert await cards.add_card(BEN, library, draft, event_id=6) == own
    with pytest.raises(WrongState, match="card_already"):
        await offering.accept_offer(BEN, library, OfferKind.TERM, block.id, draft, event_id=7)


async def test_an_offer_that_was_taken_back_meanwhile_is_not_kept(library: Library) -> None:
    block = await term(library)
    await reacting.uncheck_message(NOOR, library, block.position)
    with pytest.raises(WrongState, match="term_not_checked"):
        await offering.accept_offer(BEN, library, OfferKind.TERM, block.id, Draft("osmosis", "water"))


# --- one's own


@pytest.mark.parametrize(
    ("draft", "key"),
    [
        (Draft(" ", "b"), "card_front_empty"),
        (Draft("a", "\u200b"), "card_back_empty"),
        (Draft("a" * (CARD_SIDE_LIMIT + 1), "b"), "card_front_too_long"),
        (Draft("a", "b" * (CARD_SIDE_LIMIT + 1)), "card_back_too_long"),
        (Draft("a", "b", "u" * 61), "unit_too_long"),
    ],
)
async def test_a_card_needs_two_sides_that_fit(library: Library, draft: Draft, key: str) -> None:
    with pytest.raises(BadInput, match=key):
        await cards.add_card(BEN, library, draft)


async def test_a_card_of_ones_own(library: Library) -> None:
    card = await cards.add_card(BEN, library, Draft(" Capital of France? ", "Paris", "  Big   cities "))
    assert (card.front, card.back, card.unit) == ("Capital of France?", "Paris", "Big cities")
    assert (card.own_words, card.has_source, card.confirmed, card.known_well, card.hard) == (
        True,
        False,
        True,
        False,
        False,
    )
    assert await cards.edit_card(BEN, library, card.id, Draft("France's capital?", "Paris")) == replace(
        card, front="France's capital?", unit=""
    )


async def test_a_deck_has_an_end(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "CARDS_LIMIT", 2)
    await own_cards(library, 2)
    with pytest.raises(TooMany, match="cards_too_many"):
        await own_cards(library, 1)
    await own_cards(library, 1, TOMASZ)


async def test_nobody_else_sees_a_card(library: Library) -> None:
    (card,) = await own_cards(library, 1)
    for who in (TOMASZ, OKAFOR, ELSEWHERE):
        with pytest.raises(NotFound, match="card_not_found"):
            await cards.show_card(who, library, card.id)
        with pytest.raises(NotFound, match="card_not_found"):
            await cards.delete_card(who, library, card.id)
        assert (await cards.list_cards(who, library)).total == 0
    for card_id in (0, 99, LARGEST_NUMBER * 3):
        with pytest.raises(NotFound, match="card_not_found"):
            await cards.show_card(BEN, library, card_id)
    assert (await cards.show_card(BEN, library, card.id)).card == card


async def test_lists_of_cards(library: Library) -> None:
    made = await own_cards(library, 10, unit="Cells")
    await own_cards(library, 1, unit="Light")
    await cards.suspend_card(BEN, library, made[3].id)
    block = await term(library)
    retired = await card_of(library, block)
    await reacting.strike_message(MIA, library, block.position)
    page = await cards.list_cards(BEN, library)
    assert ([one.front for one in page.items[:2]], page.pages, page.total) == (["front 0", "front 9"], 2, 11)
    assert [one.unit for one in (await cards.list_cards(BEN, library, unit="light")).items] == ["Light"]
    assert [one.id for one in (await cards.list_cards(BEN, library, "suspended")).items] == [made[3].id]
    assert [one.id for one in (await cards.list_cards(BEN, library, "retired")).items] == [retired.id]
    assert (await cards.list_cards(BEN, library, "hard")).total == 0
    assert (await cards.list_cards(BEN, library, "nonsense", page=2)).total == 11


async def test_a_card_rests_and_wakes_and_goes(library: Library) -> None:
    (card,) = await own_cards(library, 1)
    assert (await cards.suspend_card(BEN, library, card.id)).state is CardState.SUSPENDED
    assert (await cards.wake_card(BEN, library, card.id)).state is CardState.ACTIVE
    await cards.delete_card(BEN, library, card.id)
    with pytest.raises(NotFound, match="card_not_found"):
        await cards.wake_card(BEN, library, card.id)


# --- other words


async def test_editing_makes_it_ones_own_words_and_the_sources_words_make_it_follow_again(library: Library) -> None:
    card = await card_of(library, await term(library))
    edited = await cards.edit_card(BEN, library, card.id, Draft("osmosis", "water wanders", "Cells"))
    assert (edited.own_words, edited.source_says) == (True, OSMOSIS)
    back = await cards.edit_card(BEN, library, card.id, Draft("osmosis", "water moves through  a skin", "Cells"))
    assert not back.own_words
    await cards.edit_card(BEN, library, card.id, Draft("osmosis", "water wanders", "Mine"))
    taken = await cards.take_over(BEN, library, card.id)
    assert (taken.own_words, taken.back, taken.unit) == (False, "water moves through a skin", "Mine")


async def test_the_words_of_a_question_are_taken_over(library: Library) -> None:
    card = await card_of_question(library, await settled(library))
    await cards.edit_card(BEN, library, card.id, Draft("Sky?", "Blue."))
    taken = await cards.take_over(BEN, library, card.id)
    assert (taken.front, taken.back) == ("Why is the sky blue?", "Blue bounces more.")


async def test_only_a_source_that_stands_is_taken_over(library: Library) -> None:
    (own,) = await own_cards(library, 1)
    with pytest.raises(WrongState, match="card_has_no_source"):
        await cards.take_over(BEN, library, own.id)
    block = await term(library)
    card = await card_of(library, block)
    await reacting.strike_message(MIA, library, block.position)
    with pytest.raises(WrongState, match="card_has_no_source"):
        await cards.take_over(BEN, library, card.id)


async def test_a_card_whose_source_is_gone_can_be_kept_as_ones_own(library: Library) -> None:
    block = await term(library)
    card = await card_of(library, block)
    with pytest.raises(WrongState, match="card_words_gone"):
        await cards.keep_as_own(BEN, library, card.id)
    await reacting.strike_message(MIA, library, block.position)
    assert (await now(library, card)).state is CardState.RETIRED
    assert (await cards.wake_card(BEN, library, card.id)).state is CardState.RETIRED, "waking is not enough"
    kept = await cards.keep_as_own(BEN, library, card.id)
    assert (kept.state, kept.has_source, kept.own_words, kept.back) == (CardState.ACTIVE, False, True, card.back)
    await reacting.put_back_message(MIA, library, block.position)
    assert await fronts(library) == ["osmosis"], "the term itself is offered again"


# --- made of a message


async def test_a_card_that_quotes_a_message_goes_with_it(library: Library) -> None:
    quoted = MessageQuoted(7, 77, fingerprint("Bees dance."))
    word_for_word = await cards.add_card(BEN, library, Draft("Bees?", "Bees  dance."), quoted=quoted)
    reworded = await cards.add_card(TOMASZ, library, Draft("Bees?", "They dance."), quoted=quoted)
    assert (word_for_word.own_words, reworded.own_words) == (False, True)
    assert not (await cards.edit_card(BEN, library, word_for_word.id, Draft("Bees at work?", "Bees dance."))).own_words
    await capturing.messages_deleted(library, SERVER, [77])
    gone = await now(library, word_for_word)
    assert (gone.state, gone.front, gone.back) == (CardState.RETIRED, "Bees at work?", "")
    assert (await now(library, reworded, TOMASZ)).back == "They dance."
    with pytest.raises(WrongState, match="card_words_gone"):
        await cards.keep_as_own(BEN, library, word_for_word.id)


async def test_a_message_that_shows_a_term_or_a_question_offers_that(library: Library) -> None:
    block, question = await term(library), await settled(library)
    await learning.post(library, "question_card", question.number, 500)
    assert await offering.offer_in_message(BEN, library, block.position) == (OfferKind.TERM, block.id)
    assert await offering.offer_in_message(BEN, library, 500) == (OfferKind.QUESTION, question.number)
    assert await offering.offer_in_message(BEN, library, 501) is None
    await card_of(library, block)
    assert await offering.offer_in_message(BEN, library, block.position) is None
    logged = await ask(library, text="Do fish sleep?", source_message_id=600)
    assert logged.number
    assert await offering.offer_in_message(BEN, library, 600) is None, "it is not settled"


# --- this card is wrong


async def test_a_wrong_term_is_said_in_its_notes_without_a_name(library: Library) -> None:
    number, thread_id = await note(library)
    block = await term(library, thread_id=thread_id)
    card = await card_of(library, block)
    await empty_outbox(library)
    await cards.report_card(BEN, library, card.id, "  It moves through a <@1> membrane. ", event_id=9)
    await cards.report_card(BEN, library, card.id, "  It moves through a <@1> membrane. ", event_id=9)
    (notice,) = await said_in_channels(library)
    assert notice["channel_id"] == thread_id
    assert (notice["text"], notice["mention"]) == ("studying.notice.wrong_term", [])
    assert notice["places"] == {"number": number, "words": OSMOSIS, "sentence": "It moves through a <@1> membrane."}
    with pytest.raises(WrongState, match="card_reported"):
        await cards.check_may_report(BEN, library, card.id)


async def test_when_the_words_change_it_can_be_said_again(library: Library) -> None:
    _, thread_id = await note(library)
    message = await scribing.write(library, OSMOSIS, thread_id=thread_id)
    await reacting.check_message(NOOR, library, message.id)
    (offer,) = await offering.offers(BEN, library)
    card = await offering.accept_offer(BEN, library, OfferKind.TERM, offer.source_id, Draft(offer.front, offer.back))
    await cards.report_card(BEN, library, card.id, "Through a membrane.")
    await scribing.edit(library, message, "osmosis :: water moves through a wall", thread_id=thread_id)
    assert (await cards.check_may_report(BEN, library, card.id)).id == card.id


async def test_a_wrong_question_is_said_where_it_was_asked(library: Library) -> None:
    question = await settled(library)
    card = await card_of_question(library, question)
    await empty_outbox(library)
    await cards.report_card(BEN, library, card.id, "It scatters.")
    (notice,) = await said_in_channels(library)
    assert (notice["channel_id"], notice["subject"]) == (question.channel_id, question.number)
    assert notice["places"] == {"number": question.number, "sentence": "It scatters."}


async def test_a_note_without_a_thread_is_told_where_its_card_stands(library: Library) -> None:
    session = await learning.note(library)
    block = await learning.write(library, session, "word :: " + "meaning " * 60, kind=BlockKind.TERM)
    await reacting.check_message(OKAFOR, library, block.position)
    await library.database.write(lambda tx: tx.connection.execute("UPDATE session SET thread_id = NULL").close())
    card = await card_of(library, block)
    await empty_outbox(library)
    await cards.report_card(BEN, library, card.id, "Too long.")
    (notice,) = await said_in_channels(library)
    assert notice["channel_id"] == session.channel_id
    assert notice["places"]["words"].endswith("…")


async def test_what_cannot_be_said_to_be_wrong(library: Library) -> None:
    (own,) = await own_cards(library, 1)
    with pytest.raises(WrongState, match="card_is_your_own"):
        await cards.check_may_report(BEN, library, own.id)
    block = await term(library)
    card = await card_of(library, block)
    for text, key in ((" ", "wrong_empty"), ("x" * 301, "wrong_too_long")):
        with pytest.raises(BadInput, match=key):
            await cards.report_card(BEN, library, card.id, text)
    await reacting.strike_message(MIA, library, block.position)
    with pytest.raises(WrongState, match="card_is_your_own"):
        await cards.report_card(BEN, library, card.id, "It is struck.")


async def test_nobody_may_study_in_the_name_of_a_librarian_either(library: Library) -> None:
    """A librarian has a deck like everybody: their rights open nobody else's."""
    await own_cards(library, 2)
    assert (await cards.list_cards(OKAFOR, library)).total == 0
    (mine,) = await own_cards(library, 1, OKAFOR)
    assert (await cards.show_card(OKAFOR, library, mine.id)).card.front == "front 0"
