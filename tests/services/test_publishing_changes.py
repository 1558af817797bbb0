"""What was public goes when it must: by a no, by a librarian, by what happens to the question."""

from __future__ import annotations

import random

import pytest

from bot.errors import NotFound
from bot.models.publications import ConsentState
from bot.models.questions import QuestionState
from bot.services.library import Library
from bot.services.publishing import approving, byline_words, bylines, consenting, requesting
from bot.services.publishing.changes import on_question_changed
from bot.services.researchers import asking, settling
from bot.storage.database import Tx
from tests.cast import BEN, MIA, NOOR, OKAFOR, SERVER
from tests.services.publishing import approve, page, preview, public, published, settled
from tests.services.researching import ask, rows


async def test_an_answerers_no_takes_their_answer_away_at_once(library: Library) -> None:
    question = await published(library, NOOR, BEN)
    before = await public(library)

    await consenting.withdraw_consent(BEN, library, question.number)

    shown = await page(library, question.number)
    assert shown is not None
    assert [one.ordinal for one in shown.answers] == [1]
    assert (await public(library)).version != before.version


async def test_the_askers_no_takes_the_page_away_at_once(library: Library) -> None:
    question = await published(library)
    await consenting.withdraw_consent(MIA, library, question.number)
    assert await page(library, question.number) is None
    assert await rows(library, "SELECT snapshot, withdrawn_because FROM publication") == [
        {"snapshot": None, "withdrawn_because": "consent"}
    ]
    with pytest.raises(NotFound):
        await consenting.give_consent(MIA, library, question.number)


async def test_a_librarian_takes_the_page_away(library: Library) -> None:
    question = await published(library)
    await approving.withdraw_publication(OKAFOR, library, question.number)
    assert await page(library, question.number) is None
    for again in (approving.withdraw_publication, approving.preview_publication):
        with pytest.raises(NotFound, match="publication_not_found"):
            await again(OKAFOR, library, question.number)


async def test_after_a_withdrawal_everyone_is_asked_anew(library: Library) -> None:
    question = await published(library, NOOR, BEN)
    await consenting.withdraw_consent(BEN, library, question.number)
    await approving.withdraw_publication(OKAFOR, library, question.number)
    await requesting.ask_publication(MIA, library, question.number)
    for who in (NOOR, BEN):
        (request,) = await consenting.consents_waiting(who, library)
        assert request.state is ConsentState.ASKED
    assert (await preview(library, question.number)).waiting_count == 2


async def test_a_withdrawn_question_takes_its_page_along(library: Library) -> None:
    question = await published(library)
    await asking.withdraw_question(MIA, library, question.number)
    assert await page(library, question.number) is None
    assert (await rows(library, "SELECT withdrawn_because FROM publication"))[0]["withdrawn_because"] == "question"


async def test_a_duplicate_takes_its_page_along(library: Library) -> None:
    question = await published(library)
    other = await ask(library, BEN, "What makes the sky blue?")
    await settling.reopen_question(MIA, library, question.number)
    await settling.mark_duplicate(MIA, library, question.number, other.number)
    assert await page(library, question.number) is None


async def test_a_reopened_question_keeps_its_page_as_it_was_approved(library: Library) -> None:
    question = await published(library)
    await settling.reopen_question(MIA, library, question.number)
    shown = await page(library, question.number)
    assert shown is not None
    assert shown.state == QuestionState.SETTLED
    assert (await preview(library, question.number)).question is None


async def test_an_edited_text_waits_for_a_new_approval(library: Library) -> None:
    question = await published(library)
    await asking.edit_question(MIA, library, question.number, text="Why is the daytime sky blue?")
    shown = await page(library, question.number)
    assert shown is not None
    assert shown.text == "Why is the sky blue?"
    assert [one.number for one in await approving.publications_waiting(OKAFOR, library)] == [question.number]
    await approve(library, question.number)
    shown = await page(library, question.number)
    assert shown is not None
    assert shown.text == "Why is the daytime sky blue?"


async def test_a_removed_answer_leaves_the_page_and_an_unchanged_page_stays(library: Library) -> None:
    question = await published(library, NOOR, BEN)
    version = (await public(library)).version
    await library.database.write(on_question_changed, SERVER, question.id)
    assert (await public(library)).version == version

    def remove(tx: Tx) -> None:
        tx.connection.execute("UPDATE answer SET removed = 1, text = '' WHERE ordinal = 1").close()
        on_question_changed(tx, SERVER, question.id)

    await library.database.write(remove)
    shown = await page(library, question.number)
    assert shown is not None
    assert [one.ordinal for one in shown.answers] == [2]


@pytest.mark.parametrize(
    "forget",
    ["UPDATE question SET removed = 1", "UPDATE question SET asker_user_id = NULL"],
    ids=["its message was deleted", "its asker was forgotten"],
)
async def test_a_question_that_lost_its_words_or_its_asker_takes_its_page_along(library: Library, forget: str) -> None:
    question = await published(library)

    def change(tx: Tx) -> None:
        tx.connection.execute(forget).close()
        on_question_changed(tx, SERVER, question.id)

    await library.database.write(change)
    assert await page(library, question.number) is None


async def test_a_request_ends_with_its_question_and_an_unasked_question_has_none(library: Library) -> None:
    question = await settled(library)
    await library.database.write(on_question_changed, SERVER, question.id)
    await requesting.ask_publication(MIA, library, question.number)
    await asking.withdraw_question(MIA, library, question.number)
    assert await consenting.consents_waiting(NOOR, library) == ()
    await library.database.write(on_question_changed, SERVER, question.id)


def test_there_are_enough_words_and_none_twice() -> None:
    for words in (byline_words.MANNERS, byline_words.BEARERS):
        assert len(words) >= 60
        assert len(set(words)) == len(words)
        assert all(word.isalpha() and word.istitle() for word in words)


async def test_a_pen_name_is_never_given_twice_and_numbered_when_all_are_gone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(library)
    monkeypatch.setattr(bylines, "MANNERS", ("Quiet", "Bold"))
    monkeypatch.setattr(bylines, "BEARERS", ("Heron",))
    given = [await library.database.write(bylines.byline_of, SERVER, user, random.Random(7)) for user in range(1, 6)]
    assert {given[0], given[1]} == {"Quiet Heron", "Bold Heron"}
    assert {given[2], given[3]} == {"Quiet Heron 2", "Bold Heron 2"}
    assert given[4].endswith("Heron 3")
    assert await library.database.write(bylines.byline_of, SERVER, 1) == given[0]
    await library.database.write(lambda tx: tx.connection.execute("DELETE FROM member WHERE user_id = 1").close())
    assert await library.database.write(bylines.byline_of, SERVER, 1) not in given
