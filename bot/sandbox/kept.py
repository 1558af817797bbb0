"""What the sandbox itself remembers beside the database, where its data is kept between runs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "sandbox.json"


@dataclass(slots=True)
class Kept:
    """`moved_ms`: how far its clock was moved ahead of the machine's. `has_class`: the sample class was put in.

    The clock of a later run starts as far ahead, so its ids are later than all ids of the runs before (DESIGN.md,
    traps: an event with an old id looks like a replay).
    """

    moved_ms: int = 0
    has_class: bool = False


def is_sandbox(data_dir: Path) -> bool:
    """Tell whether a sandbox made this folder: the sample class must not be mixed into a real library."""
    return (data_dir / FILE).is_file()


def read(data_dir: Path) -> Kept:
    """Read what an earlier run left there; a folder that is new begins afresh."""
    path = data_dir / FILE
    if not path.is_file():
        return Kept()
    found = json.loads(path.read_text(encoding="utf-8"))
    return Kept(moved_ms=int(found["moved_ms"]), has_class=bool(found["has_class"]))


def write(data_dir: Path, kept: Kept) -> None:
    """Keep it for the next run."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / FILE).write_text(json.dumps(asdict(kept)) + "\n", encoding="utf-8")
