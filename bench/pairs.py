"""Running ours and its floor in turns, each in a process of its own, so that both see the same machine.

A child is a module of `bench.children`. It writes one line of JSON when it is done with what is measured, and is ended
here if it does not end by itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
LONGEST_SECONDS = 120.0
"""What one child may take; more is a failure."""

OURS, FLOOR = "ours", "floor"


@dataclass(frozen=True, slots=True)
class Said:
    """What one child said, and the wall-clock seconds from its start to that line."""

    seconds: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Pairs:
    """What the children said, ours and floors, run by run."""

    ours: Sequence[Said]
    floor: Sequence[Said]

    def seconds(self) -> tuple[float, float]:
        """The medians of the time to the line: ours, floor."""
        return median(one.seconds for one in self.ours), median(one.seconds for one in self.floor)

    def values(self, name: str) -> tuple[float, float]:
        """The medians of what the children measured themselves: ours, floor."""
        return median(one.values[name] for one in self.ours), median(one.values[name] for one in self.floor)


def run_pairs(
    module: str, runs: int, *arguments: str, environment: Mapping[str, str] | None = None, keep: bool = False
) -> Pairs:
    """Run ``bench.children.<module>`` for both, `runs` times in turns (and once before, to compile).

    Each gets ``ours`` or ``floor``, a folder, and `arguments`. The folder is empty; with `keep` it is as the run before
    left it. Raises RuntimeError where a child fails or takes too long.
    """
    said: dict[str, list[Said]] = {OURS: [], FLOOR: []}
    with tempfile.TemporaryDirectory(prefix="vademecum-bench-") as base:
        surroundings = _surroundings(environment or {}, f"{base}/bytecode")
        for run in range(-1, runs):
            for which in (OURS, FLOOR) if run % 2 else (FLOOR, OURS):
                folder = Path(base, which)
                folder.mkdir(exist_ok=True)
                one = _run(module, [which, str(folder), *arguments], surroundings)
                if run >= 0:
                    said[which].append(one)
                if not keep:
                    shutil.rmtree(folder)
    return Pairs(said[OURS], said[FLOOR])


def _surroundings(environment: Mapping[str, str], bytecode: str) -> dict[str, str]:
    """What the children find: compiled modules, as on every start but the first, whatever this machine is set to."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPYCACHEPREFIX": bytecode, **environment}


def _run(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Said:
    command = [sys.executable, "-m", f"bench.children.{module}", *arguments]
    begin = time.perf_counter()  # real time is what is measured here
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    too_long = threading.Timer(LONGEST_SECONDS, child.kill)
    too_long.start()
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        seconds = time.perf_counter() - begin
        code = child.wait()
    finally:
        too_long.cancel()
        child.kill()
        child.communicate()
    if code or not line:
        raise RuntimeError(f"{module} {arguments[0]} failed or took over {LONGEST_SECONDS:.0f} s (exit code {code})")
    return Said(seconds, json.loads(line))
