"""What is one's own: everything one made here, and one's goals. Nobody else can look."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.kit import cards, chat
from bot.kit.buttons import Button, chosen, page_line, page_of, pages, row, view
from bot.kit.forms import ChoiceField, TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.studying import GOAL_LIMIT, Goal, GoalState
from bot.services.learners import goals, work
from bot.services.learners.goals import Wish
from bot.services.learners.work import Work, WorkKind, WorkLine
from bot.services.researchers.finding import Page
from bot.text import Catalogue
from cogs.learners.pieces import fitting, open_view, piece_line

WORDS_SHOWN = 160
"""Characters of a piece in a list."""
DAY_LENGTH = 40
SHAPES = {GoalState.OPEN: "○", GoalState.REACHED: "●", GoalState.LET_GO: "◌"}


class Mine(Room, commands.GroupCog, group_name="my", group_description=say("learners.command.my")):
    """`/my work`, `/my goals`."""

    @app_commands.command(name="work", description=say("learners.command.my_work"))
    async def work(self, interaction: Interaction) -> None:
        """Everything one made here."""
        await self.reply(interaction, self.my_work(interaction, Ref("my", "work", interaction.guild_id or 0)))

    @press("my", "work")
    async def my_work(self, interaction: Interaction, ref: Ref) -> Reply:
        """How much there is, or one page of one kind: ``1|answers`` in `extra`."""
        page, kind = page_of(ref)
        if kind not in set(WorkKind):
            return await self._overview(interaction, ref)
        texts, wanted = texts_for(interaction), WorkKind(kind)
        found = await work.my_work(actor_of(interaction), self.library, wanted, page=page)
        if not found.items:  # the last one was taken away since
            return await self._overview(interaction, ref)
        embed = discord.Embed(
            colour=cards.LEARNERS,
            title=texts.say(f"learners.work.title.{kind}", count=found.total),
            description=fitting(_work_line(one, ref.server_id, texts) for one in found.items),
        )
        embed.set_footer(text=page_line(found.page, found.pages, texts))
        return Reply(embed=embed, buttons=_work_view(found, wanted, ref.server_id, texts), update=True)

    async def _overview(self, interaction: Interaction, ref: Ref) -> Reply:
        texts = texts_for(interaction)
        made = await work.count_work(actor_of(interaction), self.library)
        embed = discord.Embed(
            colour=cards.LEARNERS, title=texts.say("learners.work.mine"), description=_overview_text(made, texts)
        )
        return Reply(embed=embed, buttons=row(*_overview_buttons(made, ref.server_id, texts)), update=bool(ref.extra))

    @app_commands.command(name="goals", description=say("learners.command.my_goals"))
    async def goals(self, interaction: Interaction) -> None:
        """One's own goals."""
        await self.reply(interaction, self.my_goals(interaction, Ref("my", "goals", interaction.guild_id or 0)))

    @press("my", "goals")
    async def my_goals(self, interaction: Interaction, ref: Ref) -> Reply:
        """One page of one's goals."""
        texts = texts_for(interaction)
        found = await goals.my_goals(actor_of(interaction), self.library, page=page_of(ref)[0])
        embed = discord.Embed(
            colour=cards.LEARNERS,
            title=texts.say("learners.goals.mine"),
            description=fitting(_goal_line(one, texts) for one in found.items) or texts.say("learners.goals.none"),
        )
        embed.set_footer(text=page_line(found.page, found.pages, texts))
        return Reply(embed=embed, buttons=_goals_view(found, ref.server_id, texts), update=bool(ref.extra))

    @press("goal", "picked")
    async def goal_picked(self, interaction: Interaction, ref: Ref) -> Reply:
        """A goal was chosen from the list."""
        return await self.show_goal(interaction, Ref("goal", "show", ref.server_id, chosen(interaction)))

    @press("goal", "show")
    async def show_goal(self, interaction: Interaction, ref: Ref) -> Reply:
        """One goal, whole, and what one can do with it."""
        goal = await goals.show_goal(actor_of(interaction), self.library, ref.number)
        return _goal_page(goal, ref.server_id, texts_for(interaction))

    @opens("goal", "add")
    async def add_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """A new goal."""
        texts = texts_for(interaction)
        return Form(texts.say("learners.form.goal_add"), _goal_fields(texts), {})

    @submits("goal", "add")
    async def add_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep a new goal."""
        goal = await goals.add_goal(actor_of(interaction), self.library, _wish(typed), event_id=interaction.id)
        texts = texts_for(interaction)
        return _goal_page(goal, ref.server_id, texts, texts.say("learners.goals.kept"))

    @opens("goal", "edit")
    async def edit_form(self, interaction: Interaction, ref: Ref) -> Form:
        """A goal in other words."""
        texts = texts_for(interaction)
        goal = await goals.show_goal(actor_of(interaction), self.library, ref.number)
        filled = {"text": goal.text, "by": goal.by_day or "", "helps": goal.helps}
        return Form(texts.say("learners.form.goal_edit"), _goal_fields(texts), filled)

    @submits("goal", "edit")
    async def edit_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep the other words."""
        goal = await goals.edit_goal(actor_of(interaction), self.library, ref.number, _wish(typed))
        texts = texts_for(interaction)
        return _goal_page(goal, ref.server_id, texts, texts.say("learners.goals.kept"))

    @opens("goal", "look_back")
    async def look_back_form(self, interaction: Interaction, ref: Ref) -> Form:
        """How it went."""
        texts = texts_for(interaction)
        goal = await goals.show_goal(actor_of(interaction), self.library, ref.number)
        states = [(one.value, texts.say(f"learners.goals.now.{one}")) for one in GoalState]
        fields = (
            TextField(
                "how",
                texts.say("learners.field.goal_how"),
                texts.say("learners.field.goal_how_hint"),
                long=True,
                limit=goals.LOOK_BACK_LIMIT,
            ),
            ChoiceField("state", texts.say("learners.field.goal_state"), states, chosen=goal.state.value),
            TextField(
                "new_day",
                texts.say("learners.field.goal_new_day"),
                texts.say("learners.field.goal_new_day_hint"),
                required=False,
                limit=DAY_LENGTH,
            ),
        )
        return Form(texts.say("learners.form.goal_look_back"), fields, {"how": goal.look_back})

    @submits("goal", "look_back")
    async def look_back_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep how it went."""
        state = GoalState(typed["state"]) if typed["state"] in set(GoalState) else GoalState.OPEN
        goal = await goals.look_back(
            actor_of(interaction), self.library, ref.number, typed["how"], state, typed["new_day"]
        )
        texts = texts_for(interaction)
        return _goal_page(goal, ref.server_id, texts, texts.say("learners.goals.looked_back"))

    @press("goal", "remove")
    async def remove(self, interaction: Interaction, ref: Ref) -> Reply:
        """Ask once before a goal is gone: it does not come back."""
        texts = texts_for(interaction)
        goal = await goals.show_goal(actor_of(interaction), self.library, ref.number)
        buttons: tuple[Button, ...] = (
            (
                Ref("goal", "remove_now", ref.server_id, ref.number),
                texts.say("learners.goals.button.remove_now"),
                "danger",
            ),
            (Ref("goal", "show", ref.server_id, ref.number), texts.say("learners.goals.button.keep"), "secondary"),
        )
        content = texts.say("learners.goals.remove", goal=chat.safe(goal.text))
        return Reply(content, buttons=row(*buttons), update=True)

    @press("goal", "remove_now")
    async def remove_now(self, interaction: Interaction, ref: Ref) -> Reply:
        """Delete a goal of one's own."""
        await goals.remove_goal(actor_of(interaction), self.library, ref.number)
        texts = texts_for(interaction)
        back: Button = (Ref("my", "goals", ref.server_id, 0, "1|"), texts.say("learners.goals.button.all"), "secondary")
        return Reply(texts.say("learners.goals.removed"), buttons=row(back), update=True)


