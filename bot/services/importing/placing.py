"""Where in a file something is wrong: line, column and byte, for a person with an editor.

The fast parser does not say. A file that is refused is therefore parsed once more, block by block, and the block in
which it went wrong byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ijson

_ENTRY = "messages.item"


@dataclass(slots=True)
class Spot:
    """A value in an export: a `field` of message number `index` (from 0), or of the head of the file (None)."""

    index: int | None = None
    field: str = ""

    def path(self) -> str:
        """Return it as a JSON path, such as ``messages[12].author.id``."""
        entry = "" if self.index is None else f"messages[{self.index}]"
        return ".".join(part for part in (entry, self.field) if part) or "$"


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column count from 1, bytes from 0."""

    line: int
    column: int
    byte: int


def place_of(path: Path, spot: Spot | None, block: int) -> Place:
    """Find where `spot` ends, where the object ends that lacks it, or (None) where the file stops being JSON."""
    whole = _first_bad(path, spot, block, fine_from=None)
    return _place(path, _first_bad(path, spot, block, fine_from=whole))


def _first_bad(path: Path, spot: Spot | None, block: int, *, fine_from: int | None) -> int:
    """Return the offset of the piece in which it goes wrong: a block, or a single byte from `fine_from` on."""
    events = ijson.sendable_list()
    parser = ijson.parse_coro(events)
    watch = _Watch(spot)
    offset = 0
    for offset, piece in _pieces(path, block, fine_from):
        try:
            parser.send(piece)
        except (ijson.JSONError, UnicodeDecodeError):
            return offset
        if watch.sees(events):
            return offset
        del events[:]
    return offset


def _pieces(path: Path, block: int, fine_from: int | None) -> Iterator[tuple[int, bytes]]:
    offset = 0
    with path.open("rb") as file:
        if file.read(3) == b"\xef\xbb\xbf":
            offset = 3
        file.seek(offset)
        while piece := file.read(1 if fine_from is not None and offset >= fine_from else block):
            yield offset, piece
            offset += len(piece)


class _Watch:
    """Looks at the parser's events for one spot."""

    def __init__(self, spot: Spot | None) -> None:
        self._spot = spot
        self._index: int | None = None

    def sees(self, events: list[tuple[str, str, Any]]) -> bool:
        """Tell whether the spot has just been passed."""
        return self._spot is not None and any(self._is_it(prefix, event) for prefix, event, _ in events)

    def _is_it(self, prefix: str, event: str) -> bool:
        spot = self._spot or Spot()
        if prefix == _ENTRY and event not in {"end_map", "end_array", "map_key"}:
            self._index = 0 if self._index is None else self._index + 1
        if spot.index is not None and self._index != spot.index:
            return False
        full = spot.field if spot.index is None else f"{_ENTRY}.{spot.field}".rstrip(".")
        parent = full.rpartition(".")[0]
        return (prefix == full and event != "map_key") or (prefix == parent and event == "end_map")


def _place(path: Path, byte: int) -> Place:
    line, line_start, offset = 1, 0, 0
    with path.open("rb") as file:
        while offset < byte and (piece := file.read(min(1 << 16, byte - offset))):
            breaks = piece.count(b"\n")
            if breaks:
                line += breaks
                line_start = offset + piece.rfind(b"\n") + 1
            offset += len(piece)
    return Place(line, byte - line_start + 1, byte)
