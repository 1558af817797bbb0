"""ZIP files whose bytes follow from what is in them: the same input makes the same file, at any time, anywhere.

Written here, not by `zipfile`, which cannot take over what is packed already: a companion of a thousand notes, of which
one was edited, is packed as fast as it is copied.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

PACKED = (".png", ".jpg", ".gif", ".webp")
"""Endings of what is packed already: packing it again only costs time."""

_STORED, _DEFLATED = 0, 8
_VERSION, _MADE_BY = 20, 3 << 8 | 20  # Unix, and what a reader must know: folders and deflate
_NAMES_ARE_UTF8 = 1 << 11
_LONG_AGO = (0, 1 << 5 | 1)  # midnight, the first of January 1980: ZIP knows no earlier day
_PLAIN_FILE = 0o644 << 16
_RAW = -15  # deflate without the header that zlib puts before it
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


class Edition:
    """An archive that was made before, to take over from. Raises zipfile.BadZipFile for what is none."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._entries = {one.filename: one for one in zipfile.ZipFile(io.BytesIO(content)).infolist()}
        self._read: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        """Return what is in a file of the archive; None where there is none of this name."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        if name not in self._read:
            packed = self._packed(entry)
            self._read[name] = packed if entry.compress_type == _STORED else zlib.decompress(packed, _RAW)
        return self._read[name]

    def packed(self, name: str, content: bytes) -> tuple[bytes, int] | None:
        """Return how `content` is packed there, with its checksum; None where something else has this name."""
        entry = self._entries.get(name)
        if entry is None or entry.file_size != len(content) or self.read(name) != content:
            return None
        return self._packed(entry), entry.CRC

    def _packed(self, entry: zipfile.ZipInfo) -> bytes:
        lengths = _LOCAL.unpack_from(self._content, entry.header_offset)[-2:]
        begins = entry.header_offset + _LOCAL.size + sum(lengths)
        return self._content[begins : begins + entry.compress_size]


def pack(
    files: Iterable[tuple[str, bytes]], *, first: tuple[str, bytes] | None = None, earlier: Edition | None = None
) -> bytes:
    """Return a ZIP file of these, in this order. `first` stands before them, unpacked, as EPUB wants its type.

    What `earlier` holds in the same way is taken over from it. Raises struct.error past four gigabytes.
    """
    archive = _Archive(earlier)
    if first is not None:
        archive.add(*first, method=_STORED)
    for name, content in files:
        archive.add(name, content, method=_STORED if name.endswith(PACKED) else _DEFLATED)
    return archive.written()


class _Archive:
    """Puts files side by side, and the list of them at the end."""

    def __init__(self, earlier: Edition | None) -> None:
        self._earlier = earlier
        self._parts: list[bytes] = []
        self._listed: list[bytes] = []
        self._length = 0

    def add(self, name: str, content: bytes, *, method: int) -> None:
        """Add a file."""
        packed, checksum = self._pack(name, content, method)
        called = name.encode()
        about = (_NAMES_ARE_UTF8, method, *_LONG_AGO, checksum, len(packed), len(content), len(called), 0)
        head = _LOCAL.pack(b"PK\3\4", _VERSION, *about)
        more = (0, 0, 0, _PLAIN_FILE, self._length)
        self._listed += [_CENTRAL.pack(b"PK\1\2", _MADE_BY, _VERSION, *about, *more), called]
        self._parts += [head, called, packed]
        self._length += len(head) + len(called) + len(packed)

    def written(self) -> bytes:
        """Return the archive."""
        listed = b"".join(self._listed)
        count = len(self._listed) // 2
        end = _END.pack(b"PK\5\6", 0, 0, count, count, len(listed), self._length, 0)
        return b"".join([*self._parts, listed, end])

    def _pack(self, name: str, content: bytes, method: int) -> tuple[bytes, int]:
        if method == _STORED:
            return content, zlib.crc32(content)
        known = self._earlier.packed(name, content) if self._earlier else None
        return known or (zlib.compress(content, wbits=_RAW), zlib.crc32(content))
