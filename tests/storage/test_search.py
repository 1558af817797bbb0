"""Full-text search: quoted words in which nothing is syntax, a table per server, marks around what was found."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.services.library import Library
from bot.storage import search
from bot.storage.database import Tx
from bot.storage.search import ANSWER, MARK_END, MARK_START, QUESTION, Hit, fts_query
from tests.cast import OTHER_SERVER, SERVER

HOSTILE = [
    '"',
    '"" OR ""',
    "NEAR(a b)",
    "body : a",
    "a AND NOT b",
    "a*",
    "^a",
    "{a b} : c",
    "-",
    "(",
    "\x00",
    "a'b",
    "+",
    "🌍",
]


async def put(library: Library, entity_id: int, text: str, server_id: int = SERVER, kind: int = QUESTION) -> None:
    await library.database.write(search.put, server_id, kind, entity_id, text)


async def find(
    library: Library, typed: str, server_id: int = SERVER, *, limit: int = 50, offset: int = 0, any_word: bool = False
) -> list[int]:
    hits = await library.database.read(
        lambda tx: search.find(tx, server_id, typed, limit=limit, offset=offset, any_word=any_word)
    )
    return [hit.entity_id for hit in hits]


@pytest.mark.parametrize(
    ("typed", "every", "any_word"),
    [
        ("", "", ""),
        ("  ?!  ", "", ""),
        ("sky", '"sky"*', '"sky"*'),
        ("why is the sky blue", '"why" "is" "the" "sky" "blue"*', '"blue"*'),
        ("do whales sleep", '"do" "whales" "sleep"*', '"whales" OR "sleep"*'),
        ('a" OR b', '"a" "OR" "b"*', '"a" OR "OR" OR "b"*'),
        ("größer als", '"größer" "als"*', '"größer"*'),
        ("größer 図書館", '"größer" "図|書|館"*', '"größer" OR "図|書" OR "書|館"*'),
        ("C言語 は 木", '"C|言|語" "は" "木"*', '"言|語"*'),
        ("木", '"木"*', '"木"*'),
    ],
)
def test_words_become_a_query(typed: str, every: str, any_word: str) -> None:
    """A bar stands for the gap between characters that are written without spaces."""
    asked = [fts_query(typed), fts_query(typed, any_word=True)]
    assert [one.replace("\u200b", "|") for one in asked] == [every, any_word]


def test_only_so_many_words_count() -> None:
    for typed, any_word in (("word " * 50, False), ("word " * 50, True), ("図書館" * 50, True)):
        assert fts_query(typed, any_word=any_word).count('"') == 2 * search.WORDS_LIMIT


async def test_words_are_found_in_any_order_in_any_case_without_accents_and_as_beginnings(library: Library) -> None:
    await put(library, 1, "Pourquoi l'Été est-il chaud?")
    for typed in ("été", "ete chaud", "CHAUD pour", "cha"):
        assert await find(library, typed) == [1]
    for typed in ("hiver", "haud", "ete froid", "cha ete"):
        assert await find(library, typed) == []


async def test_chinese_and_japanese_are_found_from_anywhere_in_a_run(library: Library) -> None:
    await put(library, 1, "学校の図書館はなぜ静かですか？")
    await put(library, 2, "書館図")
    for typed in ("図書館", "館は", "静か", "図書 学校"):
        assert await find(library, typed) == [1]
    assert await find(library, "図館") == []
    assert await find(library, "図書館で走る", any_word=True) == [1, 2]
    (hit,) = await library.database.read(lambda tx: search.find(tx, SERVER, "図書館", limit=1))
    assert hit.snippet == f"学校の{MARK_START}図書館{MARK_END}はなぜ静かですか？"


async def test_what_was_indexed_before_is_put_again_bit_by_bit(library: Library) -> None:
    def as_it_was(tx: Tx) -> None:
        table = f"search_{SERVER}"
        tx.connection.executemany(
            f"INSERT INTO {table} (rowid, body) VALUES (?, ?)",
            [(16, "学校の図書館"), (32, "the library"), (48, "図書館の本"), (64, "木 tree")],
        )

    assert await library.database.write(search.put_again, SERVER, 0) is None  # which has none
    await put(library, 9, "図書館")
    await library.database.write(as_it_was)
    assert await find(library, "図書館 本") == []
    assert await library.database.write(search.put_again, SERVER, 0, 2) == 32
    assert sorted(await find(library, "図書館")) == [1, 9]
    assert await library.database.write(search.put_again, SERVER, 32, 3) == 9 * 16
    assert await library.database.write(search.put_again, SERVER, 9 * 16, 3) is None
    assert sorted(await find(library, "書館")) == [1, 3, 9]
    assert (await find(library, "木"), await find(library, "the library")) == ([4], [2])


async def test_what_is_put_again_is_found_anew_and_what_is_taken_out_is_not(library: Library) -> None:
    await put(library, 1, "whales")
    await put(library, 1, "dolphins")
    assert (await find(library, "whales"), await find(library, "dolphins")) == ([], [1])
    await library.database.write(search.take_out, SERVER, QUESTION, 1)
    assert await find(library, "dolphins") == []


async def test_within_one_change_the_last_word_counts(library: Library) -> None:
    def change(tx: Tx) -> None:
        search.put(tx, SERVER, QUESTION, 1, "whales")
        search.take_out(tx, SERVER, QUESTION, 1)
        search.take_out(tx, SERVER, QUESTION, 2)
        search.put(tx, SERVER, QUESTION, 2, "dolphins")
        search.put(tx, SERVER, QUESTION, 2, "seals")

    await library.database.write(change)
    assert [await find(library, word) for word in ("whales", "dolphins", "seals")] == [[], [], [2]]


async def test_what_a_refused_change_put_is_not_found(library: Library) -> None:
    def change(tx: Tx) -> None:
        search.put(tx, SERVER, QUESTION, 1, "whales")
        raise BadInput("errors.question_empty")

    with pytest.raises(BadInput):
        await library.database.write(change)
    assert await find(library, "whales") == []
    await put(library, 1, "whales")
    assert await find(library, "whales") == [1]


async def test_a_question_and_an_answer_of_the_same_id_are_two_documents(library: Library) -> None:
    await put(library, 1, "whales sing")
    await put(library, 1, "whales sleep", kind=ANSWER)
    hits = await library.database.read(lambda tx: search.find(tx, SERVER, "sleep", limit=5))
    assert hits == [Hit(ANSWER, 1, f"whales {MARK_START}sleep{MARK_END}")]
    for kind in (QUESTION, ANSWER):
        found = await library.database.read(lambda tx, kind=kind: search.find(tx, SERVER, "whales", limit=5, kind=kind))  # type: ignore[misc]
        assert [hit.kind for hit in found] == [kind]


async def test_counts_agree_with_what_is_found_page_by_page(library: Library) -> None:
    for entity_id in range(1, 8):
        await put(library, entity_id, "whales " * entity_id)
    assert await library.database.read(search.count, SERVER, "whales") == 7
    pages = [await find(library, "whales", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert sorted(itertools.chain(*pages)) == list(range(1, 8))


async def test_any_word_finds_more_and_the_best_first(library: Library) -> None:
    await put(library, 1, "Do whales sing?")
    await put(library, 2, "Do whales sleep while swimming?")
    assert await find(library, "whales sleep") == [2]
    assert await find(library, "whales sleep", any_word=True) == [2, 1]
    assert await library.database.read(lambda tx: search.count(tx, SERVER, "whales sleep", any_word=True)) == 2


async def test_servers_do_not_find_each_other(library: Library) -> None:
    await put(library, 1, "whales here")
    await put(library, 2, "whales elsewhere", OTHER_SERVER)
    assert (await find(library, "whales"), await find(library, "whales", OTHER_SERVER)) == ([1], [2])
    assert await find(library, "whales", 7) == []
    assert await library.database.read(search.count, 7, "whales") == 0


async def test_one_servers_words_do_not_rank_anothers(library: Library) -> None:
    for server_id in (SERVER, OTHER_SERVER):
        await put(library, 1, "whales and the sea", server_id)
        await put(library, 2, "the sea and the whales and the sea", server_id)
    before = await find(library, "sea whales")
    for entity_id in range(10, 40):
        await put(library, entity_id, "sea " * 30, OTHER_SERVER)
    assert await find(library, "sea whales") == before


async def test_a_filter_is_asked_of_what_has_the_words_by_its_row(library: Library) -> None:
    def plans(tx: Tx) -> list[str]:
        asked: list[str] = []
        tx.connection.set_trace_callback(asked.append)
        search.find(tx, SERVER, "whales", limit=5, within=search.Within(person_id=1, unit="sea", topics=("Sea",)))
        tx.connection.set_trace_callback(None)
        (sql,) = [one for one in asked if one.startswith("SELECT found.rowid")]  # FTS5 has statements of its own
        rows = tx.connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        return [row["detail"] for row in rows]

    await put(library, 1, "whales")
    first, *others = await library.database.read(plans)
    assert first.startswith("SCAN found VIRTUAL TABLE INDEX")
    for table in ("question", "answer", "block", "session"):
        assert f"SEARCH {table} USING INTEGER PRIMARY KEY (rowid=?)" in others
        assert not [one for one in others if one.startswith(f"SCAN {table}")]


async def test_long_texts_are_cut_around_the_words(library: Library) -> None:
    await put(library, 1, "before " * 200 + "whales" + " after" * 200)
    (hit,) = await library.database.read(lambda tx: search.find(tx, SERVER, "whales", limit=1))
    assert f"{MARK_START}whales{MARK_END}" in hit.snippet
    assert len(hit.snippet.split()) <= search.SNIPPET_WORDS + 2


async def test_marks_that_somebody_typed_are_not_ours_to_trust(library: Library) -> None:
    """Services clean such characters away; the index itself leaves them to whoever renders."""
    await put(library, 1, "whales")
    (hit,) = await library.database.read(lambda tx: search.find(tx, SERVER, f"{MARK_START}whales", limit=1))
    assert hit.snippet == f"{MARK_START}whales{MARK_END}"


async def test_a_rebuilt_index_holds_no_word_of_what_was_taken_out(library: Library) -> None:
    def blocks(tx: Tx) -> bytes:
        rows = tx.connection.execute(f"SELECT block FROM search_{SERVER}_data").fetchall()
        return b"".join(row["block"] for row in rows)

    await put(library, 1, "leviathan")
    await put(library, 2, "whales")
    await library.database.write(search.take_out, SERVER, QUESTION, 1)
    assert b"eviathan" in await library.database.read(blocks)
    await library.database.write(search.rebuild, SERVER)
    assert b"eviathan" not in await library.database.read(blocks)
    assert await find(library, "whales") == [2]
    await library.database.write(search.rebuild, OTHER_SERVER)  # which has none


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(typed=st.one_of(st.text(), st.lists(st.sampled_from([*HOSTILE, "whales", "OR", "NOT"])).map(" ".join)))
async def test_nothing_that_can_be_typed_is_syntax(library: Library, typed: str) -> None:
    await put(library, 1, "whales and other animals")
    for any_word in (False, True):
        found = await find(library, typed, any_word=any_word)
        assert found in ([], [1])
        assert await library.database.read(
            lambda tx, any_word=any_word: search.count(tx, SERVER, typed, any_word=any_word)  # type: ignore[misc]
        ) == len(found)
