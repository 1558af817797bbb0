"""`vademecum run` and `vademecum sandbox`."""

from __future__ import annotations

import argparse
import contextlib
import logging
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
    import aiohttp
    import discord

    from bot.client import create_bot

    _hush_about_voice()
    bot = create_bot(settings)
    try:
        async with bot:
            await bot.start(settings.discord_token)
    except discord.LoginFailure as error:
        raise BadInput("cli.bad_token") from error
    except discord.PrivilegedIntentsRequired as error:
        raise BadInput("cli.no_intent") from error
    except aiohttp.ClientConnectionError as error:
        raise Refused("cli.no_connection", why=error) from error
    except OSError as error:  # the port of the site is taken, the folder cannot be written
        raise Refused("cli.cannot_start", why=error) from error


def _hush_about_voice() -> None:
    """Keep discord.py from warning that it cannot speak in voice channels: the bot never does."""
    import discord

    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


def sandbox(options: argparse.Namespace) -> int:
    """Start the sandbox."""
    settings = settings_for(argparse.Namespace())  # its own --data is not the library's
    return _sandbox(settings, options.data, options.port)


def _sandbox(settings: Settings, data_dir: Path | None, port: int | None) -> int:
    from bot.sandbox import CannotRun, run_sandbox

    _hush_about_voice()
    if settings.log_level == "INFO":  # about a Discord that is none; it would bury the address
        logging.getLogger().setLevel(logging.WARNING)
    holding = contextlib.nullcontext() if data_dir is None else only_one(data_dir)
    try:
        with holding:
            return until_stopped(run_sandbox(settings, data_dir, port, lambda line: print(line, flush=True)))
    except CannotRun as error:
        raise Refused("cli.plain", text=error) from error
