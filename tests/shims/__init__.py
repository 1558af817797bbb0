"""A C shim that watches and slows fsync in the process it is preloaded into; built when a test or benchmark needs it.

shim = build_fsync_shim(folder)
environment |= preloaded(shim, delay_ms=5)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("fsync.c")


@dataclass(frozen=True)
class Sync:
    """One fsync or fdatasync that succeeded: monotonic nanoseconds of its begin and end, and the file."""

    start_ns: int
    end_ns: int
    path: str


def build_fsync_shim(folder: Path) -> Path:
    """Compile the shim into `folder`: with the machine's C compiler, or with the one that the lock brings along."""
    own = shutil.which("cc")
    compiler = [own] if own else [sys.executable, "-m", "ziglang", "cc"]
    shim = folder / "fsync.so"
    command = [
        *compiler,
        "-shared",
        "-fPIC",
        "-O2",
        "-Wall",
        "-Werror",
        "-o",
        str(shim),
        str(SOURCE),
        "-ldl",
        "-lpthread",
    ]
    subprocess.run(command, check=True)
    return shim


def preloaded(shim: Path, *, delay_ms: int = 0, log: Path | None = None, image: Path | None = None) -> dict[str, str]:
    """The environment of a process that is to run under the shim (see `fsync.c` for what each does)."""
    environment = {"LD_PRELOAD": str(shim), "FSYNC_DELAY_MS": str(delay_ms)}
    if log is not None:
        environment["FSYNC_LOG"] = str(log)
    if image is not None:
        environment["FSYNC_IMAGE"] = str(image)
    return environment


def read_syncs(log: Path) -> list[Sync]:
    """What the shim wrote into its log, in order; nothing if it has not written yet."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    parts = (line.split(" ", 2) for line in lines)
    return [Sync(int(start), int(end), path) for start, end, path in parts]
