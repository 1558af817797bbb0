"""The site as people meet it: in a real browser, in light and dark, on a phone, with a keyboard, on paper."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page

from bot.models.sessions import BlockFile, BlockKind
from bot.services.publishing import approving, consenting, requesting
from bot.services.researchers import answering, settling, trail
from bot.web.building import build_site
from tests.cast import MIA, NOOR, OKAFOR
from tests.services.noting import ask_in, begin, compiled, write
from tests.services.publishing import approve, published
from tests.services.researching import WEB, ask, choose
from tests.web.conftest import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkunde" * 3
HOSTILE = (
    f"# Loud\n\n<script>document.title = 'taken'</script> **bold**\n\n```\n{'x' * 400}\n```\n\n"
    f"![p](https://evil.example/p.png) {LONG}"
)


@pytest_asyncio.fixture(loop_scope="session")
async def errors(page: Page) -> AsyncIterator[list[str]]:
    """Whatever the browser complains of while a test looks at pages: it must be nothing."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


ROUGH = (
    "Plants need:\n- water\n- sun\n  - red",
    f"| what | {LONG} |\n|---|---|\n| {'wide ' * 12} | x |",
    f"```python\nfor leaf in tree:  # {'x' * 200}\n    print('falls')\n```",
    f"It is $x_{{{'1' * 60}}}$ and\n\n$$\\frac{{a}}{{b}} + {'+'.join('abcdefghij' * 4)}$$",
    "So it is.[^1]\n\n[^1]: Why it is so.",
    "stalk :: where the leaf holds on",
    HOSTILE,
)
LEAF = Image.new("RGB", (900, 300), "teal")


async def a_note(served: Served) -> int:
    """A published note of Mia and Noor with rough texts, a picture, and a hole that was filled and is public too."""
    library = served.library
    number = await begin(library)
    await write(library, number, MIA, "# At the gate", BlockKind.HEADING)
    for text in ROUGH:
        kind = BlockKind.TERM if " :: " in text else BlockKind.TEXT
        await write(library, number, MIA, text, kind)
    await write(library, number, NOOR, "## What we saw", BlockKind.HEADING)
    content = io.BytesIO()
    LEAF.save(content, "PNG")
    file = BlockFile(1, library.media.put(content.getvalue()), "leaf.png", "image/png", 900, "A long teal leaf")
    await write(library, number, NOOR, "Seen at *noon*", BlockKind.IMAGE, file=file)
    asked = await ask_in(library, number)
    await answering.answer_question(NOOR, library, asked.number, "They **stop** making green.", (WEB,))
    await settling.settle_question(MIA, library, asked.number, "The red was there.")
    await ask_in(library, number, NOOR, "And where does it go?")
    await compiled(library, number)
    for one in (number, asked.number):
        await requesting.ask_publication(MIA, library, one)
        await consenting.give_consent(NOOR, library, one)
        await approve(library, one)
    return number


async def a_trail(served: Served) -> None:
    """Two published questions, the second a follow-up of the first one's answer, in an inquiry, with rough texts."""
    library = served.library
    first = await published(library)
    await trail.name_inquiry(MIA, library, first.number, "The colours of the sky", "We argued.")
    second = await ask(library, MIA, f"Why is it red at night? {LONG}", topic="Sky", parent=1, parent_answer=1)
    await answering.answer_question(NOOR, library, second.number, HOSTILE, (WEB,))
    await settling.settle_question(MIA, library, second.number, "שלום, the way is longer.")
    await requesting.ask_publication(MIA, library, second.number)
    await consenting.give_consent(NOOR, library, second.number)
    await approve(library, second.number)