def _overview_text(made: Work, texts: Catalogue) -> str:
    lines = [
        texts.say(f"learners.work.{name}", count=count)
        for name in (*WorkKind, "cards", "goals")
        if (count := getattr(made, name))
    ]
    return "\n".join(lines) or texts.say("learners.work.nothing")


def _overview_buttons(made: Work, server_id: int, texts: Catalogue) -> list[Button]:
    buttons: list[Button] = [
        (Ref("my", "work", server_id, 0, f"1|{kind}"), texts.say(f"learners.work.button.{kind}"), "secondary")
        for kind in WorkKind
        if getattr(made, kind)
    ]
    if made.cards:
        buttons.append((Ref("study", "review", server_id), texts.say("learners.desk.button.study_review"), "secondary"))
    buttons.append((Ref("my", "goals", server_id), texts.say("learners.goals.mine"), "primary"))
    return buttons


def _work_line(line: WorkLine, server_id: int, texts: Catalogue) -> str:
    said = [piece_line(line.piece, server_id, texts)]
    if line.blocks:
        said.append(texts.say("learners.work.blocks", count=line.blocks))
    if line.anonymous:
        said.append(texts.say("learners.work.anonymous"))
    if line.waits:
        said.append(texts.say("learners.work.waits"))
    words = chat.safe(chat.short(line.piece.text, WORDS_SHOWN))
    return f"{' · '.join(said)}\n{words}"


