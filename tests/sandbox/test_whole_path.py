"""The whole path in a browser: wondered about in chat, answered with a source, settled, consented to, approved, public.

With ``VADEMECUM_PICTURES`` naming a folder (docs/pictures), what people see on the way is photographed into it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.sandbox.running import start
from bot.settings import Settings
from tests.browser import WAIT_MS
from tests.sandbox.preview_page import PreviewPage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

WONDER = "Why do flamingos stand on one leg?"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where to photograph to: the docs where they are to be renewed, else nowhere that lasts."""
    folder = Path(os.environ.get("VADEMECUM_PICTURES", tmp_path))
    folder.mkdir(exist_ok=True)
    return folder


async def test_a_question_travels_from_chat_to_a_public_page(
    tmp_path: Path, page: Page, browser: Browser, pictures: Path
) -> None:
    async with start(Settings(data_dir=tmp_path / "data")) as running, contextlib.AsyncExitStack() as people:
        time = asyncio.create_task(running.sandbox.run())
        people.callback(time.cancel)

        async def sit_down(person: str, channel: str) -> PreviewPage:
            context: BrowserContext = await people.enter_async_context(await browser.new_context())
            context.set_default_timeout(WAIT_MS)
            return await PreviewPage.open(await context.new_page(), running.address, person, channel)

        await page.goto(running.address)
        await expect(page.get_by_role("link", name="Mia").first).to_be_visible()
        await page.screenshot(path=pictures / "sandbox-index.png")

        mia = await sit_down("mia", "questions")
        number = await _ask(mia, pictures)
        noor = await sit_down("noor", "questions")
        await _claim_and_answer(noor, number)
        await _settle_and_share(mia, number, pictures)
        await _say_yes(noor, number)

        okafor = await sit_down("okafor", "questions")
        await _publish(okafor, number)

        site = await _public_page(page, running.address, number)
        await site.screenshot(path=pictures / "public-page.png", full_page=True)


async def _ask(mia: PreviewPage, pictures: Path) -> int:
    await mia.press("Ask")
    await mia.press("Ask", on="What do you wonder about?")
    await mia.fill_form(
        "Ask a question",
        **{
            "Your question": WONDER,
            "Topic (a word or two)": "Birds",
            "What do you already know?": "Maybe the other leg is cold.",
        },
    )
    found = re.search(r"#(\d+)", await mia.last_private_reply())
    assert found is not None
    await mia.see(WONDER)
    await mia.screenshot(pictures / "card.png")
    return int(found.group(1))


async def _claim_and_answer(noor: PreviewPage, number: int) -> None:
    await noor.press("I'll look into it", on=WONDER)
    assert f"#{number} is yours to look into" in await noor.last_private_reply()
    await noor.press("Answer", on=re.compile("is yours to look into"))
    await noor.fill_form(
        f"Answer #{number}",
        **{
            "Your answer": "Standing on one leg takes them hardly any muscle work, and keeps warmth.",
            "Your sources, one on each line": "https://www.si.edu/",
            "Why trust it? One line for each source": "A large museum whose zoo keeps flamingos",
        },
    )
    assert f"#{number}.1" in await noor.last_private_reply()


async def _settle_and_share(mia: PreviewPage, number: int, pictures: Path) -> None:
    await mia.see(re.compile(rf"#{number}.*answer", re.IGNORECASE))
    await mia.press("More …", on=WONDER)
    await mia.press("Settle it")
    await mia.fill_form(
        f"Settle #{number}", **{"What do you now think?": "It is restful for them, and the tucked leg stays warm."}
    )
    await mia.screenshot(pictures / "settled.png")
    await mia.press("Share it")
    assert f"#{number}" in await mia.last_private_reply()


async def _say_yes(noor: PreviewPage, number: int) -> None:
    await noor.see(re.compile(rf"#{number}.*public", re.DOTALL))
    await noor.slash("publish consent")
    while f"#{number}" not in await noor.last_private_reply():  # older requests of the sample class come first
        await noor.press("No")
        await noor.press("Next ›")
    await noor.press("Yes, under this pen name")
    assert f"yes for #{number}" in await noor.last_private_reply()


async def _publish(okafor: PreviewPage, number: int) -> None:
    await okafor.slash("library approve")
    for _ in range(10):
        if f"#{number}" in await okafor.last_private_reply():
            break
        await okafor.press("Next ›")
    await okafor.press("Publish")
    assert f"#{number} is public" in await okafor.last_private_reply()


async def _public_page(page: Page, address: str, number: int) -> Page:
    await page.goto(address)
    await page.get_by_role("link", name=re.compile("public site", re.IGNORECASE)).click()
    await page.get_by_role("link", name=re.compile(re.escape(WONDER))).first.click()
    await expect(page.get_by_role("heading", name=WONDER)).to_be_visible()
    await expect(page.locator("body")).to_contain_text("Maybe the other leg is cold.")
    await expect(page.locator("body")).to_contain_text("the tucked leg stays warm")
    await expect(page.locator("body")).to_contain_text("hardly any muscle work")
    await expect(page.get_by_role("link", name=re.compile("si.edu"))).to_be_visible()
    assert f"/questions/{number}/" in page.url
    return page
