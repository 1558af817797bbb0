"""A note becomes public from chat: asked for, agreed to in private, looked at as a page, and taken back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest_asyncio
import simcord

from bot.models.people import Actor
from bot.models.publications import PublicLibrary
from bot.models.sessions import BlockFile, BlockKind, BlockState
from bot.services import librarians
from bot.services.publishing import reading
from bot.services.researchers import answering
from bot.services.scribes import compiling, keeping, sessions
from bot.storage.database import Tx
from tests.cogs.world import World, raw_press, said
from tests.services.researching import WEB

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6260000000000500010d0a2db40000000049454e44ae426082"
)


def actor(who: simcord.MemberActor, *, librarian: bool = False) -> Actor:
    return Actor(who.guild.id, who.id, manages_server=librarian)


@pytest_asyncio.fixture
async def noted(world: World) -> int:
    """A compiled note of Mia's and Noor's with a picture and a question that Ben answered; its number."""
    library = world.bot.library
    okafor = actor(world.okafor, librarian=True)
    await librarians.change_settings(okafor, library, publishing_allowed=True)
    start = sessions.Start("Why leaves let go", world.biology.id, unit="Trees", partner_ids=(world.noor.id,))
    session = await sessions.start_session(actor(world.mia), library, start)
    picture = BlockFile(None, library.media.put(PIXEL), "leaf.png", "image/png", len(PIXEL), "A *red* leaf")

    def write(tx: Tx) -> int:
        keeping.bump(tx, session.id)
        told = (
            keeping.NewBlock(BlockKind.TEXT, "Mia's words.", BlockState.STANDING, world.mia.id, 1),
            keeping.NewBlock(BlockKind.TEXT, "Noor's words.", BlockState.STANDING, world.noor.id, 2),
            keeping.NewBlock(BlockKind.QUESTION, "? Why red?", BlockState.STANDING, world.mia.id, 3),
            keeping.NewBlock(BlockKind.IMAGE, "", BlockState.STANDING, world.mia.id, 4, file=picture),
            keeping.NewBlock(BlockKind.IMAGE, "", BlockState.STANDING, world.mia.id, 5, file=replace(picture, alt="")),
        )
        blocks = [keeping.add_block(tx, session, one) for one in told]
        return blocks[2].question_number or 0

    question = await library.database.write(write)
    await answering.answer_question(actor(world.ben), library, question, "Sugar.", (WEB,))
    await compiling.compile_note(actor(world.mia), library, session.number)
    await world.env.settle()
    return session.number


async def public(world: World) -> PublicLibrary:
    (found,) = await reading.public_libraries(world.bot.library)
    return found


async def test_a_note_is_asked_for_agreed_to_looked_at_and_taken_back(world: World, noted: int) -> None:
    (offered, *_) = await world.mia.autocomplete(world.biology, "publish ask", "id", "leaves")
    assert (offered["name"], offered["value"]) == (f"#{noted} · Notes: Why leaves let go", f"#{noted}")
    assert "Only the scribes" in said(await world.ben.slash(world.biology, "publish ask", id=f"#{noted}"))
    assert "Asked." in said(await world.mia.slash(world.biology, "publish ask", id=f"#{noted}"))

    asked = await world.noor.slash(world.biology, "publish consent")
    assert "Notes: Why leaves let go" in said(asked)
    assert asked.response is not None
    assert "Noted: yes" in said(await world.noor.click(asked.response, label="Yes, under this pen name"))

    looked = await world.okafor.slash(world.biology, "library approve")
    told = said(looked)
    assert "To publish: 1 of 1" in told
    assert f"**#{noted}** Notes: Why leaves let go" in told
    assert "5 pieces" in told
    assert r"leaf.png: A \*red\* leaf" in told
    assert "leaf.png: not described in words" in told
    assert "What 1 author wrote" in told
    assert looked.response is not None
    (attached,) = looked.response.attachments
    assert attached.filename == f"preview-{noted}.html"
    assert (await public(world)).notes == ()

    custom_id = next(one for one in re.findall(r"pub:ok:[^']+", str(looked.response.components)))
    assert len(custom_id) <= 100
    assert "is public" in said(await world.okafor.click(looked.response, custom_id=custom_id))
    (page,) = (await public(world)).notes
    assert [block.text for block in page.note.blocks][:3] == ["Mia's words.", "Noor's words.", "Why red?"]
    assert page.note.blocks[2].hole is not None
    assert page.note.blocks[2].hole.answers == ()

    assert "Taken back" in said(await world.noor.slash(world.biology, "publish withdraw", id=f"#{noted}"))
    (page,) = (await public(world)).notes
    assert "Noor's words." not in str(page.note)
    assert "Taken back" in said(await world.okafor.slash(world.biology, "publish withdraw", id=f"#{noted}"))
    assert (await public(world)).notes == ()


async def test_the_words_of_one_who_says_no_are_in_nothing_that_is_looked_at(world: World, noted: int) -> None:
    await world.mia.slash(world.biology, "publish ask", id=f"#{noted}")
    no = await raw_press(world.noor, world.biology, f"publication:decline:{world.guild.id}:{noted}")
    assert "Noted: no" in said(no)
    looked = await world.okafor.slash(world.biology, "library approve")
    assert looked.response is not None
    (attached,) = looked.response.attachments
    content = (await attached.read()).decode()
    assert "Mia&#39;s words." in content or "Mia's words." in content
    assert "Noor" not in content
    assert "Sugar." not in content


async def test_a_question_says_in_which_notes_it_came_up(world: World, noted: int) -> None:
    shown = await world.tomasz.slash(world.biology, "question show", id=f"#{noted + 1}")
    assert shown.response is not None
    footer = shown.response.embeds[0].footer.text
    assert footer == f"came up in the notes #{noted}, Why leaves let go"
