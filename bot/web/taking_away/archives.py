"""ZIP files whose bytes follow from what is in them: the same input makes the same file, at any time, anywhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

PACKED = frozenset({".png", ".jpg", ".gif", ".webp"})
"""Endings of what is packed already: packing it again only costs time."""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16
_UNIX = 3


def pack(files: Iterable[tuple[str, bytes]], *, first: tuple[str, bytes] | None = None) -> bytes:
    """Return a ZIP file of these, in this order. `first` stands before them, unpacked, as EPUB wants its type."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if first is not None:
            _add(archive, *first, zipfile.ZIP_STORED)
        for name, content in files:
            is_packed = any(name.endswith(ending) for ending in PACKED)
            _add(archive, name, content, zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes, method: int) -> None:
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _PLAIN_FILE, method
    archive.writestr(entry, content)
