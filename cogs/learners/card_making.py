"""Making cards: one's own, of what is offered, and of a message somebody wrote."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.errors import BadInput
from bot.kit import chat, failures
from bot.kit.buttons import Button, rows
from bot.kit.cards import LEARNERS
from bot.kit.forms import TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import CHOICE_LIMIT, Interaction, Room, number_of, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.questions import QuestionState
from bot.models.sessions import UNIT_LIMIT
from bot.models.studying import CARD_SIDE_LIMIT, Offer, OfferKind
from bot.services import drafts
from bot.services.learners import cards, deck, following, offering
from bot.services.learners.cards import Draft, MessageQuoted
from bot.services.researchers import finding
from bot.services.scribes import sessions
from bot.text import Catalogue

_KINDS = {"t": OfferKind.TERM, "q": OfferKind.QUESTION}
_HALF = 12
"""Suggestions of each kind: notes, and questions."""


class CardMaking(Room):
    """`/study add`, what is offered, and *Make something of this*."""

    @app_commands.command(name="add", description=say("studying.command.add"))
    @app_commands.rename(source="from")
    @app_commands.describe(
        front=say("studying.option.front"),
        back=say("studying.option.back"),
        unit=say("studying.option.unit"),
        source=say("studying.option.from"),
    )
    async def add(
        self, interaction: Interaction, front: str = "", back: str = "", unit: str = "", source: str = ""
    ) -> None:
        """Make a card of one's own, or see what is offered."""
        typed = Typed({"front": front, "back": back, "unit": unit})
        if source:
            await self.reply(interaction, self._offers_from(interaction, source))
        elif front or back:
            await self.reply(interaction, self._add_or_keep(interaction, typed))
        else:
            await self.reply(interaction, self._offer(interaction, 0, 0))

    @add.autocomplete("unit")
    async def suggest_units(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """One's own units, then those of the notes."""
        actor = actor_of(interaction)
        mine = await deck.my_units(actor, self.library, current)
        units = dict.fromkeys((*mine, *await sessions.suggest_units(actor, self.library, current)))
        return [app_commands.Choice(name=one, value=one) for one in list(units)[:25]]

    @add.autocomplete("source")
    async def suggest_sources(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Notes, and settled questions."""
        actor = actor_of(interaction)
        notes = await sessions.pick_sessions(actor, self.library, current, limit=_HALF)
        settled = frozenset({QuestionState.SETTLED})
        questions = await finding.pick_questions(actor, self.library, current, states=settled, limit=_HALF)
        lines = [(one.number, one.title) for one in notes] + [(one.number, one.text) for one in questions]
        return [
            app_commands.Choice(name=chat.short(f"#{number} · {words}", CHOICE_LIMIT), value=f"#{number}")
            for number, words in lines
        ]

    async def _add_or_keep(self, interaction: Interaction, typed: Typed) -> Reply:
        """A command that is refused keeps what was typed for the form, which is offered instead."""
        try:
            return await self._add(interaction, typed)
        except BadInput as refusal:
            await drafts.save_draft(actor_of(interaction), self.library, "study.add", 0, typed.texts)
            return _form_instead(refusal, interaction)

    async def _add(self, interaction: Interaction, typed: Typed, quoted: MessageQuoted | None = None) -> Reply:
        actor = actor_of(interaction)
        await cards.add_card(actor, self.library, _draft(typed), quoted=quoted, event_id=interaction.id)
        texts = texts_for(interaction)
        study: Button = (Ref("study", "review", actor.server_id), texts.say("studying.button.study"), "secondary")
        return Reply(texts.say("studying.said.added"), buttons=rows([study]), update=True)

    @opens("study", "add")
    async def add_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """A card of one's own."""
        texts = texts_for(interaction)
        return Form(texts.say("studying.form.add"), card_fields(texts), {})

    @submits("study", "add")
    async def add_submitted(self, interaction: Interaction, _ref: Ref, typed: Typed) -> Reply:
        """Keep the card."""
        return await self._add(interaction, typed)

    # --- what is offered

    @press("study", "offers")
    async def offers_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """One thing that is offered: ``3`` in `extra` passes over three; `number` keeps to a note."""
        return await self._offer(interaction, whole(ref.extra), ref.number)

    async def _offers_from(self, interaction: Interaction, source: str) -> Reply:
        return await self._offer(interaction, 0, number_of(source))

    async def _offer(self, interaction: Interaction, skip: int, number: int, said: str = "") -> Reply:
        actor, texts = actor_of(interaction), texts_for(interaction)
        if number:
            offered = await offering.offers_from(actor, self.library, number)
        else:
            offered = await offering.offers(actor, self.library)
        if not offered:
            return _nothing_offered(said, actor.server_id, texts)
        place = skip % len(offered)
        title = texts.say("studying.offers.title", place=place + 1, count=len(offered))
        return _offer_reply(offered[place], (place, number), said, title, interaction)

    @opens("study", "accept")
    async def accept_form(self, interaction: Interaction, ref: Ref) -> Form:
        """What is offered, to be said in one's own words."""
        texts = texts_for(interaction)
        kind, _, _ = _read_offer(ref)
        offer = await offering.offer_of(actor_of(interaction), self.library, kind, ref.number)
        filled = {"front": offer.front, "back": offer.back, "unit": offer.unit}
        return Form(texts.say("studying.form.accept"), card_fields(texts), filled)

    @submits("study", "accept")
    async def accept_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Make it a card, and show what else is offered."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        kind, skip, number = _read_offer(ref)
        await offering.accept_offer(actor, self.library, kind, ref.number, _draft(typed), event_id=interaction.id)
        more = await offering.offers(actor, self.library)
        if number or not more:
            return _nothing_offered(texts.say("studying.offers.made"), actor.server_id, texts)
        return await self._offer(interaction, skip, 0, texts.say("studying.offers.made"))

    # --- of a message

    async def make_something(self, interaction: Interaction, message: discord.Message) -> None:
        """*Make something of this*: a private choice of what."""
        await self.reply(interaction, self._what_to_make(interaction, message))

    async def _what_to_make(self, interaction: Interaction, message: discord.Message) -> Reply:
        texts = texts_for(interaction)
        ref = await self._study_card_of(interaction, message)
        button: Button = (ref, texts.say("studying.button.study_card"), "primary")
        return Reply(texts.say("studying.make.what"), buttons=rows([button]))

    async def _study_card_of(self, interaction: Interaction, message: discord.Message) -> Ref:
        """The form that makes a card of a message: of the term or question in it, or of its words."""
        actor = actor_of(interaction)
        known = await offering.offer_in_message(actor, self.library, message.id)
        if known is not None:
            kind, source_id = known
            return Ref("study", "accept", actor.server_id, source_id, f"{kind.value[0]}|0|0")
        if message.author.bot:
            raise BadInput("errors.message_of_bot")
        words = following.fitting(message.content)
        if not words:
            raise BadInput("errors.message_without_text")
        # The form opens later, when only the message's id is at hand: without the Message Content intent its words
        # could not be read again. They are kept as a draft is, and go with the message.
        extra = f"{message.channel.id}|{cards.fingerprint(words)}"
        await drafts.save_draft(actor, self.library, f"study.make.{extra}", message.id, {"back": words})
        return Ref("study", "make", actor.server_id, message.id, extra)

    @opens("study", "make")
    async def make_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """A card of a message: its words are on the back, the front is for the student to write."""
        texts = texts_for(interaction)
        return Form(texts.say("studying.form.add"), card_fields(texts), {})

    @submits("study", "make")
    async def make_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep the card."""
        channel_id, _, words = ref.extra.partition("|")
        return await self._add(interaction, typed, MessageQuoted(whole(channel_id), ref.number, words))


def card_fields(texts: Catalogue) -> tuple[TextField, ...]:
    """The fields of a card's form."""
    return (
        TextField(
            "front",
            texts.say("studying.field.front"),
            placeholder=texts.say("studying.field.front_hint"),
            long=True,
            limit=CARD_SIDE_LIMIT,
        ),
        TextField(
            "back",
            texts.say("studying.field.back"),
            texts.say("studying.field.back_how"),
            long=True,
            limit=CARD_SIDE_LIMIT,
        ),
        TextField(
            "unit",
            texts.say("studying.field.unit"),
            texts.say("studying.field.unit_how"),
            required=False,
            limit=UNIT_LIMIT,
        ),
    )


def _draft(typed: Typed) -> Draft:
    return Draft(typed["front"], typed["back"], typed["unit"])


def _read_offer(ref: Ref) -> tuple[OfferKind, int, int]:
    """Read the `extra` of an offer's button: its kind, how many were passed over, and the number it is kept to."""
    kind, _, rest = ref.extra.partition("|")
    skip, _, number = rest.partition("|")
    return _KINDS.get(kind, OfferKind.TERM), whole(skip), whole(number)


def _offer_reply(offer: Offer, place: tuple[int, int], said: str, title: str, interaction: Interaction) -> Reply:
    texts, server_id = texts_for(interaction), interaction.guild_id or 0
    skip, number = place
    embed = discord.Embed(
        colour=LEARNERS,
        title=title,
        description=f"{chat.readable(offer.front)}\n\n───\n\n{chat.readable(offer.back)}"[:4096],
    )
    where = "studying.card.from_note" if offer.kind is OfferKind.TERM else "studying.card.from_question"
    embed.set_footer(text=texts.say(where, number=offer.number))
    accept = Ref("study", "accept", server_id, offer.source_id, f"{offer.kind.value[0]}|{skip}|{number}")
    following_one = Ref("study", "offers", server_id, number, str(skip + 1))
    buttons: list[Button] = [
        (accept, texts.say("studying.button.accept"), "primary"),
        (following_one, texts.say("studying.button.skip"), "secondary"),
        (Ref("study", "add", server_id), texts.say("studying.button.write"), "secondary"),
    ]
    return Reply(said, embed, rows(buttons), update=True)


def _nothing_offered(said: str, server_id: int, texts: Catalogue) -> Reply:
    buttons: list[Button] = [
        (Ref("study", "review", server_id), texts.say("studying.button.study"), "primary"),
        (Ref("study", "add", server_id), texts.say("studying.button.write"), "secondary"),
    ]
    return Reply(said or texts.say("studying.offers.nothing"), buttons=rows(buttons), update=True)


def _form_instead(refusal: BadInput, interaction: Interaction) -> Reply:
    texts = texts_for(interaction)
    why = failures.explain(refusal, interaction.locale.value)
    again: Button = (Ref("study", "add", interaction.guild_id or 0), texts.say("kit.open_form_again"), "primary")
    return Reply(f"{why}\n{texts.say('kit.typed_is_kept')}", buttons=rows([again]))
