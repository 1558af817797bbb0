"""What the operator types, in a process of its own: what it says, what it leaves, and its exit code."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.lock import only_one
from bot.media import MediaStore
from bot.services.library import Library
from bot.services.researchers import asking
from bot.storage import migrations
from bot.storage.database import Database
from tests.cast import NOOR, OKAFOR, MovableClock
from tests.exports import contents, export, message, write

ROOT = Path(__file__).parents[2]
LEAVES = "Why do leaves turn red in autumn?"
BECAUSE = "Because the green goes first, and the red is made late in the year"


def command(*typed: object) -> list[str]:
    return [sys.executable, "-m", "bot", *map(str, typed)]


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with these settings only."""
    named = {"DISCORD_TOKEN", "DATA_DIR", "MESSAGE_CONTENT", "SITE_PORT", "SITE_HOST", "SITE_URL", "LOG_LEVEL"}
    inherited = {name: value for name, value in os.environ.items() if name not in named}
    return inherited | {"PYTHONPATH": str(ROOT)} | settings


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return an empty folder to work in, so that no .env is read."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def vademecum(here: Path, *typed: object, **settings: str) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        command(*typed),
        cwd=here,
        env=environment(**settings),
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=50,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    return ran


@pytest.fixture
def science(tmp_path: Path) -> Path:
    chat = [message(1, LEAVES), message(2, BECAUSE, NOOR.user_id, reply_to=1), message(3, "Good morning")]
    return write(tmp_path / "science.json", export(chat))


def test_what_is_imported_backed_up_and_restored_is_there_again(here: Path, science: Path) -> None:
    imported = vademecum(here, "import", science, "--data", "library")
    assert imported.returncode == 0
    assert "1 question logged." in imported.stdout
    assert "1 answer kept." in imported.stdout
    assert "1 message that neither asks nor replies" in imported.stdout
    assert imported.stderr == ""
    before = contents(here / "library/vademecum.sqlite3")

    again = vademecum(here, "import", science, "--data", "library", "--json")
    assert json.loads(again.stdout) == {
        "messages_read": 3,
        "questions_logged": 0,
        "answers_kept": 0,
        "already_there": 2,
        "skipped": {"not_a_question": 1},
        "files": {},
        "dry_run": False,
    }

    assert "Backed up" in vademecum(here, "backup", "monday.tar", "--data", "library").stdout
    unasked = vademecum(here, "restore", "monday.tar", "--data", "library")
    assert (unasked.returncode, unasked.stdout) == (1, "")
    restored = vademecum(here, "restore", "monday.tar", "--data", "library", "--yes")
    assert restored.returncode == 0
    assert "before-restore-" in restored.stdout
    assert contents(here / "library/vademecum.sqlite3") == before
    elsewhere = vademecum(here, "restore", "monday.tar", DATA_DIR="moved")
    assert elsewhere.returncode == 0
    assert contents(here / "moved/vademecum.sqlite3") == before

    checked = vademecum(here, "check", "--data", "library")
    assert checked.returncode == 0
    assert "The database is whole." in checked.stdout


def test_a_rehearsal_says_the_same_and_keeps_nothing(here: Path, science: Path) -> None:
    rehearsed = json.loads(vademecum(here, "import", science, "--dry-run", "--json", "--data", "library").stdout)
    assert rehearsed.pop("dry_run") is True
    assert list(here.iterdir()) == []
    done = json.loads(vademecum(here, "import", science, "--json", "--data", "library").stdout)
    assert done.pop("dry_run") is False
    assert rehearsed == done
    before = contents(here / "library/vademecum.sqlite3")
    told = vademecum(here, "import", science, "--dry-run", "--data", "library").stdout
    assert "rehearsal" in told
    assert "2 were already there." in told
    assert contents(here / "library/vademecum.sqlite3") == before


