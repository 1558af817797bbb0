"""The disk under a bot's process: what it has been told to keep, and nothing else, as after a power cut.

`kill -9` loses nothing that was written, because the system still holds it. A power cut loses what was not synced. The
fsync shim keeps a copy of each file as it was at its last sync; from those copies a test sees what an acknowledgement
really rests on.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tests.shims import preloaded


class Disk:
    """The synced copies of one SQLite database (`name`) of a process that runs with `environment`."""

    def __init__(self, folder: Path, shim: Path, name: str) -> None:
        self._image = folder / "image"
        self._image.mkdir(parents=True)
        self._names = (f"{name}-wal", name)
        self.environment = preloaded(shim, log=folder / "syncs", image=self._image)
        self.log = folder / "syncs"

    def holds(self, query: str, *parameters: object) -> bool:
        """Whether the query finds a row in what a power cut at this instant would leave."""
        with tempfile.TemporaryDirectory() as folder:
            self._copy_to(Path(folder))
            with closing(sqlite3.connect(Path(folder) / self._names[-1])) as connection:
                return connection.execute(query, parameters).fetchone() is not None

    def cut_power(self, data_dir: Path) -> None:
        """Make the database of a process that has ended what a power cut at its end would have left."""
        for path in data_dir.glob(f"{self._names[-1]}*"):
            path.unlink()
        self._copy_to(data_dir)

    def _copy_to(self, folder: Path) -> None:
        """Copy the database with its log as they stood at one instant: again if a sync came between the two."""
        while True:
            before = self._versions()
            for name in self._names:
                if (self._image / name).exists():
                    shutil.copyfile(self._image / name, folder / name)
            if before == self._versions():
                return

    def _versions(self) -> list[tuple[int, int] | None]:
        paths = [self._image / name for name in self._names]
        return [(path.stat().st_ino, path.stat().st_mtime_ns) if path.exists() else None for path in paths]
