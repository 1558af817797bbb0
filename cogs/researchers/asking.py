"""Asking: a question from a command, the desk, a form, or a message that somebody wrote."""

from __future__ import annotations

import io
import re
from typing import Any

import discord
from discord import app_commands

from bot.errors import BadInput
from bot.kit import cards, chat, drawing, failures
from bot.kit.buttons import Button, row, view
from bot.kit.forms import FileField, TextField, Typed
from bot.kit.intake import keep_files
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import CHOICE_LIMIT, Interaction, Room, picks, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.questions import Origin, Question, QuestionState
from bot.services import drafts, librarians
from bot.services.researchers import asking, finding
from bot.services.researchers.asking import Ask
from bot.text import Catalogue

_PICKED = re.compile(r"#(\d{1,20})")
_QUOTABLE = 1_500
"""Characters that are given back within a message; more comes back as a file."""


class Asking(Room):
    """`/question ask`, `edit`, `withdraw`, `followup`, *Me too*, *Log as question*."""

    @app_commands.command(name="ask", description=say("researchers.command.ask"))
    @app_commands.describe(
        text=say("researchers.option.text"),
        topic=say("researchers.option.topic"),
        knew=say("researchers.option.knew"),
        file=say("researchers.option.file"),
    )
    async def ask(
        self,
        interaction: Interaction,
        text: str,
        topic: str = "",
        knew: str = "",
        file: discord.Attachment | None = None,
    ) -> None:
        """Ask a question, or open one that was suggested while typing."""
        picked = _PICKED.fullmatch(text.strip())
        if picked:
            await self.reply(interaction, self._already_asked(interaction, int(picked.group(1))))
            return
        typed = Typed({"text": text, "topic": topic, "knew": knew}, (file,) if file else ())
        await self.reply(interaction, self._ask_or_give_back(interaction, typed))

    @ask.autocomplete("text")
    async def suggest_questions(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """What was already asked; the first choice is what is being typed, since Enter may take it."""
        typed = current.strip()
        if not typed or len(typed) > CHOICE_LIMIT:
            return []
        texts = texts_for(interaction)
        first = app_commands.Choice(name=texts.say("researchers.suggest.ask", text=typed)[:CHOICE_LIMIT], value=typed)
        lines = await finding.suggest_questions(actor_of(interaction), self.library, typed, limit=24)
        return [first] + [
            app_commands.Choice(
                name=chat.short(
                    texts.say("researchers.suggest.known", number=line.number, text=line.text), CHOICE_LIMIT
                ),
                value=f"#{line.number}",
            )
            for line in lines
        ]

    @ask.autocomplete("topic")
    async def suggest_topics(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Topics that this library has used."""
        topics = await finding.suggest_topics(actor_of(interaction), self.library, current)
        return [app_commands.Choice(name=topic[:CHOICE_LIMIT], value=topic[:CHOICE_LIMIT]) for topic in topics]

    async def _already_asked(self, interaction: Interaction, number: int) -> Reply:
        texts = texts_for(interaction)
        shown = await finding.show_question(actor_of(interaction), self.library, number)
        embed, buttons = cards.question_card(shown, texts)
        return Reply(texts.say("researchers.ask.already_asked"), embed, buttons)

    async def _ask_or_give_back(self, interaction: Interaction, typed: Typed) -> Reply:
        actor, ref = actor_of(interaction), Ref("question", "ask", interaction.guild_id or 0)
        try:
            return await self._ask(interaction, typed)
        except BadInput as refusal:
            await drafts.save_draft(actor, self.library, "question.ask", 0, typed.texts)
            return _given_back(
                refusal, typed["text"], ref, texts_for(interaction).say("kit.open_form_again"), actor.locale
            )

    async def _ask(self, interaction: Interaction, typed: Typed, **about: Any) -> Reply:
        actor = actor_of(interaction)
        files = await keep_files(self.library, typed.files)
        asked = Ask(
            text=typed["text"],
            topic=typed["topic"],
            knew=typed["knew"],
            attachments=files,
            channel_id=interaction.channel_id,
            **about,
        )
        kept = await asking.ask_and_say_where(actor, self.library, asked, event_id=interaction.id)
        return self._asked(interaction, *kept)

    def _asked(self, interaction: Interaction, question: Question, channel_of_card: int | None) -> Reply:
        texts = texts_for(interaction)
        if question.state is QuestionState.WAITING:
            return Reply(texts.say("researchers.ask.waits", number=question.number))
        channel_id = channel_of_card or 0
        lines = [texts.say("researchers.ask.done", number=question.number, channel=f"<#{channel_id}>")]
        missing = drawing.missing_permissions(self.bot, question.server_id, channel_id)
        if missing:
            lines.append(
                texts.say("researchers.ask.cannot_post", channel=f"<#{channel_id}>", missing=", ".join(missing))
            )
        return Reply("\n".join(lines), buttons=row(*_afterwards(question, texts.say("researchers.button.edit"), texts)))

    @press("question", "ask_start")
    async def ask_start(self, interaction: Interaction, ref: Ref) -> Reply:
        """Choose between asking by name and asking anonymously, where a librarian allows it."""
        texts = texts_for(interaction)
        named: Button = (Ref("question", "ask", ref.server_id), texts.say("researchers.button.ask_named"), "primary")
        hidden: Button = (
            Ref("question", "ask_anonymous", ref.server_id),
            texts.say("researchers.button.ask_anonymous"),
            "secondary",
        )
        chosen = await librarians.settings_for(actor_of(interaction), self.library)
        if not chosen.anonymity_allowed:
            return Reply(texts.say("researchers.ask.start"), buttons=row(named))
        return Reply(texts.say("researchers.ask.start_anonymous"), buttons=row(named, hidden))

    @opens("question", "ask")
    async def ask_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """The form behind *Ask*."""
        texts = texts_for(interaction)
        return Form(texts.say("researchers.form.ask"), _ask_fields(interaction), {})

    @submits("question", "ask")
    async def ask_submitted(self, interaction: Interaction, _ref: Ref, typed: Typed) -> Reply:
        """Ask what was typed into the form."""
        return await self._ask(interaction, typed)

    @opens("question", "ask_anonymous")
    async def ask_anonymous_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """The same form; a librarian passes the question before anyone else sees it."""
        texts = texts_for(interaction)
        return Form(texts.say("researchers.form.ask_anonymous"), _ask_fields(interaction)[:3], {})

    @submits("question", "ask_anonymous")
    async def ask_anonymous_submitted(self, interaction: Interaction, _ref: Ref, typed: Typed) -> Reply:
        """Ask anonymously. No file: what a file tells of its maker cannot be promised away."""
        return await self._ask(interaction, typed, anonymous=True)

    @opens("question", "follow_up")
    async def follow_up_form(self, interaction: Interaction, ref: Ref) -> Form:
        """A question that follows from another, or from one of its answers."""
        await finding.show_question(actor_of(interaction), self.library, ref.number)
        texts = texts_for(interaction)
        return Form(texts.say("researchers.form.follow_up", number=ref.number), _ask_fields(interaction), {})

    @submits("question", "follow_up")
    async def follow_up_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Ask what follows."""
        answer = whole(ref.extra) or None
        return await self._ask(interaction, typed, parent=ref.number, parent_answer=answer)

    @app_commands.command(name="followup", description=say("researchers.command.followup"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks())
    async def followup(self, interaction: Interaction, number: str) -> None:
        """Open the form for what follows from a question."""
        await self.open_about(interaction, ("question", "follow_up"), number)

    @app_commands.command(name="edit", description=say("researchers.command.edit"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks())
    async def edit(self, interaction: Interaction, number: str) -> None:
        """Open the form that changes one's own question."""
        await self.open_about(interaction, ("question", "edit"), number)

    @opens("question", "edit")
    async def edit_form(self, interaction: Interaction, ref: Ref) -> Form:
        """The form that changes a question, filled with what it says now."""
        texts = texts_for(interaction)
        actor = actor_of(interaction)
        await asking.check_may_edit(actor, self.library, ref.number)
        shown = await finding.show_question(actor, self.library, ref.number)
        filled = {"text": shown.question.text, "topic": shown.question.topic, "knew": shown.question.knew}
        return Form(texts.say("researchers.form.edit", number=ref.number), _ask_fields(interaction), filled)

    @submits("question", "edit")
    async def edit_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Change the question; what it said before stays in its history."""
        actor = actor_of(interaction)
        files = await keep_files(self.library, typed.files)
        await asking.edit_question(
            actor, self.library, ref.number, text=typed["text"], topic=typed["topic"], knew=typed["knew"]
        )
        if files:
            await asking.add_attachments(actor, self.library, ref.number, files)
        return Reply(texts_for(interaction).say("researchers.edit.done", number=ref.number))

    @app_commands.command(name="withdraw", description=say("researchers.command.withdraw"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks())
    async def withdraw(self, interaction: Interaction, number: str) -> None:
        """Take one's own question back."""
        await self.reply_about(interaction, ("question", "withdraw"), number, self.withdraw_pressed)

    @press("question", "withdraw")
    async def withdraw_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Take a question back; *Bring it back* undoes it."""
        texts = texts_for(interaction)
        await asking.withdraw_question(actor_of(interaction), self.library, ref.number)
        undo: Button = (
            Ref("question", "reopen", ref.server_id, ref.number),
            texts.say("researchers.button.undo_withdraw"),
            "secondary",
        )
        return Reply(texts.say("researchers.withdraw.done", number=ref.number), buttons=row(undo))

    @press("question", "me_too")
    async def me_too(self, interaction: Interaction, ref: Ref) -> Reply:
        """Say that one wonders too; a second press takes it back."""
        actor, event_id = actor_of(interaction), interaction.id
        on, count = await asking.toggle_me_too(actor, self.library, ref.number, event_id=event_id)
        key = "researchers.me_too.on" if on else "researchers.me_too.off"
        return Reply(texts_for(interaction).say(key, number=ref.number, count=count))

    async def log_as_question(self, interaction: Interaction, message: discord.Message) -> None:
        """*Log as question*: the author of the message becomes the asker."""
        await self.reply(interaction, self._log(interaction, message))

    async def _log(self, interaction: Interaction, message: discord.Message) -> Reply:
        if message.author.bot:
            raise BadInput("errors.message_of_bot")
        if not message.content.strip():
            raise BadInput("errors.message_without_text")
        files = await keep_files(self.library, message.attachments[:1])
        mine = message.author.id == interaction.user.id
        asked = Ask(
            text=message.content,
            attachments=files,
            channel_id=message.channel.id,
            source_message_id=message.id,
            asker_id=None if mine else message.author.id,
            origin=Origin.MESSAGE,
        )
        kept = await asking.ask_and_say_where(actor_of(interaction), self.library, asked, event_id=interaction.id)
        return self._asked(interaction, *kept)


def _ask_fields(interaction: Interaction) -> tuple[TextField | FileField, ...]:
    texts = texts_for(interaction)
    return (
        TextField(
            "text", texts.say("researchers.field.text"), placeholder=texts.say("researchers.field.text_hint"), long=True
        ),
        TextField("topic", texts.say("researchers.field.topic"), required=False, limit=100),
        TextField(
            "knew",
            texts.say("researchers.field.knew"),
            texts.say("researchers.field.knew_why"),
            long=True,
            required=False,
        ),
        FileField("file", texts.say("researchers.field.file")),
    )


def _afterwards(question: Question, edit: str, texts: Catalogue) -> list[Button]:
    buttons: list[Button] = [(Ref("question", "edit", question.server_id, question.number), edit, "secondary")]
    if not question.knew:
        label = texts.say("researchers.button.add_knew")
        buttons = [(Ref("question", "edit", question.server_id, question.number), label, "primary")]
    withdraw = Ref("question", "withdraw", question.server_id, question.number)
    return [*buttons, (withdraw, texts.say("researchers.button.withdraw"), "secondary")]


def _given_back(refusal: BadInput, text: str, ref: Ref, again: str, locale: str) -> Reply:
    """A refusal of a command gives back what was typed: quoted where it is short, as a file where it is long."""
    content = failures.explain(refusal, locale)
    buttons = view(buttons=[(ref, again, "primary")])
    if len(text) > _QUOTABLE:
        file = discord.File(io.BytesIO(text.encode()), filename="your-question.txt")
        return Reply(content, buttons=buttons, files=[file])
    quoted = f"\n>>> {chat.safe(text)}" if text.strip() else ""
    return Reply(f"{content}{quoted}"[:2000], buttons=buttons)
