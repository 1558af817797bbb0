"""The deck: how one's cards stand, each of them and what can be done with it, how one studies, taking them away."""

from __future__ import annotations

import io
import re

import discord
from discord import app_commands

from bot.errors import BadInput
from bot.kit import chat, study_cards
from bot.kit.buttons import Button, chosen, page_line, page_of, pages, rows, view
from bot.kit.cards import LEARNERS
from bot.kit.forms import TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.studying import WRONG_LIMIT, CardState, StudyCard
from bot.services.learners import cards, deck, exporting, habits
from bot.services.learners.cards import LISTS, Draft
from bot.services.learners.deck import Deck
from bot.services.researchers.finding import Page
from bot.text import Catalogue
from cogs.learners.card_making import card_fields
from cogs.learners.pictures import shown_picture
from cogs.learners.sittings import Sittings, chosen_habits

FROM_DECK = "deck"
"""In the place of a unit's tag: the card was opened in the deck, and that is where one goes back to."""
ANKI, TABLE = "anki", "table"
ZONE_LENGTH = 40
_HOUR = re.compile(r"(\d{1,2})(?:[:.]00)?(?: ?h)?")


class Decks(Sittings):
    """`/study deck` and `/study export`, and what can be done with a card."""

    @app_commands.command(name="deck", description=say("studying.command.deck"))
    async def deck(self, interaction: Interaction) -> None:
        """One's cards at a glance."""
        await self.reply(interaction, self.my_deck(interaction, Ref("study", "deck", interaction.guild_id or 0)))

    @press("study", "deck")
    async def my_deck(self, interaction: Interaction, ref: Ref) -> Reply:
        """How the cards stand, and what one can do."""
        texts = texts_for(interaction)
        mine = await deck.my_deck(actor_of(interaction), self.library)
        return Reply(
            embed=study_cards.deck_card(mine, texts), buttons=_deck_view(mine, ref.server_id, texts), update=True
        )

    @press("study", "cards")
    async def list_cards(self, interaction: Interaction, ref: Ref) -> Reply:
        """One page of one's cards: ``2|hard`` in `extra`."""
        texts = texts_for(interaction)
        page, which = page_of(ref)
        which = which if which in LISTS else LISTS[0]
        found = await cards.list_cards(actor_of(interaction), self.library, which, page=page)
        embed = discord.Embed(
            colour=LEARNERS,
            title=texts.say("studying.list.title", count=found.total),
            description=study_cards.card_lines(found.items, texts) or texts.say("studying.list.none"),
        )
        embed.set_footer(text=page_line(found.page, found.pages, texts))
        return Reply(embed=embed, buttons=_list_view(found, which, ref.server_id, texts), update=True)

    @press("study", "card")
    async def card_picked(self, interaction: Interaction, _ref: Ref) -> Reply:
        """A card was chosen from the list."""
        return await self.show_card(interaction, chosen(interaction))

    async def show_card(self, interaction: Interaction, card_id: int, said: str = "") -> Reply:
        """One card, whole, and what can be done with it."""
        texts = texts_for(interaction)
        shown = await cards.show_card(actor_of(interaction), self.library, card_id)
        image, files = await shown_picture(self.library, shown.pictures)
        embed = study_cards.whole_card(shown.card, texts, image=image)
        buttons = _card_buttons(shown.card, interaction.guild_id or 0, texts)
        return Reply(said, embed, rows(*buttons), files, update=True)

    async def _go_on(self, interaction: Interaction, ref: Ref, said: str) -> Reply:
        """Go back to where the card was on the table: the deck, or the sitting."""
        if ref.extra == FROM_DECK:
            return await self.show_card(interaction, ref.number, said)
        return await self.sit_down(interaction, ref.extra, said)

    # --- what can be done with a card

    @press("study", "suspend")
    async def suspend(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let a card rest."""
        await cards.suspend_card(actor_of(interaction), self.library, ref.number)
        return await self._go_on(interaction, ref, texts_for(interaction).say("studying.sitting.suspended"))

    @press("study", "wake")
    async def wake(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let it come up again."""
        await cards.wake_card(actor_of(interaction), self.library, ref.number)
        return await self.show_card(interaction, ref.number)

    @press("study", "take_over")
    async def take_over(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let the card say what its source says."""
        await cards.take_over(actor_of(interaction), self.library, ref.number)
        return await self._go_on(interaction, ref, texts_for(interaction).say("studying.said.edited"))

    @press("study", "keep_own")
    async def keep_own(self, interaction: Interaction, ref: Ref) -> Reply:
        """Keep a card whose source is gone."""
        await cards.keep_as_own(actor_of(interaction), self.library, ref.number)
        return await self.show_card(interaction, ref.number)

    @press("study", "let_go")
    async def let_go(self, interaction: Interaction, ref: Ref) -> Reply:
        """Ask once more before a card goes for good."""
        texts = texts_for(interaction)
        shown = await cards.show_card(actor_of(interaction), self.library, ref.number)
        front = chat.safe(chat.short(shown.card.front, study_cards.FRONT_SHOWN))
        sure = _button("let_go_now", ref.server_id, texts, number=ref.number, style="danger")
        back = _button("cards", ref.server_id, texts)
        return Reply(texts.say("studying.let_go.sure", front=front), buttons=rows([sure, back]), update=True)

    @press("study", "let_go_now")
    async def let_go_now(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let go of a card."""
        texts = texts_for(interaction)
        await cards.delete_card(actor_of(interaction), self.library, ref.number)
        back = _button("cards", ref.server_id, texts)
        return Reply(texts.say("studying.let_go.done"), buttons=rows([back]), update=True)

    @opens("study", "edit")
    async def edit_form(self, interaction: Interaction, ref: Ref) -> Form:
        """A card in other words."""
        texts = texts_for(interaction)
        card = (await cards.show_card(actor_of(interaction), self.library, ref.number)).card
        filled = {"front": card.front, "back": card.back, "unit": card.unit}
        return Form(texts.say("studying.form.edit"), card_fields(texts), filled)

    @submits("study", "edit")
    async def edit_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep the other words."""
        draft = Draft(typed["front"], typed["back"], typed["unit"])
        await cards.edit_card(actor_of(interaction), self.library, ref.number, draft)
        return await self._go_on(interaction, ref, texts_for(interaction).say("studying.said.edited"))

    @opens("study", "wrong")
    async def wrong_form(self, interaction: Interaction, ref: Ref) -> Form:
        """One sentence that says what is wrong."""
        await cards.check_may_report(actor_of(interaction), self.library, ref.number)
        texts = texts_for(interaction)
        label, how = texts.say("studying.field.wrong"), texts.say("studying.field.wrong_how")
        return Form(texts.say("studying.form.wrong"), (TextField("wrong", label, how, limit=WRONG_LIMIT),), {})

    @submits("study", "wrong")
    async def wrong_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Say it where the source is kept, without a name."""
        actor, library = actor_of(interaction), self.library
        await cards.report_card(actor, library, ref.number, typed["wrong"], event_id=interaction.id)
        return await self._go_on(interaction, ref, texts_for(interaction).say("studying.sitting.reported"))

    # --- how one studies

    @opens("study", "habits")
    async def habits_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """How many cards a day, whose midnight, and when to be reminded."""
        texts = texts_for(interaction)
        settings = await habits.habits_of(actor_of(interaction), self.library)
        hour = settings.reminder_hour
        filled = {
            "a_day": str(settings.daily_cap),
            "zone": settings.timezone,
            "remind": "" if hour is None else str(hour),
        }
        return Form(texts.say("studying.form.habits"), _habit_fields(texts), filled)

    @submits("study", "habits")
    async def habits_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep how one studies."""
        settings = await habits.choose_habits(
            actor_of(interaction),
            self.library,
            interaction.channel_id or 0,
            daily_cap=_number(typed["a_day"]),
            timezone=typed["zone"],
            reminder_hour=_hour(typed["remind"]),
        )
        return chosen_habits(settings, ref.server_id, texts_for(interaction))

    # --- taking the cards away

    @app_commands.command(name="export", description=say("studying.command.export"))
    @app_commands.rename(shape="as")
    @app_commands.describe(shape=say("studying.option.as"))
    @app_commands.choices(
        shape=[app_commands.Choice(name=say(f"studying.choice.{one}"), value=one) for one in (ANKI, TABLE)]
    )
    async def export(self, interaction: Interaction, shape: str = ANKI) -> None:
        """Take one's cards away."""
        ref = Ref("study", "export" if shape == ANKI else "table", interaction.guild_id or 0)
        await self.reply(
            interaction, self.export_deck(interaction, ref) if shape == ANKI else self.export_table(interaction, ref)
        )

    @press("study", "export")
    async def export_deck(self, interaction: Interaction, ref: Ref) -> Reply:
        """A deck for Anki, and the way to a table."""
        texts = texts_for(interaction)
        made = await exporting.export_anki(actor_of(interaction), self.library)
        lines = [texts.say("studying.export.anki", count=made.cards)]
        if made.left_out:
            lines.append(texts.say("studying.export.left_out", count=made.left_out))
        file = discord.File(io.BytesIO(made.content), filename="vademecum.apkg")
        return Reply("\n".join(lines), buttons=rows([_button("table", ref.server_id, texts)]), files=[file])

    @press("study", "table")
    async def export_table(self, interaction: Interaction, _ref: Ref) -> Reply:
        """A table."""
        table = await exporting.export_table(actor_of(interaction), self.library)
        file = discord.File(io.BytesIO(table), filename="vademecum-cards.csv")
        return Reply(texts_for(interaction).say("studying.export.table"), files=[file])


def _button(
    action: str, server_id: int, texts: Catalogue, *, number: int = 0, extra: str = "", style: str = ""
) -> Button:
    ref = Ref("study", action, server_id, number, extra)
    return (ref, texts.say(f"studying.button.{action}"), style or "secondary")  # type: ignore[return-value]


def _deck_view(mine: Deck, server_id: int, texts: Catalogue) -> discord.ui.View:
    ref = Ref("study", "review", server_id)
    buttons: list[Button] = [(ref, texts.say("studying.button.study"), "primary")]
    buttons += [_button(action, server_id, texts) for action in ("cards", "offers", "habits", "export")]
    units = [(one.tag, f"{one.unit} · {one.today}") for one in mine.units if one.unit]
    if not units:
        return rows(buttons)
    return view(select=(Ref("study", "unit", server_id), texts.say("studying.deck.pick_unit"), units), buttons=buttons)


def _list_view(found: Page[StudyCard], which: str, server_id: int, texts: Catalogue) -> discord.ui.View:
    turn = Ref("study", "cards", server_id, 0, which)
    buttons: list[Button] = [
        (Ref("study", "cards", server_id, 0, f"1|{one}"), texts.say(f"studying.button.list_{one}"), "secondary")
        for one in LISTS
        if one != which
    ]
    buttons += pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
    buttons.append(_button("deck", server_id, texts))
    if not found.items:
        return view(buttons=buttons)
    options = [
        (str(one.id), chat.short(one.front, 100) or texts.say("studying.card.wordless")[:100]) for one in found.items
    ]
    return view(
        select=(Ref("study", "card", server_id), texts.say("studying.deck.pick_card"), options), buttons=buttons
    )


def _card_buttons(card: StudyCard, server_id: int, texts: Catalogue) -> tuple[list[Button], list[Button]]:
    """What can be done with a card, and the ways on."""

    def act(action: str) -> Button:
        return _button(action, server_id, texts, number=card.id, extra=FROM_DECK)

    if card.state is CardState.RETIRED:
        # Of what went with a message, the side in one's own words stays: with a new other one it can be kept.
        acts = [act("keep_own")] if card.front and card.back else [act("edit")] if card.front or card.back else []
    else:
        acts = [act("edit"), act("suspend" if card.state is CardState.ACTIVE else "wake")]
        acts += [act("wrong")] if card.has_source else []
        acts += [act("take_over")] if card.has_source and card.own_words else []
    return [*acts, act("let_go")], [_button("cards", server_id, texts), _button("deck", server_id, texts)]


def _habit_fields(texts: Catalogue) -> tuple[TextField, ...]:
    return (
        TextField("a_day", texts.say("studying.field.a_day"), limit=3),
        TextField(
            "remind",
            texts.say("studying.field.remind"),
            texts.say("studying.field.remind_how"),
            required=False,
            limit=5,
        ),
        TextField("zone", texts.say("studying.field.zone"), texts.say("studying.field.zone_how"), limit=ZONE_LENGTH),
    )


def _number(typed: str) -> int:
    if not typed.strip().isdecimal():
        raise BadInput("errors.not_a_number", typed=chat.short(typed, 40))
    return int(typed)


def _hour(typed: str) -> int | None:
    """Read ``16`` or ``16:00``; nothing is no reminder. Raises BadInput for anything else."""
    if not typed.strip():
        return None
    match = _HOUR.fullmatch(typed.strip())
    if match is None:
        raise BadInput("errors.hour_unreadable", typed=chat.short(typed, 40))
    return int(match[1])
