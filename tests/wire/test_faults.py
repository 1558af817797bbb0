"""The real bot on a bad line: limits are waited for, failures tried again, and nothing is lost or done twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.text import catalogue
from tests.wire.conftest import Room, card_of, cards, number_told
from tests.wire.control import buttons_of, fields_of
from tests.wire.loopback import Fault
from tests.wire.rest import Call
from tests.wire.running import RunningBot
from tests.wire.world import Happened, Person

CARDS = "/channels/*/messages"
CALLBACKS = "/interactions/*/*/callback"


@pytest.fixture
async def vademecum(room: Room, tmp_path: Path) -> AsyncIterator[RunningBot]:
    """The real bot, started."""
    async with RunningBot(room.discord, tmp_path / "data") as bot:
        await bot.start()
        yield bot
    assert not bot.errors()


def ask(room: Room, text: str) -> Happened:
    return room.discord.slash(room.mia, room.channel, "question ask", text=text)


async def one_card_each(room: Room, *asked: Happened) -> None:
    """Every asker is told a number of their own, and exactly one card stands for each."""
    await room.discord.told(*asked)
    numbers = {number_told(act) for act in asked}
    assert None not in numbers
    assert len(numbers) == len(asked)
    await room.discord.until(lambda: set(cards(room)) == numbers, f"cards for {numbers}")
    # What is asked afterwards comes after everything that could still be sent twice: a channel keeps its order.
    last = ask(room, "Is that all?")
    await room.discord.told(last)
    await room.discord.until(lambda: number_told(last) in cards(room), "the card of the last question")
    assert set(cards(room).values()) == {1}


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_rate_limit_on_a_card_is_waited_for(room: Room, vademecum: RunningBot, everywhere: bool) -> None:
    room.discord.rate_limit("POST", CARDS, seconds=0.4, everywhere=everywhere)
    await one_card_each(room, ask(room, "What do axolotls eat?"), ask(room, "How long do they live?"))

    refused, done = [call for call in room.discord.calls if call.method == "POST" and call.path.endswith("/messages")][
        :2
    ]
    assert (refused.status, done.status) == (429, 200)
    assert done.arrived_ns - refused.arrived_ns > 0.35e9


async def test_a_rate_limit_on_an_answer_is_waited_for(room: Room, vademecum: RunningBot) -> None:
    room.discord.rate_limit("POST", CALLBACKS, seconds=0.4)
    await one_card_each(room, ask(room, "What do axolotls eat?"))


@pytest.mark.parametrize("perform", [False, True])
async def test_a_bad_gateway_on_a_card_is_tried_again(room: Room, vademecum: RunningBot, perform: bool) -> None:
    room.discord.bad_gateway("POST", CARDS, perform=perform)
    await one_card_each(room, ask(room, "What do axolotls eat?"))


async def test_after_a_lost_response_one_card_stands_and_shows_what_happened_meanwhile(
    room: Room, vademecum: RunningBot
) -> None:
    discord = room.discord
    discord.lose_response("POST", CARDS)
    asked = ask(room, "What do axolotls eat?")
    await discord.told(asked)
    await discord.until(lambda: cards(room), "the card stands, which the bot does not know")
    taken = discord.slash(room.noor, room.channel, "question claim", id=f"#{number_told(asked)}")
    await discord.told(taken)

    await one_card_each(room, asked)
    assert len([call for call in discord.calls if call.method == "POST" and call.path.endswith("/messages")]) == 3
    assert f"<@{room.noor.id}>" in str(card_of(room, number_told(asked)))


async def test_a_cut_socket_is_resumed_with_nothing_lost_or_doubled(room: Room, vademecum: RunningBot) -> None:
    discord = room.discord
    before = ask(room, "What do axolotls eat?")
    discord.gateway.cut()
    while_away = ask(room, "How long do they live?")
    await discord.until(lambda: discord.gateway.resumes, "the bot resumes")
    after = ask(room, "Why do they smile?")
    await one_card_each(room, before, while_away, after)
    assert len(discord.gateway.identifies) == 1


async def test_an_event_that_comes_twice_is_done_once(room: Room, vademecum: RunningBot) -> None:
    asked = ask(room, "What do axolotls eat?")
    room.discord.again(asked)
    await one_card_each(room, asked)


async def test_a_claim_while_the_card_is_on_its_way_stands_on_the_card(room: Room, vademecum: RunningBot) -> None:
    discord = room.discord
    arrived, claimed = asyncio.Event(), asyncio.Event()

    async def hold(_call: Call) -> None:
        arrived.set()
        await claimed.wait()

    discord.faults.append(Fault("POST", CARDS, first=hold, perform=True))
    asked = ask(room, "What do axolotls eat?")
    await discord.told(asked)
    await arrived.wait()
    number = number_told(asked)
    taken = discord.slash(room.noor, room.channel, "question claim", id=f"#{number}")
    await discord.told(taken)
    claimed.set()

    await discord.until(lambda: f"<@{room.noor.id}>" in str(card_of(room, number)), "the card names who took it")
    assert set(cards(room).values()) == {1}


@pytest.mark.parametrize(("nonce_window_seconds", "stand"), [(300, 1), (0, 2)])
async def test_killed_between_a_card_and_its_receipt_the_nonce_keeps_it_single(
    room: Room, vademecum: RunningBot, nonce_window_seconds: int, stand: int
) -> None:
    """The second case is the positive control: without Discord's nonces the card would stand there twice."""
    discord = room.discord
    discord.world.nonce_window_seconds = nonce_window_seconds

    async def kill(_call: Call) -> None:
        await vademecum.kill()

    discord.when("POST", CARDS, kill)
    asked = ask(room, "What do axolotls eat?")
    await discord.until(lambda: not vademecum.running and cards(room), "the card stands, and the bot is dead")
    await vademecum.start()
    await discord.until(
        lambda: len([call for call in discord.calls if call.path.endswith("/messages")]) == 2, "it asks"
    )
    last = ask(room, "Is that all?")
    await discord.until(lambda: number_told(last) in cards(room), "the card of the last question")
    assert cards(room)[number_told(asked) or 1] == stand


