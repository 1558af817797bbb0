"""What the served site gives out beside its pages: the files of public notes, and the companion to take along."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from aiohttp import web

from bot.media import MediaStore
from bot.web.answering import answered, is_known
from bot.web.editions import TYPES, edition, edition_key
from bot.web.manifest import digest_of, made_by
from bot.web.pages import Pages

MEDIA, PDF = "media/", "application/pdf"
SHORT_NAME = 12
"""Characters of a file's digest and ending that name it where it is kept."""
KEPT_BYTES = 64 * 1024 * 1024
"""How much of the companions of all libraries stays in memory; a larger one is put together anew for each reader."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""A picture that is opened by itself runs nothing and reaches nothing; a browser's viewer needs styles."""


class Downloads:
    """Answers requests for files of a library. None of them is had by a path: each is looked up by its name."""

    def __init__(self, media: MediaStore) -> None:
        self._media = media
        self._made: OrderedDict[tuple[int, str], tuple[str, bytes]] = OrderedDict()
        self._making = asyncio.Lock()

    def forget(self, server_id: int) -> None:
        """Let go of what was put together of a library that has changed since."""
        for name in TYPES:
            self._made.pop((server_id, name), None)

    async def answer(self, request: web.Request, pages: Pages, path: str) -> web.StreamResponse | None:
        """Return a file; None where the library has none of this name."""
        if path in TYPES and pages.library.notes:
            response: web.Response | None = await self._edition(request, pages, path)
        else:
            response = await self._file(request, pages, path.removeprefix(MEDIA)) if path.startswith(MEDIA) else None
        if response is not None and not pages.library.indexable:
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    async def _file(self, request: web.Request, pages: Pages, name: str) -> web.Response | None:
        """Return a file of a published note; None for whatever else the media store may hold."""
        file = pages.files.get(name)
        if file is None:
            return None
        try:
            content = await asyncio.to_thread(self._media.read, file.digest)
        except FileNotFoundError:
            return None  # forgotten, and its note not yet compiled again
        response = answered(request, content, file.content_type, tag=file.digest, charset=None)
        response.headers["Content-Security-Policy"] = POLICY
        if file.content_type == PDF:  # in a sandbox no browser shows one
            response.headers["Content-Disposition"] = f'attachment; filename="{name[-SHORT_NAME:]}"'
        return response

    async def _edition(self, request: web.Request, pages: Pages, name: str) -> web.Response:
        """Return the companion as one file, which is put together when it is first asked for."""
        tag = digest_of(repr((made_by(), name, edition_key(pages))))
        content = b"" if is_known(request, tag) else await self._put_together(pages, name, tag)
        response = answered(request, content, TYPES[name], tag=tag, charset=None)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    async def _put_together(self, pages: Pages, name: str, tag: str) -> bytes:
        async with self._making:  # one at a time: a large one takes a while
            known, content = self._made.pop((pages.library.server_id, name), ("", b""))
            if known != tag:
                content = await asyncio.to_thread(edition, name, pages, self._media.read)
            self._made[pages.library.server_id, name] = tag, content
            while sum(len(one) for _, one in self._made.values()) > KEPT_BYTES:
                self._made.popitem(last=False)
        return content
