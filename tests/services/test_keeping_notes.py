"""What every change of a note shares: who may, what is found, and what else follows a block."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed, NotFound
from bot.models.sessions import Block, BlockKind, BlockState, Cause
from bot.services.learners import following
from bot.services.library import Library
from bot.services.scribes import capturing, compiling, keeping
from bot.storage import search
from bot.storage.database import Tx
from tests.cast import BEN, MIA, NOOR, OKAFOR, OTHER_SERVER, SERVER
from tests.services.researching import found, rows
from tests.services.scribing import THREAD, delete, edit, session_now, standing, start, write


@pytest.fixture(autouse=True)
async def begun(library: Library) -> None:
    await start(library)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Plants", "  plants ", True),
        ("Straße", "STRASSE", True),
        ("a  b", "a b", True),
        ("a", "b", False),
        ("", " ", True),
    ],
)
def test_two_spellings_of_one_unit_share_its_key(one: str, other: str, same: bool) -> None:
    assert (keeping.unit_key(one) == keeping.unit_key(other)) is same


class TestFinding:
    async def test_a_session_by_its_number_in_its_server(self, library: Library) -> None:
        assert (await session_now(library)).title == "Leaves in autumn"
        for server_id, number in ((SERVER, 2), (OTHER_SERVER, 1), (SERVER, 0), (SERVER, 2**70)):
            with pytest.raises(NotFound):
                await library.database.read(keeping.find_session, server_id, number)

    async def test_a_session_by_its_thread(self, library: Library) -> None:
        found = await library.database.read(keeping.session_of_thread, SERVER, THREAD)
        assert found == await session_now(library)
        assert await library.database.read(keeping.session_of_thread, OTHER_SERVER, THREAD) is None

    async def test_a_block_unless_it_was_removed(self, library: Library) -> None:
        message = await write(library, "one")
        (block,) = await standing(library)
        assert await library.database.read(keeping.find_block, SERVER, block.id) == block
        await delete(library, message)
        for server_id, block_id in ((SERVER, block.id), (OTHER_SERVER, block.id), (SERVER, 2**70), (SERVER, -1)):
            with pytest.raises(NotFound):
                await library.database.read(keeping.find_block, server_id, block_id)


async def test_scribes_and_librarians_keep_a_note(library: Library) -> None:
    session = await session_now(library)
    for who in (MIA, NOOR, OKAFOR):
        keeping.require_scribe(who, session)
    with pytest.raises(NotAllowed):
        keeping.require_scribe(BEN, session)
    assert keeping.is_lead(session, MIA.user_id)
    assert not keeping.is_lead(session, NOOR.user_id)


async def test_who_wrote_a_term_does_not_confirm_it_but_a_librarian_may(library: Library) -> None:
    await write(library, "a :: b")
    (term,) = await standing(library)
    session = await session_now(library)
    assert [keeping.may_check(who, session, term) for who in (MIA, NOOR, OKAFOR, BEN)] == [False, True, True, False]


class TestWhatFollows:
    @pytest.fixture
    def followed(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
        """What was told to study cards and to the public page."""
        told: list[tuple[str, object]] = []

        def card(_tx: Tx, block: Block) -> None:
            told.append(("card", block.text))

        def page(_tx: Tx, server_id: int, session_id: int) -> None:
            told.append(("page", (server_id, session_id)))

        monkeypatch.setattr(following, "on_block_changed", card)
        monkeypatch.setattr(keeping, "on_note_changed", page)
        return told

    async def test_cards_and_the_page_hear_of_every_change(
        self, library: Library, followed: list[tuple[str, object]]
    ) -> None:
        message = await write(library, "a :: b\nc :: d")
        assert followed == []
        await edit(library, message, "a :: x\nc :: y")
        assert followed == [("card", "a :: x"), ("card", "c :: y"), ("page", (SERVER, 1))]
        followed.clear()
        await capturing.strike_message(NOOR, library, message.id)
        assert len(followed) == 3
        followed.clear()
        await delete(library, message)
        assert followed == [("card", ""), ("card", ""), ("page", (SERVER, 1))]

    async def test_what_was_compiled_loses_what_is_deleted(self, library: Library) -> None:
        secret = await write(library, "a secret")
        await write(library, "the rest")
        await compiling.compile_note(MIA, library, 1)
        assert "secret" in str(await rows(library, "SELECT snapshot FROM compilation"))
        await delete(library, secret)
        kept = str(await rows(library, "SELECT snapshot FROM compilation"))
        assert "secret" not in kept
        assert "the rest" in kept

    async def test_what_becomes_a_term_is_found_as_one(self, library: Library) -> None:
        await write(library, "osmosis is when water moves")
        (block,) = await standing(library)

        def change(tx: Tx) -> Block:
            keeping.bump(tx, block.session_id)
            changes = {"kind": BlockKind.TERM, "text": "osmosis :: water moves"}
            return keeping.save_block(tx, block, Cause.EDITED, NOOR.user_id, **changes)

        assert await found(library, "osmosis", search.NOTE) == [block.id]
        await library.database.write(change)
        assert await found(library, "osmosis", search.NOTE) == []
        assert await found(library, "osmosis", search.TERM) == [block.id]

    async def test_a_change_of_a_form_follows_no_message(self, library: Library) -> None:
        session = await session_now(library)
        new = keeping.NewBlock(BlockKind.TEXT, "typed", BlockState.STANDING, MIA.user_id, 5)

        def change(tx: Tx) -> Block:
            keeping.bump(tx, session.id)
            block = keeping.add_block(tx, session, new)
            return keeping.save_block(tx, block, Cause.EDITED, NOOR.user_id, text="typed anew")

        block = await library.database.write(change)
        assert (block.message_revision, block.revision, block.follows_message) == (0, 2, False)
        assert (await standing(library)) == (block,)
