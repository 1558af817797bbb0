"""What was deleted in Discord is nowhere any more: not in the database's files, nor in the folder of pictures.

A word that is in everything that the bot could keep of a message is searched for in every byte, before and after.
"""

from __future__ import annotations

from pathlib import Path

import discord
import simcord

from bot.client import TICK_SECONDS
from bot.models.people import Actor
from bot.models.sessions import BlockKind, BlockState
from bot.sandbox.simcord_private import set_clock_forward
from bot.services import librarians
from tests.cogs.test_note_listening import picture
from tests.cogs.test_publishing_notes import public
from tests.cogs.world import SOURCE, World, raw_press, raw_submit, said

WORD = "zyzzogeton"
HOUR = 3_600


def files_with(data_dir: Path, word: str = WORD) -> list[str]:
    """The files under a folder in whose name or bytes a word stands, in whatever case."""
    found = [path for path in data_dir.rglob("*") if path.is_file()]
    return [path.name for path in found if word.encode() in (path.name.encode() + path.read_bytes()).lower()]


async def an_hour_later(world: World) -> None:
    """Time for what is promised within the hour."""
    set_clock_forward(world.env, HOUR + 60)
    await world.env.advance_time(2 * TICK_SECONDS)
    await world.env.settle()


async def conflict(world: World, who: simcord.MemberActor, block_id: int, text: str) -> None:
    """`who` hands in words for a piece that somebody else changed since they opened it; they are kept for them."""
    custom_id = f"block:edit:{world.guild.id}:{block_id}:77"
    assert "somebody else changed" in said(await raw_submit(who, world.biology, custom_id, text=text))


async def block_with(world: World, number: int, kind: BlockKind, words: str = WORD) -> int:
    found = [one.id for one in await world.blocks(number) if one.kind is kind and words in one.text.lower()]
    return found[0]


async def study(world: World, who: simcord.MemberActor, block_id: int, front: str, back: str) -> None:
    custom_id = f"study:accept:{world.guild.id}:{block_id}:t|0|0"
    told = said(await raw_submit(who, world.biology, custom_id, front=front, back=back, unit="Insects"))
    assert "your cards" in told, told


async def live_with(world: World, number: int) -> list[discord.Message]:
    """Everything that can happen to the words of a thread, by others too; return the messages that hold them."""
    thread, guild_id = world.thread(number), world.guild.id
    heading = await world.mia.send(thread, f"# All about {WORD}")
    term = await world.mia.send(thread, f"{WORD} :: the last word of many dictionaries, {WORD}")
    asked = await world.mia.send(thread, f"? What is a {WORD}")
    first = await world.mia.send(thread, f"```\ncode of a {WORD}")
    second = await world.mia.send(thread, f"and {WORD} again :: it is\n```")
    seen = await world.mia.send(thread, f"A {WORD} seen", attachments=[(f"{WORD}.png", picture())])
    edited = await world.mia.send(thread, f"It is a {WORD}")
    await world.mia.edit(edited, f"It is a {WORD} of the cicadas")
    await world.mia.edit(edited, "It is a cicada")
    one, other = [await world.noor.send(thread, f"{words} {WORD}") for words in ("It hums, the", "It flies, the")]
    ids = [str(each.id) for each in await world.blocks(number) if each.source_message_id in {one.id, other.id}]
    assert "one" in said(await raw_press(world.noor, world.biology, f"block:merge:{guild_id}:0", *ids))
    waiting = await world.ben.send(thread, f"I saw a {WORD} too")
    await world.ben.edit(waiting, f"? has anybody seen a {WORD}")
    await world.noor.react(term, "✅")

    block = await block_with(world, number, BlockKind.TERM)
    await study(world, world.tomasz, block, WORD, f"the last word of many dictionaries, {WORD}")
    await study(world, world.okafor, block, WORD, "A cicada that ends dictionaries.")
    told = said(
        await raw_submit(world.tomasz, world.biology, f"study:wrong:{guild_id}:1", wrong="It is no word at all")
    )
    assert "without your name" in told, told
    await raw_submit(
        world.noor, world.biology, f"study:accept:{guild_id}:{block}:t|0|0", front=f"{WORD}?", back="", unit=""
    )
    await conflict(world, world.noor, block, f"{WORD} :: an insect")
    top = await block_with(world, number, BlockKind.HEADING)
    refused = said(await raw_submit(world.noor, world.biology, f"section:edit:{guild_id}:{top}:99", text=f"# {WORD}"))
    assert "somebody else changed" in refused
    picture_block = next(one for one in await world.blocks(number) if one.kind is BlockKind.IMAGE)
    await raw_submit(
        world.noor, world.biology, f"note:alt:{guild_id}:{seen.id}", **{str(picture_block.id): f"A drawn {WORD}"}
    )
    hole = next(one.question_number for one in await world.blocks(number) if one.question_number) or 0
    shown = await world.press_in(thread, world.ben, hole, "answer")
    await world.fill(world.ben, shown, text="An insect.", **SOURCE)
    await raw_press(world.mia, world.biology, f"note:compile:{guild_id}:{number}")
    await raw_press(world.mia, world.biology, f"publication:ask:{guild_id}:{number}")
    looked = await world.okafor.slash(world.biology, "library approve")
    assert looked.response is not None
    assert "is public" in said(await world.okafor.click(looked.response, label="Publish"))
    return [heading, term, asked, first, second, seen, edited, waiting, one, other]


async def test_deleted_words_are_in_no_file_an_hour_later(world: World) -> None:
    okafor = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(okafor, world.bot.library, publishing_allowed=True)
    data = world.bot.settings.data_dir
    number = await world.start_note(world.noor, unit="Insects")
    held = await live_with(world, number)
    assert files_with(data), "the search finds what is kept"
    (page,) = (await public(world)).notes
    assert WORD in str(page.note)

    authors = {who.id: who for who in (world.mia, world.noor, world.ben)}
    for message in held:
        await authors[message.author.id].delete(message)
    await an_hour_later(world)
    assert {one.state for one in await world.blocks(number)} == {BlockState.REMOVED}
    assert files_with(data) == []


async def test_words_that_only_a_card_quotes_are_gone_too(world: World) -> None:
    data = world.bot.settings.data_dir
    message = await world.ben.send(world.biology, f"A {WORD} is a cicada.")
    menu = await world.tomasz.context_menu(world.biology, "Make something of this", message)
    assert menu.response is not None
    form = await world.tomasz.click(menu.response, label="Study card")
    told = await world.fill(world.tomasz, form, front="The last word?", back=message.content, unit="")
    assert "your cards" in told
    assert files_with(data)
    await world.ben.delete(message)
    await an_hour_later(world)
    assert files_with(data) == []
