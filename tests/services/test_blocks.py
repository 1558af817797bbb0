"""Messages become blocks, blocks keep their identity, and what continues reads as one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models.sessions import Block, BlockKind, BlockState
from bot.services.scribes import blocks
from bot.services.scribes.blocks import Draft, Part, split

HEADING, TEXT, TERM, QUESTION = BlockKind.HEADING, BlockKind.TEXT, BlockKind.TERM, BlockKind.QUESTION
IMAGE = BlockKind.IMAGE
A, B = 1, 2


def drafts(text: str, fence: str = "") -> list[tuple[BlockKind, str]]:
    return [(one.kind, one.text) for one in split(text, fence).drafts]


def block(text: str, author: int | None = A, kind: BlockKind = TEXT) -> Block:
    return Block(
        id=0, server_id=0, session_id=0, kind=kind, state=BlockState.STANDING, author_id=author, position=0, part=0,
        text=text, source_message_id=None, question_id=None, question_number=None, merged_into_id=None, taken_by=None,
        checked_by=None, checked_at=None, created_at=0, changed_at=0, revision=1, message_revision=1,
    )  # fmt: skip


class TestSplit:
    def test_a_message_becomes_its_parts_in_order(self) -> None:
        text = "# Leaves\nThey are green.\n\nMostly.\nchlorophyll :: the green in leaves\n? why do they turn red\nbye"
        assert drafts(text) == [
            (HEADING, "# Leaves"),
            (TEXT, "They are green.\n\nMostly."),
            (TERM, "chlorophyll :: the green in leaves"),
            (QUESTION, "? why do they turn red"),
            (TEXT, "bye"),
        ]

    @pytest.mark.parametrize("line", ["# One", "## Two", "### Three", "   # Three spaces", "#\ttab"])
    def test_headings_of_three_levels(self, line: str) -> None:
        assert drafts(line) == [(HEADING, line.strip())]

    @pytest.mark.parametrize("line", ["#tag", "#### four", "#", "# ", "    # code", "> # quoted", "text # no"])
    def test_other_lines_with_a_number_sign_are_text(self, line: str) -> None:
        assert {kind for kind, _ in drafts(line)} <= {TEXT}

    @pytest.mark.parametrize(
        ("line", "words"), [("? why", "why"), ("?why", "why"), ("?? why", "why"), ("  ? why is  it ", "why is  it")]
    )
    def test_a_line_that_begins_with_a_question_mark_is_a_question(self, line: str, words: str) -> None:
        assert drafts(line) == [(QUESTION, line.strip())]
        assert blocks.question_in(line) == words

    @pytest.mark.parametrize(
        "line", ["?", "??", "? ?", "?!", "? …", "why?", "- ? why", "    ? code", "? " + "x" * 1001]
    )
    def test_other_lines_with_a_question_mark_are_text(self, line: str) -> None:
        assert [kind for kind, _ in drafts(line)] == [TEXT]
        assert blocks.question_in(line) == ""

    @pytest.mark.parametrize(
        ("line", "term"),
        [
            ("term :: meaning", ("term", "meaning")),
            ("**osmosis** :: water moves", ("**osmosis**", "water moves")),
            ("a :: b :: c", ("a", "b :: c")),
            ("`x` :: a letter", ("`x`", "a letter")),
        ],
    )
    def test_a_term_and_its_meaning(self, line: str, term: tuple[str, str]) -> None:
        assert drafts(line) == [(TERM, line)]
        assert blocks.term_in(line) == term

    @pytest.mark.parametrize(
        "line",
        ["a::b", "a ::: b", ":: b", " :: b", "a :: ", "a ::", "| a :: b |", "> a :: b", "[^1]: a :: b", "- a :: b",
         "1. a :: b", "use `std :: cout` here", "    a :: b", "\ta :: b", ":::::: challenge"],
    )  # fmt: skip
    def test_what_only_looks_like_a_term_is_text(self, line: str) -> None:
        assert [kind for kind, _ in drafts(line)] == [TEXT]

    @pytest.mark.parametrize("fence", ["```", "~~~", "```py", "````", "  ```"])
    def test_nothing_in_a_fence_is_anything_but_text(self, fence: str) -> None:
        text = f"{fence}\n# comment\n? x\na :: b\n{fence.strip().removesuffix('py')}\n# Heading"
        assert drafts(text) == [(TEXT, text.rsplit("\n", 1)[0]), (HEADING, "# Heading")]
        assert split(text).fence == ""

    def test_a_fence_that_is_left_open_goes_on(self) -> None:
        first = split("look:\n```py\nx = 1")
        assert first.fence == "```py"
        assert drafts("# comment\n```\n# Heading", first.fence) == [(TEXT, "# comment\n```"), (HEADING, "# Heading")]
        assert split("y = 2", first.fence).fence == "```py"

    def test_a_longer_fence_holds_shorter_ones(self) -> None:
        text = "````\n```py\n# x\n```\n# y\n````\n# z"
        assert drafts(text)[1:] == [(HEADING, "# z")]

    def test_who_begins_a_new_fence_had_forgotten_to_close_the_old_one(self) -> None:
        assert drafts("```py\nx\n```\n# Heading", "```py") == [(TEXT, "```py\nx\n```"), (HEADING, "# Heading")]

    def test_fences_within_lines_get_lines_of_their_own_as_discord_shows_them(self) -> None:
        assert drafts("Look: ```py\n# x```\n# Heading") == [(TEXT, "Look:\n```py\n# x\n```"), (HEADING, "# Heading")]
        assert drafts("Look ```x = 1\ny = 2\n```") == [(TEXT, "Look\n```\nx = 1\ny = 2\n```")]

    @pytest.mark.parametrize(
        "text",
        [
            "Type ``` to begin code",
            "inline ```x``` code\n```",
            "> see ```\n> x\n> ```",
            "- ```\n```",
            "`a` then ```\n```",
        ],
    )
    def test_other_backticks_stay_as_they_are(self, text: str) -> None:
        assert drafts(text) == [(TEXT, text)]

    def test_a_very_long_message_is_left_as_it_is(self) -> None:
        text = "Look: ```py\nx = 1```\n" + "x" * 3990
        assert drafts(text) == [(TEXT, text)]

    def test_spaces_that_mean_something_stay(self) -> None:
        assert drafts("  - nested  \nline with break  \nnext\n\n\n\nfar") == [
            (TEXT, "  - nested  \nline with break  \nnext\n\n\n\nfar")
        ]
        assert drafts("\n \n    code\n\n") == [(TEXT, "    code")]

    def test_what_is_invisible_goes(self) -> None:
        assert drafts("a\u202eb\r\n# c\u200b") == [(TEXT, "ab"), (HEADING, "# c")]

    @pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b"])
    def test_nothing_is_no_block(self, text: str) -> None:
        assert split(text).drafts == ()
        assert not split(text).depends

    @pytest.mark.parametrize(
        ("text", "depends"),
        [
            ("plain", False),
            ("two\n\nlines", False),
            ("# x", True),
            ("a\n? why", True),
            ("```\nx\n```", True),
            ("a :: b", True),
        ],
    )
    def test_it_says_whether_an_open_fence_would_matter(self, text: str, depends: bool) -> None:
        assert split(text).depends is depends

    @pytest.mark.parametrize(
        "text", ["?" * 4000, "a :: " * 800, "`" * 3999, "# " * 2000, "x ``` " * 600, " " * 4000 + "?"]
    )
    def test_no_message_takes_long(self, text: str) -> None:
        start = time.perf_counter()
        split(f"{text}\n```")
        split(text, "```")
        assert time.perf_counter() - start < 0.5


MARKED = st.sampled_from(
    [
        "# Heading",
        "text",
        "a :: b",
        "? why",
        "```",
        "```py",
        "~~~",
        "",
        "  - item",
        "| a | b |",
        "see ```",
        "x```",
        "??",
    ]
)
MESSAGES = st.lists(MARKED, max_size=8).map("\n".join)


class TestSplitting:
    @given(MESSAGES, st.sampled_from(["", "```", "```py", "~~~"]))
    def test_no_word_is_lost(self, text: str, fence: str) -> None:
        kept = "".join(one.text for one in split(text, fence).drafts)
        assert "".join(kept.split()) == "".join(text.split())

    @given(MESSAGES)
    def test_its_blocks_say_again_what_they_are(self, text: str) -> None:
        for one in split(text).drafts:
            if one.kind is not TEXT:
                assert split(one.text).drafts == (one,)

    @given(MESSAGES, st.sampled_from(["```", "~~~", "```py"]))
    def test_what_does_not_depend_is_the_same_in_a_fence(self, text: str, fence: str) -> None:
        alone = split(text)
        if not alone.depends:
            assert split(text, fence).drafts == alone.drafts
            assert split(text, fence).fence == fence
            assert alone.fence == ""

    @given(st.text())
    def test_anything_can_be_split(self, text: str) -> None:
        for one in split(text).drafts:
            assert one.text.strip()


DRAFTS = st.lists(st.builds(Draft, st.sampled_from([TEXT, HEADING, TERM]), st.sampled_from("abcd")), max_size=7)


class TestAlign:
    def test_the_same_stays_and_what_was_reworded_is_known_again(self) -> None:
        old = [Draft(HEADING, "# a"), Draft(TEXT, "b"), Draft(TERM, "c :: d"), Draft(TEXT, "e")]
        new = [Draft(TEXT, "new"), Draft(TEXT, "e"), Draft(TERM, "c :: x"), Draft(QUESTION, "? y")]
        assert blocks.align(old, new) == (1, 3, 2, None)

    @given(DRAFTS, DRAFTS)
    def test_nothing_is_taken_twice_and_kinds_stay(self, old: list[Draft], new: list[Draft]) -> None:
        found = blocks.align(old, new)
        taken = [place for place in found if place is not None]
        assert len(found) == len(new)
        assert len(set(taken)) == len(taken)
        assert all(old[place].kind is draft.kind for place, draft in zip(found, new, strict=True) if place is not None)

    @given(DRAFTS, DRAFTS)
    def test_as_many_are_known_again_as_can_be(self, old: list[Draft], new: list[Draft]) -> None:
        found = blocks.align(old, new)
        for kind in (TEXT, HEADING, TERM):
            known = sum(place is not None and old[place].kind is kind for place in found)
            assert known == min(sum(one.kind is kind for one in old), sum(one.kind is kind for one in new))

    @given(DRAFTS, st.randoms())
    def test_what_only_moved_keeps_its_words(self, old: list[Draft], random: object) -> None:
        new = list(old)
        random.shuffle(new)  # type: ignore[attr-defined]
        assert [old[place] for place in blocks.align(old, new) if place is not None] == new


class TestJoining:
    @pytest.mark.parametrize(
        ("previous", "following", "goes_on"),
        [
            ("```py\nx", "y\n```", True),
            ("```py\nx", "```py\ny\n```", False),
            ("```py\nx\n```", "y", False),
            ("- a", "- b", True),
            ("1. a", "2. b", True),
            ("text\n- a", "  - b", True),
            ("| a | b |", "| 1 | 2 |", True),
            ("a | b", "1 | 2", True),
            ("> a", "> b", True),
            ("- a", "text", False),
            ("text", "text", False),
        ],
    )
    def test_code_tables_lists_and_quotes_go_on(self, previous: str, following: str, goes_on: bool) -> None:
        assert blocks.continues(block(previous), block(following)) is goes_on
        assert not blocks.continues(block(previous), block(following, B))
        assert not blocks.continues(block(previous, None), block(following, None))
        assert not blocks.continues(block(previous), block(following, kind=TERM))
        between = "\n" if goes_on else "\n\n"
        assert blocks.joined([block(previous), block(following)]) == previous + between + following

    def test_one_and_none(self) -> None:
        assert blocks.joined([]) == ""
        assert blocks.joined([block("a")]) == "a"
        assert blocks.pieces([]) == ()

    def test_three_blocks_of_one_fence(self) -> None:
        run = [block("```py\na"), block("# b"), block("c\n```")]
        assert blocks.joined(run) == "```py\na\n# b\nc\n```"
        assert [one.text for one in blocks.pieces(run)] == ["```py\na\n# b\nc\n```"]

    def pieces(self, *run: Block) -> list[str]:
        return [one.text for one in blocks.pieces(run)]

    def test_a_fence_is_closed_where_somebody_else_writes_and_opened_again(self) -> None:
        run = (block("```py\na"), block("Ben", B), block("b\n```\nafter"))
        assert self.pieces(*run) == ["```py\na\n```", "Ben", "```py\nb\n```\nafter"]

    def test_a_fence_that_nobody_closed_is_closed(self) -> None:
        assert self.pieces(block("~~~~\na")) == ["~~~~\na\n~~~~"]
        assert self.pieces(block("```py\na"), block("```js\nb\n```")) == ["```py\na\n```", "```js\nb\n```"]
        assert self.pieces(block("```py\na"), block("x", B), block("```js\nb\n```"))[2] == "```js\nb\n```"

    def test_a_picture_does_not_end_a_fence_and_a_heading_does(self) -> None:
        assert self.pieces(block("```\na"), block("", kind=IMAGE), block("b\n```")) == [
            "```\na\n```",
            "",
            "```\nb\n```",
        ]
        assert self.pieces(block("```\na"), block("# H", kind=HEADING), block("b")) == ["```\na\n```", "# H", "b"]

    @given(st.lists(st.tuples(MESSAGES, st.sampled_from([A, B])), max_size=6))
    def test_every_piece_is_whole_and_every_block_is_in_one(self, messages: list[tuple[str, int]]) -> None:
        fences = {A: "", B: ""}
        run: list[Block] = []
        for text, author in messages:
            found = split(text, fences[author])
            fences[author] = found.fence
            run += [block(one.text, author, one.kind) for one in found.drafts]
        pieces = blocks.pieces(run)
        assert [one for piece in pieces for one in piece.blocks] == run
        for piece in pieces:
            assert split(piece.text).fence == ""


class TestDiff:
    def test_words_that_went_and_came(self) -> None:
        assert blocks.diff("The sky is blue.", "The sky was blue today.") == (
            Part("=", "The sky"),
            Part("-", " is blue."),
            Part("+", " was blue today."),
        )
        assert blocks.diff("a b", "a b c") == (Part("=", "a b"), Part("+", " c"))
        assert blocks.diff("a b", "a") == (Part("=", "a"), Part("-", " b"))
        assert blocks.diff("", "") == ()

    @given(st.text(), st.text())
    def test_it_holds_both_texts_whole(self, before: str, after: str) -> None:
        parts = blocks.diff(before, after)
        assert "".join(one.text for one in parts if one.sign != "+") == before
        assert "".join(one.text for one in parts if one.sign != "-") == after

    def test_no_pair_of_texts_takes_long(self) -> None:
        start = time.perf_counter()
        blocks.diff("a b " * 1000, "b a a " * 660)
        assert time.perf_counter() - start < 2
