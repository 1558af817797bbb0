"""Whatever somebody writes into any field of a note: nothing runs, nothing is fetched, and the page stays our page.

Each attack of `tests/web/attacks.py` is put into every field at once and looked at in a real browser, whose own defence
(the page's Content-Security-Policy) is switched off: what is tried here is what we let through.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, Route

from bot.models.answers import PublicAnswer, PublicSource
from bot.models.companions import Note, NoteHole
from bot.models.publications import PublicNotePage
from bot.web.notes import body_of
from bot.web.pages import ASSETS, Pages, asset
from bot.web.taking_away.books import chapter
from bot.web.taking_away.pages import note_html
from tests.web.attacks import ALL, ATTACKS
from tests.web.conftest import Served
from tests.web.noted import block, drawn, filed, noted, read_media
from tests.web.shelf import WHEN, library_of, shelved

in_browser = pytest.mark.asyncio(loop_scope="session")

PAGE, XHTML = "text/html", "application/xhtml+xml"
PICTURE = f"media/{filed().media_name}"

TAGS = set(
    # ours
    "html head meta title link body header nav main footer article section aside figure figcaption time svg path circle"
    # and what Markdown is read as
    " a abbr b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr img i li ol p pre s span strong sub sup"
    " table tbody td th thead tr ul"
    # and formulas
    " math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub"
    " msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
ATTRIBUTES = set(
    "alt aria-current aria-hidden aria-label aria-labelledby charset class content datetime dir height href http-equiv"
    " id lang loading name property rel role scope src start tabindex title type width"
    # of pictures of ours
    " cx cy d fill r stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-width viewbox"
    # of XHTML
    " epub:type xml:lang xmlns xmlns:epub"
    # of formulas
    " accent accentunder columnalign columnlines depth display displaystyle fence form largeop linethickness lspace"
    " mathvariant maxsize minsize movablelimits notation rowlines rspace scriptlevel stretchy voffset".split()
)
ADDRESSES = r"^(https?:|mailto:|#|\.{1,2}/)"
"""Where a link may lead: out, within the page, to another page of ours."""
PICTURES = r"^((\.{1,2}/)*(media/[0-9a-f]{64}\.png|assets/emblem\.svg)|data:image/(png|svg\+xml);base64,[\w+/=]+)$"

LOOK = """async ([way, paths, tags, attributes, addresses, pictures]) => {
  const parts = 'head,header,nav,main,footer,article,section:not(.footnotes),h1,title,meta,link,script,style,figure,'
    + '.hole,.filling,.file,.sources>li';
  const where = (one) => one ? `${where(one.parentElement)}>${one.localName}` : '';
  const look = (page) => {
    const found = [];
    for (const one of page.querySelectorAll('*')) {
      const tag = one.localName;
      if (!tags.includes(tag)) found.push(`element ${tag}`);
      for (const { name, value } of one.attributes) {
        if (!attributes.includes(name.toLowerCase())) found.push(`attribute ${name} of ${tag}`);
        if (name === 'href' && tag === 'a' && !new RegExp(addresses).test(value)) found.push(`link to ${value}`);
        if (name === 'src' && !new RegExp(pictures).test(value)) found.push(`source ${value.slice(0, 90)}`);
      }
      const leads_out = tag === 'a' && /^https?:/.test(one.getAttribute('href') ?? '');
      if (leads_out && !/noopener/.test(one.rel)) found.push('a link that tells who opened it');
    }
    const shape = [...page.querySelectorAll(parts)].map((one) => where(one));
    const view = page.defaultView;
    return { found, shape, ran: view?.ran ?? [], there: view?.location.pathname ?? '' };
  };
  const load = (path) => new Promise((seen) => {
    const frame = document.createElement('iframe');
    frame.onload = () => { seen(look(frame.contentDocument)); setTimeout(() => frame.remove()); };
    frame.style.display = 'none';
    frame.src = path;
    document.body.append(frame);
  });
  const parse = async (path) => {
    const answer = await fetch(path);
    return look(new DOMParser().parseFromString(await answer.text(), answer.headers.get('content-type').split(';')[0]));
  };
  const seen = [];
  const next = async (place) => {
    for (; place < paths.length; place += 6) seen[place] = await { load, parse }[way](paths[place]);
  };
  await Promise.all([0, 1, 2, 3, 4, 5].map(next));
  return seen;
}"""
CANARY = "window.ran = []; for (const name of ['alert', 'msgbox']) window[name] = (what) => window.ran.push(what);"


@dataclass
class Lair:
    """A tab in which anything may run that gets so far, and the pages that are shown to it."""

    tab: Page
    address: str
    pages: dict[str, tuple[str, bytes]]
    asked: list[str] = field(default_factory=list)
    """What was asked of others."""

    async def look_at(
        self, pages: Iterable[bytes], content_type: str, tags: Iterable[str], way: str
    ) -> list[dict[str, Any]]:
        """Say what is on each page that should not be, what ran, and how it is built.

        The way is to `load` a page into a frame, or to `parse` it only: then nothing can run, and it is done sooner.
        """
        shown = {f"/notes/{place}/": (content_type, page) for place, page in enumerate(pages)}
        self.pages |= shown
        await self.tab.goto(self.address)
        allowed = [sorted({*TAGS, *tags}), sorted(ATTRIBUTES), ADDRESSES, PICTURES]
        seen: list[dict[str, Any]] = await self.tab.evaluate(LOOK, [way, list(shown), *allowed])
        return [one | {"stayed": one["there"] in {path, ""}} for path, one in zip(shown, seen, strict=True)]


@pytest_asyncio.fixture(loop_scope="session")
async def lair(browser: Browser) -> AsyncIterator[Lair]:
    pages = {f"/assets/{name}": (kind, asset(name)) for name, kind in ASSETS.items()}
    pages |= {f"/{PICTURE}": ("image/png", drawn()), f"/notes/{PICTURE}": ("image/png", drawn())}
    pages |= {"/": (PAGE, b"<!doctype html><title>The lair</title>")}

    async def answer(request: web.Request) -> web.Response:
        content_type, body = pages.get(request.path, (PAGE, b""))
        return web.Response(body=body, content_type=content_type, charset="utf-8")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    context = await browser.new_context(bypass_csp=True)
    await context.add_init_script(CANARY)
    found = Lair(await context.new_page(), address, pages)

    async def refuse(route: Route) -> None:
        found.asked.append(route.request.url)
        await route.abort()

    await context.route(re.compile(f"^(?!{re.escape(address)}|data:)"), refuse)
    yield found
    await context.close()
    await runner.cleanup()


def everywhere(text: str) -> Note:
    """A note with a text in every field that somebody can write into."""
    source = PublicSource("web", text, "https://a.example/", text, text, text, text)
    answer = PublicAnswer(1, text, text, endorsed=True, created_at=WHEN, sources=(source,))
    picture = filed(filename=text, alt=text)
    worksheet = filed(b"%PDF-1.4", filename=text, content_type="application/pdf", alt=text)
    return noted(
        block("text", "Before."),
        block("heading", text),
        block("text", text, id=1),
        block("heading", text, level=2),
        block("text", "Between."),
        block("term", f"{text} :: {text}"),
        block("term", "term :: meaning"),
        block("question", text, id=2, hole=NoteHole(42, "settled", text, (answer,), 41, (43,))),
        block("question", text, id=3, hole=NoteHole(43, "open", "", ())),
        block("image", text, id=4, file=picture),
        block("file", text, id=5, file=worksheet),
        block("text", text, id=6, byline="Bold Otter"),
        block("text", "After.", byline=text),
        title=text,
        unit=text,
        bylines=(text, "Bold Otter"),
    )


def site_page(text: str, path: str = "notes/57/") -> bytes:
    """A page of the public site on which the note stands, or is named. `?` stands for the folder of its unit."""
    question = shelved(42, text=text, topic=text, byline=text)
    shelf = library_of(question, name=text, notes=(PublicNotePage(everywhere(text), WHEN, "digest"),))
    pages = Pages(shelf)
    (unit,) = [one for one in pages.makers if one.startswith("companion/") and one != "companion/"]
    rendered = pages.render(unit if path == "companion/?" else path)
    assert rendered is not None
    return rendered.text.encode()


def file(text: str) -> bytes:
    """The note as a file that needs no other."""
    return note_html(everywhere(text), read_media, text)


def book_chapter(text: str) -> bytes:
    """The note as a chapter of the e-book."""
    note = everywhere(text)
    return chapter(note, body_of(note), {filed().media_name})


def problems(seen: dict[str, Any], harmless: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with a page, beside one on which nothing is."""
    wrong = {name: seen[name] for name in ("found", "ran", "stayed", "shape") if seen[name] != harmless[name]}
    if "shape" in wrong:
        wrong["shape"] = sorted({*seen["shape"]} ^ {*harmless["shape"]}) or "more or fewer of something"
    return wrong


