"""Custom ids say everything, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kit.refs import LARGEST_NUMBER, Ref, parse, whole

NAMES = st.from_regex(r"[a-z]{1,10}", fullmatch=True)
NUMBERS = st.integers(min_value=0, max_value=LARGEST_NUMBER)


@given(NAMES, NAMES, NUMBERS, NUMBERS, st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20))
def test_what_is_written_is_read_back(kind: str, action: str, server: int, number: int, extra: str) -> None:
    ref = Ref(kind, action, server, number, extra)
    assert parse(ref.custom_id) == ref


@pytest.mark.parametrize(
    "custom_id", ["", "question", "question:claim:x:1", "Question:claim:1:2", "a:b:1", "a:b:1:2\n3"]
)
def test_what_is_not_ours_is_left_alone(custom_id: str) -> None:
    assert parse(custom_id) is None


@pytest.mark.parametrize("number", [2**63, 10**19, 10**30])
def test_a_number_that_no_database_keeps_is_not_ours(number: int) -> None:
    assert parse(f"question:show:1:{number}") is None
    assert parse(f"question:show:1:{LARGEST_NUMBER}") is not None


@pytest.mark.parametrize(
    ("forged", "number"),
    [("12", 12), (str(2**63), 0), ("9" * 5_000, 0), ("-1", 0), ("²", 0), ("٣", 0), ("", 0), ("1 ", 0), ("1\n", 0)],
)
def test_whole_numbers_are_read_and_nothing_else(forged: str, number: int) -> None:
    assert whole(forged) == number


def test_discords_limit_is_kept() -> None:
    with pytest.raises(ValueError, match="custom id"):
        _ = Ref("question", "list", 10**19, 0, "x" * 90).custom_id
