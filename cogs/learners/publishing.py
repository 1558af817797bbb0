"""Sharing with the public: asking for it, and each author's private yes or no."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.kit import chat
from bot.kit.buttons import Button, row
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import CHOICE_LIMIT, Interaction, Room, picks, say, texts_for
from bot.kit.router import press
from bot.models.publications import ConsentRequest, ConsentState, Publishable
from bot.models.questions import QuestionState
from bot.services.publishing import approving, consenting, requesting
from bot.services.scribes.sessions import pick_sessions
from bot.text import Catalogue

_pick_questions = picks(QuestionState.SETTLED, QuestionState.UNRESOLVED)
CHOICES_LIMIT = 25
NOTES_LIMIT = 10
"""Notes among the choices at most, so that questions find a place there too."""


async def pick_shareable(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    """Suggest what can be shared: notes, then questions."""
    texts = texts_for(interaction)
    notes = [
        app_commands.Choice(
            name=chat.short(texts.say("learners.publish.pick_note", number=one.number, title=one.title), CHOICE_LIMIT),
            value=f"#{one.number}",
        )
        for one in await pick_sessions(actor_of(interaction), interaction.client.library, current, limit=NOTES_LIMIT)
    ]
    return [*notes, *await _pick_questions(interaction, current)][:CHOICES_LIMIT]


class Publishing(Room, commands.GroupCog, group_name="publish", group_description=say("learners.command.publish")):
    """`/publish ask`, `consent`, `withdraw`."""

    @app_commands.command(name="ask", description=say("learners.command.publish_ask"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=pick_shareable)
    async def ask(self, interaction: Interaction, number: str) -> None:
        """Ask that a question or a note be shown on the public site."""
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
        return Reply(_asked(first, len(undecided), texts), buttons=row(yes, no), update=True)

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
    @app_commands.autocomplete(number=pick_shareable)
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


def _asked(request: ConsentRequest, count: int, texts: Catalogue) -> str:
    title, byline = chat.safe(chat.short(request.title, 200)), chat.safe(request.byline)
    about = {"number": request.number, "byline": byline, "count": count}
    if request.kind is Publishable.NOTE:
        return texts.say("learners.publish.consent_note", **about, title=title)
    key = "learners.publish.consent_one" if byline else "learners.publish.consent_nameless"
    return texts.say(key, **about, question=title)