async def check(
    lair: Lair,
    draw: Callable[[str], bytes],
    content_type: str = PAGE,
    tags: Iterable[str] = (),
    way: Literal["load", "parse"] = "load",
) -> None:
    """Look at a page for each attack, and at a harmless one."""
    texts = ["Harmless", *(text for _, text in ALL)]
    harmless, *others = await lair.look_at(map(draw, texts), content_type, tags, way)
    assert problems(harmless, harmless | {"found": [], "ran": [], "stayed": True}) == {}
    assert len(harmless["shape"]) > 5
    wrong = {text[:120]: problems(seen, harmless) for text, seen in zip(texts[1:], others, strict=True)}
    assert {text: one for text, one in wrong.items() if one} == {}
    assert lair.asked == []


@in_browser
async def test_on_the_page_of_a_note(lair: Lair) -> None:
    await check(lair, site_page)


@in_browser
@pytest.mark.parametrize("path", ["", "companion/", "companion/?", "questions/42/"])
async def test_on_the_pages_that_name_it(lair: Lair, path: str) -> None:
    await check(lair, lambda text: site_page(text, path), tags={"script"}, way="parse")


@in_browser
async def test_in_the_file_that_needs_no_other(lair: Lair) -> None:
    await check(lair, file, tags={"style"})


