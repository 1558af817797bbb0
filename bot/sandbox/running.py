"""Starting a sandbox with its pages, telling where they are, and taking everything down again."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from bot.sandbox import CannotRun, kept
from bot.sandbox.index_page import IndexPage
from bot.sandbox.session import MakeBot, Sandbox
from bot.settings import Settings
from bot.text import catalogue

USUAL_PORT = 8642
"""Where the index page listens unless told otherwise: an address that can be reloaded tomorrow."""
HOST = "127.0.0.1"
SHUTDOWN_SECONDS = 1.0

_say = catalogue().say


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that is up, and the address of its index page."""

    sandbox: Sandbox
    address: str


async def run(
    settings: Settings,
    data_dir: Path | None,
    port: int | None,
    announce: Callable[[str], None],
    make_bot: MakeBot | None = None,
) -> None:
    """Do what `bot.sandbox.run_sandbox` promises; tests may hand in another bot."""
    with tempfile.TemporaryDirectory(prefix="vademecum-sandbox-") as forgotten:
        async with start(replace(settings, data_dir=data_dir or Path(forgotten)), port, make_bot) as running:
            announce(_say("sandbox.terminal.ready", address=running.address))
            announce(_say("sandbox.terminal.kept", folder=data_dir) if data_dir else _say("sandbox.terminal.forgotten"))
            announce(_say("sandbox.terminal.stop"))
            await running.sandbox.run()


@asynccontextmanager
async def start(settings: Settings, port: int | None = 0, make_bot: MakeBot | None = None) -> AsyncIterator[Running]:
    """Bring a sandbox up in `settings.data_dir`; it is down again when the block is left.

    Time passes in it only while `Sandbox.run` runs. Raises CannotRun.
    """
    if settings.database_path.exists() and not kept.is_sandbox(settings.data_dir):
        raise CannotRun(_say("sandbox.terminal.other_data", folder=settings.data_dir))
    site_port = _free_port()
    # The site is served by the sandbox, not by the bot: what the bot serves counts as its work in the simulation.
    settings = replace(
        settings, discord_token="", message_content=True, site_port=None, site_url=f"http://{HOST}:{site_port}"
    )
    async with AsyncExitStack() as stack:
        sandbox = Sandbox(settings, make_bot or _real_bot())
        stack.push_async_callback(sandbox.close)
        await sandbox.start()
        site_url = await _serve_site(stack, sandbox, site_port)
        address = await _serve(stack, IndexPage(sandbox, site_url).app(), port)
        yield Running(sandbox, address)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _real_bot() -> MakeBot:
    from bot.client import create_bot

    return lambda settings, clock: create_bot(settings, clock=clock)


async def _serve_site(stack: AsyncExitStack, sandbox: Sandbox, port: int) -> str:
    if sandbox.library is None:
        return ""
    from bot.web.app import serve  # Markdown and the templates are loaded only where there is a library to read

    runner = await serve(sandbox.library, HOST, port)
    stack.push_async_callback(runner.cleanup)
    return f"{sandbox.settings.site_url}/"


async def _serve(stack: AsyncExitStack, app: web.Application, port: int | None) -> str:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, HOST, USUAL_PORT if port is None else port).start()
    except OSError as error:
        if port is not None:
            raise CannotRun(_say("sandbox.terminal.port_taken", port=port)) from error
        await web.TCPSite(runner, HOST, 0).start()
    host, bound = runner.addresses[0][:2]
    return f"http://{host}:{bound}/"
