"""The bot: holds the services' tools, loads every room, and keeps the outbox and the due work going."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot.clock import Clock, SystemClock
from bot.kit import desk, failures
from bot.kit.deliverer import Deliverer
from bot.kit.router import Router
from bot.media import MediaStore
from bot.services import due, librarians
from bot.services.library import Library
from bot.settings import Settings
from bot.storage import migrations, outbox
from bot.storage.database import Closed, Database
from bot.text import catalogue

if TYPE_CHECKING:
    from aiohttp import web

_log = logging.getLogger(__name__)

ROOMS = ("cogs.librarians", "cogs.learners", "cogs.researchers", "cogs.scribes")
"""Loaded by name, in this order: `bot` never imports `cogs`."""
TICK_SECONDS = 15
"""How often due work and postponed deliveries are looked for."""


def intents_for(settings: Settings) -> discord.Intents:
    """What the bot asks Discord to be told: nothing privileged unless MESSAGE_CONTENT is set (DESIGN.md, rule 11)."""
    intents = discord.Intents.none()
    intents.guilds = True
    intents.guild_messages = True
    intents.guild_reactions = True
    intents.message_content = settings.message_content
    return intents


class _Tree(app_commands.CommandTree["Vademecum"]):
    """Commands for servers only, with the one error handler."""

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        await failures.tell(interaction, error)


class Vademecum(commands.Bot):
    """The bot. Make it with `create_bot`."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents_for(settings),
            tree_cls=_Tree,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            max_messages=None,
        )
        self.settings = settings
        self.clock = clock
        self.router = Router()
        self.deliverer = Deliverer(self)
        self._library: Library | None = None
        self._site: web.AppRunner | None = None

    @property
    def library(self) -> Library:
        """What services are handed. Raises RuntimeError before the bot was set up."""
        if self._library is None:
            raise RuntimeError("the bot is not set up yet")
        return self._library

    async def setup_hook(self) -> None:
        """Open the database, load the rooms, and tell Discord of the commands where they changed."""
        path = self.settings.database_path
        migrations.upgrade(path)
        database = await Database.open(path, self.clock)
        self._library = Library(database, self.clock, MediaStore(self.settings.media_dir), self.settings.site_url)
        database.listen(self._after_commit)
        self.add_listener(self.router.route, "on_interaction")
        for room in ROOMS:
            await self.load_extension(room)
        await self._sync_commands()
        await due.plan_housekeeping(self._library)
        await self._serve_site()
        self._tick.start()

    async def on_ready(self) -> None:
        """Enter every server that the bot is in, then send what waits."""
        for guild in self.guilds:
            await librarians.arrive(self.library, guild.id, guild.name)
            await librarians.redraw_desks(self.library, guild.id, desk.version(catalogue()))
        self.deliverer.wake()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Enter a new server."""
        await librarians.arrive(self.library, guild.id, guild.name)

    async def on_message(self, message: discord.Message, /) -> None:
        """Run no text commands: there are none. The rooms listen for themselves."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what failed in a listener; not that the end of the program cut it short."""
        if self.is_closed() and isinstance(sys.exception(), Closed):
            _log.info("%s was cut short; what it did not read is read at the next start", event_method)
            return
        await super().on_error(event_method, *args, **kwargs)

    async def close(self) -> None:
        """Stop sending, finish what is being written, close the database."""
        self._tick.cancel()
        await self.deliverer.close()
        try:
            if self._site is not None:
                await self._site.cleanup()
            await super().close()
        finally:
            if self._library is not None:
                await self._library.database.close()

    @tasks.loop(seconds=TICK_SECONDS)
    async def _tick(self) -> None:
        try:
            await due.do_due_work(self.library)
        except Exception:  # noqa: BLE001 - the loop must go on; what failed is logged and tried again
            _log.exception("due work failed; it is tried again at the next tick")
        self.deliverer.wake()

    def _after_commit(self, topics: frozenset[str]) -> None:
        if outbox.TOPIC in topics:
            self.deliverer.wake()

    async def _serve_site(self) -> None:
        if self.settings.site_port is None:
            return
        from bot.web.app import serve  # the site's templates and parsers are loaded only where it is served

        self._site = await serve(self.library, self.settings.site_host, self.settings.site_port)
        _log.info("the public site is served on port %s", self.settings.site_port)

    async def _sync_commands(self) -> None:
        ours: list[Any] = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        # As Discord sends them: discord.py's own model of a fetched command loses its contexts and permissions.
        theirs: list[Any] = await self.http.get_global_commands(self.application_id or 0)
        if _alike(ours, theirs):
            _log.info("the commands are as Discord knows them")
            return
        await self.tree.sync()
        _log.info("told Discord of %s commands", len(ours))


def _alike(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> bool:
    """Compare commands by what we set; Discord adds ids and defaults of its own."""
    known = {(one["type"], one["name"]): one for one in theirs}
    return len(ours) == len(theirs) and all(
        _contains(known.get((one["type"], one["name"]), {}), _as_discord_keeps(one)) for one in ours
    )


def _as_discord_keeps(command: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(json.dumps(command))
    kept.pop("dm_permission", None)  # deprecated: Discord goes by the contexts
    permissions = kept.get("default_member_permissions")
    return kept | {"default_member_permissions": None if permissions is None else str(permissions)}


def _contains(theirs: object, ours: object) -> bool:
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(_contains(theirs.get(name), value) for name, value in ours.items())
    if isinstance(ours, list):
        listed = theirs if isinstance(theirs, list) else []
        return len(listed) == len(ours) and all(_contains(*pair) for pair in zip(listed, ours, strict=True))
    return bool(theirs == ours) or (not ours and not theirs)


def create_bot(settings: Settings, *, clock: Clock | None = None) -> Vademecum:
    """Return a bot that is ready to be started. `Settings(data_dir=PATH)` is enough; nothing is opened yet."""
    Path(settings.data_dir).mkdir(parents=True, exist_ok=True)
    return Vademecum(settings, clock or SystemClock())
