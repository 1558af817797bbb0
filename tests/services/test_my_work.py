"""My work: everything one made here, for one's own eyes."""

from __future__ import annotations

from bot.models.people import Actor
from bot.models.pieces import PieceKind
from bot.models.questions import Origin, QuestionState
from bot.models.sessions import BlockKind, BlockState
from bot.services.learners import goals, work
from bot.services.learners.work import Work, WorkKind, WorkLine
from bot.services.library import Library
from bot.services.publishing.consenting import decline_consent, give_consent
from bot.services.publishing.requesting import ask_publication
from bot.services.researchers import asking, capturing, settling
from tests.cast import BEN, ELSEWHERE, LINDQVIST, MIA, NOOR, OKAFOR, SERVER, TOMASZ, MovableClock
from tests.services.learning import note, write
from tests.services.researching import answer, ask, ask_anonymously, choose, passed, reach, rows

NOTHING = Work(0, 0, 0, 0, 0, 0, 0)


async def lines(library: Library, kind: WorkKind, who: Actor = MIA) -> tuple[WorkLine, ...]:
    found = await work.my_work(who, library, kind, size=50)
    assert found.total == len(found.items) == getattr(await work.count_work(who, library), kind)
    return found.items


async def numbers(library: Library, kind: WorkKind, who: Actor = MIA) -> list[int]:
    return [one.piece.number for one in await lines(library, kind, who)]


async def test_lists_questions_in_every_state_newest_first(library: Library, clock: MovableClock) -> None:
    await choose(library, asks_per_hour=60)
    for _ in range(2):
        await ask(library)
        clock.advance(1)
    await asking.withdraw_question(MIA, library, 2)
    await ask(library, BEN)
    assert [(one.piece.number, one.piece.state) for one in await lines(library, WorkKind.QUESTIONS)] == [
        (2, QuestionState.WITHDRAWN),
        (1, QuestionState.OPEN),
    ]


async def test_lists_anonymous_questions_to_their_asker_alone(library: Library, clock: MovableClock) -> None:
    await choose(library, asks_per_hour=60)
    await passed(library, text="Is it normal to be afraid?")
    clock.advance(1)
    await ask_anonymously(library, text="And at night?")
    clock.advance(1)
    await ask(library, text="Why is the sky blue?")
    found = await lines(library, WorkKind.QUESTIONS)
    assert [(one.piece.number, one.anonymous) for one in found] == [(3, False), (2, True), (1, True)]
    for other in (NOOR, TOMASZ, OKAFOR, LINDQVIST, ELSEWHERE):
        assert await lines(library, WorkKind.QUESTIONS, other) == ()


async def test_lists_answers_and_no_removed_words(library: Library) -> None:
    await answer(library, await ask(library), NOOR, "One.")
    await answer(library, await ask(library, BEN), NOOR, "Two.")
    found = await lines(library, WorkKind.ANSWERS, NOOR)
    assert [(one.piece.kind, one.piece.text) for one in found] == [
        (PieceKind.ANSWER, "Two."),
        (PieceKind.ANSWER, "One."),
    ]
    await ask(library, NOOR, "Do whales sing?", source_message_id=9, origin=Origin.MESSAGE)
    assert await numbers(library, WorkKind.QUESTIONS, NOOR) == [3]
    await capturing.messages_deleted(library, SERVER, [9])
    assert await numbers(library, WorkKind.QUESTIONS, NOOR) == []


async def test_lists_notes_with_how_many_pieces_are_ones_own_and_terms(library: Library) -> None:
    leaves, whales = await note(library, "Leaves"), await note(library, "Whales")
    await write(library, leaves, "Sugar", MIA, position=1)
    await write(library, leaves, "stoma :: a mouth", MIA, kind=BlockKind.TERM, position=2)
    await write(library, leaves, "Talk", MIA, state=BlockState.STRUCK, position=3)
    await write(library, whales, "krill :: food", MIA, kind=BlockKind.TERM, state=BlockState.WAITING, position=4)
    await write(library, whales, "Songs", NOOR, position=5)
    found = await lines(library, WorkKind.NOTES)
    assert [(one.piece.kind, one.piece.text, one.blocks) for one in found] == [
        (PieceKind.NOTE, "Whales", 1),
        (PieceKind.NOTE, "Leaves", 2),
    ]
    assert [one.piece.text for one in await lines(library, WorkKind.TERMS)] == ["krill :: food", "stoma :: a mouth"]
    assert [one.blocks for one in await lines(library, WorkKind.NOTES, NOOR)] == [1]