ADDRESSES = [
    "",
    "library/questions/1/",
    "library/questions/2/",
    "library/topics/",
    "library/topics/sky/",
    "library/companion/",
    "library/companion/trees/",
    "library/notes/3/",
    "library/no/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_every_page_fits_and_the_browser_has_nothing_to_complain_of(
    served: Served, page: Page, scheme: str, width: int
) -> None:
    await a_trail(served)
    assert await a_note(served) == 3
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.set_viewport_size({"width": width, "height": 700})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ADDRESSES:
        await page.goto(served.address + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert "taken" not in await page.title()
    missing = [one for one in said if "404" not in one]  # the browser notes that the last address leads nowhere
    assert missing == []


async def test_the_colours_follow_the_reader(served: Served, page: Page, errors: list[str]) -> None:
    await published(served.library)
    found = set()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.goto(served.address)
        found.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert found == {"rgb(251, 248, 241)", "rgb(28, 26, 23)"}


async def test_what_a_student_wrote_cannot_do_anything(served: Served, page: Page, errors: list[str]) -> None:
    await a_trail(served)
    await page.goto(f"{served.address}library/questions/2/")
    assert await page.locator("main img, main script, main style, main iframe").count() == 0
    assert await page.get_by_text("document.title = 'taken'").count() == 1
    assert await page.locator(".answer .text strong").inner_text() == "bold"
    assert await page.locator("script").evaluate_all("all => all.map(one => one.type)") == ["application/ld+json"]


async def test_the_data_for_search_engines_is_read_and_not_run(served: Served, page: Page, errors: list[str]) -> None:
    await published(served.library)
    await page.goto(f"{served.address}library/questions/1/")
    data = await page.evaluate("JSON.parse(document.querySelector('script').textContent)")
    assert data["mainEntity"]["suggestedAnswer"][0]["text"].startswith("Blue light scatters")


async def test_a_script_would_not_run(served: Served, page: Page) -> None:
    await published(served.library)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"{served.address}library/questions/1/")
    await page.evaluate(
        "() => { const one = document.createElement('script'); one.textContent = 'window.ran = 1';"
        " document.body.append(one); }"
    )
    assert await page.evaluate("window.ran") is None
    assert any("Content Security Policy" in one for one in said)


async def test_a_keyboard_skips_to_the_text(served: Served, page: Page, errors: list[str]) -> None:
    await published(served.library)
    await page.goto(f"{served.address}library/")
    await page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert await skip.inner_text() == "Skip to the text"
    box = await skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.tagName") == "MAIN"
    await page.keyboard.press("Tab")
    assert await page.locator(":focus").inner_text() == "Why is the sky blue?"


async def test_the_trail_is_walked_in_both_directions(served: Served, page: Page, errors: list[str]) -> None:
    await a_trail(served)
    await page.goto(f"{served.address}library/questions/1/")
    await page.locator(".answer").get_by_role("link", name="Why is it red at night?").click()
    assert page.url.endswith("/library/questions/2/")
    current = page.locator(".trail [aria-current=page]")
    assert (await current.inner_text()).startswith("Why is it red")
    await page.locator(".from").get_by_role("link", name="Why is the sky blue?").click()
    assert page.url.endswith("/library/questions/1/")


async def test_landmarks_and_headings_stand_in_order(served: Served, page: Page, errors: list[str]) -> None:
    await a_trail(served)
    await page.goto(f"{served.address}library/questions/2/")
    for landmark in ("banner", "main", "contentinfo"):
        assert await page.get_by_role(landmark).count() == 1
    levels = await page.locator("h1,h2,h3,h4,h5,h6").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert await page.locator("[dir=auto]").count() > 5


async def test_a_withdrawn_page_is_gone_when_it_is_loaded_again(served: Served, page: Page) -> None:
    await published(served.library)
    address = f"{served.address}library/questions/1/"
    before = await page.goto(address)
    assert before is not None
    assert before.status == 200
    await approving.withdraw_publication(OKAFOR, served.library, 1)
    after = await page.reload()
    assert after is not None
    assert after.status == 404
    assert await page.get_by_role("heading", name="There is no such page").is_visible()


async def test_the_built_site_needs_no_script_and_nothing_outside_its_folder(
    served: Served, browser: Browser, tmp_path: Path
) -> None:
    await a_trail(served)
    await choose(served.library, search_engines_allowed=True)
    await build_site(served.library, tmp_path / "site")
    context = await browser.new_context(java_script_enabled=False)
    page, asked, said = await context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    await page.goto((tmp_path / "site/index.html").as_uri())
    assert await page.get_by_role("heading", name="Newest answers").is_visible()
    image = await page.screenshot()
    await context.close()
    assert said == []
    assert image
    assert all(one.startswith("file://") for one in asked)
    assert any(one.endswith("assets/style.css") for one in asked)


async def test_on_paper_there_is_the_text_and_where_its_sources_are(
    served: Served, page: Page, errors: list[str]
) -> None:
    await published(served.library)
    await page.goto(f"{served.address}library/questions/1/")
    await page.emulate_media(media="print")
    assert not await page.get_by_role("link", name="Topics").is_visible()
    shown = "getComputedStyle(document.querySelector('.sources a'), '::after').content"
    assert "science.nasa.gov" in await page.evaluate(shown)


