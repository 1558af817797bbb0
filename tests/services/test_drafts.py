"""What was typed is not lost."""

from __future__ import annotations

from bot.services import drafts
from bot.services.library import Library
from tests.cast import ELSEWHERE, MIA, NOOR


async def test_a_draft_is_kept_and_replaced(library: Library) -> None:
    for text in ("Why", "Why is the sky «blue»?"):
        await drafts.save_draft(MIA, library, "ask", 0, {"text": text})
    assert await drafts.load_draft(MIA, library, "ask", 0) == {"text": "Why is the sky «blue»?"}


async def test_a_draft_is_one_persons_for_one_form_about_one_thing(library: Library) -> None:
    await drafts.save_draft(MIA, library, "answer", 1, {"text": "Air"})
    assert await drafts.load_draft(MIA, library, "answer", 1) == {"text": "Air"}
    assert await drafts.load_draft(MIA, library, "answer", 2) == {}
    assert await drafts.load_draft(MIA, library, "settle", 1) == {}
    assert await drafts.load_draft(NOOR, library, "answer", 1) == {}
    assert await drafts.load_draft(ELSEWHERE, library, "answer", 1) == {}


async def test_a_draft_is_dropped_when_it_was_handed_in(library: Library) -> None:
    await drafts.save_draft(MIA, library, "ask", 0, {"text": "Why"})
    await drafts.drop_draft(MIA, library, "ask", 0)
    await drafts.drop_draft(MIA, library, "ask", 0)
    assert await drafts.load_draft(MIA, library, "ask", 0) == {}
