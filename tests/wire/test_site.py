"""The running bot serves the public site beside its work on Discord."""

from __future__ import annotations

import socket
from pathlib import Path

import aiohttp

from tests.wire.conftest import Room
from tests.wire.running import RunningBot


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def test_the_site_is_up_while_the_bot_runs_and_down_after(room: Room, tmp_path: Path) -> None:
    port = free_port()
    async with RunningBot(room.discord, tmp_path / "data") as bot, aiohttp.ClientSession() as reader:
        bot.environment = {"SITE_PORT": str(port)}
        await bot.start()
        async with reader.get(f"http://127.0.0.1:{port}/") as page:
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
            assert "<html" in await page.text()
        await bot.stop()
        assert not bot.errors()
    with socket.socket() as closed:
        assert closed.connect_ex(("127.0.0.1", port)) != 0
