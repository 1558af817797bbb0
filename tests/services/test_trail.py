"""The trail from any of its questions, and the inquiry that it may be named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput, NotAllowed, NotFound, WrongState
from bot.models.questions import QuestionState, TrailNode
from bot.services.library import Library
from bot.services.researchers import asking, trail
from bot.services.researchers.trail import Branch, reading_order
from bot.storage.database import Tx
from tests.cast import BEN, LINDQVIST, MIA, NOOR, OKAFOR, TOMASZ
from tests.services.researching import (
    CHANNEL,
    again,
    answer,
    ask,
    ask_anonymously,
    cards,
    choose,
    empty_outbox,
    passed,
    rows,
)


async def grow(library: Library) -> None:
    """Grow #1 with #2 (after its answer) and #4, and #3 below #2."""
    await answer(library, await ask(library))
    await ask(library, NOOR, "Why is it red at dusk?", parent=1, parent_answer=1)
    await ask(library, BEN, "Is it red on Mars?", parent=2)
    await ask(library, TOMASZ, "Why is the sea blue?", parent=1)


def drawn(nodes: tuple[TrailNode, ...]) -> list[tuple[int, int, int | None, int | None]]:
    return [(node.number, node.depth, node.parent_number, node.via_answer) for node in nodes]


WHOLE = [(1, 0, None, None), (2, 1, 1, 1), (3, 2, 2, None), (4, 1, 1, None)]


