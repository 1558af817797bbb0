"""`/library setup`: one private page with the settings, and the desk to post."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.errors import BadInput
from bot.kit import cards, chat, desk, drawing
from bot.kit.buttons import Button, add_channel_select, chosen_ids, view
from bot.kit.forms import TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.people import ServerSettings
from bot.services import librarians
from bot.text import Catalogue, catalogue

SWITCHES = ("sources_required", "anonymity_allowed", "publishing_allowed", "search_engines_allowed")
NUMBERS = ("asks_per_hour", "open_claims", "stale_claim_days", "offer_after_days")
NUMBER_LENGTH = 4
"""Digits of a setting that is a number."""
WATCHED_LIMIT = 25
"""Channels that one select can hold."""


class SettingUp(Room):
    """The settings page."""

    @app_commands.command(name="setup", description=say("librarians.command.setup"))
    async def setup_library(self, interaction: Interaction) -> None:
        """Show the settings."""
        await self.reply(interaction, self._page(interaction))

    async def _page(self, interaction: Interaction, said: str = "") -> Reply:
        actor, texts = actor_of(interaction), texts_for(interaction)
        librarians.require_set_up(actor)
        chosen = await librarians.settings_for(actor, self.library)
        embed = discord.Embed(
            colour=cards.LIBRARIANS,
            title=texts.say("librarians.setup.title"),
            description=_summary(chosen, texts),
        )
        problems = self._problems(actor.server_id, chosen, texts)
        if problems:
            embed.add_field(name=texts.say("librarians.setup.to_mend"), value=problems[:1024], inline=False)
        return Reply(said, embed, _controls(actor.server_id, chosen, texts), update=True)

    def _problems(self, server_id: int, chosen: ServerSettings, texts: Catalogue) -> str:
        lines = []
        if chosen.question_channel_id:
            missing = drawing.missing_permissions(self.bot, server_id, chosen.question_channel_id, files=True)
            if missing:
                where = f"<#{chosen.question_channel_id}>"
                lines.append(
                    texts.say("librarians.setup.missing_permissions", channel=where, missing=", ".join(missing))
                )
        if chosen.watched_channel_ids and not self.bot.settings.message_content:
            lines.append(texts.say("librarians.setup.no_message_content"))
        return "\n".join(lines)

    async def _change(self, interaction: Interaction, **changes: Any) -> Reply:
        await librarians.change_settings(actor_of(interaction), self.library, **changes)
        return await self._page(interaction, texts_for(interaction).say("librarians.setup.kept"))

    @press("setup", "question_channel")
    async def question_channel(self, interaction: Interaction, _ref: Ref) -> Reply:
        """Choose where cards are posted; none chosen: where it was asked."""
        ids = self._channel_ids(interaction)
        return await self._change(interaction, question_channel_id=ids[0] if ids else None)

    @press("setup", "watched_channels")
    async def watched_channels(self, interaction: Interaction, _ref: Ref) -> Reply:
        """Choose in which channels questions are offered to be logged."""
        return await self._change(interaction, watched_channel_ids=tuple(self._channel_ids(interaction)))

    @press("setup", "switch")
    async def switch(self, interaction: Interaction, ref: Ref) -> Reply:
        """Turn a setting on or off."""
        if ref.extra not in SWITCHES:
            raise BadInput("errors.button_too_old")
        chosen = await librarians.settings_for(actor_of(interaction), self.library)
        return await self._change(interaction, **{ref.extra: not getattr(chosen, ref.extra)})

    @opens("setup", "numbers")
    async def numbers_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """The settings that are numbers."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        librarians.require_set_up(actor)
        chosen = await librarians.settings_for(actor, self.library)
        fields = tuple(TextField(name, texts.say(f"librarians.number.{name}"), limit=NUMBER_LENGTH) for name in NUMBERS)
        return Form(
            texts.say("librarians.form.numbers"), fields, {name: str(getattr(chosen, name)) for name in NUMBERS}
        )

    @submits("setup", "numbers")
    async def numbers_submitted(self, interaction: Interaction, _ref: Ref, typed: Typed) -> Reply:
        """Keep the numbers."""
        changes = {}
        for name in NUMBERS:
            text = typed[name].strip()
            if not text.isdecimal() or len(text) > NUMBER_LENGTH:
                raise BadInput("errors.not_a_number", typed=chat.short(text, 40))
            changes[name] = int(text)
        return await self._change(interaction, **changes)

    @press("setup", "post_desk")
    async def post_desk(self, interaction: Interaction, _ref: Ref) -> Reply:
        """Post the library desk in this channel, and pin it."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        channel_id = interaction.channel_id or 0
        missing = drawing.missing_permissions(self.bot, actor.server_id, channel_id)
        if missing:
            raise BadInput("errors.cannot_post_here", missing=", ".join(missing))
        await librarians.post_desk(actor, self.library, channel_id, desk.version(catalogue()))
        return await self._page(interaction, texts.say("librarians.setup.desk_posted", channel=f"<#{channel_id}>"))

    def _channel_ids(self, interaction: Interaction) -> list[int]:
        """The chosen channels of this server: a forged choice must not send cards into somebody else's."""
        guild = self.bot.get_guild(interaction.guild_id or 0)
        return [one for one in chosen_ids(interaction) if guild is not None and guild.get_channel(one)]


def _summary(chosen: ServerSettings, texts: Catalogue) -> str:
    where = (
        f"<#{chosen.question_channel_id}>" if chosen.question_channel_id else texts.say("librarians.setup.where_asked")
    )
    watched = ", ".join(f"<#{one}>" for one in chosen.watched_channel_ids) or texts.say("librarians.setup.none")
    lines = [
        texts.say("librarians.setup.question_channel", channel=where),
        texts.say("librarians.setup.watched", channels=watched),
    ]
    lines += [texts.say(f"librarians.switch.{name}.{'on' if getattr(chosen, name) else 'off'}") for name in SWITCHES]
    lines += [
        texts.say("librarians.setup.number", name=texts.say(f"librarians.number.{name}"), value=getattr(chosen, name))
        for name in NUMBERS
    ]
    return "\n".join(lines)


def _controls(server_id: int, chosen: ServerSettings, texts: Catalogue) -> discord.ui.View:
    buttons: list[Button] = [
        (
            Ref("setup", "switch", server_id, 0, name),
            texts.say(f"librarians.switch.{name}.press"),
            "success" if getattr(chosen, name) else "secondary",
        )
        for name in SWITCHES
    ]
    buttons.append((Ref("setup", "numbers", server_id), texts.say("librarians.button.numbers"), "secondary"))
    buttons.append((Ref("setup", "post_desk", server_id), texts.say("librarians.button.post_desk"), "primary"))
    buttons.append((Ref("library", "approve", server_id), texts.say("librarians.button.waiting"), "primary"))
    made = view(buttons=buttons)
    question = [chosen.question_channel_id] if chosen.question_channel_id else []
    add_channel_select(
        made,
        Ref("setup", "question_channel", server_id),
        texts.say("librarians.setup.pick_question_channel"),
        question,
        most=1,
    )
    add_channel_select(
        made,
        Ref("setup", "watched_channels", server_id),
        texts.say("librarians.setup.pick_watched"),
        list(chosen.watched_channel_ids),
        most=WATCHED_LIMIT,
    )
    return made
