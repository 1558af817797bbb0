"""What the bot may do in a server's channels, in one place: what the invite link asks for, and what `check` names.

README.md holds the same list and the same number (tests/test_docs.py).
"""

from __future__ import annotations

import discord

NAMES = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "add_reactions": "Add Reactions",
    "pin_messages": "Pin Messages",
}
"""discord.py's name of each permission, and Discord's own."""
NEEDED = discord.Permissions(**dict.fromkeys(NAMES, True))
"""Cards and notices are posted with embeds and files, a note is kept in a thread under its card, the desk is pinned, a
question may be offered by one reaction and what waits in a note is marked by one, and messages are read again: what was
logged, and after a time away the threads of notes."""
SCOPES = ("bot", "applications.commands")


def invite_link(application_id: int) -> str:
    """Return the address at which somebody who may *Manage Server* adds the bot, with exactly these permissions."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED, scopes=SCOPES)
