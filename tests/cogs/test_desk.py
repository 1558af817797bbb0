"""Someone who presses only the desk's buttons can ask, find and help answer."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from bot.kit import desk
from bot.models.people import Actor
from bot.services import librarians
from tests.cogs.test_return import restart
from tests.cogs.world import SOURCE, World, raw_press, raw_submit, said


async def post_desk(world: World, channel: simcord.ChannelHandle | None = None) -> discord.Message:
    channel = channel or world.biology
    page = await world.okafor.slash(channel, "library setup")
    assert page.response is not None
    assert "on its way" in said(await world.okafor.click(page.response, label="Post the desk here"))
    posted = next(message for message in channel.history() if is_desk(message))
    assert [pinned.id for pinned in channel.pinned_messages()] == [posted.id]
    return posted


def is_desk(message: discord.Message) -> bool:
    return bool(message.embeds) and message.embeds[0].title == "Library desk"


def rows_of(message: discord.Message) -> list[list[str]]:
    """The labels of a message's buttons, row by row."""
    rows: list[Any] = message.components
    return [[button.label for button in row.children] for row in rows]


async def test_only_buttons_from_asking_to_settling(world: World) -> None:
    posted = await post_desk(world)
    start = await world.mia.click(posted, label="Ask")
    assert start.response is not None
    form = await world.mia.click(start.response, label="Ask")
    told = await world.fill(world.mia, form, text="Why do we yawn?", topic="", knew="We are tired.")
    number = int(told.split("**#")[1].split("**")[0])

    found = await world.noor.click(posted, label="Help answer")
    assert f"#{number}" in said(found)
    assert found.response is not None
    opened = await world.noor.select(found.response, [str(number)])
    assert "Why do we yawn?" in said(opened)
    await world.press(world.noor, number, "claim")
    shown = await world.press(world.noor, number, "answer")
    await world.fill(world.noor, shown, text="Perhaps to cool the brain.", **SOURCE)

    mine = await world.mia.click(posted, label="My desk")
    assert f"waiting for what you now think: #{number}" in said(mine)
    assert mine.response is not None
    opened = await world.mia.select(mine.response, [str(number)])
    assert opened.response is not None
    more = await world.mia.click(opened.response, label="More …")
    assert more.response is not None
    settle = await world.mia.click(more.response, label="Settle it")
    assert "settled" in await world.fill(world.mia, settle, now_think="Nobody is quite sure; cooling is one idea.")

    find = await world.tomasz.click(posted, label="Find")
    result = await world.fill(world.tomasz, find, words="yawn")
    assert "**yawn**" in result
    assert f"#{number}" in result


async def test_the_private_desk_is_the_same(world: World) -> None:
    mine = await world.mia.slash(world.biology, "desk")
    assert "Nothing waits for you" in said(mine)
    help_page = await world.mia.slash(world.biology, "help")
    assert "/question ask" in said(help_page)
    assert "/library setup" not in said(help_page)
    assert "/library setup" in said(await world.okafor.slash(world.biology, "help"))


async def test_who_asked_anonymously_finds_it_and_the_librarians_reason(world: World) -> None:
    librarian = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(librarian, world.bot.library, anonymity_allowed=True)
    custom_id = f"question:ask_anonymous:{world.guild.id}:0"
    for text in ("Is it normal to be afraid of the dark?", "Why is Tomasz so loud?"):
        assert "A librarian reads it first" in said(await raw_submit(world.mia, world.biology, custom_id, text=text))
    refuse = await raw_press(world.okafor, world.biology, f"anonymous:refuse:{world.guild.id}:2")
    await world.fill(world.okafor, refuse, reason="It names somebody.")
    mine = await world.mia.slash(world.biology, "desk")
    assert "only you see them listed here: #1" in said(mine)
    assert "**#2** was not shown to anyone. The librarian says: It names somebody." in said(mine)
    assert mine.response is not None
    assert "afraid of the dark" in said(await world.mia.select(mine.response, ["1"]))
    for other in (world.tomasz, world.okafor):
        assert "#1" not in said(await other.slash(world.biology, "desk"))


async def test_a_desk_that_stands_already_gets_the_new_buttons_and_one_that_was_removed_stays_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(desk, "BUTTONS", desk.BUTTONS[:2])
        old, gone = await post_desk(world), await post_desk(world, world.questions)
    assert rows_of(old) == [["Ask", "Find"]]
    await world.okafor.delete(gone)
    await restart(world)
    (stands,) = [one for one in world.biology.history() if is_desk(one)]
    assert stands.id == old.id
    assert rows_of(stands) == [["Ask", "Find", "Help answer", "Notes", "Study"], ["My desk", "My work"]]
    assert not [one for one in world.questions.history() if is_desk(one)]
    edits = [one for one in world.env.http_requests if one.method == "PATCH"]
    await restart(world)
    assert [one for one in world.env.http_requests if one.method == "PATCH"] == edits, "only once"
