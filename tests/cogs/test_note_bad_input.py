"""What a bored student writes into notes, and what comes too late: told kindly, nothing lost, nothing acts."""

from __future__ import annotations

import logging

import pytest
import simcord

from bot.models.sessions import BlockState
from tests.cogs.test_attacks import EXTRAS, VALUES
from tests.cogs.test_who_may import given
from tests.cogs.world import Heard, World, raw_press, raw_submit, said

ODD_BUT_FINE = [
    "@everyone the leaves fall <@&1> <#2>",
    "<script>alert(1)</script>",
    "لماذا تسقط الأوراق",
    "leaves \u202e llaf",
    "le\u200baves fa\u200bll",
    "**" * 200 + "fall",
    "||hidden|| __under__ ~~gone~~ `code`",
    "```py\nprint('never closed')",
    "[free nitro](https://evil.example)",
    "'; DROP TABLE block; --",
    "../../etc/passwd",
    "# " + "x" * 1_000,
    ":: :: ::",
    "? " + "why " * 400,
    "👩‍🚀 " * 60,
    "$\\frac{1}{0}$ $$",
    "| a |\n| --- |\n" * 30,
]
NOTHING = ["", "   \n\t ", "\u200b\u200b\u2060", "\ud800"]


async def ask_to_start(world: World, **options: object) -> str:
    return said(await world.mia.slash(world.biology, "note start", **({"title": "Leaves"} | options)))


class TestBeginning:
    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"title": "   "}, "Give the notes a title"),
            ({"title": "\u200b"}, "Give the notes a title"),
            ({"title": "x" * 4_000}, "A title holds 90 characters; yours has 4000"),
            ({"unit": "x" * 61}, "A unit holds 60 characters"),
            ({"date": "whenever"}, "I can't read *whenever* as one day"),
            ({"date": "3/4"}, "as one day"),
            ({"class": "9z"}, "leave *class* empty"),
        ],
    )
    async def test_what_cannot_be_taken_is_told_and_nothing_begins(
        self, world: World, options: dict[str, str], told: str
    ) -> None:
        assert told in await ask_to_start(world, **options)
        assert not world.biology.history()

    @pytest.mark.parametrize("title", ["@everyone **loud**", "<@1> ||hidden||", "[a](https://evil.example)", "# big"])
    async def test_a_title_does_not_act(self, world: World, title: str) -> None:
        assert "have begun" in await ask_to_start(world, title=title)
        card = world.card(1)
        assert not world.pinged(card)
        assert not card.mention_everyone
        assert "](https://evil.example)" not in (card.embeds[0].title or "").replace("\\]", "")
        assert (world.biology.threads[0].name or "").endswith(" #1")

    async def test_a_bot_keeps_no_notes(self, world: World) -> None:
        helper = world.env.create_user("calendar", bot=True)
        world.guild.add_member(helper)
        assert "Choose people" in await ask_to_start(world, lead=helper)
        number = await world.start_note()
        told = said(await world.mia.slash(world.biology, "note scribes", id=str(number), partner1=helper))
        assert "Choose people" in told

    @pytest.mark.parametrize("typed", ["#0", "0", "#999999", "99999999999999999999", "-1", "abc", "#", "１"])
    async def test_numbers_that_are_none(self, world: World, typed: str) -> None:
        for command in ("note close", "note history", "note edit", "note add", "note compile"):
            told = said(await world.mia.slash(world.biology, command, id=typed))
            assert "There is no note" in told or "I can't read" in told

    async def test_outside_of_a_thread_the_notes_are_to_be_named(self, world: World) -> None:
        await world.start_note()
        assert "Which notes?" in said(await world.mia.slash(world.biology, "note close"))


