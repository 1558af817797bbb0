"""Looking: lists of notes, one to read, what changed in it and who changed it, and what somebody missed."""

from __future__ import annotations

from datetime import date

import discord
from discord import app_commands

from bot.errors import BadInput, NotFound
from bot.kit import chat, note_cards, note_pages
from bot.kit.buttons import FILTER_LIMIT, Button, chosen, chosen_text, page_line, page_of, pages, row, view
from bot.kit.cards import SCRIBES
from bot.kit.note_drawing import hole
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, say, texts_for
from bot.kit.router import press
from bot.models.people import Actor
from bot.models.questions import QuestionView
from bot.models.sessions import Block, BlockState, NoteView, Revision, SessionState
from bot.services.researchers.finding import page_at
from bot.services.scribes import finding, history, keeping, restoring, sessions
from bot.services.scribes.blocks import Part
from bot.services.scribes.finding import MissedSession
from bot.services.scribes.sessions import SessionLine
from bot.text import Catalogue
from cogs.scribes.choosing import words_of
from cogs.scribes.notes import NoteRoom, choices, note_buttons, pick_notes

MISSED_A_PAGE = 3
HEADINGS_SHOWN = 6
EVERY = 1_000
"""Changes of one piece that are looked through for the one that was chosen."""
DIFF_LIMIT = 3_500
"""Characters of a change that are shown; the whole piece is in the notes."""
UNCHANGED = 160
"""Characters of words that stayed, between those that changed."""