async def test_lists_what_is_shared_with_ones_yes(library: Library, clock: MovableClock) -> None:
    await choose(library, publishing_allowed=True, asks_per_hour=60)
    await reach(library, QuestionState.SETTLED)
    await ask_publication(MIA, library, 1)
    assert await numbers(library, WorkKind.SHARED, NOOR) == []
    await give_consent(NOOR, library, 1)
    assert [(one.piece.number, one.waits) for one in await lines(library, WorkKind.SHARED, NOOR)] == [(1, True)]
    await decline_consent(NOOR, library, 1)
    assert await numbers(library, WorkKind.SHARED, NOOR) == []
    session = await note(library)
    await say_yes_to_a_note(library, session.id, MIA)
    found = await lines(library, WorkKind.SHARED)
    assert {(one.piece.kind, one.piece.number, one.waits) for one in found} == {
        (PieceKind.QUESTION, 1, True),
        (PieceKind.NOTE, session.number, False),
    }


async def say_yes_to_a_note(library: Library, session_id: int, who: Actor) -> None:
    from tests.services.learning import publish

    publication_id = await publish(library, session_id=session_id)
    await library.database.write(
        lambda tx: tx.connection.execute(
            "INSERT INTO consent (publication_id, user_id, state, decided_at) VALUES (?, ?, 'given', ?)",
            (publication_id, who.user_id, tx.now),
        ).close()
    )


async def test_lists_what_is_shared_anonymously_once_and_to_its_asker_alone(library: Library) -> None:
    await choose(library, publishing_allowed=True)
    question = await passed(library)
    await answer(library, question, MIA, "I found it myself.")
    await settling.settle_question(MIA, library, question.number, "Now I see.")
    await ask_publication(MIA, library, question.number)
    assert await numbers(library, WorkKind.SHARED) == [question.number]
    await library.database.write(lambda tx: tx.connection.execute("DELETE FROM consent").close())
    assert await numbers(library, WorkKind.SHARED) == [question.number]
    for other in (NOOR, OKAFOR, ELSEWHERE):
        assert await numbers(library, WorkKind.SHARED, other) == []


async def test_counts_everything_also_cards_and_goals(library: Library) -> None:
    assert await work.count_work(MIA, library) == NOTHING
    await answer(library, await ask(library), MIA, "Perhaps so.")
    await write(library, await note(library), "stoma :: a mouth", kind=BlockKind.TERM)
    await goals.add_goal(MIA, library, goals.Wish("Read more."))
    await library.database.write(
        lambda tx: tx.connection.executemany(
            "INSERT INTO study_card "
            "(server_id, user_id, guid, front, back, state, fsrs, due_at, wanted_at, created_at) "
            "VALUES (?, ?, ?, 'stoma', 'a mouth', ?, '{}', 0, 0, 0)",
            [(SERVER, MIA.user_id, state, state) for state in ("active", "suspended", "retired")],
        ).close()
    )
    assert await work.count_work(MIA, library) == Work(
        questions=1, answers=1, notes=1, terms=1, shared=0, cards=2, goals=1
    )
    for other in (NOOR, OKAFOR, ELSEWHERE):
        assert await work.count_work(other, library) == NOTHING


async def test_is_paged(library: Library) -> None:
    await choose(library, asks_per_hour=60)
    for _ in range(5):
        await ask(library)
    second = await work.my_work(MIA, library, WorkKind.QUESTIONS, page=2, size=2)
    assert ([one.piece.number for one in second.items], second.page, second.pages, second.total) == ([3, 2], 2, 3, 5)
    assert len(await rows(library, "SELECT 1 FROM question")) == 5
