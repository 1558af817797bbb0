"""The bot was off, or starts anew: what happened meanwhile is made good, and every old button and form still works."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import simcord

from tests.cogs.world import SOURCE, World, make_bot, raw_submit, said


@contextlib.contextmanager
def bot_away(env: simcord.Env) -> Iterator[None]:
    """Let Discord go on without the bot hearing of it."""
    feed = env._gateway_feed
    env.backend.subscribers.remove(feed)
    try:
        yield
    finally:
        env.backend.subscribers.append(feed)


async def restart(world: World) -> None:
    old = world.bot
    clock = old.clock
    await world.env.restart_bot(make_bot(old.settings.data_dir, clock))
    await old.close()
    await world.env.settle()


async def log(world: World, who: simcord.MemberActor, text: str) -> tuple[int, object]:
    message = await who.send(world.biology, text)
    told = said(await who.context_menu(world.biology, "Log as question", message))
    return int(told.split("**#")[1].split("**")[0]), message


async def test_what_was_deleted_or_edited_meanwhile_is_made_good(world: World) -> None:
    gone, gone_message = await log(world, world.mia, "why do my parents argue so much at night")
    edited, edited_message = await log(world, world.mia, "why do cats pur")
    kept, _ = await log(world, world.ben, "why is the moon sometimes red")
    with bot_away(world.env):
        await world.mia.delete(gone_message)  # type: ignore[arg-type]
        await world.mia.edit(edited_message, "why do cats purr")  # type: ignore[arg-type]
    await restart(world)
    assert "parents" not in str(world.card(gone).embeds[0].to_dict())
    assert "withdrawn" in (world.card(gone).embeds[0].title or "")
    assert world.card(edited).embeds[0].description == "why do cats purr"
    assert world.card(kept).embeds[0].description == "why is the moon sometimes red"


async def test_every_button_and_form_works_after_a_restart(world: World) -> None:
    number = await world.ask(world.mia, "Why do cats purr?")
    opened = await world.press(world.noor, number, "answer")
    assert opened.modal is not None
    await restart(world)
    for action in ("claim", "me_too", "more"):
        assert said(await world.press(world.noor, number, action))
    assert (await world.press(world.noor, number, "follow_up")).modal is not None
    told = await raw_submit(world.noor, world.biology, opened.modal["custom_id"], text="To calm themselves.", **SOURCE)
    assert f"#{number}.1" in said(told)


async def test_cards_that_were_not_sent_are_sent_once_after_a_restart(world: World) -> None:
    number = await world.ask(world.mia, "Why do cats purr?")
    await restart(world)
    assert world.card(number).id
    assert "Commands" not in said(await world.mia.slash(world.biology, "desk"))