class Looking(NoteRoom):
    """`/note history`, `missed`, the desk's *Notes*, and reading."""

    @press("note", "list")
    async def list_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """One page of the lessons, the newest first."""
        texts, (page, unit) = texts_for(interaction), page_of(ref)
        found = await sessions.list_sessions(actor_of(interaction), self.library, unit=unit, page=page)
        if not found.items:
            return Reply(texts.say("scribes.list.nothing"), update=True)
        embed = discord.Embed(
            colour=SCRIBES,
            title=texts.say("scribes.list.title", count=found.total),
            description="\n".join(_list_line(line, texts) for line in found.items)[:4096],
        )
        embed.set_footer(text=page_line(found.page, found.pages, texts))
        turn = Ref("note", "list", ref.server_id, 0, unit)
        turning = pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        missed: Button = (Ref("note", "missed", ref.server_id), texts.say("scribes.button.missed"), "secondary")
        options = [(str(one.number), chat.short(f"#{one.number} · {one.title}", 100)) for one in found.items]
        select = (Ref("note", "picked", ref.server_id), texts.say("scribes.list.open_one"), options)
        return Reply(embed=embed, buttons=view(select=select, buttons=[*turning, missed]), update=bool(ref.extra))

    @press("note", "picked")
    async def picked(self, interaction: Interaction, ref: Ref) -> Reply:
        """Notes were chosen from a list."""
        return await self.show_page(interaction, Ref("note", "show", ref.server_id, chosen(interaction), "1|"))

    @press("note", "show")
    async def show_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """One page of the notes as they are now; a scribe also sees what waits, and can take it in."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        shown = await finding.show_note(actor, self.library, ref.number)
        embed, at, count = await self._read(actor, shown.blocks, ref, texts)
        embed.title = note_cards.note_title(shown.session, texts)
        turn = Ref("note", "show", ref.server_id, ref.number)
        turning = pages(turn, at, count, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        buttons = [*turning, *note_buttons(ref, texts, *_next_acts(shown))]
        select = _waiting(shown, texts) if keeping.may_keep(actor, shown.session) else None
        return Reply(embed=embed, buttons=view(select=select, buttons=buttons), update=True)

    async def _read(
        self, actor: Actor, blocks: tuple[Block, ...], ref: Ref, texts: Catalogue
    ) -> tuple[discord.Embed, int, int]:
        """Draw a page of blocks; return also which it is, and of how many."""
        made = note_pages.pages_of(blocks)
        at = min(page_of(ref)[0] if ref.extra else 1, len(made)) or 1
        page = made[at - 1]
        holes = await self._holes(actor, note_pages.holes_on(page))
        words = note_pages.read_page(page, holes, texts) or texts.say("scribes.read.empty")
        embed = discord.Embed(colour=SCRIBES, description=words)
        embed.set_footer(text=page_line(at, len(made), texts))
        return embed, at, len(made)

    async def _holes(self, actor: Actor, numbers: list[int]) -> dict[int, QuestionView]:
        found = {number: await hole(actor, self.library, number) for number in numbers}
        return {number: one for number, one in found.items() if one is not None}

    @press("note", "more")
    async def more(self, interaction: Interaction, ref: Ref) -> Reply:
        """Everything else that can be done with notes, in private; who may do it is the services' to say."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        session = (await finding.show_note(actor, self.library, ref.number)).session
        embed = discord.Embed(
            colour=SCRIBES, title=note_cards.note_title(session, texts), description=note_cards.about(session)
        )
        ending = "close" if session.state is SessionState.OPEN else "reopen"
        actions = ("edit", "strike", "terms", "history", "scribes", "compile", ending)
        return Reply(embed=embed, buttons=row(*note_buttons(ref, texts, *((one, "secondary") for one in actions))))

    # --- what changed

    @app_commands.command(name="history", description=say("scribes.command.history"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("scribes.option.id"))
    @app_commands.autocomplete(number=pick_notes)
    async def history(self, interaction: Interaction, number: str = "") -> None:
        """Show what changed in the notes, the newest first."""
        await self.note_reply(interaction, "history", number, self.history_page)

    @press("note", "history")
    async def history_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """One page of changes, to look at one."""
        texts, page = texts_for(interaction), page_of(ref)[0]
        found = await history.history(actor_of(interaction), self.library, ref.number, page=page)
        if not found.items:
            return Reply(texts.say("scribes.history.nothing", number=ref.number), update=True)
        embed = discord.Embed(
            colour=SCRIBES,
            title=texts.say("scribes.history.title", number=ref.number),
            description="\n".join(_change_line(one, texts) for one in found.items)[:4096],
        )
        embed.set_footer(text=page_line(found.page, found.pages, texts))
        turn = Ref("note", "history", ref.server_id, ref.number)
        turning = pages(turn, found.page, found.pages, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        options = [
            (f"{one.block_id}.{one.revision}", chat.short(_change_line(one, texts, plain=True), 100))
            for one in found.items
        ]
        which = Ref("note", "change", ref.server_id, ref.number, str(found.page))
        select = (which, texts.say("scribes.history.open_one"), options)
        return Reply(embed=embed, buttons=view(select=select, buttons=turning), update=True)

    @press("note", "change")
    async def change_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """One change, word by word, and the ways back to it."""
        texts = texts_for(interaction)
        found = await self._change(interaction, ref)
        embed = discord.Embed(
            colour=SCRIBES,
            title=texts.say("scribes.history.change", version=found.session_revision),
            description=f"{_change_line(found, texts)}\n\n{_difference(history.diff_of(found), texts)}"[:4096],
        )
        version = str(found.session_revision)
        buttons: list[Button] = [
            (
                Ref("block", "restore", ref.server_id, found.block_id, str(found.revision)),
                texts.say("scribes.button.restore"),
                "secondary",
            ),
            (
                Ref("note", "version", ref.server_id, ref.number, f"1|{version}"),
                texts.say("scribes.button.version"),
                "secondary",
            ),
            (
                Ref("note", "history", ref.server_id, ref.number, f"{whole(ref.extra) or 1}|"),
                texts.say("researchers.show.back"),
                "secondary",
            ),
        ]
        return Reply(embed=embed, buttons=row(*buttons), update=True)

    async def _change(self, interaction: Interaction, ref: Ref) -> Revision:
        block_id, _, revision = chosen_text(interaction).partition(".")
        found = await history.history(
            actor_of(interaction), self.library, ref.number, size=EVERY, block_id=whole(block_id)
        )
        change = next((one for one in found.items if one.revision == whole(revision)), None)
        if change is None:
            raise NotFound("errors.revision_not_found")
        return change

    @press("block", "restore")
    async def restore_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Ask once whether a piece is to go back."""
        return _sure(ref, "scribes.history.restore_sure", texts_for(interaction))

    @press("block", "restore_yes")
    async def restore_confirmed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let a piece say again what it said."""
        await restoring.restore(actor_of(interaction), self.library, ref.number, whole(ref.extra))
        return Reply(texts_for(interaction).say("scribes.history.restored"), update=True)

    @press("note", "version")
    async def version_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """The notes as they were in a version, page by page."""
        actor, texts, version = actor_of(interaction), texts_for(interaction), whole(page_of(ref)[1])
        blocks = await history.note_at(actor, self.library, ref.number, version)
        embed, at, count = await self._read(actor, blocks, ref, texts)
        embed.title = texts.say("scribes.read.of_version", number=ref.number, version=version)
        turn = Ref("note", "version", ref.server_id, ref.number, str(version))
        turning = pages(turn, at, count, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        back: Button = (
            Ref("note", "restore", ref.server_id, ref.number, str(version)),
            texts.say("scribes.button.restore_note"),
            "secondary",
        )
        return Reply(embed=embed, buttons=row(*turning, back), update=True)

    @press("note", "restore")
    async def restore_note_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Ask once whether all of the notes are to go back."""
        return _sure(ref, "scribes.history.restore_note_sure", texts_for(interaction))

    @press("note", "restore_yes")
    async def restore_note_confirmed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let the notes be again what they were."""
        actor, texts, version = actor_of(interaction), texts_for(interaction), whole(ref.extra)
        restored = await restoring.restore_note(actor, self.library, ref.number, version)
        said = texts.say("scribes.history.restored_note", number=ref.number, version=version)
        if restored.gone:
            said = f"{said} {texts.say('scribes.history.gone', count=restored.gone)}"
        return Reply(said, update=True)

    # --- what somebody missed

    @app_commands.command(name="missed", description=say("scribes.command.missed"))
    @app_commands.rename(class_name="class")
    @app_commands.describe(since=say("scribes.option.since"), class_name=say("scribes.option.class"))
    async def missed(self, interaction: Interaction, since: str = "", class_name: str = "") -> None:
        """The lessons that one missed, each in a few lines."""

        async def work() -> Reply:
            day = await self.day(interaction, since)
            words = f"1|{day.isoformat() if day else ''}|{class_name}"
            ref = Ref("note", "missed", interaction.guild_id or 0, 0, words[:FILTER_LIMIT])
            return await self.missed_page(interaction, ref)

        await self.reply(interaction, work())

    @missed.autocomplete("class_name")
    async def suggest_missed_classes(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The classes of this library."""
        return choices(await sessions.suggest_classes(actor_of(interaction), self.library, current))

    @press("note", "missed")
    async def missed_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """One page of what was missed; each lesson can be opened."""
        texts, (page, words) = texts_for(interaction), page_of(ref)
        since, _, class_name = words.partition("|")
        found = await finding.missed(actor_of(interaction), self.library, _day(since), class_name=class_name)
        if not found:
            return Reply(texts.say("scribes.missed.nothing"), update=True)
        at, count, before = page_at(page, MISSED_A_PAGE, len(found))
        shown = found[before : before + MISSED_A_PAGE]
        embed = discord.Embed(colour=SCRIBES, title=texts.say("scribes.missed.title", count=len(found)))
        for one in shown:
            name = f"#{one.session.number} {chat.safe(one.session.title)}"[:256]
            embed.add_field(name=name, value=_missed_lines(one, texts), inline=False)
        embed.set_footer(text=page_line(at, count, texts))
        turn = Ref("note", "missed", ref.server_id, 0, words)
        turning = pages(turn, at, count, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
        options = [
            (str(one.session.number), chat.short(f"#{one.session.number} · {one.session.title}", 100)) for one in shown
        ]
        select = (Ref("note", "picked", ref.server_id), texts.say("scribes.list.open_one"), options)
        return Reply(embed=embed, buttons=view(select=select, buttons=turning), update=True)


def _list_line(line: SessionLine, texts: Catalogue) -> str:
    words = [chat.day(line.held_on)]
    words += [f"*{chat.safe(line.unit)}*"] if line.unit else []
    words += [chat.safe(line.class_name)] if line.class_name else []
    if line.open_count:
        words.append(texts.say("scribes.list.open", count=line.open_count))
    title = chat.safe(chat.short(line.title, 90))
    return f"{note_cards.SHAPES[line.state]} **#{line.number}** {title} · {' · '.join(words)}"


def _next_acts(shown: NoteView) -> list[tuple[str, str]]:
    acts = [("add", "success")] if shown.session.state is SessionState.OPEN else []
    return [*acts, ("more", "secondary")]


def _waiting(shown: NoteView, texts: Catalogue) -> tuple[Ref, str, list[tuple[str, str]]] | None:
    """A select of what waits: one choice a message, as it is taken in whole."""
    waiting = [one for one in shown.blocks if one.state is BlockState.WAITING]
    first = {one.position: one for one in reversed(waiting)}
    if not first or shown.session.state is SessionState.CLOSED:
        return None
    options = [(str(one.id), words_of(one, 100) or f"#{shown.session.number}") for _, one in sorted(first.items())]
    ref = Ref("note", "take_waiting", shown.session.server_id, shown.session.number)
    return ref, texts.say("scribes.take.waiting"), options


def _change_line(change: Revision, texts: Catalogue, *, plain: bool = False) -> str:
    """Who did what to which words, and when."""
    said = chat.short((change.text or change.before).lstrip("#? "), 60)
    if plain:
        who, words = "", said
    else:
        who = chat.person(change.by) if change.by else texts.say("scribes.history.nobody")
        words = chat.safe(said)
    line = texts.say(f"scribes.history.line.{change.cause}", who=who, words=words).strip()
    return line if plain else f"**{change.session_revision}** {line} · {chat.when(change.at)}"


def _difference(parts: tuple[Part, ...], texts: Catalogue) -> str:
    """What went struck through, what came in bold."""
    if not parts:
        return texts.say("scribes.history.words_gone")
    shown = "".join(_marked(one) for one in parts)
    return shown if len(shown) <= DIFF_LIMIT else f"{shown[:DIFF_LIMIT]}…"


def _marked(part: Part) -> str:
    words = part.text.strip()
    if part.sign == "=" or not words:
        return chat.safe(part.text if len(part.text) <= UNCHANGED else f"{part.text[:UNCHANGED]} … ")
    mark = "~~" if part.sign == "-" else "**"
    before, _, after = part.text.partition(words)
    return f"{before}{mark}{chat.safe(words)}{mark}{after}"


def _sure(ref: Ref, key: str, texts: Catalogue) -> Reply:
    version = str(whole(ref.extra))
    yes: Button = (
        Ref(ref.kind, "restore_yes", ref.server_id, ref.number, version),
        texts.say("scribes.button.restore_yes"),
        "danger",
    )
    return Reply(texts.say(key, number=ref.number, version=version), buttons=row(yes), update=True)


def _missed_lines(missed: MissedSession, texts: Catalogue) -> str:
    lines = [note_cards.about(missed.session)]
    for one in missed.outline[:HEADINGS_SHOWN]:
        begins = chat.safe(chat.short(one.begins, 90))
        heading = f"**{chat.safe(chat.short(one.heading, 60))}**" if one.heading else ""
        lines.append(f"• {' '.join(part for part in (heading, begins) if part)}")
    if missed.terms:
        terms = ", ".join(chat.safe(term) for term, _ in missed.terms)
        lines.append(texts.say("scribes.missed.terms", terms=chat.short(terms, 200)))
    if missed.open_questions:
        asked = ", ".join(f"#{one.number} {chat.safe(chat.short(one.text, 60))}" for one in missed.open_questions[:3])
        lines.append(texts.say("scribes.missed.questions", questions=asked))
    return "\n".join(lines)[:1024]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise BadInput("errors.button_too_old") from None
