"""A channel's history as DiscordChatExporter writes it, made of nothing but a seed: no word of it was ever said.

Its mixture is that of the chat which `docs/recognising.md` measures: of a hundred messages some seven are questions,
seventeen replies, a third of them to questions, and forty hold a word that a question could hold. One is a bot's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SEED = 2026
FIRST = 1_200_000_000_000_000_000
SERVER, CHANNEL = 300_000_000_000_000_001, 300_000_000_000_000_002
PEOPLE = 40
_BEGIN = datetime(2025, 9, 1, 8, tzinfo=UTC)

_ASKED = ("Why do {} lose {} in {}?", "How does {} turn into {} during {}?", "What makes {} heavier than {} after {}?")
_SAID = (
    "I saw {} next to {} this {}.",
    "{} and {} again, as the {} said",
    "We put {} on {}, look how the {} shelf fills",
    "my {} need more {} before {}",
)
_ROLE = {"id": str(400_000_000_000_000_000), "name": "Researchers", "color": "#3B6EA5", "position": 3}
_REPLIED = ("Because {} needs {} before {} comes, says the atlas.", "It is {} that holds {} through {}, I tried it.")
_THINGS = (
    "birches maples frost rivers granite copper moss magnets lanterns whales pollen clay amber tides sparrows candles "
    "bridges glaciers compasses yeast salt feathers pendulums ferns"
).split()


def write_export(path: Path, count: int) -> None:
    """Write a file of `count` messages, indented as the exporter does. The same count gives the same bytes."""
    head = {
        "guild": {"id": str(SERVER), "name": "Lakeside School", "iconUrl": ""},
        "channel": {"id": str(CHANNEL), "type": "GuildTextChat", "name": "science", "topic": None},
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2026-07-01T08:00:00.0000000+00:00",
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, indent=2).removesuffix("\n}") + ',\n  "messages": [\n')
        for place, message in enumerate(_messages(count)):
            file.write((",\n" if place else "") + json.dumps(message, indent=2, ensure_ascii=False))
        file.write(f'\n  ],\n  "messageCount": {count}\n}}\n')


def _messages(count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(SEED)
    questions: list[int] = []
    for number in range(count):
        drawn = chance.random()
        message = _message(number, chance)
        if drawn < 0.07:
            questions.append(number)
            message["content"] = _words(chance, _ASKED)
        elif drawn < 0.24 and number:
            to = chance.choice(questions[-20:]) if questions and drawn < 0.13 else number - 1
            reference = {"messageId": str(FIRST + to), "channelId": str(CHANNEL), "guildId": str(SERVER)}
            message |= {"type": "Reply", "content": _words(chance, _REPLIED), "reference": reference}
        elif drawn < 0.25:
            message["author"]["isBot"] = True
        yield message


def _words(chance: random.Random, sentences: tuple[str, ...]) -> str:
    sentence = chance.choice(sentences).format(*(chance.choice(_THINGS) for _ in range(3)))
    return " ".join([sentence] + [f"And the {chance.choice(_THINGS)} too." for _ in range(chance.choice((0, 0, 1)))])


def _message(number: int, chance: random.Random) -> dict[str, Any]:
    who = chance.randrange(PEOPLE)
    return {
        "id": str(FIRST + number),
        "type": "Default",
        "timestamp": (_BEGIN + timedelta(seconds=7 * number)).isoformat(timespec="milliseconds"),
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": _words(chance, _SAID),
        "author": {
            "id": str(200_000_000_000_000_000 + who),
            "name": f"student{who}",
            "discriminator": "0000",
            "nickname": f"Student {who}",
            "color": None,
            "isBot": False,
            "roles": [_ROLE],
            "avatarUrl": "https://cdn.discordapp.com/embed/avatars/0.png",
        },
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        "inlineEmojis": [],
    }
