"""Finding one's way: lists, one question whole, and what can be done with it."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands

from bot.kit import cards, chat
from bot.kit.buttons import FILTER_LIMIT, Button, chosen, page_line, page_of, pages, row, view
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, picks, say, texts_for
from bot.kit.router import press
from bot.models.people import Actor
from bot.models.questions import Answer, QuestionState, QuestionView, Source
from bot.services.researchers import finding
from bot.services.researchers.finding import Filter, Page, QuestionLine
from bot.text import Catalogue

LONGEST_AGO = 3_650
"""Days that a list looks back at most."""
_FOUND = frozenset({QuestionState.SETTLED, QuestionState.ANSWERED})
_WAITING_FOR_ANSWERS = frozenset({QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED})
_ASKED = frozenset(QuestionState) - {QuestionState.WITHDRAWN, QuestionState.WAITING}
SOURCE_LENGTH = 330
"""Characters of a source in chat: three of them fit into a field."""
EMBED_LENGTH = 5_800
"""Characters that we put into an embed: Discord takes 6,000, and the names of its fields count."""
ACTS: tuple[tuple[str, frozenset[QuestionState]], ...] = (
    ("settle", frozenset({QuestionState.ANSWERED, QuestionState.UNRESOLVED})),
    ("release", frozenset({QuestionState.CLAIMED})),
    ("challenge", _FOUND),
    ("edit", _ASKED),
    ("unresolved", _WAITING_FOR_ANSWERS),
    ("duplicate", _WAITING_FOR_ANSWERS | {QuestionState.UNRESOLVED}),
    ("reopen", frozenset({QuestionState.UNRESOLVED, QuestionState.DUPLICATE, QuestionState.WITHDRAWN})),
    ("withdraw", _ASKED),
)
"""What can be done with a question in which state; who may do it is the services' to say."""