class TestTree:
    @pytest.mark.parametrize("number", [1, 2, 3, 4])
    async def test_is_whole_from_any_of_its_questions(self, library: Library, number: int) -> None:
        await grow(library)
        await ask(library, text="How do whales sleep?")
        whole = await trail.trail_of(TOMASZ, library, number)
        assert drawn(whole.nodes) == WHOLE
        assert (whole.here, whole.inquiry, whole.cut) == (number, None, False)
        assert [node.answer_count for node in whole.nodes] == [1, 0, 0, 0]
        assert whole.nodes[2].text == "Is it red on Mars?"

    async def test_keeps_the_place_of_what_was_withdrawn_without_its_text(self, library: Library) -> None:
        await grow(library)
        await asking.withdraw_question(NOOR, library, 2)
        whole = await trail.trail_of(NOOR, library, 3)
        assert drawn(whole.nodes) == WHOLE
        assert [(node.state, node.text) for node in whole.nodes[1:2]] == [(QuestionState.WITHDRAWN, "")]

    async def test_leaves_out_what_waits_for_a_librarian(self, library: Library) -> None:
        await grow(library)
        await ask_anonymously(library, NOOR, parent=4)
        for who in (NOOR, OKAFOR):
            assert drawn((await trail.trail_of(who, library, 1)).nodes) == [*WHOLE, (5, 2, 4, None)]
        assert drawn((await trail.trail_of(TOMASZ, library, 1)).nodes) == WHOLE
        with pytest.raises(NotFound):
            await trail.trail_of(TOMASZ, library, 5)

    async def test_stays_in_its_server(self, library: Library) -> None:
        await grow(library)
        with pytest.raises(NotFound):
            await trail.trail_of(LINDQVIST, library, 1)

    async def test_too_large_is_cut_from_below_and_says_so(
        self, library: Library, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await grow(library)
        monkeypatch.setattr(trail, "NODES_LIMIT", 3)
        whole = await trail.trail_of(TOMASZ, library, 1)
        assert (drawn(whole.nodes), whole.cut) == ([WHOLE[0], WHOLE[1], WHOLE[3]], True)
        deep = await trail.trail_of(TOMASZ, library, 3)
        assert (drawn(deep.nodes), deep.cut) == ([(3, 0, None, None)], True)

    async def test_may_be_deep(self, library: Library) -> None:
        await choose(library, asks_per_hour=60)
        await ask(library)
        question = await again(library, 1)

        def deepen(tx: Tx) -> None:
            for step in range(1, 1_500):
                tx.connection.execute(
                    "INSERT INTO question (id, server_id, class_id, number, state, text, parent_question_id, origin,"
                    " created_at, changed_at) VALUES (?, ?, ?, ?, 'open', 'And then?', ?, 'command', 0, 0)",
                    (question.id + step, question.server_id, question.class_id, 1 + step, question.id + step - 1),
                ).close()

        await library.database.write(deepen)
        whole = await trail.trail_of(MIA, library, 1_400)
        assert [node.depth for node in whole.nodes] == list(range(1_500))


@st.composite
def trees(draw: st.DrawFn) -> list[Branch]:
    """Trees of up to 30 questions whose numbers are not in the order of their ids."""
    size = draw(st.integers(1, 30))
    numbers = draw(st.permutations(range(1, size + 1)))
    return [
        Branch(
            id=place + 100,
            number=numbers[place],
            parent_id=draw(st.integers(0, place - 1)) + 100 if place else None,
            via_answer=draw(st.sampled_from([None, 1])),
            state=QuestionState.OPEN,
            text="",
            topic="",
            answer_count=0,
        )
        for place in range(size)
    ]


def ancestors(branch: Branch, known: dict[int, Branch]) -> Iterator[Branch]:
    while branch.parent_id is not None:
        branch = known[branch.parent_id]
        yield branch


@given(trees())
def test_reading_order_holds_every_question_once_below_what_it_follows(tree: list[Branch]) -> None:
    known = {branch.id: branch for branch in tree}
    by_number = {branch.number: branch for branch in tree}
    nodes = reading_order(tree)
    assert sorted(node.number for node in nodes) == sorted(by_number)
    path: list[TrailNode] = []
    for node in nodes:
        above = [one.number for one in ancestors(by_number[node.number], known)]
        assert node.depth == len(above)
        assert node.parent_number == (above[0] if above else None)
        del path[node.depth :]  # what was read last at each level above is what it follows
        assert [one.number for one in path] == above[::-1]
        path.append(node)
    siblings: dict[int | None, list[int]] = {}
    for node in nodes:
        siblings.setdefault(node.parent_number, []).append(node.number)
    assert all(numbers == sorted(numbers) for numbers in siblings.values())


class TestInquiry:
    async def test_is_named_by_who_took_part_and_shown_from_anywhere_in_the_trail(self, library: Library) -> None:
        await grow(library)
        await empty_outbox(library)
        named = await trail.name_inquiry(NOOR, library, 3, " Colours\nof the sky ", "We want to paint it.")
        assert (named.name, named.why, named.outcome) == ("Colours of the sky", "We want to paint it.", "")
        assert (named.root_number, named.named_by) == (1, NOOR.user_id)
        assert (await trail.trail_of(TOMASZ, library, 4)).inquiry == named
        assert await cards(library) == {(CHANNEL, 1), (CHANNEL, 3)}

    async def test_is_renamed_and_says_what_was_done_with_it(self, library: Library) -> None:
        await grow(library)
        await trail.name_inquiry(MIA, library, 1, "Sky", "")
        kept = await trail.record_outcome(BEN, library, 2, "We painted four skies.")
        assert kept.outcome == "We painted four skies."
        renamed = await trail.name_inquiry(OKAFOR, library, 4, "Colours", "To paint")
        assert (renamed.id, renamed.name, renamed.outcome) == (kept.id, "Colours", "We painted four skies.")

    async def test_is_not_named_by_who_only_reads(self, library: Library) -> None:
        await ask(library)
        for act in (trail.name_inquiry(TOMASZ, library, 1, "Sky", ""), trail.record_outcome(TOMASZ, library, 1, "x")):
            with pytest.raises(NotAllowed) as refused:
                await act
            assert refused.value.key == "errors.inquiry_not_yours"

    async def test_named_by_an_anonymous_asker_names_nobody(self, library: Library) -> None:
        await passed(library)
        named = await trail.name_inquiry(MIA, library, 1, "Sky", "")
        assert named.named_by is None
        assert await rows(library, "SELECT named_by_user_id AS who FROM inquiry") == [{"who": None}]

    async def test_is_not_named_while_its_first_question_waits(self, library: Library) -> None:
        await ask_anonymously(library)
        with pytest.raises(WrongState):
            await trail.name_inquiry(MIA, library, 1, "Sky", "")

    async def test_named_from_a_question_that_waits_draws_only_the_root(self, library: Library) -> None:
        await ask(library)
        await ask_anonymously(library, parent=1)
        await empty_outbox(library)
        await trail.name_inquiry(MIA, library, 2, "Sky", "")
        assert await cards(library) == {(CHANNEL, 1)}

    async def test_needs_a_name_before_an_outcome(self, library: Library) -> None:
        await ask(library)
        with pytest.raises(WrongState) as refused:
            await trail.record_outcome(MIA, library, 1, "We painted.")
        assert refused.value.key == "errors.inquiry_unnamed"

    @pytest.mark.parametrize(
        ("name", "why", "key"),
        [
            (" \u200b ", "", "errors.inquiry_name_empty"),
            ("x" * 81, "", "errors.inquiry_name_too_long"),
            ("Sky", "x" * 1_001, "errors.inquiry_why_too_long"),
        ],
    )
    async def test_takes_no_bad_name(self, library: Library, name: str, why: str, key: str) -> None:
        await ask(library)
        with pytest.raises(BadInput) as refused:
            await trail.name_inquiry(MIA, library, 1, name, why)
        assert refused.value.key == key
        assert (await trail.trail_of(MIA, library, 1)).inquiry is None

    @pytest.mark.parametrize(
        ("outcome", "key"), [("", "errors.inquiry_outcome_empty"), ("x" * 1_501, "errors.inquiry_outcome_too_long")]
    )
    async def test_takes_no_bad_outcome(self, library: Library, outcome: str, key: str) -> None:
        await ask(library)
        await trail.name_inquiry(MIA, library, 1, "Sky", "")
        with pytest.raises(BadInput) as refused:
            await trail.record_outcome(MIA, library, 1, outcome)
        assert refused.value.key == key
