"""Every query that the code asks for stands in its room's file, and every query there is asked for."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage import database, migrations, queries

ROOT = Path(queries.__file__).parents[2]


def asked_for(source: str) -> Iterator[tuple[str, str]]:
    """Find every ``tx.<room>.<query>`` in a program text, and those of a room that was loaded by itself."""
    tree = ast.parse(source)
    loaded = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "queries.load"
        and isinstance(node.args[0], ast.Constant)
    ]
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="tx"), attr=room), attr=query):
                if room in database.ROOMS:
                    yield room, query
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr="_room"), attr=query):
                yield str(loaded[0]), query


def sources() -> Iterator[str]:
    for folder in ("bot", "cogs"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.read_text("utf-8")


ASKED_FOR = {one for source in sources() for one in asked_for(source)}


@pytest.mark.parametrize("room", database.ROOMS)
def test_a_room_asks_for_what_there_is_and_has_nothing_else(room: str) -> None:
    there = set(queries.load(room))
    wanted = {query for where, query in ASKED_FOR if where == room}
    assert wanted - there == set(), "asked for, but not in the file"
    assert there - wanted == set(), "in the file, but nobody asks for it"


def test_a_file_of_queries_belongs_to_a_room() -> None:
    assert {path.stem for path in (ROOT / "bot" / "storage").glob("*.sql")} == set(database.ROOMS)


def test_the_check_sees_what_it_is_to_see() -> None:
    ours = "tx.outbox.heads(now=1)\nlook(lambda tx: tx.search.nothing)"
    not_ours = "tx.topics.add(1)\nother.outbox.x"
    loaded = "self._room = Room(queries.load('importing'))\nself._room.spooled()"
    found = set(asked_for(f"{ours}\n{not_ours}\n{loaded}"))
    assert found == {("outbox", "heads"), ("search", "nothing"), ("importing", "spooled")}


WHOLE_HOUSE = {
    "attachment_uses", "delete_old_drafts", "delete_old_handled", "due", "finish_work", "handled", "heads",
    "make_spool", "public_server", "public_servers", "put_off_work", "slug_taken", "spool_size", "table_exists",
}  # fmt: skip
"""Queries that are for every server at once, or about none."""
FOUND_BEFORE = re.compile(r"\b\w*id\s*=\s*:\w+|:to_id|VALUES")
"""Others name the server, or start from a row that was found with it, or add one."""


@pytest.mark.parametrize("room", database.ROOMS)
def test_no_query_crosses_servers(room: str) -> None:
    for name, sql in statements(room):
        assert name in WHOLE_HOUSE or ":server_id" in sql or FOUND_BEFORE.search(sql), f"{room}.{name}"


def statements(room: str) -> Iterator[tuple[str, str]]:
    for part in (ROOT / "bot" / "storage" / f"{room}.sql").read_text("utf-8").split("-- name: ")[1:]:
        head, _, sql = part.partition("\n")
        yield head.rstrip("^$!#*"), sql


@pytest.mark.parametrize("room", database.ROOMS)
def test_no_query_looks_through_all_answers_of_a_server_or_all_questions_of_all(room: str, tmp_path: Path) -> None:
    """SQLite has no statistics here, and takes the first index whose column has a value: it has been wrong."""
    path = tmp_path / "vademecum.sqlite3"
    migrations.upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        for name, sql in statements(room):
            if name in WHOLE_HOUSE or "candidate" in sql:  # the spool is a table of its own
                continue
            values = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
            plan = " / ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
            assert "answer_by_author (server_id=?)" not in plan, f"{room}.{name}: {plan}"
            assert not re.search(r"SCAN (question|answer|source|attachment|me_too|outbox)\b", plan), (
                f"{room}.{name}: {plan}"
            )