async def test_after_a_kill_every_button_of_every_old_card_works(room: Room, vademecum: RunningBot) -> None:
    discord = room.discord
    before = [ask(room, f"What do axolotls eat {when}?") for when in ("now", "in spring", "in summer", "in winter")]
    await one_card_each(room, *before)
    _, taken, answered, settled = sorted(number_told(act) or 0 for act in before)
    await discord.told(discord.slash(room.noor, room.channel, "question claim", id=f"#{taken}"))
    for number in (answered, settled):
        await fill_in(room, room.noor, "question answer", number)
    await fill_in(room, room.mia, "question settle", settled)
    desk = discord.slash(room.mia, room.channel, "desk")
    await discord.told(desk)
    await discord.until(lambda: "settled" in str(card_of(room, settled)), "the last card is drawn as it stands now")

    await vademecum.kill()
    await vademecum.start()
    too_old = catalogue("en").say("errors.button_too_old")
    private = [act.original for act in (desk, before[0]) if act.original]
    old = [card for card in discord.world.posted() if buttons_of(card)] + private
    presses = {(message["id"], button["custom_id"]) for message in old for button in buttons_of(message)}
    assert len(old) == 7
    assert len(presses) > 20
    for message_id, custom_id in sorted(presses):
        pressed = discord.press_id(room.mia, discord.world.message(int(message_id)), custom_id)
        await discord.answered(pressed)
        assert too_old not in pressed.said, custom_id


async def test_discord_is_told_of_the_commands_only_where_it_knows_them_otherwise(
    room: Room, vademecum: RunningBot
) -> None:
    discord = room.discord

    def times_told() -> int:
        return len([call for call in discord.calls if call.method == "PUT" and call.path.endswith("/commands")])

    await vademecum.stop()
    await vademecum.start()
    assert times_told() == 1

    discord.world.commands[None][0]["default_member_permissions"] = "8"
    await vademecum.stop()
    await vademecum.start()
    assert times_told() == 2


async def fill_in(room: Room, person: Person, command: str, number: int) -> None:
    """Open a form about a question by its command, fill in every text, and hand it in."""
    opened = room.discord.slash(person, room.channel, command, id=f"#{number}")
    await room.discord.answered(opened)
    texts = {
        field["custom_id"]: "Worms: https://example.org" for field in fields_of(opened.modal) if field["type"] == 4
    }
    handed_in = room.discord.submit(person, opened, texts)
    await room.discord.told(handed_in)
    assert f"#{number}" in handed_in.said, handed_in.said


async def test_a_form_opened_before_a_kill_can_be_handed_in_after_it(room: Room, vademecum: RunningBot) -> None:
    discord = room.discord
    asked = ask(room, "What do axolotls eat?")
    await one_card_each(room, asked)
    card = card_of(room, number_told(asked))
    opened = discord.press(room.noor, card, "Answer")
    await discord.answered(opened)

    await vademecum.kill()
    await vademecum.start()
    text, _kind, sources, why, *_ = [field["custom_id"] for field in fields_of(opened.modal)]
    answers = {text: "Worms, mostly.", sources: "https://example.org/axolotls", why: "A zoo keeps them."}
    handed_in = discord.submit(room.noor, opened, answers)
    await discord.told(handed_in)

    number = number_told(asked)
    assert f"#{number}.1" in handed_in.said
    await discord.until(lambda: "Worms, mostly." in str(card_of(room, number)), "the card shows the answer")
