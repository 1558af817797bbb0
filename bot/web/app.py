"""The public site, served: by the running bot on ``SITE_PORT``, or by `vademecum site serve`.

Every request looks at the database (one small query where nothing has changed), so a page that was withdrawn is gone
at the next request; browsers and caches are told to ask again each time. It knows no reader: no cookie, no script,
and nothing is written about who reads what.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.services.library import Library
from bot.services.publishing import reading
from bot.web.answering import answered

if TYPE_CHECKING:
    from bot.web.downloads import Downloads
    from bot.web.pages import Pages
    from bot.web.templating import Rendered

KEPT_LIBRARIES = 32
"""Libraries whose arrangement is kept in memory; the one that was not asked for longest goes first."""

OK = 200
HEADERS = {
    "Cache-Control": "no-cache",  # keep it, but ask each time whether it is still there
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What goes along with every answer; a page has a Content-Security-Policy of its own."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(library: Library) -> web.Application:
    """Return the site of every library that publishes as an aiohttp application."""
    site = Site(library)
    app = web.Application(middlewares=[_with_headers])
    app.router.add_get("/{path:.*}", site.answer)
    return app


async def serve(library: Library, host: str, port: int) -> web.AppRunner:
    """Serve the site until ``cleanup()`` of what is returned; ``addresses`` says where. Raises OSError."""
    runner = web.AppRunner(make_app(library), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


class Site:
    """Answers requests. Pages are looked up by name in memory; no part of an address ever becomes a file's path."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: OrderedDict[str, Pages] = OrderedDict()
        self._downloads: Downloads | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a GET or a HEAD."""
        path = request.match_info["path"]
        slug, slash, rest = path.partition("/")
        if not path:
            return await self._first_page(request)
        if path == "robots.txt":
            return await self._robots(request)
        pages = await self._pages(slug)
        if pages is not None and not slash:
            raise web.HTTPPermanentRedirect(f"{slug}/")
        if pages is not None and (found := await self._page(request, pages, rest)):
            return found
        if slug == "assets" and (found := _asset(request, rest)):
            return found
        return await self._missing(slug if pages else "", pages)

    async def _page(self, request: web.Request, pages: Pages, path: str) -> web.StreamResponse | None:
        """Return a page or a file of one library; None where it has none of this name."""
        if path.startswith("assets/"):
            return _asset(request, path.removeprefix("assets/"))
        if path in pages.makers:
            # In a thread: the page of a large unit takes a while to make, and the bot has more to do.
            rendered = await asyncio.to_thread(pages.makers[path], path)
            return _html(request, rendered, indexable=pages.library.indexable)
        if not path.endswith("/") and f"{path}/" in pages.makers:
            raise web.HTTPPermanentRedirect(f"{path.rpartition('/')[2]}/")
        return await self._files.answer(request, pages, path)

    async def _pages(self, slug: str) -> Pages | None:
        from bot.web.pages import Pages

        kept = self._kept.pop(slug, None)
        found = await reading.public_library(self._library, slug, kept.library if kept else None)
        if found is None:
            if kept is not None:
                self._files.forget(kept.library.server_id)
            return None
        if kept is None or kept.library is not found:
            address = f"{self._library.site_url}/{slug}/" if self._library.site_url else ""
            kept = Pages(found, address, kept.bodies if kept else None)
            self._files.forget(found.server_id)
        self._kept[slug] = kept
        while len(self._kept) > KEPT_LIBRARIES:
            self._kept.popitem(last=False)
        return kept

    async def _all(self) -> list[Pages]:
        found = [await self._pages(slug) for slug in await reading.public_slugs(self._library)]
        return [pages for pages in found if pages is not None]

    async def _first_page(self, request: web.Request) -> web.StreamResponse:
        from bot.web.pages import LibraryLink, libraries_page

        found = await self._all()
        if len(found) == 1:
            raise web.HTTPFound(f"{found[0].library.slug}/")  # not for ever: there may be a second one tomorrow
        links = [LibraryLink(one.library.name, f"{one.library.slug}/", len(one.library.pages)) for one in found]
        indexable = bool(found) and all(one.library.indexable for one in found)
        return _html(request, libraries_page(links, indexable=indexable), indexable=indexable)

    async def _robots(self, request: web.Request) -> web.StreamResponse:
        from bot.web.pages import robots

        found = await self._all()
        closed = [f"{self._prefix}/{one.library.slug}/" for one in found if not one.library.indexable]
        return answered(request, robots(closed if found else ["/"]).encode(), "text/plain")

    async def _missing(self, slug: str, pages: Pages | None) -> web.StreamResponse:
        from bot.web.pages import missing_page

        root = f"{self._prefix}/{slug}/" if pages else f"{self._prefix}/"
        rendered = pages.missing(root) if pages else missing_page(root)
        return _html(None, rendered, indexable=False, status=404)

    @property
    def _files(self) -> Downloads:
        from bot.web.downloads import Downloads

        self._downloads = self._downloads or Downloads(self._library.media)
        return self._downloads

    @property
    def _prefix(self) -> str:
        """The path under which the site is reached from outside, where a proxy puts it into a folder."""
        return urlsplit(self._library.site_url).path.rstrip("/")


def _asset(request: web.Request, name: str) -> web.StreamResponse | None:
    from bot.web.pages import ASSETS, asset

    return answered(request, asset(name), ASSETS[name]) if name in ASSETS else None


def _html(request: web.Request | None, page: Rendered, *, indexable: bool, status: int = 200) -> web.Response:
    response = answered(request, page.text.encode(), "text/html")
    response.headers["Content-Security-Policy"] = f"{page.policy}; frame-ancestors 'none'"
    if not indexable:
        response.headers["X-Robots-Tag"] = "noindex"
    if status != OK:
        response.set_status(status)
    return response


@web.middleware
async def _with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        refused.headers.update(HEADERS)
        raise
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
