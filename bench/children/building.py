"""A whole companion: ``python -m bench.children.building WHICH DIR PREPARED STEP``.

``ours``: PREPARED is a data folder in which every note was written, compiled once and agreed to, and then gained a
line. STEP ``whole``: each is compiled and approved, and the site is built. STEP ``one``: of a site that stands built,
one note gains a line, is compiled and approved, and the site is built again; only that is counted. ``floor``:
``mkdocs build`` of the same notes in Markdown, in PREPARED.

What is said is CPU time: user and system, of this process; for a whole build with the start of Python.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.clock import SystemClock
from bot.media import MediaStore
from bot.models.people import Actor
from bot.services import librarians
from bot.services.library import Library
from bot.services.publishing import approving, consenting, requesting
from bot.services.scribes import adding, companions, compiling, sessions
from bot.services.scribes.markdown import to_markdown
from bot.services.scribes.sessions import Start
from bot.storage import migrations
from bot.storage.database import Database
from bot.text import catalogue

SERVER = 1_403_000_000_000_000_000
CHANNEL = SERVER + 1
LIBRARIAN = Actor(SERVER, SERVER + 2, manages_server=True)
DATABASE = "vademecum.sqlite3"
AT_ONCE = 100
"""Notes that are written at the same time while the library is prepared: their changes share their syncs."""
MKDOCS = """\
site_name: Bench
markdown_extensions: [tables, footnotes, def_list, fenced_code, codehilite, toc]
"""
"""mkdocs as it comes, with those of its extensions that our notes need. It leaves formulas as they are."""


@dataclass
class Opened:
    """A library that is open, in a folder."""

    library: Library
    folder: Path


async def opened(folder: Path) -> Opened:
    """Open the library of a folder that is there, or make it."""
    migrations.upgrade(folder / DATABASE)
    clock = SystemClock()
    database = await Database.open(folder / DATABASE, clock)
    return Opened(Library(database, clock, MediaStore(folder / "media")), folder)


async def prepare(folder: Path, lessons: list[list[str]]) -> None:
    """Write every lesson's note, let it be compiled and agreed to, and then let each gain a line."""
    folder.mkdir(parents=True)  # noqa: ASYNC240 - nothing else runs here
    here = await opened(folder)
    try:
        await librarians.arrive(here.library, SERVER, "Bench")
        await librarians.change_settings(LIBRARIAN, here.library, publishing_allowed=True)
        for first in range(0, len(lessons), AT_ONCE):
            some = lessons[first : first + AT_ONCE]
            await asyncio.gather(*(_write(here.library, first // 20, messages) for messages in some))
    finally:
        await here.library.database.close()


async def write_for_mkdocs(data: Path, folder: Path) -> None:
    """Write the same notes as Markdown, and what mkdocs wants to know of them."""
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(MKDOCS, encoding="utf-8")
    here = await opened(data)
    try:
        for unit in await companions.companion(LIBRARIAN, here.library):
            for note in unit.notes:
                path = folder / "docs" / f"{note.number}.md"
                path.write_text(to_markdown(note, catalogue()), encoding="utf-8")
    finally:
        await here.library.database.close()


async def _write(library: Library, unit: int, messages: list[str]) -> None:
    scribe = Actor(SERVER, SERVER + 3 + unit)
    begun = await sessions.start_session(
        scribe, library, Start(title=messages[0][2:60], unit=f"Unit {unit}", channel_id=CHANNEL)
    )
    for place, text in enumerate(messages, start=1):
        await adding.add_block(scribe, library, begun.number, text, event_id=begun.number * 1000 + place)
    await compiling.compile_note(scribe, library, begun.number)
    await requesting.ask_publication(scribe, library, begun.number)
    await consenting.give_consent(scribe, library, begun.number)
    await adding.add_block(scribe, library, begun.number, "And one line more.", event_id=begun.number * 1000)


async def renew(library: Library, number: int) -> None:
    """Compile a note and let the librarian publish it."""
    await compiling.compile_note(LIBRARIAN, library, number)
    preview = await approving.preview_publication(LIBRARIAN, library, number)
    await approving.approve_publication(LIBRARIAN, library, number, preview.digest)


async def build_whole(here: Opened, count: int) -> None:
    """Compile and publish every note, and build the site."""
    from bot.web.building import build_site

    for first in range(1, count + 1, AT_ONCE):
        await asyncio.gather(*(renew(here.library, number) for number in range(first, first + AT_ONCE)))
    await build_site(here.library, here.folder / "site")


async def build_one(here: Opened, number: int) -> float:
    """Edit one note, publish it, build again; return the CPU seconds of that."""
    from bot.web.building import build_site

    await adding.add_block(LIBRARIAN, here.library, number, "The last thing that we found.", event_id=1)
    begin = cpu_seconds()
    await renew(here.library, number)
    await build_site(here.library, here.folder / "site")
    return cpu_seconds() - begin


def cpu_seconds() -> float:
    """What this process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def ours(folder: Path, prepared: Path, step: str, count: int) -> float:
    """Do one step on a copy of what was prepared."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    here = await opened(folder)
    try:
        if step == "one":
            return await build_one(here, count // 2)
        await build_whole(here, count)
    finally:
        await here.library.database.close()
    return cpu_seconds()


def floor(folder: Path, prepared: Path) -> float:
    """Let mkdocs build the same notes."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    build(load_config(str(prepared / "mkdocs.yml"), site_dir=str(folder / "site")))
    return cpu_seconds()


if __name__ == "__main__":
    which, into, given, what, notes = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], int(sys.argv[5])
    used = asyncio.run(ours(into, given / "ours", what, notes)) if which == "ours" else floor(into, given / "mkdocs")
    print(json.dumps({"cpu": used}), flush=True)
