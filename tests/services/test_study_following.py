"""Cards follow their source: they change with it, say so, rest while it is gone, and come back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import WrongState
from bot.models.questions import QuestionState
from bot.models.sessions import BlockKind, BlockState, Cause, ThreadMessage
from bot.models.studying import CARD_SIDE_LIMIT, CardState, Rating, StudyCard
from bot.services import servers
from bot.services.learners import cards, following
from bot.services.learners.cards import Draft
from bot.services.library import Library
from bot.services.researchers import answering, asking, capturing, minding, settling
from bot.services.scribes import keeping, reacting
from bot.storage.database import Tx
from tests.cast import BEN, MIA, NOOR, OKAFOR, SERVER, TOMASZ
from tests.services import researching, scribing
from tests.services.researching import WEB
from tests.services.studying import OSMOSIS, answered, card_of, card_of_question, confirmed, note, now, settled, term


async def checked_term(library: Library) -> tuple[ThreadMessage, int, StudyCard, StudyCard]:
    """A message with a term, its thread, and two cards of it: Ben's as it is, Tomasz's in his own words."""
    _, thread_id = await note(library)
    message = await scribing.write(library, OSMOSIS, thread_id=thread_id)
    await reacting.check_message(NOOR, library, message.id)
    (block,) = await library.database.read(keeping.blocks_of_message, SERVER, message.id)
    own = Draft("Osmosis?", "Water goes where the salt is.", "Cells")
    return message, thread_id, await card_of(library, block), await card_of(library, block, TOMASZ, own)


# --- terms


async def test_when_a_term_is_edited_its_card_changes_and_says_so_until_it_is_answered(library: Library) -> None:
    message, thread_id, bens, _ = await checked_term(library)
    await answered(library, Rating.GOOD)
    await scribing.edit(library, message, "osmosis :: water passes a membrane", thread_id=thread_id)
    card = await now(library, bens)
    assert (card.front, card.back) == ("osmosis", "water passes a membrane")
    assert (card.changed, card.confirmed, card.reviews) == (True, False, 1)
    await reacting.check_message(NOOR, library, message.id)
    assert (await now(library, bens)).confirmed
    await cards.suspend_card(BEN, library, bens.id)
    await cards.wake_card(BEN, library, bens.id)
    sitting = await answered(library, Rating.GOOD)
    assert not (await now(library, bens)).changed
    assert sitting.view is None


async def test_a_card_in_own_words_keeps_them_and_shows_what_its_source_says_now(library: Library) -> None:
    message, thread_id, _, toms = await checked_term(library)
    await scribing.edit(library, message, "osmosis :: water passes a membrane", thread_id=thread_id)
    card = await now(library, toms, TOMASZ)
    assert (card.front, card.back, card.changed) == ("Osmosis?", "Water goes where the salt is.", True)
    assert card.source_says == "osmosis :: water passes a membrane"


async def test_what_did_not_change_its_words_is_no_news(library: Library) -> None:
    message, _, bens, _ = await checked_term(library)
    await reacting.uncheck_message(NOOR, library, message.id)
    card = await now(library, bens)
    assert (card.changed, card.confirmed) == (False, False)
    await reacting.check_message(NOOR, library, message.id)
    assert (await now(library, bens)).confirmed


async def test_struck_it_rests_and_put_back_it_stands_as_it_stood(library: Library) -> None:
    message, _, bens, toms = await checked_term(library)
    await cards.suspend_card(TOMASZ, library, toms.id)
    await reacting.strike_message(MIA, library, message.id)
    for card, who in ((bens, BEN), (toms, TOMASZ)):
        assert (await now(library, card, who)).state is CardState.RETIRED
    assert (await now(library, bens)).back == bens.back
    await reacting.put_back_message(MIA, library, message.id)
    back = await now(library, bens)
    assert (back.state, back.changed) == (CardState.ACTIVE, False)
    assert (await now(library, toms, TOMASZ)).state is CardState.SUSPENDED


async def test_with_a_deleted_message_go_its_words_but_not_ones_own(library: Library) -> None:
    message, thread_id, bens, toms = await checked_term(library)
    await scribing.delete(library, message, thread_id=thread_id)
    gone, kept = await now(library, bens), await now(library, toms, TOMASZ)
    assert (gone.state, gone.front, gone.back, gone.source_says) == (CardState.RETIRED, "", "", "")
    assert (kept.state, kept.back, kept.source_says) == (CardState.RETIRED, "Water goes where the salt is.", "")
    assert (await cards.keep_as_own(TOMASZ, library, toms.id)).state is CardState.ACTIVE


async def test_what_is_left_of_a_card_can_be_made_whole_and_kept(library: Library) -> None:
    _, thread_id = await note(library)
    message = await scribing.write(library, OSMOSIS, thread_id=thread_id)
    await reacting.check_message(NOOR, library, message.id)
    (block,) = await library.database.read(keeping.blocks_of_message, SERVER, message.id)
    card = await card_of(library, block, draft=Draft("osmosis", "Water goes to the salt."))
    await scribing.delete(library, message, thread_id=thread_id)
    left = await now(library, card)
    assert (left.front, left.back) == ("", "Water goes to the salt."), "the term was the message's word"
    with pytest.raises(WrongState, match="card_words_gone"):
        await cards.keep_as_own(BEN, library, card.id)
    await cards.edit_card(BEN, library, card.id, Draft("What makes plants stiff?", left.back))
    assert (await cards.keep_as_own(BEN, library, card.id)).state is CardState.ACTIVE


async def test_struck_first_and_deleted_then_its_words_go_too(library: Library) -> None:
    message, thread_id, bens, _ = await checked_term(library)
    await reacting.strike_message(MIA, library, message.id)
    await scribing.delete(library, message, thread_id=thread_id)
    assert (await now(library, bens)).back == ""


async def test_what_is_no_term_any_more_retires_its_card_until_it_is_one_again(library: Library) -> None:
    message, _, bens, _ = await checked_term(library)
    block = (await library.database.read(keeping.blocks_of_message, SERVER, message.id))[0]

    def becomes(kind: BlockKind, text: str) -> Any:
        def change(tx: Tx) -> None:
            keeping.bump(tx, block.session_id)
            keeping.save_block(
                tx, keeping.find_block(tx, SERVER, block.id), Cause.EDITED, MIA.user_id, kind=kind, text=text
            )

        return library.database.write(change)

    await becomes(BlockKind.TEXT, "osmosis is hard")
    assert (await now(library, bens)).state is CardState.RETIRED
    await becomes(BlockKind.TERM, "osmosis :: hard")
    card = await now(library, bens)
    assert (card.state, card.back, card.changed) == (CardState.ACTIVE, "hard", True)


async def test_a_block_without_cards_costs_nothing_more(library: Library) -> None:
    block = await term(library)
    await library.database.write(lambda tx: following.on_block_changed(tx, block))
    assert block.state is BlockState.STANDING


# --- questions


async def test_when_its_asker_thinks_again_the_card_changes(library: Library) -> None:
    question = await settled(library)
    card = await card_of_question(library, question)
    await settling.challenge_question(BEN, library, question.number, "At sunset it is red.", WEB)
    doubted = await now(library, card)
    assert (doubted.state, doubted.confirmed, doubted.changed) == (CardState.ACTIVE, False, False)
    assert doubted.back == "Blue bounces more."
    await settling.settle_question(MIA, library, question.number, "Blue bounces more, but red comes further.")
    card = await now(library, card)
    assert (card.back, card.confirmed, card.changed) == ("Blue bounces more, but red comes further.", True, True)


async def test_what_a_librarian_confirmed_gives_way_to_what_the_asker_thinks(library: Library) -> None:
    question = await confirmed(library)
    card = await card_of_question(library, question)
    assert card.back == "Almost five thousand years."
    await settling.settle_question(MIA, library, question.number, "Older than the pyramids.")
    assert (await now(library, card)).back == "Older than the pyramids."


async def test_when_nothing_is_marked_any_more_the_words_stay(library: Library) -> None:
    question = await confirmed(library)
    card = await card_of_question(library, question)
    await answering.take_back_endorsement(MIA, library, question.number, 1)
    after = await now(library, card)
    assert (after.back, after.state, after.confirmed) == (card.back, CardState.ACTIVE, False)


async def test_a_withdrawn_question_takes_its_card_away_and_brings_it_back(library: Library) -> None:
    question = await settled(library)
    card = await card_of_question(library, question)
    await asking.withdraw_question(OKAFOR, library, question.number)
    assert (await now(library, card)).state is CardState.RETIRED
    await settling.reopen_question(MIA, library, question.number)
    back = await now(library, card)
    assert (back.state, back.confirmed, back.back) == (CardState.ACTIVE, False, card.back)


async def test_a_question_whose_message_was_deleted_takes_its_words_along(library: Library) -> None:
    question = await researching.ask(library, text="Do fish sleep?", source_message_id=700)
    await researching.answer(library, question)
    await settling.settle_question(MIA, library, question.number, "They rest.")
    card = await card_of_question(library, question)
    await capturing.messages_deleted(library, SERVER, [700])
    gone = await now(library, card)
    assert (gone.state, gone.front, gone.back) == (CardState.RETIRED, "", "")


async def test_a_repeated_question_is_studied_in_one_place(library: Library) -> None:
    question = await settled(library)
    card = await card_of_question(library, question)
    other = await researching.ask(library, BEN, "What makes the sky blue?")
    await settling.mark_duplicate(MIA, library, question.number, other.number)
    assert (await now(library, card)).state is CardState.RETIRED


# --- words


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("a :: b", ("a", "b")),
        ("  a  ::  b :: c ", ("a", "b :: c")),
        ("a", ("a", "")),
    ],
)
def test_the_sides_of_a_term(text: str, sides: tuple[str, str]) -> None:
    assert following.sides_of_term(text) == sides


def test_what_is_too_long_for_a_side_is_cut_at_a_word() -> None:
    assert following.fitting("x" * CARD_SIDE_LIMIT) == "x" * CARD_SIDE_LIMIT
    long = following.fitting("word " * CARD_SIDE_LIMIT)
    assert (len(long) <= CARD_SIDE_LIMIT, long.endswith("word…")) == (True, True)
    assert following.fitting("x" * 2 * CARD_SIDE_LIMIT) == "x" * (CARD_SIDE_LIMIT - 1) + "…"


async def keep_draft(library: Library, form: str, target: int) -> None:
    def change(tx: Tx) -> None:
        servers.enter(tx, SERVER)
        tx.housekeeping.save_draft(server_id=SERVER, user_id=1, form=form, target=target, fields="{}", now=tx.now)

    await library.database.write(change)


async def kept_drafts(library: Library) -> list[str]:
    return [row["form"] for row in await researching.rows(library, "SELECT form FROM draft ORDER BY form DESC")]


async def test_a_draft_of_a_deleted_message_is_deleted(library: Library) -> None:
    await keep_draft(library, "study.make.5|abc", 77)
    await keep_draft(library, "study.make.5|abc", 78)
    await keep_draft(library, "question.answer", 77)
    await capturing.messages_deleted(library, SERVER, [76])
    assert (minding.FORGET_WORDS, 0) not in await researching.promises(library)
    await capturing.messages_deleted(library, SERVER, [77])
    assert await kept_drafts(library) == ["study.make.5|abc", "question.answer"]
    assert (minding.FORGET_WORDS, 0) in await researching.promises(library), "its words leave the file's log, too"


async def test_drafts_of_cards_go_with_what_they_quote(library: Library) -> None:
    message, thread_id, bens, _ = await checked_term(library)
    (block,) = await library.database.read(keeping.blocks_of_message, SERVER, message.id)
    for form, target in (("study.accept.t|0|0", block.id), ("study.edit.deck", bens.id), ("study.add", 0)):
        await keep_draft(library, form, target)
    await reacting.strike_message(MIA, library, message.id)
    assert len(await kept_drafts(library)) == 3, "what is struck can be put back"
    await scribing.delete(library, message, thread_id=thread_id)
    assert await kept_drafts(library) == ["study.add"]


async def test_a_quoted_message_is_looked_at_again_when_the_bot_returns(library: Library) -> None:
    quoted = cards.MessageQuoted(7, 77, cards.fingerprint("Bees dance."))
    await cards.add_card(BEN, library, Draft("Bees?", "Bees dance."), quoted=quoted)
    await cards.add_card(BEN, library, Draft("Bees?", "They do."), quoted=cards.MessageQuoted(7, 78, quoted.words))
    assert await capturing.captured_lately(library, SERVER) == {7: frozenset({77})}


def test_every_state_of_a_question_is_thought_of() -> None:
    lasting = {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED, QuestionState.UNRESOLVED}
    assert following.GONE | following.CONFIRMED | lasting == set(QuestionState)
