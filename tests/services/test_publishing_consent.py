"""Whose yes each word of a public page needs."""

from __future__ import annotations

from bot.clock import MINUTE
from bot.models.publications import ConsentState
from bot.services.library import Library
from bot.services.publishing import consenting, requesting
from bot.services.researchers import answering, asking, settling, trail
from tests.cast import BEN, MIA, NOOR, OKAFOR, MovableClock
from tests.services.publishing import approve, consent_of, page, preview, published, settled
from tests.services.researching import WEB, ask, choose, passed, rows


async def test_what_somebody_else_tried_is_shown_with_their_yes_only(library: Library) -> None:
    await choose(library, publishing_allowed=True)
    question = await ask(library)
    await answering.claim_question(NOOR, library, question.number)
    await settling.mark_unresolved(NOOR, library, question.number, "Two books, one teacher")
    await requesting.ask_publication(MIA, library, question.number)
    assert await consent_of(library, NOOR, question.number) is ConsentState.ASKED
    await approve(library, question.number)
    shown = await page(library, question.number)
    assert shown is not None
    assert (shown.state, shown.tried) == ("unresolved", "")

    await consenting.give_consent(NOOR, library, question.number)
    await approve(library, question.number)
    shown = await page(library, question.number)
    assert shown is not None
    assert shown.tried == "Two books, one teacher"

    await consenting.withdraw_consent(NOOR, library, question.number)
    shown = await page(library, question.number)
    assert shown is not None
    assert shown.tried == ""


async def test_what_an_anonymous_asker_tried_names_nobody(library: Library) -> None:
    await choose(library, publishing_allowed=True)
    question = await passed(library)
    await settling.mark_unresolved(MIA, library, question.number, "Two books, one teacher")
    assert await rows(library, "SELECT tried_by_user_id AS who FROM question") == [{"who": None}]
    await requesting.ask_publication(MIA, library, question.number)
    await approve(library, question.number)
    shown = await page(library, question.number)
    assert shown is not None
    assert (shown.tried, shown.byline) == ("Two books, one teacher", "")
    await asking.edit_question(MIA, library, question.number, topic="sky")
    assert await page(library, question.number) == shown, "the page stays as it was approved"


async def test_a_yes_is_for_ones_own_words(library: Library, clock: MovableClock) -> None:
    question = await published(library)
    number = question.number
    clock.advance(MINUTE)
    await answering.edit_answer(NOOR, library, number, 1, "In her own words", (WEB,))
    await asking.edit_question(MIA, library, number, text="In her own words?")
    seen = await preview(library, number)
    assert seen.question is not None
    assert [one.text for one in seen.question.answers] == ["In her own words"]

    await answering.edit_answer(OKAFOR, library, number, 1, "In other words", (WEB,))
    seen = await preview(library, number)
    assert seen.question is not None
    assert seen.question.answers == ()
    await asking.edit_question(OKAFOR, library, number, text="In other words?")
    assert (await preview(library, number)).question is None
    shown = await page(library, number)
    assert shown is not None
    assert (shown.text, len(shown.answers)) == ("Why is the sky blue?", 1)

    for who in (MIA, NOOR):
        assert await consent_of(library, who, number) is ConsentState.ASKED
        await consenting.give_consent(who, library, number)
    await approve(library, number)
    shown = await page(library, number)
    assert shown is not None
    assert (shown.text, shown.answers[0].text) == ("In other words?", "In other words")


async def test_an_anonymous_yes_is_for_ones_own_words(library: Library, clock: MovableClock) -> None:
    await choose(library, publishing_allowed=True)
    question = await passed(library)
    await settling.mark_unresolved(MIA, library, question.number, "Two books")
    await requesting.ask_publication(MIA, library, question.number)
    clock.advance(MINUTE)
    await asking.edit_question(MIA, library, question.number, text="In her own words?")
    assert (await preview(library, question.number)).question is not None
    await asking.edit_question(OKAFOR, library, question.number, text="In other words?")
    assert (await preview(library, question.number)).question is None
    assert await consent_of(library, MIA, question.number) is ConsentState.ASKED
    await consenting.give_consent(MIA, library, question.number)
    assert (await preview(library, question.number)).question is not None


async def test_an_inquiry_that_somebody_else_named_is_public_with_their_yes_only(library: Library) -> None:
    question = await settled(library, NOOR, BEN)
    await trail.name_inquiry(BEN, library, question.number, "The colours of the sky", "We argued about it.")
    await trail.record_outcome(NOOR, library, question.number, "A poster in the hall.")
    await requesting.ask_publication(MIA, library, question.number)
    await approve(library, question.number)
    assert await inquiry_on_page(library, question.number) == ("", "", "")

    await consenting.give_consent(BEN, library, question.number)
    await approve(library, question.number)
    assert await inquiry_on_page(library, question.number) == ("The colours of the sky", "We argued about it.", "")

    await consenting.give_consent(NOOR, library, question.number)
    await approve(library, question.number)
    assert await inquiry_on_page(library, question.number) == (
        "The colours of the sky",
        "We argued about it.",
        "A poster in the hall.",
    )

    await consenting.withdraw_consent(NOOR, library, question.number)
    assert await inquiry_on_page(library, question.number) == ("The colours of the sky", "We argued about it.", "")
    await consenting.withdraw_consent(BEN, library, question.number)
    assert await inquiry_on_page(library, question.number) == ("", "", "")


async def inquiry_on_page(library: Library, number: int) -> tuple[str, str, str]:
    shown = await page(library, number)
    assert shown is not None
    return (shown.inquiry_name, shown.inquiry_why, shown.inquiry_outcome)
