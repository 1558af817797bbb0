"""Striking out what is talk and not notes, putting it back, and checking terms."""

from __future__ import annotations

from discord import app_commands

from bot.kit.buttons import Button, chosen_ids, page_of, row
from bot.kit.people import actor_of
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.kit.rooms import Interaction, say, texts_for
from bot.kit.router import press
from bot.models.sessions import BlockKind, BlockState
from bot.services.scribes import keeping, striking
from cogs.scribes.choosing import choice_page
from cogs.scribes.notes import NoteRoom, pick_notes, standing_of


class Striking(NoteRoom):
    """`/note strike`, and the terms to check."""

    @app_commands.command(name="strike", description=say("scribes.command.strike"))
    @app_commands.rename(number="id")
    @app_commands.describe(number=say("scribes.option.id"))
    @app_commands.autocomplete(number=pick_notes)
    async def strike(self, interaction: Interaction, number: str = "") -> None:
        """Choose what to strike out."""
        await self.note_reply(interaction, "strike", number, self.strike_page)

    @press("note", "strike")
    async def strike_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """What stands, to strike out of it what is talk."""
        shown = await self.as_scribe(interaction, ref)
        select = Ref("block", "strike", ref.server_id, ref.number)
        return choice_page(
            texts_for(interaction), ref, standing_of(shown), page_of(ref)[0], select=select, several=True
        )

    @press("note", "strike_struck")
    async def struck_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """What is struck out, to put back what is not."""
        shown = await self.as_scribe(interaction, ref)
        struck = [one for one in shown.blocks if one.state is BlockState.STRUCK]
        select = Ref("block", "put_back", ref.server_id, ref.number)
        return choice_page(texts_for(interaction), ref, struck, page_of(ref)[0], select=select, several=True)

    @press("block", "strike")
    async def strike_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """Strike out what was chosen; *Put back* shows what is struck."""
        struck = await striking.strike(actor_of(interaction), self.library, chosen_ids(interaction))
        texts = texts_for(interaction)
        back: Button = (
            Ref("note", "strike_struck", ref.server_id, ref.number),
            texts.say("scribes.button.strike_struck"),
            "secondary",
        )
        return Reply(texts.say("scribes.strike.done", count=len(struck)), buttons=row(back), update=True)

    @press("block", "put_back")
    async def put_back_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """Put back what was chosen."""
        back = await striking.put_back(actor_of(interaction), self.library, chosen_ids(interaction))
        return Reply(texts_for(interaction).say("scribes.strike.back", count=len(back)), update=True)

    @press("note", "terms")
    async def terms_page(self, interaction: Interaction, ref: Ref) -> Reply:
        """The terms that one may confirm and nobody has yet."""
        actor = actor_of(interaction)
        shown = await self.as_scribe(interaction, ref)
        unchecked = [
            one
            for one in standing_of(shown)
            if one.kind is BlockKind.TERM and one.checked_at is None and keeping.may_check(actor, shown.session, one)
        ]
        select = Ref("block", "check", ref.server_id, ref.number)
        return choice_page(texts_for(interaction), ref, unchecked, page_of(ref)[0], select=select, several=True)

    @press("block", "check")
    async def check_chosen(self, interaction: Interaction, ref: Ref) -> Reply:
        """Confirm the terms that were chosen."""
        checked = await striking.check_terms(actor_of(interaction), self.library, chosen_ids(interaction))
        return Reply(texts_for(interaction).say("scribes.terms.done", count=len(checked)), update=True)
