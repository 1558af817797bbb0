"""The simulated server: its people, their roles, its channels. Nothing that happened in it yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord
import simcord

from bot.models.people import Actor
from bot.sandbox import simcord_private
from bot.sandbox.sample_class import SampleClass

BOT_NAME = "Vademecum"


@dataclass(frozen=True, slots=True)
class World:
    """Handles on the simulated server. `people` and `channels` are by the keys of the sample class."""

    env: simcord.Env
    guild: simcord.GuildHandle
    people: dict[str, simcord.MemberActor]
    channels: dict[str, simcord.ChannelHandle]
    actors: dict[str, Actor]

    def channel_ids(self) -> dict[str, int]:
        """Discord's ids of the channels, by key."""
        return {key: channel.id for key, channel in self.channels.items()}

    def leap_to(self, milliseconds: int) -> None:
        """Set the clock to a later time; an earlier one leaves it as it is. What was due happens at the next settle."""
        simcord_private.set_clock_forward(self.env, max(0.0, milliseconds / 1_000 - self.env.now().timestamp()))

    def threads(self) -> list[simcord.ChannelHandle]:
        """Every thread, the newest first."""
        every = [thread for channel in self.channels.values() for thread in channel.threads]
        return sorted(every, key=lambda thread: thread.id, reverse=True)

    def place(self, key: str) -> simcord.ChannelHandle:
        """Return a channel by its key, or a thread by its id in digits. Raises KeyError."""
        return ({str(thread.id): thread for thread in self.threads()} | self.channels)[key]

    def who_reads(self, place: str) -> list[str]:
        """Keys of the people who see that channel or thread."""
        where = self.place(place)
        return [key for key, person in self.people.items() if simcord_private.may_read(self.env, where, person)]


def build_world(env: simcord.Env, sample: SampleClass) -> World:
    """Build the server of the sample class in a world that has not started.

    Everything gets the same ids in every run, because it is built in the same order before the clock is moved:
    data that was kept belongs to the same people, channels and server.
    """
    simcord_private.name_the_bot(env, BOT_NAME)
    office = env.create_user("school.office", global_name=sample.owner)
    guild = env.create_guild(sample.server_name, id=sample.server_id, owner=office, preferred_locale="en-GB")
    roles = {role.key: _role(guild, role.name, role.colour, manages=role.manages_server) for role in sample.roles}
    people = {
        person.key: guild.add_member(
            env.create_user(person.key, global_name=person.name), roles=[roles[role] for role in person.roles]
        )
        for person in sample.people
    }
    channels = {
        channel.key: guild.create_text_channel(
            channel.name, topic=channel.topic, overwrites=_only_for(guild, [roles[role] for role in channel.only])
        )
        for channel in sample.channels
    }
    actors = {
        person.key: Actor(
            server_id=guild.id,
            user_id=people[person.key].id,
            display_name=person.name,
            role_ids=frozenset(roles[role].id for role in person.roles),
            manages_server=sample.manages_server(person),
        )
        for person in sample.people
    }
    return World(env, guild, people, channels, actors)


def _role(guild: simcord.GuildHandle, name: str, colour: int, *, manages: bool) -> simcord.RoleHandle:
    permissions = discord.Permissions(manage_guild=manages, manage_messages=manages, manage_threads=manages)
    return guild.create_role(name, permissions=permissions, color=colour)


def _only_for(
    guild: simcord.GuildHandle, roles: list[simcord.RoleHandle]
) -> dict[Any, discord.PermissionOverwrite] | None:
    if not roles:
        return None
    hidden, shown = discord.PermissionOverwrite(view_channel=False), discord.PermissionOverwrite(view_channel=True)
    return {guild.default_role: hidden, guild.roles[BOT_NAME]: shown} | dict.fromkeys(roles, shown)
