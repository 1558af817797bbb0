"""A note as it stands on the site, for where there is no site: its links to other pages go, its pictures come along."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.web.notes import MEDIA_ADDRESS

Address = Callable[[str], str]
"""Returns where a picture is, given the name of its file; empty where it is not to be had."""

_LINK = re.compile(r'<a href="\.\./\.\./(?:questions|media)/[^"]*"([^>]*)>([^<]*)</a>')
_PICTURE = re.compile(rf'<img((?: [a-z]+="[^"]*")*? src=")({re.escape(MEDIA_ADDRESS)}([^"]+))("(?: [a-z]+="[^"]*")*)>')
_LAZY = ' loading="lazy"'
_ALT = re.compile(r' alt="([^"]*)"')


def taken_along(html: str, address: Address) -> str:
    """Return a text that `notes.body_of` made, with pictures from `address` and no link to other pages of ours.

    A picture that is not to be had is told in its words.
    """

    def picture(found: re.Match[str]) -> str:
        where = address(found[3])
        if where:
            return f"<img{found[1]}{where}{found[4]}>".replace(_LAZY, "", 1)
        words = _ALT.search(found[0])
        return f'<span class="missing">{words[1] if words else ""}</span>'

    return _PICTURE.sub(picture, _LINK.sub(r"<span\1>\2</span>", html))
