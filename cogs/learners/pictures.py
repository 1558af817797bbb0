"""The picture that stands beside a term, for a private message."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence

import discord

from bot.models.studying import Picture
from bot.services.library import Library


async def shown_picture(library: Library, pictures: Sequence[Picture]) -> tuple[str, list[discord.File]]:
    """Return the name and the file of the first picture; nothing where there is none, or it is not kept any more."""
    for one in pictures[:1]:
        try:
            content = await asyncio.to_thread(library.media.read, one.digest)
        except FileNotFoundError:
            break
        name = f"{one.digest[:16]}.{one.content_type.removeprefix('image/').replace('jpeg', 'jpg')}"
        return name, [discord.File(io.BytesIO(content), filename=name, description=one.alt[:1024] or None)]
    return "", []
