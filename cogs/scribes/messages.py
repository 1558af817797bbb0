"""From what Discord says of a message to a `ThreadMessage`, and the fetching of its files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

import discord

from bot.errors import Refused, StorageUnavailable
from bot.kit.failures import may_pass
from bot.kit.intake import keep_file
from bot.models.sessions import ThreadFile, ThreadMessage
from bot.services.library import Library
from bot.services.scribes import capturing
from bot.services.scribes.capturing import Captured, FileWanted

_log = logging.getLogger(__name__)


def thread_message(message: discord.Message) -> ThreadMessage:
    """What the services need to know of a message."""
    edited = message.edited_at
    return ThreadMessage(
        id=message.id,
        author_id=message.author.id,
        text=message.content,
        edited_at=0 if edited is None else round(edited.timestamp() * 1000),
        files=tuple(
            ThreadFile(one.id, one.filename, one.content_type or "", one.size, one.description or "")
            for one in message.attachments
        ),
    )


def is_of_person(message: discord.Message) -> bool:
    """Tell whether somebody wrote it: no bot, no webhook, and not Discord itself."""
    return not message.author.bot and message.webhook_id is None and not message.is_system()


async def fetch_files(
    library: Library, server_id: int, captured: Captured, attachments: Iterable[discord.Attachment]
) -> None:
    """Fetch the files that a message brought, and delete those that nothing uses any longer."""
    here = {one.id: one for one in attachments}
    for wanted in captured.files:
        await fetch_file(library, server_id, wanted, here.get(wanted.attachment_id))
    await delete_unused(library, captured.unused)


async def fetch_file(
    library: Library, server_id: int, wanted: FileWanted, attachment: discord.Attachment | None
) -> None:
    """Fetch one file. What is too large or gone is kept as a name only; what may be had later stays wanted."""
    if attachment is None:
        await capturing.file_lost(library, server_id, wanted.block_id)
        return
    try:
        kept = await keep_file(library, attachment)
    except Refused as refusal:
        if isinstance(refusal, StorageUnavailable) or may_pass(refusal.__cause__):
            _log.warning("a file of a note could not be fetched now, and is tried again: %s", refusal.key)
        else:
            await capturing.file_lost(library, server_id, wanted.block_id)
        return
    await delete_unused(library, await capturing.file_fetched(library, server_id, wanted.block_id, kept))


async def delete_unused(library: Library, digests: Iterable[str]) -> None:
    """Delete files that nothing uses any longer from the media store."""
    for digest in digests:
        await asyncio.to_thread(library.media.path(digest).unlink, missing_ok=True)
