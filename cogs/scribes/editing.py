"""Changing what stands in the notes: a piece, a section, two that become one.

Two people who change the same words never overwrite each other: the second is shown both, and chooses.
"""

from __future__ import annotations

import io

import discord
from discord import app_commands

from bot.errors import BadInput
from bot.kit import chat
from bot.kit.buttons import Button, chosen, chosen_ids, page_of, row
from bot.kit.cards import SCRIBES
from bot.kit.forms import TextField, Typed
from bot.kit.people import actor_of
from bot.kit.refs import Ref, whole
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, say, texts_for
from bot.kit.router import Form, opens, press, submits
from bot.models.sessions import BLOCK_LIMIT, Block, BlockKind
from bot.services.scribes import editing, finding, keeping, merging, sections
from bot.services.scribes.outline import sections_of
from bot.services.scribes.typed import EditConflict
from bot.text import Catalogue
from cogs.scribes.choosing import choice_page
from cogs.scribes.notes import NoteRoom, pick_notes, standing_of

WITHOUT_WORDS = frozenset({BlockKind.IMAGE, BlockKind.FILE})
BOTH_SHOWN = 1_800
"""Characters of each of two texts that are shown beside each other; the whole comes as a file."""


class Editing(NoteRoom):
    """`/note edit`."""

    @app_commands.command(name="edit", description=say("scribes.command.edit"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("scribes.option.id"))
    @app_commands.autocomplete(number=pick_notes)
    async def edit(self, interaction: Interaction, number: str = "") -> None:
        """Choose what to change."""
        await self.note_reply(interaction, "edit", number, self.edit_page)

    @press("note", "edit")
    async def edit_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """The pieces of the notes that one may change, to choose one from."""
        standing = await self._to_change(interaction, ref)
        select = Ref("block", "edit", ref.server_id)
        return choice_page(texts_for(interaction), ref, standing, page_of(ref)[0], select=select)

    @press("note", "edit_sections")
    async def sections_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """The sections of the notes, to choose one from."""
        shown = await self.as_scribe(interaction, ref)
        worded = [one for one in standing_of(shown) if one.kind not in WITHOUT_WORDS]
        firsts = [section[0] for section in sections_of(worded)]
        select = Ref("section", "edit", ref.server_id)
        return choice_page(texts_for(interaction), ref, firsts, page_of(ref)[0], select=select)

    @press("note", "edit_merge")
    async def merge_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """The texts of the notes, to choose two from that become one."""
        shown = await self.as_scribe(interaction, ref)
        found = [one for one in standing_of(shown) if one.kind is BlockKind.TEXT]
        select = Ref("block", "merge", ref.server_id)
        return choice_page(texts_for(interaction), ref, found, page_of(ref)[0], select=select, several=True)

    async def _to_change(self, interaction: Interaction, ref: Ref) -> list[Block]:
        """What stands and one may change: a scribe everything, anybody else what they wrote."""
        actor = actor_of(interaction)
        shown = await finding.show_note(actor, self.library, ref.number)
        standing = standing_of(shown)
        if keeping.may_keep(actor, shown.session):
            return standing
        return [one for one in standing if one.author_id == actor.user_id]

    # --- one piece

    @opens("block", "edit")
    async def block_form(self, interaction: Interaction, ref: Ref) -> Form:
        """The piece that was chosen, as it is now."""
        texts, actor = texts_for(interaction), actor_of(interaction)
        block = await editing.open_block(actor, self.library, ref.number or chosen(interaction))
        now = Ref("block", "edit", ref.server_id, block.id, str(block.revision))
        return Form(texts.say("scribes.form.edit"), (_words_field(block, texts),), {"text": block.text}, now)

    @submits("block", "edit")
    async def block_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Change it; where somebody else did meanwhile, both are shown."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        try:
            await editing.edit_block(actor, self.library, ref.number, typed["text"], whole(ref.extra))
        except EditConflict as conflict:
            return _both(conflict, ref, texts)
        return Reply(texts.say("scribes.edit.done"))

    @press("block", "keep_theirs")
    async def keep_theirs(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let what stands there stay."""
        await editing.keep_theirs(actor_of(interaction), self.library, ref.number)
        return Reply(texts_for(interaction).say("scribes.edit.theirs_kept"), update=True)

    @press("block", "use_mine")
    async def use_mine(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let what was typed stand, instead of what stands there."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        try:
            await editing.keep_mine(actor, self.library, ref.number, whole(ref.extra))
        except EditConflict as conflict:
            return _both(conflict, ref, texts)
        return Reply(texts.say("scribes.edit.done"), update=True)

    @opens("block", "together")
    async def together_form(self, interaction: Interaction, ref: Ref) -> Form:
        """Both texts in one form: the upper one is kept."""
        actor = actor_of(interaction)
        block = await editing.open_block(actor, self.library, ref.number)
        mine = await editing.typed_for(actor, self.library, ref.number)
        now = Ref("block", "together", ref.server_id, block.id, str(block.revision))
        return _together(block.text, mine, now, texts_for(interaction))

    @submits("block", "together")
    async def together_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep what was written together."""
        return await self.block_submitted(interaction, ref, typed)

    # --- a section

    @opens("section", "edit")
    async def section_form(self, interaction: Interaction, ref: Ref) -> Form:
        """The section that was chosen, as it is now."""
        texts, actor = texts_for(interaction), actor_of(interaction)
        block_id = ref.number or chosen(interaction)
        section = await sections.open_section(actor, self.library, block_id)
        field = TextField("text", texts.say("scribes.field.text"), texts.say("scribes.field.text_how"), long=True)
        now = Ref("section", "edit", ref.server_id, block_id, str(section.session_revision))
        return Form(texts.say("scribes.form.section"), (field,), {"text": section.text}, now)

    @submits("section", "edit")
    async def section_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Change it; where somebody else did meanwhile, both are shown."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        try:
            await sections.edit_section(actor, self.library, ref.number, typed["text"], whole(ref.extra))
        except EditConflict as conflict:
            return _both(conflict, ref, texts)
        return Reply(texts.say("scribes.edit.done"))

    @press("section", "keep_theirs")
    async def keep_their_section(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let what stands there stay."""
        await sections.keep_their_section(actor_of(interaction), self.library, ref.number)
        return Reply(texts_for(interaction).say("scribes.edit.theirs_kept"), update=True)

    @press("section", "use_mine")
    async def use_my_section(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let what was typed stand, instead of what stands there."""
        actor, texts = actor_of(interaction), texts_for(interaction)
        try:
            await sections.keep_my_section(actor, self.library, ref.number, whole(ref.extra))
        except EditConflict as conflict:
            return _both(conflict, ref, texts)
        return Reply(texts.say("scribes.edit.done"), update=True)

    @opens("section", "together")
    async def section_together_form(self, interaction: Interaction, ref: Ref) -> Form:
        """Both texts in one form: the upper one is kept."""
        actor = actor_of(interaction)
        section = await sections.open_section(actor, self.library, ref.number)
        mine = await sections.typed_for_section(actor, self.library, ref.number)
        now = Ref("section", "together", ref.server_id, ref.number, str(section.session_revision))
        return _together(section.text, mine, now, texts_for(interaction))

    @submits("section", "together")
    async def section_together_submitted(self, interaction: Interaction, ref: Ref, typed: Typed) -> Reply:
        """Keep what was written together."""
        return await self.section_submitted(interaction, ref, typed)

    # --- two that become one

    @press("block", "merge")
    async def merge_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """Put the pieces from the first to the last that was chosen together."""
        ids = chosen_ids(interaction)
        if not ids:
            raise BadInput("errors.block_not_found")
        block = await merging.merge(actor_of(interaction), self.library, ids[0], ids[-1])
        texts = texts_for(interaction)
        undo: Button = (Ref("block", "split", ref.server_id, block.id), texts.say("scribes.button.undo"), "secondary")
        return Reply(texts.say("scribes.edit.merged"), buttons=row(undo), update=True)

    @press("block", "split")
    async def split_pressed(self, interaction: Interaction, ref: Ref) -> Reply:
        """Let what was put together stand by itself again."""
        await merging.split(actor_of(interaction), self.library, ref.number)
        return Reply(texts_for(interaction).say("scribes.edit.split"), update=True)


def _words_field(block: Block, texts: Catalogue) -> TextField:
    caption = block.kind in WITHOUT_WORDS
    label = texts.say("scribes.field.caption" if caption else "scribes.field.text")
    how = "" if caption else texts.say("scribes.field.text_how")
    return TextField("text", label, how, long=True, required=not caption, limit=BLOCK_LIMIT)


def _together(theirs: str, mine: str, ref: Ref, texts: Catalogue) -> Form:
    fields = (
        TextField("text", texts.say("scribes.field.now"), texts.say("scribes.field.now_how"), long=True),
        TextField(
            "mine", texts.say("scribes.field.mine"), texts.say("scribes.field.mine_how"), long=True, required=False
        ),
    )
    return Form(texts.say("scribes.form.together"), fields, {"text": theirs, "mine": mine}, ref)


def _both(conflict: EditConflict, ref: Ref, texts: Catalogue) -> Reply:
    """What stands there now and what was typed, and three ways to go on; nothing is lost until one is chosen."""
    struck = texts.say("scribes.edit.theirs_struck")
    parts = (
        (texts.say("scribes.edit.theirs"), conflict.theirs or struck, "theirs.txt"),
        (texts.say("scribes.edit.mine"), conflict.mine, "yours.txt"),
    )
    shown = [f"**{name}**\n{chat.safe(_cut(text))}" for name, text, _ in parts]
    files = [discord.File(io.BytesIO(text.encode()), name) for _, text, name in parts if _cut(text) != text]
    embed = discord.Embed(colour=SCRIBES, description="\n\n".join(shown)[:4096])
    choices = [("keep_theirs", "secondary", ""), ("use_mine", "danger", str(conflict.base))]
    if not conflict.is_struck:
        choices.append(("together", "primary", ""))
    buttons: list[Button] = [
        (Ref(ref.kind, action, ref.server_id, ref.number, extra), texts.say(f"scribes.button.{action}"), style)  # type: ignore[misc]
        for action, style, extra in choices
    ]
    return Reply(texts.say("scribes.edit.conflict"), embed, row(*buttons), files, update=True)


def _cut(text: str) -> str:
    return text if len(text) <= BOTH_SHOWN else f"{text[:BOTH_SHOWN]}…"
