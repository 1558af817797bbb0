"""From nothing to a bot that is ready, and what memory that took: ``python -m bench.children.starting WHICH DIR``."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bench.children.choosing import make_bot


async def main(which: str, folder: Path) -> None:
    """Start, say the peak of this process's own memory, and stop."""
    bot = make_bot(which, folder)
    from bench.children.stubs import StubbedDiscord  # after the bot, which is what a process begins with

    try:
        await StubbedDiscord().log_in(bot)
        print(json.dumps({"peak_mib": peak_kib() / 1024, "commands": len(list(bot.tree.walk_commands()))}), flush=True)
    finally:
        await bot.close()


def peak_kib() -> int:
    """The most memory that this process ever held (VmHWM), in KiB. Linux tells it; rusage would count its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
