"""Every touch of simcord's private parts, and nothing else.

simcord 3.2 says of its backend that it may change in any release, and allows one active Preview per world. The
sandbox needs more: many Previews (a page per person and channel), a clock that leaps (stepping through a week in the
bot's short loops would take minutes), one lock around everything that acts in the world, and pages drawn quickly.
`tests/sandbox/test_simcord_private.py` fails when what is leaned on here changes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import simcord
from discord.ext import tasks
from simcord._dpy_internals import _tasks_loop_self
from simcord.backend.access import can_access_channel
from simcord.preview import _markdown

MOST_RECORDS = 4_000
"""Events and requests that simcord keeps a record of; it would otherwise grow for as long as the sandbox runs."""
MOST_PARSERS = 200

T = TypeVar("T")
AfterAction = Callable[[str | None], None]
"""Called with the tab that acted; simcord has drawn that one."""


def set_clock_forward(env: simcord.Env, seconds: float) -> None:
    """Move the world's clock at once, without living through the time between. Due timers fire at the next settle.

    Before `Env.start` too: ids handed out afterwards are later than those handed out before (DESIGN.md, traps).
    """
    env.backend.advance_clock(seconds)
    for task in env._work.tasks:  # noqa: SLF001
        loop = _tasks_loop_self(task)
        if isinstance(loop, tasks.Loop):
            # discord.py would run the loop once for every interval of the time that was left out.
            loop._next_iteration = env.now()  # type: ignore[assignment]  # noqa: SLF001


async def as_the_bot(env: simcord.Env, work: Coroutine[Any, Any, T]) -> T:
    """Do `work` as if the bot did it of itself, with all that follows from it, until the world is at rest.

    What is awaited outside counts as no work of the bot's: nothing would wait for the cards it calls for.
    """
    with env._bot_scope():  # noqa: SLF001
        task = asyncio.create_task(work)
    await env.settle()
    return await task


def name_the_bot(env: simcord.Env, name: str) -> None:
    """Give the bot's account its name; simcord calls every bot TestBot."""
    env.backend.edit_bot_profile(name)


def may_read(env: simcord.Env, channel: simcord.ChannelHandle, person: simcord.MemberActor) -> bool:
    """Whether this person sees the channel and its history."""
    return can_access_channel(env, channel.id, person, history=True)


class Ear:
    """Hears in which channels something happened that a page of theirs shows."""

    def __init__(self, env: simcord.Env) -> None:
        self._env = env
        self._channels: set[int] = set()
        env.backend.subscribers.append(self._hear)

    def _hear(self, event: str, payload: Mapping[str, Any]) -> None:
        if event.startswith("MESSAGE_"):
            self._channels.add(int(payload["channel_id"]))

    def since_last(self) -> set[int]:
        """Return the ids of those channels since this was called last, and let simcord forget its old records."""
        for record in (self._env.backend.transcript, self._env.backend.http_requests):
            if len(record) > MOST_RECORDS:
                del record[: -MOST_RECORDS // 2]
        heard, self._channels = self._channels, set()
        return heard


def remember_parsers() -> None:
    """Let simcord keep its Markdown parsers. It makes one for each text of a page: two thirds of drawing the page."""
    if hasattr(_markdown, "_vademecum_parsers"):
        return
    make = _markdown._markdown_parser  # noqa: SLF001
    parsers: dict[tuple[int, str], Any] = {}

    def kept(policy: Mapping[str, bool | str], context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - simcord's own
        key = (id(policy), json.dumps(context, sort_keys=True, default=str))
        if key not in parsers:
            if len(parsers) >= MOST_PARSERS:
                parsers.clear()
            parsers[key] = make(policy, context)
        return parsers[key]

    _markdown._markdown_parser = kept  # noqa: SLF001
    _markdown._vademecum_parsers = parsers  # type: ignore[attr-defined]  # noqa: SLF001


def name_people_in_embeds() -> None:
    """Let the page write a mention in an embed's text as Discord's own clients do: as the person's name."""
    for place in ("embed_description", "embed_field_value"):
        _markdown._FIELD_POLICIES[place]["mentions"] = True  # noqa: SLF001


async def open_preview(
    env: simcord.Env,
    channel: simcord.ChannelHandle,
    person: simcord.MemberActor,
    lock: asyncio.Lock,
    after: AfterAction,
) -> simcord.Preview:
    """Serve a page on which `person` is in `channel`, beside those that are open already.

    Whatever its browser does holds `lock`, and `after` is called when it was done, still under the lock. The
    caller holds the lock now. Raises simcord.SetupError if the person may not read the channel.
    """
    env._preview = None  # noqa: SLF001 - the slot for the one Preview that simcord allows
    preview = env.preview(channel, viewers=[person], layout="channel")
    _share_the_world(env, preview, lock, after)
    return await preview.__aenter__()


def _share_the_world(env: simcord.Env, preview: simcord.Preview, lock: asyncio.Lock, after: AfterAction) -> None:
    act = preview._action  # noqa: SLF001 - the one way in for everything a browser does
    taken: dict[str, tuple[object, int]] = {}

    async def act_alone(context: str | None, body: object) -> dict[str, Any]:
        async with lock:
            env._preview = preview  # noqa: SLF001 - so that the action is reported to the page it came from
            result = await act(context, _as_of_now(preview, context, body, taken))
            after(context)
            return result

    preview._action = act_alone  # type: ignore[method-assign,assignment]  # noqa: SLF001


def _as_of_now(
    preview: simcord.Preview, context: str | None, body: object, taken: dict[str, tuple[object, int]]
) -> Any:  # noqa: ANN401 - whatever the browser sent; simcord judges it
    # A page names the revision it shows, and is refused when another person's message came half a second ago.
    # People may press a button while others talk; controls are checked by message and place all the same.
    # A request that is sent again must look the same again: `taken` has the last one of each page.
    page = preview._pages.get(context or "")  # noqa: SLF001
    if page is None or not isinstance(body, Mapping) or "published_revision" not in body:
        return body
    request = body.get("request_id")
    if taken.get(page.id, (None, 0))[0] != request:
        taken[page.id] = (request, page.revision)
    return {**body, "published_revision": taken[page.id][1]}


def is_open(preview: simcord.Preview) -> bool:
    """Whether the page has not been ended (More, End preview session)."""
    return not preview._closed  # noqa: SLF001


def has_room(preview: simcord.Preview) -> bool:
    """Whether one more browser tab can show it. Tabs that were not heard of for ten minutes do not count."""
    preview._prune_expired()  # noqa: SLF001
    return len(preview._pages) <= preview._MAX_PAGES  # noqa: SLF001 - one of them is simcord's own


def show_what_is_new(preview: simcord.Preview, drawn: str | None = None) -> None:
    """Let the page's tabs see what happened since; they ask twice a second. The tab `drawn` has seen it already."""
    preview._advance_presentation_time()  # noqa: SLF001
    for page in tuple(preview._pages.values()):  # noqa: SLF001
        if page is not preview._python and page.id != drawn:  # noqa: SLF001 - simcord's own page has no tab
            preview._publish(page, reason="refresh")  # noqa: SLF001
