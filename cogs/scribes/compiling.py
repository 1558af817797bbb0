"""`/note compile`: a version of the notes to keep, and for librarians the whole companion to take away."""

from __future__ import annotations

import asyncio
import io

import discord
from discord import app_commands

from bot.kit.buttons import Button, row
from bot.kit.intake import FILE_LIMIT
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, say, texts_for
from bot.kit.router import press
from bot.models.companions import Changes, CompanionUnit, Compilation, Note
from bot.models.people import Actor
from bot.services import librarians
from bot.services.scribes import companions, compiling
from bot.text import Catalogue
from cogs.scribes.notes import NoteRoom, note_buttons, pick_notes

Made = list[tuple[str, bytes]]
"""Files to take away: names and what is in them."""


class Compiling(NoteRoom):
    """`/note compile`."""

    @app_commands.command(name="compile", description=say("scribes.command.compile"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("scribes.option.id"), companion=say("scribes.option.companion"))
    @app_commands.autocomplete(number=pick_notes)
    async def compile(self, interaction: Interaction, number: str = "", companion: bool = False) -> None:
        """Make a version of the notes, and hand its files over in private."""
        await self.note_reply(interaction, "compile", number, self.compile_pressed, "companion" if companion else "")

    @press("note", "compile")
    async def compile_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Make a version; say what it changed, and give it as Markdown and as a page to print."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        whole = ref.extra == "companion"
        if whole:
            librarians.require_set_up(actor)
        made = await compiling.compile_note(actor, self.library, ref.number)
        name = interaction.guild.name if interaction.guild else ""
        files = await asyncio.to_thread(self._note_files, made.note, name)
        if whole:
            units = await companions.companion(actor, self.library)
            files += await asyncio.to_thread(self._companion_files, units, name, str(actor.server_id))
        lines = [_changed(made, texts)]
        lines += [texts.say("scribes.compile.too_large", name=name) for name, one in files if len(one) > FILE_LIMIT]
        sent = [discord.File(io.BytesIO(one), name) for name, one in files if len(one) <= FILE_LIMIT]
        return Reply("\n".join(lines), buttons=row(*await self._afterwards(actor, ref, texts)), files=sent)

    async def _afterwards(self, actor: Actor, ref: Ref, texts: Catalogue) -> list[Button]:
        buttons = note_buttons(ref, texts, ("terms", "secondary"))
        if (await librarians.settings_for(actor, self.library)).publishing_allowed:
            share = Ref("publication", "ask", ref.server_id, ref.number)
            buttons.insert(0, (share, texts.say("scribes.button.share"), "primary"))
        return buttons

    def _note_files(self, note: Note, library_name: str) -> Made:
        from bot.web.taking_away.folders import note_markdown, note_name  # templates are loaded when first used
        from bot.web.taking_away.pages import note_html

        name = note_name(note)
        page = note_html(note, self.library.media.read, library_name)
        return [(f"{name}.md", note_markdown(note)), (f"{name}.html", page)]

    def _companion_files(self, units: tuple[CompanionUnit, ...], library_name: str, identity: str) -> Made:
        from bot.web.taking_away.books import companion_epub
        from bot.web.taking_away.folders import companion_zip

        read, title = self.library.media.read, say("scribes.compile.companion_title").format(name=library_name)
        book = companion_epub(units, read, title=title, library_name=library_name, identity=identity)
        return [("companion.epub", book), ("companion-markdown.zip", companion_zip(units, read, title=title))]


def _changed(made: Compilation, texts: Catalogue) -> str:
    note = made.note
    if not made.is_new:
        return texts.say("scribes.compile.same", number=note.number, version=note.version)
    changes = _changes(note.changes, texts) if note.version > 1 else ""
    changes = changes or texts.say("scribes.compile.first", count=len(note.blocks))
    return texts.say("scribes.compile.done", number=note.number, version=note.version, changes=changes)


def _changes(changes: Changes, texts: Catalogue) -> str:
    """What a version changed since the one before, in one line; nothing of what did not happen."""
    parts = [
        texts.say(f"scribes.compile.{name}", count=count)
        for name, count in (("added", changes.added), ("reworded", changes.reworded), ("left_out", changes.left_out))
        if count
    ]
    if changes.filled:
        numbers = ", ".join(f"#{one}" for one in changes.filled)
        parts.append(texts.say("scribes.compile.filled", count=len(changes.filled), numbers=numbers))
    return ", ".join(parts) + "." if parts else ""
