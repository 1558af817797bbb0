"""The content-addressed store of files: named by the SHA-256 of what is in it, so the same file is kept once."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path

from bot.errors import StorageUnavailable

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT}


class MediaStore:
    """Files under one folder. No name that a person chose ever becomes a path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the file with this digest is kept. Raises ValueError for anything that is not a SHA-256 digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a digest")
        return self.folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Keep `content` durably and return its digest. Blocks: call it in a thread.

        Raises StorageUnavailable on a full disk, and OSError where the folder cannot be written for another reason.
        """
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, content)
        except OSError as error:
            if error.errno in _FULL:
                raise StorageUnavailable("errors.storage_full") from error
            raise
        return digest

    def read(self, digest: str) -> bytes:
        """Return a file's content. Raises FileNotFoundError."""
        return self.path(digest).read_bytes()


def _write(target: Path, content: bytes) -> None:
    """Write a file that is whole or not there, under whatever name it gets."""
    handle, name = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
        sync_folder(target.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make what was renamed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
