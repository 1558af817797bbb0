"""Lessons in Markdown, kept and compiled as notes of a class; as a site: `python -m tests.web.lesson_site DIR`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from bot.media import MediaStore
from bot.models.companions import Note
from bot.models.sessions import ThreadMessage
from bot.services.library import Library
from bot.services.publishing import consenting, requesting
from bot.services.scribes import capturing, compiling, sessions
from bot.storage import migrations
from bot.storage.database import Database
from bot.web.building import build_site
from tests.cast import BEN, MIA, OKAFOR, SERVER, MovableClock
from tests.services.publishing import approve
from tests.services.researching import CHANNEL, choose
from tests.web.posting import posted, without_front_matter

SHARED = os.environ.get("VADEMECUM_SHARED", "")
OURS = Path(__file__).parents[1] / "data" / "tides.md"
LESSONS = [OURS, *sorted(Path(SHARED, "data", "lessons").glob("*.md"))] if SHARED else [OURS]
"""Ours has what none of theirs has: tables, footnotes, lists of definitions, formulas on lines of their own."""

SCRIBES = (MIA, BEN)
_DISCORD_EPOCH = 1_420_070_400_000


def lesson(path: Path) -> tuple[str, str]:
    """Return the title and the text of a lesson."""
    title, text = without_front_matter(path.read_text("utf-8"))
    return title or path.stem, text


async def kept(library: Library, title: str, text: str, seed: int = 1) -> Note:
    """Post a lesson in pieces, as two scribes would, into the thread of a note, and compile it."""
    start = sessions.Start(title, unit="Lessons", lead_id=MIA.user_id, partner_ids=(BEN.user_id,), channel_id=CHANNEL)
    session = await sessions.start_session(OKAFOR, library, start)  # who may begin many within an hour
    thread = CHANNEL + session.number
    await sessions.attach_thread(library, SERVER, session.number, thread)
    first = ((library.clock.now() - _DISCORD_EPOCH) << 22) + (session.number << 12)
    for place, one in enumerate(posted(text, seed), 1):
        message = ThreadMessage(first + (place << 22), SCRIBES[one.scribe].user_id, one.text)
        await capturing.message_written(library, SERVER, thread, message)
    return (await compiling.compile_note(OKAFOR, library, session.number)).note


async def published(library: Library, title: str, text: str) -> Note:
    """Keep a lesson, and let everybody read it."""
    note = await kept(library, title, text)
    await requesting.ask_publication(MIA, library, note.number)
    for who in SCRIBES:
        await consenting.give_consent(who, library, note.number)
    await approve(library, note.number)
    return note


async def build(out: Path) -> int:
    """Write all lessons as a site into `out`; return how many there are."""
    with tempfile.TemporaryDirectory(prefix="vademecum-lessons-") as folder:
        path = Path(folder, "vademecum.sqlite3")
        migrations.upgrade(path)
        database = await Database.open(path, clock := MovableClock())
        try:
            library = Library(database, clock, MediaStore(Path(folder, "media")))
            await choose(library, publishing_allowed=True)
            for one in LESSONS:
                await published(library, *lesson(one))
            return (await build_site(library, out)).notes
        finally:
            await database.close()


if __name__ == "__main__":
    print(f"{asyncio.run(build(Path(sys.argv[1])))} lessons are pages in {sys.argv[1]}.")  # noqa: T201 - a tool too
