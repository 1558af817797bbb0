"""The files of notes as they are taken away: named by what is in them, never by what somebody called them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.models.companions import Note

ReadMedia = Callable[[str], bytes]
"""Returns the content of the file with a digest. Raises FileNotFoundError, or ValueError for what is no digest."""

_SIGNATURES = {
    "image/png": (0, (b"\x89PNG\r\n\x1a\n",)),
    "image/jpeg": (0, (b"\xff\xd8\xff",)),
    "image/gif": (0, (b"GIF87a", b"GIF89a")),
    "image/webp": (8, (b"WEBP",)),
}
"""Of each type of picture: where its sign stands in the file, and which it may be."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A file that goes along: its digest, the name that it has in a folder ``media/``, its type and what is in it."""

    digest: str
    name: str
    content_type: str
    content: bytes

    @property
    def is_picture(self) -> bool:
        """Whether a browser or an e-reader shows it as a picture: what its type says is also what is in it."""
        begins, signs = _SIGNATURES.get(self.content_type, (0, ()))
        return self.content[begins:].startswith(signs)

    @property
    def data_uri(self) -> str:
        """The whole file as an address."""
        return f"data:{self.content_type};base64,{base64.b64encode(self.content).decode()}"


def media_of(notes: Iterable[Note], read_media: ReadMedia) -> dict[str, Medium]:
    """Return the files of these notes that may be given out and are there, by digest, in reading order."""
    files = (block.file for note in notes for block in note.blocks if block.file is not None)
    wanted = {file.digest: file for file in files if file.media_name}
    found = {digest: _content(digest, read_media) for digest in wanted}
    return {
        digest: Medium(digest, wanted[digest].media_name, wanted[digest].content_type, content)
        for digest, content in found.items()
        if content is not None
    }


def pictures_of(notes: Iterable[Note], read_media: ReadMedia) -> dict[str, Medium]:
    """Return those of their files that are pictures."""
    return {digest: one for digest, one in media_of(notes, read_media).items() if one.is_picture}


def _content(digest: str, read_media: ReadMedia) -> bytes | None:
    try:
        return read_media(digest)
    except (FileNotFoundError, ValueError):
        return None  # forgotten meanwhile: what is taken away does without it
