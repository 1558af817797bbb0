"""The index page: what it shows, where it leads, and whom it refuses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.running import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(running: Running) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(running.address) as session:
        yield session


def origin(running: Running) -> dict[str, str]:
    return {"Origin": running.address.rstrip("/")}


async def test_it_lists_the_people_with_their_roles_and_the_channels(visitor: aiohttp.ClientSession) -> None:
    page = await (await visitor.get("/")).text()

    for text in (
        "Riverside School Library",
        "Mia",
        "Noor",
        "Class 7b · Researcher",
        "Ms. Okafor",
        "Librarian",
        "#biology-7b",
    ):
        assert text in page
    assert "/open/okafor/librarians" in page
    assert "/open/mia/librarians" not in page


async def test_it_asks_for_nothing_from_elsewhere(visitor: aiohttp.ClientSession) -> None:
    answer = await visitor.get("/")
    page = await answer.text()

    assert not re.findall(r"(?:src|href|action)=\"(?!/)[^\"]+", page)
    assert "<script" not in page
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for name in re.findall(r"(?:src|href)=\"(/[\w.]+\.(?:css|svg))", page):
        assert (await visitor.get(name)).status == 200


async def test_a_link_leads_to_a_page_of_that_person_and_again_to_the_same(visitor: aiohttp.ClientSession) -> None:
    first = await visitor.get("/open/mia/welcome", allow_redirects=False)
    again = await visitor.get("/open/mia/welcome", allow_redirects=False)
    other = await visitor.get("/open/noor/welcome", allow_redirects=False)

    assert first.status == 303
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#[\w-]{40,}", first.headers["Location"])
    assert first.headers["Location"] == again.headers["Location"] != other.headers["Location"]


async def test_a_page_that_was_ended_is_opened_anew(visitor: aiohttp.ClientSession, running: Running) -> None:
    first = await visitor.get("/open/mia/welcome", allow_redirects=False)
    for preview in running.sandbox._previews.values():
        await preview.close()

    again = await visitor.get("/open/mia/welcome", allow_redirects=False)

    assert again.status == 303
    assert again.headers["Location"] != first.headers["Location"]


async def test_too_many_tabs_are_explained(visitor: aiohttp.ClientSession, running: Running) -> None:
    await visitor.get("/open/mia/welcome", allow_redirects=False)
    preview = running.sandbox._previews["mia", "welcome"]
    for _ in range(16):
        preview._open_page()

    answer = await visitor.get("/open/mia/welcome", allow_redirects=False)

    assert answer.status == 503
    assert "sixteen tabs" in await answer.text()


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/open/mia/librarians", 403, "Mia does not see #librarians"),
        ("/open/nobody/welcome", 404, "There is no such page"),
        ("/open/mia/nowhere", 404, "There is no such page"),
    ],
)
async def test_a_way_that_is_closed_says_so(visitor: aiohttp.ClientSession, path: str, status: int, said: str) -> None:
    answer = await visitor.get(path, allow_redirects=False)

    assert answer.status == status
    assert said in await answer.text()


async def test_the_clock_is_shown_and_moved(visitor: aiohttp.ClientSession, running: Running) -> None:
    before = running.sandbox.now()
    assert f"{before:%H:%M}"[:2] in await (await visitor.get("/")).text()

    for move, expected in (
        ("hour", "1 hour ahead"),
        ("day", "1 day and 1 hour ahead"),
        ("week", "8 days and 1 hour ahead"),
    ):
        answer = await visitor.post(f"/clock/{move}", headers=origin(running))
        assert expected in await answer.text()

    assert timedelta(days=8, hours=1) <= running.sandbox.now() - before < timedelta(days=8, hours=2)


async def test_names_that_only_pretend_to_be_this_machine_are_refused(visitor: aiohttp.ClientSession) -> None:
    assert (await visitor.get("/", headers={"Host": "library.example"})).status == 403
    assert (await visitor.get("/", headers={"Host": "127.0.0.1.library.example"})).status == 403
    assert (await visitor.get("/", headers={"Host": "localhost:1"})).status == 200


async def test_another_sites_form_cannot_move_the_clock(visitor: aiohttp.ClientSession, running: Running) -> None:
    for stranger in ({}, {"Origin": "http://library.example"}, {"Origin": "null"}):
        assert (await visitor.post("/clock/week", headers=stranger)).status == 403
    assert running.sandbox.ahead_ms() == 0
    assert (await visitor.post("/clock/century", headers=origin(running))).status == 404
