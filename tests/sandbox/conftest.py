"""A sandbox that is up, with the stand-in bot, and time passing in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import simcord

from bot.sandbox.running import Running, start
from bot.settings import Settings
from tests import openapi
from tests.browser import browser, page
from tests.sandbox.stand_in import make_stand_in

__all__ = ["browser", "page"]


@pytest.fixture(autouse=True)
def what_discord_takes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold every request that a bot makes in these sandboxes against Discord's description."""
    watched: list[openapi.WatchedRequests] = []
    start_env = simcord.Env.start

    async def watch_and_start(env: simcord.Env) -> None:
        watched.append(openapi.watch(env))
        await start_env(env)

    monkeypatch.setattr(simcord.Env, "start", watch_and_start)
    yield
    for requests in watched:
        requests.assert_fine()


@contextlib.asynccontextmanager
async def living(settings: Settings) -> AsyncIterator[Running]:
    """Run a sandbox with the stand-in bot for as long as the block lasts."""
    async with start(settings, make_bot=make_stand_in) as running:
        time = asyncio.create_task(running.sandbox.run())
        try:
            yield running
        finally:
            time.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await time


@pytest_asyncio.fixture(loop_scope="session")
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """A sandbox on a free port with a folder of its own."""
    async with living(Settings(data_dir=tmp_path / "data")) as up:
        yield up
