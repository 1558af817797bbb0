"""`vademecum site build` and `vademecum site serve`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.opening import open_library, settings_for, until_stopped, upgrade_database
from bot.cli.saying import say
from bot.clock import SystemClock
from bot.errors import BadInput, Refused
from bot.services.library import Library
from bot.services.publishing import reading
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.web.building import BuildReport


def build(options: argparse.Namespace) -> int:
    """Write the site of every server, of one, or of the sample class, as files."""
    settings = settings_for(options)
    out = options.out or settings.site_dir
    try:
        report = asyncio.run(_build(settings, options, out))
    except OSError as error:
        raise Refused("cli.site.unwritable", folder=out, why=error.strerror or error) from error
    print(say("cli.site.built", count=report.questions, folder=report.folder))
    return 0


async def _build(settings: Settings, options: argparse.Namespace, out: Path) -> BuildReport:
    from bot.web.building import build_site

    async with _sample(settings) if options.sample else _own(settings) as library:
        slug = await _slug_of(library, options.server) if options.server else None
        return await build_site(library, out, server_slug=slug)


@asynccontextmanager
async def _own(settings: Settings) -> AsyncIterator[Library]:
    if not settings.database_path.exists():
        raise BadInput("cli.site.no_library", folder=settings.data_dir)
    upgrade_database(settings.database_path)
    async with open_library(settings) as library:
        yield library


@asynccontextmanager
async def _sample(settings: Settings) -> AsyncIterator[Library]:
    from bot.sandbox.sample_site import SampleClock, furnish_for_site

    clock = SampleClock(SystemClock().now())
    with tempfile.TemporaryDirectory(prefix="vademecum-sample-") as folder:
        made_up = replace(settings, data_dir=Path(folder))
        upgrade_database(made_up.database_path)
        async with open_library(made_up, clock) as library:
            await furnish_for_site(library, clock)
            yield library


async def _slug_of(library: Library, wanted: str) -> str:
    """Return the folder of the server meant, given that or its id. Raises BadInput, which names those there are."""
    servers = await reading.public_libraries(library)
    for one in servers:
        if wanted in {one.slug, str(one.server_id)}:
            return one.slug
    names = ", ".join(f"{one.slug} ({one.server_id})" for one in servers) or say("cli.site.none")
    raise BadInput("cli.site.unknown_server", wanted=wanted, names=names)


def serve(options: argparse.Namespace) -> int:
    """Serve the site until stopped."""
    settings = settings_for(options)
    try:
        return until_stopped(_serve(settings, options.host, options.port))
    except OSError as error:
        raise Refused("cli.site.port", host=options.host, port=options.port, why=error.strerror or error) from error


async def _serve(settings: Settings, host: str, port: int) -> None:
    from bot.web.app import serve as serve_site

    async with _own(settings) as library:
        runner = await serve_site(library, host, port)
        try:
            bound = runner.addresses[0][1]
            print(say("cli.site.served", address=f"http://{host}:{bound}/"), flush=True)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
