"""The trail: the tree of questions that follow from one another, and what it was for."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.kit import cards, chat
from bot.kit.buttons import Button, page_line, page_of, pages, row
from bot.kit.forms import TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, picks, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.questions import INQUIRY_NAME_LIMIT, Trail, TrailNode
from bot.services.researchers import trail as trails
from bot.text import Catalogue

NODES_A_PAGE = 15
DEEPEST = 8
"""Levels that are drawn as indentation; deeper ones say their depth as a number, so that a phone can show them."""


class Trails(Room):
    """`/question trail`, and the names of inquiries."""

    @app_commands.command(name="trail", description=say("researchers.command.trail"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("researchers.option.id"))
    @app_commands.autocomplete(number=picks())
    async def trail(self, interaction: Interaction, number: str) -> None:
        """Draw the tree around a question."""
        await self.reply_about(interaction, ("question", "trail"), number, self.trail_page)

    @press("question", "trail")
    async def trail_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """One page of the tree; without a page, the one on which the question stands."""
        texts = texts_for(interaction)
        whole = await trails.trail_of(actor_of(interaction), self.library, ref.number)
        count = -(-len(whole.nodes) // NODES_A_PAGE)
        place = next(index for index, node in enumerate(whole.nodes) if node.number == whole.here)
        page = min(page_of(ref)[0], count) if ref.extra else place // NODES_A_PAGE + 1
        embed = _draw(whole, page, count, texts)
        turn = Ref("question", "trail", ref.server_id, ref.number)
        buttons = pages(turn, page, count, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        return Reply(embed=embed, buttons=row(*buttons, *_inquiry_buttons(whole, ref, texts)), update=True)

    @opens("inquiry", "name")
    async def name_form(self, interaction: Interaction, ref: Ref) -> Form:
        """Name the trail, and say why it is followed."""
        texts, actor = texts_for(interaction), actor_of(interaction)
        await trails.check_part(actor, self.library, ref.number)
        known = (await trails.trail_of(actor, self.library, ref.number)).inquiry
        fields = (
            TextField("name", texts.say("researchers.field.inquiry_name"), limit=INQUIRY_NAME_LIMIT),
            TextField("why", texts.say("researchers.field.inquiry_why"), long=True, required=False, limit=1000),
        )
        filled = {"name": known.name, "why": known.why} if known else {}
        return Form(texts.say("researchers.form.inquiry"), fields, filled)

    @submits("inquiry", "name")
    async def name_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep the name."""
        kept = await trails.name_inquiry(actor_of(interaction), self.library, ref.number, typed["name"], typed["why"])
        return Reply(texts_for(interaction).say("researchers.inquiry.named", name=chat.safe(kept.name)))

    @opens("inquiry", "outcome")
    async def outcome_form(self, interaction: Interaction, ref: Ref) -> Form:
        """What we did with it."""
        texts, actor = texts_for(interaction), actor_of(interaction)
        await trails.check_part(actor, self.library, ref.number)
        known = (await trails.trail_of(actor, self.library, ref.number)).inquiry
        field = TextField(
            "outcome",
            texts.say("researchers.field.outcome"),
            texts.say("researchers.field.outcome_why"),
            long=True,
            limit=1500,
        )
        return Form(texts.say("researchers.form.outcome"), (field,), {"outcome": known.outcome if known else ""})

    @submits("inquiry", "outcome")
    async def outcome_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep what was done with it."""
        await trails.record_outcome(actor_of(interaction), self.library, ref.number, typed["outcome"])
        return Reply(texts_for(interaction).say("researchers.inquiry.outcome_kept"))


def _draw(whole: Trail, page: int, count: int, texts: Catalogue) -> discord.Embed:
    nodes = whole.nodes[(page - 1) * NODES_A_PAGE : page * NODES_A_PAGE]
    title = texts.say("researchers.trail.title", count=len(whole.nodes))
    if whole.inquiry:
        title = texts.say("researchers.trail.inquiry", name=chat.safe(whole.inquiry.name))
    embed = discord.Embed(
        colour=cards.RESEARCHERS,
        title=title[:256],
        description="\n".join(_line(node, whole.here, texts) for node in nodes)[:4096],
    )
    if whole.inquiry and whole.inquiry.why:
        embed.add_field(
            name=texts.say("researchers.trail.why"), value=chat.safe(whole.inquiry.why)[:1024], inline=False
        )
    if whole.inquiry and whole.inquiry.outcome:
        embed.add_field(
            name=texts.say("researchers.trail.outcome"), value=chat.safe(whole.inquiry.outcome)[:1024], inline=False
        )
    embed.set_footer(text=page_line(page, count, texts))
    return embed


def _line(node: TrailNode, here: int, texts: Catalogue) -> str:
    indent = "\N{EM SPACE}" * min(node.depth, DEEPEST) + (f"({node.depth}) " if node.depth > DEEPEST else "")
    branch = "↳ " if node.depth else ""
    via = texts.say("researchers.trail.via", ordinal=node.via_answer) + " " if node.via_answer else ""
    text = chat.safe(chat.short(node.text, 90)) or texts.say("researchers.trail.withdrawn")
    line = f"{branch}{cards.SHAPES[node.state]} #{node.number} {via}{text}"
    return f"{indent}**{line}** ◂" if node.number == here else f"{indent}{line}"


def _inquiry_buttons(whole: Trail, ref: Ref, texts: Catalogue) -> list[Button]:
    label = texts.say("researchers.button.rename_inquiry" if whole.inquiry else "researchers.button.name_inquiry")
    buttons: list[Button] = [(Ref("inquiry", "name", ref.server_id, ref.number), label, "secondary")]
    if whole.inquiry:
        buttons.append(
            (Ref("inquiry", "outcome", ref.server_id, ref.number), texts.say("researchers.button.outcome"), "secondary")
        )
    return buttons
