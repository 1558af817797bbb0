"""Whose words are whose after several blocks were edited in one text."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.scribes.spreading import Share, spread

A, B = "Leaves fall.\nEach autumn.", "Trees sleep."


@pytest.mark.parametrize(
    ("texts", "new", "shares"),
    [
        ([A, B], f"{A}\n\n{B}", [(0, A), (1, B)]),
        ([A, B], f"{A}\n{B}", [(0, A), (1, B)]),
        ([A, B], B, [(1, B)]),
        ([A, B], "", []),
        ([A, B], f"{A}\n\nNew here.\n\n{B}", [(0, A), (None, "New here."), (1, B)]),
        ([A, B], f"New here.\n\n{A}\n\n{B}\n\nAnd here.", [(None, "New here."), (0, A), (1, B), (None, "And here.")]),
        ([A, B], f"{A}\nAnd slowly.\n\n{B}", [(0, f"{A}\nAnd slowly."), (1, B)]),
        ([A, B], f"{A}\n\nIn winter:\n{B}", [(0, A), (1, f"In winter:\n{B}")]),
        ([A, B], f"{A}\nSlowly.\n\nOne.\n\nThen:\n{B}", [(0, f"{A}\nSlowly."), (None, "One."), (1, f"Then:\n{B}")]),
        ([A, B], "Leaves fall.\n\nFar.\n\nEach autumn.", [(0, "Leaves fall.\n\nFar.\n\nEach autumn.")]),
        ([A, B], "Needles stay.\n\nTrees wake.", [(0, "Needles stay."), (1, "Trees wake.")]),
        (
            [A, B],
            "Leaves fall.\nEvery autumn.\n\nTrees wake.",
            [(0, "Leaves fall.\nEvery autumn."), (1, "Trees wake.")],
        ),
        (["# Leaves", A], f"# Trees\n\n{A}", [(0, "# Trees"), (1, A)]),
        (["# Leaves", "One.", "Two."], "Three.\n\nFour.", [(1, "Three."), (2, "Four.")]),
        (["One.", "Two."], "Both are one.", [(0, "Both are one.")]),
        (["One.", "a :: b"], "First.\n\nSecond.", [(0, "First."), (None, "Second.")]),
        (["One.\nTwo."], "First.\n\n? Second", [(0, "First."), (None, "? Second")]),
        (["One."], "# First", [(None, "# First")]),
        (["One."], "First.\nSecond.\nThird.", [(0, "First.\nSecond.\nThird.")]),
        (["```\nx\n\ny\n```", B], f"```\nx\n\nz\n\ny\n```\n\n{B}", [(0, "```\nx\n\nz\n\ny\n```"), (1, B)]),
        (["```\nx", "y\n```"], "```\nx\n\nz\ny\n```", [(0, "```\nx\n\nz"), (1, "y\n```")]),
        (["~~~~\n```\n~~~\n~~~~ no end\n\nx\n~~~~", B], f"New.\n\n{B}", [(0, "New."), (1, B)]),
    ],
)
def test_each_line_has_its_owner(texts: list[str], new: str, shares: list[tuple[int | None, str]]) -> None:
    assert spread(texts, new) == tuple(Share(*one) for one in shares)


lines = st.lists(st.sampled_from(["a", "b", "# c", "d :: e", "", "```", "  f"]), max_size=12)


@given(st.lists(lines, max_size=4), lines)
def test_nothing_is_lost_and_the_order_stays(blocks: list[list[str]], new: list[str]) -> None:
    texts = ["\n".join(one) for one in blocks]
    shares = spread(texts, "\n".join(new))
    said = [line.rstrip() for share in shares for line in share.text.split("\n") if line.strip()]
    assert said == [line.rstrip() for line in new if line.strip()]
    owners = [one.owner for one in shares if one.owner is not None]
    assert all(one < other for one, other in pairwise(owners)), "each block has one share, in the order of the blocks"


@given(st.lists(lines.filter(lambda some: any(one.strip() for one in some)), min_size=1, max_size=5))
def test_what_nobody_changed_is_whose_it_was(blocks: list[list[str]]) -> None:
    texts = ["\n".join(one).strip("\n") for one in blocks]
    shares = spread(texts, "\n\n".join(texts))
    assert [one.owner for one in shares] == list(range(len(texts)))


@pytest.mark.parametrize("lines", [1000, 240])
def test_a_text_made_to_take_long_does_not(lines: int) -> None:
    long = ["c", "a\nb\n" * (lines // 2), "d"]
    began = time.process_time()
    shares = spread(long, "c\n\n" + "a\n" * lines + "\nd")
    assert time.process_time() - began < 5
    assert [one.owner for one in shares] == [0, 1, 2]
