"""From what Discord says of a person to an `Actor`."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import BadInput
from bot.models.people import Actor


def actor_of(interaction: discord.Interaction[Any]) -> Actor:
    """Return who acts. Raises BadInput outside a server: nothing of ours works in direct messages."""
    if interaction.guild_id is None:
        raise BadInput("errors.only_in_servers")
    roles = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
    return Actor(
        server_id=interaction.guild_id,
        user_id=interaction.user.id,
        display_name=interaction.user.display_name,
        role_ids=frozenset(role.id for role in roles),
        manages_server=interaction.permissions.manage_guild,
        locale=interaction.locale.value,
    )
