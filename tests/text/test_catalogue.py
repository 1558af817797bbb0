"""Every text that the code asks for is there, every text that is there is asked for, and plural forms are whole."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.text import Catalogue, catalogue, plural_form

ROOT = Path(__file__).parents[2]
FOLDERS = ("bot", "cogs")
TEMPLATES = (".html", ".xhtml", ".opf")
ROOMS = {path.stem for path in (ROOT / "bot" / "text" / "en").glob("*.toml")}
KEY = re.compile(rf"(?:{'|'.join(sorted(ROOMS))})\.[a-z0-9_.]+")


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (ROOT / folder).rglob("*.py")
        for ending in TEMPLATES:
            yield from (ROOT / folder).rglob(f"*{ending}")


def literal_keys(text: str) -> set[str]:
    """Keys that stand in a source as they are."""
    return set(re.findall(rf"[\"']({KEY.pattern})[\"']", text))


def patterns(path: Path) -> Iterator[re.Pattern[str]]:
    """Keys that are put together at run time, as patterns: f"room.{name}.on" asks for room.*.on."""
    if path.suffix in TEMPLATES:
        for start in re.findall(rf"[\"']({KEY.pattern}\.?)[\"'] *~", path.read_text(encoding="utf-8")):
            yield re.compile(re.escape(start) + ".*")
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values]  # type: ignore[type-var]
            yield re.compile("".join(str(part) for part in parts))


def test_every_key_that_is_asked_for_is_there() -> None:
    known = catalogue()
    missing = {
        (path.name, key)
        for path in sources()
        for key in literal_keys(path.read_text(encoding="utf-8"))
        if path.name != "parsing.py"  # it names functions to call, as module.function
        and not known.has(key)
        and not key.endswith((".css", ".epub", ".html", ".json", ".py", ".sql", ".toml"))
        and not any(one.startswith(f"{key.rstrip('.')}.") for one in known.keys())  # noqa: SIM118 - not a dict
    }
    assert not missing


def test_every_key_that_is_there_is_asked_for() -> None:
    asked = {key for path in sources() for key in literal_keys(path.read_text(encoding="utf-8"))}
    made = [pattern for path in sources() for pattern in patterns(path) if pattern.pattern not in {".+", ""}]
    unused = [
        key
        for key in catalogue().keys()  # noqa: SIM118 - not a dict
        if key not in asked and not any(one.fullmatch(key) for one in made)
    ]
    assert not unused


def test_plural_forms_name_the_same_places() -> None:
    texts = catalogue()._texts
    for key, text in texts.items():
        if isinstance(text, dict):
            assert text.keys() <= {"zero", "one", "other"}, key
            places = {form: set(names(words)) - {"count"} for form, words in text.items()}
            assert places["one"] <= places["other"], key


def names(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in string.Formatter().parse(text) if name)


def test_no_text_shouts_or_is_empty() -> None:
    for key, text in catalogue()._texts.items():
        for words in text.values() if isinstance(text, dict) else (text,):
            assert words.strip(), key
            assert "!!" not in words, key


@pytest.mark.parametrize(("count", "form"), [(0, "zero"), (1, "one"), (2, "other"), (1000, "other")])
def test_english_plurals(count: int, form: str) -> None:
    assert plural_form(count, {"zero": "", "one": "", "other": ""}) == form
    assert plural_form(0, {"one": "", "other": ""}) == "other"


def test_an_unknown_locale_reads_english() -> None:
    assert catalogue("xx-YY").say("kit.open_form_again") == catalogue().say("kit.open_form_again")


def test_a_missing_place_is_a_fault_and_not_a_hole() -> None:
    with pytest.raises(KeyError):
        Catalogue({"room.text": "Hello {name}"}).say("room.text", other=1)
