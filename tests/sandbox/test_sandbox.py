"""A sandbox from start to end: pages that work, two people at once, time, what is kept, and a clean end."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import discord
import pytest
from playwright.async_api import Browser, Page

from bot.clock import Clock
from bot.sandbox import CannotRun
from bot.sandbox.running import Running, run, start
from bot.settings import Settings
from tests.sandbox.conftest import living
from tests.sandbox.preview_page import PreviewPage
from tests.sandbox.stand_in import StandIn, make_stand_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_command_a_button_and_a_modal_work_in_a_browser(running: Running, page: Page) -> None:
    mia = await PreviewPage.open(page, running.address, "mia", "welcome")

    await mia.slash("wonder", what="why leaves fall", topic="plants")
    assert "You wonder: why leaves fall (plants)" in await mia.last_private_reply()

    await mia.press("Ask")
    await mia.fill_form(
        "What do you wonder?", **{"Your question": "Why is it wet?", "Topic": "Rivers", "How sure are you?": "Sure"}
    )
    assert "Kept: Why is it wet? · ['rivers'] · sure" in await mia.last_private_reply()


async def test_two_people_see_each_other_at_once(running: Running, page: Page, browser: Browser) -> None:
    mia = await PreviewPage.open(page, running.address, "mia", "welcome")
    async with await browser.new_context() as second:
        noor = await PreviewPage.open(await second.new_page(), running.address, "noor", "welcome")

        await mia.press("Ask")
        await mia.fill_form(**{"Your question": "Why is it wet?"})
        await noor.see("Mia wonders: Why is it wet?")
        await noor.press("Me too", on="Why is it wet?")
        assert "Counted for #7, Noor." in await noor.last_private_reply()
        await noor.say("Hello Mia")

        await mia.see("Hello Mia")
        assert await mia.messages.filter(has_text="Counted for").count() == 0


async def test_the_bots_clock_is_the_worlds(running: Running, page: Page) -> None:
    mia = await PreviewPage.open(page, running.address, "mia", "questions")
    await mia.slash("time")
    before = int((await mia.last_private_reply()).split()[-1])

    await running.sandbox.move_clock(7 * 24 * 3600)

    await mia.slash("time")
    after = int((await mia.last_private_reply()).split()[-1])
    assert after - before >= 7 * 24 * 3_600_000
    assert abs(after - running.sandbox.now().timestamp() * 1_000) < 60_000


async def test_a_later_run_with_kept_data_has_the_same_people_and_later_ids(tmp_path: Path) -> None:
    settings, seen = Settings(data_dir=tmp_path), []
    for _ in range(2):
        async with living(settings) as up:
            world = up.sandbox.world
            said = await say_as(up, "mia")
            seen.append((world.guild.id, world.channel_ids(), {key: one.id for key, one in world.people.items()}, said))
            await up.sandbox.move_clock(24 * 3600)

    assert seen[0][:3] == seen[1][:3]
    hours = (discord.utils.snowflake_time(seen[1][3]) - discord.utils.snowflake_time(seen[0][3])).total_seconds() / 3600
    assert 24 <= hours < 25, "the clock that was moved stays moved"


async def say_as(up: Running, person: str) -> int:
    async with up.sandbox._lock:
        message = await up.sandbox.world.people[person].send(up.sandbox.world.channels["welcome"], "hello")
    return message.id


async def test_a_librarys_own_data_is_not_mixed_with_the_sample_class(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.database_path.touch()

    with pytest.raises(CannotRun, match="not a sandbox"):
        async with start(settings, make_bot=make_stand_in):
            pass


async def test_a_port_that_is_taken_is_named(running: Running, tmp_path: Path) -> None:
    port = int(running.address.rstrip("/").rsplit(":", maxsplit=1)[1])
    elsewhere = asyncio.to_thread(asyncio.run, start_once(Settings(data_dir=tmp_path / "other"), port))

    with pytest.raises(CannotRun, match=f"Port {port} is taken"):
        await elsewhere


async def start_once(settings: Settings, port: int) -> None:
    async with start(settings, port, make_stand_in):
        pass


async def test_being_stopped_leaves_nothing_behind() -> None:
    bots: list[StandIn] = []
    said: list[str] = []
    ready = asyncio.Event()
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()

    def make_and_remember(settings: Settings, clock: Clock) -> StandIn:
        bots.append(make_stand_in(settings, clock))
        return bots[0]

    def announce(line: str) -> None:
        said.append(line)
        if len(said) == 3:
            ready.set()

    running = asyncio.create_task(run(Settings(), None, 0, announce, make_and_remember))
    await ready.wait()
    folder = bots[0].settings.data_dir
    assert folder.exists()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert said[0].startswith("The sandbox is ready: http://127.0.0.1:")
    assert bots[0].closed_well
    assert not folder.exists()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks
    assert set(threading.enumerate()) == threads
