"""Our templates, and what every page goes out with."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache

import jinja2
from jinja2.filters import do_mark_safe

from bot.text import catalogue
from bot.web import describing
from bot.web.markdown import host_of, to_html

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; script-src "
"""Nothing runs, nothing is sent, nothing is asked of another host. What follows is the digest of the page's data."""

_PLAIN = re.compile("[\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd]*+\\Z")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_FAR = re.compile("[\U00010000-\U0010ffff]")
_LAST = 0xFFFE
"""The last two places of each plane of Unicode are no signs."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page: its HTML, and the Content-Security-Policy that stands in it and goes along with it."""

    text: str
    policy: str


def render_template(template: str, /, described: str = "", **values: object) -> Rendered:
    """Fill a template of ours. `described` is the page's data, escaped for a ``<script>`` element that is not run."""
    described = writable(described)
    policy = POLICY + (f"'sha256-{_digest(described)}'" if described else "'none'")
    data = do_mark_safe(described)  # escaped where it was made
    text = templates().get_template(template).render(values, described=data, policy=policy)
    return Rendered(writable(text), policy)


def writable(text: str) -> str:
    """Return a text without what no page may hold: control signs, halves of pairs, signs that are none."""
    if _PLAIN.match(text):
        return text  # as nearly every page is, and told at once
    return _FAR.sub(lambda found: "" if ord(found[0]) & _LAST == _LAST else found[0], _NO_TEXT.sub("", text))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def templates() -> jinja2.Environment:
    """Return the environment in which templates are filled; what is put in is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bot.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
    environment.globals.update(say=catalogue().say, iso=describing.iso, host_of=host_of, shorten=shorten)
    environment.filters["markdown"] = lambda text: do_mark_safe(to_html(text))  # sanitised there
    return environment


def shorten(text: str, limit: int) -> str:
    """Return a text as one line of at most `limit` characters, cut between words."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return (line[:limit].rpartition(" ")[0] or line[: limit - 1]).rstrip(",;:. ") + "…"
