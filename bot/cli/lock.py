"""One bot per folder of data: who runs it holds a lock that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import WrongState

FILE = "run.lock"


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the folder. Raises WrongState, which names the process, where another one holds it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / FILE).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise WrongState("cli.running_already", folder=data_dir, pid=file.read().strip() or "?") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_held(data_dir: Path) -> bool:
    """Tell whether a process runs the bot on this folder."""
    if not (data_dir / FILE).exists():
        return False
    try:
        with (data_dir / FILE).open(encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
