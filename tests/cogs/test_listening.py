"""In watched channels one quiet reaction offers to log a question; only its author can take the offer."""

from __future__ import annotations

from bot.kit.drawing import OFFER_EMOJI
from bot.models.people import Actor
from bot.pictures import clean_picture
from bot.services import librarians
from tests.cogs.world import SOURCE, World, is_card, said

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


async def watch(world: World) -> None:
    librarian = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(librarian, world.bot.library, watched_channel_ids=(world.biology.id,))


def offers(world: World) -> int:
    return sum(str(one.emoji) == OFFER_EMOJI for message in world.biology.history() for one in message.reactions)


async def test_a_question_in_a_watched_channel_is_offered_and_its_author_logs_it(world: World) -> None:
    await watch(world)
    await world.ben.send(world.biology, "I like turtles")
    assert offers(world) == 0
    message = await world.mia.send(world.biology, "Why do leaves turn red in autumn?")
    assert offers(world) == 1
    await world.ben.react(message, OFFER_EMOJI)
    assert not [one for one in world.biology.history() if is_card(one, 1)]
    await world.mia.react(message, OFFER_EMOJI)
    assert "Why do leaves" in (world.card(1).embeds[0].description or "")
    await world.mia.unreact(message, OFFER_EMOJI)
    await world.mia.react(message, OFFER_EMOJI)
    assert world.card(1).id, "twice is once"


async def test_where_nobody_chose_it_nothing_is_offered(world: World) -> None:
    message = await world.mia.send(world.biology, "Why do leaves turn red in autumn?")
    assert offers(world) == 0
    await world.mia.react(message, OFFER_EMOJI)
    assert not [one for one in world.biology.history() if is_card(one, 1)]


async def test_the_asker_is_told_in_a_reply_to_the_card(world: World) -> None:
    number = await world.ask(world.mia, "Why do cats purr?")
    shown = await world.press(world.noor, number, "answer")
    await world.fill(world.noor, shown, text="To calm themselves too.", **SOURCE)
    notice = world.biology.history()[-1]
    assert notice.reference is not None
    assert notice.reference.message_id == world.card(number).id
    assert [one.id for one in notice.mentions] == [world.mia.id]


async def test_a_picture_comes_with_the_question_and_goes_with_its_message(world: World) -> None:
    message = await world.mia.send(
        world.biology, "what kind of beetle is this one", attachments=[("beetle.png", PIXEL)]
    )
    told = said(await world.mia.context_menu(world.biology, "Log as question", message))
    number = int(told.split("**#")[1].split("**")[0])
    card = world.card(number)
    assert len(card.attachments) == 1
    assert card.embeds[0].image.url
    kept = [path for path in world.bot.library.media.folder.rglob("*") if path.is_file()]
    drawn_anew = clean_picture(PIXEL)
    assert drawn_anew is not None
    assert [path.read_bytes() for path in kept] == [drawn_anew.content]
    await world.press(world.noor, number, "claim")
    assert len(world.card(number).attachments) == 1
    await world.mia.delete(message)
    assert not [path for path in kept if path.exists()]
    assert not world.card(number).attachments
