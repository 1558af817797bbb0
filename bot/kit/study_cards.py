"""How cards to study look in private: one card of a sitting, its two sides, and the deck; and the reminder."""

from __future__ import annotations

from collections.abc import Iterable

import discord

from bot.kit import chat
from bot.kit.buttons import view
from bot.kit.cards import LEARNERS
from bot.kit.drawn import Drawn, Row
from bot.kit.refs import Ref
from bot.models.studying import CardState, StudyCard, StudySettings
from bot.services.learners.deck import Deck, UnitShelf
from bot.services.learners.studying import Sitting, Wait
from bot.text import Catalogue

BODY_LIMIT = 4_096
"""Characters of an embed's text (Discord's limit)."""
UNITS_SHOWN = 8
FRONT_SHOWN = 70
DAYS_IN_A_MONTH = 30.4
DAYS_IN_A_YEAR = 365
SHOWN_IN_DAYS = 60
"""An interval longer than this is shown in months."""


def wait_words(wait: Wait, texts: Catalogue) -> str:
    """How long until a card comes back, in two words."""
    if not wait.days:
        return texts.say("studying.wait.minutes", count=wait.minutes)
    if wait.days <= SHOWN_IN_DAYS:
        return texts.say("studying.wait.days", count=wait.days)
    if wait.days < DAYS_IN_A_YEAR:
        return texts.say("studying.wait.months", count=round(wait.days / DAYS_IN_A_MONTH))
    return texts.say("studying.wait.years", count=round(wait.days / DAYS_IN_A_YEAR))


def front_card(sitting: Sitting, card: StudyCard, texts: Catalogue) -> discord.Embed:
    """The front of the card that comes up, how far one is today, and what became of its source."""
    embed = discord.Embed(
        colour=LEARNERS,
        title=_progress(sitting, texts),
        description=_body(chat.readable(card.front), *_news(card, texts)),
    )
    embed.set_footer(text=source_line(card, texts))
    return embed


def back_card(card: StudyCard, texts: Catalogue, *, image: str = "") -> discord.Embed:
    """Both sides of a card. `image` is the name of a picture sent with it."""
    sides = f"{chat.readable(card.front)}\n\n{_RULE}\n\n{chat.readable(card.back)}"
    embed = discord.Embed(colour=LEARNERS, description=_body(sides, *_news(card, texts, whole=True)))
    embed.set_footer(text=source_line(card, texts))
    if image:
        embed.set_image(url=f"attachment://{image}")
    return embed


_RULE = "───"


def _progress(sitting: Sitting, texts: Catalogue) -> str:
    return texts.say("studying.sitting.progress", done=sitting.done, total=sitting.total)


def _body(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)[:BODY_LIMIT]


def source_line(card: StudyCard, texts: Catalogue) -> str:
    """Where a card comes from, and its unit."""
    if card.note_number:
        source = texts.say("studying.card.from_note", number=card.note_number)
    elif card.question_number:
        source = texts.say("studying.card.from_question", number=card.question_number)
    else:
        source = texts.say("studying.card.own")
    return f"{source} · {chat.short(card.unit, 60)}" if card.unit else source


def _news(card: StudyCard, texts: Catalogue, *, whole: bool = False) -> list[str]:
    """What became of the source since the card was last answered, and whether anybody has confirmed that.

    Only with the whole card on the table it is said what the source says now: that is the answer.
    """
    where = "question" if card.question_number else "note"
    lines = []
    if card.changed:
        lines.append(texts.say(f"studying.card.changed_{where}", number=card.question_number))
        if card.own_words and whole:
            lines.append(texts.say("studying.card.says_now", words=chat.safe(chat.short(card.source_says, 600))))
    if not card.confirmed:
        lines.append(texts.say(f"studying.card.unchecked_{where}", number=card.question_number))
    return lines


def end_of_sitting(sitting: Sitting, texts: Catalogue) -> discord.Embed:
    """What is said when nothing is left for today."""
    if sitting.next_at is None:
        return discord.Embed(colour=LEARNERS, description=texts.say("studying.sitting.empty"))
    when = chat.when(sitting.next_at, "D")
    if not sitting.total:
        return discord.Embed(colour=LEARNERS, description=texts.say("studying.sitting.nothing", when=when))
    embed = discord.Embed(
        colour=LEARNERS,
        title=texts.say("studying.sitting.done"),
        description=texts.say("studying.sitting.done_next", when=when),
    )
    embed.set_footer(text=_progress(sitting, texts))
    return embed


