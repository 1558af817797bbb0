"""A bored student with Discord's developer tools, in a server that has notes, cards and goals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.models.people import Actor
from bot.services.learners import goals
from bot.services.learners.goals import Wish
from tests.cogs.test_attacks import check
from tests.cogs.test_note_listening import picture
from tests.cogs.test_studying import own_cards
from tests.cogs.world import World, raw_press, raw_submit

KINDS = ("block", "goal", "my", "note", "section", "study")
EXTRAS = ("", "²", "9" * 30 + "|", "1|1", "t|1|1", "0|" + "x" * 70)
VALUES = (("abc",), ("9" * 5_000,), ("1.1",), ("5", "4", "3"))
NASTY = "@everyone <@&1> [a](https://evil.example) ||b|| \u202eevil\u202c \u200b**" + "`" * 3 + "x\x00y\ud800"


async def lived_in(world: World) -> int:
    """A note with a piece of every kind, one that waits, cards of Tomasz's and a goal; its number."""
    number = await world.start_note(world.noor, unit="Cells")
    thread = world.thread(number)
    message = await world.mia.send(thread, "# Cells\nThey are small.\n? How small are they\ncell :: a small room")
    await world.noor.react(message, "✅")
    await world.noor.send(thread, "Look", attachments=[("cell.png", picture())])
    await world.ben.send(thread, "I saw one, too.")
    await own_cards(world, 2, Actor(world.guild.id, world.tomasz.id))
    await goals.add_goal(Actor(world.guild.id, world.tomasz.id), world.bot.library, Wish("Learn about cells"))
    return number


@pytest.mark.parametrize("who", ["tomasz", "mia"])
async def test_forged_presses_about_notes_are_answered(
    world: World, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    number = await lived_in(world)
    person, router = getattr(world, who), world.bot.router
    for kind, action in (*router.presses, *router.openers):
        if kind not in KINDS:
            continue
        for target in {number, 5}:
            start = f"{kind}:{action}:{world.guild.id}:{target}"
            for extra in EXTRAS:
                check(await raw_press(person, world.biology, f"{start}:{extra}"[:100]), f"{start}:{extra}", caplog)
            for values in VALUES:
                check(await raw_press(person, world.biology, f"{start}:1", *values), f"{start} {values}", caplog)


@pytest.mark.parametrize("who", ["tomasz", "mia"])
@pytest.mark.parametrize("words", ["", " \n\t", "\u200b\u2060", NASTY, "*" * 4_000, "? a\n" * 40, "a :: b\n" * 570])
async def test_forms_about_notes_take_any_words(
    world: World, who: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    await lived_in(world)
    fields: dict[str, Any] = dict.fromkeys(
        ("text", "mine", "front", "back", "unit", "wrong", "a_day", "zone", "remind", "by", "helps", "how", "new_day"),
        words,
    )
    for kind, action in world.bot.router.submits:
        if kind in KINDS:
            for target in (1, 2):
                for extra in ("1", "t|0|0", f"{world.biology.id}|abc"):
                    custom_id = f"{kind}:{action}:{world.guild.id}:{target}:{extra}"
                    told = await raw_submit(getattr(world, who), world.biology, custom_id, **fields, **{"1": words})
                    check(told, custom_id, caplog)
    for message in (*world.biology.history(), *world.thread(1).history()):
        if message.author.bot:
            assert not world.pinged(message)
            assert "@everyone" not in json.dumps([one.to_dict() for one in message.embeds]) + message.content
