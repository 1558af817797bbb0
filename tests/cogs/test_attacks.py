"""A student with Discord's developer tools: forged ids, values, fields and channels. All of it is answered kindly."""

from __future__ import annotations

import logging

import discord
import pytest
import simcord

from bot.models.people import Actor
from bot.services import librarians
from tests.cogs.test_who_may import given
from tests.cogs.world import SOURCE, World, raw_press, raw_submit, said

EXTRAS = [
    "",
    "abc",
    "-1",
    "0|",
    "²",
    "9" * 30 + "|",
    "1|settled|1|9999999999999999999|9999999999999999999|t",
    "77/",
    "1|",
]
NUMBERS = ["0", "{n}", str(2**63 - 1), str(2**63), "9" * 20, "abc"]
VALUES = [("",), ("abc",), ("²",), ("9" * 5_000,), ("1", "2")]
FIELDS: list[dict[str, str | list[str]]] = [
    {},
    dict.fromkeys(
        ("text", "sources", "why", "asked", "of", "words", "name", "outcome", "tried", "asks_per_hour"), "9" * 9_000
    )
    | {"kind": ["bogus"]},
    dict.fromkeys(
        ("text", "sources", "why", "of", "words", "reason", "name", "outcome", "tried", "now_think"), "\ud800"
    ),
]


def librarian(world: World) -> Actor:
    return Actor(world.guild.id, world.okafor.id, manages_server=True)


def check(result: simcord.InteractionResult, custom_id: str, caplog: pytest.LogCaptureFixture) -> None:
    """It was answered, in private, and nothing is in the log."""
    assert result.acknowledged, custom_id
    assert result.modal is not None or said(result), custom_id
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not errors, (custom_id, errors)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["tomasz", "okafor"])
async def test_forged_presses_are_answered(world: World, who: str, caplog: pytest.LogCaptureFixture) -> None:
    number = await given(world, "answered")
    person, router = getattr(world, who), world.bot.router
    for kind, action in (*router.presses, *router.openers):
        start = f"{kind}:{action}:{world.guild.id}"
        ids = [f"{start}:{number}:{extra}" for extra in EXTRAS]
        for custom_id in [*ids, *(f"{start}:{one.format(n=number)}" for one in NUMBERS)]:
            check(await raw_press(person, world.biology, custom_id[:100]), custom_id, caplog)
        for values in VALUES:
            check(await raw_press(person, world.biology, f"{start}:{number}:1", *values), start, caplog)


@pytest.mark.parametrize("who", ["tomasz", "okafor"])
async def test_forged_forms_are_answered(world: World, who: str, caplog: pytest.LogCaptureFixture) -> None:
    number = await given(world, "answered")
    for kind, action in world.bot.router.submits:
        for fields in FIELDS:
            for end in (f"{number}", f"{number}:abc", f"{number}:1", "9" * 20):
                custom_id = f"{kind}:{action}:{world.guild.id}:{end}"
                check(await raw_submit(getattr(world, who), world.biology, custom_id, **fields), custom_id, caplog)


@pytest.mark.parametrize("custom_id", ["x", "question:claim", "question:claim:abc:1", "a" * 100])
async def test_a_button_that_is_not_ours_says_so(world: World, custom_id: str) -> None:
    assert "earlier version" in said(await raw_press(world.tomasz, world.biology, custom_id))


async def test_a_message_of_a_room_that_one_may_not_see_becomes_no_answer(world: World) -> None:
    number = await world.ask(world.mia, "Do fish sleep?")
    hidden, seen = (discord.PermissionOverwrite(view_channel=one) for one in (False, True))
    me, everyone = world.guild.me, world.guild.default_role
    assert me is not None
    staff = world.guild.create_text_channel("staff", overwrites={everyone: hidden, me: seen, world.okafor: seen})
    away = await world.lindqvist.send(world.far_channel, "The exam asks about fish.")
    secret = await world.okafor.send(staff, "The exam asks about fish.")
    here = await world.ben.send(world.biology, "They rest with open eyes.")
    for channel, message in ((staff, secret), (world.far_channel, away)):
        custom_id = f"answer:used:{world.guild.id}:{number}:{channel.id}/{message.id}"
        assert "may not read it" in said(await raw_submit(world.tomasz, world.biology, custom_id, **SOURCE))
    assert "exam" not in str(world.card(number).embeds[0].to_dict())
    custom_id = f"answer:used:{world.guild.id}:{number}:{world.biology.id}/{here.id}"
    assert f"#{number}.1" in said(await raw_submit(world.tomasz, world.biology, custom_id, **SOURCE))


async def test_cards_are_not_sent_into_another_server(world: World) -> None:
    start = f"setup:question_channel:{world.guild.id}:0"
    await raw_press(world.okafor, world.biology, start, str(world.far_channel.id))
    assert (await librarians.settings_for(librarian(world), world.bot.library)).question_channel_id is None
    await raw_press(world.okafor, world.biology, start, str(world.questions.id))
    assert (
        await librarians.settings_for(librarian(world), world.bot.library)
    ).question_channel_id == world.questions.id


async def test_a_long_topic_narrows_a_list(world: World) -> None:
    topic = "The history of the Riverside region before and after 1900"
    await world.ask(world.mia, "Who built the old mill?", topic=topic)
    await world.ask(world.mia, "Do fish sleep?")
    listed = said(await world.ben.slash(world.biology, "question list", topic=topic, person=world.mia.user))
    assert "old mill" in listed
    assert "fish" not in listed


async def test_ten_long_sources_fit_under_a_long_answer(world: World) -> None:
    number = await world.ask(world.mia, "Why is the sea salty?")
    address = f"https://www.example.org/{'a' * 250}"
    told = await raw_submit(
        world.noor,
        world.biology,
        f"question:answer:{world.guild.id}:{number}",
        text="_" * 3_000,
        kind=["web"],
        sources="\n".join(f"{place} {'word ' * 30}{address[:100]}" for place in range(10)),
        why="w " * 140,
    )
    assert f"#{number}.1" in said(told)
    assert said(await raw_press(world.mia, world.biology, f"question:show:{world.guild.id}:{number}:1|"))
