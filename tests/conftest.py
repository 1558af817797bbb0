"""Fixtures that every floor shares: a real database file, a clock that can be moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.media import MediaStore
from bot.services.library import Library
from bot.storage import migrations
from bot.storage.database import Database
from tests.cast import MovableClock


@pytest.fixture
def clock() -> MovableClock:
    """Return a clock that stands still until a test moves it."""
    return MovableClock()


@pytest_asyncio.fixture
async def library(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Library]:
    """Open a library on a database file made by the real migrations."""
    path = tmp_path / "vademecum.sqlite3"
    migrations.upgrade(path)
    database = await Database.open(path, clock)
    try:
        yield Library(database, clock, MediaStore(tmp_path / "media"))
    finally:
        await database.close()
