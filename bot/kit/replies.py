"""Private answers to an interaction, always within Discord's three seconds.

A reply is sent when the work behind it is done, so "done" is said after the COMMIT. Where the work takes longer than
`PATIENCE`, the interaction is deferred meanwhile. No reply mentions anyone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

import discord

_log = logging.getLogger(__name__)

PATIENCE = 1.2
"""Seconds that we wait for the work before we defer; Discord gives three, the network takes some of them."""
CONTENT_LIMIT = 2_000


@dataclass(slots=True)
class Reply:
    """What the person who acted sees, and nobody else.

    With `update`, the private message whose button was pressed is changed instead of a new one sent.
    """

    content: str = ""
    embed: discord.Embed | None = None
    buttons: discord.ui.View | None = None
    files: Sequence[discord.File] = ()
    update: bool = False


async def answer(interaction: discord.Interaction[Any], work: Awaitable[Reply]) -> None:
    """Do `work` and send its reply, deferring where it takes its time. Errors of `work` are raised."""
    deferring: list[asyncio.Task[None]] = []
    timer = asyncio.get_running_loop().call_later(
        PATIENCE, lambda: deferring.append(asyncio.create_task(_defer(interaction)))
    )
    try:
        reply = await work
    finally:
        timer.cancel()
        if deferring:
            (failure,) = await asyncio.gather(*deferring, return_exceptions=True)
            if failure is not None:  # whether it was too late shows when the reply is sent
                _log.warning("an interaction could not be deferred: %s", type(failure).__name__)
    await send(interaction, reply)


async def _defer(interaction: discord.Interaction[Any]) -> None:
    if not interaction.response.is_done():
        await interaction.response.defer(ephemeral=True, thinking=True)


async def send(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Send `reply` as the answer, or in the place that a defer has kept for it."""
    if interaction.response.is_done():
        await interaction.edit_original_response(
            content=reply.content[:CONTENT_LIMIT],
            embeds=[reply.embed] if reply.embed else [],
            view=reply.buttons,
            attachments=list(reply.files),
            allowed_mentions=discord.AllowedMentions.none(),
        )
    elif reply.update and _stands_in_private(interaction):
        await interaction.response.edit_message(
            content=reply.content[:CONTENT_LIMIT],
            embeds=[reply.embed] if reply.embed else [],
            view=reply.buttons,
            attachments=list(reply.files),
        )
    else:
        await interaction.response.send_message(
            reply.content[:CONTENT_LIMIT],
            embeds=[reply.embed] if reply.embed else [],
            view=reply.buttons or discord.utils.MISSING,
            files=list(reply.files),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )


def _stands_in_private(interaction: discord.Interaction[Any]) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral
