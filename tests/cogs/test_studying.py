"""Studying in Discord: from a checked term to a sitting, the deck, Anki, and a reminder that finds its reader."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime
from typing import Any

import discord
import pytest
import simcord
from PIL import Image
from simcord import actors

from bot.client import TICK_SECONDS
from bot.models.people import Actor
from bot.sandbox.simcord_private import set_clock_forward
from bot.services.learners import cards, habits
from bot.services.learners.cards import Draft
from tests.cogs.world import World, raw_press, raw_submit, said

Result = simcord.InteractionResult


def ben(world: World) -> Actor:
    return Actor(world.guild.id, world.ben.id)


def shown(result: Result) -> simcord.ResponseMessage:
    assert result.response is not None
    return result.response


def labels(result: Result) -> list[str]:
    """What stands on the buttons of an answer."""
    lines: list[Any] = shown(result).components
    return [one.get("label", "") for line in lines for one in line["components"] if one["type"] == 2]


async def press(world: World, who: simcord.MemberActor, on: Result, label: str) -> Result:
    """Press the button whose label begins so."""
    (found,) = [one for one in labels(on) if one.startswith(label)]
    return await who.click(shown(on), label=found)


async def checked_term(world: World, text: str = "osmosis :: water moves through a skin") -> discord.Message:
    """Mia writes a term in the notes that she keeps with Noor, and Noor checks it."""
    number = await world.start_note(world.noor, unit="Cells")
    message = await world.mia.send(world.thread(number), text)
    await world.noor.react(message, "✅")
    return message


async def own_cards(world: World, number: int, who: Actor | None = None) -> None:
    for one in range(number):
        await cards.add_card(who or ben(world), world.bot.library, Draft(f"front {one}", f"back {one}", "Cells"))


async def review(world: World, **options: Any) -> Result:
    return await world.ben.slash(world.biology, "study review", **options)


# --- from an offer to a sitting


async def test_a_term_is_offered_taken_in_own_words_and_studied(world: World) -> None:
    await checked_term(world)
    assert "You have no cards to study" in said(await review(world))
    offer = await world.ben.slash(world.biology, "study add")
    assert said(offer).startswith("Offered: 1 of 1")
    assert "osmosis" in said(offer)
    assert "water moves through a skin" in said(offer)
    form = await press(world, world.ben, offer, "Make it my card")
    assert "water moves through a skin" in json.dumps(form.modal)
    told = await world.fill(world.ben, form, front="What is osmosis?", back="Water goes to the salt.", unit="Cells")
    assert "It is in your cards." in told

    sitting = await review(world)
    assert said(sitting).startswith("0 of 1 today")
    assert "What is osmosis?" in said(sitting)
    assert "salt" not in said(sitting), "the back is for when one has thought"
    back = await press(world, world.ben, sitting, "Show")
    assert "Water goes to the salt." in said(back)
    assert labels(back)[:3] == ["Again · 1 min", "Hard · 6 min", "Good · 10 min"]
    assert labels(back)[4:] == ["Let it rest", "Change", "This card is wrong"]
    assert labels(back)[3].startswith("Easy · ")
    assert labels(back)[3].endswith(" days")
    done = await press(world, world.ben, back, "Easy")
    assert "That is all for today" in said(done)
    again = await press(world, world.ben, done, "Undo")
    assert said(again).startswith("0 of 1 today")
    assert labels(again) == ["Show"]


async def test_all_of_it_is_private(world: World) -> None:
    await checked_term(world)
    before = len(world.biology.history())
    offer = await world.ben.slash(world.biology, "study add")
    await world.fill(world.ben, await press(world, world.ben, offer, "Make it my card"), front="a", back="b", unit="")
    sitting = await review(world)
    back = await press(world, world.ben, sitting, "Show")
    await press(world, world.ben, back, "Good")
    for result in (offer, sitting, back, await world.ben.slash(world.biology, "study deck")):
        assert shown(result).ephemeral
    assert len(world.biology.history()) == before


async def test_from_the_number_of_a_note_or_a_question(world: World) -> None:
    await checked_term(world)
    assert "osmosis" in said(await world.ben.slash(world.biology, "study add", **{"from": "#1"}))
    number = await world.ask(world.mia, "Why is the sky blue?")
    told = said(await world.ben.slash(world.biology, "study add", **{"from": f"#{number}"}))
    assert "is not settled yet" in told
    await world.answer(world.noor, number)
    settle = await world.mia.slash(world.biology, "question settle", id=f"#{number}")
    await world.fill(world.mia, settle, now_think="Blue bounces more.")
    offer = await world.ben.slash(world.biology, "study add", **{"from": f"#{number}"})
    assert "Blue bounces more." in said(offer)
    assert f"From question #{number}" in str(shown(offer).embeds[0].footer.text)
    choices = await world.ben.autocomplete(world.biology, "study add", "from", "")
    assert [one["value"] for one in choices] == ["#1", f"#{number}"]


async def test_offers_are_passed_over_one_by_one_and_come_round(world: World) -> None:
    message = await checked_term(world)
    other = await world.mia.send(world.thread(1), "turgor :: pressure in a cell")
    await world.noor.react(other, "✅")
    offer = await world.ben.slash(world.biology, "study add")
    assert said(offer).startswith("Offered: 1 of 2")
    offer = await press(world, world.ben, offer, "Skip")
    assert said(offer).startswith("Offered: 2 of 2")
    assert "turgor" in said(offer)
    form = await press(world, world.ben, offer, "Make it my card")
    left = await world.ben.submit_modal(form, {"front": "turgor", "back": "pressure in a cell", "unit": "Cells"})
    assert said(left).startswith("It is in your cards.\nOffered: 1 of 1")
    assert "osmosis" in said(left)
    await world.mia.delete(message)
    assert "Nothing is offered just now" in said(await press(world, world.ben, left, "Skip"))


async def test_a_card_of_ones_own_from_the_command_and_the_form(world: World) -> None:
    told = said(
        await world.ben.slash(world.biology, "study add", front="Capital of France?", back="Paris", unit="Cities")
    )
    assert "It is in your cards" in told
    refused = await world.ben.slash(world.biology, "study add", front="Capital of Norway?")
    assert "The back of the card is empty" in said(refused)
    form = await press(world, world.ben, refused, "Open the form again")
    assert "Capital of Norway?" in json.dumps(form.modal)
    assert "It is in your cards" in await world.fill(world.ben, form, front="Capital of Norway?", back="Oslo", unit="")
    choices = await world.ben.autocomplete(world.biology, "study add", "unit", "cit")
    assert [one["value"] for one in choices] == ["Cities"]
    choices = await world.ben.autocomplete(world.biology, "study review", "unit", "")
    assert [one["value"] for one in choices] == ["Cities"]
    assert "Capital of France?" in said(await review(world, unit="cities"))
    assert "You have no cards in that unit" in said(await review(world, unit="Rivers"))


# --- presses that come twice, late, or after a restart


async def test_a_button_pressed_twice_or_late_does_nothing_twice(world: World) -> None:
    await own_cards(world, 2)
    sitting = await review(world)
    back = await press(world, world.ben, sitting, "Show")
    (again,) = [one for one in labels(back) if one.startswith("Again")]
    assert f"study:rate:{world.guild.id}:1:0|1|" in json.dumps(shown(back).components)
    first = await world.ben.click(shown(back), label=again)
    assert said(first).startswith("0 of 2 today")
    assert "front 1" in said(first)
    for rating in (1, 4):
        late = await raw_press(world.ben, world.biology, f"study:rate:{world.guild.id}:1:0|{rating}|")
        assert "front 1" in said(late)
    card = (await cards.show_card(ben(world), world.bot.library, 1)).card
    assert (card.reviews, card.stability) == (1, 0.212)
    assert "front 1" in said(await raw_press(world.ben, world.biology, f"study:show:{world.guild.id}:1:0|"))
    undone = await raw_press(world.ben, world.biology, f"study:undo:{world.guild.id}:1:1|")
    assert "front 0" in said(undone)
    assert said(await raw_press(world.ben, world.biology, f"study:undo:{world.guild.id}:1:1|")).startswith("0 of 2")


@pytest.mark.parametrize("extra", ["", "0", "0|9|", "0|x|", "0|1|abcdef12", "0|1|" + "é" * 20])
async def test_forged_buttons_are_refused_kindly(world: World, extra: str) -> None:
    await own_cards(world, 1)
    told = said(await raw_press(world.ben, world.biology, f"study:rate:{world.guild.id}:1:{extra}"))
    assert "earlier version of me" in told or "no cards in that unit" in told or "front 0" in told
    assert (await cards.show_card(ben(world), world.bot.library, 1)).card.reviews == 0


async def test_nobody_reaches_into_somebody_elses_deck(world: World) -> None:
    await own_cards(world, 1)
    server = world.guild.id
    for who, custom_id in (
        (world.noor, f"study:show:{server}:1:0|"),
        (world.okafor, f"study:rate:{server}:1:0|3|"),
        (world.noor, f"study:let_go_now:{server}:1"),
        (world.okafor, f"study:take_over:{server}:1:deck"),
    ):
        assert "There is no such card in your deck" in said(await raw_press(who, world.biology, custom_id))
    told = said(await raw_submit(world.noor, world.biology, f"study:edit:{server}:1:deck", front="x", back="y"))
    assert "There is no such card in your deck" in told
    assert (await cards.show_card(ben(world), world.bot.library, 1)).card.front == "front 0"


# --- what becomes of a card


async def test_a_card_whose_term_changed_says_so(world: World) -> None:
    message = await checked_term(world)
    offer = await world.ben.slash(world.biology, "study add")
    form = await press(world, world.ben, offer, "Make it my card")
    await world.fill(world.ben, form, front="osmosis", back="It is how plants drink.", unit="Cells")
    await world.mia.edit(message, "osmosis :: water passes a membrane")
    sitting = await review(world)
    assert "The notes have changed since you last saw this" in said(sitting)
    assert "water passes" not in said(sitting), "that is the answer"
    assert "Nobody has checked this again yet" in said(sitting)
    await world.noor.unreact(message, "✅")
    await world.noor.react(message, "✅")
    back = await press(world, world.ben, sitting, "Show")
    assert "It says there now: osmosis :: water passes a membrane" in said(back)
    assert "Nobody has checked" not in said(back)
    taken = await press(world, world.ben, back, "Say it as the source does")
    assert said(taken).startswith("Changed.")
    back = await press(world, world.ben, taken, "Show")
    assert "water passes a membrane" in said(back)
    await world.mia.delete(message)
    assert "That is all for today" not in said(await review(world))
    assert "Nobody" not in said(await review(world))


async def test_this_card_is_wrong_reaches_the_thread_without_a_name(world: World) -> None:
    await checked_term(world)
    offer = await world.ben.slash(world.biology, "study add")
    form = await press(world, world.ben, offer, "Make it my card")
    await world.fill(world.ben, form, front="osmosis", back="water moves through a skin", unit="Cells")
    back = await press(world, world.ben, await review(world), "Show")
    form = await press(world, world.ben, back, "This card is wrong")
    told = await world.fill(world.ben, form, wrong="It is a *membrane*, @everyone")
    assert told.startswith("Thank you. It stands where the notes are kept, without your name.")
    notice = world.thread(1).history()[-1]
    assert "> osmosis :: water moves through a skin" in notice.content
    assert "It is a \\*membrane\\*" in notice.content
    assert not world.pinged(notice)
    assert "ben" not in notice.content.lower()
    assert str(world.ben.id) not in notice.content
    back = await press(world, world.ben, await review(world), "Show")
    assert "You have said that already" in said(await press(world, world.ben, back, "This card is wrong"))


async def test_a_card_rests_from_the_sitting_and_is_woken_in_the_deck(world: World) -> None:
    await own_cards(world, 1)
    back = await press(world, world.ben, await review(world), "Show")
    assert labels(back)[4:] == ["Let it rest", "Change"], "a card of one's own has nobody else to mend it"
    rested = await press(world, world.ben, back, "Let it rest")
    assert said(rested).startswith("It rests until you wake it")
    deck = await world.ben.slash(world.biology, "study deck")
    assert "◌ 1 resting" in said(deck)
    resting = await press(world, world.ben, await press(world, world.ben, deck, "Cards"), "Resting")
    card = await world.ben.select(shown(resting), ["1"])
    assert said(card).startswith("**◌ Rests until you wake it**")
    assert said(await press(world, world.ben, card, "Wake it")).startswith("**○ New**")


# --- the deck


async def test_the_deck_at_a_glance_and_each_card(world: World) -> None:
    await own_cards(world, 12)
    deck = await world.ben.slash(world.biology, "study deck")
    assert said(deck).startswith("Your cards\n◔ **10** for today\n○ 12 new")
    assert "Cells · 12 cards, 10 for today" in said(deck)
    assert "At most 30 cards a day · days in UTC" in str(shown(deck).embeds[0].footer.text)
    sitting = await world.ben.select(shown(deck), [studying_tag("Cells")])
    assert said(sitting).startswith("0 of 10 today")
    deck = await world.ben.slash(world.biology, "study deck")
    listed = await press(world, world.ben, deck, "Cards")
    assert said(listed).startswith("12 cards\n**front 11**")
    second = await press(world, world.ben, listed, "More")
    assert "**front 0**" in said(second)
    card = await world.ben.select(shown(second), ["1"])
    assert "back 0" in said(card)
    form = await press(world, world.ben, card, "Change")
    changed = await world.ben.submit_modal(form, {"front": "front zero", "back": "back 0", "unit": "Cells"})
    assert "front zero" in said(changed)
    sure = await press(world, world.ben, changed, "Let go of it")
    assert "It can't be brought back" in said(sure)
    assert said(await press(world, world.ben, sure, "Yes, let go of it")) == "Gone."
    assert "○ 11 new" in said(await world.ben.slash(world.biology, "study deck"))
    empty = await world.noor.slash(world.biology, "study deck")
    assert "You have no cards yet" in said(empty)
    assert "There are no such cards" in said(await press(world, world.noor, empty, "Cards"))


def studying_tag(unit: str) -> str:
    from bot.services.learners.studying import tag_of

    return tag_of(unit.casefold())


async def test_the_desk_opens_a_sitting(world: World) -> None:
    await own_cards(world, 1)
    desk = await world.ben.slash(world.biology, "desk")
    assert said(await press(world, world.ben, desk, "Study")).startswith("0 of 1 today")


# --- taking the cards away


async def test_a_deck_for_anki_and_a_table(world: World) -> None:
    number = await world.start_note(world.noor, unit="Cells")
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(picture, "PNG")
    cell = ("cell.png", picture.getvalue())
    message = await world.mia.send(world.thread(number), "osmosis :: water moves", attachments=[cell])
    await world.noor.react(message, "✅")
    offer = await world.ben.slash(world.biology, "study add")
    form = await press(world, world.ben, offer, "Make it my card")
    await world.fill(world.ben, form, front="osmosis", back="water moves", unit="Cells")
    back = await press(world, world.ben, await review(world), "Show")
    (seen,) = shown(back).attachments
    assert str(shown(back).embeds[0].image.url).startswith("attachment://")

    taken = await world.ben.slash(world.biology, "study export")
    assert "1 card for Anki" in said(taken)
    (apkg,) = shown(taken).attachments
    assert apkg.filename == "vademecum.apkg"
    with zipfile.ZipFile(io.BytesIO(await apkg.read())) as packed:
        (name,) = json.loads(packed.read("media")).values()
        assert name.endswith(".png")
        assert packed.read("0") == (await seen.read())
    deck = await world.ben.slash(world.biology, "study deck")
    same = await press(world, world.ben, await press(world, world.ben, deck, "Take them away"), "As a table")
    assert shown(same).attachments[0].filename == "vademecum-cards.csv"
    table = await world.ben.slash(world.biology, "study export", **{"as": "table"})
    (sheet,) = shown(table).attachments
    lines = list(csv.reader(io.StringIO((await sheet.read()).decode("utf-8-sig"))))
    assert lines[1][:2] == ["osmosis", "water moves"]
    assert "You have no cards to take away yet" in said(await world.noor.slash(world.biology, "study export"))


# --- how one studies, and the reminder


async def test_how_one_studies_is_chosen_by_command_and_by_form(world: World) -> None:
    told = said(await review(world, a_day=12, remind=16, zone="Europe/Berlin"))
    assert "at most 12 cards a day" in told
    assert "I remind you at 16:00 (Europe/Berlin)" in told
    assert "others see that I call you" in told
    choices = await world.ben.autocomplete(world.biology, "study review", "zone", "auckl")
    assert [one["value"] for one in choices] == ["Pacific/Auckland"]
    deck = await world.ben.slash(world.biology, "study deck")
    assert "reminder at 16:00" in str(shown(deck).embeds[0].footer.text)
    form = await press(world, world.ben, deck, "How I study")
    assert "Europe/Berlin" in json.dumps(form.modal)
    told = await world.fill(world.ben, form, a_day="20", remind="", zone="tokyo")
    assert "at most 20 cards a day, and your days are those of Asia/Tokyo" in told
    assert "No reminder." in told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"a_day": "many"}, "is not a whole number"),
        ({"a_day": "500"}, "choose a whole number from 5 to 200"),
        ({"remind": "teatime"}, "as an hour"),
        ({"remind": "25:00"}, "choose a whole number from 0 to 23"),
        ({"zone": "Atlantis"}, "I don't know a time zone called"),
        ({"remind": "7:00"}, "I remind you at 7:00"),
    ],
)
async def test_what_is_typed_into_the_form(world: World, typed: dict[str, str], told: str) -> None:
    filled = {"a_day": "30", "remind": "", "zone": "UTC"} | typed
    assert told in said(await raw_submit(world.ben, world.biology, f"study:habits:{world.guild.id}:0", **filled))


async def until(world: World, moment: str) -> None:
    """Let it be that time, and the bot do what is due."""
    later = datetime.fromisoformat(moment) - world.env.now()
    set_clock_forward(world.env, later.total_seconds())
    await world.env.advance_time(2 * TICK_SECONDS)


async def test_a_reminder_is_a_direct_message_and_its_button_ends_it(world: World) -> None:
    await own_cards(world, 1)
    await review(world, remind=16)
    before = len(world.biology.history())
    await until(world, "2026-01-01T16:00:00+00:00")
    (letter,) = world.ben.user.dm_channel.history()
    assert f"discord.com/channels/{world.guild.id}/{world.biology.id}" in letter.content
    assert "1" not in letter.content.split("https")[0], "it says no number"
    assert len(world.biology.history()) == before, "nobody else is told"
    off = await world.ben.user.click(letter, label="No more reminders")
    assert off.response is not None
    assert "I remind you no more" in off.response.content
    await until(world, "2026-01-02T16:00:00+00:00")
    assert len(world.ben.user.dm_channel.history()) == 1, "no other reminder"
    assert (await habits.habits_of(ben(world), world.bot.library)).reminder_hour is None


async def test_where_no_direct_message_arrives_exactly_its_reader_is_called_in_the_channel(world: World) -> None:
    await own_cards(world, 1)
    await review(world, remind=16)
    dm = world.ben.user.dm_channel.id
    world.env.inject_error("POST", f"/channels/{dm}/messages", status=403, code=50007, times=None)
    await until(world, "2026-01-01T16:00:00+00:00")
    notice = world.biology.history()[-1]
    assert world.pinged(notice) == [world.ben.id]
    assert "some of your cards are ready" in notice.content
    theirs = await world.noor.click(notice, label="No more reminders")
    assert "There is no reminder to turn off" in said(theirs)
    assert said(await world.ben.click(notice, label="Study")).startswith("0 of 1 today")
    assert "You have no cards to study" in said(await world.noor.click(notice, label="Study"))
    assert "I remind you no more" in said(await world.ben.click(notice, label="No more reminders"))


async def test_who_left_is_not_called(world: World) -> None:
    await own_cards(world, 1)
    await review(world, remind=16)
    before = len(world.biology.history())
    dm = world.ben.user.dm_channel.id
    world.env.inject_error("POST", f"/channels/{dm}/messages", status=403, code=50007, times=None)
    world.env.inject_error("GET", f"/guilds/*/members/{world.ben.id}", status=404, code=10007, times=None)
    await until(world, "2026-01-01T16:00:00+00:00")
    assert len(world.biology.history()) == before


async def test_only_that_button_works_in_a_direct_message(world: World) -> None:
    letter = await world.ben.user.send_dm("hello")
    for action in ("study:review", "my:desk"):
        data = {"custom_id": f"{action}:{world.guild.id}:0", "component_type": 2}
        result = await actors._dispatch_actor_interaction(world.ben.user, 3, world.ben.user.dm_channel, data)
        assert result.response is not None
        assert "belongs to another server" in result.response.content
    assert letter.content == "hello"


# --- make something of this


async def test_a_message_becomes_a_card_and_goes_when_it_is_deleted(world: World) -> None:
    message = await world.noor.send(world.biology, "Bees **dance** to tell where flowers are.")
    asked = await world.ben.context_menu(world.biology, "Make something of this", message)
    assert said(asked) == "What do you want to make of it?"
    form = await press(world, world.ben, asked, "Study card")
    assert "Bees **dance**" in json.dumps(form.modal)
    told = await world.fill(
        world.ben, form, front="How do bees talk?", back="Bees **dance** to tell where flowers are.", unit=""
    )
    assert "It is in your cards" in told
    assert "How do bees talk?" in said(await review(world))
    other = await world.ben.context_menu(world.biology, "Make something of this", message)
    await world.noor.delete(message)
    assert "You have no cards to study" in said(await review(world))
    form = await press(world, world.ben, other, "Study card")
    assert "dance" not in json.dumps(form.modal), "the draft went with the message"


async def test_a_term_or_a_settled_question_is_made_a_card_of_itself(world: World) -> None:
    message = await checked_term(world)
    asked = await world.ben.context_menu(world.thread(1), "Make something of this", message)
    form = await press(world, world.ben, asked, "Study card")
    await world.fill(world.ben, form, front="osmosis", back="water moves through a skin", unit="Cells")
    assert (await cards.show_card(ben(world), world.bot.library, 1)).card.note_number == 1
    number = await world.ask(world.mia, "Why is the sky blue?")
    card = world.card(number)
    told = said(await world.ben.context_menu(world.biology, "Make something of this", card))
    assert "That message is from a bot" in told
    await world.answer(world.noor, number)
    settle = await world.mia.slash(world.biology, "question settle", id=f"#{number}")
    await world.fill(world.mia, settle, now_think="Blue bounces more.")
    asked = await world.ben.context_menu(world.biology, "Make something of this", world.card(number))
    form = await press(world, world.ben, asked, "Study card")
    assert "Blue bounces more." in json.dumps(form.modal)


async def test_a_message_without_words_makes_nothing(world: World) -> None:
    message = await world.noor.send(world.biology, "", attachments=[("x.bin", b"x")])
    told = said(await world.ben.context_menu(world.biology, "Make something of this", message))
    assert "has no text to keep" in told
