"""The benchmarks work and say what they are to say. No time is judged here: that is what `make bench` is for."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bench import __main__ as command
from bench import libraries, measuring, searching
from bench.exports import write_export
from bench.figures import Figure, table, write
from bench.pairs import run_pairs
from bot.services.importing.choosing import Candidate, choose
from bot.services.importing.reading import read_header, read_messages

FAST = Figure("fast", ours=3.0, floor=2.0, goal=2.0, unit="s")
SLOW = Figure("slow", ours=500.0, floor=100.0, goal=4.0, unit="MiB")
BESIDE = Figure("beside", ours=3.0, floor=2.0, goal=None, unit="s")


def test_a_ratio_is_what_must_be_small() -> None:
    assert (FAST.ratio, FAST.reached) == (1.5, True)
    assert (SLOW.ratio, SLOW.reached) == (5.0, False)


def test_the_table_names_what_was_missed() -> None:
    head, fast, slow, beside = table([FAST, SLOW, BESIDE]).splitlines()
    assert head.split() == ["figure", "ours", "floor", "unit", "ratio", "goal"]
    assert fast.split() == ["fast", "3", "2", "s", "1.50", "2", "reached"]
    assert slow.split() == ["slow", "500", "100", "MiB", "5.00", "4", "MISSED"]
    assert beside.split() == ["beside", "3", "2", "s", "1.50"]
    assert BESIDE.reached


def test_the_file_has_a_line_each_and_only_of_the_last_run(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    write(file, [SLOW, SLOW])
    write(file, [FAST, SLOW])
    first, second = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    assert first == {"name": "fast", "ours": 3.0, "floor": 2.0, "ratio": 1.5, "goal": 2.0, "unit": "s"}
    assert second["name"] == "slow"


def test_starting_measures_a_ready_bot_and_its_memory() -> None:
    time, memory = measuring.starting(runs=1)
    assert (time.unit, time.goal, memory.unit, memory.goal) == ("s", 1.25, "MiB", 1.3)
    assert time.floor > 0
    assert 10 < memory.floor < 500
    assert 10 < memory.ours < 500


def test_the_floor_has_forty_commands_and_ours_has_its_own() -> None:
    ours, floor = run_pairs("starting", 1).values("commands")
    assert floor == 40 + 1  # the group of /question ask counts too
    assert ours > 15


def test_bursting_measures_with_and_without_a_slow_disk() -> None:
    """The child fails unless every question that was acknowledged stands in the database."""
    total, patience, slow, strict = measuring.bursting(runs=1, count=20)
    assert [one.goal for one in (total, patience, slow, strict)] == [4.0, 1.0, 6.0, 4.0]
    assert 0 < patience.ours <= total.ours
    assert slow.ours > measuring.SLOW_FSYNC_MS / 1000


def test_importing_measures_what_is_imported() -> None:
    whole, each = measuring.importing(runs=1, messages=300)
    assert (whole.goal, each.goal) == (6.0, 1.0)
    assert whole.ours / 300 * 1000 == pytest.approx(each.ours)


def test_the_generated_export_is_the_same_each_time_and_as_mixed_as_a_chat(tmp_path: Path) -> None:
    first, again = tmp_path / "first.json", tmp_path / "again.json"
    write_export(first, 1000)
    write_export(again, 1000)
    assert first.read_bytes() == again.read_bytes()
    export = read_header(first)
    chosen = [choose(export, message) for message in read_messages(export, lambda _bytes: None)]
    assert len(chosen) == 1000
    kinds = [one.kind if isinstance(one, Candidate) else one.reason for one in chosen]
    assert 50 <= kinds.count("question") <= 90
    assert 140 <= kinds.count("reply") <= 200
    assert kinds.count("bot")


def test_searching_measures_each_kind_beside_the_same_library_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SECONDS", 0)
    figures = searching.searching(documents=3_000, count=6, measured=(1, 4))
    goals = [one.goal for one in figures]
    assert goals == [1.5, 2.0] * len(searching.KINDS) + [None] * 3 * len(searching.NARROWED)
    assert all(one.ours > 0 < one.floor for one in figures)


def test_the_libraries_are_as_uneven_as_is_said_and_the_same_each_time(tmp_path: Path) -> None:
    sizes = libraries.sizes(1_000_000, 500)
    assert (sum(sizes), round(sizes[0] / sizes[99]), sizes[-1]) == (1_000_000, 100, 294)
    words = libraries.words()
    first, again = (list(libraries.documents(2, 500, words)) for _ in range(2))
    assert first == again
    assert len({(one.kind, one.id) for one in first}) == 500
    libraries.build(tmp_path / "two.sqlite3", [(1, 300), (2, 200)])
    with closing(sqlite3.connect(tmp_path / "two.sqlite3")) as database:
        counts = [
            database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
            for table in (f"search_{libraries.server_of(1)}", f"search_{libraries.server_of(2)}", "server")
        ]
        kept = database.execute(
            "SELECT (SELECT COUNT(*) FROM question) + (SELECT COUNT(*) FROM answer) + (SELECT COUNT(*) FROM block)"
        ).fetchone()[0]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert (counts, kept) == ([300, 200, 2], 500)


@pytest.mark.parametrize("library", [1, 3])
def test_what_is_searched_for_is_of_its_kind(library: int) -> None:
    texts = [set(one.text.split()) for one in libraries.documents(library, 2_000, libraries.words())]
    searches = list(searching.searches_in(library, 2_000))
    assert Counter(kind for kind, _ in searches) == dict.fromkeys(searching.KINDS, searching.SEARCHES)
    found = {kind: [set(typed.split()) for one, typed in searches if one == kind] for kind in searching.KINDS}
    assert all(1 <= sum(words <= text for text in texts) <= searching.RARE for words in found["rare"])
    assert all(sum(words <= text for text in texts) > 100 for words in found["common"])
    assert all(any(words <= text for text in texts) for words in found["two"])
    assert all(any(words & text for text in texts) for words in found["or"])


def test_a_child_that_fails_is_a_failure() -> None:
    with pytest.raises(RuntimeError, match="importing ours failed"):
        run_pairs("importing", 1, "no-such-file.json")


def test_the_command_measures_what_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results.jsonl")
    monkeypatch.setitem(command.MEASURES, "starting", lambda: [FAST])
    monkeypatch.setitem(command.MEASURES, "bursting", lambda: pytest.fail("nobody asked for it"))
    assert command.main(["starting"]) == 0
    assert "fast" in capsys.readouterr().out
    assert len((tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert command.main(["cooking"]) == 2
    assert "cooking" in capsys.readouterr().err
