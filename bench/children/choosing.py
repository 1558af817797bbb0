"""Making the bot that a child measures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from discord.ext import commands


def make_bot(which: str, folder: Path, *, message_content: bool = False) -> commands.Bot:
    """Ours, with its data in `folder`, or the floor. Only what is asked for is imported."""
    if which == "ours":
        from bot.client import create_bot
        from bot.settings import Settings

        return create_bot(Settings(data_dir=folder, message_content=message_content))
    from bench.children.bare import BareBot

    return BareBot()