class Finding(Room):
    """`/question list`, `show`, *More …*, *Help answer*."""

    @app_commands.command(name="list", description=say("researchers.command.list"))
    @app_commands.describe(
        state=say("researchers.option.state"),
        topic=say("researchers.option.topic_filter"),
        person=say("researchers.option.person"),
        untaken=say("researchers.option.untaken"),
        older_than=say("researchers.option.older_than"),
    )
    @app_commands.choices(
        state=[
            app_commands.Choice(name=say(f"researchers.state.{one}"), value=one.value)
            for one in QuestionState
            if one is not QuestionState.WAITING
        ]
    )
    async def list_questions(
        self,
        interaction: Interaction,
        state: str = "",
        topic: str = "",
        person: discord.User | None = None,
        untaken: bool = False,
        older_than: app_commands.Range[int, 1, LONGEST_AGO] | None = None,
    ) -> None:
        """List questions, newest first."""
        words = f"{state}|{int(untaken)}|{older_than or ''}|{person.id if person else ''}|{topic}"
        ref = Ref("question", "list", interaction.guild_id or 0, 0, f"1|{chat.short(words, FILTER_LIMIT)}")
        await self.reply(interaction, self.list_page(interaction, ref))

    @list_questions.autocomplete("topic")
    async def list_topics(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Topics that this library has used."""
        topics = await finding.suggest_topics(actor_of(interaction), self.library, current)
        return [app_commands.Choice(name=topic[:100], value=topic[:100]) for topic in topics]

    @press("question", "list")
    async def list_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """One page of a list; its filter stands in the button."""
        texts = texts_for(interaction)
        page, words = page_of(ref)
        found = await self._listed(actor_of(interaction), _filter(words), page)
        if not found.items:
            return Reply(texts.say("researchers.list.nothing"), update=True)
        embed = discord.Embed(
            colour=cards.RESEARCHERS,
            title=texts.say("researchers.list.title", count=found.total),
            description="\n".join(list_line(line, texts) for line in found.items),
        )
        embed.set_footer(text=page_line(found.page, found.pages, texts))
        turn = Ref(ref.kind, ref.action, ref.server_id, ref.number, words)
        buttons = pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        return Reply(embed=embed, buttons=_list_view(found.items, ref.server_id, buttons, texts), update=True)

    async def _listed(self, actor: Actor, wanted: Filter, page: int) -> Page[QuestionLine]:
        if wanted.topic.endswith("…"):  # a long topic did not fit into the button whole
            begun = wanted.topic.removesuffix("…").casefold()
            topics = await finding.suggest_topics(actor, self.library, begun)
            whole_topic = next((one for one in topics if one.casefold().startswith(begun)), wanted.topic)
            wanted = replace(wanted, topic=whole_topic)
        return await finding.list_questions(actor, self.library, wanted, page=page)

    @press("question", "help_answer")
    async def help_answer(self, interaction: Interaction, ref: Ref) -> Reply:
        """What nobody has taken yet."""
        texts = texts_for(interaction)
        found = await finding.list_questions(actor_of(interaction), self.library, Filter(untaken=True))
        if not found.items:
            return Reply(texts.say("researchers.help_answer.nothing"))
        embed = discord.Embed(
            colour=cards.RESEARCHERS,
            title=texts.say("researchers.help_answer.title"),
            description="\n".join(list_line(line, texts) for line in found.items),
        )
        turn = Ref("question", "list", ref.server_id, 0, "|1|||")
        buttons = pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        return Reply(embed=embed, buttons=_list_view(found.items, ref.server_id, buttons, texts))

    @press("question", "picked")
    async def picked(self, interaction: Interaction, ref: Ref) -> Reply:
        """A question was chosen from a list."""
        number = chosen(interaction)
        return await self.show_page(interaction, Ref("question", "show", ref.server_id, number, "0|"))

    @app_commands.command(name="show", description=say("researchers.command.show"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks())
    async def show(self, interaction: Interaction, number: str) -> None:
        """Show a question with its answers; a card that was lost is drawn again."""
        await self.reply_about(interaction, ("question", "show"), number, self._show, "0|")

    async def _show(self, interaction: Interaction, ref: Ref) -> Reply:
        reply = await self.show_page(interaction, ref)
        await finding.redraw_lost_card(actor_of(interaction), self.library, ref.number)
        return reply

    @press("question", "show")
    async def show_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """The card (page 0), then one answer a page."""
        texts = texts_for(interaction)
        shown = await finding.show_question(actor_of(interaction), self.library, ref.number)
        page = max(0, min(page_of(ref)[0], len(shown.answers))) if ref.extra else 0
        if page == 0:
            embed, _ = cards.question_card(shown, texts)
        else:
            embed = _answer_embed(shown, shown.answers[page - 1], texts)
        return Reply(embed=embed, buttons=row(*_page_buttons(shown, page, texts)), update=True)

    @press("question", "more")
    async def more(self, interaction: Interaction, ref: Ref) -> Reply:
        """Everything else that can be done with a question, in private."""
        texts = texts_for(interaction)
        shown = await finding.show_question(actor_of(interaction), self.library, ref.number)
        embed, _ = cards.question_card(shown, texts)
        return Reply(embed=embed, buttons=_more_view(shown, texts))


def _filter(words: str) -> Filter:
    state, untaken, days, person, topic = [*words.split("|", 4), "", "", "", "", ""][:5]
    return Filter(
        state=QuestionState(state) if state in set(QuestionState) else None,
        topic=topic,
        person_id=whole(person) or None,
        older_than_days=min(whole(days), LONGEST_AGO) or None,
        untaken=untaken == "1",
    )


def list_line(line: QuestionLine, texts: Catalogue) -> str:
    """One question in a list: shape, number, text, and how many answers it has."""
    answers = texts.say("researchers.list.answers", count=line.answer_count)
    return f"{cards.SHAPES[line.state]} **#{line.number}** {chat.safe(chat.short(line.text, 110))} · {answers}"


def _list_view(
    items: tuple[QuestionLine, ...], server_id: int, buttons: list[Button], texts: Catalogue
) -> discord.ui.View:
    options = [(str(line.number), chat.short(f"#{line.number} · {line.text}", 100)) for line in items]
    select = (Ref("question", "picked", server_id), texts.say("researchers.list.open_one"), options)
    return view(select=select, buttons=buttons)


def _answer_embed(shown: QuestionView, answer: Answer, texts: Catalogue) -> discord.Embed:
    mark = f" · {texts.say('researchers.card.endorsed')}" if answer.endorsed_at else ""
    title = texts.say("researchers.show.answer", number=shown.question.number, ordinal=answer.ordinal) + mark
    text = chat.readable(answer.text) if not answer.removed else texts.say("researchers.card.removed")
    embed = discord.Embed(colour=cards.RESEARCHERS, title=title, description=text[:4000])
    embed.add_field(
        name=texts.say("researchers.show.by"), value=f"{chat.person(answer.author_id)} · {chat.when(answer.created_at)}"
    )
    each = min(SOURCE_LENGTH, (EMBED_LENGTH - len(embed)) // max(1, len(answer.sources)))
    lines = [source_line(source, texts)[:each] for source in answer.sources]
    for start in range(0, len(lines), 3):
        embed.add_field(
            name=texts.say("researchers.show.sources"), value="\n".join(lines[start : start + 3])[:1024], inline=False
        )
    return embed


def source_line(source: Source, texts: Catalogue) -> str:
    """One source for chat: its kind, what it is, where, and why to trust it. Links are shown, never fetched."""
    kind = texts.say(f"researchers.source.{source.kind}")
    where = f" · {chat.safe(source.locator)}" if source.locator else ""
    why = f" · {chat.safe(source.why)}" if source.why else ""
    return f"• {kind}: {chat.safe(chat.short(source.title, 100))}{where}{why}"


def _page_buttons(shown: QuestionView, page: int, texts: Catalogue) -> list[Button]:
    question, buttons = shown.question, []
    if page > 0:
        buttons.append(
            (
                Ref("question", "show", question.server_id, question.number, f"{page - 1}|"),
                texts.say("researchers.show.back"),
                "secondary",
            )
        )
    if page < len(shown.answers):
        label = texts.say("researchers.show.next", ordinal=shown.answers[page].ordinal)
        buttons.append(
            (Ref("question", "show", question.server_id, question.number, f"{page + 1}|"), label, "secondary")
        )
    if page and not shown.answers[page - 1].endorsed_at:
        ref = Ref("answer", "endorse", question.server_id, question.number, str(shown.answers[page - 1].ordinal))
        buttons.append((ref, texts.say("researchers.button.endorse"), "success"))
    buttons.append(
        (
            Ref("question", "more", question.server_id, question.number),
            texts.say("researchers.button.more"),
            "secondary",
        )
    )
    return buttons  # type: ignore[return-value]


def _more_view(shown: QuestionView, texts: Catalogue) -> discord.ui.View:
    question = shown.question
    buttons: list[Button] = [
        (
            Ref("question", "trail", question.server_id, question.number, "1|"),
            texts.say("researchers.button.trail"),
            "primary",
        )
    ]
    if shown.answers:
        buttons.append(
            (
                Ref("question", "show", question.server_id, question.number, "1|"),
                texts.say("researchers.button.answers"),
                "primary",
            )
        )
    for action, states in ACTS:
        if question.state in states:
            buttons.append(
                (
                    Ref("question", action, question.server_id, question.number),
                    texts.say(f"researchers.button.{action}"),
                    "secondary",
                )
            )
    return view(buttons=buttons)
