"""Details of the command line that need no process of their own."""

from __future__ import annotations

import io
import os
import stat
import tomllib
from pathlib import Path

import pytest

import bot
from bot.cli import main, saying
from bot.cli.lock import is_held, only_one
from bot.errors import WrongState
from bot.media import MediaStore
from tests.cast import NOOR
from tests.exports import export, message, write

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder without settings."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("DISCORD_TOKEN", "DATA_DIR", "MESSAGE_CONTENT", "SITE_PORT", "SITE_HOST", "SITE_URL", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    return folder


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == bot.__version__


def test_only_one_bot_runs_on_a_folder(here: Path) -> None:
    assert not is_held(here / "data")
    with only_one(here / "data"):
        assert is_held(here / "data")
        with pytest.raises(WrongState) as refused, only_one(here / "data"):
            pass
        assert refused.value.places == {"folder": here / "data", "pid": str(os.getpid())}
    assert not is_held(here / "data")
    with only_one(here / "data"):
        pass


@pytest.mark.parametrize(
    "typed", [["restore", "x.tar", "--yes"], ["db", "upgrade"], ["run"], ["sandbox", "--data", "data"]]
)
def test_what_needs_the_folder_for_itself_waits_for_the_bot(
    here: Path, typed: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")
    with only_one(here / "data"):
        assert main(typed) == 1
    assert f"in use by the Vademecum with process id {os.getpid()}" in capsys.readouterr().err


def test_an_import_leaves_a_running_bot_its_turns(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(here / "science.json", export([message(1, "Why do leaves turn red?")]))
    with only_one(here / "data"):
        assert main(["import", str(file)]) == 0
    assert "1 question logged." in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_how_far_it_is_on_a_terminal(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = [message(1, "Why do leaves turn red?"), message(2, "The green goes first", NOOR.user_id, reply_to=1)]
    file = write(here / "science.json", export(chat))
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert main(["import", str(file)]) == 0
    assert "Reading: 100%" in terminal.getvalue()
    assert "Keeping: 100%" in terminal.getvalue()


def test_restoring_asks_on_a_terminal(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "upgrade"]) == 0
    assert main(["backup", "monday.tar"]) == 0
    for typed, code in (("no", 1), ("", 1), ("yes", 0), ("Y", 0)):
        monkeypatch.setattr("sys.stdin", Terminal(f"{typed}\n"))
        assert main(["restore", "monday.tar"]) == code
        assert "Replace the data in data?" in capsys.readouterr().out
    assert main(["backup", "gone/monday.tar"]) == 1
    assert main(["backup", "monday.tar", "--force"]) == 0


def test_a_damaged_file_is_told_of(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade"]) == 0
    store = MediaStore(here / "data/media")
    digest = store.put(b"good")
    store.path(digest).write_bytes(b"bad")
    assert main(["backup", "monday.tar"]) == 0
    assert digest in capsys.readouterr().err


def checked(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    capsys.readouterr()
    code = main(["check"])
    return code, [line for line in capsys.readouterr().out.split("\n") if line.startswith("mend")]


def test_check_finds_nothing_to_mend_in_a_new_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(capsys) == (0, [])
    assert list(here.iterdir()) == []
    assert main(["db", "upgrade"]) == 0
    assert checked(capsys) == (0, [])


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("DISCORD_TOKEN", "hello", "does not look like a bot token"),
        ("SITE_PORT", "8080", "SITE_URL is not"),
        ("DATA_DIR", "file/data", "cannot be written"),
    ],
)
def test_check_names_a_setting_and_its_mend(
    here: Path, name: str, value: str, mend: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "file").write_text("")
    monkeypatch.setenv(name, value)
    code, mends = checked(capsys)
    assert code == 1
    assert len(mends) == 1
    assert mend in mends[0]
    assert value != "hello" or value not in mends[0]


def test_check_tells_which_intent_must_be_granted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check"])
    assert "no privileged intent" in capsys.readouterr().out
    monkeypatch.setenv("MESSAGE_CONTENT", "yes")
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")
    monkeypatch.setenv("SITE_PORT", "8080")
    monkeypatch.setenv("SITE_URL", "https://library.example.org")
    assert main(["check"]) == 0
    told = capsys.readouterr().out
    assert "switch on Message Content Intent" in told
    assert "a.b.c" not in told


def test_check_finds_missing_files_and_damage(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "maple.png").write_bytes(b"red")
    picture = {"id": "1", "url": "maple.png", "fileName": "maple.png", "fileSizeBytes": 3}
    file = write(here / "science.json", export([message(1, "Why do leaves turn red?", attachments=[picture])]))
    assert main(["import", str(file)]) == 0
    assert "1 file copied" in capsys.readouterr().out
    assert checked(capsys) == (0, [])
    (kept,) = [path for path in (here / "data/media").rglob("*") if path.is_file()]
    kept.unlink()
    assert "1 file is missing" in checked(capsys)[1][0]
    database = here / "data/vademecum.sqlite3"
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:])
    assert "damaged" in checked(capsys)[1][0]


def test_check_says_that_an_upgrade_waits(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "upgrade"]) == 0
    monkeypatch.setattr("bot.storage.migrations.latest", lambda: 99)
    assert "vademecum db upgrade" in checked(capsys)[1][0]


def test_little_disk_space_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("bot.cli.checking.ENOUGH_BYTES", 10**18)
    assert "disk space" in checked(capsys)[1][0]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (952320, "952.3 kB"),
        (84_500_000_000, "84.5 GB"),
        (2 * 10**12, "2.0 TB"),
    ],
)
def test_sizes_as_people_read_them(count: int, text: str) -> None:
    assert saying.size_of(count) == text


def test_an_example_of_settings_says_nothing_by_itself() -> None:
    example = ROOT / ".env.example"
    assert not [line for line in example.read_text().split("\n") if line and not line.startswith("#")]
    assert stat.S_IMODE(example.stat().st_mode) & 0o111 == 0