def _work_view(found: Page[WorkLine], kind: WorkKind, server_id: int, texts: Catalogue) -> discord.ui.View:
    turn = Ref("my", "work", server_id, 0, kind)
    buttons = pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
    buttons.append((Ref("my", "work", server_id, 0, "1|"), texts.say("learners.work.button.all"), "secondary"))
    return open_view([one.piece for one in found.items], server_id, buttons, texts)


def _goal_line(goal: Goal, texts: Catalogue) -> str:
    """Shape, words, and when it is to be looked back on, or how it went."""
    words = chat.safe(chat.short(goal.text, WORDS_SHOWN))
    by = f" · {texts.say('learners.goals.by', day=chat.day(goal.by_day))}" if goal.by_day else ""
    return f"{SHAPES[goal.state]} **{words}**\n{texts.say(f'learners.goals.state.{goal.state}')}{by}"


def _goals_view(found: Page[Goal], server_id: int, texts: Catalogue) -> discord.ui.View:
    turn = Ref("my", "goals", server_id)
    buttons = pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
    buttons.append((Ref("goal", "add", server_id), texts.say("learners.goals.button.add"), "primary"))
    if not found.items:
        return row(*buttons)
    options = [(str(one.number), chat.short(f"{SHAPES[one.state]} {one.text}", 100)) for one in found.items]
    return view(
        select=(Ref("goal", "picked", server_id), texts.say("learners.goals.open_one"), options), buttons=buttons
    )


def _goal_page(goal: Goal, server_id: int, texts: Catalogue, said: str = "") -> Reply:
    embed = discord.Embed(
        colour=cards.LEARNERS,
        title=f"{SHAPES[goal.state]} {texts.say(f'learners.goals.state.{goal.state}')}",
        description=chat.safe(goal.text),
    )
    if goal.by_day:
        embed.add_field(name=texts.say("learners.goals.by_field"), value=chat.day(goal.by_day), inline=False)
    if goal.helps:
        embed.add_field(name=texts.say("learners.field.goal_helps"), value=_field(goal.helps), inline=False)
    if goal.look_back:
        embed.add_field(name=texts.say("learners.field.goal_how"), value=_field(goal.look_back), inline=False)
    return Reply(said, embed, row(*_goal_buttons(goal, server_id, texts)), update=True)


def _field(text: str) -> str:
    return chat.safe(text)[:1024]


def _goal_buttons(goal: Goal, server_id: int, texts: Catalogue) -> list[Button]:
    def button(action: str, style: str = "secondary") -> Button:
        ref = Ref("goal", action, server_id, goal.number)
        return (ref, texts.say(f"learners.goals.button.{action}"), style)  # type: ignore[return-value]

    everything: Button = (Ref("my", "goals", server_id, 0, "1|"), texts.say("learners.goals.button.all"), "secondary")
    return [button("look_back", "primary"), button("edit"), button("remove"), everything]


def _goal_fields(texts: Catalogue) -> tuple[TextField, ...]:
    return (
        TextField(
            "text",
            texts.say("learners.field.goal"),
            texts.say("learners.field.goal_hint"),
            long=True,
            limit=GOAL_LIMIT,
        ),
        TextField(
            "by",
            texts.say("learners.field.goal_by"),
            texts.say("learners.field.goal_by_hint"),
            required=False,
            limit=DAY_LENGTH,
        ),
        TextField(
            "helps",
            texts.say("learners.field.goal_helps"),
            texts.say("learners.field.goal_helps_hint"),
            long=True,
            required=False,
            limit=goals.HELPS_LIMIT,
        ),
    )


def _wish(typed: Typed) -> Wish:
    return Wish(typed["text"], typed["by"], typed["helps"])
