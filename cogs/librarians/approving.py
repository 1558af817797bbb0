"""What waits for a librarian: anonymous questions, then publications, one at a time."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable

import discord
from discord import app_commands

from bot.kit import cards, chat
from bot.kit.buttons import Button, row
from bot.kit.forms import TextField, Typed
from bot.kit.intake import FILE_LIMIT
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.companions import Note, NoteFile
from bot.models.publications import Preview, PublicQuestion
from bot.models.questions import Question
from bot.services import librarians
from bot.services.publishing import approving as publications
from bot.services.publishing import reading
from bot.services.researchers import anonymity
from bot.text import Catalogue


class Approving(Room):
    """`/library approve`."""

    @app_commands.command(name="approve", description=say("librarians.command.approve"))
    async def approve(self, interaction: Interaction) -> None:
        """Show what waits."""
        await self.reply(interaction, self.stack(interaction, Ref("library", "approve", interaction.guild_id or 0)))

    @press("library", "approve")
    async def stack(self, interaction: Interaction, ref: Ref) -> Reply:
        """The next thing that waits; `extra` counts how many publications were put aside for now."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        waiting = await librarians.waiting_for_librarian(actor, self.library)
        if waiting.anonymous and not ref.extra:
            return _anonymous(waiting.anonymous[0], len(waiting.anonymous), texts)
        ready = [one for one in await publications.publications_waiting(actor, self.library) if one.is_ready]
        place = whole(ref.extra)
        if place >= len(ready):
            return Reply(texts.say("librarians.approve.nothing"), update=True)
        return await self._preview(interaction, ready[place], place, len(ready))

    async def _preview(self, interaction: Interaction, preview: Preview, place: int, count: int) -> Reply:
        """What would be public: the words, or the note with its pictures, as a file."""
        texts = texts_for(interaction)
        if preview.note is not None:
            name = interaction.guild.name if interaction.guild else ""
            file = await asyncio.to_thread(_page_of, preview.note, self.library.media.read, name)
            embed = _note(preview.note, texts)
        else:
            assert preview.question is not None  # noqa: S101 - the stack holds only what can be published
            content = _whole(preview.question, texts).encode()
            file = discord.File(io.BytesIO(content), filename=f"preview-{preview.number}.txt")
            embed = _question(preview.question, texts)
        embed.title = texts.say("librarians.publication.title", place=place + 1, count=count)
        if preview.waiting_count:
            embed.add_field(
                name=texts.say("librarians.publication.left_out"),
                value=texts.say("librarians.publication.waiting", count=preview.waiting_count),
                inline=False,
            )
        buttons = _decide(preview, Ref("library", "approve", interaction.guild_id or 0, 0, str(place + 1)), texts)
        return Reply(embed=embed, files=[file], buttons=buttons, update=True)

    @press("anonymous", "pass")
    async def pass_question(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let everyone see an anonymous question."""
        await anonymity.pass_anonymous(actor_of(interaction), self.library, ref.number)
        return self._next(interaction, ref, "librarians.anonymous.passed")

    @opens("anonymous", "refuse")
    async def refuse_form(self, interaction: Interaction, ref: Ref) -> Form:
        """Why it can't be shown; the asker reads it."""
        texts = texts_for(interaction)
        await anonymity.check_may_refuse(actor_of(interaction), self.library, ref.number)
        field = TextField(
            "reason",
            texts.say("librarians.field.reason"),
            texts.say("librarians.field.reason_how"),
            long=True,
            limit=300,
        )
        return Form(texts.say("librarians.form.refuse", number=ref.number), (field,), {})

    @submits("anonymous", "refuse")
    async def refuse_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep it from being shown."""
        await anonymity.refuse_anonymous(actor_of(interaction), self.library, ref.number, typed["reason"])
        return self._next(interaction, ref, "librarians.anonymous.refused")

    @press("anonymous", "look")
    async def look(self, interaction: Interaction, ref: Ref) -> Reply:
        """See who asked; the look is recorded."""
        user_id = await anonymity.look_who_asked(actor_of(interaction), self.library, ref.number)
        return Reply(
            texts_for(interaction).say("librarians.anonymous.asker", number=ref.number, person=chat.person(user_id))
        )

    @press("pub", "ok")
    async def publish(self, interaction: Interaction, ref: Ref) -> Reply:
        """Publish exactly what was looked at."""
        actor = actor_of(interaction)
        await publications.approve_publication(actor, self.library, ref.number, ref.extra)
        reply = self._next(interaction, ref, "librarians.publication.published")
        reply.content += f"\n{await reading.address_of(actor, self.library, ref.number)}"
        return reply

    @press("pub", "no")
    async def withdraw(self, interaction: Interaction, ref: Ref) -> Reply:
        """Take the request, or the page, away."""
        await publications.withdraw_publication(actor_of(interaction), self.library, ref.number)
        return self._next(interaction, ref, "librarians.publication.withdrawn")

    def _next(self, interaction: Interaction, ref: Ref, key: str) -> Reply:
        texts = texts_for(interaction)
        more: Button = (Ref("library", "approve", ref.server_id), texts.say("librarians.button.next"), "secondary")
        return Reply(texts.say(key, number=ref.number), buttons=row(more), update=True)


def _anonymous(question: Question, count: int, texts: Catalogue) -> Reply:
    embed = discord.Embed(
        colour=cards.LIBRARIANS,
        title=texts.say("librarians.anonymous.title", count=count),
        description=f"**#{question.number}** {chat.safe(question.text)}",
    )
    if question.knew:
        embed.add_field(name=texts.say("researchers.card.knew"), value=chat.safe(question.knew)[:1024])
    ref = ("anonymous", question.server_id, question.number)
    return Reply(
        embed=embed,
        buttons=row(
            (Ref(ref[0], "pass", *ref[1:]), texts.say("librarians.button.pass"), "success"),
            (Ref(ref[0], "refuse", *ref[1:]), texts.say("librarians.button.refuse"), "secondary"),
            (Ref(ref[0], "look", *ref[1:]), texts.say("librarians.button.look"), "secondary"),
            (
                Ref("library", "approve", question.server_id, 0, "0"),
                texts.say("librarians.button.publications"),
                "secondary",
            ),
        ),
        update=True,
    )


def _question(question: PublicQuestion, texts: Catalogue) -> discord.Embed:
    embed = discord.Embed(
        colour=cards.LIBRARIANS,
        description=texts.say(
            "librarians.publication.body", number=question.number, text=chat.safe(chat.short(question.text, 300))
        ),
    )
    embed.add_field(name=texts.say("librarians.publication.by"), value=_bylines(question, texts), inline=False)
    return embed


def _note(note: Note, texts: Catalogue) -> discord.Embed:
    title = chat.safe(chat.short(note.title, 200))
    day, count = chat.day(note.held_on), len(note.blocks)
    embed = discord.Embed(
        colour=cards.LIBRARIANS,
        description=texts.say(
            "librarians.publication.note_body", number=note.number, title=title, day=day, count=count
        ),
    )
    holes = (block.hole for block in note.blocks if block.hole is not None)
    names = dict.fromkeys([*note.bylines, *(one.byline for hole in holes for one in hole.answers)])
    by = ", ".join(chat.safe(name) for name in names)[:1024] or texts.say("librarians.publication.anonymous")
    embed.add_field(name=texts.say("librarians.publication.by"), value=by, inline=False)
    files = [_described(block.file, texts) for block in note.blocks if block.file is not None]
    if files:
        embed.add_field(name=texts.say("librarians.publication.pictures"), value="\n".join(files)[:1024], inline=False)
    return embed


def _described(file: NoteFile, texts: Catalogue) -> str:
    name = chat.safe(chat.short(file.filename, 60))
    if not file.alt:
        return texts.say("librarians.publication.undescribed", name=name)
    return texts.say("librarians.publication.described", name=name, alt=chat.safe(chat.short(file.alt, 150)))


def _page_of(note: Note, read_media: Callable[[str], bytes], library_name: str) -> discord.File:
    """The note as a page that needs nothing else; where its pictures make that too large, as Markdown."""
    from bot.web.taking_away.folders import note_markdown  # templates are loaded when first used
    from bot.web.taking_away.pages import note_html

    page = note_html(note, read_media, library_name)
    content, ending = (page, "html") if len(page) <= FILE_LIMIT else (note_markdown(note), "md")
    return discord.File(io.BytesIO(content), filename=f"preview-{note.number}.{ending}")


def _decide(preview: Preview, following: Ref, texts: Catalogue) -> discord.ui.View:
    server_id, number = following.server_id, preview.number
    return row(
        (Ref("pub", "ok", server_id, number, preview.digest), texts.say("librarians.button.publish"), "success"),
        (Ref("pub", "no", server_id, number), texts.say("librarians.button.not_yet"), "secondary"),
        (following, texts.say("librarians.button.next"), "secondary"),
    )


def _bylines(question: PublicQuestion, texts: Catalogue) -> str:
    asker = question.byline or texts.say("librarians.publication.anonymous")
    return ", ".join(dict.fromkeys([chat.safe(asker), *(chat.safe(one.byline) for one in question.answers)]))[:1024]


def _whole(question: PublicQuestion, texts: Catalogue) -> str:
    """Everything that the page would say, as plain text: exactly what will be public, and nothing else."""
    parts = [
        (texts.say("researchers.field.topic"), question.topic),
        (texts.say("researchers.card.knew"), question.knew),
        (texts.say("researchers.card.now_think"), question.now_think),
        (texts.say("researchers.card.tried"), question.tried),
        (texts.say("researchers.field.inquiry_name"), question.inquiry_name),
        (texts.say("researchers.trail.why"), question.inquiry_why),
        (texts.say("researchers.trail.outcome"), question.inquiry_outcome),
    ]
    lines = [f"#{question.number}", question.text, question.byline, ""]
    lines += [f"{label}: {value}" for label, value in parts if value]
    for answer in question.answers:
        lines += ["", f"#{question.number}.{answer.ordinal} · {answer.byline}", answer.text]
        lines += [
            "- "
            + " · ".join(
                part
                for part in (
                    source.kind,
                    source.title,
                    source.link or source.isbn,
                    source.why,
                    source.asked,
                    source.checked,
                )
                if part
            )
            for source in answer.sources
        ]
    return "\n".join(lines)
