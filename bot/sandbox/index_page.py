"""The sandbox's index page: who is here, which channels there are, the way in, and the clock.

Served on the loopback only. It takes no script and makes no request elsewhere. Another site that the same browser
shows cannot use it: names that only pretend to be this machine are refused (Host), and so is every form of another
page (Origin).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from bot.clock import DAY, HOUR
from bot.sandbox.session import NotForThem, Sandbox, TooManyTabs
from bot.text import catalogue

LOOPBACK = {"127.0.0.1", "localhost"}
MOVES = {"hour": HOUR // 1_000, "day": DAY // 1_000, "week": 7 * DAY // 1_000}
"""How far a button moves the clock, in seconds."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
THREADS_SHOWN = 20
FILE_TYPES = {"sandbox.css": "text/css", "emblem.svg": "image/svg+xml"}
_say = catalogue().say
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class IndexPage:
    """The handlers of one sandbox. `site_url` is the address of its public site, or empty."""

    def __init__(self, sandbox: Sandbox, site_url: str = "") -> None:
        self._sandbox = sandbox
        self._site_url = site_url
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("bot.sandbox", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.globals["say"] = _say

    def app(self) -> web.Application:
        """Return the page as an aiohttp application."""
        app = web.Application(middlewares=[_guard])
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/{name:sandbox.css|emblem.svg}", _file),
                web.get("/open/{person}/{channel}", self._open),
                web.post("/clock/{move}", self._move),
            ]
        )
        return app

    async def _index(self, _request: web.Request) -> web.Response:
        world, sample = self._sandbox.world, self._sandbox.sample
        roles = {role.key: role.name for role in sample.roles}
        readers = {channel.key: set(world.who_reads(channel.key)) for channel in sample.channels}
        threads = [(thread, set(world.who_reads(str(thread.id)))) for thread in world.threads()[:THREADS_SHOWN]]
        return self._page(
            "index.html",
            library=sample.server_name,
            people=sample.people,
            channels=sample.channels,
            roles_of=lambda person: [roles[role] for role in person.roles],
            readers=readers,
            threads=threads,
            now=self._sandbox.now(),
            ahead=_in_words(self._sandbox.ahead_ms()),
            moves=list(MOVES),
            site_url=self._site_url,
        )

    async def _open(self, request: web.Request) -> web.Response:
        person, channel = request.match_info["person"], request.match_info["channel"]
        names = {one.key: one.name for one in self._sandbox.sample.people}
        names |= {one.key: f"#{one.name}" for one in self._sandbox.sample.channels}
        names |= {str(one.id): one.name or "" for one in self._sandbox.world.threads()}
        try:
            address = await self._sandbox.open_page(person, channel)
        except KeyError:
            return self._sorry(404, "not_found")
        except NotForThem:
            return self._sorry(403, "closed", person=names[person], channel=names[channel])
        except TooManyTabs:
            return self._sorry(503, "full", person=names[person], channel=names[channel])
        return web.Response(status=303, headers={**HEADERS, "Location": address})

    async def _move(self, request: web.Request) -> web.Response:
        move = MOVES.get(request.match_info["move"])
        if move is None:
            return self._sorry(404, "not_found")
        await self._sandbox.move_clock(move)
        return web.Response(status=303, headers={**HEADERS, "Location": "/#clock"})

    def _sorry(self, status: int, reason: str, **places: object) -> web.Response:
        title = _say(f"sandbox.error.{reason}_title")
        return self._page("sorry.html", status=status, title=title, reason=_say(f"sandbox.error.{reason}", **places))

    def _page(self, template: str, /, status: int = 200, **values: object) -> web.Response:
        text = self._templates.get_template(template).render(values)
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=HEADERS)


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    origin = request.headers.get("Origin")
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
        raise web.HTTPForbidden(headers=HEADERS)
    if request.method == "POST" and origin != f"http://{request.host}":
        raise web.HTTPForbidden(headers=HEADERS)
    try:
        return await handler(request)
    except web.HTTPException as answer:
        answer.headers.update(HEADERS)
        raise


async def _file(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    text = files("bot.sandbox").joinpath("pages", name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=FILE_TYPES[name], charset="utf-8", headers=HEADERS)


def _in_words(milliseconds: int) -> str:
    days, hours = milliseconds // DAY, milliseconds % DAY // HOUR
    spoken_days = _say("sandbox.clock.days", count=days) if days else ""
    spoken_hours = _say("sandbox.clock.hours", count=hours) if hours else ""
    if days and hours:
        return _say("sandbox.clock.days_and_hours", days=spoken_days, hours=spoken_hours)
    return spoken_days or spoken_hours
