"""What the deliverer is handed: a row of the outbox, and what is to be done for it in Discord."""

from __future__ import annotations

from dataclasses import dataclass, field

import discord


@dataclass(frozen=True, slots=True)
class Row:
    """One outbox row, as `bot/storage/outbox.sql` gives it."""

    id: int
    server_id: int
    channel_id: int
    kind: str
    subject: int
    payload: str
    attempts: int
    created_at: int


@dataclass(slots=True)
class Drawn:
    """What is to be done: a message to post, one to edit (`edits`), or a reaction on it.

    `thread` is the name of the thread to begin from the message `edits`. `then` is the kind of the row that follows in
    the same channel once the message was posted: it is told its id. `direct_to` is who is to get it as a direct
    message; where that does not arrive, `instead` is posted in the channel.
    """

    content: str | None = None
    embed: discord.Embed | None = None
    view: discord.ui.View | None = None
    files: list[discord.File] = field(default_factory=list)
    edits: int | None = None
    replies_to: int | None = None
    without_files: bool = False
    reaction: str = ""
    takes_back: bool = False
    thread: str = ""
    then: str = ""
    remember: bool = False
    pin: bool = False
    direct_to: int | None = None
    instead: Drawn | None = None
    mentions: discord.AllowedMentions = field(default_factory=discord.AllowedMentions.none)
