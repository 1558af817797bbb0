"""The sample class: who is in it, and where.

It knows nothing of Discord or its simulation: the sandbox and `vademecum site build --sample` both use it.
What happened in the class is told by `bot.sandbox.sample_story`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SampleRole:
    """A role of the server. `colour` is 0xRRGGBB."""

    key: str
    name: str
    colour: int
    manages_server: bool


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody in the server. `roles` are keys of roles."""

    key: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleChannel:
    """A text channel. Where `only` names roles, nobody else sees it."""

    key: str
    name: str
    topic: str
    only: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleClass:
    """The server, its people and places; and as tables of the files: its settings, what was said, asked and noted."""

    server_id: int
    server_name: str
    owner: str
    roles: tuple[SampleRole, ...]
    people: tuple[SamplePerson, ...]
    channels: tuple[SampleChannel, ...]
    settings: Table
    messages: tuple[Table, ...]
    questions: tuple[Table, ...]
    sessions: tuple[Table, ...]

    def manages_server(self, person: SamplePerson) -> bool:
        """Tell whether one of the person's roles may manage the server."""
        return any(role.manages_server for role in self.roles if role.key in person.roles)


def read_sample_class() -> SampleClass:
    """Read it from the files beside this one."""
    table, notes = (_read(name) for name in ("sample_class.toml", "sample_notes.toml"))
    return SampleClass(
        server_id=table["server"]["id"],
        server_name=table["server"]["name"],
        owner=table["owner"],
        roles=tuple(_role(row) for row in table["roles"]),
        people=tuple(SamplePerson(row["key"], row["name"], tuple(row["roles"])) for row in table["people"]),
        channels=tuple(_channel(row) for row in table["channels"]),
        settings=table["settings"],
        messages=tuple(table["messages"]),
        questions=tuple(table["questions"]),
        sessions=tuple(notes["sessions"]),
    )


def _read(name: str) -> Table:
    return tomllib.loads(files("bot.sandbox").joinpath(name).read_text(encoding="utf-8"))


def _role(row: Table) -> SampleRole:
    return SampleRole(row["key"], row["name"], row["colour"], row.get("manages_server", False))


def _channel(row: Table) -> SampleChannel:
    return SampleChannel(row["key"], row["name"], row["topic"], tuple(row.get("only", ())))
