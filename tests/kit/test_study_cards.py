"""What studying looks like in private: intervals in two words, the end of a sitting, a card without words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.kit import study_cards
from bot.models.studying import CardState, StudyCard
from bot.services.learners.studying import Sitting, Wait
from bot.text import catalogue

TEXTS = catalogue()
CARD = StudyCard(
    id=1,
    guid="a",
    front="**osmosis** <@5> [here](https://x.example)",
    back="water\n# moves",
    unit="Cells",
    note_number=57,
    block_id=3,
    question_number=None,
    own_words=True,
    source_says="osmosis :: water moves",
    changed=True,
    confirmed=False,
    state=CardState.ACTIVE,
    due_at=1_795_000_000_000,
    reviewed_at=1_794_000_000_000,
    reviews=2,
    lapses=3,
    stability=30.0,
    difficulty=5.0,
)


@pytest.mark.parametrize(
    ("minutes", "days", "words"),
    [
        (1, 0, "1 min"),
        (10, 0, "10 min"),
        (1440, 1, "1 day"),
        (0, 60, "60 days"),
        (0, 61, "2 months"),
        (0, 364, "12 months"),
        (0, 365, "1 year"),
        (0, 1000, "3 years"),
    ],
)
def test_an_interval_in_two_words(minutes: int, days: int, words: str) -> None:
    assert study_cards.wait_words(Wait(minutes, days), TEXTS) == words


def test_the_front_does_not_give_the_answer_away() -> None:
    front = study_cards.front_card(Sitting(None, 0, 5, None, None), CARD, TEXTS)
    assert front.title == "0 of 5 today"
    assert "The notes have changed" in (front.description or "")
    assert "water moves" not in (front.description or "")
    assert "It says there now: osmosis :: water moves" in (study_cards.back_card(CARD, TEXTS).description or "")


def test_what_is_typed_does_not_act() -> None:
    shown = study_cards.back_card(CARD, TEXTS).description or ""
    assert "<@5>" not in shown
    assert "\\[here\\]" in shown
    assert "\n\\# moves" in shown


def test_how_a_card_stands() -> None:
    whole = study_cards.whole_card(CARD, TEXTS)
    assert (whole.description or "").startswith("**◔ Comes <t:1795000000:D> · You find it hard · You know it well**")
    assert whole.footer.text == "From the notes #57 · Cells"
    gone = replace(CARD, state=CardState.RETIRED, front="", back="")
    assert "went with the message" in (study_cards.whole_card(gone, TEXTS).description or "")
    assert "went with the message" in study_cards.card_lines([gone], TEXTS)
    question = replace(CARD, note_number=None, block_id=None, question_number=42, unit="")
    assert study_cards.source_line(question, TEXTS) == "From question #42"
    assert "question" not in study_cards.source_line(replace(question, question_number=None), TEXTS)


@pytest.mark.parametrize(
    ("total", "next_at", "told"),
    [
        (0, None, "You have no cards to study"),
        (0, 1_795_000_000_000, "Nothing is due today. The next cards come <t:1795000000:D>."),
        (9, 1_795_000_000_000, "Well looked after."),
    ],
)
def test_the_end_of_a_sitting(total: int, next_at: int | None, told: str) -> None:
    shown = study_cards.end_of_sitting(Sitting(None, total, total, None, next_at), TEXTS)
    assert (shown.description or "").startswith(told)


def test_the_longest_card_fits() -> None:
    long = replace(CARD, front="*" * 1_500, back="_" * 1_500, source_says="[" * 3_000)
    for embed in (study_cards.back_card(long, TEXTS), study_cards.whole_card(long, TEXTS)):
        assert len(embed) <= 6_000
        assert len(embed.description or "") <= 4_096
    lines = study_cards.card_lines([long] * 8, TEXTS)
    assert len(lines) <= 4_096
