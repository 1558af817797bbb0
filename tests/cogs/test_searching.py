"""Searching in Discord: words and what narrows them, pages that outlive a restart, links to where a thing stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import simcord

from bot.kit.buttons import FILTER_LIMIT
from bot.models.people import Actor
from bot.models.questions import Source, SourceKind
from bot.services import librarians
from bot.services.researchers import answering, asking
from bot.services.researchers.asking import Ask
from tests.cogs.test_return import restart
from tests.cogs.world import World, raw_press, said

WEB = Source(SourceKind.WEB, "Whales", "https://www.example.org/whales", "Written by a biologist")


async def ask(world: World, who: simcord.MemberActor, *texts: str, topic: str = "") -> None:
    librarian = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(librarian, world.bot.library, asks_per_hour=60)
    for text in texts:
        wish = Ask(text, topic=topic, channel_id=world.biology.id)
        await asking.ask_question(Actor(world.guild.id, who.id), world.bot.library, wish)
    while await world.bot.library.database.read(lambda tx: tx.connection.execute("SELECT 1 FROM outbox").fetchall()):
        await world.env.settle()


def buttons(result: simcord.InteractionResult) -> dict[str, str]:
    """The labels of a message's buttons, and their custom ids."""
    assert result.response is not None
    rows: list[Any] = result.response.components
    return {one["label"]: one["custom_id"] for row in rows for one in row["components"] if "label" in one}


async def test_a_result_leads_to_its_card_and_says_what_it_is_and_how_it_stands(world: World) -> None:
    await ask(world, world.mia, "Do whales sing?", topic="Sea [life]")
    await answering.answer_question(Actor(world.guild.id, world.noor.id), world.bot.library, 1, "They do.", (WEB,))
    found = said(await world.tomasz.slash(world.biology, "search", words="whales"))
    link = f"https://discord.com/channels/{world.guild.id}/{world.biology.id}/{world.card(1).id}"
    assert f"◕ **[#1]({link})** · question · answered · *Sea \\[life\\]*" in found
    assert "Do **whales** sing?" in found
    answered = said(await world.tomasz.slash(world.biology, "search", words="they"))
    assert f"**[#1.1]({link})** · answer · answered" in answered


async def test_everything_that_narrows_is_said_and_kept_from_page_to_page(world: World) -> None:
    await ask(world, world.mia, *(f"Do whales sing {count} songs?" for count in range(8)), topic="Sea")
    await ask(world, world.noor, *(f"Do whales sleep {count} hours?" for count in range(8)), topic="Sea")
    today = datetime.fromtimestamp(world.bot.clock.now() / 1000, UTC).date().isoformat()
    first = await world.tomasz.slash(
        world.biology,
        "search",
        words="whales",
        kind="question",
        unit=" SEA ",
        person=world.mia,
        since="today",
        until=today,
    )
    assert "8 results" in said(first)
    assert f"Questions · unit: SEA · by <@{world.mia.id}> · since <t:" in said(first)
    assert first.response is not None
    second = await world.tomasz.click(first.response, label="More ›")
    assert "Page 2 of 2" in footer(second)
    assert f"by <@{world.mia.id}>" in said(second)
    assert "sleep" not in said(first) + said(second)
    assert second.response is not None
    back = await world.tomasz.click(second.response, label="‹ Earlier")
    assert said(back) == said(first)


def footer(result: simcord.InteractionResult) -> str:
    assert result.response is not None
    return result.response.embeds[0].footer.text or ""


async def test_a_page_button_works_after_a_restart_and_for_nobody_else(world: World) -> None:
    await ask(world, world.mia, *(f"Do whales sing {count} songs?" for count in range(8)))
    words = f"whales sing songs {'whales ' * 20}"
    assert len(words) > FILTER_LIMIT
    first = await world.tomasz.slash(world.biology, "search", words=words)
    more = buttons(first)["More ›"]
    await restart(world)
    assert "Page 2 of 2" in footer(await raw_press(world.tomasz, world.biology, more))
    assert "was let go" in said(await raw_press(world.mia, world.biology, more))


async def test_short_words_stand_in_the_button_and_nothing_is_kept(world: World) -> None:
    await ask(world, world.mia, *(f"Do whales sing {count} songs?" for count in range(8)))
    first = await world.tomasz.slash(world.biology, "search", words="whales | sing")
    assert first.response is not None
    second = await world.tomasz.click(first.response, label="More ›")
    assert "8 results" in said(second)
    kept = await world.bot.library.database.read(lambda tx: tx.connection.execute("SELECT * FROM draft").fetchall())
    assert kept == []


async def test_where_a_narrow_search_finds_nothing_a_wide_one_is_offered(world: World) -> None:
    await ask(world, world.mia, "Do whales sing?")
    nothing = await world.tomasz.slash(world.biology, "search", words="whales", kind="term")
    assert "Nothing found for *whales*" in said(nothing)
    assert said(nothing).endswith("Terms")
    assert list(buttons(nothing)) == ["Ask it", "Search everything"]
    assert nothing.response is not None
    assert "1 result" in said(await world.tomasz.click(nothing.response, label="Search everything"))
    assert list(buttons(await world.tomasz.slash(world.biology, "search", words="penguins"))) == ["Ask it"]


async def test_the_form_narrows_too(world: World) -> None:
    await ask(world, world.mia, "Do whales sing?", topic="Sea")
    form = await raw_press(world.tomasz, world.biology, f"library:find:{world.guild.id}:0")
    told = await world.fill(world.tomasz, form, words="whales", kind=["question"], unit="sea", since="yesterday")
    assert "1 result" in told
    assert "Questions · unit: sea · since" in told
    form = await raw_press(world.tomasz, world.biology, f"library:find:{world.guild.id}:0")
    refused = await world.fill(world.tomasz, form, words="whales", unit="", since="when pigs fly")
    assert "What you typed is kept" in refused


async def test_units_are_suggested_while_one_types(world: World) -> None:
    await ask(world, world.mia, "Do whales sing?", topic="Sea life")
    offered = await world.tomasz.autocomplete(world.biology, "search", "unit", "sea")
    assert [one["name"] for one in offered] == ["Sea life"]


async def test_very_long_words_leave_no_broken_link(world: World) -> None:
    await ask(world, world.mia, *(f"{'whales' * 150} {count}?" for count in range(8)))
    found = said(await world.tomasz.slash(world.biology, "search", words="whaleswhales"))
    assert len(found) < 4_200
    assert found.count("](https://discord.com/") == found.count("**[#") == 6