def test_a_malformed_file_is_refused_in_one_line_and_keeps_all_out(here: Path, science: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(science.read_text().replace('"content": "Good morning"', '"content": 7'))

    ran = vademecum(here, "import", science, broken, "--data", "library")

    line = broken.read_text().split("\n").index('      "content": 7,') + 1
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.startswith(f"vademecum: {broken} cannot be imported: line {line}, ")
    assert "messages[2].content" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert contents(here / "library/vademecum.sqlite3")["question"] == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["import", "--help"], 0),
        ([], 2),
        (["improt"], 2),
        (["import"], 2),
        (["site"], 2),
        (["site", "build"], 1),
        (["site", "serve", "--port", "99999"], 2),
        (["sandbox", "--port", "x"], 2),
        (["import", "gone.json"], 1),
        (["backup", "monday.tar"], 1),
        (["restore", "gone.tar"], 1),
        (["db", "upgrade"], 0),
        (["check"], 0),
    ],
)
def test_exit_codes(here: Path, typed: list[str], code: int) -> None:
    ran = vademecum(here, *typed)
    assert ran.returncode == code
    assert bool(ran.stderr) == (code != 0)
    if code == 1:
        assert ran.stderr.count("\n") == 1


def test_a_wrong_setting_is_named_before_anything_starts(here: Path) -> None:
    for typed in (["run"], ["sandbox"], ["check"], ["db", "upgrade"], ["backup", "x.tar"], ["import", "x.json"]):
        ran = vademecum(here, *typed, SITE_PORT="eighty")
        assert ran.returncode == 1
        assert ran.stderr.startswith("vademecum: SITE_PORT cannot be used: expected a port number")
    assert list(here.iterdir()) == []


def test_the_database_is_upgraded_once(here: Path) -> None:
    first = vademecum(here, "db", "upgrade")
    assert "0001_first" in first.stdout
    assert migrations.version_of(here / "data/vademecum.sqlite3") == migrations.latest()
    assert "is up to date" in vademecum(here, "db", "upgrade").stdout


def test_a_newer_or_foreign_database_is_left_alone(here: Path, science: Path) -> None:
    vademecum(here, "db", "upgrade")
    database = here / "data/vademecum.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 999")
    for typed in (["db", "upgrade"], ["import", science], ["check"]):
        ran = vademecum(here, *typed)
        assert ran.returncode == 1
        assert "newer Vademecum" in ran.stdout + ran.stderr
    database.write_bytes(b"hello" * 1000)
    for typed in (["db", "upgrade"], ["import", science], ["check"]):
        ran = vademecum(here, *typed)
        assert ran.returncode == 1
        assert "not a database of Vademecum" in ran.stdout + ran.stderr
    assert database.read_bytes() == b"hello" * 1000
    assert vademecum(here, "backup", "monday.tar").returncode == 1
    assert not (here / "monday.tar").exists()


def test_logs_and_output_hold_no_message_and_no_name(here: Path, science: Path) -> None:
    ran = vademecum(here, "import", science, LOG_LEVEL="DEBUG")
    held = contents(here / "data/vademecum.sqlite3")
    assert LEAVES in str(held)
    assert "Mia" in science.read_text()
    for text in (LEAVES, BECAUSE, "Mia", "Noor"):
        assert text not in ran.stdout + ran.stderr
    for name in ("Mia", "Noor"):
        assert name not in str(held)


def started(here: Path, *typed: object) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command(*typed), cwd=here, env=environment(), stdout=pipe, stderr=pipe)


def kept(database: Path) -> int:
    """Count what another process has committed so far."""
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            counts = "SELECT (SELECT COUNT(*) FROM question) + (SELECT COUNT(*) FROM answer)"
            count: int = connection.execute(counts).fetchone()[0]
            return count
    except sqlite3.OperationalError:
        return 0


def test_an_import_that_was_killed_is_completed_by_the_next(here: Path, tmp_path: Path) -> None:
    """Killed twice, once among the questions and once among the answers, it ends as if it had run once."""
    count = 6500  # many batches, so that a busy machine does not miss the moment between two
    chat = [message(number, f"Why do all {number} moons of Neptune shine at night?") for number in range(1, count + 1)]
    chat += [message(count + number, BECAUSE, NOOR.user_id, reply_to=number) for number in range(1, count + 1)]
    file = write(tmp_path / "science.json", export(chat))
    database = here / "data/vademecum.sqlite3"

    reached = []
    for enough in (1, count + 1):
        process = started(here, "import", file)
        until = time.monotonic() + 30
        while kept(database) < enough and time.monotonic() < until and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        reached.append(kept(database))
    assert 0 < reached[0] < reached[1] < 2 * count
    assert all(number % 1000 in {0, count % 1000} for number in reached)

    assert vademecum(here, "import", file).returncode == 0
    assert vademecum(here, "import", file, "--data", "clean").returncode == 0
    assert kept(database) == 2 * count
    assert contents(database) == contents(here / "clean/vademecum.sqlite3")


