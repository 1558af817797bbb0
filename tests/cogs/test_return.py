"""The bot was off, or starts anew: what happened meanwhile is made good, and every old button and form still works."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import discord
import pytest
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


async def log(
    world: World, who: simcord.MemberActor, text: str, channel: simcord.ChannelHandle | None = None
) -> tuple[int, object]:
    message = await who.send(channel or world.biology, text)
    told = said(await who.context_menu(channel or world.biology, "Log as question", message))
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


async def test_a_channel_that_the_bot_may_not_read_back_says_nothing_of_deletions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = world.guild.me
    assert me is not None
    shut = world.guild.create_text_channel(
        "shut", overwrites={me: discord.PermissionOverwrite(read_message_history=False)}
    )
    hidden, _ = await log(world, world.ben, "why is the moon sometimes red", shut)
    gone, _ = await log(world, world.mia, "why do my parents argue so much at night")

    async def nothing(*_args: object, **_named: object) -> list[object]:
        return []  # as Discord answers whom it does not let read back, and where nothing stands

    monkeypatch.setattr(discord.http.HTTPClient, "logs_from", nothing)
    await restart(world)
    assert "withdrawn" in (world.card(gone).embeds[0].title or "")
    assert world.card(hidden, shut).embeds[0].description == "why is the moon sometimes red"


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
