"""A lesson in a browser: four students take notes in a thread, and what they made of it becomes a public page.

With ``VADEMECUM_PICTURES`` naming a folder (docs/pictures), what people see on the way is photographed into it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from pathlib import Path

import pytest
import simcord
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.sandbox.running import Running, start
from bot.sandbox.sample_notes import content_of
from bot.settings import Settings
from tests.browser import WAIT_MS
from tests.sandbox.preview_page import PreviewPage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

TITLE = "Under the lens"
HOLE = "Why does the scar not bleed?"
ALT = "A drawing: three dark lines where the stalk of a leaf meets its twig"


class Lesson:
    """The people of a lesson, each with a page of their own in its thread."""

    def __init__(self, running: Running, people: contextlib.AsyncExitStack, browser: Browser) -> None:
        self.running = running
        self._people = people
        self._browser = browser

    async def sit_down(self, person: str, place: str) -> PreviewPage:
        """Open a page of a person in a channel, or in a thread by its id."""
        context: BrowserContext = await self._people.enter_async_context(
            await self._browser.new_context(viewport={"width": 1024, "height": 1180})
        )
        context.set_default_timeout(WAIT_MS)
        return await PreviewPage.open(await context.new_page(), self.running.address, person, place)

    def thread(self) -> simcord.ChannelHandle:
        """The thread of the lesson."""
        (thread,) = [one for one in self.running.sandbox.world.threads() if TITLE in (one.name or "")]
        return thread

    async def by_hand(self, person: str, **how: str) -> None:
        """Do in the thread what simcord's page cannot: send a file, edit one's newest message, or react to one."""
        async with self.running.sandbox._lock:  # as every page's acts do
            await self._do(self.running.sandbox.world.people[person], how)

    async def _do(self, who: simcord.MemberActor, how: dict[str, str]) -> None:
        thread = self.thread()
        if "file" in how:
            await who.send(thread, attachments=[(how["file"], content_of(how))])
        own = [one for one in thread.history() if one.author.id == who.id]
        if "edit" in how:
            await who.edit(own[-1], how["edit"])
        if "react" in how:
            (message,) = [one for one in thread.history() if one.content == how["on"]]
            await who.react(message, how["react"])


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where to photograph to: the docs where they are to be renewed, else nowhere that lasts."""
    folder = Path(os.environ.get("VADEMECUM_PICTURES", tmp_path))
    folder.mkdir(exist_ok=True)
    return folder


async def test_four_students_take_notes_that_become_a_public_page(
    tmp_path: Path, page: Page, browser: Browser, pictures: Path
) -> None:
    async with start(Settings(data_dir=tmp_path / "data")) as running, contextlib.AsyncExitStack() as people:
        time = asyncio.create_task(running.sandbox.run())
        people.callback(time.cancel)
        lesson = Lesson(running, people, browser)

        biology = await lesson.sit_down("tomasz", "biology")
        await biology.slash("note start", title=TITLE, unit="Trees")
        found = re.search(r"#(\d+)", await biology.last_private_reply())
        assert found is not None
        number = int(found.group(1))
        await biology.see(re.compile(rf"#{number} .*{TITLE}", re.DOTALL))
        await biology.screenshot(pictures / "note-card.png")

        tomasz, mia, ines = [await lesson.sit_down(who, str(lesson.thread().id)) for who in ("tomasz", "mia", "ines")]
        await _hand_out_pens(biology)
        await _write(lesson, tomasz, mia, ines)
        await tomasz.screenshot(pictures / "note-thread.png")
        question = await _fill_the_hole(lesson)
        await _edit_and_strike(lesson, tomasz)
        await _compile_and_share(tomasz, number, question, pictures)
        await _agree(lesson, number)
        await _publish(lesson, number)
        await _read(page, running.address, number, pictures)


async def _hand_out_pens(biology: PreviewPage) -> None:
    await biology.press("Scribes", on=re.compile("have begun"))
    await biology.choose_several("Choose who keeps them too", "Mia", "Ines")


