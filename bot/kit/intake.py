"""Files that people add: fetched from Discord when they are handed in, because its links expire within a day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import discord

from bot.errors import BadInput
from bot.models.questions import Attachment
from bot.services.library import Library

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of one file: what Discord itself lets a member upload."""
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


async def keep_files(library: Library, files: Iterable[discord.Attachment]) -> tuple[Attachment, ...]:
    """Copy files into the media store. Raises BadInput where one is too large or can't be fetched any more."""
    return tuple([await _keep(library, one) for one in files])


async def _keep(library: Library, file: discord.Attachment) -> Attachment:
    if file.size > FILE_LIMIT:
        raise BadInput("errors.file_too_large", name=file.filename, limit=FILE_LIMIT // 1024 // 1024)
    try:
        content = await file.read()
    except discord.HTTPException:
        raise BadInput("errors.file_gone", name=file.filename) from None
    digest = await asyncio.to_thread(library.media.put, content)
    return Attachment(digest, file.filename[:100], content_type(content), len(content), (file.description or "")[:1000])


def content_type(content: bytes) -> str:
    """Tell what a file is by how it begins, never by its name."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if content.startswith(start)), "application/octet-stream")
