"""A server's row, its name on the site, its settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models.people import ServerSettings
from bot.services import servers
from bot.services.library import Library
from tests.cast import OTHER_SERVER, SERVER
from tests.services.researching import choose, rows


async def test_is_made_once_with_one_unnamed_class(library: Library) -> None:
    for name in ("Class 5b", "Another name"):
        assert await library.database.write(servers.enter, SERVER, name) == ServerSettings()
    assert await rows(library, "SELECT name, slug FROM server") == [{"name": "Class 5b", "slug": "class-5b"}]
    assert await rows(library, "SELECT server_id, name FROM class") == [{"server_id": SERVER, "name": None}]


async def test_that_is_not_there_yet_has_the_defaults_and_is_not_made_by_looking(library: Library) -> None:
    assert await library.database.read(servers.enter, SERVER) == ServerSettings()
    assert await rows(library, "SELECT * FROM server") == []


async def test_gets_a_folder_of_its_own(library: Library) -> None:
    for server_id in (SERVER, OTHER_SERVER, 3):
        await library.database.write(servers.enter, server_id, "Class 5b")
    await library.database.write(servers.enter, 4)
    assert [row["slug"] for row in await rows(library, "SELECT slug FROM server ORDER BY created_at, rowid")] == [
        "class-5b",
        "class-5b-2",
        "class-5b-3",
        "library",
    ]


async def test_passes_over_a_setting_that_is_no_longer_known(library: Library) -> None:
    await choose(library, open_claims=7, horoscope="daily", watched_channel_ids=[1, 2])
    settings = await library.database.read(servers.settings_of, SERVER)
    assert settings == ServerSettings(open_claims=7, watched_channel_ids=(1, 2))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Année 5 · Été", "annee-5-ete"),
        ("  -- ", "library"),
        ("図書館", "library"),
        ("../etc/passwd", "etc-passwd"),
        ("x" * 60, "x" * 40),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_name_becomes_a_folder(name: str, slug: str) -> None:
    assert servers.slug_of(name) == slug


@given(st.text())
def test_a_folder_is_always_a_plain_name(name: str) -> None:
    slug = servers.slug_of(name)
    assert 0 < len(slug) <= 40
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")
