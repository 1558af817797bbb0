"""Who asked anonymously is nowhere but with librarians; and the same search finds who asked by name."""

from __future__ import annotations

import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import discord
import pytest
import simcord

from bot.models.people import Actor
from bot.services import librarians
from bot.web.building import build_site
from tests.cogs.world import SOURCE, World, said

NAME = "quillfeather"


async def ask_from_the_desk(world: World, who: simcord.MemberActor, button: str) -> int:
    start = await who.click((await post_desk(world)), custom_id=f"question:ask_start:{world.guild.id}:0")
    assert start.response is not None
    form = await who.click(start.response, label=button)
    told = await world.fill(who, form, text="Is it normal to hear one's own heart at night?", knew="It is quiet then.")
    return int(told.split("**#")[1].split("**")[0])


async def post_desk(world: World) -> discord.Message:
    page = await world.okafor.slash(world.biology, "library setup")
    assert page.response is not None
    await world.okafor.click(page.response, label="Post the desk here")
    return next(one for one in world.biology.history() if one.embeds and one.embeds[0].title == "Library desk")


async def live_through(world: World, asker: simcord.MemberActor, *, button: str) -> int:
    """Everything that can happen to a question, from asking to the public page and an edit, all seen by others."""
    number = await ask_from_the_desk(world, asker, button)
    if button == "Ask anonymously":
        waiting = await world.okafor.slash(world.biology, "library approve")
        assert waiting.response is not None
        await world.okafor.click(waiting.response, label="Show it to everyone")
    await world.press(world.tomasz, number, "me_too")
    await world.press(world.noor, number, "claim")
    shown = await world.press(world.noor, number, "answer")
    await world.fill(world.noor, shown, text="Yes: with an ear on the pillow one hears the blood.", **SOURCE)
    await asker.slash(world.biology, "question endorse", id=str(number), answer=1)
    await world.fill(
        asker,
        await asker.slash(world.biology, "question edit", id=str(number)),
        text="Why do I hear my heart at night?",
    )
    await world.fill(
        asker, await asker.slash(world.biology, "question settle", id=str(number)), now_think="It is my blood."
    )
    await asker.slash(world.biology, "publish ask", id=str(number))
    await world.noor.slash(world.biology, "publish consent")
    stack = await world.okafor.slash(world.biology, "library approve")
    assert stack.response is not None
    assert "is public" in said(await world.okafor.click(stack.response, label="Publish"))
    for person in (world.mia, world.ben):
        await person.slash(world.biology, "question show", id=str(number))
        await person.slash(world.biology, "question list")
        await person.slash(world.biology, "question trail", id=str(number))
        await person.slash(world.biology, "search", words="heart night")
        await person.autocomplete(world.biology, "question ask", "text", "heart")
    return number


async def seen_places(world: World, out: Path, log: str) -> dict[str, str]:
    """Everything that anybody could read: what was sent to Discord, the site, the index, file names, the log."""
    await build_site(world.bot.library, out)
    data = world.bot.settings.data_dir
    with closing(sqlite3.connect(data / "vademecum.sqlite3")) as database:
        index = "\n".join(str(row) for row in database.execute(f"SELECT * FROM search_{world.guild.id}"))
        outbox = "\n".join(str(row) for row in database.execute("SELECT * FROM outbox"))
    requests = [[one.path, one.json] for one in world.env.http_requests]
    return {
        "requests": json.dumps(requests, ensure_ascii=False, default=str),
        "site": written_in(out),
        "files": "\n".join(names_in(data) + names_in(out)),
        "index": index,
        "outbox": outbox,
        "log": log,
    }


def written_in(folder: Path) -> str:
    return "\n".join(
        path.read_text() for path in folder.rglob("*") if path.suffix in {".html", ".txt", ".json", ".xml"}
    )


def names_in(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*")]


def tables_with(path: Path, user_id: int) -> set[str]:
    """The tables in which a user id stands in any column."""
    found = set()
    with closing(sqlite3.connect(path)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            rows = database.execute(f'SELECT * FROM "{table}"').fetchall()
            if any(str(user_id) in str(value) for row in rows for value in row):
                found.add(table)
    return found


@pytest.mark.parametrize(("button", "hidden"), [("Ask anonymously", True), ("Ask", False)])
async def test_an_anonymous_asker_is_nowhere_and_a_named_one_is_found(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, button: str, hidden: bool
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    caplog.set_level(logging.DEBUG, logger="cogs")
    librarian = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(librarian, world.bot.library, anonymity_allowed=True, publishing_allowed=True)
    asker = world.guild.add_member(world.env.create_user(NAME))
    number = await live_through(world, asker, button=button)

    places = await seen_places(world, tmp_path / "out", caplog.text)
    assert "hear my heart" in places["site"], "the question itself is public"
    assert "hear my heart" in places["index"]
    for place, text in places.items():
        assert NAME not in text.lower(), place
        if hidden:
            assert str(asker.id) not in text, place
    by_asker = said(await world.tomasz.slash(world.biology, "search", words="heart", person=asker))
    assert ("Nothing found" in by_asker) is hidden, "a search for what somebody wrote finds what they asked by name"
    tables = tables_with(world.bot.settings.database_path, asker.id)
    if hidden:
        assert tables <= {"anonymous_asker"}
        assert f"<@{asker.id}>" in said(await look(world, number))
        assert "asker_look" in tables_with(world.bot.settings.database_path, world.okafor.id)
    else:
        assert str(asker.id) in places["requests"], "the same search finds a named asker"
        assert "question" in tables


async def look(world: World, number: int) -> simcord.InteractionResult:
    from tests.cogs.world import raw_press

    return await raw_press(world.okafor, world.biology, f"anonymous:look:{world.guild.id}:{number}")
