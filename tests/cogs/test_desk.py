"""Someone who presses only the desk's buttons can ask, find and help answer."""

from __future__ import annotations

import discord

from bot.models.people import Actor
from bot.services import librarians
from tests.cogs.world import SOURCE, World, raw_press, raw_submit, said


async def post_desk(world: World) -> discord.Message:
    page = await world.okafor.slash(world.biology, "library setup")
    assert page.response is not None
    assert "on its way" in said(await world.okafor.click(page.response, label="Post the desk here"))
    desk = next(
        message for message in world.biology.history() if message.embeds and message.embeds[0].title == "Library desk"
    )
    assert [pinned.id for pinned in world.biology.pinned_messages()] == [desk.id]
    return desk


async def test_only_buttons_from_asking_to_settling(world: World) -> None:
    desk = await post_desk(world)
    start = await world.mia.click(desk, label="Ask")
    assert start.response is not None
    form = await world.mia.click(start.response, label="Ask")
    told = await world.fill(world.mia, form, text="Why do we yawn?", topic="", knew="We are tired.")
    number = int(told.split("**#")[1].split("**")[0])

    found = await world.noor.click(desk, label="Help answer")
    assert f"#{number}" in said(found)
    assert found.response is not None
    opened = await world.noor.select(found.response, [str(number)])
    assert "Why do we yawn?" in said(opened)
    await world.press(world.noor, number, "claim")
    shown = await world.press(world.noor, number, "answer")
    await world.fill(world.noor, shown, text="Perhaps to cool the brain.", **SOURCE)

    mine = await world.mia.click(desk, label="My desk")
    assert f"waiting for what you now think: #{number}" in said(mine)
    assert mine.response is not None
    opened = await world.mia.select(mine.response, [str(number)])
    assert opened.response is not None
    more = await world.mia.click(opened.response, label="More …")
    assert more.response is not None
    settle = await world.mia.click(more.response, label="Settle it")
    assert "settled" in await world.fill(world.mia, settle, now_think="Nobody is quite sure; cooling is one idea.")

    find = await world.tomasz.click(desk, label="Find")
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
