"""Beginning and ending: the notes of a lesson, who keeps them, and their thread."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.errors import BadInput
from bot.kit import chat, drawing, note_cards
from bot.kit.buttons import add_people_select, chosen_ids, row, view
from bot.kit.cards import SCRIBES
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, say, texts_for
from bot.kit.router import press
from bot.models.sessions import SCRIBES_LIMIT, ScribePart, Session, SessionState
from bot.services.scribes import finding, history, keeping, sessions
from bot.services.scribes.history import SectionRecord
from bot.services.scribes.sessions import Start
from bot.text import Catalogue
from cogs.scribes.notes import NoteRoom, choices, note_buttons, pick_notes


class Starting(NoteRoom):
    """`/note start`, `close`, `reopen`, `scribes`, and a new thread."""

    @app_commands.command(name="start", description=say("scribes.command.start"))
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        title=say("scribes.option.title"),
        class_name=say("scribes.option.class"),
        unit=say("scribes.option.unit"),
        date=say("scribes.option.date"),
        lead=say("scribes.option.lead"),
        partner1=say("scribes.option.partner"),
        partner2=say("scribes.option.partner"),
        partner3=say("scribes.option.partner"),
    )
    async def start(  # noqa: PLR0913, PLR0917 - one option each
        self,
        interaction: Interaction,
        title: str,
        class_name: str = "",
        unit: str = "",
        date: str = "",
        lead: discord.User | None = None,
        partner1: discord.User | None = None,
        partner2: discord.User | None = None,
        partner3: discord.User | None = None,
    ) -> None:
        """Begin the notes of a lesson."""
        partners = [one for one in (partner1, partner2, partner3) if one is not None]
        about = {"title": title, "class_name": class_name, "unit": unit}
        await self.reply(interaction, self._start(interaction, about, date, lead, partners))

    @start.autocomplete("class_name")
    async def suggest_classes(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The classes of this library."""
        return choices(await sessions.suggest_classes(actor_of(interaction), self.library, current))

    @start.autocomplete("unit")
    async def suggest_units(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The units that there are."""
        return choices(await sessions.suggest_units(actor_of(interaction), self.library, current))

    async def _start(
        self,
        interaction: Interaction,
        about: dict[str, str],
        day: str,
        lead: discord.User | None,
        partners: list[discord.User],
    ) -> Reply:
        _require_people([*partners, *([lead] if lead else [])])
        start = Start(
            **about,
            held_on=await self.day(interaction, day),
            lead_id=lead.id if lead else None,
            partner_ids=tuple(one.id for one in partners),
            channel_id=self._channel_for_threads(interaction),
        )
        session = await sessions.start_session(actor_of(interaction), self.library, start, event_id=interaction.id)
        return _begun(session, texts_for(interaction))

    def _channel_for_threads(self, interaction: Interaction) -> int:
        """The channel in which a note's card can stand and its thread begin. Raises BadInput."""
        channel = interaction.channel
        if isinstance(channel, discord.Thread):
            channel = channel.parent
        if not isinstance(channel, discord.TextChannel):
            raise BadInput("errors.note_needs_text_channel")
        missing = drawing.missing_permissions(self.bot, channel.guild.id, channel.id, threads=True)
        if missing:
            raise BadInput("errors.cannot_begin_thread", channel=channel.mention, missing=", ".join(missing))
        return channel.id

    @press("note", "new_thread")
    async def new_thread_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """A new card with a new thread, where one acts: what was written before is all there."""
        channel_id = self._channel_for_threads(interaction)
        await sessions.new_thread(actor_of(interaction), self.library, ref.number, channel_id)
        said = texts_for(interaction).say("scribes.thread.done", number=ref.number, channel=f"<#{channel_id}>")
        return Reply(said)

    @app_commands.command(name="close", description=say("scribes.command.close"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("scribes.option.id"))
    @app_commands.autocomplete(number=pick_notes)
    async def close(self, interaction: Interaction, number: str = "") -> None:
        """End a lesson."""
        await self.note_reply(interaction, "close", number, self.close_pressed)

    @press("note", "close")
    async def close_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """End a lesson; what comes next is one press away."""
        texts = texts_for(interaction)
        await sessions.close_session(actor_of(interaction), self.library, ref.number)
        buttons = note_buttons(ref, texts, ("terms", "primary"), ("compile", "primary"), ("reopen", "secondary"))
        return Reply(texts.say("scribes.close.done", number=ref.number), buttons=row(*buttons))

    @app_commands.command(name="reopen", description=say("scribes.command.reopen"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("scribes.option.id"))
    @app_commands.autocomplete(number=pick_notes)
    async def reopen(self, interaction: Interaction, number: str = "") -> None:
        """Open the notes of a lesson again."""
        await self.note_reply(interaction, "reopen", number, self.reopen_pressed)

    @press("note", "reopen")
    async def reopen_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Open it again; where its thread is gone, a new one is begun."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        before = (await finding.show_note(actor, self.library, ref.number)).session
        await sessions.reopen_session(actor, self.library, ref.number)
        if before.thread_id is None and (before.state is SessionState.OPEN or self._is_gone(before)):
            return await self.new_thread_pressed(interaction, ref)
        buttons = note_buttons(ref, texts, ("show", "primary"), ("close", "secondary"))
        return Reply(texts.say("scribes.reopen.done", number=ref.number), buttons=row(*buttons))

    def _is_gone(self, session: Session) -> bool:
        """Whether the channel in which the notes began was deleted."""
        guild = self.bot.get_guild(session.server_id)
        return guild is not None and guild.get_channel(session.channel_id) is None

    @app_commands.command(name="scribes", description=say("scribes.command.scribes"))
    @app_commands.rename(number="id")
    @app_commands.describe(
        number=say("scribes.option.id"),
        lead=say("scribes.option.lead"),
        partner1=say("scribes.option.partner"),
        partner2=say("scribes.option.partner"),
        partner3=say("scribes.option.partner"),
    )
    @app_commands.autocomplete(number=pick_notes)
    async def scribes(
        self,
        interaction: Interaction,
        number: str = "",
        lead: discord.User | None = None,
        partner1: discord.User | None = None,
        partner2: discord.User | None = None,
        partner3: discord.User | None = None,
    ) -> None:
        """Show who keeps the notes; with people named, hand over to them. Who is not named stays as they are."""
        partners = [one for one in (partner1, partner2, partner3) if one is not None]

        async def hand_over(interaction: Interaction, ref: Ref) -> Reply:
            _require_people([*partners, *([lead] if lead else [])])
            if lead is not None or partners:
                lead_id = lead.id if lead else None
                await self._hand_over(interaction, ref, lead_id, [one.id for one in partners] or None)
            return await self.scribes_page(interaction, ref)

        await self.note_reply(interaction, "scribes", number, hand_over)

    @press("note", "scribes")
    async def scribes_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """Who keeps the notes; for them and librarians also who wrote what, by section."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        session = (await finding.show_note(actor, self.library, ref.number)).session
        lines = [note_cards.scribes_line(session, texts)]
        keeps = keeping.may_keep(actor, session)
        if keeps:
            record = await history.contributions(actor, self.library, ref.number)
            lines += _record_lines(record, texts)
        embed = discord.Embed(
            colour=SCRIBES,
            title=texts.say("scribes.scribes.title", number=ref.number),
            description="\n".join(lines)[:4096],
        )
        return Reply(embed=embed, buttons=_hand_over_view(session, texts) if keeps else None, update=True)

    @press("note", "lead")
    async def lead_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """Hand the lead to somebody."""
        chosen = self._people_chosen(interaction)
        await self._hand_over(interaction, ref, chosen[0] if chosen else None, None)
        return await self.scribes_page(interaction, ref)

    @press("note", "partners")
    async def partners_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """Say who keeps the notes beside their lead."""
        await self._hand_over(interaction, ref, None, self._people_chosen(interaction))
        return await self.scribes_page(interaction, ref)

    async def _hand_over(
        self, interaction: Interaction, ref: Ref, lead_id: int | None, partner_ids: list[int] | None
    ) -> None:
        """Hand over; what is None stays as it is."""
        actor = actor_of(interaction)
        session = (await finding.show_note(actor, self.library, ref.number)).session
        now = [one for one in session.scribes if one.until is None]
        if lead_id is None:
            lead_id = next((one.user_id for one in now if one.part is ScribePart.LEAD), actor.user_id)
        if partner_ids is None:
            partner_ids = [one.user_id for one in now if one.part is ScribePart.PARTNER]
        others = tuple(one for one in partner_ids if one != lead_id)
        await sessions.set_scribes(actor, self.library, ref.number, lead_id, others)

    def _people_chosen(self, interaction: Interaction) -> list[int]:
        """The people chosen in a select, none of them a bot. Raises BadInput."""
        data: Any = interaction.data or {}
        users = data.get("resolved", {}).get("users", {})
        if any(one.get("bot") for one in users.values()):
            raise BadInput("errors.scribes_are_people")
        return [one for one in chosen_ids(interaction) if str(one) in users]


def _require_people(chosen: list[discord.User]) -> None:
    if any(one.bot for one in chosen):
        raise BadInput("errors.scribes_are_people")


def _begun(session: Session, texts: Catalogue) -> Reply:
    ref = Ref("note", "more", session.server_id, session.number)
    title, channel = chat.safe(session.title), f"<#{session.channel_id}>"
    said = texts.say("scribes.start.done", number=session.number, title=title, channel=channel)
    return Reply(said, buttons=row(*note_buttons(ref, texts, ("scribes", "secondary"), ("close", "secondary"))))


def _record_lines(record: tuple[SectionRecord, ...], texts: Catalogue) -> list[str]:
    """Who wrote what, in the order of the note: a record and no ranking."""
    lines = ["", f"**{texts.say('scribes.scribes.wrote')}**"] if record else []
    for section in record:
        heading = chat.safe(chat.short(section.heading, 80)) or texts.say("scribes.scribes.before_headings")
        people = [
            texts.say(
                "scribes.scribes.part",
                who=chat.person(one.author_id) if one.author_id else texts.say("scribes.history.nobody"),
                count=one.blocks,
            )
            for one in section.contributions
        ]
        lines.append(f"*{heading}*: {', '.join(people)}")
    return lines


def _hand_over_view(session: Session, texts: Catalogue) -> discord.ui.View:
    made = view()
    lead = [one.user_id for one in session.scribes if one.until is None and one.part is ScribePart.LEAD]
    partners = [one.user_id for one in session.scribes if one.until is None and one.part is ScribePart.PARTNER]
    for action, chosen, least, most in (("lead", lead, 1, 1), ("partners", partners, 0, SCRIBES_LIMIT - 1)):
        ref = Ref("note", action, session.server_id, session.number)
        add_people_select(made, ref, texts.say(f"scribes.scribes.pick.{action}"), chosen, least=least, most=most)
    return made