async def test_a_note_is_drawn_whole(served: Served, page: Page, errors: list[str]) -> None:
    number = await a_note(served)
    await page.goto(f"{served.address}library/notes/{number}/")
    assert await page.locator("main script, main style, main iframe").count() == 0
    assert await page.locator("figure img").evaluate("one => one.complete && one.naturalWidth") == 900
    formula = await page.locator(".formula.block math").bounding_box()
    assert formula is not None
    assert formula["height"] > 20
    keyword = page.locator("pre .hl-k").first
    assert await keyword.evaluate("one => getComputedStyle(one).color") == "rgb(29, 90, 76)"
    assert await page.locator(".hole.open").inner_text() != ""
    assert await page.get_by_text("Noor", exact=True).count() == 0
    levels = await page.locator("h1,h2,h3,h4,h5,h6").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


async def test_what_is_wider_than_a_phone_scrolls_by_itself_with_the_keyboard_too(
    served: Served, page: Page, errors: list[str]
) -> None:
    number = await a_note(served)
    await page.set_viewport_size({"width": 320, "height": 700})
    await page.goto(f"{served.address}library/notes/{number}/")
    wider = await page.evaluate(
        "[...document.querySelectorAll('main *')].filter(one => one.scrollWidth > one.clientWidth + 1 &&"
        " /auto|scroll/.test(getComputedStyle(one).overflowX)).map(one => [one.className || one.tagName, one.tabIndex])"
    )
    assert {name for name, _ in wider} >= {"PRE", "wide", "formula block"}
    assert all(index == 0 for _, index in wider)


async def test_notes_and_questions_are_walked_in_both_directions(served: Served, page: Page, errors: list[str]) -> None:
    number = await a_note(served)
    await page.goto(f"{served.address}library/")
    await page.get_by_role("navigation", name="This library").get_by_role("link", name="Companion").click()
    await page.get_by_role("link", name="Trees", exact=True).click()
    assert page.url.endswith("/library/companion/trees/")
    await page.locator("header h2").get_by_role("link", name="Why leaves let go").click()
    assert page.url.endswith(f"/library/notes/{number}/")
    await page.locator(".contents").get_by_role("link", name="What we saw").click()
    assert page.url.endswith(f"#n{number}-h-what-we-saw")
    await page.locator(".hole.filled").get_by_role("link", name="Question").click()
    assert await page.locator("h1").inner_text() == "Why do leaves turn red?"
    await page.locator(".from").get_by_role("link", name="Why leaves let go").click()
    assert f"/library/notes/{number}/#n{number}-b" in page.url
    assert await page.locator(":target").inner_text() != ""


async def test_footnotes_lead_down_and_up_again(served: Served, page: Page, errors: list[str]) -> None:
    number = await a_note(served)
    await page.goto(f"{served.address}library/notes/{number}/")
    await page.locator("sup a").first.click()
    assert page.url.endswith(f"#n{number}-fn-1")
    await page.get_by_role("link", name="Back to the text").click()
    assert page.url.endswith(f"#n{number}-ref-1")


async def test_on_paper_a_note_has_its_words_and_the_addresses_of_its_links(
    served: Served, page: Page, errors: list[str]
) -> None:
    number = await a_note(served)
    await page.goto(f"{served.address}library/notes/{number}/")
    await page.emulate_media(media="print")
    assert not await page.get_by_role("link", name="Companion").is_visible()
    assert await page.locator("pre").first.evaluate("one => getComputedStyle(one).whiteSpace") == "pre-wrap"
    shown = "getComputedStyle(document.querySelector('.text a[href^=http]'), '::after').content"
    assert "http" in await page.evaluate(shown)
    inner = "getComputedStyle(document.querySelector('sup a'), '::after').content"
    assert await page.evaluate(inner) == "none"
    assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")


async def test_the_companion_is_built_as_it_is_served(served: Served, browser: Browser, tmp_path: Path) -> None:
    number = await a_note(served)
    await build_site(served.library, tmp_path / "site")
    context = await browser.new_context(java_script_enabled=False)
    page, asked, said = await context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfinished", lambda request: asked.append(request.url))
    for path in (f"notes/{number}", "companion/trees", "companion"):
        await page.goto((tmp_path / "site" / path / "index.html").as_uri())
        assert await page.locator("h1").count() == 1
        await page.wait_for_load_state("networkidle")
    await context.close()
    assert said == []
    assert all(one.startswith("file://") for one in asked)
    assert any("/media/" in one for one in asked)
