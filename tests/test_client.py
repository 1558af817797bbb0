"""The bot's own ends: what its log says when it stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.client import Vademecum, create_bot
from bot.settings import Settings
from bot.storage.database import Closed


async def fail(bot: Vademecum, error: Exception) -> None:
    """Let a listener of `bot` fail with `error`, as discord.py hands it on."""
    try:
        raise error  # noqa: TRY301
    except Exception:  # noqa: BLE001 - as discord.py does
        await bot.on_error("on_ready")


async def test_what_the_end_cuts_short_is_no_error_and_everything_else_is_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot = create_bot(Settings(data_dir=tmp_path))
    await fail(bot, Closed())
    assert [one.levelname for one in caplog.records] == ["ERROR"]
    caplog.clear()

    await bot.close()
    await fail(bot, Closed())
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    await fail(bot, ValueError())
    assert [one.levelname for one in caplog.records][-1:] == ["ERROR"]
