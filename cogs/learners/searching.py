"""Search over everything that this server's rooms let be found."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.kit import cards, chat
from bot.kit.buttons import FILTER_LIMIT, Button, page_line, page_of, pages, row
from bot.kit.forms import ChoiceField, TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, Room, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.people import Actor
from bot.models.pieces import PieceKind
from bot.models.sessions import UNIT_LIMIT
from bot.services.learners import searching
from bot.services.learners.pieces import INDEXED
from bot.services.learners.searching import EVERYTHING, Filter, SearchResult
from bot.services.researchers.finding import Page
from bot.text import Catalogue
from cogs.learners.pieces import fitting, open_view, piece_line

DAY_LENGTH = 40
"""Characters in which a day can be said."""


class Searching(Room):
    """`/search` and the desk's *Find*."""

    @app_commands.command(name="search", description=say("learners.command.search"))
    @app_commands.describe(
        words=say("learners.option.words"),
        kind=say("learners.option.kind"),
        unit=say("learners.option.unit"),
        person=say("learners.option.person"),
        since=say("learners.option.since"),
        until=say("learners.option.until"),
    )
    @app_commands.choices(
        kind=[app_commands.Choice(name=say(f"learners.search.only.{one}"), value=one.value) for one in INDEXED]
    )
    async def search(
        self,
        interaction: Interaction,
        words: app_commands.Range[str, 1, 200],
        kind: str = "",
        unit: str = "",
        person: discord.User | None = None,
        since: str = "",
        until: str = "",
    ) -> None:
        """Search everything."""
        person_id = person.id if person else None
        await self.reply(interaction, self._search(interaction, words, kind, unit, person_id, since, until))

    @search.autocomplete("unit")
    async def units(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Units and topics that this library has used."""
        found = await searching.suggest_units(actor_of(interaction), self.library, current)
        return [app_commands.Choice(name=one[:100], value=one[:100]) for one in found]

    @opens("library", "find")
    async def find_form(self, interaction: Interaction, _ref: Ref) -> Form:
        """The desk's *Find*."""
        texts = texts_for(interaction)
        kinds = [(one.value, texts.say(f"learners.search.only.{one}")) for one in INDEXED]
        fields = (
            TextField(
                "words",
                texts.say("learners.field.words"),
                placeholder=texts.say("learners.field.words_hint"),
                limit=200,
            ),
            ChoiceField("kind", texts.say("learners.field.kind"), kinds, required=False),
            TextField("unit", texts.say("learners.field.unit"), required=False, limit=UNIT_LIMIT),
            TextField(
                "since",
                texts.say("learners.field.since"),
                placeholder=texts.say("learners.field.since_hint"),
                required=False,
                limit=DAY_LENGTH,
            ),
        )
        return Form(texts.say("learners.form.find"), fields, {})

    @submits("library", "find")
    async def find_submitted(self, interaction: Interaction, _ref: Ref, typed: Typed) -> Reply:
        """Search for what was typed."""
        return await self._search(interaction, typed["words"], typed["kind"], typed["unit"], None, typed["since"], "")

    async def _search(
        self, interaction: Interaction, words: str, kind: str, unit: str, person_id: int | None, since: str, until: str
    ) -> Reply:
        wanted = await searching.read_filter(
            actor_of(interaction),
            self.library,
            kind=PieceKind(kind) if kind in INDEXED else None,
            unit=unit,
            person_id=person_id,
            since=since,
            until=until,
        )
        return await self._found(interaction, words, wanted, 1)

    @press("search", "page")
    async def page(self, interaction: Interaction, ref: Ref) -> Reply:
        """Another page of results: the button says the words, or names a search that was kept."""
        page, words = page_of(ref)
        wanted = EVERYTHING
        if ref.number:
            words, wanted = await searching.kept_search(actor_of(interaction), self.library, ref.number)
        return await self._found(interaction, words, wanted, page, update=True)

    async def _found(
        self, interaction: Interaction, typed: str, wanted: Filter, page: int, *, update: bool = False
    ) -> Reply:
        texts, actor, words = texts_for(interaction), actor_of(interaction), " ".join(typed.split())
        found = await searching.search_library(actor, self.library, words, wanted, page=page)
        if not found.items:
            return _nothing(words, wanted, actor, texts, update=update)
        embed = discord.Embed(
            colour=cards.LEARNERS,
            title=texts.say("learners.search.title", count=found.total),
            description=_description(found, wanted, actor.server_id, texts),
        )
        embed.set_footer(text=page_line(found.page, found.pages, texts))
        turn = await self._turn(actor, words, wanted) if found.pages > 1 else Ref("search", "page", actor.server_id)
        buttons = pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        return Reply(embed=embed, buttons=_results_view(found, actor.server_id, buttons, texts), update=update)

    async def _turn(self, actor: Actor, words: str, wanted: Filter) -> Ref:
        """What page buttons carry: the words where they are all and fit, else the number of the search, kept."""
        if wanted == EVERYTHING and len(words) <= FILTER_LIMIT:
            return Ref("search", "page", actor.server_id, 0, words)
        return Ref("search", "page", actor.server_id, await searching.keep_search(actor, self.library, words, wanted))


def _nothing(words: str, wanted: Filter, actor: Actor, texts: Catalogue, *, update: bool) -> Reply:
    buttons: list[Button] = [
        (Ref("question", "ask", actor.server_id), texts.say("learners.search.ask_it"), "primary"),
    ]
    if wanted != EVERYTHING and len(words) <= FILTER_LIMIT:
        everywhere = Ref("search", "page", actor.server_id, 0, f"1|{words}")
        buttons.append((everywhere, texts.say("learners.search.everywhere"), "secondary"))
    content = texts.say("learners.search.nothing", words=chat.safe(chat.short(words, 200)))
    return Reply("\n".join(filter(None, (content, _narrowed(wanted, texts)))), buttons=row(*buttons), update=update)


def _description(found: Page[SearchResult], wanted: Filter, server_id: int, texts: Catalogue) -> str:
    lines = [f"{piece_line(one.piece, server_id, texts)}\n{chat.marked(one.snippet)}" for one in found.items]
    narrowed = _narrowed(wanted, texts)
    return fitting((f"{narrowed}\n", *lines) if narrowed else lines)


def _narrowed(wanted: Filter, texts: Catalogue) -> str:
    """What the search was narrowed to, in words; nothing where it was not."""
    parts = []
    if wanted.kind:
        parts.append(texts.say(f"learners.search.only.{wanted.kind}"))
    if wanted.unit:
        parts.append(texts.say("learners.search.in_unit", unit=chat.safe(wanted.unit)))
    if wanted.person_id:
        parts.append(texts.say("learners.search.by", who=chat.person(wanted.person_id)))
    if wanted.since:
        parts.append(texts.say("learners.search.since", day=chat.day(wanted.since.isoformat())))
    if wanted.until:
        parts.append(texts.say("learners.search.until", day=chat.day(wanted.until.isoformat())))
    return " · ".join(parts)


def _results_view(
    found: Page[SearchResult], server_id: int, buttons: list[Button], texts: Catalogue
) -> discord.ui.View | None:
    return open_view([one.piece for one in found.items], server_id, buttons, texts)
