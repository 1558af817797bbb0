"""Reading what was compiled: the companion by unit, and one note in any of its versions."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.errors import NotFound
from bot.models.companions import Changes, CompanionUnit, Note
from bot.models.people import Actor
from bot.services.library import Library
from bot.services.publishing import snapshots
from bot.services.scribes import keeping
from bot.storage.database import Tx


@dataclass(frozen=True, slots=True)
class Version:
    """A compiled version in a list: when, by whom (a Discord id, None for who was forgotten), and what it changed."""

    version: int
    compiled_at: int
    compiled_by: int | None
    changes: Changes


async def companion(actor: Actor, library: Library) -> tuple[CompanionUnit, ...]:
    """Return the whole companion of the actor's server: the newest version of each compiled note, by unit and day.

    Units stand in the order of their first lesson, by the name that was used last; notes without a unit come last.
    """
    return await library.database.read(_companion, actor.server_id)


def _companion(tx: Tx, server_id: int) -> tuple[CompanionUnit, ...]:
    units: dict[str, list[Note]] = {}
    for row in tx.scribes.newest_versions(server_id=server_id):
        units.setdefault(row["unit_key"], []).append(snapshots.note_from_json(row["snapshot"]))
    ordered = sorted(units.items(), key=lambda unit: not unit[0])
    return tuple(CompanionUnit(notes[-1].unit, key, tuple(notes)) for key, notes in ordered)


async def compilations(actor: Actor, library: Library, number: int) -> tuple[Version, ...]:
    """Return the versions of the note ``#number``, newest first; none while it was never compiled. Raises NotFound."""

    def look(tx: Tx) -> tuple[Version, ...]:
        session = keeping.find_session(tx, actor.server_id, number)
        return tuple(
            Version(
                version=row["version"],
                compiled_at=row["compiled_at"],
                compiled_by=row["compiled_by"],
                changes=snapshots.changes_of(json.loads(row["changed"])),
            )
            for row in tx.scribes.versions_of(server_id=session.server_id, session_id=session.id)
        )

    return await library.database.read(look)


async def compiled_note(actor: Actor, library: Library, number: int, version: int | None = None) -> Note:
    """Return a version of the note ``#number``, the newest one where none is named.

    What was deleted in Discord since is in none of them. Raises NotFound, also where it was never compiled.
    """

    def look(tx: Tx) -> Note:
        session = keeping.find_session(tx, actor.server_id, number)
        here = {"server_id": session.server_id, "session_id": session.id}
        if version is None:
            newest = tx.scribes.newest_version(**here)
            kept = newest and newest["snapshot"]
        else:
            kept = tx.scribes.version_of(**here, version=version)
        if kept is None:
            raise NotFound("errors.note_not_compiled", number=number)
        return snapshots.note_from_json(kept)

    return await library.database.read(look)
