"""The one card shape: a title line with the number, what it is about, who has it, what one can do next.

Never more than one screen of a phone. States are told by a word and a shape, not by colour alone.
"""

from __future__ import annotations

import discord

from bot.kit import chat
from bot.kit.buttons import Button, row
from bot.kit.refs import Ref
from bot.models.questions import Answer, Attachment, Question, QuestionState, QuestionView
from bot.text import Catalogue

RESEARCHERS = 0x2F6F7E
SCRIBES = 0x4F6F3A
LEARNERS = 0x8A6D3B
LIBRARIANS = 0x6B4E71
"""One colour per room."""

SHAPES = {
    QuestionState.WAITING: "◌",
    QuestionState.OPEN: "○",
    QuestionState.CLAIMED: "◔",
    QuestionState.ANSWERED: "◕",
    QuestionState.SETTLED: "●",
    QuestionState.UNRESOLVED: "◍",
    QuestionState.DUPLICATE: "⧉",
    QuestionState.WITHDRAWN: "✕",
}
NOTES_SHOWN = 2
"""Notes that a card names in which its question came up: the newest."""
EXCERPT = 350
"""Characters of an answer on a card; the whole is one press away."""
ANSWERABLE = frozenset(
    {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED, QuestionState.SETTLED, QuestionState.UNRESOLVED}
)
CLAIMABLE = frozenset({QuestionState.OPEN, QuestionState.UNRESOLVED})


def state_word(state: QuestionState, texts: Catalogue) -> str:
    """A state as shape and word: ``◔ taken``."""
    return f"{SHAPES[state]} {texts.say(f'researchers.state.{state}')}"


def question_card(shown: QuestionView, texts: Catalogue, *, image: str = "") -> tuple[discord.Embed, discord.ui.View]:
    """Draw a question's card and its buttons. `image` is the name of a picture sent with it."""
    question = shown.question
    embed = discord.Embed(
        colour=RESEARCHERS,
        title=_title(question, texts),
        description=chat.safe(question.text) or _no_words(question, texts),
    )
    for name, value in _fields(shown, texts):
        embed.add_field(name=name, value=value, inline=False)
    if image:
        embed.set_image(url=f"attachment://{image}")
    embed.set_footer(text=_footer(shown, texts) or None)
    return embed, row(*_buttons(question, texts))


def _no_words(question: Question, texts: Catalogue) -> str:
    return texts.say("researchers.card.removed" if question.removed else "researchers.card.withdrawn")


def _title(question: Question, texts: Catalogue) -> str:
    words = [f"#{question.number}", state_word(question.state, texts)]
    if question.topic:
        words.append(chat.short(chat.safe(question.topic), 80))
    return " · ".join(words)


def _fields(shown: QuestionView, texts: Catalogue) -> list[tuple[str, str]]:
    question = shown.question
    fields = []
    if question.knew:
        fields.append((texts.say("researchers.card.knew"), chat.safe(chat.short(question.knew, EXCERPT))))
    if question.state is QuestionState.CLAIMED and question.claimed_by:
        fields.append((texts.say("researchers.card.holder"), chat.person(question.claimed_by)))
    if shown.duplicate_of_number:
        fields.append((texts.say("researchers.card.duplicate"), f"#{shown.duplicate_of_number}"))
    best = best_answer(shown.answers)
    if best is not None:
        fields.append((_answers_line(shown, best, texts), answer_text(best, texts, EXCERPT)))
    if shown.challenges and question.state is QuestionState.ANSWERED:
        doubt = shown.challenges[-1]
        words = chat.safe(chat.short(doubt.text, EXCERPT))
        source = chat.safe(chat.short(f"{doubt.source.title} {doubt.source.locator}", 200))
        fields.append((texts.say("researchers.card.doubt"), f"{words}\n{source}"))
    if question.tried and question.state is QuestionState.UNRESOLVED:
        fields.append((texts.say("researchers.card.tried"), chat.safe(chat.short(question.tried, EXCERPT))))
    if question.now_think and question.state is QuestionState.SETTLED:
        fields.append((texts.say("researchers.card.now_think"), chat.safe(chat.short(question.now_think, EXCERPT))))
    return fields


def best_answer(answers: tuple[Answer, ...]) -> Answer | None:
    """The answer a card shows: one that was marked *This answers it*, else the newest that still has a text."""
    kept = [one for one in answers if not one.removed]
    endorsed = [one for one in kept if one.endorsed_at]
    return next(reversed(endorsed or kept), None)


def _answers_line(shown: QuestionView, best: Answer, texts: Catalogue) -> str:
    mark = texts.say("researchers.card.endorsed") if best.endorsed_at else texts.say("researchers.card.newest")
    return texts.say(
        "researchers.card.answers",
        count=len(shown.answers),
        number=shown.question.number,
        ordinal=best.ordinal,
        mark=mark,
    )


def answer_text(answer: Answer, texts: Catalogue, limit: int) -> str:
    """An answer for chat: its text, who wrote it, how many sources stand behind it; at most 1,024 characters."""
    sources = texts.say("researchers.card.sources", count=len(answer.sources))
    return f"{chat.readable(chat.short(answer.text, limit))}\n{chat.person(answer.author_id)} · {sources}"[:1024]


def _footer(shown: QuestionView, texts: Catalogue) -> str:
    parts = []
    if shown.parent_number:
        after = f"#{shown.parent_number}" + (f".{shown.parent_answer_ordinal}" if shown.parent_answer_ordinal else "")
        parts.append(texts.say("researchers.card.follows", parent=after))
    for note in shown.came_up_in[-NOTES_SHOWN:]:
        title = chat.short(note.title, 60)
        parts.append(texts.say("researchers.card.came_up_in", number=note.number, title=title))
    if shown.inquiry_name:
        parts.append(texts.say("researchers.card.inquiry", name=chat.short(shown.inquiry_name, 60)))
    if shown.me_too_count:
        parts.append(texts.say("researchers.card.me_too", count=shown.me_too_count))
    if shown.follow_up_count:
        parts.append(texts.say("researchers.card.follow_ups", count=shown.follow_up_count))
    if not parts and not shown.answers and shown.question.state in ANSWERABLE:
        parts.append(texts.say("researchers.card.nothing_yet"))
    return " · ".join(parts)


def _buttons(question: Question, texts: Catalogue) -> list[Button]:
    def button(action: str, style: str = "secondary") -> Button:
        ref = Ref("question", action, question.server_id, question.number)
        return (ref, texts.say(f"researchers.button.{action}"), style)  # type: ignore[return-value]

    buttons: list[Button] = []
    if question.state in CLAIMABLE:
        buttons.append(button("claim", "primary"))
    if question.state in ANSWERABLE:
        buttons += [button("answer", "success"), button("me_too"), button("follow_up")]
    buttons.append(button("more"))
    return buttons


def picture_of(attachments: tuple[Attachment, ...]) -> Attachment | None:
    """The first picture among the files, which a card can show."""
    return next((one for one in attachments if one.content_type.startswith("image/")), None)
