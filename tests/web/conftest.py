"""A library whose public site is served on this machine, on the event loop that the browser shares."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest_asyncio

from bot.media import MediaStore
from bot.services.library import Library
from bot.storage import migrations
from bot.storage.database import Database
from bot.web.app import serve
from tests.browser import browser, page
from tests.cast import MovableClock

__all__ = ["browser", "page"]


@dataclass(frozen=True, slots=True)
class Served:
    """A library and the address of its site, with a slash at its end."""

    library: Library
    address: str


@pytest_asyncio.fixture(loop_scope="session")
async def library(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Library]:
    """Open a library on the session's event loop."""
    path = tmp_path / "vademecum.sqlite3"
    migrations.upgrade(path)
    database = await Database.open(path, clock)
    try:
        yield Library(database, clock, MediaStore(tmp_path / "media"))
    finally:
        await database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def served(library: Library) -> AsyncIterator[Served]:
    """Serve its site on a free port."""
    runner = await serve(library, "127.0.0.1", 0)
    try:
        yield Served(library, f"http://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def reader(served: Served) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who reads the site and follows no redirect unseen."""
    async with aiohttp.ClientSession(served.address) as session:
        yield session
