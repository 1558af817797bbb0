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


@pytest_asyncio.fixture
async def world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """Start the bot in a server with the whole cast; hold every request against Discord's description."""
    clock = WorldClock()
    env = simcord.Env(make_bot(tmp_path, clock))
    clock.env = env
    requests = openapi.watch(env)
    await env.start()
    try:
        world = populate(env, clock)
        await env.settle()
        with env.time_context():
            yield world
    finally:
        await env.shutdown()
    env.raise_errors()
    requests.assert_fine()
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not errors, errors
