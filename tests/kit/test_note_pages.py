"""A note is cut into pages that fit; no line is lost, and no fence is left open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from bot.kit.note_pages import PAGE, cut, pages_of, read_page
from bot.models.sessions import Block, BlockKind, BlockState
from bot.text import catalogue

LIMIT = 120
LINES = some.lists(
    some.sampled_from(["", "leaves fall", "x" * 150, "```", "```py", "a `b` c", "| a | b |", "  - deep"])
)


def a_block(block_id: int, text: str, state: BlockState = BlockState.STANDING, author_id: int = 1) -> Block:
    return Block(
        id=block_id,
        server_id=1,
        session_id=1,
        kind=BlockKind.TEXT,
        state=state,
        author_id=author_id,
        position=block_id,
        part=0,
        text=text,
        source_message_id=None,
        question_id=None,
        question_number=None,
        merged_into_id=None,
        taken_by=None,
        checked_by=None,
        checked_at=None,
        created_at=0,
        changed_at=0,
        revision=1,
        message_revision=0,
    )


@given(LINES)
def test_parts_fit_and_lose_nothing(lines: list[str]) -> None:
    parts = cut("\n".join(lines), LIMIT)
    assert all(len(part) <= LIMIT for part in parts)
    said = "".join(part.replace("\n", "") for part in parts).replace("```", "")
    assert said == "".join(lines).replace("```", "")


@given(LINES)
def test_a_fence_that_is_cut_is_closed_and_opened_again(lines: list[str]) -> None:
    text = "\n".join(lines)
    if text.count("```") % 2 == 0:
        for part in cut(text, LIMIT):
            assert part.count("```") % 2 == 0


def test_a_page_holds_what_fits_and_the_rest_goes_on() -> None:
    pages = pages_of([a_block(place, f"{place} " + "word " * 100, author_id=place) for place in range(1, 12)])
    assert len(pages) > 1
    assert all(sum(entry.cost for entry in page) <= PAGE for page in pages)
    read = "\n".join(read_page(page, {}, catalogue()) for page in pages)
    assert [f"{place} word" in read for place in range(1, 12)] == [True] * 11


def test_there_is_always_a_first_page() -> None:
    assert pages_of([]) == [[]]
    assert read_page([], {}, catalogue()) == ""
    assert pages_of([a_block(1, "gone", BlockState.STRUCK)]) == [[]]


def test_what_waits_stands_where_it_would_stand() -> None:
    blocks = [a_block(1, "first"), a_block(2, "waits", BlockState.WAITING), a_block(3, "last")]
    (page,) = pages_of(blocks)
    assert [entry.text for entry in page] == ["first", "waits", "last"]
