"""A simulated Discord with the cast in it, and short words for what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.client import TICK_SECONDS, Vademecum, create_bot
from bot.clock import Clock
from bot.models.sessions import Block
from bot.sandbox.simcord_private import set_clock_forward
from bot.services.scribes import keeping
from bot.settings import Settings

BOT_PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
    add_reactions=True,
    pin_messages=True,
    manage_messages=True,
)


class WorldClock:
    """The simulated Discord's clock, so that the bot and its world agree on the time."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None

    def now(self) -> int:
        """Return the simulated time in milliseconds."""
        moment = self.env.now() if self.env else datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        return round(moment.timestamp() * 1000)


def make_bot(data_dir: Path, clock: Clock, *, message_content: bool = True) -> Vademecum:
    """Build the real bot on `data_dir`."""
    return create_bot(Settings(data_dir=data_dir, message_content=message_content), clock=clock)


class Heard:
    """Events that Discord sent, to be sent again."""

    def __init__(self, env: simcord.Env, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self._emit = env.backend.emit
        monkeypatch.setattr(env.backend, "emit", self._keep)

    def _keep(self, name: str, data: Mapping[str, Any]) -> None:
        self.events.append((name, data))
        self._emit(name, data)

    def of(self, start: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Those whose name begins so."""
        return [one for one in self.events if one[0].startswith(start)]


@dataclass
class World:
    """A server with its people, and another one beside it."""

    env: simcord.Env
    guild: simcord.GuildHandle
    questions: simcord.ChannelHandle
    biology: simcord.ChannelHandle
    mia: simcord.MemberActor
    noor: simcord.MemberActor
    ben: simcord.MemberActor
    tomasz: simcord.MemberActor
    okafor: simcord.MemberActor
    elsewhere: simcord.GuildHandle
    far_channel: simcord.ChannelHandle
    lindqvist: simcord.MemberActor

    @property
    def bot(self) -> Vademecum:
        """The bot as it runs now."""
        bot = self.env.bot
        assert isinstance(bot, Vademecum)
        return bot

    async def live_on(self, *, days: int) -> None:
        """Let days go by at once (ticking through them would take minutes), and the bot do what is due."""
        for _ in range(days):
            set_clock_forward(self.env, 24 * 3600)
            await self.env.advance_time(2 * TICK_SECONDS)

    async def ask(self, who: simcord.MemberActor, text: str, **options: Any) -> int:
        """`who` asks in #biology; return the question's number."""
        result = await who.slash(self.biology, "question ask", text=text, **options)
        assert result.response is not None
        said = result.response.content
        assert "**#" in said, said
        return int(said.split("**#")[1].split("**")[0])

    def card(self, number: int, channel: simcord.ChannelHandle | None = None) -> discord.Message:
        """The card of a question, which must stand in the channel exactly once."""
        found = [message for message in (channel or self.biology).history() if is_card(message, number)]
        assert len(found) == 1, f"{len(found)} cards of #{number}"
        return found[0]

    async def press(self, who: simcord.MemberActor, number: int, action: str) -> simcord.InteractionResult:
        """`who` presses a button of a question's card."""
        return await who.click(self.card(number), custom_id=f"question:{action}:{self.guild.id}:{number}")

    async def press_in(
        self, channel: simcord.ChannelHandle, who: simcord.MemberActor, number: int, action: str
    ) -> simcord.InteractionResult:
        """`who` presses a button of a question's card that stands in another channel or a thread."""
        custom_id = f"question:{action}:{self.guild.id}:{number}"
        return await who.click(self.card(number, channel), custom_id=custom_id)

    async def answer(self, who: simcord.MemberActor, number: int, text: str = "") -> str:
        """`who` answers with one web source; return what they are told."""
        shown = await who.slash(self.biology, "question answer", id=f"#{number}")
        return await self.fill(who, shown, text=text or "Trees stop making green chlorophyll in autumn.", **SOURCE)

    async def start_note(self, *partners: simcord.MemberActor, title: str = "Leaves in autumn", **options: Any) -> int:
        """Mia begins the notes of a lesson in #biology, with these partners; return their number."""
        named = {f"partner{place}": one.user for place, one in enumerate(partners, start=1)}
        told = said(await self.mia.slash(self.biology, "note start", title=title, **named, **options))
        assert "have begun" in told, told
        return int(told.split("**#")[1].split(" ")[0])

    def pinged(self, message: discord.Message) -> list[int]:
        """Whom a message notifies; its text may name others."""
        return list(self.env.backend.get_message(message.channel.id, message.id).ping_user_ids)

    def thread(self, number: int) -> simcord.ChannelHandle:
        """The thread of a note, which must be there exactly once."""
        found = [one for one in self.biology.threads if (one.name or "").endswith(f" #{number}")]
        assert len(found) == 1, f"{len(found)} threads of #{number}"
        return found[0]

    async def note(self, number: int, who: simcord.MemberActor | None = None) -> str:
        """What somebody (the librarian, where nobody is named) reads in a note, all its pages."""
        reader = who or self.okafor
        result = await raw_press(reader, self.biology, f"note:show:{self.guild.id}:{number}:1|")
        pages = [said(result)]
        while result.response is not None and (more := button_of(result, f"note:show:{self.guild.id}:{number}:")):
            result = await reader.click(result.response, custom_id=more)
            pages.append(said(result))
        return "\n".join(pages)

    async def blocks(self, number: int) -> tuple[Block, ...]:
        """Every block of a note as it is kept, whatever its state, in reading order."""
        server_id = self.guild.id
        return await self.bot.library.database.read(
            lambda tx: keeping.blocks_of(tx, keeping.find_session(tx, server_id, number))
        )

    async def fill(self, who: simcord.MemberActor, shown: simcord.InteractionResult, **fields: Any) -> str:
        """`who` fills the form that was shown and hands it in; return what they are told."""
        assert shown.modal is not None, said(shown)
        return said(await who.submit_modal(shown, fields))


SOURCE: dict[str, str | list[str]] = {
    "kind": ["web"],
    "sources": "https://www.example.org/leaves",
    "why": "Written by a botanist who studies trees",
}


def button_of(result: simcord.InteractionResult, start: str, label: str = "More ›") -> str:
    """The custom id of a button with this label, where it begins so; empty where there is none."""
    rows = result.response.components if result.response else []
    buttons = [button for row in rows for button in row["components"]]
    found = [one["custom_id"] for one in buttons if one.get("label") == label]
    return next((one for one in found if str(one).startswith(start)), "")


def is_card(message: discord.Message, number: int) -> bool:
    """Tell whether a message is the card of a question."""
    return bool(message.embeds) and (message.embeds[0].title or "").startswith(f"#{number} ")


def said(result: simcord.InteractionResult) -> str:
    """What a person was told in private: the text, and the card's title and body where there is one."""
    response = result.response
    if response is None:
        return ""
    assert response.ephemeral, "an answer to a command must be private"
    parts = [response.content]
    for embed in response.embeds:
        parts += [embed.title or "", embed.description or "", *(f"{one.name}: {one.value}" for one in embed.fields)]
    return "\n".join(part for part in parts if part)


def populate(env: simcord.Env) -> World:
    """Make the server, its channels and people, and the other server."""
    guild = env.create_guild("Riverside School Library")
    librarian = guild.create_role(
        "Librarians", permissions=discord.Permissions(manage_guild=True, manage_messages=True)
    )
    people = {name: guild.add_member(env.create_user(name)) for name in ("mia", "noor", "ben", "tomasz")}
    elsewhere = env.create_guild("Northgate School")
    far = elsewhere.create_role("Librarians", permissions=discord.Permissions(manage_guild=True))
    return World(
        env=env,
        guild=guild,
        questions=guild.create_text_channel("questions"),
        biology=guild.create_text_channel("biology-7b"),
        okafor=guild.add_member(env.create_user("okafor"), roles=[librarian]),
        elsewhere=elsewhere,
        far_channel=elsewhere.create_text_channel("general"),
        lindqvist=elsewhere.add_member(env.create_user("lindqvist"), roles=[far]),
        **people,
    )


async def raw_press(
    who: simcord.MemberActor, channel: simcord.ChannelHandle, custom_id: str, *values: str
) -> simcord.InteractionResult:
    """Press a button, or choose in a select, by its custom id alone: also one that is not drawn, old or forged."""
    data: dict[str, Any] = {"custom_id": custom_id, "component_type": 3 if values else 2}
    if values:
        data["values"] = list(values)
    return await who._dispatch_interaction(3, channel, data)


async def raw_submit(
    who: simcord.MemberActor, channel: simcord.ChannelHandle, custom_id: str, **texts: str | list[str]
) -> simcord.InteractionResult:
    """Hand in a modal by its custom id alone: also one that was opened before a restart."""
    fields = [
        {"type": 18, "component": {"custom_id": name, "type": 3, "values": value}}
        if isinstance(value, list)
        else {"type": 18, "component": {"custom_id": name, "type": 4, "value": value}}
        for name, value in texts.items()
    ]
    return await who._dispatch_interaction(5, channel, {"custom_id": custom_id, "components": fields})
