"""Search over everything that this server's rooms let be found."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.kit import cards, chat
from bot.kit.buttons import page_line, page_of, pages, view
from bot.kit.forms import TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.services.learners.searching import SearchResult, search_library
from bot.text import Catalogue

WORDS_LIMIT = 50
"""Characters of a search that fit into its page buttons' ids."""


class Searching(Room):
    """`/search` and the desk's *Find*."""

    @app_commands.command(name="search", description=say("learners.command.search"))
    @app_commands.describe(words=say("learners.option.words"))
    async def search(self, interaction: Interaction, words: app_commands.Range[str, 1, 200]) -> None:
        """Search questions and answers."""
        await self.reply(interaction, self._found(interaction, words, 1))

    @opens("library", "find")
    async def find_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """The desk's *Find*."""
        texts = texts_for(interaction)
        field = TextField(
            "words", texts.say("learners.field.words"), placeholder=texts.say("learners.field.words_hint"), limit=200
        )
        return Form(texts.say("learners.form.find"), (field,), {})

    @submits("library", "find")
    async def find_submitted(self, interaction: Interaction, _ref: Ref, typed: Typed) -> Reply:
        """Search for what was typed."""
        return await self._found(interaction, typed["words"], 1)

    @press("search", "page")
    async def page(self, interaction: Interaction, ref: Ref) -> Reply:
        """Another page of results."""
        page, words = page_of(ref)
        return await self._found(interaction, words, page)

    async def _found(self, interaction: Interaction, words: str, page: int) -> Reply:
        texts, actor = texts_for(interaction), actor_of(interaction)
        words = _fitting(words)
        found = await search_library(actor, self.library, words, page=page)
        if not found.items:
            ask = (Ref("question", "ask", actor.server_id), texts.say("learners.search.ask_it"), "primary")
            content = texts.say("learners.search.nothing", words=chat.safe(words))
            return Reply(content, buttons=view(buttons=[ask]))  # type: ignore[list-item]
        embed = discord.Embed(
            colour=cards.LEARNERS,
            title=texts.say("learners.search.title", count=found.total),
            description="\n".join(_line(one, texts) for one in found.items)[:4096],
        )
        embed.set_footer(text=page_line(found.page, found.pages, texts))
        turn = Ref("search", "page", actor.server_id, 0, words)
        buttons = pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        numbers = dict.fromkeys(one.number for one in found.items)
        options = [(str(number), f"#{number}") for number in numbers]
        select = (Ref("question", "picked", actor.server_id), texts.say("researchers.list.open_one"), options)
        return Reply(embed=embed, buttons=view(select=select, buttons=buttons), update=page > 1)


def _fitting(words: str) -> str:
    """Cut a search to what a page button can carry, at a word."""
    line = " ".join(words.split()).replace("|", " ")
    return line if len(line) <= WORDS_LIMIT else line[:WORDS_LIMIT].rpartition(" ")[0] or line[:WORDS_LIMIT]


def _line(result: SearchResult, texts: Catalogue) -> str:
    number = f"#{result.number}" + (f".{result.ordinal}" if result.ordinal else "")
    kind = texts.say("learners.search.answer" if result.ordinal else "learners.search.question")
    return f"{cards.SHAPES[result.state]} **{number}** {kind} · {chat.marked(result.snippet)}"