def test_ctrl_c_ends_an_import_and_the_next_completes_it(here: Path, tmp_path: Path) -> None:
    many = (message(number, f"Why do all {number} moons of Neptune shine at night?") for number in range(1, 20_000))
    file = write(tmp_path / "science.json", export(many))
    process = started(here, "import", file)
    until = time.monotonic() + 30
    while not (here / "data/vademecum.sqlite3").exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.2)  # into the reading
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == 130
    assert complaint.decode() == "Stopped.\n"
    assert vademecum(here, "import", file).returncode == 0
    assert kept(here / "data/vademecum.sqlite3") == 19_999


MEASURE = """
import resource, sys
from bot.cli import main
code = main(["import", sys.argv[1], "--data", "measured"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, code)
"""


def test_memory_does_not_grow_with_the_file(here: Path, tmp_path: Path) -> None:
    def peak(file: Path) -> int:
        """Return the most memory that importing `file` took, in MB."""
        measured = [sys.executable, "-c", MEASURE, str(file)]
        ran = subprocess.run(
            measured, cwd=here, env=environment(), text=True, capture_output=True, timeout=50, check=True
        )
        kilobytes, code = ran.stdout.split("\n")[-2].split()
        assert code == "0"
        return int(kilobytes) // 1000

    def generated(name: str, count: int) -> Path:
        """Write a channel of `count` messages of 6 kB, every tenth of them a question, without holding it in memory."""
        embed = [{"title": "", "description": "x" * 5000}]
        head, tail = json.dumps(export([])).split("[]")
        with (tmp_path / name).open("w") as file:
            file.write(head + "[")
            for number in range(count):
                text = f"Why do all {number} moons of Neptune shine?" if number % 10 == 0 else "We go home at three"
                file.write(json.dumps(message(number, text, embeds=embed)) + ("," if number < count - 1 else ""))
            file.write("]" + tail)
        return tmp_path / name

    small, large = generated("small.json", 100), generated("large.json", 16_000)
    assert large.stat().st_size > 80_000_000
    assert peak(large) < peak(small) + 25


async def test_a_running_bot_goes_on_writing_during_an_import(here: Path, tmp_path: Path) -> None:
    many = (message(number, f"Why do all {number} moons of Neptune shine at night?") for number in range(1, 8_000))
    file = write(tmp_path / "science.json", export(many))
    migrations.upgrade(here / "data/vademecum.sqlite3")
    with only_one(here / "data"):
        database = await Database.open(here / "data/vademecum.sqlite3", MovableClock())
        library = Library(database, MovableClock(), MediaStore(here / "data/media"))
        try:
            process = started(here, "import", file)
            asked = 0
            while process.poll() is None:
                ask = asking.Ask(f"How do {asked} trees drink?", channel_id=1)
                await asking.ask_question(OKAFOR, library, ask)
                asked += 1
            process.communicate(timeout=30)
        finally:
            await database.close()
    assert process.returncode == 0
    assert asked > 0
    held = contents(here / "data/vademecum.sqlite3")
    assert len(held["question"]) == 7_999 + asked
    assert sorted(row[4] for row in held["question"]) == list(range(1, 8_000 + asked))


def test_a_damaged_database_is_neither_rehearsed_on_nor_backed_up(here: Path, science: Path) -> None:
    (here / "data").mkdir()
    (here / "data/vademecum.sqlite3").write_bytes(b"hello" * 1000)
    for typed in (["import", science, "--dry-run"], ["backup", "monday.tar"]):
        ran = vademecum(here, *typed)
        assert ran.returncode == 1
        assert "cannot be copied" in ran.stderr
    assert [path.name for path in here.iterdir()] == ["data"]
