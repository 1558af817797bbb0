"""What people typed is read as typed, and acts on nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kit import chat
from bot.storage.search import MARK_END, MARK_START


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("@everyone", "@\u200beveryone"),
        ("<@300200000000000001>", "<\u200b@\u200b300200000000000001>"),
        ("<#5> <t:1:R> </ask:1>", "<\u200b#5> <\u200bt:1:R> <\u200b/ask:1>"),
        ("[free](http://evil.example)", "\\[free\\](http://evil.example)"),
        ("\\[free\\](http://evil.example)", "\\\\\\[free\\\\\\](http://evil.example)"),
        ("\\[fr\nee\\](http://evil.example)", "\\\\\\[fr\nee\\\\\\](http://evil.example)"),
        ("[https://a.example](http://evil.example)", "\\[https://a.example\\](http://evil.example)"),
        ("<id:browse>", "<\u200bid:browse>"),
        ("# big", "\\# big"),
        ("1. one", "1\\. one"),
        ("-# small", "\\-# small"),
        ("> said", "\\> said"),
        ("**b** ||s||", "\\*\\*b\\*\\* \\|\\|s\\|\\|"),
        ("https://example.org/a_b?c=d_e", "https://example.org/a_b?c=d_e"),
        ("It's 3-4 o'clock.", "It's 3-4 o'clock."),
    ],
)
def test_nothing_typed_acts(typed: str, shown: str) -> None:
    assert chat.safe(typed) == shown


@given(st.text(max_size=300))
def test_no_mention_survives(typed: str) -> None:
    shown = chat.safe(typed)
    assert "@everyone" not in shown
    assert "@here" not in shown
    assert "<@" not in shown


@given(st.text(min_size=1, max_size=300), st.integers(min_value=2, max_value=100))
def test_short_is_short_and_one_line(typed: str, limit: int) -> None:
    cut = chat.short(typed, limit)
    assert len(cut) <= limit
    assert "\n" not in cut


def test_matched_words_stand_out_and_the_rest_is_escaped() -> None:
    assert chat.marked(f"why *do* {MARK_START}leaves{MARK_END} fall") == "why \\*do\\* **leaves** fall"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("The **red** is *new*.\n- one\n- two", "The **red** is *new*.\n- one\n- two"),
        ("[free](http://evil.example)", "\\[free\\](http://evil.example)"),
        ("# BIG\n-# small", "\\# BIG\n\\-# small"),
        ("||hidden||", "\\|\\|hidden\\|\\|"),
        ("@here <@300200000000000001>", "@\u200bhere <\u200b@\u200b300200000000000001>"),
        ("```py\nx = 1\n```", "```py\nx = 1\n```"),
        ("```py\nnever closed", "\\`\\`\\`py\nnever closed"),
    ],
)
def test_an_answer_keeps_its_emphasis_and_acts_on_nobody(typed: str, shown: str) -> None:
    assert chat.readable(typed) == shown


@given(st.text(max_size=300))
def test_no_mention_survives_in_an_answer(typed: str) -> None:
    shown = chat.readable(typed)
    assert "@everyone" not in shown
    assert "<@" not in shown
