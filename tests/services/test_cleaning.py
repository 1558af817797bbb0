"""What is kept of what was typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.services.researchers.cleaning import clean_text


def clean(text: str, limit: int = 1000) -> str:
    return clean_text(text, limit, "question", required=False)


@pytest.mark.parametrize(
    "kept",
    [
        "Why is the sky blue?",
        "لماذا السماء زرقاء؟",
        "می‌خواهم بدانم",  # Persian: a zero-width non-joiner inside a word
        "क्‍या",  # Devanagari: a zero-width joiner
        "👩‍🔬 and 👨‍👩‍👧 and 🏳️‍🌈",
        "1️⃣ ❤️ 👍🏽",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
        "@everyone <script>alert(1)</script> [a](javascript:b) **bold** `code`",
        "first line\n\nsecond\tline",
        "Zoë a\u0303".replace("a\u0303", "ã"),
    ],
)
def test_what_people_write_stays(kept: str) -> None:
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Why?  ", "Why?"),
        ("Zoe\u0308", "Zoë"),
        ("Zoe\u200b\u0308", "Zoë"),
        ("👍\u200d\u200dx", "👍x"),
        ("u\u0308\u200dا", "üا"),
        ("ا\u200d\U000e0068", "ا"),
        ("Why\r\nnot\rnow\u2028then", "Why\nnot\nnow\nthen"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("one  \n \ntwo", "one\n\ntwo"),
        ("a\u202eb\u2066c\u2069\u200f", "abc"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("wh\u200by\ufeff\u00ad\u2060", "why"),
        ("plain\u200dtext", "plaintext"),
        ("\u200d\ufe0f👍", "👍"),
        ("a \ufe0fb", "a b"),
        ("hidden\U000e0068\U000e0069", "hidden"),
        ("\U000e0068", ""),
        ("\ud800 lone half", "lone half"),
        ("\u3164\u2800\u115f", ""),
        ("👍\u200d", "👍"),
    ],
)
def test_what_misleads_goes(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize("nothing", ["", "   ", "\n\n", "\u200b\u200d\u2060", "\u202e\u202c", "\u00a0\u3000", "\u3164"])
def test_what_shows_nothing_is_empty(nothing: str) -> None:
    assert clean(nothing) == ""
    with pytest.raises(BadInput) as refused:
        clean_text(nothing, 10, "question")
    assert refused.value.key == "errors.question_empty"


def test_the_limit_counts_what_is_kept() -> None:
    assert clean_text("x" * 10 + "\u200b" * 50 + "   ", 10, "question") == "x" * 10
    with pytest.raises(BadInput) as refused:
        clean_text("x" * 11, 10, "question")
    assert (refused.value.key, refused.value.places) == ("errors.question_too_long", {"limit": 10, "length": 11})


def test_a_long_gap_costs_no_more_than_other_text() -> None:
    """With a look at every space as a beginning, this would take minutes: the test run's limit ends it."""
    gap = f"why{' ' * 400_000}not"
    assert clean(gap, len(gap)) == gap


TRICKY = "a1 \n\t\u0308\u200b\u200c\u200d\u202e\ufe0f\u3000\u3164👍❤ا🏴\U000e0067"


@settings(max_examples=400)
@example("A\u200c\u0300\u200c\u0300")
@given(st.text(max_size=60) | st.text(st.sampled_from(TRICKY), max_size=12))
def test_clean_text_is_clean(typed: str) -> None:
    once = clean(typed)
    assert clean(once) == once
    assert once == once.strip()
    assert unicodedata.is_normalized("NFC", once)
    assert "\n\n\n" not in once
    assert not {"\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u200b", "\x00"} & set(once)
