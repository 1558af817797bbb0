"""``python -m bench [NAME …]``: measure all, or only ``starting``, ``bursting``, ``importing``. About a minute."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from bench import measuring, recognition, searching
from bench.figures import Figure, table, write

RESULTS = Path(__file__).parent / "results.jsonl"
MEASURES: dict[str, Callable[[], list[Figure]]] = {
    "starting": measuring.starting,
    "bursting": measuring.bursting,
    "importing": measuring.importing,
    "searching": searching.searching,
    "noting": measuring.noting,
    "building": measuring.building,
}


def main(names: list[str]) -> int:
    """Print the table and write `results.jsonl`. Goals that are missed are said, and are no failure."""
    unknown = set(names) - set(MEASURES)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in names or MEASURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures += MEASURES[name]()
    write(RESULTS, figures)
    print(table(figures))
    if not names:
        recognise()
    return 0


def recognise() -> None:
    """Print how well questions are recognised, where the labelled chat is at hand."""
    shared = Path(os.environ.get("VADEMECUM_SHARED") or Path(__file__).parent.parent.parent / "shared")
    if (shared / "data" / "chat").is_dir():
        print("\nrecognising questions (docs/recognising.md)")
        recognition.report(shared / "data" / "chat")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
