"""A note as one HTML file that needs nothing else: its style and its pictures are in it. It is the printed one too."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from jinja2 import Template
from jinja2.filters import do_mark_safe

from bot.models.companions import Note
from bot.web.note_pages import article_of, questions_of
from bot.web.notes import body_of
from bot.web.pages import asset
from bot.web.taking_away.bodies import taken_along
from bot.web.taking_away.media import ReadMedia, pictures_of
from bot.web.templating import templates, writable

POLICY = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; script-src 'none'; style-src "
"""Nothing runs, nothing is sent, nothing is asked of anybody. What follows is the digest of the style."""


def note_html(note: Note, read_media: ReadMedia, library_name: str = "") -> bytes:
    """Return a note as a whole HTML page that needs no other file. `library_name` stands above it."""
    pictures = {one.name: one for one in pictures_of([note], read_media).values()}
    page = _template().render(
        article_of(note, body_of(note), questions_of(note)),
        library_name=library_name,
        emblem=_emblem(),
        style=do_mark_safe(_style()),  # ours
        policy=POLICY + f"'sha256-{_digest(_style())}'",
    )
    page = taken_along(writable(page), lambda name: pictures[name].data_uri if name in pictures else "")
    return page.encode()


@cache
def _template() -> Template:
    return templates().get_template("taking/note.html")


@cache
def _style() -> str:
    return asset("style.css").decode()


@cache
def _emblem() -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(asset('emblem.svg')).decode()}"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
