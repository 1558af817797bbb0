"""What most commands begin with: the settings, the log, the library on its database; and what long ones end with."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.clock import Clock, SystemClock
from bot.errors import BadInput
from bot.media import MediaStore
from bot.services.library import Library
from bot.settings import Settings, from_environment
from bot.storage import migrations
from bot.storage.database import Database

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def settings_for(options: argparse.Namespace) -> Settings:
    """Read the settings, `--data` first, and set up the log. Raises SettingError, which names the mend."""
    settings = from_environment(os.environ)
    _set_up_log(settings.log_level)
    data = getattr(options, "data", None)
    return settings if data is None else replace(settings, data_dir=data)


def _set_up_log(level: str) -> None:
    """Write the log to stderr. Only our own modules say more than INFO.

    At DEBUG discord.py writes down every event, with messages and names in it, and aiosqlite what it is given; the log
    holds neither (docs/privacy.md).
    """
    logging.basicConfig(level="INFO" if level == "DEBUG" else level, format=LOG_FORMAT, stream=sys.stderr)
    if level == "DEBUG":
        for ours in ("bot", "cogs"):
            logging.getLogger(ours).setLevel(level)


def upgrade_database(path: Path) -> list[str]:
    """Bring the database up to date and return the migrations applied. Raises BadInput for a useless file."""
    try:
        return migrations.upgrade(path)
    except migrations.TooNew as error:
        raise BadInput("cli.database.too_new", file=path) from error
    except migrations.NotOurs as error:
        raise BadInput("cli.database.not_ours", file=path) from error
    except (migrations.NotUsable, OSError) as error:
        raise BadInput("cli.database.unwritable", file=path, why=error) from error


@asynccontextmanager
async def open_library(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Library]:
    """Open the library of an up-to-date database file."""
    clock = clock or SystemClock()
    database = await Database.open(settings.database_path, clock)
    try:
        yield Library(database, clock, MediaStore(settings.media_dir), settings.site_url)
    finally:
        await database.close()


def until_stopped(main: Coroutine[Any, Any, None]) -> int:
    """Run what goes on until somebody stops it; a SIGTERM ends it as cleanly as Ctrl-C, with exit code 0."""

    async def stoppable() -> int:
        task, terminated = asyncio.create_task(main), asyncio.Event()

        def terminate() -> None:
            terminated.set()
            task.cancel()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
        try:
            await task
        except asyncio.CancelledError:
            if not terminated.is_set():  # Ctrl-C
                raise
        return 0

    return asyncio.run(stoppable())
