"""What the public may read. No actor: everyone sees the same, and nothing here can tell who a reader is."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.models.people import Actor
from bot.models.publications import PublicLibrary, PublicNotePage, PublicPage, Publishable
from bot.services import servers
from bot.services.library import Library
from bot.services.publishing import snapshots
from bot.services.publishing.subjects import find_subject
from bot.storage.database import Tx


async def public_libraries(library: Library) -> tuple[PublicLibrary, ...]:
    """Return every library that publishes, by name, with all its pages."""

    def look(tx: Tx) -> tuple[PublicLibrary, ...]:
        return tuple(_read(tx, row) for row in tx.publishing.public_servers())

    return await library.database.read(look)


async def public_slugs(library: Library) -> tuple[str, ...]:
    """Return the folders of the libraries that publish, by name of the library."""
    return await library.database.read(lambda tx: tuple(row["slug"] for row in tx.publishing.public_servers()))


async def public_library(library: Library, slug: str, known: PublicLibrary | None = None) -> PublicLibrary | None:
    """Return one library that publishes. Where nothing has changed since `known`, that costs one small query."""

    def look(tx: Tx) -> PublicLibrary | None:
        row = tx.publishing.public_server(slug=slug)
        if row is None:
            return None
        return known if known is not None and known.version == _version(tx, row) else _read(tx, row)

    return await library.database.read(look)


async def address_of(actor: Actor, library: Library, number: int) -> str:
    """Return the public address of a question's or a note's page; empty where the operator has set none for the site.

    Raises NotFound.
    """
    if not library.site_url:
        return ""

    def look(tx: Tx) -> str:
        subject = find_subject(tx, actor.server_id, number)
        slug = tx.housekeeping.server(id=actor.server_id)["slug"]
        return f"{library.site_url}/{slug}/{_FOLDERS[subject.kind]}/{number}/"

    return await library.database.read(look)


_FOLDERS = {Publishable.QUESTION: "questions", Publishable.NOTE: "notes"}


def _read(tx: Tx, row: dict[str, Any]) -> PublicLibrary:
    return PublicLibrary(
        server_id=row["id"],
        name=row["name"],
        slug=row["slug"],
        version=_version(tx, row),
        indexable=servers.settings_of(tx, row["id"]).search_engines_allowed,
        timezone=row["timezone"],
        pages=tuple(
            PublicPage(snapshots.from_json(page["snapshot"]), page["approved_at"], page["digest"])
            for page in tx.publishing.public_pages(server_id=row["id"])
        ),
        notes=tuple(
            PublicNotePage(
                snapshots.note_from_json(page["snapshot"]),
                page["approved_at"],
                snapshots.digest_of_text(page["snapshot"]),
            )
            for page in tx.publishing.public_notes(server_id=row["id"])
        ),
    )


def _version(tx: Tx, row: dict[str, Any]) -> str:
    indexable = servers.settings_of(tx, row["id"]).search_engines_allowed
    told_apart = (row["id"], row["site_version"], row["name"], row["slug"], row["timezone"], indexable)
    return hashlib.sha256(repr(told_apart).encode()).hexdigest()[:32]
