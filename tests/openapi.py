"""Holds every request body against Discord's published description of its HTTP API.

The description's path comes from the environment variable `DISCORD_OPENAPI`; without it `description()` is None and
nothing is checked. Discord's file allows unknown fields almost everywhere, which would let a misspelt one pass, so
each object is closed here: a field that the description does not name is a problem, except the few that discord.py
sends and Discord takes (`ACCEPTED_BEYOND`).

`check(method, path, body)` judges one request; `watch(env)` judges every request of a simulated Discord as it is made.
A multipart request is judged by its `payload_json`, which simcord has already taken out of the form.
"""

from __future__ import annotations

import datetime
import functools
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import simcord

Schema = dict[str, Any]

INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
SNOWFLAKE_OR_INTEGER: Schema = {"anyOf": [{"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}, {"type": "integer"}]}

#: What discord.py 2.7 sends and Discord takes, although the description lacks it: schema -> field -> what it may be.
ACCEPTED_BEYOND: dict[str, dict[str, Schema]] = {
    "RichEmbed": {"flags": INTEGER},
    "ApplicationCommandCreateRequest": {"nsfw": BOOLEAN},
    "ApplicationCommandUpdateRequest": {"nsfw": BOOLEAN},
    "ApplicationCommandPatchRequestPartial": {"nsfw": BOOLEAN},
    "MessageAttachmentRequest": {"id": SNOWFLAKE_OR_INTEGER},
    "MessageEditRequestPartial": {"tts": BOOLEAN},
    "IncomingWebhookUpdateRequestPartial": {"tts": BOOLEAN},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts": BOOLEAN},
    "CreateRoleRequest": {"permissions": {"type": ["string", "null"], "pattern": "^[0-9]+$"}},
    "UpdateRoleRequestPartial": {"permissions": {"type": ["string", "null"], "pattern": "^[0-9]+$"}},
    # A reply, a mention and the opening of a direct message carry their ids as integers (`MessageReference.to_dict`,
    # `AllowedMentions.to_dict`, `HTTPClient.start_private_message`).
    "CreatePrivateChannelRequest": {"recipient_id": SNOWFLAKE_OR_INTEGER},
    "MessageReferenceRequest": {
        "message_id": SNOWFLAKE_OR_INTEGER,
        "channel_id": SNOWFLAKE_OR_INTEGER,
        "guild_id": SNOWFLAKE_OR_INTEGER,
    },
    "MessageAllowedMentionsRequest": {
        "users": {"type": ["array", "null"], "items": SNOWFLAKE_OR_INTEGER, "maxItems": 100, "uniqueItems": True},
        "roles": {"type": ["array", "null"], "items": SNOWFLAKE_OR_INTEGER, "maxItems": 100, "uniqueItems": True},
    },
}


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.datetime.fromisoformat(value) is not None


def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or value.startswith(("https://", "http://", "attachment://", "discord://"))


formats = FormatChecker(formats=())
formats.checks("date-time", raises=ValueError)(_is_date_time)
formats.checks("uri")(_is_uri)


def _by_type(validator: Any, kinds: dict[int, Schema], instance: Any, _: Schema) -> Iterator[ValidationError]:
    """Judge an object by the schema of its `type` (a keyword of ours): the wrong field is then named."""
    kind = instance.get("type") if isinstance(instance, dict) else None
    if kind in kinds:
        yield from validator.descend(instance, kinds[kind], schema_path=kind)
    else:
        yield ValidationError(f"type {kind!r} is not one of {sorted(kinds)}")


Validator = extend(Draft202012Validator, {"x-by-type": _by_type})


class Description:
    """Discord's description, closed, with one validator per route, made when the route is first used."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._named_source: dict[str, Schema] = document["components"]["schemas"]
        self._named: dict[str, Schema] = {}
        self._routes: dict[tuple[str, int], list[tuple[list[str], dict[str, Any]]]] = {}
        self._validators: dict[int, Any] = {}
        for template, operations in document["paths"].items():
            segments = template.strip("/").split("/")
            for method, operation in operations.items():
                if isinstance(operation, dict):
                    self._routes.setdefault((method.upper(), len(segments)), []).append((segments, operation))

    def problem(self, method: str, path: str, body: Any | None) -> str | None:
        """What Discord would refuse in this request, or None. `path` begins after `/api/v10`, without a query."""
        operation = self._operation(method, path)
        if operation is None:
            return f"{method} {path}: Discord has no such route"
        request = operation.get("requestBody")
        if request is None:
            return None if body is None else f"{method} {path}: this route takes no body, but got {body!r:.200}"
        if body is None:
            return f"{method} {path}: this route needs a body" if request.get("required") else None
        error = best_match(self._validator(operation).iter_errors(body))
        return None if error is None else f"{method} {path}: at {error.json_path}: {error.message:.300}"

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The route with the most literal segments wins: `messages/@original` before `messages/{message_id}`."""
        segments = path.strip("/").split("/")
        best: tuple[int, dict[str, Any]] | None = None
        for template, operation in self._routes.get((method, len(segments)), ()):
            literal = _literal_segments(template, segments)
            if literal is not None and (best is None or literal > best[0]):
                best = (literal, operation)
        return None if best is None else best[1]

    def _validator(self, operation: dict[str, Any]) -> Any:
        known = self._validators.get(id(operation))
        if known is None:
            content = operation["requestBody"]["content"]
            media = content.get("application/json") or content["multipart/form-data"]
            known = Validator(self._closed(media["schema"]), format_checker=formats)
            self._validators[id(operation)] = known
        return known

    def _reference(self, pointer: str) -> Schema:
        """The named schema, closed once; it may hold itself (jsonschema walks only as deep as the body goes)."""
        name = pointer.rsplit("/", 1)[1]
        if name not in self._named:
            self._named[name] = {}
            schema = self._closed(self._named_source[name])
            schema.get("properties", {}).update(ACCEPTED_BEYOND.get(name, {}))
            self._named[name].update(schema)
        return self._named[name]

    def _closed(self, node: Schema) -> Schema:
        if "$ref" in node:
            return self._reference(node["$ref"])
        closed = {key: value for key, value in node.items() if key in _PLAIN_KEYWORDS}
        if "properties" in node:
            closed["properties"] = {name: self._closed(schema) for name, schema in node["properties"].items()}
            closed["additionalProperties"] = False
        elif "additionalProperties" in node:
            closed["additionalProperties"] = self._closed(node["additionalProperties"])
        if "items" in node:
            closed["items"] = self._closed(node["items"])
        members = node.get("oneOf") or node.get("anyOf")
        if members:
            closed |= self._union(members)
        return closed

    def _union(self, members: list[Schema]) -> Schema:
        if all("const" in member for member in members):
            return {"enum": [member["const"] for member in members]}
        null = [member for member in members if member.get("type") == "null"]
        others = [member for member in members if member not in null]
        kinds = self._kinds(others)
        if kinds is None:
            return {"anyOf": [self._closed(member) for member in members]}
        return {"anyOf": [*null, {"x-by-type": kinds}]} if null else {"x-by-type": kinds}

    def _kinds(self, members: list[Schema]) -> dict[int, Schema] | None:
        """`type` -> schema, when every member of the union is an object that is told by its `type`."""
        kinds: dict[int, Schema] = {}
        for member in members:
            source = self._named_source[member["$ref"].rsplit("/", 1)[1]] if "$ref" in member else member
            values = source.get("properties", {}).get("type", {}).get("enum")
            if len(members) == 1 or not values or "type" not in source.get("required", ()):
                return None
            kinds |= dict.fromkeys(values, self._closed(member))
        return kinds


_PLAIN_KEYWORDS = frozenset(
    "type enum const required format pattern minimum maximum minLength maxLength minItems maxItems uniqueItems "
    "minProperties maxProperties".split()
)


def _literal_segments(template: list[str], segments: list[str]) -> int | None:
    literal = 0
    for expected, actual in zip(template, segments, strict=True):
        if expected == actual:
            literal += 1
        elif not expected.startswith("{"):
            return None
    return literal


@functools.cache
def description() -> Description | None:
    """Discord's description from `DISCORD_OPENAPI`, read once a process; None where the variable is not set."""
    path = os.environ.get("DISCORD_OPENAPI")
    return Description(json.loads(Path(path).read_text(encoding="utf-8"))) if path else None


def check(method: str, path: str, body: Any | None) -> str | None:
    """What Discord would refuse in this request, or None (also None where there is no description to check against)."""
    known = description()
    return None if known is None else known.problem(method, path, body)


class WatchedRequests(list[Any]):
    """The list in which simcord keeps a bot's requests; each is checked the moment it is appended."""

    def __init__(self, judge: Callable[[str, str, Any], str | None]) -> None:
        super().__init__()
        self._judge = judge
        self.checked = 0
        self.problems: list[str] = []

    def append(self, request: Any) -> None:
        """Keep the request and note what Discord would refuse in it."""
        super().append(request)
        self.checked += 1
        problem = self._judge(request.method, request.path, request.json)
        if problem:
            self.problems.append(problem)

    def assert_fine(self) -> None:
        """Fail with every problem seen so far."""
        assert not self.problems, "Discord would refuse:\n" + "\n".join(self.problems)


def watch(env: simcord.Env) -> WatchedRequests:
    """Check every request that the bot makes in `env` from now on; call `assert_fine()` when the test is over.

    The problems are gathered and not raised at once, because an exception inside the bot would be answered by its own
    error handler and never reach the test.
    """
    requests = WatchedRequests(check)
    for made_already in env.backend.http_requests:
        requests.append(made_already)
    env.backend.http_requests = requests
    return requests
