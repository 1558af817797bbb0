"""The site as a folder of files: whole or not there, and never in place of somebody's own files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import BadInput, NotFound
from bot.models.people import Actor
from bot.services import librarians
from bot.services.library import Library
from bot.services.publishing import consenting, reading
from bot.web.building import build_site
from bot.web.manifest import MARKER
from bot.web.pages import Pages
from tests.cast import MIA, OKAFOR, SERVER
from tests.services.publishing import published
from tests.services.researching import choose

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def second_library(library: Library) -> None:
    other = Actor(SERVER + 7, OKAFOR.user_id, manages_server=True)
    await librarians.arrive(library, other.server_id, "Hillside")
    await librarians.change_settings(other, library, publishing_allowed=True, search_engines_allowed=True)


def leftovers(folder: Path) -> list[str]:
    """What a build left beside the site."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


async def test_one_library_is_the_whole_site(library: Library, tmp_path: Path) -> None:
    await published(library)
    out = tmp_path / "deep" / "site"
    report = await build_site(library, out)
    assert (report.folder, report.libraries, report.questions) == (out, 1, 1)
    assert "Why is the sky blue?" in (out / "questions/1/index.html").read_text()
    assert (out / "index.html").exists()
    assert (out / "404.html").exists()
    assert (out / "robots.txt").read_text() == "User-agent: *\nDisallow: /\n"
    assert {path.name for path in (out / "assets").iterdir()} == {"style.css", "emblem.svg"}


async def test_several_libraries_have_a_folder_each(library: Library, tmp_path: Path) -> None:
    await published(library)
    await second_library(library)
    report = await build_site(library, tmp_path / "site", base_url="https://library.example/")
    assert report.libraries == 2
    first = (tmp_path / "site/index.html").read_text()
    assert 'href="hillside/"' in first
    assert (tmp_path / "site/hillside/index.html").exists()
    page = (tmp_path / "site/library/questions/1/index.html").read_text()
    assert 'href="https://library.example/library/questions/1/"' in page
    assert (tmp_path / "site/robots.txt").read_text() == "User-agent: *\nDisallow: /library/\n"
    assert 'href="https://library.example/"' in (tmp_path / "site/404.html").read_text()


async def test_one_of_several_can_be_chosen(library: Library, tmp_path: Path) -> None:
    await published(library)
    await second_library(library)
    await build_site(library, tmp_path / "site", server_slug="library")
    assert (tmp_path / "site/questions/1/index.html").exists()
    with pytest.raises(NotFound, match="no_such_public_library"):
        await build_site(library, tmp_path / "site", server_slug="riverside")


async def test_without_a_library_there_is_a_page_that_says_so(library: Library, tmp_path: Path) -> None:
    await build_site(library, tmp_path / "site")
    assert "No library has published" in (tmp_path / "site/index.html").read_text()


async def test_no_link_but_a_source_leaves_the_folder(library: Library, tmp_path: Path) -> None:
    await published(library)
    await build_site(library, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"]*)"', path.read_text()):
            if link.startswith("https://"):
                assert link == "https://science.nasa.gov/sky"
            elif not link.startswith("#"):
                target = (path.parent / link).resolve()
                assert target.is_file() or (target / "index.html").is_file(), (path, link)


async def test_what_is_withdrawn_is_gone_at_the_next_build(library: Library, tmp_path: Path) -> None:
    question = await published(library)
    out = tmp_path / "site"
    await build_site(library, out)
    assert any("sky" in path.read_text() for path in out.rglob("*.html"))
    await consenting.withdraw_consent(MIA, library, question.number)
    await build_site(library, out)
    assert not any("sky" in path.read_text() for path in out.rglob("*.html"))
    assert not (out / "questions/1").exists()
    assert leftovers(tmp_path) == []


async def test_a_folder_that_we_did_not_write_is_left_alone(library: Library, tmp_path: Path) -> None:
    await published(library)
    for name in ("full", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "full/homework.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(BadInput, match="folder_is_not_a_site"):
            await build_site(library, tmp_path / name)
    assert (tmp_path / "full/homework.txt").read_text() == "mine"
    await build_site(library, tmp_path / "empty")
    assert (tmp_path / "empty" / MARKER).exists()


async def test_a_build_that_fails_leaves_the_old_site(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(library)
    out = tmp_path / "site"
    await build_site(library, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    rename = Path.rename

    def fail_to_come_in(self: Path, target: Path) -> Path:
        if self.suffix == ".new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_to_come_in)
    with pytest.raises(OSError, match="No space"):
        await build_site(library, out)
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert leftovers(tmp_path) == []


async def test_the_built_pages_are_those_that_are_served(library: Library, tmp_path: Path) -> None:
    await published(library)
    await choose(library, search_engines_allowed=True)
    await build_site(library, tmp_path / "site")
    (shelf,) = await reading.public_libraries(library)
    for path, make in Pages(shelf).makers.items():
        assert (tmp_path / "site" / path / "index.html").read_text() == make(path).text
