"""The site as it is served: what is there, what is not, and what goes along with every answer."""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import replace

import aiohttp
import pytest
from yarl import URL

from bot.models.companions import Note
from bot.models.people import Actor
from bot.models.sessions import BlockKind
from bot.services import librarians
from bot.services.library import Library
from bot.services.publishing import approving, consenting, requesting
from bot.web import downloads, note_pages
from bot.web.app import KEPT_LIBRARIES, Site, serve
from bot.web.editions import TYPES
from bot.web.marking.parser import Marked
from bot.web.notes import body_of
from tests.cast import MIA, NOOR, OKAFOR, SERVER
from tests.services.noting import LEAF, ask_in, begin, compiled, write
from tests.services.publishing import approve, published
from tests.services.researching import choose
from tests.web.conftest import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

TELLING = {
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def test_a_published_question_is_read_by_anyone(served: Served, reader: aiohttp.ClientSession) -> None:
    question = await published(served.library)
    async with reader.get(f"/library/questions/{question.number}/") as answer:
        text = await answer.text()
    assert answer.status == 200
    assert "Why is the sky blue?" in text
    assert "Blue light scatters" in text
    assert not answer.cookies


async def test_what_is_withdrawn_is_gone_at_the_next_request(served: Served, reader: aiohttp.ClientSession) -> None:
    question = await published(served.library)
    address = f"/library/questions/{question.number}/"
    async with reader.get(address) as before:
        assert before.status == 200
    await consenting.withdraw_consent(NOOR, served.library, question.number)
    async with reader.get(address, headers={"If-None-Match": before.headers["ETag"]}) as without_noor:
        assert without_noor.status == 200
        assert "Blue light scatters" not in await without_noor.text()
    await consenting.withdraw_consent(MIA, served.library, question.number)
    async with reader.get(address) as after:
        assert after.status == 404
        assert "sky" not in await after.text()
    async with reader.get("/library/") as home:
        assert "sky" not in await home.text()


async def test_what_did_not_change_is_not_sent_again(served: Served, reader: aiohttp.ClientSession) -> None:
    await published(served.library)
    for path in ("/library/", "/library/questions/1/", "/library/assets/style.css", "/robots.txt"):
        async with reader.get(path) as first:
            tag = first.headers["ETag"]
        async with reader.get(path, headers={"If-None-Match": tag}) as second:
            assert (second.status, await second.read()) == (304, b"")
            assert second.headers["ETag"] == tag
        async with reader.get(path, headers={"If-None-Match": '"another"'}) as third:
            assert third.status == 200


async def test_every_answer_says_what_a_browser_may_do(served: Served, reader: aiohttp.ClientSession) -> None:
    await published(served.library)
    for path in ("/", "/library/", "/library/questions/1/", "/library/assets/emblem.svg", "/robots.txt", "/none/"):
        async with reader.get(path, allow_redirects=False) as answer:
            assert TELLING.items() <= answer.headers.items(), path
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'"), path
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
    async with reader.post("/library/") as refused:
        assert refused.status == 405
        assert TELLING.items() <= refused.headers.items()


async def test_head_is_a_get_without_its_body(served: Served, reader: aiohttp.ClientSession) -> None:
    await published(served.library)
    async with reader.get("/library/") as whole, reader.head("/library/") as head:
        assert (head.status, await head.read()) == (200, b"")
        assert head.headers["Content-Length"] == whole.headers["Content-Length"]


@pytest.mark.parametrize(
    "path",
    [
        "/library/questions/999999/",
        "/library/questions/0/",
        "/library/questions/-1/",
        "/library/questions/1e3/",
        "/library/questions/%D9%A1/",
        "/library/questions/1/extra/",
        "/library/questions//",
        "/library//questions/1/",
        "//library/",
        "/library/assets/",
        "/library/assets/../../app.py",
        "/library/assets/..%2F..%2Fapp.py",
        "/library/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/assets/%00",
        "/library/%00/",
        "/Library/",
        "/library.html",
        "/%F0%9F%A6%89/",
        "/" + "a" * 4000,
        "/library/topics/none/",
        "/favicon.ico",
    ],
)
async def test_an_address_that_leads_nowhere_gets_the_kind_page(
    served: Served, reader: aiohttp.ClientSession, path: str
) -> None:
    await published(served.library)
    async with reader.get(URL(served.address.rstrip("/") + path, encoded=True)) as answer:
        assert answer.status == 404
        assert "There is no such page" in await answer.text()
        assert answer.headers["X-Robots-Tag"] == "noindex"


async def test_a_broken_address_is_refused_and_the_site_goes_on(served: Served, reader: aiohttp.ClientSession) -> None:
    await published(served.library)
    host, port = served.address.removeprefix("http://").rstrip("/").split(":")
    for line in (b"GET /\xff\xfe HTTP/1.1", b"GET /%ff%fe/ HTTP/1.1", b"GET http://[ HTTP/1.1", b"\x00\x00"):
        incoming, outgoing = await asyncio.open_connection(host, int(port))
        outgoing.write(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await incoming.read(20)).split(b" ")[1:2] in ([b"400"], [b"404"])
        outgoing.close()
    async with reader.get("/library/") as answer:
        assert answer.status == 200


async def test_a_forgotten_slash_is_added(served: Served, reader: aiohttp.ClientSession) -> None:
    await published(served.library)
    for path, target in (("/library", "library/"), ("/library/topics", "topics/"), ("/library/questions/1", "1/")):
        async with reader.get(path, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (308, target)
        async with reader.get(path) as arrived:
            assert arrived.status == 200


async def test_the_first_page_lists_the_libraries_unless_there_is_one(
    served: Served, reader: aiohttp.ClientSession
) -> None:
    async with reader.get("/") as nothing:
        assert "No library has published" in await nothing.text()
    await published(served.library)
    async with reader.get("/", allow_redirects=False) as only:
        assert (only.status, only.headers["Location"]) == (302, "library/")
    other = Actor(SERVER + 7, OKAFOR.user_id, manages_server=True)
    await librarians.arrive(served.library, other.server_id, "Hillside <School>")
    await librarians.change_settings(other, served.library, publishing_allowed=True)
    async with reader.get("/") as both:
        text = await both.text()
    assert '<a href="hillside-school/" dir="auto">Hillside &lt;School&gt;</a> <span>nothing yet</span>' in text
    assert '<a href="library/"' in text
    async with reader.get("/hillside-school/") as empty:
        assert "Nothing has been published here yet" in await empty.text()
    async with reader.get("/hillside-school/questions/1/") as not_theirs:
        assert not_theirs.status == 404
    async with reader.get("/assets/style.css") as style:
        assert style.content_type == "text/css"


async def test_publishing_turned_off_takes_the_whole_library_away(
    served: Served, reader: aiohttp.ClientSession
) -> None:
    await published(served.library)
    async with reader.get("/library/") as before:
        assert before.status == 200
    await choose(served.library, publishing_allowed=False)
    async with reader.get("/library/") as after:
        assert after.status == 404


async def test_search_engines_stay_outside_until_they_are_invited(
    served: Served, reader: aiohttp.ClientSession
) -> None:
    async with reader.get("/robots.txt") as empty:
        assert await empty.text() == "User-agent: *\nDisallow: /\n"
    await published(served.library)
    async with reader.get("/robots.txt") as closed:
        assert await closed.text() == "User-agent: *\nDisallow: /library/\n"
    async with reader.get("/library/") as home:
        assert home.headers["X-Robots-Tag"] == "noindex"
    await choose(served.library, search_engines_allowed=True)
    async with reader.get("/robots.txt") as opened:
        assert await opened.text() == "User-agent: *\nDisallow:\n"
    async with reader.get("/library/") as home:
        assert "X-Robots-Tag" not in home.headers


async def test_behind_a_proxy_that_puts_it_into_a_folder_it_still_leads_home(served: Served) -> None:
    await published(served.library)
    runner = await serve(replace(served.library, site_url="https://school.example/learn"), "127.0.0.1", 0)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}/") as reader:
            async with reader.get("/library/questions/77/") as missing:
                assert 'href="/learn/library/assets/style.css"' in await missing.text()
            async with reader.get("/library/questions/1/") as found:
                assert "https://school.example/learn/library/questions/1/" in await found.text()
            async with reader.get("/robots.txt") as robots:
                assert "Disallow: /learn/library/" in await robots.text()
    finally:
        await runner.cleanup()


async def test_a_port_in_use_is_said_and_nothing_stays_open(served: Served) -> None:
    port = int(served.address.rstrip("/").rsplit(":", 1)[1])
    with pytest.raises(OSError, match="address already in use"):
        await serve(served.library, "127.0.0.1", port)


async def test_only_so_many_libraries_are_kept_in_memory(served: Served) -> None:
    for place in range(KEPT_LIBRARIES + 1):
        one = Actor(SERVER + 100 + place, OKAFOR.user_id, manages_server=True)
        await librarians.arrive(served.library, one.server_id, f"School {place}")
        await librarians.change_settings(one, served.library, publishing_allowed=True)
    site = Site(served.library)
    for place in range(KEPT_LIBRARIES + 1):
        assert await site._pages(f"school-{place}") is not None
    assert len(site._kept) == KEPT_LIBRARIES
    assert await site._pages("school-0") is not None


async def test_a_page_approved_again_shows_what_is_new(served: Served, reader: aiohttp.ClientSession) -> None:
    question = await published(served.library)
    await approving.withdraw_publication(OKAFOR, served.library, question.number)
    async with reader.get("/library/questions/1/") as gone:
        assert gone.status == 404
    await requesting.ask_publication(MIA, served.library, question.number)
    await approve(served.library, question.number)
    async with reader.get("/library/questions/1/") as back:
        assert back.status == 200


async def test_the_pictures_of_a_public_note_are_given_out_and_gone_with_it(
    served: Served, reader: aiohttp.ClientSession
) -> None:
    library = served.library
    leaf, hidden = b"\x89PNG a red leaf", b"\x89PNG nobody agreed to this"
    shown, kept = [replace(LEAF, digest=library.media.put(content)) for content in (leaf, hidden)]
    number = await begin(library)
    await write(library, number, MIA, "", BlockKind.IMAGE, file=shown)
    await write(library, number, NOOR, "", BlockKind.IMAGE, file=kept)
    await compiled(library, number)
    await requesting.ask_publication(MIA, library, number)
    await approve(library, number)

    address = f"/library/media/{shown.digest}.png"
    async with reader.get(address) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", leaf)
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-cache"
    async with reader.get(address, headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert again.status == 304
    for name in (f"{kept.digest}.png", f"{shown.digest}.html", shown.digest or "", "", "../../vademecum.sqlite3"):
        async with reader.get(f"/library/media/{name}") as refused:
            assert refused.status == 404
    await consenting.withdraw_consent(MIA, library, number)
    async with reader.get(address) as gone:
        assert gone.status == 404


async def a_public_note(library: Library, *texts: str, title: str = "Why leaves let go") -> int:
    """Mia's note, with a heading, a hole and these texts, published."""
    number = await begin(library, title)
    await write(library, number, MIA, "# At the gate", BlockKind.HEADING)
    for text in texts or ("The tree has *done* something.",):
        await write(library, number, MIA, text)
    await ask_in(library, number)
    await compiled(library, number)
    await requesting.ask_publication(MIA, library, number)
    await approve(library, number)
    return number


async def test_a_note_is_read_by_anyone_until_it_is_withdrawn(served: Served, reader: aiohttp.ClientSession) -> None:
    number = await a_public_note(served.library)
    for path in (f"notes/{number}/", "companion/trees/"):
        async with reader.get(f"/library/{path}") as page:
            assert page.status == 200
            text = await page.text()
            assert "The tree has <em>done</em> something." in text
            assert "Why do leaves turn red?" in text
            assert "unsafe" not in page.headers["Content-Security-Policy"]
    async with reader.get("/library/companion") as without_slash:
        assert without_slash.url.path == "/library/companion/"
    await approving.withdraw_publication(OKAFOR, served.library, number)
    for path in (f"notes/{number}/", "companion/", "companion/trees/", "companion.epub", "companion-markdown.zip"):
        async with reader.get(f"/library/{path}") as gone:
            assert gone.status == 404


async def test_the_companion_is_taken_along_as_it_is_now(served: Served, reader: aiohttp.ClientSession) -> None:
    number = await a_public_note(served.library)
    tags = {}
    for name, kind in TYPES.items():
        async with reader.get(f"/library/{name}") as answer:
            assert (answer.status, answer.content_type) == (200, kind)
            assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
            assert answer.headers["Cache-Control"] == "no-cache"
            assert answer.headers["X-Robots-Tag"] == "noindex"
            tags[name] = answer.headers["ETag"]
            with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
                assert any(b"done" in archive.read(one) for one in archive.namelist())
        async with reader.get(f"/library/{name}") as again:
            assert again.headers["ETag"] == tags[name]
        async with reader.get(f"/library/{name}", headers={"If-None-Match": tags[name]}) as known:
            assert (known.status, await known.read()) == (304, b"")
    await a_public_note(served.library, "The second lesson.", title="More")
    await approving.withdraw_publication(OKAFOR, served.library, number)
    for name in TYPES:
        async with reader.get(f"/library/{name}", headers={"If-None-Match": tags[name]}) as newer:
            assert newer.status == 200
            with zipfile.ZipFile(io.BytesIO(await newer.read())) as archive:
                assert not any(b"done" in archive.read(one) for one in archive.namelist())


async def test_what_was_put_together_stays_in_memory_only_as_far_as_it_fits(
    served: Served, reader: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def put_together(name: str, *_: object) -> bytes:
        made.append(name)
        return b"whole"

    monkeypatch.setattr(downloads, "edition", put_together)
    await a_public_note(served.library)
    for _ in range(3):
        async with reader.get("/library/companion.epub") as answer:
            assert await answer.read() == b"whole"
    assert len(made) == 1
    monkeypatch.setattr(downloads, "KEPT_BYTES", 3)
    for name in ("companion-markdown.zip", "companion.epub", "companion.epub"):
        async with reader.get(f"/library/{name}") as answer:
            assert await answer.read() == b"whole"
    assert len(made) == 4


async def test_a_pdf_is_handed_over_and_a_file_that_is_gone_is_no_fault(
    served: Served, reader: aiohttp.ClientSession
) -> None:
    library = served.library
    file = replace(LEAF, digest=library.media.put(b"%PDF-1.4"), filename="leaf.pdf", content_type="application/pdf")
    number = await begin(library)
    await write(library, number, MIA, "", BlockKind.FILE, file=file)
    await compiled(library, number)
    await requesting.ask_publication(MIA, library, number)
    await approve(library, number)
    async with reader.get(f"/library/media/{file.digest}.pdf") as answer:
        assert (answer.status, answer.content_type) == (200, "application/pdf")
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    library.media.path(file.digest or "").unlink()
    async with reader.get(f"/library/media/{file.digest}.pdf") as gone:
        assert gone.status == 404
        assert "There is no such page" in await gone.text()


async def test_texts_that_did_not_change_are_not_made_again(
    served: Served, reader: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def make(note: Note, linked: frozenset[int]) -> Marked:
        made.append(note.number)
        return body_of(note, linked)

    monkeypatch.setattr(note_pages, "body_of", make)
    first = await a_public_note(served.library)
    async with reader.get("/library/companion/trees/"):
        assert made == [first]
    second = await a_public_note(served.library, "More.", title="More")
    async with reader.get("/library/companion/trees/"):
        assert made == [first, second]


async def test_a_library_that_closes_leaves_nothing_behind(served: Served) -> None:
    await a_public_note(served.library)
    site = Site(served.library)
    assert await site._pages("library") is not None
    site._files._made[SERVER, "companion.epub"] = ("tag", b"whole")
    await choose(served.library, publishing_allowed=False)
    assert await site._pages("library") is None
    assert not site._files._made
