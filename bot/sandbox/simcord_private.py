"""Every touch of simcord's private parts, and nothing else.

simcord 3.2 says of its backend that it may change in any release, and allows one active Preview per world. The
sandbox needs three things past that: many Previews (a page per person and channel), a clock that leaps (stepping
through a week in the bot's short loops would take minutes), and one lock around everything that acts in the world.
`tests/sandbox/test_simcord_private.py` fails when what is leaned on here changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

import simcord
from discord.ext import tasks
from simcord._dpy_internals import _tasks_loop_self
from simcord.backend.access import can_access_channel

MOST_TRANSCRIPT = 4_000
"""Lines of simcord's record of events that are kept; it would otherwise grow for as long as the sandbox runs."""

T = TypeVar("T")
AfterAction = Callable[[], Awaitable[None]]


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


def happenings(env: simcord.Env) -> int:
    """Count what crossed between the bot and the simulated Discord so far; it grows whenever anything happens."""
    seen: int = getattr(env, "_vademecum_forgotten", 0)
    transcript = env.backend.transcript
    if len(transcript) > MOST_TRANSCRIPT:
        half = MOST_TRANSCRIPT // 2
        del transcript[:half]
        del env.backend.http_requests[:-half]
        seen += half
        env._vademecum_forgotten = seen  # type: ignore[attr-defined]  # noqa: SLF001 - said in the module's docstring
    return seen + len(transcript)


async def open_preview(
    env: simcord.Env,
    channel: simcord.ChannelHandle,
    person: simcord.MemberActor,
    lock: asyncio.Lock,
    after: AfterAction,
) -> simcord.Preview:
    """Serve a page on which `person` is in `channel`, beside those that are open already.

    Whatever its browser does holds `lock`, and `after` is awaited when it was done, still under the lock. The
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
            await after()
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


def show_what_is_new(preview: simcord.Preview) -> None:
    """Let the page's tabs see what happened since; they ask twice a second."""
    preview._advance_presentation_time()  # noqa: SLF001
    preview._publish_message_pages(reason="refresh")  # noqa: SLF001
