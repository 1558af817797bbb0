"""A real browser for tests: Debian's Chromium, driven by Playwright, cut off from everything but the loopback.

Fixtures run on the session's event loop; a test that uses them is marked ``pytest.mark.asyncio(loop_scope="session")``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, async_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
]
WAIT_MS = 15_000
"""How long Playwright waits for what should be there at once, on a machine that is busy with other tests."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole session."""
    if not CHROMIUM.exists():  # noqa: ASYNC240 - once, before anything runs
        pytest.fail(f"there is no Chromium at {CHROMIUM}: install it with `apt-get install chromium`, or set CHROMIUM")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A fresh tab with its own cookies. A request to anywhere but this machine fails the test."""
    strangers: list[str] = []
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT_MS)

    async def stay_here(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "http://localhost:", "blob:", "data:")):
            await route.continue_()
        else:
            strangers.append(route.request.url)
            await route.abort()

    await context.route("**/*", stay_here)
    yield await context.new_page()
    await context.close()
    assert not strangers, f"the page asked for {strangers}"
