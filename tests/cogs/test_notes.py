"""A lesson's notes, from `/note start` to a version to keep: what people type, press and are shown."""

from __future__ import annotations

import io
import zipfile

import discord
import pytest
import simcord
from PIL import Image

from bot.models.people import Actor
from bot.models.sessions import BlockKind, BlockState
from bot.services import librarians
from tests.cogs.world import SOURCE, Heard, World, raw_press, said

STANDING, WAITING, STRUCK = BlockState.STANDING, BlockState.WAITING, BlockState.STRUCK


def photograph() -> bytes:
    """A photograph that says where it was taken."""
    told = Image.Exif()
    told[0x010F] = "Leafcam"
    told.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.effect_noise((64, 48), 40).convert("RGB").save(out, "JPEG", exif=told)
    return out.getvalue()


def buttons(message: discord.Message) -> list[str]:
    return [str(one.label) for row in message.components for one in row.children]  # type: ignore[union-attr]


async def form(
    world: World, who: simcord.MemberActor, number: int, text: str, where: simcord.ChannelHandle | None = None
) -> str:
    """`who` writes into the form of `/note add`; return what they are told."""
    shown = await who.slash(where or world.biology, "note add", id=f"#{number}")
    return await world.fill(who, shown, text=text)


class TestBeginning:
    async def test_a_card_a_thread_and_how_one_writes(self, world: World) -> None:
        number = await world.start_note(world.noor, unit="Plants", date="today")
        card = world.card(number)
        assert card.embeds[0].title == f"#{number} · ✎ being written · Leaves in autumn"
        assert "*Plants*" in (card.embeds[0].description or "")
        thread = world.thread(number)
        assert f"<#{thread.id}>" in (card.embeds[0].description or "")
        assert card.embeds[0].fields[0].value == f"{world.mia.mention} leads, with {world.noor.mention}"
        assert buttons(card) == ["Read", "Add something", "More …"]
        opening = thread.history()[-1]
        assert "is a heading" in opening.content
        assert "✂️" in opening.content
        assert opening.content.count("\n") == 4
        assert not world.pinged(opening)

    async def test_without_message_content_the_opening_says_how_else(self, world: World) -> None:
        object.__setattr__(world.bot.settings, "message_content", False)
        number = await world.start_note()
        opening = world.thread(number).history()[-1].content
        assert "`/note add`" in opening
        assert "✂️" not in opening
        await world.mia.send(world.thread(number), "# Leaves")
        assert await world.blocks(number) == ()
        assert "Kept" in await form(world, world.mia, number, "# Leaves\nThey fall.")
        message = await world.noor.send(world.thread(number), "Oaks keep theirs.")
        told = said(await world.mia.context_menu(world.thread(number), "Add to notes", message))
        assert "Taken into the notes" in told
        assert [one.text for one in await world.blocks(number)] == ["# Leaves", "They fall.", "Oaks keep theirs."]

    async def test_twice_is_once(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        heard = Heard(world.env, monkeypatch)
        number = await world.start_note()
        monkeypatch.undo()
        world.env.backend.emit(*heard.of("INTERACTION_CREATE")[0])
        await world.env.settle()
        assert world.card(number).id == world.thread(number).id
        assert len(world.biology.threads) == 1

    async def test_in_a_thread_it_begins_in_the_channel_above(self, world: World) -> None:
        first = await world.start_note()
        told = said(await world.mia.slash(world.thread(first), "note start", title="Roots"))
        assert f"<#{world.biology.id}>" in told
        assert world.thread(first + 1).is_thread

    async def test_units_and_classes_are_suggested(self, world: World) -> None:
        await world.start_note(unit="Plants")
        assert [one["value"] for one in await world.mia.autocomplete(world.biology, "note start", "unit", "pla")] == [
            "Plants"
        ]
        told = said(await world.okafor.slash(world.biology, "note start", title="Owls", **{"class": "7b"}))
        assert "have begun" in told
        choices = await world.mia.autocomplete(world.biology, "note start", "class", "")
        assert [one["value"] for one in choices] == ["7b"]
        refused = said(await world.mia.slash(world.biology, "note start", title="Owls", **{"class": "9z"}))
        assert "7b" in refused

    async def test_notes_are_suggested_while_their_number_is_typed(self, world: World) -> None:
        number = await world.start_note()
        choices = await world.ben.autocomplete(world.biology, "note close", "id", "autumn")
        assert [one["value"] for one in choices] == [f"#{number}"]


class TestALesson:
    async def test_from_the_first_line_to_a_filled_hole(self, world: World) -> None:
        number = await world.start_note(world.noor, unit="Plants")
        thread = world.thread(number)
        await world.mia.send(thread, "# Why leaves fall\nA tree lets go of its leaves.")
        await world.noor.send(thread, "abscission :: how a tree lets go of a leaf")
        await world.mia.send(thread, "? Why do oaks keep their leaves")
        await world.noor.send(thread, "Look at this one", attachments=[("oak leaf.jpg", photograph())])
        read = await world.note(number, world.ben)
        assert "**Why leaves fall**" in read
        assert "**abscission**: how a tree lets go of a leaf" in read
        assert "Nobody has answered it yet" in read
        assert "oak leaf.jpg" in read
        hole = number + 1
        assert "came up" not in read
        assert f"**#{hole}** Why do oaks keep their leaves" in str(world.card(number).embeds[0].to_dict())

        asked = next(one for one in thread.history() if "What is to be seen" in one.content)
        described = await world.noor.click(asked, label="Describe it")
        assert described.modal is not None
        block = next(one for one in await world.blocks(number) if one.kind is BlockKind.IMAGE)
        told = await world.fill(world.noor, described, **{str(block.id): "A brown oak leaf that still hangs on"})
        assert "Thank you" in told
        assert not [one for one in thread.history() if "What is to be seen" in one.content]
        assert "A brown oak leaf that still hangs on" in await world.note(number, world.ben)
        assert block.file is not None
        assert block.file.digest
        assert b"Leafcam" not in world.bot.library.media.read(block.file.digest)

        shown = await world.press_in(thread, world.ben, hole, "answer")
        await world.fill(world.ben, shown, text="Oaks form the layer late.", **SOURCE)
        thanks = [one for one in thread.history() if "filled a hole" in one.content]
        assert [one.content.count(world.ben.mention) for one in thanks] == [1]
        assert not world.pinged(thanks[0]), "who is thanked is not pinged"
        assert "Oaks form the layer late." in await world.note(number, world.ben)
        assert "still open" not in str(world.card(number).embeds[0].to_dict())

    async def test_what_others_write_waits_until_a_scribe_takes_it_in(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        message = await world.ben.send(thread, "Beeches keep theirs, too.")
        assert marks(thread, message) == ["▫️"]
        assert "Beeches" not in await world.note(number, world.tomasz)
        assert "Beeches" in await world.note(number, world.ben), "one sees what one wrote, and that it waits"
        refused = said(await world.tomasz.context_menu(thread, "Add to notes", message))
        assert "Only the scribes" in refused
        assert "Taken into" in said(await world.noor.context_menu(thread, "Add to notes", message))
        assert "Beeches" in await world.note(number, world.tomasz)
        assert marks(thread, message) == []
        (block,) = await world.blocks(number)
        assert (block.author_id, block.taken_by) == (world.ben.id, world.noor.id)

    async def test_a_scribe_takes_in_while_reading(self, world: World) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        message = await world.ben.send(thread, "Beeches keep theirs, too.")
        await form(world, world.tomasz, number, "So do hornbeams.")
        for words in ("Beeches", "hornbeams"):
            shown = await raw_press(world.mia, world.biology, f"note:show:{world.guild.id}:{number}")
            assert words in said(shown)
            assert shown.response is not None
            waiting = next(one for one in await world.blocks(number) if words in one.text)
            assert "Taken into" in said(await world.mia.select(shown.response, [str(waiting.id)]))
        assert [one.state for one in await world.blocks(number)] == [STANDING, STANDING]
        assert marks(thread, message) == []

    async def test_a_message_from_elsewhere_is_taken_in_for_its_author(self, world: World) -> None:
        number = await world.start_note()
        message = await world.ben.send(world.biology, "Bees dance to say where.", attachments=[("a.jpg", photograph())])
        which = await world.mia.context_menu(world.biology, "Add to notes", message)
        assert which.response is not None
        assert "Taken into" in said(await world.mia.select(which.response, [str(number)]))
        text, picture = await world.blocks(number)
        assert (text.author_id, text.taken_by, text.text) == (world.ben.id, world.mia.id, "Bees dance to say where.")
        assert picture.file is not None
        assert picture.file.digest
        await world.ben.edit(message, "Bees dance to say where food is.")
        assert (await world.blocks(number))[0].text == "Bees dance to say where food is."
        await world.ben.delete(message)
        assert {one.state for one in await world.blocks(number)} == {BlockState.REMOVED}
        assert "Bees" not in await world.note(number)
        assert not [path for path in world.bot.library.media.folder.rglob("*") if path.is_file()]

    async def test_headings_and_drafts_without_the_thread(self, world: World) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        assert "Kept" in said(await world.mia.slash(thread, "note heading", text="Leaves", level=2))
        assert "Kept" in await world.fill(
            world.mia, await world.mia.slash(thread, "note add"), text="They fall.\npetiole :: the stalk of a leaf"
        )
        waits = await form(world, world.ben, number, "? Do all of them")
        assert "A scribe" in waits
        kinds = [(one.kind, one.state) for one in await world.blocks(number)]
        assert kinds == [
            (BlockKind.HEADING, STANDING),
            (BlockKind.TEXT, STANDING),
            (BlockKind.TERM, STANDING),
            (BlockKind.QUESTION, WAITING),
        ]


class TestEditing:
    async def choose(
        self, world: World, who: simcord.MemberActor, number: int, command: str, *chosen: int
    ) -> simcord.InteractionResult:
        shown = await who.slash(world.biology, command, id=str(number))
        assert shown.response is not None, said(shown)
        return await who.select(shown.response, [str(one) for one in chosen])

    async def lesson(self, world: World, *lines: str) -> int:
        """Notes of Mia and Noor with these messages of Mia's."""
        number = await world.start_note(world.noor)
        for line in lines:
            await world.mia.send(world.thread(number), line)
        return number

    async def test_a_piece_is_changed_in_a_form_and_its_author_stays(self, world: World) -> None:
        number = await self.lesson(world, "Leaves fall in autum.")
        (block,) = await world.blocks(number)
        opened = await self.choose(world, world.noor, number, "note edit", block.id)
        assert opened.modal is not None
        assert "autum." in str(opened.modal)
        assert "Changed" in await world.fill(world.noor, opened, text="Leaves fall in autumn.")
        (after,) = await world.blocks(number)
        assert (after.text, after.author_id) == ("Leaves fall in autumn.", world.mia.id)

    async def test_the_second_of_two_editors_is_shown_both_and_chooses(self, world: World) -> None:
        number = await self.lesson(world, "Leaves fall.")
        (block,) = await world.blocks(number)
        first = await self.choose(world, world.mia, number, "note edit", block.id)
        second = await self.choose(world, world.noor, number, "note edit", block.id)
        third = await self.choose(world, world.mia, number, "note edit", block.id)
        await world.fill(world.mia, first, text="Leaves fall in autumn.")
        assert second.modal is not None
        conflict = await world.noor.submit_modal(second, {"text": "Leaves fall when it is cold."})
        assert "Leaves fall in autumn." in said(conflict)
        assert "Leaves fall when it is cold." in said(conflict)
        assert conflict.response is not None
        assert "Changed" in said(await world.noor.click(conflict.response, label="Use mine"))
        assert [one.text for one in await world.blocks(number)] == ["Leaves fall when it is cold."]

        again = await world.mia.submit_modal(third, {"text": "Leaves fall, says Mia."})
        assert again.response is not None
        opened = await world.mia.click(again.response, label="Write it together")
        assert opened.modal is not None
        assert "Leaves fall when it is cold." in str(opened.modal)
        assert "Leaves fall, says Mia." in str(opened.modal)
        both = await world.mia.submit_modal(opened, {"text": "Leaves fall when it is cold in autumn.", "mine": ""})
        assert "Changed" in said(both)
        assert [one.text for one in await world.blocks(number)] == ["Leaves fall when it is cold in autumn."]

    async def test_what_stands_there_can_stay_and_a_quicker_one_is_shown_again(self, world: World) -> None:
        number = await self.lesson(world, "Leaves fall.")
        (block,) = await world.blocks(number)
        first = await self.choose(world, world.mia, number, "note edit", block.id)
        second = await self.choose(world, world.noor, number, "note edit", block.id)
        third = await self.choose(world, world.mia, number, "note edit", block.id)
        await world.fill(world.mia, first, text="One.")
        conflict = await world.noor.submit_modal(second, {"text": "Two."})
        forced = await world.mia.submit_modal(third, {"text": "Three."})
        assert forced.response is not None
        await world.mia.click(forced.response, label="Use mine")
        assert conflict.response is not None
        once_more = await world.noor.click(conflict.response, label="Use mine")
        assert "Three." in said(once_more)
        assert once_more.response is not None
        assert "stays" in said(await world.noor.click(once_more.response, label="Keep theirs"))
        assert [one.text for one in await world.blocks(number)] == ["Three."]

    async def test_two_long_texts_come_as_files(self, world: World) -> None:
        number = await self.lesson(world, "Leaves fall.")
        (block,) = await world.blocks(number)
        first = await self.choose(world, world.mia, number, "note edit", block.id)
        second = await self.choose(world, world.noor, number, "note edit", block.id)
        await world.fill(world.mia, first, text="a " * 1_900)
        conflict = await world.noor.submit_modal(second, {"text": "b " * 1_900})
        assert conflict.response is not None
        assert [one.filename for one in conflict.response.attachments] == ["theirs.txt", "yours.txt"]

    async def test_a_whole_section(self, world: World) -> None:
        number = await self.lesson(world, "# Oaks\nThey keep leaves.", "Some do not.", "# Pines\nThey have needles.")
        blocks = await world.blocks(number)
        page = await world.noor.slash(world.biology, "note edit", id=str(number))
        assert page.response is not None
        sections = await world.noor.click(page.response, label="A whole section")
        assert sections.response is not None
        opened = await world.noor.select(sections.response, [str(blocks[0].id)])
        other = await raw_press(world.mia, world.biology, f"section:edit:{world.guild.id}:{blocks[0].id}")
        assert opened.modal is not None
        assert "Some do not." in str(opened.modal)
        assert "needles" not in str(opened.modal)
        told = await world.fill(world.noor, opened, text="# Oaks\nThey keep leaves.\n\nYoung ones do.")
        assert "Changed" in told
        assert "Some do not." not in await world.note(number, world.ben)
        conflict = await world.mia.submit_modal(other, {"text": "# Oaks\nThey are old."})
        assert conflict.response is not None
        together = await world.mia.click(conflict.response, label="Write it together")
        assert "Young ones do." in str(together.modal)
        await world.mia.submit_modal(
            together, {"text": "# Oaks\nThey are old, and young ones keep leaves.", "mine": ""}
        )
        read = await world.note(number, world.ben)
        assert "They are old, and young ones keep leaves." in read
        assert "needles" in read

    async def test_pieces_are_put_together_and_taken_apart(self, world: World) -> None:
        number = await self.lesson(world, "One.", "Two.", "Three.")
        blocks = await world.blocks(number)
        page = await world.noor.slash(world.biology, "note edit", id=str(number))
        assert page.response is not None
        merging = await world.noor.click(page.response, label="Put pieces together")
        assert merging.response is not None
        done = await world.noor.select(merging.response, [str(blocks[0].id), str(blocks[2].id)])
        assert "one piece" in said(done)
        standing = [one.text for one in await world.blocks(number) if one.state is STANDING]
        assert standing == ["One.\n\nTwo.\n\nThree."]
        assert done.response is not None
        assert "by themselves" in said(await world.noor.click(done.response, label="Undo"))
        assert [one.text for one in await world.blocks(number)] == ["One.", "Two.", "Three."]

    async def test_struck_out_and_put_back_by_command(self, world: World) -> None:
        number = await self.lesson(world, "Leaves fall.", "I am hungry", "me too")
        blocks = await world.blocks(number)
        struck = await self.choose(world, world.noor, number, "note strike", blocks[1].id, blocks[2].id)
        assert "2 pieces are struck out" in said(struck)
        assert "hungry" not in await world.note(number, world.ben)
        assert struck.response is not None
        page = await world.noor.click(struck.response, label="Put back")
        assert page.response is not None
        assert "Put back." in said(await world.noor.select(page.response, [str(blocks[2].id)]))
        assert [one.state for one in await world.blocks(number)] == [STANDING, STRUCK, STANDING]

    async def test_the_history_tells_who_changed_what_and_brings_it_back(self, world: World) -> None:
        number = await self.lesson(world, "Leaves fall in autumn.", "They turn red.")
        first, _ = await world.blocks(number)
        opened = await self.choose(world, world.noor, number, "note edit", first.id)
        await world.fill(world.noor, opened, text="Leaves fall in winter.")
        page = await world.mia.slash(world.biology, "note history", id=str(number))
        assert f"{world.noor.mention} changed: Leaves fall in winter." in said(page)
        assert page.response is not None
        change = await world.mia.select(page.response, [f"{first.id}.2"])
        assert "~~autumn.~~ **winter.**" in said(change)
        assert change.response is not None
        whole = await world.mia.click(change.response, label="Read the notes as they were then")
        assert "winter" in said(whole)
        page = await world.mia.slash(world.biology, "note history", id=str(number))
        assert page.response is not None
        change = await world.mia.select(page.response, [f"{first.id}.1"])
        assert change.response is not None
        sure = await world.mia.click(change.response, label="Bring this back")
        assert (await world.blocks(number))[0].text == "Leaves fall in winter.", "asked once before"
        assert sure.response is not None
        await world.mia.click(sure.response, label="Yes, bring it back")
        assert (await world.blocks(number))[0].text == "Leaves fall in autumn."

    async def test_all_of_a_version_is_brought_back(self, world: World) -> None:
        number = await self.lesson(world, "One.", "Two.", "Three.")
        shown = await raw_press(world.mia, world.biology, f"note:version:{world.guild.id}:{number}:1|2")
        assert "Two." in said(shown)
        assert "Three." not in said(shown)
        assert shown.response is not None
        sure = await world.mia.click(shown.response, label="Bring all of it back")
        assert sure.response is not None
        assert "as they were in version 2" in said(await world.mia.click(sure.response, label="Yes, bring it back"))
        assert [one.state for one in await world.blocks(number)] == [STANDING, STANDING, STRUCK]


class TestTerms:
    async def test_somebody_else_checks_a_term(self, world: World) -> None:
        number = await world.start_note(world.noor)
        message = await world.mia.send(world.thread(number), "stoma :: a pore in a leaf")
        await world.mia.react(message, "✅")
        await world.ben.react(message, "✅")
        assert (await world.blocks(number))[0].checked_by is None
        await world.noor.react(message, "✅")
        assert (await world.blocks(number))[0].checked_by == world.noor.id
        assert "**stoma** ✓: a pore in a leaf" in await world.note(number, world.ben)
        await world.noor.unreact(message, "✅")
        assert (await world.blocks(number))[0].checked_by is None
        closed = await world.mia.slash(world.thread(number), "note close")
        assert closed.response is not None
        nothing = await world.mia.click(closed.response, label="Check the terms")
        assert "no term" in said(nothing), "one's own is for somebody else"
        page = await raw_press(world.okafor, world.biology, f"note:terms:{world.guild.id}:{number}")
        assert page.response is not None
        block = (await world.blocks(number))[0]
        assert "1 term is checked" in said(await world.okafor.select(page.response, [str(block.id)]))


class TestEnding:
    async def test_closed_and_a_day_later_asked_once(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        await world.mia.send(thread, "Leaves fall.")
        assert "closed" in said(await world.mia.slash(thread, "note close"))
        assert "▣ closed" in (world.card(number).embeds[0].title or "")
        assert "Add something" not in buttons(world.card(number))
        await world.env.advance_time(1)
        await world.noor.send(thread, "too late")
        assert len(await world.blocks(number)) == 1
        await world.live_on(days=3)
        asked = [one for one in thread.history() if "closed yesterday" in one.content]
        assert len(asked) == 1
        assert set(world.pinged(asked[0])) == {world.mia.id, world.noor.id}
        assert "version 1" in said(await world.noor.click(asked[0], label="Compile"))
        assert "open again" in said(await world.mia.slash(thread, "note reopen"))
        await world.noor.send(thread, "Oaks keep theirs.")
        assert "Oaks keep theirs." in [one.text for one in await world.blocks(number)]

    async def test_a_version_to_keep_and_what_it_changed(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        await world.mia.send(thread, "# Leaves\nThey fall.")
        made = await world.mia.slash(thread, "note compile")
        assert "version 1" in said(made)
        assert made.response is not None
        names = [one.filename for one in made.response.attachments]
        assert [name.rpartition(".")[2] for name in names] == ["md", "html"]
        markdown = (await made.response.attachments[0].read()).decode()
        assert "They fall." in markdown
        assert "Nothing has changed since version 1" in said(await world.mia.slash(thread, "note compile"))
        await world.noor.send(thread, "Oaks keep theirs.")
        assert "version 2: 1 piece came." in said(await world.mia.slash(thread, "note compile"))
        assert "Only the scribes" in said(await world.ben.slash(thread, "note compile"))

    async def test_a_librarian_takes_the_whole_companion_away(self, world: World) -> None:
        number = await world.start_note(unit="Plants")
        await world.mia.send(world.thread(number), "# Leaves\nThey fall.")
        refused = await world.mia.slash(world.thread(number), "note compile", companion=True)
        assert "for librarians" in said(refused)
        made = await world.okafor.slash(world.biology, "note compile", id=str(number), companion=True)
        assert made.response is not None
        files = {one.filename: await one.read() for one in made.response.attachments}
        with zipfile.ZipFile(io.BytesIO(files["companion.epub"])) as book:
            assert book.read("mimetype") == b"application/epub+zip"
        with zipfile.ZipFile(io.BytesIO(files["companion-markdown.zip"])) as folder:
            assert [name for name in folder.namelist() if name.endswith(".md")]

    async def test_a_version_is_shared_where_publishing_is_on(self, world: World) -> None:
        librarian = Actor(world.guild.id, world.okafor.id, manages_server=True)
        await librarians.change_settings(librarian, world.bot.library, publishing_allowed=True)
        number = await world.start_note()
        await world.mia.send(world.thread(number), "Leaves fall.")
        made = await world.mia.slash(world.thread(number), "note compile")
        assert made.response is not None
        assert "Asked." in said(await world.mia.click(made.response, label="Share it"))


class TestScribes:
    async def test_handed_over_and_told(self, world: World) -> None:
        number = await world.start_note(world.noor)
        thread = world.thread(number)
        await world.mia.send(thread, "# Leaves\nThey fall.")
        await world.noor.send(thread, "Oaks keep theirs.")
        record = said(await world.mia.slash(thread, "note scribes"))
        assert f"*Leaves*: {world.mia.mention} (2 pieces), {world.noor.mention} (1 piece)" in record
        assert "Who wrote what" not in said(await world.tomasz.slash(thread, "note scribes"))
        told = said(await world.mia.slash(thread, "note scribes", lead=world.ben.user))
        assert f"{world.ben.mention} leads, with {world.noor.mention}" in told
        notice = next(one for one in thread.history() if "keep these notes from now on" in one.content)
        assert world.pinged(notice) == [world.ben.id]
        await world.ben.send(thread, "Beeches keep theirs.")
        await world.mia.send(thread, "I only help now.")
        assert [one.state for one in await world.blocks(number)] == [STANDING] * 4 + [WAITING]
        assert "They fall." in await world.note(number, world.tomasz), "what was written before stays"

    async def test_chosen_from_the_page(self, world: World) -> None:
        number = await world.start_note()
        page = await raw_press(world.mia, world.biology, f"note:scribes:{world.guild.id}:{number}")
        assert page.response is not None
        partners = f"note:partners:{world.guild.id}:{number}"
        page = await world.mia.select(page.response, [world.noor, world.ben], custom_id=partners)
        assert f"{world.mia.mention} leads, with {world.noor.mention}, {world.ben.mention}" in said(page)
        assert page.response is not None
        lead = f"note:lead:{world.guild.id}:{number}"
        page = await world.mia.select(page.response, [world.noor], custom_id=lead)
        assert f"{world.noor.mention} leads, with {world.ben.mention}" in said(page)


class TestLooking:
    async def test_the_desks_notes(self, world: World) -> None:
        assert "no notes yet" in said(await raw_press(world.ben, world.biology, f"note:list:{world.guild.id}:0"))
        numbers = [await world.start_note(title=f"Lesson {count}") for count in range(12)]
        await world.mia.send(world.thread(numbers[-1]), "? why")
        listed = await raw_press(world.ben, world.biology, f"note:list:{world.guild.id}:0")
        assert "12 lessons" in said(listed)
        assert "1 question open" in said(listed)
        assert listed.response is not None
        second = await world.ben.click(listed.response, label="More ›")
        assert "Page 2 of 2" in str(second.response.embeds[0].footer.text if second.response else "")
        assert second.response is not None
        opened = await world.ben.select(second.response, [str(numbers[0])])
        assert "Lesson 0" in said(opened)
        assert "Nothing stands in these notes yet." in said(opened)

    async def test_what_was_missed(self, world: World) -> None:
        number = await world.start_note(unit="Plants")
        thread = world.thread(number)
        await world.mia.send(thread, "# Leaves\nThey fall in autumn.\nstoma :: a pore in a leaf\n? why do they")
        missed = await world.ben.slash(world.biology, "note missed")
        assert "You missed 1 lesson" in said(missed)
        assert "• **Leaves** They fall in autumn." in said(missed)
        assert "Terms: stoma" in said(missed)
        assert f"Still open: #{number + 1} why do they" in said(missed)
        assert missed.response is not None
        assert "They fall in autumn." in said(await world.ben.select(missed.response, [str(number)]))
        assert "no lesson" in said(await world.mia.slash(world.biology, "note missed")), "she was there"
        assert "no lesson" in said(await world.ben.slash(world.biology, "note missed", since="tomorrow"))

    async def test_a_long_note_is_read_page_by_page(self, world: World) -> None:
        number = await world.start_note()
        thread = world.thread(number)
        for count in range(12):
            await world.mia.send(thread, f"Line {count}. " + "Leaves fall in autumn. " * 40)
        await world.mia.send(thread, "```\n" + "tree = leaves\n" * 130 + "```")
        read = await world.note(number, world.ben)
        assert all(f"Line {count}." in read for count in range(12))
        assert read.count("tree = leaves") == 130
        assert read.count("```") % 2 == 0

    async def test_what_can_be_done_is_one_press_away(self, world: World) -> None:
        number = await world.start_note()
        more = await world.mia.click(world.card(number), label="More …")
        assert more.response is not None
        labels = [one["label"] for row in more.response.components for one in row["components"]]
        assert labels == ["Edit", "Strike out", "Check the terms", "History", "Scribes", "Compile", "Close"]


def marks(thread: simcord.ChannelHandle, message: discord.Message) -> list[str]:
    """The reactions under a message."""
    found = next(one for one in thread.history() if one.id == message.id)
    return [str(one.emoji) for one in found.reactions]
