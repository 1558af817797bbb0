"""How people act on the loopback Discord: they type, press, choose, fill in and right-click, and wait for the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.wire.loopback import Loopback

if TYPE_CHECKING:
    from tests.wire.world import Happened, Json, Person

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SUBCOMMAND, SUBCOMMAND_GROUP, USER, ATTACHMENT = 1, 2, 6, 11


class Discord(Loopback):
    """The loopback Discord with its people's hands. Every act sends the event at once and returns what will be said."""

    def slash(self, person: Person, channel_id: int, path: str, **options: Any) -> Happened:
        """`/question ask text:…`: `path` is "question ask"; the command must have been registered by the bot."""
        data = self._command(path, {name: value for name, value in options.items() if value is not None})
        return self._send(self.world.begin(COMMAND, person, channel_id, data))

    def type_ahead(self, person: Person, channel_id: int, path: str, option: str, typed: str) -> Happened:
        """What Discord asks while a person is typing in an option with suggestions."""
        data = self._command(path, {option: typed})
        leaf = data
        while leaf["options"][0]["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP):
            leaf = leaf["options"][0]
        leaf["options"][0]["focused"] = True
        return self._send(self.world.begin(AUTOCOMPLETE, person, channel_id, data))

    def press(self, person: Person, message: Json, label: str) -> Happened:
        """Press the button that bears this label."""
        found = [button for button in buttons_of(message) if button.get("label") == label]
        assert found, f"there is no button {label!r}, only {[button.get('label') for button in buttons_of(message)]}"
        return self.press_id(person, message, found[0]["custom_id"])

    def press_id(self, person: Person, message: Json, custom_id: str) -> Happened:
        """Press the button with this id, whether or not it stands on the message (a client may be behind)."""
        return self._component(person, message, {"custom_id": custom_id, "component_type": 2})

    def choose(self, person: Person, message: Json, custom_id: str, *values: str) -> Happened:
        """Choose values in a select."""
        return self._component(person, message, {"custom_id": custom_id, "component_type": 3, "values": list(values)})

    def submit(self, person: Person, opened: Happened, answers: Json, *, modal: Json | None = None) -> Happened:
        """Send a modal that was opened (`opened.modal`, or one kept from before), filled in by custom_id.

        A field that `answers` does not name keeps its preset value, as if nothing was typed.
        """
        modal = modal or opened.modal
        components = [filled for part in modal["components"] if (filled := _fill(part, answers))]
        data = {"custom_id": modal["custom_id"], "components": components, "resolved": {}}
        message = opened.payload.get("message")
        return self._send(self.world.begin(MODAL, person, int(opened.payload["channel_id"]), data, message))

    def right_click(self, person: Person, message: Json, name: str) -> Happened:
        """Choose an entry of a message's context menu."""
        command = self._registered(name, kind=3)
        data = {
            "id": command["id"],
            "name": name,
            "type": 3,
            "target_id": message["id"],
            "resolved": {"messages": {message["id"]: message}},
        }
        return self._send(self.world.begin(COMMAND, person, int(message["channel_id"]), data))

    def say(self, person: Person, channel_id: int, text: str) -> Json:
        """A plain message by a person."""
        return self.world.post(channel_id, person, {"content": text})

    def again(self, happened: Happened) -> None:
        """Deliver the same event a second time, as Discord may after a resume."""
        self.gateway.dispatch("INTERACTION_CREATE", happened.payload)

    async def answered(self, *acts: Happened) -> None:
        """Wait until the bot has answered each (a deferral counts)."""
        await self.until(lambda: all(act.callback is not None for act in acts), f"{len(acts)} answers")

    async def told(self, *acts: Happened) -> None:
        """Wait until the bot has said something in words to each."""
        await self.until(lambda: all(act.words for act in acts), f"words to {len(acts)} people")

    def _send(self, happened: Happened) -> Happened:
        self.gateway.dispatch("INTERACTION_CREATE", happened.payload)
        return happened

    def _component(self, person: Person, message: Json, data: Json) -> Happened:
        return self._send(self.world.begin(COMPONENT, person, int(message["channel_id"]), data, message))

    def _registered(self, name: str, *, kind: int = 1) -> Json:
        commands = [command for registered in self.world.commands.values() for command in registered]
        found = [command for command in commands if command["name"] == name and command["type"] == kind]
        assert found, f"the bot has not registered {name!r}, only {[command['name'] for command in commands]}"
        return found[0]

    def _command(self, path: str, options: Json) -> Json:
        first, *rest = path.split()
        command = self._registered(first)
        data: Json = {"id": command["id"], "name": first, "type": 1, "options": []}
        node, place = command, data
        for name in rest:
            node = next(option for option in node["options"] if option["name"] == name)
            inner = {"name": name, "type": node["type"], "options": []}
            place["options"].append(inner)
            place = inner
        kinds = {option["name"]: option["type"] for option in node["options"]}
        for name, value in options.items():
            given = self._named(data, value) if kinds[name] == USER else value
            given = self._attach(data, value) if kinds[name] == ATTACHMENT else given
            place["options"].append({"name": name, "type": kinds[name], "value": given})
        return data

    def _named(self, data: Json, person: Person) -> str:
        resolved = data.setdefault("resolved", {})
        resolved.setdefault("users", {})[str(person.id)] = person.user()
        permissions = {"permissions": str(person.permissions)}
        resolved.setdefault("members", {})[str(person.id)] = self.world.member(person) | permissions
        return str(person.id)

    def _attach(self, data: Json, file: tuple[str, bytes]) -> str:
        name, content = file
        attachment_id = str(self.world.snowflake())
        self.world.files[attachment_id] = content
        address = f"{self.origin}/attachments/{attachment_id}/{name}"
        attachment = {"id": attachment_id, "filename": name, "size": len(content), "url": address, "proxy_url": address}
        data.setdefault("resolved", {}).setdefault("attachments", {})[attachment_id] = attachment
        return attachment_id


def buttons_of(message: Json) -> list[Json]:
    """The buttons of a message that can be pressed, wherever they stand in its components."""
    return [part for part in _parts(message.get("components", [])) if part.get("type") == 2 and "custom_id" in part]


def fields_of(modal: Json) -> list[Json]:
    """The fields of a modal that can be filled in, in their order; each has a `custom_id`."""
    return [part for part in _parts(modal["components"]) if "custom_id" in part]


def _parts(components: list[Json]) -> list[Json]:
    found: list[Json] = []
    for part in components:
        inner = [part[key] for key in ("component", "accessory") if part.get(key)]
        found += [part, *_parts(part.get("components") or []), *_parts(inner)]
    return found


def _fill(part: Json, answers: Json) -> Json | None:
    """What a client sends back for one row, label or text of a modal."""
    if part["type"] == 18:
        return {"type": 18, "id": part.get("id", 1), "component": _fill_field(part["component"], answers)}
    if part["type"] == 1:
        return {"type": 1, "id": part.get("id", 1), "components": [_fill_field(part["components"][0], answers)]}
    return {"type": part["type"], "id": part.get("id", 1)} if part["type"] == 10 else None


def _fill_field(field: Json, answers: Json) -> Json:
    """Text inputs, radio groups and checkboxes send `value`; selects, uploads and checkbox groups send `values`."""
    filled: Json = {"type": field["type"], "id": field.get("id", 1), "custom_id": field["custom_id"]}
    given = answers.get(field["custom_id"])
    preset = [option["value"] for option in field.get("options") or [] if option.get("default")]
    if field["type"] == 4:
        return filled | {"value": field.get("value") or "" if given is None else given}
    if field["type"] == 21:
        return filled | {"value": (preset or [None])[0] if given is None else given}
    if field["type"] == 23:
        return filled | {"value": bool(field.get("default")) if given is None else given}
    return filled | {"values": preset if given is None else given}
