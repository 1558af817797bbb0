"""Sharing with the public: asking for it, and each author's private yes or no."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.kit import chat
from bot.kit.buttons import Button, row
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, picks, say, texts_for
from bot.kit.router import press
from bot.models.publications import ConsentState
from bot.models.questions import QuestionState
from bot.services.publishing import approving, consenting, requesting

_SHAREABLE = (QuestionState.SETTLED, QuestionState.UNRESOLVED)


class Publishing(Room, commands.GroupCog, group_name="publish", group_description=say("learners.command.publish")):
    """`/publish ask`, `consent`, `withdraw`."""

    @app_commands.command(name="ask", description=say("learners.command.publish_ask"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks(*_SHAREABLE))
    async def ask(self, interaction: Interaction, number: str) -> None:
        """Ask that a question be shown on the public site."""
        await self.reply_about(interaction, ("publication", "ask"), number, self.ask_pressed)

    @press("publication", "ask")
    async def ask_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Ask for publication; an author who asks has said yes for their own part."""
        await requesting.ask_publication(actor_of(interaction), self.library, ref.number)
        return Reply(texts_for(interaction).say("learners.publish.asked", number=ref.number))

    @app_commands.command(name="consent", description=say("learners.command.publish_consent"))
    async def consent(self, interaction: Interaction) -> None:
        """What waits for one's own yes or no."""
        ref = Ref("publication", "consents", interaction.guild_id or 0)
        await self.reply(interaction, self.consents(interaction, ref))

    @press("publication", "consents")
    async def consents(self, interaction: Interaction, ref: Ref) -> Reply:
        """The first request that waits, with its two buttons; deciding shows the next."""
        texts = texts_for(interaction)
        waiting = await consenting.consents_waiting(actor_of(interaction), self.library)
        undecided = [one for one in waiting if one.state is ConsentState.ASKED]
        if not undecided:
            return Reply(texts.say("learners.publish.consent_nothing"), update=True)
        first = undecided[0]
        yes: Button = (
            Ref("publication", "give", ref.server_id, first.number),
            texts.say("learners.publish.button_give"),
            "success",
        )
        no: Button = (
            Ref("publication", "decline", ref.server_id, first.number),
            texts.say("learners.publish.button_decline"),
            "secondary",
        )
        content = texts.say(
            "learners.publish.consent_one" if first.byline else "learners.publish.consent_nameless",
            number=first.number,
            question=chat.safe(chat.short(first.title, 200)),
            byline=chat.safe(first.byline),
            count=len(undecided),
        )
        return Reply(content, buttons=row(yes, no), update=True)

    @press("publication", "give")
    async def give(self, interaction: Interaction, ref: Ref) -> Reply:
        """Say yes."""
        await consenting.give_consent(actor_of(interaction), self.library, ref.number)
        return await self._decided(interaction, ref, "learners.publish.consent_given")

    @press("publication", "decline")
    async def decline(self, interaction: Interaction, ref: Ref) -> Reply:
        """Say no; nobody is told."""
        await consenting.decline_consent(actor_of(interaction), self.library, ref.number)
        return await self._decided(interaction, ref, "learners.publish.consent_declined")

    async def _decided(self, interaction: Interaction, ref: Ref, key: str) -> Reply:
        texts = texts_for(interaction)
        more: Button = (
            Ref("publication", "consents", ref.server_id),
            texts.say("learners.publish.button_next"),
            "secondary",
        )
        return Reply(texts.say(key, number=ref.number), buttons=row(more), update=True)

    @app_commands.command(name="withdraw", description=say("learners.command.publish_withdraw"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks(*_SHAREABLE))
    async def withdraw(self, interaction: Interaction, number: str) -> None:
        """Take one's consent back, or, as a librarian, the whole page."""
        await self.reply_about(interaction, ("publication", "withdraw"), number, self.withdraw_pressed)

    @press("publication", "withdraw")
    async def withdraw_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Take away what one may take away: a librarian the page, an author their part."""
        actor, number = actor_of(interaction), ref.number
        if actor.manages_server:
            await approving.withdraw_publication(actor, self.library, number)
        else:
            await consenting.withdraw_consent(actor, self.library, number)
        return Reply(texts_for(interaction).say("learners.publish.withdrawn", number=number))
