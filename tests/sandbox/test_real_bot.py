"""The sandbox with the real bot in it: the sample class, a second run on kept data, and Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from bot.sandbox.running import Running, start
from bot.services.researchers import finding
from bot.settings import Settings
from tests.sandbox.preview_page import PreviewPage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@contextlib.asynccontextmanager
async def living(data_dir: Path) -> AsyncIterator[Running]:
    """Run a sandbox with the real bot for as long as the block lasts."""
    async with start(Settings(data_dir=data_dir)) as running:
        time = asyncio.create_task(running.sandbox.run())
        try:
            yield running
        finally:
            time.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await time


async def test_the_class_is_there_with_its_cards_its_desk_and_its_public_site(tmp_path: Path, page: Page) -> None:
    async with living(tmp_path) as running:
        world = running.sandbox.world
        titles = [embed.title or "" for message in world.channels["questions"].history() for embed in message.embeds]
        notes = {int((thread.name or "").rpartition("#")[2]) for thread in world.threads()}
        assert len(notes) == 3
        assert {int(title[1:].split()[0]) for title in titles if title.startswith("#")} >= set(range(1, 29)) - notes
        assert running.sandbox._env.errors == []

        mia = await PreviewPage.open(page, running.address, "mia", "welcome")
        await mia.see("Library desk")
        await mia.press("Find")
        await mia.page.goto(running.address)
        await mia.page.get_by_role("link", name="public site").click()
        await expect(mia.page.get_by_role("link", name=re.compile("Why do some leaves turn red")).first).to_be_visible()


async def test_the_next_run_on_the_same_folder_goes_on_where_the_last_one_ended(tmp_path: Path, page: Page) -> None:
    async with living(tmp_path) as running:
        mia = await PreviewPage.open(page, running.address, "mia", "welcome")
        await mia.slash("question ask", text="Why do cats purr?")
        assert "#29" in await mia.last_private_reply()
        await running.sandbox.move_clock(24 * 3600)

    async with living(tmp_path) as running:
        sandbox = running.sandbox
        assert sandbox.library is not None
        view = await finding.show_question(sandbox.world.actors["noor"], sandbox.library, 29)
        assert view.question.text == "Why do cats purr?"

        noor = await PreviewPage.open(page, running.address, "noor", "welcome")
        await noor.see("Library desk")
        noor = await PreviewPage.open(page, running.address, "noor", "questions")
        await noor.press("I'll look into it", on="Why do cats purr?")
        assert "#29" in await noor.last_private_reply()
        await noor.slash("question ask", text="Do all cats purr?")
        assert "#30" in await noor.last_private_reply()
        assert sandbox._env.errors == []


async def test_ctrl_c_ends_it_without_a_word_too_many(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--port", "0", "--data", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "LOG_LEVEL": "WARNING"},
    )
    assert process.stdout is not None
    ready = (await process.stdout.readline()).decode()
    address = ready.split()[-1]
    while b"Ctrl-C" not in await process.stdout.readline():
        pass
    async with aiohttp.ClientSession() as session, session.get(f"{address}open/mia/welcome") as page:
        assert page.status == 200
        process.send_signal(signal.SIGINT)
        _, complaints = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 130
    assert b"Traceback" not in complaints
    assert not (set(complaints.decode().splitlines()) - {"Stopped."}), complaints.decode()
