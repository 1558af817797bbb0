"""`vademecum run`: connects, ends cleanly, and says what to do where it cannot."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import discord
import pytest
from aiohttp import web

from bot.cli import main
from bot.storage import migrations
from tests.wire.control import Discord

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from tests.wire.bot_process import point_at
from bot.cli import main
point_at(sys.argv[1])
sys.exit(main(["run"]))
"""
"""The command itself, with discord.py pointed at a server of ours."""


@asynccontextmanager
async def running(origin: str, here: Path, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = (
        os.environ | {"PYTHONPATH": str(ROOT), "DISCORD_TOKEN": "loopback-token", "DATA_DIR": "data"} | settings
    )
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, origin, cwd=here, env=environment, stdout=pipe, stderr=pipe
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def last_words(process: asyncio.subprocess.Process) -> str:
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert "Traceback" not in said.decode()
    return said.decode()


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_it_connects_alone_and_ends_cleanly(tmp_path: Path, how: signal.Signals, code: int) -> None:
    async with Discord() as loopback, running(loopback.origin, tmp_path) as process:
        await loopback.until(lambda: bool(loopback.gateway.identifies), "the bot identifies")
        assert migrations.version_of(tmp_path / "data/vademecum.sqlite3") == migrations.latest()

        async with running(loopback.origin, tmp_path) as second:
            refused = await last_words(second)
        assert second.returncode == 1
        assert f"in use by the Vademecum with process id {process.pid}" in refused
        assert len(loopback.gateway.identifies) == 1

        process.send_signal(how)
        await last_words(process)
        assert process.returncode == code


async def test_a_token_that_discord_does_not_accept(tmp_path: Path) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with running(f"http://{host}:{port}", tmp_path) as process:
            said = await last_words(process)
    finally:
        await runner.cleanup()
    assert process.returncode == 1
    assert "Discord does not accept this DISCORD_TOKEN" in said
    assert "Reset Token" in said
    assert "loopback-token" not in said


async def test_discord_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        async with running(f"http://127.0.0.1:{taken.getsockname()[1]}", tmp_path) as process:
            said = await last_words(process)
    assert process.returncode == 1
    assert "Discord cannot be reached" in said


def test_an_intent_that_discord_does_not_grant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def start(*_: object) -> None:
        raise discord.PrivilegedIntentsRequired(None)

    monkeypatch.setattr("discord.Client.start", start)
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert main(["run"]) == 1
    said = capsys.readouterr().err
    assert "switch on Message Content Intent" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "how", "code"),
    [
        (["run"], signal.SIGINT, 130),
        (["sandbox", "--port", "0"], signal.SIGTERM, 0),
        (["sandbox", "--port", "0", "--data", "kept"], signal.SIGINT, 130),
    ],
)
async def test_without_a_token_the_sandbox_says_where_it_is(
    tmp_path: Path, typed: list[str], how: signal.Signals, code: int
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DISCORD_TOKEN"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *typed),
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        stdout=pipe,
        stderr=pipe,
    )
    try:
        address = await asyncio.wait_for(address_said(process), 40)
        async with aiohttp.ClientSession() as session, session.get(address) as page:
            assert page.status == 200
        process.send_signal(how)
        await last_words(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == code
    assert (tmp_path / "kept").exists() == ("--data" in typed)
    assert not (tmp_path / "data").exists()


async def address_said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    said = ""
    while (found := re.search(r"http://127\.0\.0\.1:\d+/", said)) is None:
        line = (await process.stdout.readline()).decode()
        assert line, said
        said += line
    return found[0]


async def test_a_port_for_the_site_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with Discord() as loopback, running(loopback.origin, tmp_path, SITE_PORT=port) as process:
            said = await last_words(process)
    assert process.returncode == 1
    assert "The bot cannot start" in said
    assert port in said
