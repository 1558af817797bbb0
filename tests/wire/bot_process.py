"""A bot in a process of its own, so that it can be killed: `python -m tests.wire.bot_process ORIGIN DATA_DIR [KIND]`.

KIND is `vademecum` (the real bot), `parrot` or `hasty-parrot` (the small ones that prove the loopback server itself).
discord.py is pointed at ORIGIN by its public class attributes, and runs its own HTTP and gateway clients unchanged.
SIGTERM ends it cleanly.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import signal
import sys
from pathlib import Path

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

TOKEN = "loopback-token"


def build(kind: str, data_dir: Path) -> discord.Client:
    """The bot of this kind, with its data under `data_dir`."""
    if kind != "vademecum":
        from tests.wire.parrot import Parrot

        return Parrot(data_dir, hasty=kind == "hasty-parrot")
    from bot.client import create_bot
    from bot.settings import from_environment

    settings = from_environment(os.environ, env_file=None)
    real: discord.Client = create_bot(dataclasses.replace(settings, data_dir=data_dir))
    return real


def point_at(origin: str) -> None:
    """Send discord.py to the loopback server instead of Discord."""
    Route.BASE = f"{origin}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{origin.replace('http', 'ws', 1)}/gateway")


async def run(bot: discord.Client) -> None:
    """Run until SIGTERM."""
    # discord.py waits two seconds after the last server before it says it is ready; here there is one server. The
    # option can only be given to a constructor, which is not ours to call.
    bot._connection.guild_ready_timeout = 0.1
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with bot:
        running = asyncio.create_task(bot.start(TOKEN))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        # discord.py's wait for the last server outlives a close, and then complains that the bot is gone.
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        # Closed and not cancelled: Python 3.11 loses a cancellation that comes just as `asyncio.wait_for` ends, and
        # discord.py connects inside one.
        await bot.close()
        await running


def main(origin: str, data_dir: str, kind: str = "vademecum") -> None:
    """Log to stderr and run."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    point_at(origin)
    asyncio.run(run(build(kind, Path(data_dir))))


if __name__ == "__main__":
    main(*sys.argv[1:])
