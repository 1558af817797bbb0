"""`vademecum run` and `vademecum sandbox`."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from bot.cli.lock import only_one
from bot.cli.opening import settings_for, until_stopped, upgrade_database
from bot.cli.saying import say
from bot.errors import BadInput, Refused
from bot.settings import Settings


def run(options: argparse.Namespace) -> int:
    """Connect to Discord, or start the sandbox where there is no token."""
    settings = settings_for(options)
    if not settings.discord_token:
        print(say("cli.no_token"), flush=True)
        return _sandbox(settings, None, None)
    with only_one(settings.data_dir):
        upgrade_database(settings.database_path)
        return until_stopped(_connect(settings))


async def _connect(settings: Settings) -> None:
    import discord

    from bot.client import create_bot

    bot = create_bot(settings)
    try:
        async with bot:
            await bot.start(settings.discord_token)
    except discord.LoginFailure as error:
        raise BadInput("cli.bad_token") from error
    except discord.PrivilegedIntentsRequired as error:
        raise BadInput("cli.no_intent") from error
    except OSError as error:  # aiohttp's errors of connecting are OSErrors
        raise Refused("cli.no_connection", why=error) from error


def sandbox(options: argparse.Namespace) -> int:
    """Start the sandbox."""
    settings = settings_for(argparse.Namespace())  # its own --data is not the library's
    return _sandbox(settings, options.data, options.port)


def _sandbox(settings: Settings, data_dir: Path | None, port: int | None) -> int:
    from bot.sandbox import CannotRun, run_sandbox

    holding = contextlib.nullcontext() if data_dir is None else only_one(data_dir)
    try:
        with holding:
            return until_stopped(run_sandbox(settings, data_dir, port, lambda line: print(line, flush=True)))
    except CannotRun as error:
        raise Refused("cli.plain", text=error) from error
