"""Who asked anonymously is in no note in which their question stands, nor in anything that is made of one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import simcord

from bot.models.people import Actor
from bot.services import librarians
from tests.cogs.test_anonymity import NAME, ask_from_the_desk, seen_places, tables_with
from tests.cogs.world import SOURCE, World, raw_press, raw_submit, said


async def live_through(world: World, asker: simcord.MemberActor, *, button: str) -> tuple[int, int]:
    """A question is asked, comes up in a lesson again, is settled, studied and published; its number and the note's."""
    guild_id = world.guild.id
    asked = await ask_from_the_desk(world, asker, button)
    if button == "Ask anonymously":
        waiting = await world.okafor.slash(world.biology, "library approve")
        assert waiting.response is not None
        await world.okafor.click(waiting.response, label="Show it to everyone")
    number = await world.start_note(world.noor, unit="Hearts")
    thread = world.thread(number)
    await world.mia.send(thread, "# Hearts\n? Why does one hear one's heart at night\npulse :: what one feels of it")
    hole = number + 1
    await world.mia.slash(world.biology, "question duplicate", id=f"#{hole}", of=f"#{asked}")
    shown = await world.press(world.ben, asked, "answer")
    await world.fill(world.ben, shown, text="It is one's own blood.", **SOURCE)
    settle = await asker.slash(world.biology, "question settle", id=f"#{asked}")
    await world.fill(asker, settle, now_think="I hear my heart as blood that flows.")
    await raw_press(world.mia, world.biology, f"note:compile:{guild_id}:{number}")
    await raw_press(world.mia, world.biology, f"publication:ask:{guild_id}:{number}")
    for person in (world.noor, world.ben, asker):
        await raw_press(person, world.biology, f"publication:give:{guild_id}:{number}")
    looked = await world.okafor.slash(world.biology, "library approve")
    assert looked.response is not None
    assert "is public" in said(await world.okafor.click(looked.response, label="Publish"))
    fields = {"front": "My heart?", "back": "Blood that flows.", "unit": ""}
    await raw_submit(world.tomasz, world.biology, f"study:accept:{guild_id}:{asked}:q|0|0", **fields)
    await raw_submit(world.tomasz, world.biology, f"study:wrong:{guild_id}:1", wrong="It is not so")
    return asked, number


async def look_everywhere(world: World, asked: int, number: int) -> str:
    """Everything that a note, its question and its cards show to others."""
    pressed = ("note:show:{s}:{n}", "note:history:{s}:{n}", "note:scribes:{s}:{n}", "note:version:{s}:{n}:1|1")
    told: list[str] = []
    for who in (world.mia, world.tomasz):
        results = [await raw_press(who, world.biology, one.format(s=world.guild.id, n=number)) for one in pressed]
        results.append(await who.slash(world.biology, "note missed", since="1 January 2026"))
        results.append(await who.slash(world.biology, "question show", id=f"#{asked}"))
        results.append(await who.slash(world.biology, "question trail", id=f"#{asked}"))
        results.append(await who.slash(world.biology, "note compile", id=f"#{number}"))
        results.append(await who.slash(world.biology, "study export", **{"as": "table"}))
        for one in results:
            files = one.response.attachments if one.response else []
            told += [said(one), *[(await file.read()).decode() for file in files]]
    return "\n".join(told)


@pytest.mark.parametrize(("button", "hidden"), [("Ask anonymously", True), ("Ask", False)])
async def test_an_anonymous_asker_is_in_no_note_and_a_named_one_is_found(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, button: str, hidden: bool
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    caplog.set_level(logging.DEBUG, logger="cogs")
    okafor = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(okafor, world.bot.library, anonymity_allowed=True, publishing_allowed=True)
    asker = world.guild.add_member(world.env.create_user(NAME))
    asked, number = await live_through(world, asker, button=button)
    shown = await look_everywhere(world, asked, number)
    assert "It is one's own blood." in shown
    places = await seen_places(world, tmp_path / "out", caplog.text)
    assert "Why does one hear" in places["site"]
    for place, text in (places | {"shown": shown}).items():
        assert NAME not in text.lower(), place
        if hidden:
            assert str(asker.id) not in text, place
    tables = tables_with(world.bot.settings.database_path, asker.id)
    if hidden:
        assert tables <= {"anonymous_asker"}, tables
    else:
        assert str(asker.id) in places["requests"]
    by_asker = said(await world.tomasz.slash(world.biology, "search", words="heart", person=asker))
    assert ("Nothing found" in by_asker) is hidden