@in_browser
async def test_in_the_e_book(lair: Lair) -> None:
    await check(lair, book_chapter, XHTML, way="parse")


@in_browser
async def test_all_of_it_on_one_page_tries_nothing(served: Served, page: Page) -> None:
    """On the real site, with the page's own policy: the browser would complain of whatever that forbids."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    blocks = (one for _, text in ALL for one in everywhere(text).blocks)
    note = noted(*(replace(one, id=place) for place, one in enumerate(blocks)), bylines=("Quiet Heron",))
    shelf = library_of(notes=(PublicNotePage(note, WHEN, "digest"),))
    rendered = Pages(shelf).render("notes/57/")
    assert rendered is not None

    async def answer(route: Route) -> None:
        await route.fulfill(body=rendered.text, content_type=PAGE, headers={"Content-Security-Policy": rendered.policy})

    await page.route(f"{served.address}library/notes/57/", answer)
    await page.route("**/media/*", lambda route: route.fulfill(body=drawn(), content_type="image/png"))
    await page.route("**/assets/*", lambda route: route.fulfill(body=asset("style.css"), content_type="text/css"))
    await page.goto(f"{served.address}library/notes/57/")
    assert await page.locator("main > article > .text .hole").count() == 2 * len(ALL)
    assert await page.locator("main > article > .text figure").count() == len(ALL)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert said == []


@in_browser
async def test_an_attack_that_comes_through_would_be_noticed(lair: Lair) -> None:
    """The same attacks on a page that lets them through: most run, ask others for something, or are foreign on it."""
    raw = [f"<!doctype html><title>x</title><body>{text}".encode(errors="replace") for _, text in ALL]
    seen = await lair.look_at(raw, PAGE, (), "load")
    kinds = {kind: [one for one, (of, _) in zip(seen, ALL, strict=True) if of == kind] for kind in ATTACKS}
    ran = sum(bool(one["ran"]) for one in seen)
    assert ran >= 25
    assert sum(bool(one["found"]) for one in seen) >= 100
    assert any(one["ran"] for one in kinds["event handlers"])
    assert any("attribute style of p" in one["found"] for one in kinds["styles"])
    assert len({url for url in lair.asked if url.startswith("https://evil.example/")}) >= 5


def test_there_are_attacks_of_many_kinds() -> None:
    assert len(ALL) == len(set(ALL)) >= 200
    assert all(len(texts) >= 5 for texts in ATTACKS.values())
