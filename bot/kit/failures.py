"""The one error handler: known errors become a kind, private reply; an unknown one a reference number and a traceback.

The log names the reference, never what was typed or by whom (DESIGN.md, rule 10; docs/privacy.md).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Coroutine
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.errors import Refused
from bot.kit import chat, replies
from bot.kit.replies import Reply
from bot.text import catalogue

_log = logging.getLogger(__name__)
_GONE = {10003, 10008, 10015, 10062, 40060, 50027}
"""Unknown channel, message, webhook or interaction, answered before (a replay), expired token: nobody is to be told."""


async def guard(interaction: discord.Interaction[Any], work: Coroutine[Any, Any, None]) -> None:
    """Do `work`; whatever it raises is told to the person in private."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the outermost handler: it logs what it does not know
        await tell(interaction, error)


async def tell(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell the person what went wrong, in private."""
    error = _inner(error)
    if isinstance(error, discord.HTTPException) and error.code in _GONE:
        _log.warning("an interaction could not be answered any more: Discord's code %s", error.code)
        return
    locale = interaction.locale.value
    text = explain(error, locale) if isinstance(error, Refused) else _unknown(error, locale)
    try:
        await replies.send(interaction, Reply(text))
    except discord.HTTPException as failure:
        _log.warning("an error could not be told: Discord's code %s", failure.code)


def may_pass(error: BaseException | None) -> bool:
    """Tell whether trying again may help: Discord is busy or away, or the network is."""
    if isinstance(error, discord.HTTPException):
        return error.status == 429 or error.status >= 500  # noqa: PLR2004 - HTTP's own numbers
    return isinstance(error, (OSError, aiohttp.ClientError, TimeoutError))


def explain(refusal: Refused, locale: str) -> str:
    """Put a refusal into words. Times (places that end in ``_at``) show in the reader's zone; texts are escaped."""
    places = {
        name: chat.when(value) if name.endswith("_at") and isinstance(value, int) else _shown(value)
        for name, value in refusal.places.items()
    }
    return catalogue(locale).say(refusal.key, **places)


def _shown(value: object) -> object:
    return chat.safe(value) if isinstance(value, str) else value


def _unknown(error: BaseException, locale: str) -> str:
    reference = secrets.token_hex(3)
    _log.error("unexpected error, reference %s", reference, exc_info=error)
    return catalogue(locale).say("errors.unexpected", reference=reference)


def _inner(error: BaseException) -> BaseException:
    if isinstance(error, app_commands.CommandInvokeError):
        return error.original
    if isinstance(error, app_commands.TransformerError):
        return error.__cause__ if isinstance(error.__cause__, Refused) else error
    return error
