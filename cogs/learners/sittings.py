"""A sitting in private: a card, its back, four buttons; and what can be said of a card while it is on the table."""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.errors import BadInput
from bot.kit import study_cards
from bot.kit.buttons import Button, chosen_text, rows
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import CHOICE_LIMIT, Interaction, Room, say, texts_for
from bot.kit.router import press
from bot.models.people import Actor
from bot.models.studying import DAILY_CAP_RANGE, Rating, StudyCard, StudySettings
from bot.services.learners import deck, habits, studying
from bot.services.learners.studying import Answer, Back, Sitting
from bot.services.scribes.keeping import unit_key
from bot.text import Catalogue
from cogs.learners.pictures import shown_picture

_STYLES = {Rating.AGAIN: "danger", Rating.HARD: "secondary", Rating.GOOD: "success", Rating.EASY: "primary"}


class Sittings(Room):
    """`/study review` and its buttons."""

    @app_commands.command(name="review", description=say("studying.command.review"))
    @app_commands.describe(
        unit=say("studying.option.unit"),
        a_day=say("studying.option.a_day"),
        remind=say("studying.option.remind"),
        zone=say("studying.option.zone"),
    )
    async def review(
        self,
        interaction: Interaction,
        unit: str = "",
        a_day: app_commands.Range[int, DAILY_CAP_RANGE[0], DAILY_CAP_RANGE[1]] | None = None,
        remind: app_commands.Range[int, habits.HOURS[0], habits.HOURS[1]] | None = None,
        zone: str = "",
    ) -> None:
        """Sit down to study; or say how many cards a day, and when to be reminded."""
        chosen = {"daily_cap": a_day, "reminder_hour": remind, "timezone": zone or None}
        wanted = {name: value for name, value in chosen.items() if value is not None}
        if wanted:
            await self.reply(interaction, self._choose(interaction, wanted))
        else:
            await self.reply(interaction, self.sit_down(interaction, studying.tag_of(unit_key(unit))))

    @review.autocomplete("unit")
    async def suggest_units(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The units of which one has cards."""
        units = await deck.my_units(actor_of(interaction), self.library, current)
        return [app_commands.Choice(name=one[:CHOICE_LIMIT], value=one[:CHOICE_LIMIT]) for one in units]

    @review.autocomplete("zone")
    async def suggest_zones(self, _interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Time zones, by the names of their cities."""
        return [app_commands.Choice(name=one, value=one) for one in habits.find_zones(current)]

    async def _choose(self, interaction: Interaction, wanted: dict[str, Any]) -> Reply:
        channel_id = interaction.channel_id or 0
        settings = await habits.choose_habits(actor_of(interaction), self.library, channel_id, **wanted)
        return chosen_habits(settings, interaction.guild_id or 0, texts_for(interaction))

    @press("study", "review")
    async def review_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Sit down, or go on."""
        return await self.sit_down(interaction, ref.extra)

    @press("study", "unit")
    async def unit_picked(self, interaction: Interaction, _ref: Ref) -> Reply:
        """Sit down with one unit, chosen in the deck."""
        return await self.sit_down(interaction, chosen_text(interaction))

    async def sit_down(self, interaction: Interaction, tag: str, said: str = "") -> Reply:
        """What comes up now, below what was `said` of what was just done."""
        sitting = await studying.sit_down(actor_of(interaction), self.library, tag)
        return sitting_reply(sitting, tag, interaction, said)

    @press("study", "show")
    async def show(self, interaction: Interaction, ref: Ref) -> Reply:
        """Turn the card over; one that moved on since gives way to what comes up now."""
        reviews, tag = _after_count(ref)
        back = await studying.turn_over(actor_of(interaction), self.library, ref.number, reviews)
        if back is None:
            return await self.sit_down(interaction, tag)
        texts, card = texts_for(interaction), back.view.card
        image, files = await shown_picture(self.library, back.view.pictures)
        embed = study_cards.back_card(card, texts, image=image)
        answers = _answer_buttons(back, ref.server_id, tag, texts)
        return Reply(embed=embed, files=files, buttons=rows(answers, _back_buttons(card, tag, texts, ref)), update=True)

    @press("study", "rate")
    async def rate(self, interaction: Interaction, ref: Ref) -> Reply:
        """Keep how it went, and go on."""
        reviews, rest = _after_count(ref)
        rating, _, tag = rest.partition("|")
        if whole(rating) not in set(Rating):
            raise BadInput("errors.button_too_old")
        sitting = await studying.answer_card(
            actor_of(interaction),
            self.library,
            Answer(ref.number, reviews),
            Rating(whole(rating)),
            tag,
            event_id=interaction.id,
        )
        return sitting_reply(sitting, tag, interaction)

    @press("study", "undo")
    async def undo(self, interaction: Interaction, ref: Ref) -> Reply:
        """Take the last answer back."""
        reviews, tag = _after_count(ref)
        pressed = Answer(ref.number, reviews)
        sitting = await studying.undo_answer(actor_of(interaction), self.library, pressed, tag, event_id=interaction.id)
        return sitting_reply(sitting, tag, interaction)

    @press("study", "remind_off", directly=True)
    async def remind_off(self, interaction: Interaction, ref: Ref) -> Reply:
        """No more reminders: one's own, wherever the button stands."""
        stopped = await habits.stop_reminding(Actor(ref.server_id, interaction.user.id), self.library)
        return Reply(texts_for(interaction).say("studying.reminder.off" if stopped else "studying.reminder.was_off"))


def _after_count(ref: Ref) -> tuple[int, str]:
    """Read a button's `extra`: how often the card was answered before, and the rest."""
    count, _, rest = ref.extra.partition("|")
    return whole(count), rest


def sitting_reply(sitting: Sitting, tag: str, interaction: Interaction, said: str = "") -> Reply:
    """What comes up now, or that nothing does; below what was `said` of what was just done."""
    texts, server_id = texts_for(interaction), interaction.guild_id or 0
    undo = _undo_button(sitting, server_id, tag, texts)
    if sitting.view is None:
        more: list[Button] = [
            (Ref("study", action, server_id), texts.say(f"studying.button.{action}"), "secondary")
            for action in ("offers", "deck")
        ]
        return Reply(said, study_cards.end_of_sitting(sitting, texts), rows([*undo, *more]), update=True)
    card = sitting.view.card
    show: Button = (
        Ref("study", "show", server_id, card.id, f"{card.reviews}|{tag}"),
        texts.say("studying.button.show"),
        "primary",
    )
    return Reply(said, study_cards.front_card(sitting, card, texts), rows([show, *undo]), update=True)


def _undo_button(sitting: Sitting, server_id: int, tag: str, texts: Catalogue) -> list[Button]:
    if sitting.last is None:
        return []
    ref = Ref("study", "undo", server_id, sitting.last.card_id, f"{sitting.last.reviews}|{tag}")
    return [(ref, texts.say("studying.button.undo"), "secondary")]


def _answer_buttons(back: Back, server_id: int, tag: str, texts: Catalogue) -> list[Button]:
    card = back.view.card
    return [
        (
            Ref("study", "rate", server_id, card.id, f"{card.reviews}|{rating.value}|{tag}"),
            texts.say(f"studying.button.{rating.name.lower()}", wait=study_cards.wait_words(wait, texts)),
            _STYLES[rating],  # type: ignore[misc]
        )
        for rating, wait in back.waits.items()
    ]


def _back_buttons(card: StudyCard, tag: str, texts: Catalogue, ref: Ref) -> list[Button]:
    actions = ["suspend", "edit"]
    actions += ["wrong"] if card.has_source else []
    actions += ["take_over"] if card.changed and card.own_words else []
    return [
        (Ref("study", action, ref.server_id, card.id, tag), texts.say(f"studying.button.{action}"), "secondary")
        for action in actions
    ]


def chosen_habits(settings: StudySettings, server_id: int, texts: Catalogue) -> Reply:
    """How one studies from now on, and the way to turn a reminder off."""
    zone = settings.timezone
    lines = [texts.say("studying.habits.kept", cap=settings.daily_cap, zone=zone)]
    buttons: list[Button] = [(Ref("study", "review", server_id), texts.say("studying.button.study"), "primary")]
    if settings.reminder_hour is None:
        lines.append(texts.say("studying.habits.no_reminder"))
    else:
        lines.append(texts.say("studying.habits.reminder", hour=settings.reminder_hour, zone=zone))
        buttons.append((Ref("study", "remind_off", server_id), texts.say("studying.button.remind_off"), "secondary"))
    return Reply("\n".join(lines), buttons=rows(buttons))
