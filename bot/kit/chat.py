"""Putting what people typed into chat without letting it act: no mentions, no Markdown, no links that pretend."""

from __future__ import annotations

import re
from datetime import datetime

import discord

from bot.storage.search import MARK_END, MARK_START

_ACTING = re.compile(r"https?://[^\s<>\[\]\\`*|]+|[\\`*_~|\[\]]")
"""A web address, which is left whole, or a character that Markdown acts on."""
_LINE_START = re.compile(r"^(\s*\d*)([-+#>]|(?<=\d)\.)", re.MULTILINE)


def safe(text: str) -> str:
    """Escape Markdown, masked links, headings, lists, timestamps and mentions; what was typed is read as typed."""
    escaped = _ACTING.sub(_escape, discord.utils.escape_mentions(text))
    escaped = re.sub(r"<(?=[@#:/aist])", "<\N{ZERO WIDTH SPACE}", escaped)
    return _LINE_START.sub(r"\1\\\2", escaped)


def _escape(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) > 1 else f"\\{found[0]}"


_FENCE = "```"
_READABLE_STOPS = re.compile(r"(\[|\]|\|\|)|^(\s*)(-?#)", re.MULTILINE)
"""What would hide or enlarge: masked links, spoilers, headings, small print."""


def readable(text: str) -> str:
    """Let an answer keep its emphasis, lists and code; nothing in it mentions, hides, shouts or fakes a link."""
    if text.count(_FENCE) % 2 or text.count("**") % 2:
        return safe(text)  # what is not closed would swallow what stands below it
    quiet = re.sub(r"<(?=[@#:/aist])", "<\N{ZERO WIDTH SPACE}", discord.utils.escape_mentions(text))
    return _READABLE_STOPS.sub(_stop, quiet)


def _stop(found: re.Match[str]) -> str:
    if found[1]:
        return "".join(f"\\{character}" for character in found[1])
    return f"{found[2]}\\{found[3]}"


def short(text: str, limit: int) -> str:
    """Cut at a word within `limit` characters, with an ellipsis, on one line."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut) + "…"


def marked(snippet: str, limit: int = 300) -> str:
    """Show the words that a search matched in bold, escape the rest, and cut what is longer."""
    line = " ".join(snippet.split())
    if len(line) > limit:
        line = line[:limit]
        line += MARK_END * (line.count(MARK_START) - line.count(MARK_END)) + "…"
    return safe(line).replace(MARK_START, "**").replace(MARK_END, "**")


def when(milliseconds: int, style: str = "R") -> str:
    """A time that every reader sees in their own zone (``R`` is "two hours ago", ``D`` a date)."""
    return f"<t:{milliseconds // 1000}:{style}>"


def day(iso: str) -> str:
    """A day (YYYY-MM-DD) in the words of each reader's language."""
    # At this hour of UTC it is the same day from Hawaii to New Zealand.
    return when(round(datetime.fromisoformat(f"{iso}T10:30+00:00").timestamp() * 1000), "D")


def link_to(server_id: int, channel_id: int, message_id: int) -> str:
    """The address of a message in Discord."""
    return f"https://discord.com/channels/{server_id}/{channel_id}/{message_id}"


def person(user_id: int) -> str:
    """A person, by Discord's own name for them. In an embed or with mentions off it pings nobody."""
    return f"<@{user_id}>"
