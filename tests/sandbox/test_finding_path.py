"""Finding and looking back in a browser: the desk's buttons, a search that leads to a note, one's work, a goal.

With ``VADEMECUM_PICTURES`` naming a folder (docs/pictures), what people see on the way is photographed into it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page

from bot.sandbox.running import start
from bot.settings import Settings
from tests.sandbox.preview_page import PreviewPage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where to photograph to: the docs where they are to be renewed, else nowhere that lasts."""
    folder = Path(os.environ.get("VADEMECUM_PICTURES", tmp_path))
    folder.mkdir(exist_ok=True)
    return folder


async def test_mia_finds_what_she_noted_and_sets_herself_a_goal(tmp_path: Path, page: Page, pictures: Path) -> None:
    async with start(Settings(data_dir=tmp_path / "data")) as running, contextlib.AsyncExitStack() as ends:
        time = asyncio.create_task(running.sandbox.run())
        ends.callback(time.cancel)
        mia = await PreviewPage.open(page, running.address, "mia", "questions")
        await mia.message("Library desk").screenshot(path=pictures / "desk.png")
        await _search(mia, pictures)
        await _look_at_work(mia)
        await _set_a_goal(mia, pictures)


async def _search(mia: PreviewPage, pictures: Path) -> None:
    await mia.press("Find")
    await mia.fill_form("Find", **{"What are you looking for?": "leaves red"})
    found = await mia.last_private_reply()
    assert re.search(r"#\d+ · question · \w+", found)
    await mia.slash("search", words="leaf", unit="trees", since="last month")
    narrowed = await mia.last_private_reply()
    assert "unit: trees · since" in narrowed
    for kind in ("note: Why leaves let go", "answer", "question"):
        assert f"· {kind} ·" in narrowed
    await mia.message("unit: trees").screenshot(path=pictures / "search.png")


async def _look_at_work(mia: PreviewPage) -> None:
    await mia.press("My work", on="Library desk")
    assert "You wrote in" in await mia.last_private_reply()
    await mia.press("Terms", on="Your work")
    assert "abscission layer :: the thin layer" in await mia.last_private_reply()


async def _set_a_goal(mia: PreviewPage, pictures: Path) -> None:
    await mia.slash("my goals")
    await mia.press("Add a goal")
    await mia.fill_form(
        "A goal of yours",
        **{
            "What do you want to reach?": "Explain to my brother why leaves fall, so that he can tell it on.",
            "By when?": "in two weeks",
            "What helps?": "Three cards each evening, and Tomasz on Tuesdays",
        },
    )
    assert "Kept. Only you see it." in await mia.last_private_reply()
    await mia.message("on the way").screenshot(path=pictures / "goal.png")
