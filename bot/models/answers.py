"""An answer and its sources as they are read: on a page of the public, and in a companion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicSource:
    """A source as the public reads it. `link` is empty unless it is an http(s) address."""

    kind: str
    title: str
    link: str
    isbn: str
    why: str
    asked: str
    checked: str


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """An answer as the public reads it: Markdown text, a byline, its sources. Times in UTC milliseconds."""

    ordinal: int
    text: str
    byline: str
    endorsed: bool
    created_at: int
    sources: tuple[PublicSource, ...]
