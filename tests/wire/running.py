"""Starting, killing and stopping a bot's process; each is ended by its own process id, and none outlives its test."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tests.wire.control import Discord

ROOT = Path(__file__).resolve().parents[2]


class RunningBot:
    """A bot's process against one loopback Discord: `start`, `kill` (-9) or `stop`, then `start` on the same data."""

    def __init__(self, discord: Discord, data_dir: Path, *, kind: str = "vademecum") -> None:
        self.discord = discord
        self.data_dir = data_dir
        self.log = data_dir.parent / f"{data_dir.name}.log"
        #: Added to the process's environment; the fsync shim is preloaded by it.
        self.environment: dict[str, str] = {}
        self._arguments = ("-m", "tests.wire.bot_process", discord.origin, str(data_dir), kind)
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start the process and wait until it has identified at the gateway and knows the server's commands."""
        assert self._process is None, "it is running already"
        identifies = len(self.discord.gateway.identifies)
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | self.environment
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        gateway = self.discord.gateway
        await self.discord.until(lambda: self._ended or len(gateway.identifies) > identifies, "the bot identifies")
        assert not self._ended, f"the bot ended while it started:\n{self.words()[-3000:]}"

    @property
    def running(self) -> bool:
        """Whether there is a process that has not been ended."""
        return self._process is not None

    @property
    def _ended(self) -> bool:
        return self._process is not None and self._process.returncode is not None

    async def kill(self) -> None:
        """End it at once, as `kill -9` does; nothing to do if it is not running."""
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def stop(self) -> None:
        """End it cleanly."""
        assert self._process is not None, "it is not running"
        self._process.terminate()
        await self.discord.until(lambda: self._ended, "the bot ends when it is asked to")
        self._process = None

    def words(self) -> str:
        """All that the process has logged so far."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def errors(self) -> list[str]:
        """What it has logged as an error, each with the lines that follow (the traceback)."""
        entries = re.split(r"^(?=(?:DEBUG|INFO|WARNING|ERROR|CRITICAL) )", self.words(), flags=re.MULTILINE)
        return [entry for entry in entries if entry.startswith(("ERROR", "CRITICAL"))]
