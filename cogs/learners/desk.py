"""The library desk in private, and help in one screen."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.kit import cards, chat
from bot.kit.buttons import Button, row, view
from bot.kit.desk import desk_buttons
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, say, texts_for
from bot.kit.router import press
from bot.services.learners import desk
from bot.services.learners.desk import DeskView
from bot.text import Catalogue

NUMBERS_SHOWN = 8
REFUSALS_SHOWN = 3
GOALS_SHOWN = 3
"""What fits on a phone; the select below holds more."""
HELP_FOR = ("everyone", "researchers", "askers", "scribes", "learners")
"""Whose part `/help` tells to everybody, in this order."""


class Desk(Room):
    """`/desk` and `/help`."""

    @app_commands.command(name="desk", description=say("learners.command.desk"))
    async def desk(self, interaction: Interaction) -> None:
        """Open the library desk in private."""
        ref = Ref("my", "desk", interaction.guild_id or 0)
        await self.reply(interaction, self.my_desk(interaction, ref))

    @press("my", "desk")
    async def my_desk(self, interaction: Interaction, ref: Ref) -> Reply:
        """What waits for the one who asks, and the desk's buttons."""
        texts = texts_for(interaction)
        mine = await desk.my_desk(actor_of(interaction), self.library)
        embed = discord.Embed(
            colour=cards.LEARNERS, title=texts.say("learners.desk.mine"), description=_waiting(mine, texts)
        )
        buttons = [one for one in desk_buttons(ref.server_id, texts) if one[0].key != ("my", "desk")]
        if mine.goals:
            buttons.append((Ref("my", "goals", ref.server_id), texts.say("learners.desk.button.my_goals"), "primary"))
        if mine.consents_waiting:
            label = texts.say("learners.desk.button.consents", count=mine.consents_waiting)
            buttons.append((Ref("publication", "consents", ref.server_id), label, "primary"))
        if mine.librarian_waiting is not None:
            label = texts.say("learners.desk.button.waiting", count=mine.librarian_waiting)
            buttons.append((Ref("library", "approve", ref.server_id), label, "primary"))
        return Reply(embed=embed, buttons=_desk_view(mine, ref.server_id, buttons, texts))

    @app_commands.command(name="help", description=say("learners.command.help"))
    async def help(self, interaction: Interaction) -> None:
        """What one can do here, by role, in one screen."""
        await self.reply(interaction, self._help(interaction))

    async def _help(self, interaction: Interaction) -> Reply:
        texts, actor = texts_for(interaction), actor_of(interaction)
        embed = discord.Embed(
            colour=cards.LEARNERS, title=texts.say("learners.help.title"), description=texts.say("learners.help.intro")
        )
        for who in (*HELP_FOR, *(("librarians",) if actor.manages_server else ())):
            embed.add_field(
                name=texts.say(f"learners.help.{who}.name"), value=texts.say(f"learners.help.{who}.body"), inline=False
            )
        return Reply(embed=embed, buttons=row(*desk_buttons(actor.server_id, texts)))


def _waiting(mine: DeskView, texts: Catalogue) -> str:
    kinds = (
        ("claims", mine.open_claims),
        ("to_settle", mine.to_settle),
        ("asked", mine.asked),
        ("asked_anonymously", mine.asked_anonymously),
    )
    lines = [
        texts.say(f"learners.desk.{name}", questions=", ".join(f"#{line.number}" for line in lines[:NUMBERS_SHOWN]))
        for name, lines in kinds
        if lines
    ]
    lines += [
        texts.say("learners.desk.refused", number=one.line.number, reason=chat.safe(one.reason))
        for one in mine.refused[:REFUSALS_SHOWN]
    ]
    lines += _of_notes_and_study(mine, texts)
    return "\n".join(lines) or texts.say("learners.desk.nothing_waits")


def _of_notes_and_study(mine: DeskView, texts: Catalogue) -> list[str]:
    lines = []
    if mine.notes:
        notes = ", ".join(f"#{one.number} {chat.safe(chat.short(one.title, 40))}" for one in mine.notes[:NUMBERS_SHOWN])
        lines.append(texts.say("learners.desk.notes", notes=notes))
    waiting = sum(one.waiting for one in mine.notes)
    if waiting:
        lines.append(texts.say("learners.desk.notes_waiting", count=waiting))
    if mine.cards_due:
        lines.append(texts.say("learners.desk.cards_due", count=mine.cards_due))
    lines += [
        texts.say("learners.desk.goal", goal=chat.safe(chat.short(one.text, 80))) for one in mine.goals[:GOALS_SHOWN]
    ]
    return lines


def _desk_view(mine: DeskView, server_id: int, buttons: list[Button], texts: Catalogue) -> discord.ui.View:
    refused = (one.line for one in mine.refused)
    every = (*mine.open_claims, *mine.to_settle, *mine.asked, *mine.asked_anonymously, *refused)
    lines = {line.number: line for line in every}
    if not lines:
        return row(*buttons)
    options = [(str(number), chat.short(f"#{number} · {line.text}", 100)) for number, line in lines.items()]
    return view(
        select=(Ref("question", "picked", server_id), texts.say("learners.desk.open_mine"), options), buttons=buttons
    )
