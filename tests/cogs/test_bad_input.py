"""What a bored student types, and what happens when Discord or the machine misbehaves: told kindly, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
import pytest

from bot.models.people import Actor
from bot.services import librarians
from tests.cogs.world import SOURCE, World, is_card, raw_press, raw_submit, said

ODD_BUT_FINE = [
    "@everyone why is the sky blue?",
    "<script>alert(1)</script> why?",
    "لماذا السماء زرقاء؟",
    "why \u202e?eulb yks eht si",
    "why\u200b is\u200b it\u200b blue?",
    "**" * 200 + "why?" + "||" * 50,
    "```" * 30 + "why?",
    "[free nitro](https://evil.example) why?",
    "'; DROP TABLE question; -- why?",
    "../../etc/passwd why?",
    "👩‍🚀 " * 20 + "why?",
]


@pytest.mark.parametrize("text", ODD_BUT_FINE)
async def test_odd_text_is_kept_as_text(world: World, text: str) -> None:
    number = await world.ask(world.mia, text)
    card = world.card(number)
    assert not card.mentions
    assert not card.mention_everyone
    assert "@everyone" not in str(card.embeds[0].to_dict())
    assert "](https://evil.example)" not in (card.embeds[0].description or "").replace("\\]", "")


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u200b\u2060", "x" * 5000])
async def test_what_is_no_question_is_given_back(world: World, text: str) -> None:
    told = await world.mia.slash(world.biology, "question ask", text=text or " ")
    assert said(told)
    assert not world.biology.history()
    assert told.response is not None
    if len(text) > 1000:
        assert [one.filename for one in told.response.attachments] == ["your-question.txt"]
    again = await world.mia.click(told.response, label="Open the form again")
    assert again.modal is not None


@pytest.mark.parametrize("number", ["#0", "0", "#999999", "99999999999999999999", "-1", "abc", "#", "１"])
async def test_numbers_that_are_none(world: World, number: str) -> None:
    told = said(await world.mia.slash(world.biology, "question show", id=number))
    assert "There is no question" in told or "I can't read" in told


async def test_another_servers_number_is_not_found_here(world: World) -> None:
    number = await world.ask(world.mia, "Why is the sea salty?")
    told = said(await world.lindqvist.slash(world.far_channel, "question show", id=str(number)))
    assert "There is no question" in told
    forged = await raw_press(world.lindqvist, world.far_channel, f"question:claim:{world.guild.id}:{number}")
    assert "another server" in said(forged)


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://u:p@evil.example/"]
)
async def test_a_source_that_is_no_address(world: World, source: str) -> None:
    number = await world.ask(world.mia, "Why is the sea salty?")
    told = said(
        await raw_submit(
            world.noor,
            world.biology,
            f"question:answer:{world.guild.id}:{number}",
            text="Rivers bring salt.",
            kind=["web"],
            sources=source,
            why="because",
        )
    )
    assert "What you typed is kept" in told
    assert source not in str(world.card(number).embeds[0].to_dict())


async def test_two_hundred_sources(world: World) -> None:
    number = await world.ask(world.mia, "Why is the sea salty?")
    told = said(
        await raw_submit(
            world.noor,
            world.biology,
            f"question:answer:{world.guild.id}:{number}",
            text="Rivers bring salt.",
            kind=["web"],
            sources="https://example.org/a\n" * 200,
            why="because",
        )
    )
    assert "200 sources" in told


async def test_twice_is_once(world: World) -> None:
    number = await world.ask(world.mia, "Do fish sleep?")
    assert "is yours" in said(await world.press(world.noor, number, "claim"))
    assert "is yours" in said(await raw_press(world.noor, world.biology, f"question:claim:{world.guild.id}:{number}"))
    taken = await raw_press(world.ben, world.biology, f"question:claim:{world.guild.id}:{number}")
    assert "already looking into" in said(taken)
    await world.mia.slash(world.biology, "question withdraw", id=str(number))
    late = await raw_submit(
        world.noor,
        world.biology,
        f"question:answer:{world.guild.id}:{number}",
        text="Yes.",
        **SOURCE,
    )
    assert "withdrawn" in said(late)


async def test_a_replayed_event_asks_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Mapping[str, Any]] = []
    emit = world.env.backend.emit

    def keep(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            seen.append(payload)
        emit(event, payload)

    monkeypatch.setattr(world.env.backend, "emit", keep)
    await world.ask(world.mia, "Do fish sleep?")
    monkeypatch.undo()
    emit("INTERACTION_CREATE", seen[-1])
    await world.env.settle()
    assert "1 question" in said(await world.ben.slash(world.biology, "question list"))
    assert len([message for message in world.biology.history() if message.embeds]) == 1


async def test_a_card_that_was_deleted_stays_deleted_until_somebody_asks_for_it(world: World) -> None:
    number = await world.ask(world.mia, "Why do cats purr?")
    await world.okafor.delete(world.card(number))
    await world.mia.slash(world.biology, "question claim", id=str(number))
    assert not [message for message in world.biology.history() if is_card(message, number)]


async def test_a_member_who_left_leaves_their_question(world: World) -> None:
    number = await world.ask(world.mia, "Why do cats purr?")
    world.guild.remove_member(world.mia)
    await world.env.settle()
    shown = await world.press(world.noor, number, "answer")
    assert "Kept as" in await world.fill(world.noor, shown, text="To calm themselves too.", **SOURCE)


async def test_a_channel_in_which_the_bot_may_not_post(world: World) -> None:
    me = world.guild.me
    assert me is not None
    shut = world.guild.create_text_channel(
        "shut", overwrites={me: discord.PermissionOverwrite(send_messages=False, embed_links=False)}
    )
    told = said(await world.mia.slash(shut, "question ask", text="Why is it shut?"))
    assert "Send Messages, Embed Links" in told
    assert "your question is safe" in told
    librarian = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(librarian, world.bot.library, question_channel_id=shut.id)
    page = said(await world.okafor.slash(world.biology, "library setup"))
    assert "I lack **Send Messages, Embed Links" in page


async def test_a_full_disk_is_told_and_nothing_is_half_written(world: World) -> None:
    database = world.bot.library.database
    pages = await database.read(lambda tx: tx.connection.execute("PRAGMA page_count").fetchone()["page_count"])

    writer = database._writer
    await writer.execute_fetchall(f"PRAGMA max_page_count={pages}")
    told = ""
    for person in (world.mia, world.noor, world.ben, world.tomasz):
        for count in range(5):
            told = said(await person.slash(world.biology, "question ask", text=f"Why {'so ' * 300} {count}?"))
            if "no room left" in told:
                break
    assert "no room left" in told
    await writer.execute_fetchall("PRAGMA max_page_count=1073741823")
    check = await database.read(
        lambda tx: tx.connection.execute("PRAGMA integrity_check").fetchone()["integrity_check"]
    )
    assert check == "ok"
    assert "Your question is" in said(
        await world.okafor.slash(world.biology, "question ask", text="Is there room now?")
    )
