"""The real bot in the simulated Discord. After each test: nothing was logged as an error, and every body was valid."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import simcord

from tests import openapi
from tests.cogs.world import World, WorldClock, make_bot, populate

SETTLE_SECONDS = 30.0
"""How long the bot may take to come to rest: far more than it needs, so that no test is about a busy machine."""


@pytest_asyncio.fixture
async def env(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[simcord.Env]:
    """Start the bot; hold every request against Discord's description, and let no error pass in the log."""
    clock = WorldClock()
    env = simcord.Env(make_bot(tmp_path, clock), settle_timeout=SETTLE_SECONDS)
    clock.env = env
    requests = openapi.watch(env)
    await env.start()
    try:
        yield env
    finally:
        await env.shutdown()
        await env.bot.close()  # simcord takes the bot from its world; its database is ours to close
    env.raise_errors()
    requests.assert_fine()
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not errors, errors


@pytest_asyncio.fixture
async def world(env: simcord.Env) -> World:
    """A server with the whole cast, and another server beside it."""
    made = populate(env)
    await env.settle()
    return made
