"""A bored student with Discord's developer tools, in a server that has notes, cards and goals."""

from __future__ import annotations

import json
from typing import Any

import pytest
import simcord

from bot.models.people import Actor
from bot.services.learners import goals
from bot.services.learners.goals import Wish
from tests.cogs.test_attacks import check
from tests.cogs.test_note_listening import picture
from tests.cogs.test_studying import own_cards
from tests.cogs.world import World, raw_press, raw_submit, said

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


OF_A_NOTE = (
    ("note:version:{s}:1:1|3", ()),
    ("note:change:{s}:1:1", ("2.1",)),
    ("note:take_waiting:{s}:1", ("7",)),
    ("block:edit:{s}:2", ()),
    ("block:together:{s}:2", ()),
    ("block:restore_yes:{s}:2:1", ()),
    ("block:merge:{s}:0", ("1", "2")),
    ("block:strike:{s}:1", ("2",)),
    ("section:edit:{s}:1", ()),
    ("study:accept:{s}:4:t|0|0", ()),
)
OF_A_STUDENT = (
    ("study:card:{s}:0", ("1",)),
    ("study:show:{s}:1:0|", ()),
    ("study:edit:{s}:1", ()),
    ("study:rate:{s}:1:0|3|", ()),
    ("study:undo:{s}:1:1|", ()),
    ("study:wrong:{s}:1", ()),
    ("study:let_go_now:{s}:1", ()),
    ("study:export:{s}:0", ()),
    ("goal:show:{s}:1", ()),
    ("goal:edit:{s}:1", ()),
    ("goal:remove_now:{s}:1", ()),
    ("my:work:{s}:0:1|terms", ()),
)


async def shown_to(
    who: simcord.MemberActor, where: simcord.ChannelHandle, pressed: tuple[tuple[str, tuple[str, ...]], ...]
) -> str:
    """All that somebody is shown who presses what others own, forms too."""
    assert where.guild is not None
    results = [await raw_press(who, where, one.format(s=where.guild.id), *values) for one, values in pressed]
    return "\n".join(json.dumps(one.modal) + said(one) for one in results).lower()


async def test_nothing_of_a_note_is_shown_or_done_from_another_server(world: World) -> None:
    number = await lived_in(world)
    await world.lindqvist.slash(world.far_channel, "note start", title="Far away")
    before = await world.blocks(number)
    shown = await shown_to(world.lindqvist, world.far_channel, OF_A_NOTE + OF_A_STUDENT)
    assert await world.blocks(number) == before
    assert "small" in await shown_to(world.mia, world.biology, OF_A_NOTE), "the same presses show it to its scribe"
    for word in ("small", "saw one", "front 0", "learn about"):
        assert word not in shown


async def test_nothing_of_a_student_is_shown_or_done_by_another(world: World) -> None:
    await lived_in(world)
    for who in (world.ben, world.okafor):
        shown = await shown_to(who, world.biology, OF_A_STUDENT)
        assert not [word for word in ("front 0", "back 0", "learn about") if word in shown]
    own = await shown_to(world.tomasz, world.biology, OF_A_STUDENT)
    assert not [word for word in ("front 0", "back 0", "learn about") if word not in own]
