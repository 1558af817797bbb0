"""What each kind of outbox row looks like in Discord, drawn from the database as it is now."""

from __future__ import annotations

import asyncio
import io
import json
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import NotFound
from bot.kit import cards, chat, desk, note_drawing, study_cards
from bot.kit.drawn import Drawn, Row
from bot.models.people import Actor
from bot.models.questions import Attachment, QuestionView
from bot.services.researchers import finding
from bot.text import DEFAULT_LOCALE, Catalogue, catalogue

if TYPE_CHECKING:
    from bot.client import Vademecum

OFFER_EMOJI = "📖"
"""The one reaction by which a message is offered to be logged as a question."""


class MissingPermission(Exception):
    """The bot may not do in a channel what is to be done. `names` are Discord's own words for what is missing."""

    def __init__(self, names: str) -> None:
        super().__init__(names)
        self.names = names


async def draw(bot: Vademecum, row: Row) -> Drawn | None:
    """Draw a row; None where nothing is to be shown any more. Raises KeyError for a kind that nobody draws."""
    texts = catalogue(DEFAULT_LOCALE)
    payload = json.loads(row.payload)
    if row.kind == "question_card":
        return await _question_card(bot, row, texts)
    if row.kind == "notice":
        return await _notice(bot, row, payload, texts)
    if row.kind == "desk":
        embed, view = desk.public_desk(row.server_id, texts)
        return Drawn(embed=embed, view=view, edits=payload.get("message_id"), remember=True, pin=True)
    if row.kind == "reaction":
        emoji, gone = payload.get("emoji", OFFER_EMOJI), payload.get("take_back", False)
        return Drawn(edits=payload["message_id"], reaction=emoji, takes_back=gone)
    if row.kind == "direct":
        return study_cards.reminder(row, texts)
    return await note_drawing.KINDS[row.kind](bot, row, payload, texts)


async def _notice(bot: Vademecum, row: Row, payload: dict[str, Any], texts: Catalogue) -> Drawn:
    """One short message; where the card of its question stands in the same channel, a reply to it."""
    mentioned = payload["mention"]
    places = {name: chat.safe(value) if isinstance(value, str) else value for name, value in payload["places"].items()}
    places["who"] = " ".join(chat.person(one) for one in mentioned)
    return Drawn(
        content=texts.say(payload["text"], **places)[:2000],
        mentions=discord.AllowedMentions(
            users=[discord.Object(one) for one in mentioned], roles=False, everyone=False, replied_user=False
        ),
        replies_to=await _card_here(bot, row) if row.subject else None,
    )


async def _card_here(bot: Vademecum, row: Row) -> int | None:
    posted = await bot.library.database.read(
        lambda tx: tx.outbox.posted(server_id=row.server_id, kind="question_card", subject=row.subject)
    )
    here = [one["message_id"] for one in posted if one["channel_id"] == row.channel_id and one["removed_at"] is None]
    return here[-1] if here else None


async def _question_card(bot: Vademecum, row: Row, texts: Catalogue) -> Drawn | None:
    anyone = Actor(row.server_id, bot.user.id if bot.user else 0)
    try:
        shown = await finding.show_question(anyone, bot.library, row.subject)
    except NotFound:
        return None
    posted = await bot.library.database.read(
        lambda tx: tx.outbox.posted(server_id=row.server_id, kind="question_card", subject=row.subject)
    )
    here = next((one for one in posted if one["channel_id"] == row.channel_id), None)
    if here is not None and here["removed_at"] is not None:
        return None  # somebody took the card away: it is not drawn against them
    picture = cards.picture_of(shown.attachments)
    image = f"{picture.digest[:16]}{_suffix(picture)}" if picture else ""
    embed, view = cards.question_card(shown, texts, image=image)
    if here is not None:
        gone = not shown.attachments  # its message was deleted in Discord, and its files with it
        return Drawn(embed=embed, view=view, edits=here["message_id"], without_files=gone)
    return Drawn(embed=embed, view=view, files=await _files(bot, shown, picture, image), remember=True)


def _suffix(picture: Attachment) -> str:
    return "." + picture.content_type.removeprefix("image/").replace("jpeg", "jpg")


async def _files(bot: Vademecum, shown: QuestionView, picture: Attachment | None, image: str) -> list[discord.File]:
    files = []
    for one in shown.attachments:
        content = await asyncio.to_thread(bot.library.media.read, one.digest)
        name = image if one is picture else one.filename
        files.append(discord.File(io.BytesIO(content), filename=name, description=one.alt[:1024] or None))
    return files


def check_permissions(bot: Vademecum, row: Row, drawn: Drawn) -> None:
    """Raise MissingPermission where the bot may not post `drawn` in the row's channel."""
    missing = missing_permissions(
        bot, row.server_id, row.channel_id, embed=drawn.embed is not None, files=bool(drawn.files)
    )
    if missing:
        raise MissingPermission(", ".join(missing))


def missing_permissions(
    bot: Vademecum, server_id: int, channel_id: int, *, embed: bool = True, files: bool = False, threads: bool = False
) -> list[str]:
    """Name what the bot lacks to post in a channel, in Discord's words; empty where it may, or cannot know.

    With `threads` also what it lacks to begin threads there, and to read and write in them.
    """
    guild = bot.get_guild(server_id)
    channel = guild.get_channel_or_thread(channel_id) if guild else None
    if guild is None or channel is None:
        return []
    granted = channel.permissions_for(guild.me)
    in_thread = isinstance(channel, discord.Thread)
    needed = {
        "View Channel": granted.view_channel,
        "Send Messages": granted.send_messages or in_thread,
        "Send Messages in Threads": granted.send_messages_in_threads or not (in_thread or threads),
        "Embed Links": granted.embed_links or not embed,
        "Attach Files": granted.attach_files or not files,
        "Create Public Threads": granted.create_public_threads or not threads,
        "Read Message History": granted.read_message_history or not threads,
    }
    return [name for name, has in needed.items() if not has]