def whole_card(card: StudyCard, texts: Catalogue, *, image: str = "") -> discord.Embed:
    """A card as the deck shows it: both sides, where it comes from, and how it stands."""
    if not (card.front or card.back):
        embed = discord.Embed(colour=LEARNERS, description=texts.say("studying.card.wordless"))
        embed.set_footer(text=source_line(card, texts))
    else:
        embed = back_card(card, texts, image=image)
    embed.description = _body(f"**{_standing(card, texts)}**", embed.description or "")
    return embed


def _standing(card: StudyCard, texts: Catalogue) -> str:
    if card.state is not CardState.ACTIVE:
        return texts.say(f"studying.card.{card.state}")
    words = [texts.say("studying.card.new") if card.reviewed_at is None else _due(card, texts)]
    words += [texts.say(f"studying.card.{name}") for name in ("hard", "known_well") if getattr(card, name)]
    return " · ".join(words)


def _due(card: StudyCard, texts: Catalogue) -> str:
    return texts.say("studying.card.due", when=chat.when(card.due_at, "D"))


def card_lines(cards: Iterable[StudyCard], texts: Catalogue) -> str:
    """Cards as a list shows them."""
    return "\n".join(_card_line(one, texts) for one in cards)[:BODY_LIMIT]


def _card_line(card: StudyCard, texts: Catalogue) -> str:
    front = chat.safe(chat.short(card.front, FRONT_SHOWN)) or texts.say("studying.card.wordless")
    return f"**{front}** · {_standing(card, texts)}"


def deck_card(deck: Deck, texts: Catalogue) -> discord.Embed:
    """The deck at a glance."""
    embed = discord.Embed(
        colour=LEARNERS, title=texts.say("studying.deck.title"), description="\n".join(_counts(deck, texts))
    )
    if deck.units:
        embed.add_field(
            name=texts.say("studying.deck.units"), value="\n".join(_units(deck.units, texts))[:1024], inline=False
        )
    if deck.hard_for_many:
        lines = [
            texts.say("studying.deck.hard_line", number=one.number, words=chat.safe(chat.short(one.words, 80)))
            for one in deck.hard_for_many
        ]
        embed.add_field(name=texts.say("studying.deck.hard_for_many"), value="\n".join(lines)[:1024], inline=False)
    embed.set_footer(text=_habits(deck.settings, texts))
    return embed


def _counts(deck: Deck, texts: Catalogue) -> list[str]:
    if not (deck.cards or deck.retired):
        lines = [texts.say("studying.deck.empty")]
    else:
        counts = {name: getattr(deck, name) for name in ("new", "known_well", "hard", "suspended", "retired")}
        lines = [texts.say("studying.deck.today", count=deck.today)]
        lines += [texts.say(f"studying.deck.{name}", count=count) for name, count in counts.items() if count]
    return [*lines, texts.say("studying.deck.offered", count=deck.offered)] if deck.offered else lines


def _units(shelves: tuple[UnitShelf, ...], texts: Catalogue) -> list[str]:
    return [
        texts.say("studying.deck.unit", count=one.cards, unit=chat.safe(one.unit), today=one.today)
        if one.unit
        else texts.say("studying.deck.no_unit", count=one.cards, today=one.today)
        for one in shelves[:UNITS_SHOWN]
    ]


def _habits(settings: StudySettings, texts: Catalogue) -> str:
    known = {"cap": settings.daily_cap, "zone": settings.timezone}
    if settings.reminder_hour is None:
        return texts.say("studying.deck.footer_plain", **known)
    return texts.say("studying.deck.footer_reminder", **known, hour=settings.reminder_hour)


def reminder(row: Row, texts: Catalogue) -> Drawn:
    """The reminder: a direct message; where that does not arrive, a word in the channel that calls its reader."""
    place = f"https://discord.com/channels/{row.server_id}/{row.channel_id}"
    off = (Ref("study", "remind_off", row.server_id), texts.say("studying.button.remind_off"), "secondary")
    study = (Ref("study", "review", row.server_id), texts.say("studying.button.study"), "primary")
    reader = discord.Object(row.subject)
    return Drawn(
        content=texts.say("studying.reminder.direct", place=place),
        view=view(buttons=[off]),  # type: ignore[list-item]
        direct_to=row.subject,
        instead=Drawn(
            content=texts.say("studying.reminder.instead", who=chat.person(row.subject)),
            view=view(buttons=[study, off]),  # type: ignore[list-item]
            mentions=discord.AllowedMentions(users=[reader], roles=False, everyone=False),
        ),
    )
