"""Routes every press and every submit to the room that registered it.

discord.py's own stores for views, dynamic items and modals live in memory; some of their failures are only logged,
and a view that is edited or times out can unregister a pattern for the whole bot (DESIGN.md, traps). Custom ids
say all that is needed, so they are read from the raw interaction here: the same way before and after a restart,
with one error handler around all of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import discord

from bot.errors import BadInput, Refused
from bot.kit import failures, forms, replies
from bot.kit.people import actor_of
from bot.kit.refs import Ref, parse
from bot.kit.replies import Reply
from bot.services import drafts
from bot.text import catalogue

if TYPE_CHECKING:
    from bot.client import Vademecum

Press = Callable[["discord.Interaction[Vademecum]", Ref], Awaitable[Reply]]
Open = Callable[["discord.Interaction[Vademecum]", Ref], Awaitable["Form"]]
Submit = Callable[["discord.Interaction[Vademecum]", Ref, forms.Typed], Awaitable[Reply]]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Form:
    """A modal about to be opened: its title, its fields, and what stands in them before anything is typed.

    `ref` is what it is handed in as, where that is not what opened it: a select says only that something was chosen.
    """

    title: str
    fields: tuple[forms.FormField, ...]
    filled: dict[str, str]
    ref: Ref | None = None


def press(kind: str, action: str, *, directly: bool = False) -> Callable[[F], F]:
    """Mark a cog's method as what a button or select ``kind:action`` does.

    With `directly` the button may stand in a direct message, too: its server is the one that it names.
    """

    def mark(method: F) -> F:
        method.__directly__ = directly  # type: ignore[attr-defined]
        return _mark("__press__", (kind, action))(method)

    return mark


def opens(kind: str, action: str) -> Callable[[F], F]:
    """Mark a cog's method as what builds the form ``kind:action``; a button of that name opens it."""
    return _mark("__opens__", (kind, action))


def submits(kind: str, action: str) -> Callable[[F], F]:
    """Mark a cog's method as what takes the form ``kind:action`` when it is handed in."""
    return _mark("__submits__", (kind, action))


def _mark(name: str, key: tuple[str, str]) -> Callable[[F], F]:
    def mark(method: F) -> F:
        setattr(method, name, key)
        return method

    return mark


class Router:
    """Who answers which custom id. One per bot; the rooms register themselves when they are loaded."""

    def __init__(self) -> None:
        self.presses: dict[tuple[str, str], Press] = {}
        self.openers: dict[tuple[str, str], Open] = {}
        self.submits: dict[tuple[str, str], Submit] = {}

    def register(self, room: object) -> None:
        """Take in every marked method of a cog. Raises RuntimeError where two claim the same id."""
        for name in dir(type(room)):
            method = getattr(type(room), name)
            for mark, table in self._tables():
                key = getattr(method, mark, None)
                if key is None:
                    continue
                if key in table:
                    raise RuntimeError(f"{key} is registered twice")
                table[key] = getattr(room, name)

    def _tables(self) -> tuple[tuple[str, dict[tuple[str, str], Any]], ...]:
        return (("__press__", self.presses), ("__opens__", self.openers), ("__submits__", self.submits))

    async def route(self, interaction: discord.Interaction[Vademecum]) -> None:
        """Answer a component or modal interaction; leave commands to discord.py."""
        if interaction.type not in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            return
        data: Any = interaction.data or {}
        await failures.guard(interaction, self._dispatch(interaction, parse(data.get("custom_id", ""))))

    async def _dispatch(self, interaction: discord.Interaction[Vademecum], ref: Ref | None) -> None:
        if ref is None:
            raise BadInput("errors.button_too_old")
        if ref.server_id != interaction.guild_id and not self._stands_in_a_direct_message(interaction, ref):
            raise BadInput("errors.button_from_elsewhere")
        if interaction.type is discord.InteractionType.modal_submit:
            await self._take(interaction, ref)
        elif ref.key in self.openers:
            await self.open(interaction, ref)
        elif ref.key in self.presses:
            await replies.answer(interaction, _reply(self.presses[ref.key](interaction, ref)))
        else:
            raise BadInput("errors.button_too_old")

    def _stands_in_a_direct_message(self, interaction: discord.Interaction[Vademecum], ref: Ref) -> bool:
        allowed = getattr(self.presses.get(ref.key), "__directly__", False)
        return interaction.guild_id is None and interaction.type is discord.InteractionType.component and allowed

    async def open(self, interaction: discord.Interaction[Vademecum], ref: Ref) -> None:
        """Open the form of `ref`, with what was kept of an earlier try. Raises what the room refuses."""
        form = await self.openers[ref.key](interaction, ref)
        ref = form.ref or ref
        kept = await drafts.load_draft(actor_of(interaction), interaction.client.library, _form_name(ref), ref.number)
        await interaction.response.send_modal(forms.build(ref, form.title, form.fields, form.filled | kept))

    async def _take(self, interaction: discord.Interaction[Vademecum], ref: Ref) -> None:
        if ref.key not in self.submits:
            raise BadInput("errors.button_too_old")
        await replies.answer(interaction, self._hand_in(interaction, ref, forms.read(interaction)))

    async def _hand_in(self, interaction: discord.Interaction[Vademecum], ref: Ref, typed: forms.Typed) -> Reply:
        actor, library = actor_of(interaction), interaction.client.library
        try:
            reply = await self.submits[ref.key](interaction, ref, typed)
        except Refused as refusal:
            await drafts.save_draft(actor, library, _form_name(ref), ref.number, typed.texts)
            return _offer_again(refusal, ref, actor.locale)
        await drafts.drop_draft(actor, library, _form_name(ref), ref.number)
        return reply


async def _reply(work: Awaitable[Reply]) -> Reply:
    return await work


def _form_name(ref: Ref) -> str:
    return f"{ref.kind}.{ref.action}.{ref.extra}" if ref.extra else f"{ref.kind}.{ref.action}"


def _offer_again(refusal: Refused, ref: Ref, locale: str) -> Reply:
    from bot.kit.buttons import row

    texts = catalogue(locale)
    content = f"{failures.explain(refusal, locale)}\n{texts.say('kit.typed_is_kept')}"
    return Reply(content, buttons=row((ref, texts.say("kit.open_form_again"), "primary")))