class TestWriting:
    @pytest.mark.parametrize("text", ODD_BUT_FINE)
    async def test_odd_text_is_kept_and_does_not_act(self, world: World, text: str) -> None:
        number = await world.start_note()
        await world.mia.send(world.thread(number), text)
        await world.mia.send(world.thread(number), "And then?")
        read = await world.note(number, world.ben)
        assert "And then?" in read
        assert "@everyone" not in read
        assert "](https://evil.example)" not in read.replace("\\]", "")
        assert "||hidden||" not in read.replace("\\|", "")
        assert await world.blocks(number)
        page = await world.mia.slash(world.thread(number), "note edit")
        assert said(page)
        assert said(await world.mia.slash(world.thread(number), "note history"))
        assert "version 1" in said(await world.mia.slash(world.thread(number), "note compile"))

    @pytest.mark.parametrize("text", [*NOTHING, "x" * 4_001, "x" * 9_000])
    async def test_a_draft_that_cannot_be_taken_is_kept_and_offered_again(self, world: World, text: str) -> None:
        number = await world.start_note()
        custom_id = f"note:add:{world.guild.id}:{number}"
        told = await raw_submit(world.mia, world.biology, custom_id, text=text)
        assert "What you typed is kept" in said(told)
        assert await world.blocks(number) == ()
        assert told.response is not None
        again = await world.mia.click(told.response, label="Open the form again")
        assert again.modal is not None

    async def test_an_edit_that_cannot_be_taken_changes_nothing(self, world: World) -> None:
        number = await world.start_note()
        await world.mia.send(world.thread(number), "Leaves fall.")
        (block,) = await world.blocks(number)
        for text in (*NOTHING, "x" * 4_001):
            custom_id = f"block:edit:{world.guild.id}:{block.id}:1"
            assert "What you typed is kept" in said(await raw_submit(world.mia, world.biology, custom_id, text=text))
        assert await world.blocks(number) == (block,)

    async def test_a_draft_that_comes_twice_is_kept_once(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        number = await world.start_note()
        heard = Heard(world.env, monkeypatch)
        await raw_submit(world.mia, world.biology, f"note:add:{world.guild.id}:{number}", text="Leaves fall.")
        monkeypatch.undo()
        world.env.backend.emit(*heard.of("INTERACTION_CREATE")[-1])
        await world.env.settle()
        assert len(await world.blocks(number)) == 1

    @pytest.mark.parametrize("what", ["bot", "nothing", "gone"])
    async def test_messages_that_are_no_notes(self, world: World, what: str) -> None:
        number = await world.start_note()
        message = world.card(number)
        if what == "nothing":
            message = await world.ben.send(world.biology, "\u200b")
        if what == "gone":
            message = await world.ben.send(world.biology, "Wait")
        shown = await world.mia.context_menu(world.biology, "Add to notes", message)
        if what == "bot":
            assert "from a bot" in said(shown)
            return
        if what == "gone":
            await world.ben.delete(message)
        assert shown.response is not None
        told = said(await world.mia.select(shown.response, [str(number)]))
        assert ("was deleted" in told) if what == "gone" else ("nothing to take in" in told)
        assert await world.blocks(number) == ()

    async def test_a_description_that_says_nothing_or_too_much(self, world: World) -> None:
        await given(world, "picture")
        custom_id = f"note:alt:{world.guild.id}:99"
        for words in ("x" * 1_001, "\u200b"):
            assert "What you typed is kept" in said(
                await raw_submit(world.mia, world.biology, custom_id, **{"7": words})
            )
        for forged in ("1", "abc", "999"):
            assert said(await raw_submit(world.mia, world.biology, custom_id, **{forged: "A leaf"}))


class TestTooLate:
    async def test_what_is_closed_takes_nothing_in(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        opened = await world.mia.slash(thread, "note add")
        waiting = await world.ben.send(thread, "Beeches keep theirs.")
        await world.noor.slash(thread, "note close")
        assert "`/note reopen`" in await world.fill(world.mia, opened, text="Too late")
        assert "`/note reopen`" in said(await world.mia.slash(thread, "note add"))
        assert "`/note reopen`" in said(await world.mia.slash(thread, "note heading", text="Too late"))
        assert "`/note reopen`" in said(await world.mia.context_menu(thread, "Add to notes", waiting))
        assert [one.state for one in await world.blocks(number)] == [BlockState.WAITING]
        await world.mia.slash(thread, "note reopen")
        again = await world.mia.slash(thread, "note add")
        assert "Too late" in str(again.modal), "what was typed is there again"

    async def test_what_is_gone_cannot_be_changed(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        message = await world.mia.send(thread, "Leaves fall.")
        page = await world.noor.slash(thread, "note edit")
        assert page.response is not None
        (block,) = await world.blocks(number)
        opened = await world.noor.select(page.response, [str(block.id)])
        await world.mia.delete(message)
        assert "is not there any more" in await world.fill(world.noor, opened, text="Leaves fall a lot.")
        for act, told in (("restore_yes", "Those words were deleted"), ("edit", "is not there any more")):
            custom_id = f"block:{act}:{world.guild.id}:{block.id}:1"
            assert told in said(await raw_press(world.noor, thread, custom_id))

    async def test_twice_is_once(self, world: World) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        for _ in range(2):
            assert "closed" in said(await world.mia.slash(thread, "note close"))
        for _ in range(2):
            assert "open again" in said(await world.mia.slash(thread, "note reopen"))
        assert len(world.biology.threads) == 1


@pytest.mark.parametrize("who", ["tomasz", "mia"])
async def test_forged_presses_around_notes_are_answered(
    world: World, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert await given(world, "edit_conflict") == 1
    person, router = getattr(world, who), world.bot.router
    for kind, action in (*router.presses, *router.openers):
        if kind not in {"note", "block", "section"}:
            continue
        for number in ("1", "2", "3"):
            start = f"{kind}:{action}:{world.guild.id}:{number}"
            for custom_id in [start, *(f"{start}:{extra}" for extra in EXTRAS)]:
                check(await raw_press(person, world.biology, custom_id[:100]), custom_id, caplog)
            for values in VALUES:
                check(await raw_press(person, world.biology, f"{start}:1", *values), start, caplog)


def check(result: simcord.InteractionResult, custom_id: str, caplog: pytest.LogCaptureFixture) -> None:
    """It was answered, in private, and nothing is in the log."""
    assert result.acknowledged, custom_id
    assert result.modal is not None or said(result), custom_id
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert not errors, (custom_id, errors)
