"""A figure of the benchmarks: ours beside its floor; and how figures are shown and kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure. The ratio of `ours` to `floor` is what must be small: at most `goal`, where there is one."""

    name: str
    ours: float
    floor: float
    goal: float | None
    unit: str

    @property
    def ratio(self) -> float:
        """How many times the floor we need."""
        return self.ours / self.floor

    @property
    def reached(self) -> bool:
        """Whether the goal is reached; without one it always is."""
        return self.goal is None or self.ratio <= self.goal

    def as_json(self) -> str:
        """The figure as one line of `results.jsonl`."""
        values = {**asdict(self), "ratio": self.ratio}
        return json.dumps({name: values[name] for name in ("name", "ours", "floor", "ratio", "goal", "unit")})


_HEAD = ("figure", "ours", "floor", "unit", "ratio", "goal", "")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a person reads them, a line each."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join(_line(row, widths) for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    said = "" if figure.goal is None else "reached" if figure.reached else "MISSED"
    return (
        figure.name,
        f"{figure.ours:.3g}" if figure.ours < 100 else f"{figure.ours:.0f}",
        f"{figure.floor:.3g}" if figure.floor < 100 else f"{figure.floor:.0f}",
        figure.unit,
        f"{figure.ratio:.2f}",
        "" if figure.goal is None else f"{figure.goal:g}",
        said,
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *middle, last = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join((first.strip().ljust(widths[0]), *middle, last.strip()))


def write(path: Path, figures: Iterable[Figure]) -> None:
    """Put the figures of this run in place of those of the last one."""
    path.write_text("".join(f"{figure.as_json()}\n" for figure in figures), encoding="utf-8")
