"""A file is refused with the place where it stops being an export; what the exporter may write is read."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.services.importing import reading
from bot.services.importing.reading import BLOCK, Export, read_header, read_messages, time_of
from tests.cast import SERVER
from tests.exports import CHANNEL, export, message, write

LEAVES = "Why do leaves turn red in autumn?"


def read(path: Path) -> list[dict[str, Any]]:
    return list(read_messages(read_header(path), lambda _: None))


def refusal(path: Path) -> dict[str, Any]:
    with pytest.raises(BadInput) as refused:
        read(path)
    return dict(refused.value.places) | {"key": refused.value.key}


def test_the_head_says_which_channel_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "science.json", export([]))
    assert read_header(path) == Export(path, SERVER, "Lakeside School", CHANNEL)
    assert read(path) == []


def test_the_head_may_stand_at_the_end(tmp_path: Path) -> None:
    exported = export([message(1, LEAVES)])
    path = write(tmp_path / "science.json", {"messages": exported["messages"]} | exported)
    assert [one["content"] for one in read(path)] == [LEAVES]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "science.json"
    path.write_text(json.dumps(export([message(1, LEAVES)])), encoding="utf-8-sig")
    assert len(read(path)) == 1
    path.write_text('{"guild"', encoding="utf-8-sig")
    assert refusal(path)["byte"] == 10


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("2019-11-15T12:18:00.001+00:00", 1573820280001),
        ("2019-11-15T12:18:00+00:00", 1573820280000),
        ("2019-11-15T14:18:00.0010000+02:00", 1573820280001),
        ("2019-11-15T12:18:00.1234567Z", 1573820280123),
        ("2019-11-15T02:33:00.5-09:45", 1573820280500),
        ("1969-12-31T23:59:59.999+00:00", -1),
    ],
)
def test_times_of_every_form_that_is_written(written: str, milliseconds: int) -> None:
    assert time_of(written) == milliseconds


@pytest.mark.parametrize(
    "written", ["2019-11-15T12:18:00", "yesterday", "", "2019-13-15T12:18:00Z", 1573820280, None, {}]
)
def test_other_times_are_refused(tmp_path: Path, written: Any) -> None:
    found = refusal(write(tmp_path / "science.json", export([message(1, LEAVES, timestamp=written)])))
    assert found["where"] == "messages[0].timestamp"


def wrong_fields() -> Iterator[tuple[str, dict[str, Any], str]]:
    values_of: dict[str, list[Any]] = {
        "id": [None, 1, "", "abc", "٣", "9" * 19, "9" * 40, "-1"],
        "type": [None, True, {}],
        "content": [None, 7, ["a"]],
        "author": [None, "Mia", []],
        "attachments": ["maple.png", {}, ["maple.png"]],
        "mentions": ["Ben", [7]],
        "reference": ["1", [], 7],
    }
    for field, values in values_of.items():
        for value in values:
            yield field, {field: value}, f"messages[1].{field}"
    author = message(1, "")["author"]
    yield "an author's id", {"author": author | {"id": 7}}, "messages[1].author.id"
    yield "an author's missing id", {"author": {"isBot": False}}, "messages[1].author.id"
    yield "whether a bot", {"author": author | {"isBot": "no"}}, "messages[1].author.isBot"
    yield "what a reply is to", {"reference": {"messageId": 7}}, "messages[1].reference.messageId"


@pytest.mark.parametrize(
    ("fields", "where"), [pytest.param(*case[1:], id=f"{case[0]}-{case[1]}"[:60]) for case in wrong_fields()]
)
def test_a_wrong_field_is_named_with_its_line(tmp_path: Path, fields: dict[str, Any], where: str) -> None:
    path = write(tmp_path / "science.json", export([message(1, LEAVES), message(2, "x") | fields, message(3, "y")]))

    found = refusal(path)

    assert found["key"] == "importing.malformed"
    assert found["where"] == where
    line = path.read_text().split("\n")[found["line"] - 1]
    assert json.dumps(where.rpartition(".")[2]) in line or "}" in line
    second = path.read_text().index('"id": ', path.read_text().index(LEAVES))
    assert found["byte"] > second - 200
    assert "Leaves" not in str(found)


def test_a_missing_field_is_placed_at_the_end_of_its_message(tmp_path: Path) -> None:
    lacking = message(2, "x")
    del lacking["content"]
    path = write(tmp_path / "science.json", export([message(1, LEAVES), lacking]))
    found = refusal(path)
    assert found["where"] == "messages[1].content"
    assert path.read_text().split("\n")[found["line"] - 1] == "    }"


@pytest.mark.parametrize("entry", [None, "x", 7, [[]], []])
def test_a_message_that_is_none(tmp_path: Path, entry: Any) -> None:
    exported = export([message(1, LEAVES)])
    exported["messages"].append(entry)
    assert refusal(write(tmp_path / "science.json", exported))["where"] == "messages[1]"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"guild": None}, "guild.id"),
        ({"guild": {"id": "7"}}, "guild.name"),
        ({"guild": {"id": "7", "name": None}}, "guild.name"),
        ({"guild": {"id": 7, "name": "Lakeside School"}}, "guild.id"),
        ({"channel": {"name": "science"}}, "channel.id"),
        ({"messages": {}}, "messages"),
        ({"messages": "none"}, "messages"),
        ({"messages": "start_array"}, "messages"),
        ({"messages": {"item": {}}}, "messages"),
    ],
)
def test_a_wrong_head_is_named(tmp_path: Path, change: dict[str, Any], where: str) -> None:
    found = refusal(write(tmp_path / "science.json", export([message(1, LEAVES)]) | change))
    assert (found["key"], found["where"]) == ("importing.malformed", where)


@pytest.mark.parametrize("text", ["[]", "7", "null", '"x"', "{}", "[[[[]]]]"])
def test_json_that_is_no_export(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    assert refusal(tmp_path / "x.json")["where"] == "guild.id"


def test_direct_messages_are_private(tmp_path: Path) -> None:
    path = write(tmp_path / "dm.json", export([message(1, LEAVES)], server=0))
    assert refusal(path)["key"] == "importing.direct_messages"


@pytest.mark.parametrize("cut", [0, 1, 40, 400, 1500, -1, -30])
def test_a_file_that_ends_too_early(tmp_path: Path, cut: int) -> None:
    whole = json.dumps(export([message(1, LEAVES), message(2, "x")]), indent=2)
    path = tmp_path / "science.json"
    path.write_text(whole[:cut])
    found = refusal(path)
    assert found["key"] == "importing.malformed"
    assert found["byte"] <= len(whole[:cut])


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        (b'{\n"guild": {"id": "7",\n,', 3),
        (b'{\n\n"guild": {"id": "\xff"}}', 3),
        (b'{\n\n"guild": {"id": "\xed\xa0\xbd"}}', 3),
        (b'{\n"guild": {"id": NaN}}', 2),
        (b"\n\n\nhello", 4),
        (b'{"guild": {"id": "7', 1),
    ],
)
def test_what_is_not_json_is_placed(tmp_path: Path, broken: bytes, line: int) -> None:
    (tmp_path / "x.json").write_bytes(broken)
    assert refusal(tmp_path / "x.json")["line"] == line


def test_a_fault_far_into_a_large_file_is_placed_to_the_byte(tmp_path: Path) -> None:
    whole = json.dumps(export(message(number, "x" * 50) for number in range(1000)), indent=2)
    assert len(whole) > 5 * BLOCK
    at = whole.index('"isPinned"', 4 * BLOCK)
    path = tmp_path / "science.json"
    path.write_text(whole[:at] + "?" + whole[at:])

    found = refusal(path)

    assert found["byte"] == at
    assert found["line"] == whole[:at].count("\n") + 1
    assert found["column"] == at - whole.rindex("\n", 0, at)
    path.write_text(whole + "\n{}")
    assert refusal(path)["byte"] == len(whole) + 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.json")["key"] == "importing.unreadable"
    assert refusal(tmp_path)["key"] == "importing.unreadable"


def test_a_message_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_MESSAGE", 3 * BLOCK)
    many = write(tmp_path / "many.json", export(message(number, "x" * 500) for number in range(1000)))
    assert len(read(many)) == 1000
    exported = json.loads(many.read_text())
    assert len(read(write(many, {"messages": exported["messages"]} | exported))) == 1000
    huge = write(tmp_path / "huge.json", export([message(1, "x"), message(2, "x" * 5 * BLOCK)]))
    assert refusal(huge)["where"] == "messages[1]"


def test_half_of_a_surrogate_pair_does_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "science.json", export([message(1, "a \ud83d b"), message(2, "\U0001f600")]))
    first, second = read(path)
    first["content"].encode()
    assert second["content"] == "\U0001f600"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 3000), byte=st.integers(0, 255), cut=st.booleans())
def test_whatever_happens_to_a_file_it_is_read_or_refused(tmp_path: Path, at: int, byte: int, cut: bool) -> None:
    whole = json.dumps(export([message(1, LEAVES), message(2, "because", reply_to=1)])).encode()
    path = tmp_path / "science.json"
    path.write_bytes(whole[:at] if cut else whole[:at] + bytes([byte]) + whole[at + 1 :])
    with contextlib.suppress(BadInput):
        assert len(read(path)) <= 2
