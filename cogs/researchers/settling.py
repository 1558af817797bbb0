"""Settling: what the asker now thinks, and the other ways in which a question comes to rest."""

from __future__ import annotations

from discord import app_commands

from bot.errors import BadInput
from bot.kit import failures
from bot.kit.buttons import Button, row
from bot.kit.forms import TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, number_of, picks, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.people import Capability
from bot.models.questions import QuestionState
from bot.services import librarians
from bot.services.capabilities import may
from bot.services.researchers import finding, settling
from cogs.researchers.answering import source_fields, typed_sources


class Settling(Room):
    """`/question settle`, `reopen`, `unresolved`, `duplicate`."""

    @app_commands.command(name="settle", description=say("researchers.command.settle"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks(QuestionState.ANSWERED, QuestionState.UNRESOLVED))
    async def settle(self, interaction: Interaction, number: str) -> None:
        """Open the form for what one now thinks."""
        await self.open_about(interaction, ("question", "settle"), number)

    @opens("question", "settle")
    async def settle_form(self, interaction: Interaction, ref: Ref) -> Form:
        """What the asker now thinks, beside what they knew; a librarian may leave it empty to confirm an answer."""
        texts, actor = texts_for(interaction), actor_of(interaction)
        await settling.check_may_settle(actor, self.library, ref.number)
        shown = await finding.show_question(actor, self.library, ref.number)
        knew = shown.question.knew or texts.say("researchers.field.knew_nothing")
        field = TextField(
            "now_think",
            texts.say("researchers.field.now_think"),
            texts.say("researchers.field.now_think_why"),
            texts.say("researchers.field.now_think_knew", knew=knew)[:100],
            long=True,
            required=not may(actor, Capability.CONFIRM_ANSWER),
        )
        return Form(
            texts.say("researchers.form.settle", number=ref.number), (field,), {"now_think": shown.question.now_think}
        )

    @submits("question", "settle")
    async def settle_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Settle it, and offer to share what was found."""
        texts, actor = texts_for(interaction), actor_of(interaction)
        await settling.settle_question(actor, self.library, ref.number, typed["now_think"])
        chosen = await librarians.settings_for(actor, self.library)
        buttons: list[Button] = [
            (Ref("question", "reopen", ref.server_id, ref.number), texts.say("researchers.button.undo"), "secondary")
        ]
        if not chosen.publishing_allowed:
            return Reply(texts.say("researchers.settle.done", number=ref.number), buttons=row(*buttons))
        share = Ref("publication", "ask", ref.server_id, ref.number)
        buttons.insert(0, (share, texts.say("learners.publish.button_share"), "primary"))
        return Reply(texts.say("researchers.settle.done_share", number=ref.number), buttons=row(*buttons))

    @app_commands.command(name="reopen", description=say("researchers.command.reopen"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks())
    async def reopen(self, interaction: Interaction, number: str) -> None:
        """Reopen a question: a settled or answered one with a doubt and a source, another one as it is."""
        await failures.guard(interaction, self._reopen(interaction, number))

    async def _reopen(self, interaction: Interaction, typed: str) -> None:
        number = number_of(typed)
        shown = await finding.show_question(actor_of(interaction), self.library, number)
        if shown.question.state in {QuestionState.SETTLED, QuestionState.ANSWERED}:
            await self.open_about(interaction, ("question", "challenge"), typed)
        else:
            await self.reply_about(interaction, ("question", "reopen"), typed, self.reopen_pressed)

    @press("question", "reopen")
    async def reopen_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Bring a question back."""
        await settling.reopen_question(actor_of(interaction), self.library, ref.number)
        return Reply(texts_for(interaction).say("researchers.reopen.done", number=ref.number))

    @opens("question", "challenge")
    async def challenge_form(self, interaction: Interaction, ref: Ref) -> Form:
        """A doubt, with the source that it rests on."""
        texts = texts_for(interaction)
        await finding.show_question(actor_of(interaction), self.library, ref.number)
        doubt = TextField(
            "text", texts.say("researchers.field.doubt"), texts.say("researchers.field.doubt_how"), long=True
        )
        return Form(texts.say("researchers.form.challenge", number=ref.number), (doubt, *source_fields(texts)), {})

    @submits("question", "challenge")
    async def challenge_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Reopen the question with the doubt."""
        named = typed_sources(typed)
        if len(named) != 1:
            raise BadInput("errors.challenge_needs_one_source")
        await settling.challenge_question(
            actor_of(interaction), self.library, ref.number, typed["text"], named[0], event_id=interaction.id
        )
        return Reply(texts_for(interaction).say("researchers.challenge.done", number=ref.number))

    @app_commands.command(name="unresolved", description=say("researchers.command.unresolved"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks(QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED))
    async def unresolved(self, interaction: Interaction, number: str) -> None:
        """Open the form for what was tried."""
        await self.open_about(interaction, ("question", "unresolved"), number)

    @opens("question", "unresolved")
    async def unresolved_form(self, interaction: Interaction, ref: Ref) -> Form:
        """What was tried: a question may end respectably without an answer."""
        texts, actor = texts_for(interaction), actor_of(interaction)
        await settling.check_hand(actor, self.library, ref.number)
        shown = await finding.show_question(actor, self.library, ref.number)
        field = TextField(
            "tried", texts.say("researchers.field.tried"), texts.say("researchers.field.tried_why"), long=True
        )
        return Form(
            texts.say("researchers.form.unresolved", number=ref.number), (field,), {"tried": shown.question.tried}
        )

    @submits("question", "unresolved")
    async def unresolved_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Mark it as searched, still open."""
        texts = texts_for(interaction)
        await settling.mark_unresolved(actor_of(interaction), self.library, ref.number, typed["tried"])
        undo: Button = (
            Ref("question", "reopen", ref.server_id, ref.number),
            texts.say("researchers.button.undo"),
            "secondary",
        )
        return Reply(texts.say("researchers.unresolved.done", number=ref.number), buttons=row(undo))

    @app_commands.command(name="duplicate", description=say("researchers.command.duplicate"))
    @app_commands.rename(number="id", original="of")
    @app_commands.describe(number=say("researchers.option.id"), original=say("researchers.option.of"))
    @app_commands.autocomplete(number=picks(), original=picks())
    async def duplicate(self, interaction: Interaction, number: str, original: str) -> None:
        """Say that a question was asked before."""

        async def mark(interaction: Interaction, ref: Ref) -> Reply:
            return await self._duplicate(interaction, ref, number_of(original))

        await self.reply_about(interaction, ("question", "duplicate"), number, mark)

    @opens("question", "duplicate")
    async def duplicate_form(self, interaction: Interaction, ref: Ref) -> Form:
        """The number of the question that was asked before."""
        texts = texts_for(interaction)
        await settling.check_hand(actor_of(interaction), self.library, ref.number)
        field = TextField("of", texts.say("researchers.field.of"), placeholder="#12", limit=21)
        return Form(texts.say("researchers.form.duplicate", number=ref.number), (field,), {})

    @submits("question", "duplicate")
    async def duplicate_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Mark it as asked before."""
        return await self._duplicate(interaction, ref, number_of(typed["of"]))

    async def _duplicate(self, interaction: Interaction, ref: Ref, original: int) -> Reply:
        texts = texts_for(interaction)
        await settling.mark_duplicate(actor_of(interaction), self.library, ref.number, original)
        undo: Button = (
            Ref("question", "reopen", ref.server_id, ref.number),
            texts.say("researchers.button.undo"),
            "secondary",
        )
        return Reply(texts.say("researchers.duplicate.done", number=ref.number, original=original), buttons=row(undo))
