"""Reading a DiscordChatExporter file as a stream, and holding each message against the format.

What is expected is what the exporter's own JSON writer writes. Fields that are not used here are not looked at, so
that a newer exporter's files can be read too. The parser is ijson, with its C backend where the wheel has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import ijson

from bot.errors import BadInput
from bot.services.importing.placing import Place, Spot, place_of
from bot.text import catalogue

BLOCK = 1 << 16
"""Bytes that are read at once."""
HEAD_BLOCK = 1 << 11
"""The same while only the head is looked for, which is short."""
LARGEST_MESSAGE = 64 << 20
"""Bytes of one message with all its reactions: what must fit into memory. Real ones have some thousands."""
DIRECT_MESSAGES = 0
"""The guild id that the exporter writes for direct messages."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LARGEST_ID = 2**63 - 1
_LONGEST_ID = len(str(_LARGEST_ID))


@dataclass(frozen=True, slots=True)
class Export:
    """One file: where it is, and the channel that it holds. Ids are Discord's."""

    path: Path
    server_id: int
    server_name: str
    channel_id: int


class Wrong(Exception):
    """A value is not what the format says. `field` is its path within the message; `expected` names a text."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(field)
        self.field = field
        self.expected = expected


class _Source:
    """A file that tells how far it was read, and refuses one value that would fill the memory."""

    def __init__(self, file: BinaryIO, report: Callable[[int], None]) -> None:
        self._file = file
        self._report = report
        self._since_message = 0
        if file.read(len(_BYTE_ORDER_MARK)) != _BYTE_ORDER_MARK:
            file.seek(0)

    def read(self, size: int) -> bytes:
        """Give ijson its next block."""
        block = self._file.read(size)
        self._since_message += len(block)
        if self._since_message > LARGEST_MESSAGE:
            raise Wrong("", "importing.expected.size")
        self._report(len(block))
        return block

    def message_ended(self) -> None:
        """Count anew towards the limit of one message."""
        self._since_message = 0


def read_header(path: Path) -> Export:
    """Read which channel a file holds. Raises BadInput where it is not such an export, with the place."""
    wanted = {field for field, _, _ in _HEADER}
    found: dict[str, Any] = {}
    with _refusing(path, Spot()), path.open("rb") as file:
        source = _Source(file, _ignore)
        for prefix, event, value in ijson.parse(source, buf_size=HEAD_BLOCK):
            if prefix in wanted:
                found.setdefault(prefix, value if event == "string" else (event,))
            elif prefix == "messages.item":  # the head may stand at the end
                source.message_ended()
            if len(found) == len(wanted):
                break
    return _export(path, found)


def _export(path: Path, found: dict[str, Any]) -> Export:
    for field, fits, expected in _HEADER:
        if not fits(found.get(field)):
            refuse(path, Spot(field=field), expected)
    if int(found["guild.id"]) == DIRECT_MESSAGES:
        raise BadInput("importing.direct_messages", file=path)
    return Export(path, int(found["guild.id"]), found["guild.name"], int(found["channel.id"]))


def read_messages(export: Export, report: Callable[[int], None]) -> Iterator[dict[str, Any]]:
    """Give every message of a file, each checked, to its very end; `report` is told of each block's bytes.

    Raises BadInput with the place of the first thing that is not as the format says.
    """
    index = -1
    with _refusing(export.path, spot := Spot(index=0)), export.path.open("rb") as file:
        source = _Source(file, report)
        for index, message in enumerate(ijson.items(source, "messages.item", buf_size=BLOCK)):
            spot.index = index
            check_message(message)
            source.message_ended()
            yield message
            spot.index = index + 1


@contextmanager
def _refusing(path: Path, spot: Spot) -> Iterator[None]:
    """Turn whatever a broken file does into a refusal with its place."""
    try:
        yield
    except Wrong as wrong:
        spot.field = wrong.field
        refuse(path, spot, wrong.expected)
    except (ijson.JSONError, UnicodeDecodeError):
        refuse(path, spot, "importing.expected.json", syntax=True)
    except OSError as error:
        raise BadInput("importing.unreadable", file=path, why=error.strerror) from error


def refuse(path: Path, spot: Spot, expected: str, *, syntax: bool = False) -> NoReturn:
    """Raise BadInput that says where in the file what was expected. Reads the file up to there once more."""
    place: Place = place_of(path, None if syntax else spot, BLOCK)
    raise BadInput(
        "importing.malformed",
        file=path,
        line=place.line,
        column=place.column,
        byte=place.byte,
        where=spot.path(),
        expected=catalogue().say(expected),
    ) from None


def check_message(message: object) -> None:
    """Raise Wrong for the first field that is not as the exporter writes it."""
    if type(message) is not dict:
        raise Wrong("", "importing.expected.object")
    for field, fits, expected in _MESSAGE:
        if not fits(message.get(field)):
            raise Wrong(field, expected)
    author = message["author"]
    if not _is_id(author.get("id")):
        raise Wrong("author.id", "importing.expected.id")
    if type(author.get("isBot")) is not bool:
        raise Wrong("author.isBot", "importing.expected.yes_or_no")
    reference = message.get("reference")
    if reference is not None and not _is_id_or_none(reference.get("messageId")):
        raise Wrong("reference.messageId", "importing.expected.id")


def time_of(text: str) -> int:
    """Return a time of the export in UTC milliseconds. Raises ValueError for one without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return (moment - _EPOCH) // _MILLISECOND


def _ignore(_: int) -> None:
    """Report nothing: a header is small."""


def _is_id(value: object) -> bool:
    if type(value) is not str or not value.isdigit() or not value.isascii():
        return False
    return len(value) < _LONGEST_ID or (len(value) == _LONGEST_ID and int(value) <= _LARGEST_ID)


def _is_id_or_none(value: object) -> bool:
    return value is None or _is_id(value)


def _is_text(value: object) -> bool:
    return type(value) is str


def _is_kind(value: object) -> bool:
    return type(value) is str or type(value) is int


def _is_time(value: object) -> bool:
    if type(value) is not str:
        return False
    try:
        time_of(value)
    except (ValueError, OverflowError):
        return False
    return True


def _is_object(value: object) -> bool:
    return type(value) is dict


def _is_object_or_none(value: object) -> bool:
    return value is None or type(value) is dict


def _is_list_of_objects(value: object) -> bool:
    # Nearly always there are none, and nothing is to be looped over.
    return value is None or (type(value) is list and (not value or all(type(one) is dict for one in value)))


def _is_list_start(value: object) -> bool:
    return value == ("start_array",)


_HEADER = (
    ("guild.id", _is_id, "importing.expected.id"),
    ("guild.name", _is_text, "importing.expected.text"),
    ("channel.id", _is_id, "importing.expected.id"),
    ("messages", _is_list_start, "importing.expected.list"),
)
_MESSAGE = (
    ("id", _is_id, "importing.expected.id"),
    ("type", _is_kind, "importing.expected.kind"),
    ("timestamp", _is_time, "importing.expected.time"),
    ("content", _is_text, "importing.expected.text"),
    ("author", _is_object, "importing.expected.object"),
    ("attachments", _is_list_of_objects, "importing.expected.list"),
    ("mentions", _is_list_of_objects, "importing.expected.list"),
    ("reference", _is_object_or_none, "importing.expected.object"),
)
