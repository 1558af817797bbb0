"""Writing without the thread: a draft in private, a heading, a message that somebody points to."""

from __future__ import annotations

import contextlib

import discord
from discord import app_commands

from bot.errors import WrongState
from bot.kit import chat
from bot.kit.buttons import Button, chosen, row, view
from bot.kit.forms import TextField, Typed
from bot.kit.messages import message_here, require_person
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.sessions import ALT_LIMIT, BLOCK_LIMIT, Block, BlockState, SessionState
from bot.services.scribes import adding, capturing, files, finding, keeping, sessions, taking
from bot.text import Catalogue
from cogs.scribes.messages import fetch_files, thread_message
from cogs.scribes.notes import NoteRoom, pick_notes

PICTURES_A_FORM = 5
"""Pictures that one form can ask about: Discord takes five fields."""


class Writing(NoteRoom):
    """`/note add`, `heading`, *Add to notes*, and what is to be seen on a picture."""

    @app_commands.command(name="add", description=say("scribes.command.add"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("scribes.option.id"))
    @app_commands.autocomplete(number=pick_notes)
    async def add(self, interaction: Interaction, number: str = "") -> None:
        """Open the form for what is to go into the notes."""
        await self.note_form(interaction, "add", number)

    @opens("note", "add")
    async def add_form(self, interaction: Interaction, ref: Ref) -> Form:
        """A draft in private: any pieces, written as in the thread."""
        texts = texts_for(interaction)
        await self._require_open(interaction, ref.number)
        field = TextField(
            "text", texts.say("scribes.field.text"), texts.say("scribes.field.text_how"), long=True, limit=BLOCK_LIMIT
        )
        return Form(texts.say("scribes.form.add", number=ref.number), (field,), {})

    @submits("note", "add")
    async def add_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep it: from a scribe it stands, from others it waits."""
        actor = actor_of(interaction)
        added = await adding.add_block(actor, self.library, ref.number, typed["text"], event_id=interaction.id)
        return _added(added, ref, texts_for(interaction))

    @app_commands.command(name="heading", description=say("scribes.command.heading"))
    @app_commands.rename(number="id")
    @app_commands.describe(
        text=say("scribes.option.heading"), level=say("scribes.option.level"), number=say("scribes.option.id")
    )
    @app_commands.autocomplete(number=pick_notes)
    async def heading(
        self, interaction: Interaction, text: str, level: app_commands.Range[int, 1, 3] = 1, number: str = ""
    ) -> None:
        """Put a heading into the notes."""

        async def put(interaction: Interaction, ref: Ref) -> Reply:
            added = await adding.add_heading(
                actor_of(interaction), self.library, ref.number, text, level=level, event_id=interaction.id
            )
            return _added(added, ref, texts_for(interaction))

        await self.note_reply(interaction, "heading", number, put)

    async def _require_open(self, interaction: Interaction, number: int) -> None:
        """Raise what adding would raise, before somebody types."""
        session = (await finding.show_note(actor_of(interaction), self.library, number)).session
        if session.state is not SessionState.OPEN:
            raise WrongState("errors.note_is_closed", number=number)

    async def add_to_notes(self, interaction: Interaction, message: discord.Message) -> None:
        """*Add to notes*: take a message into the notes of its thread, or of a lesson that is chosen."""
        await self.reply(interaction, self._take_or_choose(interaction, message))

    async def _take_or_choose(self, interaction: Interaction, message: discord.Message) -> Reply:
        require_person(message)
        here = await self.library.database.read(
            keeping.session_of_thread, interaction.guild_id or 0, message.channel.id
        )
        if here is not None:
            return await self._take(interaction, here.number, message)
        texts = texts_for(interaction)
        newest = await sessions.pick_sessions(actor_of(interaction), self.library, "", limit=sessions.PICKED_FROM)
        open_notes = [one for one in newest if one.state is SessionState.OPEN]
        if not open_notes:
            return Reply(texts.say("scribes.take.nothing_open"))
        options = [(str(one.number), chat.short(f"#{one.number} · {one.title}", 100)) for one in open_notes]
        ref = Ref("note", "take", interaction.guild_id or 0, message.id, str(message.channel.id))
        select = (ref, texts.say("scribes.take.pick"), options)
        return Reply(texts.say("scribes.take.which"), buttons=view(select=select))

    @press("note", "take")
    async def take_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """The notes are chosen: fetch the message again, and take it in."""
        message = await message_here(interaction, whole(ref.extra), ref.number)
        return await self._take(interaction, chosen(interaction), message)

    @press("note", "take_waiting")
    async def take_waiting_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """Take in what waits, chosen while reading."""
        session = await taking.take_waiting(actor_of(interaction), self.library, chosen(interaction))
        return Reply(texts_for(interaction).say("scribes.take.done", number=session.number), update=True)

    async def _take(self, interaction: Interaction, number: int, message: discord.Message) -> Reply:
        actor, texts = actor_of(interaction), texts_for(interaction)
        said = thread_message(message)
        taken = await adding.take_in(actor, self.library, number, message.channel.id, said, event_id=interaction.id)
        await fetch_files(self.library, actor.server_id, taken.captured, message.attachments)
        show = Ref("note", "show", actor.server_id, number)
        button: Button = (show, texts.say("scribes.button.to_note"), "secondary")
        return Reply(texts.say("scribes.take.done", number=number), buttons=row(button))

    @opens("note", "alt")
    async def alt_form(self, interaction: Interaction, ref: Ref) -> Form:
        """One field for each picture of a message that nobody has described."""
        texts = texts_for(interaction)
        pictures = await self._without_alt(ref)
        if not pictures:
            raise WrongState("errors.pictures_described")
        fields = tuple(
            TextField(
                str(one.id),
                texts.say("scribes.field.alt", name=chat.short(one.file.filename if one.file else "", 30)),
                texts.say("scribes.field.alt_how"),
                long=True,
                required=len(pictures) == 1,
                limit=ALT_LIMIT,
            )
            for one in pictures[:PICTURES_A_FORM]
        )
        return Form(texts.say("scribes.form.alt"), fields, {})

    @submits("note", "alt")
    async def alt_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep the descriptions; the request goes when nothing is left to describe."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        for name, words in typed.texts.items():
            if words.strip():
                await capturing.set_alt(actor, self.library, whole(name), words)
        if not await self._without_alt(ref) and interaction.message is not None:
            with contextlib.suppress(discord.HTTPException):  # it may be gone already, and does no harm
                await interaction.message.delete()
        return Reply(texts.say("scribes.alt.done"))

    async def _without_alt(self, ref: Ref) -> tuple[Block, ...]:
        blocks = await self.library.database.read(keeping.blocks_of_message, ref.server_id, ref.number)
        return files.without_alt(blocks)


def _added(added: tuple[Block, ...], ref: Ref, texts: Catalogue) -> Reply:
    show = Ref("note", "show", ref.server_id, ref.number)
    button: Button = (show, texts.say("scribes.button.to_note"), "secondary")
    waits = any(one.state is BlockState.WAITING for one in added)
    key = "scribes.add.waits" if waits else "scribes.add.done"
    return Reply(texts.say(key, number=ref.number), buttons=row(button))
