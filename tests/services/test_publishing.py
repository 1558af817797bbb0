"""A question becomes public: asked for, consented to by its authors, approved as it was looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import MINUTE
from bot.errors import NotAllowed, NotFound, WrongState
from bot.models.publications import ConsentState
from bot.models.questions import QuestionState, Source, SourceKind
from bot.services import librarians
from bot.services.library import Library
from bot.services.publishing import approving, composing, consenting, reading, requesting
from bot.services.researchers import answering, asking, settling, trail
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ, MovableClock
from tests.services.publishing import approve, consent_of, page, preview, public, published, settled
from tests.services.researching import (
    CHANNEL,
    QUESTION_CHANNEL,
    answer,
    ask,
    choose,
    empty_outbox,
    passed,
    queued,
    reach,
    rows,
)


async def told(library: Library) -> list[tuple[int, str]]:
    found = await queued(library)
    return [(row["channel_id"], row["payload"]) for row in found if "publishing." in row["payload"]]


async def test_a_page_shows_the_question_and_its_answers_under_pen_names(library: Library) -> None:
    question = await published(library, NOOR, BEN)

    shown = await page(library, question.number)

    assert shown is not None
    assert (shown.text, shown.state, shown.now_think) == (
        "Why is the sky blue?",
        "settled",
        "Blue light bounces more.",
    )
    assert [one.ordinal for one in shown.answers] == [1, 2]
    assert shown.answers[0].sources[0].link == "https://science.nasa.gov/sky"
    names = {shown.byline, *(one.byline for one in shown.answers)}
    assert len(names) == 3
    assert all(names)


async def test_a_snapshot_holds_no_user_id(library: Library) -> None:
    question = await settled(library, NOOR)
    said = f"<@{TOMASZ.user_id}> and <@!{BEN.user_id}> of <@&12> saw it in <#34> <:sun:{MIA.user_id}>"
    await answer(library, question, NOOR, said)
    await requesting.ask_publication(NOOR, library, question.number)
    await consenting.give_consent(MIA, library, question.number)
    await approve(library, question.number)

    (kept,) = await rows(library, "SELECT snapshot FROM publication")

    assert "@… and @… of @… saw it in #… :sun:" in kept["snapshot"]
    for someone in (MIA, NOOR, BEN, TOMASZ):
        assert str(someone.user_id) not in kept["snapshot"]
    assert str(MIA.user_id) in str(await rows(library, "SELECT * FROM consent")), "the same look finds it elsewhere"


async def test_publishing_is_off_until_a_librarian_turns_it_on(library: Library) -> None:
    question = await reach(library, QuestionState.SETTLED)

    with pytest.raises(WrongState, match="publishing_is_off"):
        await requesting.ask_publication(MIA, library, question.number)

    await choose(library, publishing_allowed=True)
    await requesting.ask_publication(MIA, library, question.number)
    assert await consent_of(library, MIA, question.number) is ConsentState.GIVEN


@pytest.mark.parametrize("state", [one for one in QuestionState if one not in composing.PUBLISHABLE])
async def test_only_what_is_settled_or_was_searched_can_be_asked_for(library: Library, state: QuestionState) -> None:
    await choose(library, publishing_allowed=True)
    question = await reach(library, state)
    with pytest.raises(WrongState, match="publication_too_early"):
        await requesting.ask_publication(OKAFOR, library, question.number)


async def test_what_was_searched_and_is_still_open_is_published_with_what_was_tried(library: Library) -> None:
    await choose(library, publishing_allowed=True)
    question = await reach(library, QuestionState.UNRESOLVED)
    await requesting.ask_publication(MIA, library, question.number)
    await approve(library, question.number)
    shown = await page(library, question.number)
    assert shown is not None
    assert (shown.state, shown.tried, shown.now_think) == ("unresolved", "Two books, one teacher", "")


async def test_who_asks_says_yes_and_the_others_are_asked_in_one_notice(library: Library) -> None:
    question = await settled(library, NOOR, BEN)
    await empty_outbox(library)

    (own,) = await requesting.ask_publication(NOOR, library, question.number)

    assert (own.state, own.title) == (ConsentState.GIVEN, "Why is the sky blue?")
    ((channel, notice),) = await told(library)
    assert channel == CHANNEL
    assert f'"mention": [{MIA.user_id}, {BEN.user_id}]' in notice
    assert await consent_of(library, MIA, question.number) is ConsentState.ASKED
    assert await consent_of(library, BEN, question.number) is ConsentState.ASKED
    assert await consent_of(library, TOMASZ, question.number) is None


async def test_asking_twice_asks_nobody_twice(library: Library) -> None:
    question = await settled(library)
    await requesting.ask_publication(MIA, library, question.number)
    await empty_outbox(library)
    await requesting.ask_publication(MIA, library, question.number)
    assert await told(library) == []


async def test_a_librarian_may_ask_and_says_yes_for_nobody(library: Library) -> None:
    question = await settled(library)
    assert await requesting.ask_publication(OKAFOR, library, question.number) == ()
    assert await consent_of(library, MIA, question.number) is ConsentState.ASKED
    assert len(await told(library)) == 1


async def test_who_wrote_nothing_in_it_cannot_ask(library: Library) -> None:
    question = await settled(library)
    with pytest.raises(NotAllowed, match="only_authors_publish"):
        await requesting.ask_publication(TOMASZ, library, question.number)
    await librarians.change_settings(LINDQVIST, library, publishing_allowed=True)
    with pytest.raises(NotFound):
        await requesting.ask_publication(LINDQVIST, library, question.number)


async def test_where_it_was_asked_in_no_channel_the_notice_goes_to_the_question_channel(library: Library) -> None:
    await choose(library, publishing_allowed=True, question_channel_id=QUESTION_CHANNEL)
    question = await asking.ask_question(MIA, library, asking.Ask("Why is grass green?"))
    await answer(library, question, NOOR)
    await settling.settle_question(MIA, library, question.number, "It eats red light.")
    await requesting.ask_publication(MIA, library, question.number)
    ((channel, _),) = await told(library)
    assert channel == QUESTION_CHANNEL


async def test_a_pen_name_is_known_before_the_choice_and_stays(library: Library) -> None:
    question = await settled(library)
    await requesting.ask_publication(MIA, library, question.number)
    (request,) = await consenting.consents_waiting(NOOR, library)
    assert request.byline
    await consenting.give_consent(NOOR, library, question.number)
    await approve(library, question.number)
    shown = await page(library, question.number)
    assert shown is not None
    assert shown.answers[0].byline == request.byline


async def test_silence_and_no_look_alike(library: Library) -> None:
    question = await settled(library, NOOR, BEN)
    await requesting.ask_publication(MIA, library, question.number)
    before = await preview(library, question.number)

    await consenting.decline_consent(BEN, library, question.number)

    assert await preview(library, question.number) == before
    assert before.waiting_count == 2
    assert before.question is not None
    assert before.question.answers == ()
    assert await approving.publications_waiting(OKAFOR, library) == (before,)


async def test_without_the_askers_yes_there_is_nothing_to_approve(library: Library) -> None:
    question = await settled(library)
    await requesting.ask_publication(NOOR, library, question.number)
    silent = await preview(library, question.number)
    assert (silent.question, silent.digest, silent.number) == (None, "", question.number)
    await consenting.decline_consent(MIA, library, question.number)
    assert await preview(library, question.number) == silent
    with pytest.raises(WrongState, match="publication_not_ready"):
        await approving.approve_publication(OKAFOR, library, question.number, "")


async def test_a_no_can_become_a_yes(library: Library) -> None:
    question = await settled(library)
    await requesting.ask_publication(MIA, library, question.number)
    await consenting.decline_consent(NOOR, library, question.number)
    assert await consent_of(library, NOOR, question.number) is ConsentState.DECLINED
    await consenting.give_consent(NOOR, library, question.number)
    assert await consent_of(library, NOOR, question.number) is ConsentState.GIVEN


@pytest.mark.parametrize("choice", [consenting.give_consent, consenting.decline_consent, consenting.withdraw_consent])
async def test_who_is_not_asked_has_nothing_to_decide(library: Library, choice: object) -> None:
    question = await settled(library)
    assert callable(choice)
    for who in (NOOR, TOMASZ, LINDQVIST):
        with pytest.raises(NotFound, match="consent_not_asked"):
            await choice(who, library, question.number)


async def test_only_a_librarian_looks_approves_and_withdraws(library: Library) -> None:
    question = await settled(library)
    await requesting.ask_publication(MIA, library, question.number)
    for who in (MIA, TOMASZ):
        with pytest.raises(NotAllowed):
            await approving.preview_publication(who, library, question.number)
        with pytest.raises(NotAllowed):
            await approving.publications_waiting(who, library)
        with pytest.raises(NotAllowed):
            await approving.approve_publication(who, library, question.number, "")
        with pytest.raises(NotAllowed):
            await approving.withdraw_publication(who, library, question.number)
    await librarians.change_settings(LINDQVIST, library, publishing_allowed=True)
    with pytest.raises(NotFound):
        await approving.approve_publication(LINDQVIST, library, question.number, "")


async def test_what_changed_since_it_was_looked_at_is_not_published(library: Library) -> None:
    question = await settled(library)
    await requesting.ask_publication(MIA, library, question.number)
    seen = await preview(library, question.number)
    await answering.edit_answer(NOOR, library, question.number, 1, "Something else.", seen_sources())
    await consenting.give_consent(NOOR, library, question.number)

    with pytest.raises(WrongState, match="publication_changed"):
        await approving.approve_publication(OKAFOR, library, question.number, seen.digest)

    assert await page(library, question.number) is None


def seen_sources() -> tuple[Source, ...]:
    return (Source(SourceKind.BOOK, "Optics", "9781771642484", "a textbook"),)


async def test_approving_twice_is_once(library: Library) -> None:
    question = await published(library)
    before = await public(library)
    await approve(library, question.number)
    assert await public(library) == before


async def test_turning_publishing_off_takes_the_library_from_the_public(library: Library) -> None:
    question = await published(library)
    assert await reading.public_slugs(library) == ("library",)
    await choose(library, publishing_allowed=False)

    assert await reading.public_slugs(library) == ()
    assert await reading.public_libraries(library) == ()
    assert await reading.public_library(library, "library") is None
    assert await approving.publications_waiting(OKAFOR, library) == ()
    with pytest.raises(WrongState, match="publishing_is_off"):
        await approving.approve_publication(OKAFOR, library, question.number, "")


async def test_a_library_that_did_not_change_is_not_read_again(library: Library) -> None:
    question = await published(library)
    first = await reading.public_library(library, "library")
    assert first is not None
    assert await reading.public_library(library, "library", first) is first
    await approving.withdraw_publication(OKAFOR, library, question.number)
    second = await reading.public_library(library, "library", first)
    assert second is not None
    assert second.pages == ()
    await choose(library, search_engines_allowed=True)
    third = await reading.public_library(library, "library", second)
    assert third is not None
    assert third.indexable


async def test_a_newer_answer_waits_for_its_authors_yes_and_a_new_approval(
    library: Library, clock: MovableClock
) -> None:
    question = await published(library, NOOR)
    clock.advance(MINUTE)
    await settling.reopen_question(MIA, library, question.number)
    await answer(library, question, NOOR, "And violet even more.")
    await answer(library, question, BEN, "My aunt says so too.")
    await settling.settle_question(MIA, library, question.number, "Blue and violet.")
    await empty_outbox(library)

    await requesting.ask_publication(MIA, library, question.number)

    ((_, notice),) = await told(library)
    assert f'"mention": [{BEN.user_id}]' in notice
    assert [one.number for one in await consenting.consents_waiting(NOOR, library)] == [question.number]
    shown = await page(library, question.number)
    assert shown is not None
    assert len(shown.answers) == 1
    clock.advance(MINUTE)
    await consenting.give_consent(NOOR, library, question.number)
    await consenting.give_consent(BEN, library, question.number)
    (waiting,) = await approving.publications_waiting(OKAFOR, library)
    await approving.approve_publication(OKAFOR, library, question.number, waiting.digest)
    shown = await page(library, question.number)
    assert shown is not None
    assert (len(shown.answers), shown.now_think) == (3, "Blue and violet.")
    assert await approving.publications_waiting(OKAFOR, library) == ()


async def test_what_can_be_approved_stands_before_what_cannot(library: Library) -> None:
    first = await settled(library)
    await requesting.ask_publication(NOOR, library, first.number)
    second = await settled(library, text="Why is grass green?")
    await requesting.ask_publication(MIA, library, second.number)
    waiting = await approving.publications_waiting(OKAFOR, library)
    assert [one.number for one in waiting] == [second.number, first.number]


async def test_an_anonymous_asker_consents_without_a_name_anywhere(library: Library) -> None:
    await choose(library, publishing_allowed=True)
    question = await passed(library, MIA)
    await answer(library, question, NOOR)
    await settling.settle_question(MIA, library, question.number, "It scatters.")
    await empty_outbox(library)
    await requesting.ask_publication(NOOR, library, question.number)
    assert await told(library) == [], "nobody is mentioned: the asker never, and Noor asked"
    (request,) = await consenting.consents_waiting(MIA, library)
    assert request.byline == ""

    await consenting.give_consent(MIA, library, question.number)
    await approve(library, question.number)

    shown = await page(library, question.number)
    assert shown is not None
    assert (shown.byline, len(shown.answers)) == ("", 1)
    for table in ("consent", "anonymous_consent", "publication", "member", "outbox"):
        assert str(MIA.user_id) not in str(await rows(library, f"SELECT * FROM {table}"))
    assert str(NOOR.user_id) in str(await rows(library, "SELECT * FROM consent"))
    await consenting.withdraw_consent(MIA, library, question.number)
    assert await page(library, question.number) is None


async def test_an_anonymous_asker_may_ask_for_it_and_answer_it_too(library: Library, clock: MovableClock) -> None:
    await choose(library, publishing_allowed=True)
    question = await passed(library, MIA)
    await answer(library, question, MIA, "I read on.")
    await settling.settle_question(MIA, library, question.number, "It scatters.")
    (own,) = await requesting.ask_publication(MIA, library, question.number)
    assert own.state is ConsentState.GIVEN
    assert own.byline
    assert await consenting.consents_waiting(TOMASZ, library) == ()
    (kept,) = await rows(library, "SELECT requested_by_user_id FROM publication")
    assert kept["requested_by_user_id"] is None


async def test_an_inquiry_and_the_place_in_the_trail_come_along(library: Library) -> None:
    root = await settled(library)
    await trail.name_inquiry(MIA, library, root.number, "The colours of the sky", "We argued about it.")
    child = await ask(library, MIA, "Why is it red at night?", parent=root.number, parent_answer=1)
    await answer(library, child)
    await settling.settle_question(MIA, library, child.number, "The way is longer.")
    await requesting.ask_publication(MIA, library, child.number)
    await approve(library, child.number)
    shown = await page(library, child.number)
    assert shown is not None
    assert (shown.parent_number, shown.parent_answer_ordinal) == (root.number, 1)
    assert (shown.inquiry_name, shown.inquiry_why) == ("The colours of the sky", "We argued about it.")


async def test_a_book_shows_its_number_and_only_web_addresses_become_links(library: Library) -> None:
    question = await settled(library)
    await answering.edit_answer(NOOR, library, question.number, 1, "In a book.", seen_sources())
    await requesting.ask_publication(NOOR, library, question.number)
    await consenting.give_consent(MIA, library, question.number)
    shown = (await preview(library, question.number)).question
    assert shown is not None
    (source,) = shown.answers[0].sources
    assert (source.link, source.isbn) == ("", "9781771642484")


async def test_the_librarian_is_told_where_the_page_stands(library: Library) -> None:
    question = await published(library, NOOR)
    assert await reading.address_of(OKAFOR, library, question.number) == ""
    public_house = replace(library, site_url="https://library.example.org")
    address = f"https://library.example.org/library/questions/{question.number}/"
    assert await reading.address_of(OKAFOR, public_house, question.number) == address


@pytest.mark.parametrize(
    ("locator", "is_link"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("https://a b", False),
        ('https://a/"onclick="x', False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_only_http_addresses_are_links(locator: str, is_link: bool) -> None:
    assert composing.is_web_address(locator) is is_link
