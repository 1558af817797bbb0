"""`vademecum site build` and `site serve`."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.cli import main
from tests.cli.test_running import ROOT, address_said, last_words

SLUG = "riverside-school-library"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder without settings."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("DISCORD_TOKEN", "DATA_DIR", "SITE_PORT", "SITE_HOST", "SITE_URL", "LOG_LEVEL", "MESSAGE_CONTENT"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.mark.parametrize("chosen", [[], ["--server", SLUG]])
def test_the_sample_class_is_built_from_nothing(
    here: Path, chosen: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):  # what was built before is replaced
        assert main(["site", "build", "--sample", "--out", "site", *chosen]) == 0
        assert "Built the site with " in capsys.readouterr().out
    assert "Riverside School Library" in (here / "site/index.html").read_text()
    assert [path.name for path in here.iterdir()] == ["site"]


def test_a_server_is_chosen_by_its_id(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", "build", "--sample", "--out", "site", "--server", "hillside"]) == 1
    refusal = capsys.readouterr().err
    assert f"called hillside. There are: {SLUG} (" in refusal
    server_id = refusal.partition(f"{SLUG} (")[2].partition(")")[0]
    assert main(["site", "build", "--sample", "--out", "site", "--server", server_id]) == 0
    assert (here / "site/index.html").exists()


def test_a_library_that_publishes_nothing_builds_an_empty_site(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", "build", "--out", "site"]) == 1
    assert "no library in data" in capsys.readouterr().err
    assert main(["db", "upgrade"]) == 0
    assert main(["site", "build", "--out", "site"]) == 0
    assert "No question is published yet" in capsys.readouterr().out
    assert (here / "site/index.html").exists()
    assert main(["site", "build", "--out", "site", "--server", "hillside"]) == 1
    assert "There are: none." in capsys.readouterr().err
    assert main(["site", "build"]) == 0
    assert (here / "data/site/index.html").exists()


def test_what_is_no_site_is_not_replaced(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "letters").mkdir()
    (here / "letters/dear.txt").write_text("Dear Ms. Okafor")
    assert main(["site", "build", "--sample", "--out", "letters"]) == 1
    assert [path.name for path in (here / "letters").iterdir()] == ["dear.txt"]
    assert main(["site", "build", "--sample", "--out", "letters/dear.txt/site"]) == 1
    assert "could not be written" in capsys.readouterr().err


async def test_the_site_is_served_until_it_is_stopped(here: Path) -> None:
    assert await asyncio.to_thread(main, ["db", "upgrade"]) == 0
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "site", "serve", "--port", "0"),
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=pipe,
        stderr=pipe,
    )
    try:
        address = await asyncio.wait_for(address_said(process), 30)
        async with aiohttp.ClientSession() as session:
            async with session.get(address) as page:
                assert page.status == 200
            async with session.get(f"{address}hillside/") as page:
                assert page.status == 404
        process.send_signal(signal.SIGTERM)
        assert await last_words(process) == ""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", "serve", "--port", "0"]) == 1
    assert "no library in data" in capsys.readouterr().err
    assert main(["db", "upgrade"]) == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["site", "serve", "--port", str(taken.getsockname()[1])]) == 1
    assert "Choose another with --port" in capsys.readouterr().err
