"""Claiming and answering: somebody is responsible, and says where it is from."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.errors import BadInput
from bot.kit import chat
from bot.kit.buttons import Button, chosen, row, view
from bot.kit.forms import ChoiceField, FileField, TextField, Typed
from bot.kit.intake import keep_files
from bot.kit.messages import message_here
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, picks, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.questions import Origin, QuestionState, Source, SourceKind
from bot.services.researchers import answering, finding, sources
from bot.text import Catalogue


class Answering(Room):
    """`/question claim`, `release`, `answer`, `endorse`, *Use as answer*."""

    @app_commands.command(name="claim", description=say("researchers.command.claim"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks(QuestionState.OPEN, QuestionState.UNRESOLVED))
    async def claim(self, interaction: Interaction, number: str) -> None:
        """Take a question."""
        await self.reply_about(interaction, ("question", "claim"), number, self.claim_pressed)

    @press("question", "claim")
    async def claim_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Take a question; the answer form is one press away, and so is giving it back."""
        texts = texts_for(interaction)
        await answering.claim_question(actor_of(interaction), self.library, ref.number)
        buttons: list[Button] = [
            (Ref("question", "answer", ref.server_id, ref.number), texts.say("researchers.button.answer"), "success"),
            (
                Ref("question", "release", ref.server_id, ref.number),
                texts.say("researchers.button.release"),
                "secondary",
            ),
        ]
        return Reply(texts.say("researchers.claim.done", number=ref.number), buttons=row(*buttons))

    @app_commands.command(name="release", description=say("researchers.command.release"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks(QuestionState.CLAIMED))
    async def release(self, interaction: Interaction, number: str) -> None:
        """Give a question back."""
        await self.reply_about(interaction, ("question", "release"), number, self.release_pressed)

    @press("question", "release")
    async def release_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Give a question back, so that somebody else can take it."""
        texts = texts_for(interaction)
        await answering.release_question(actor_of(interaction), self.library, ref.number)
        again: Button = (
            Ref("question", "claim", ref.server_id, ref.number),
            texts.say("researchers.button.claim_again"),
            "secondary",
        )
        return Reply(texts.say("researchers.release.done", number=ref.number), buttons=row(again))

    @app_commands.command(name="answer", description=say("researchers.command.answer"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(
        number=picks(QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED, QuestionState.UNRESOLVED)
    )
    async def answer(self, interaction: Interaction, number: str) -> None:
        """Open the form for an answer."""
        await self.open_about(interaction, ("question", "answer"), number)

    @opens("question", "answer")
    async def answer_form(self, interaction: Interaction, ref: Ref) -> Form:
        """An answer and its sources."""
        texts = texts_for(interaction)
        await finding.show_question(actor_of(interaction), self.library, ref.number)
        return Form(texts.say("researchers.form.answer", number=ref.number), _answer_fields(texts), {})

    @submits("question", "answer")
    async def answer_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep the answer; its asker is told where they asked."""
        texts = texts_for(interaction)
        kept = await answering.answer_question(
            actor_of(interaction),
            self.library,
            ref.number,
            typed["text"],
            typed_sources(typed),
            event_id=interaction.id,
        )
        return self._answered(texts, ref, kept.ordinal)

    def _answered(self, texts: Catalogue, ref: Ref, ordinal: int) -> Reply:
        edit: Button = (
            Ref("answer", "edit", ref.server_id, ref.number, str(ordinal)),
            texts.say("researchers.button.edit_answer"),
            "secondary",
        )
        follow: Button = (
            Ref("question", "follow_up", ref.server_id, ref.number, str(ordinal)),
            texts.say("researchers.button.follow_up"),
            "secondary",
        )
        return Reply(
            texts.say("researchers.answer.done", number=ref.number, ordinal=ordinal), buttons=row(edit, follow)
        )

    @opens("answer", "edit")
    async def edit_answer_form(self, interaction: Interaction, ref: Ref) -> Form:
        """The answer form, filled with what the answer says now."""
        texts = texts_for(interaction)
        now = await answering.answer_to_edit(actor_of(interaction), self.library, ref.number, whole(ref.extra))
        filled = {"text": now.text} | filled_sources(now.sources)
        title = texts.say("researchers.form.edit_answer", number=ref.number, ordinal=now.ordinal)
        return Form(title, _answer_fields(texts), filled)

    @submits("answer", "edit")
    async def edit_answer_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Change an answer; what it said before stays in its history."""
        await answering.edit_answer(
            actor_of(interaction), self.library, ref.number, whole(ref.extra), typed["text"], typed_sources(typed)
        )
        return Reply(texts_for(interaction).say("researchers.answer.edited", number=ref.number, ordinal=ref.extra))

    @app_commands.command(name="endorse", description=say("researchers.command.endorse"))
    @app_commands.rename(number="id", ordinal="answer")
    @app_commands.describe(number=say("researchers.option.id"), ordinal=say("researchers.option.answer"))
    @app_commands.autocomplete(number=picks(QuestionState.ANSWERED, QuestionState.SETTLED))
    async def endorse(
        self, interaction: Interaction, number: str, ordinal: app_commands.Range[int, 1, 999] = 1
    ) -> None:
        """Mark an answer with *This answers it*."""
        await self.reply_about(interaction, ("answer", "endorse"), number, self.endorse_pressed, str(ordinal))

    @press("answer", "endorse")
    async def endorse_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Mark an answer."""
        texts = texts_for(interaction)
        ordinal = whole(ref.extra)
        await answering.endorse_answer(actor_of(interaction), self.library, ref.number, ordinal)
        undo: Button = (
            Ref("answer", "unendorse", ref.server_id, ref.number, str(ordinal)),
            texts.say("researchers.button.undo"),
            "secondary",
        )
        settle: Button = (
            Ref("question", "settle", ref.server_id, ref.number),
            texts.say("researchers.button.settle"),
            "primary",
        )
        return Reply(
            texts.say("researchers.endorse.done", number=ref.number, ordinal=ordinal), buttons=row(settle, undo)
        )

    @press("answer", "unendorse")
    async def unendorse_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Take the mark back."""
        await answering.take_back_endorsement(actor_of(interaction), self.library, ref.number, whole(ref.extra))
        return Reply(texts_for(interaction).say("researchers.endorse.undone", number=ref.number, ordinal=ref.extra))

    async def use_as_answer(self, interaction: Interaction, message: discord.Message) -> None:
        """*Use as answer*: choose which question the message answers."""
        await self.reply(interaction, self._choose_question(interaction, message))

    async def _choose_question(self, interaction: Interaction, message: discord.Message) -> Reply:
        texts = texts_for(interaction)
        if message.author.bot:
            raise BadInput("errors.message_of_bot")
        if not message.content.strip():
            raise BadInput("errors.message_without_text")
        states = frozenset(
            {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED, QuestionState.UNRESOLVED}
        )
        lines = await finding.pick_questions(actor_of(interaction), self.library, "", states=states, limit=25)
        if not lines:
            return Reply(texts.say("researchers.use.nothing_open"))
        options = [(str(line.number), chat.short(f"#{line.number} · {line.text}", 100)) for line in lines]
        ref = Ref("answer", "use", interaction.guild_id or 0, message.id, str(message.channel.id))
        return Reply(
            texts.say("researchers.use.which"), buttons=view(select=(ref, texts.say("researchers.use.pick"), options))
        )

    @press("answer", "use")
    async def use_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """The question is chosen: offer the form for the sources."""
        texts = texts_for(interaction)
        number = chosen(interaction)
        await finding.show_question(actor_of(interaction), self.library, number)
        form = Ref("answer", "used", ref.server_id, number, f"{ref.extra}/{ref.number}")
        label = texts.say("researchers.button.name_sources")
        return Reply(
            texts.say("researchers.use.chosen", number=number), buttons=row((form, label, "primary")), update=True
        )

    @opens("answer", "used")
    async def used_form(self, interaction: Interaction, ref: Ref) -> Form:
        """Only the sources: the text is the message."""
        texts = texts_for(interaction)
        return Form(texts.say("researchers.form.answer", number=ref.number), _answer_fields(texts)[1:], {})

    @submits("answer", "used")
    async def used_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep the message as an answer of the one who wrote it."""
        message = await self._message(interaction, ref)
        files = await keep_files(self.library, message.attachments[:1])
        kept = await answering.answer_question(
            actor_of(interaction),
            self.library,
            ref.number,
            message.content,
            typed_sources(typed),
            attachments=files,
            author_id=message.author.id,
            source_message_id=message.id,
            source_channel_id=message.channel.id,
            origin=Origin.MESSAGE,
            event_id=interaction.id,
        )
        return self._answered(texts_for(interaction), ref, kept.ordinal)

    async def _message(self, interaction: Interaction, ref: Ref) -> discord.Message:
        channel_id, _, message_id = ref.extra.partition("/")
        message = await message_here(interaction, whole(channel_id), whole(message_id))
        if not message.content.strip():
            raise BadInput("errors.message_without_text")
        return message


def source_fields(texts: Catalogue) -> tuple[ChoiceField, TextField, TextField, TextField]:
    """The fields that ask for sources: the kind of the first, one line each, and why to trust it."""
    kinds = [(kind.value, texts.say(f"researchers.source.{kind}")) for kind in SourceKind]
    return (
        ChoiceField("kind", texts.say("researchers.field.kind"), kinds, required=False, chosen=SourceKind.WEB.value),
        TextField(
            "sources",
            texts.say("researchers.field.sources"),
            texts.say("researchers.field.sources_how"),
            texts.say("researchers.field.sources_hint"),
            long=True,
            required=False,
        ),
        TextField(
            "why", texts.say("researchers.field.why"), texts.say("researchers.field.why_how"), long=True, required=False
        ),
        TextField(
            "asked",
            texts.say("researchers.field.asked"),
            texts.say("researchers.field.asked_how"),
            required=False,
            limit=300,
        ),
    )


def _answer_fields(texts: Catalogue) -> tuple[TextField | ChoiceField | FileField, ...]:
    text = TextField(
        "text", texts.say("researchers.field.answer"), placeholder=texts.say("researchers.field.answer_hint"), long=True
    )
    return (text, *source_fields(texts))


def typed_sources(typed: Typed) -> tuple[Source, ...]:
    """Read the source fields: line for line, with the reason of the same line (the last reason stands for the rest)."""
    lines = [line.strip() for line in typed["sources"].splitlines() if line.strip()]
    reasons = [line.strip() for line in typed["why"].splitlines() if line.strip()] or [""]
    kind = SourceKind(typed["kind"]) if typed["kind"] in set(SourceKind) else SourceKind.WEB
    return tuple(
        sources.source_from_line(
            line,
            kind if index == 0 else None,
            why=reasons[min(index, len(reasons) - 1)],
            asked=typed["asked"] if index == 0 else "",
        )
        for index, line in enumerate(lines)
    )


def filled_sources(known: tuple[Source, ...]) -> dict[str, str]:
    """Write sources back into the fields that they were typed into."""
    if not known:
        return {}
    return {
        "kind": known[0].kind.value,
        "sources": "\n".join(sources.line_of(one) for one in known),
        "why": "\n".join(one.why for one in known),
        "asked": known[0].asked,
    }
