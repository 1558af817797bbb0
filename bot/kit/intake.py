"""Files that people add: fetched from Discord when they are handed in, because its links expire within a day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import aiohttp
import discord

from bot.errors import BadInput
from bot.models.questions import Attachment
from bot.services.library import Library

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of one file: what Discord itself lets a member upload."""
NAME_LIMIT = 100
ALT_LIMIT = 1_000
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_UNKNOWN = "application/octet-stream"


async def keep_files(library: Library, files: Iterable[discord.Attachment]) -> tuple[Attachment, ...]:
    """Copy files into the media store, pictures without what their camera wrote into them (`bot.pictures`).

    Raises BadInput where one is too large or can't be fetched any more.
    """
    return tuple([await keep_file(library, one) for one in files])


async def keep_file(library: Library, file: discord.Attachment) -> Attachment:
    """Copy one file into the media store. Raises BadInput as `keep_files` does; its cause is Discord's or the net's."""
    if file.size > FILE_LIMIT:
        raise _too_large(file)
    try:
        content = await file.read()
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise BadInput("errors.file_gone", name=file.filename) from error
    content, kind = await asyncio.to_thread(_made_safe, content)
    if len(content) > FILE_LIMIT:
        raise _too_large(file)
    digest = await asyncio.to_thread(library.media.put, content)
    alt = (file.description or "")[:ALT_LIMIT]
    return Attachment(digest, file.filename[:NAME_LIMIT], kind, len(content), alt)


def _too_large(file: discord.Attachment) -> BadInput:
    return BadInput("errors.file_too_large", name=file.filename, limit=FILE_LIMIT // 1024 // 1024)


def _made_safe(content: bytes) -> tuple[bytes, str]:
    """Return what is to be kept, and its type. A picture that can't be read is a file like any other."""
    kind = content_type(content)
    if not kind.startswith("image/"):
        return content, kind
    from bot.pictures import clean_picture  # Pillow takes its time to load

    picture = clean_picture(content)
    return (content, _UNKNOWN) if picture is None else (picture.content, picture.content_type)


def content_type(content: bytes) -> str:
    """Tell what a file is by how it begins, never by its name."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if content.startswith(start)), _UNKNOWN)
