"""`vademecum sandbox`: the real bot in a simulated Discord, in a browser, with a small sample class.

The only place that touches simcord. It needs the optional extra ``sandbox``; importing this package does not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from bot.settings import Settings
from bot.text import catalogue

__all__ = ["CannotRun", "run_sandbox"]


class CannotRun(Exception):
    """The sandbox cannot run like this. The message tells the operator what to do."""


async def run_sandbox(
    settings: Settings, data_dir: Path | None, port: int | None, announce: Callable[[str], None]
) -> None:
    """Run the sandbox until cancelled, then take it down.

    Its data is kept in `data_dir`, or forgotten where there is none. `port` is where the index page listens on the
    loopback (0 or a taken default: one that is free). `announce` is called with each line for the terminal. Raises
    CannotRun.
    """
    if find_spec("simcord") is None:
        raise CannotRun(catalogue().say("sandbox.terminal.missing"))
    # What discord.py warns of (no voice, no token) is about a Discord that is not there.
    logging.getLogger("discord").setLevel(logging.ERROR)
    from bot.sandbox.running import run

    await run(settings, data_dir, port, announce)
