"""The witness of syncs can be trusted: it believes an honest bot and catches one that is hasty."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shims import read_syncs
from tests.wire.conftest import Room
from tests.wire.disk import Disk
from tests.wire.rest import Call
from tests.wire.running import RunningBot


@pytest.mark.parametrize(("kind", "honest"), [("parrot", True), ("hasty-parrot", False)])
async def test_an_acknowledgement_rests_on_what_is_synced_or_is_caught(
    room: Room, tmp_path: Path, fsync_shim: Path, kind: str, honest: bool
) -> None:
    discord = room.discord
    disk = Disk(tmp_path / "disk", fsync_shim, "parrot.db")
    synced_when_said: list[bool] = []

    def witness(call: Call) -> None:
        if call.text.startswith("Kept"):
            synced_when_said.append(disk.holds("SELECT 1 FROM kept WHERE text = ?", call.text.removeprefix("Kept ")))

    discord.witness = witness
    async with RunningBot(discord, tmp_path / "data", kind=kind) as bot:
        bot.environment |= disk.environment
        await bot.start()
        for number in range(5):
            await discord.told(discord.slash(room.mia, room.channel, "parrot keep", text=f"word {number}"))

    assert synced_when_said == [honest] * 5
    assert len([sync for sync in read_syncs(disk.log) if sync.path.endswith("parrot.db-wal")]) >= 5


async def test_a_power_cut_leaves_what_was_synced_and_a_bot_starts_on_it(
    room: Room, tmp_path: Path, fsync_shim: Path
) -> None:
    discord = room.discord
    disk = Disk(tmp_path / "disk", fsync_shim, "parrot.db")
    async with RunningBot(discord, tmp_path / "data", kind="parrot") as bot:
        bot.environment |= disk.environment
        await bot.start()
        await discord.told(discord.slash(room.mia, room.channel, "parrot keep", text="before"))
        await bot.kill()
        disk.cut_power(bot.data_dir)
        await bot.start()
        await discord.told(discord.slash(room.mia, room.channel, "parrot keep", text="after"))

    assert disk.holds("SELECT 1 FROM kept WHERE text = 'before'")
    assert disk.holds("SELECT 1 FROM kept WHERE text = 'after'")
    assert not disk.holds("SELECT 1 FROM kept WHERE text = 'never'")