async def _write(lesson: Lesson, tomasz: PreviewPage, mia: PreviewPage, ines: PreviewPage) -> None:
    await tomasz.see("Here the notes of this lesson are written")
    await tomasz.say("# The foot of a leaf")
    await tomasz.say("Under the lens there is a *ring* where the stalk meets the twig.")
    await mia.say("leaf scar :: the mark that a fallen leaf leaves on its twig")
    await ines.say("is it break soon?")
    await lesson.by_hand("ines", file="leaf-stalk.png")
    await ines.press("Describe it")
    await ines.fill_form("What is to be seen?", **{"In leaf-stalk.png": ALT})
    await mia.say(f"? {HOLE}")


async def _fill_the_hole(lesson: Lesson) -> int:
    noor = await lesson.sit_down("noor", "questions")
    card = await noor.see(HOLE)
    found = re.search(r"#(\d+)", await card.inner_text())
    assert found is not None
    question = int(found.group(1))
    await noor.press("I'll look into it", on=HOLE)
    await noor.press("Answer", on=re.compile("is yours to look into"))
    await noor.fill_form(
        f"Answer #{question}",
        **{
            "Your answer": "The tree closes the pipes with cork before the leaf falls.",
            "Your sources, one on each line": "https://www.kew.org/",
            "Why trust it? One line for each source": "A garden that studies plants",
        },
    )
    mia = await lesson.sit_down("mia", "questions")
    await mia.press("More …", on=HOLE)
    await mia.press("Settle it")
    await mia.fill_form(f"Settle #{question}", **{"What do you now think?": "The wound is closed before it is one."})
    return question


async def _edit_and_strike(lesson: Lesson, tomasz: PreviewPage) -> None:
    await lesson.by_hand("tomasz", edit="Under the lens there is a *ring*, where the stalk meets the twig.")
    await lesson.by_hand("tomasz", react="✂️", on="is it break soon?")
    await lesson.by_hand("tomasz", react="✅", on="leaf scar :: the mark that a fallen leaf leaves on its twig")


async def _compile_and_share(tomasz: PreviewPage, number: int, question: int, pictures: Path) -> None:
    await tomasz.slash("note close", id=f"#{number}")
    await tomasz.press("Compile")
    assert f"#{number}, version 1" in await tomasz.last_private_reply()
    await tomasz.screenshot(pictures / "note-compiled.png")
    await tomasz.press("Share it")
    assert f"#{number}" in await tomasz.last_private_reply()


async def _agree(lesson: Lesson, number: int) -> None:
    for who in ("mia", "ines", "noor"):
        author = await lesson.sit_down(who, "biology")
        await author.slash("publish consent")
        for _ in range(5):  # older requests of the sample class come first
            if f"#{number}" in await author.last_private_reply():
                break
            await author.press("No")
            await author.press("Next ›")
        await author.press("Yes, under this pen name")
        assert f"yes for #{number}" in await author.last_private_reply()


async def _publish(lesson: Lesson, number: int) -> None:
    okafor = await lesson.sit_down("okafor", "biology")
    await okafor.slash("library approve")
    for _ in range(10):
        if f"#{number}" in await okafor.last_private_reply():
            break
        await okafor.press("Next ›")
    await okafor.press("Publish")
    assert f"#{number} is public" in await okafor.last_private_reply()


async def _read(page: Page, address: str, number: int, pictures: Path) -> None:
    await page.goto(address)
    await page.get_by_role("link", name=re.compile("public site", re.IGNORECASE)).click()
    await page.get_by_role("link", name="Companion").first.click()
    await page.get_by_role("link", name=TITLE).first.click()
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    body = page.locator("body")
    for words in ("The foot of a leaf", ", where the stalk meets", "leaf scar", HOLE, "closes the pipes"):
        await expect(body).to_contain_text(words)
    picture = page.get_by_alt_text(ALT)
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("naturalWidth", 640)  # it is there, and no broken picture
    await expect(body).not_to_contain_text("is it break soon?")
    await expect(body).not_to_contain_text("Tomasz")
    await page.screenshot(path=pictures / "note-page.png", full_page=True)
