"""The figures, each measured with its floor in turns."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from bench.children import building as companion
from bench.exports import write_export
from bench.figures import Figure
from bench.lesson_texts import lessons
from bench.pairs import run_pairs
from tests.shims import build_fsync_shim, preloaded

MESSAGES = 40_000
"""Messages of the generated export: 31 MB."""
SLOW_FSYNC_MS = 5


def starting(runs: int = 7) -> list[Figure]:
    """From nothing to a ready bot, and the memory it took."""
    pairs = run_pairs("starting", runs, keep=True)  # a start is a restart, but for the first in a library's life
    return [
        Figure("start-up to a ready bot", *pairs.seconds(), goal=1.25, unit="s"),
        Figure("memory of a ready bot", *pairs.values("peak_mib"), goal=1.3, unit="MiB"),
    ]


def bursting(runs: int = 5, count: int = 1000) -> list[Figure]:
    """Everybody asks at once."""
    pairs = run_pairs("bursting", runs, str(count))
    patience, _ = pairs.values("p99")
    with tempfile.TemporaryDirectory(prefix="vademecum-bench-") as folder:
        slow = preloaded(build_fsync_shim(Path(folder)), delay_ms=SLOW_FSYNC_MS)
        slowed = run_pairs("bursting", runs, str(count), environment=slow)
    strict = run_pairs("bursting", runs, str(count), "without-http").values("total")
    return [
        Figure(f"{count:,} questions at once, all acknowledged", *pairs.values("total"), goal=4.0, unit="s"),
        Figure("of these, the 99th percentile", patience, 1.0, goal=1.0, unit="s"),
        Figure(f"the same, {SLOW_FSYNC_MS} ms more per fsync", *slowed.values("total"), goal=6.0, unit="s"),
        Figure("the same, without discord.py's HTTP code", *strict, goal=4.0, unit="s"),
    ]


def importing(runs: int = 3, messages: int = MESSAGES) -> list[Figure]:
    """A channel's history, against one pass of the parser over the same file."""
    with tempfile.TemporaryDirectory(prefix="vademecum-bench-") as folder:
        file = Path(folder) / "export.json"
        write_export(file, messages)
        pairs = run_pairs("importing", runs, str(file))
    ours, floor = pairs.values("seconds")
    return [
        Figure(f"import of {messages:,} messages", ours, floor, goal=6.0, unit="s"),
        Figure("import, per message (5,000 a second)", ours / messages * 1000, 0.2, goal=1.0, unit="ms"),
    ]


def noting(runs: int = 5, count: int = 500) -> list[Figure]:
    """A lesson writes at once."""
    ours, floor = run_pairs("noting", runs, str(count)).values("seconds")
    return [
        Figure(f"{count} messages of a note at once, all kept", ours, floor, goal=10.0, unit="s"),
        Figure("of these, per message", ours / count * 1000, floor / count * 1000, goal=10.0, unit="ms"),
    ]


def building(runs: int = 3, count: int = 1000) -> list[Figure]:
    """A whole companion, and one note of it, against `mkdocs build` of the same text."""
    with tempfile.TemporaryDirectory(prefix="vademecum-bench-") as folder:
        notes = Path(folder)
        asyncio.run(companion.prepare(notes / "ours", list(lessons(count))))
        asyncio.run(companion.write_for_mkdocs(notes / "ours", notes / "mkdocs"))
        whole, floor = run_pairs("building", runs, folder, "whole", str(count)).values("cpu")
        built = notes / "built"
        asyncio.run(companion.ours(built, notes / "ours", "whole", count))
        shutil.rmtree(notes / "ours")
        built.rename(notes / "ours")
        one, _ = run_pairs("building", runs, folder, "one", str(count)).values("cpu")
    return [
        Figure(f"compile and build of {count:,} notes, CPU", whole, floor, goal=0.35, unit="s"),
        Figure("of these one edited, compiled, built again, CPU", one, floor / 30, goal=1.0, unit="s"),
    ]
