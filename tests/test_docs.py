"""What the pages promise, held against the code: the invite link, commands, buttons, settings, the log."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest
import pytest_asyncio

from bot.cli.checking import application_of
from bot.client import ROOMS, create_bot, intents_for
from bot.kit import permissions
from bot.models.people import ServerSettings
from bot.services.librarians import RANGES
from bot.settings import Settings
from bot.text import catalogue
from tools.check_docs import ROOT, documents

LATER = {"/my data", "/my forget"}
"""Commands that the pages announce for a later release. One that has come is no longer announced."""
GUIDES = (
    "docs/for-students.md",
    "docs/for-librarians.md",
    "docs/taking-notes.md",
    "docs/companion.md",
    "docs/searching.md",
    "docs/studying.md",
    "docs/studying.md",
)
THEIRS = {"Manage Server", "Message Content", "Apps"}
"""What the guides set in italics too: Discord's own words."""

_COMMAND = re.compile(r"`(/[a-z]+)(?: ([a-z]+))?(?: [^`\n]*)?`")
_ITALIC = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def commands_named_in(text: str) -> set[str]:
    return {" ".join(filter(None, match)) for match in _COMMAND.findall(text)}


@pytest_asyncio.fixture
async def commands(tmp_path: Path) -> set[str]:
    """Every slash command of the bot, and the groups that they stand in."""
    bot = create_bot(Settings(data_dir=tmp_path))
    for room in ROOMS:
        await bot.load_extension(room)
    return {f"/{one.qualified_name}" for one in bot.tree.walk_commands()}


class TestInvitation:
    def test_the_readme_asks_for_exactly_what_the_bot_needs(self) -> None:
        link = permissions.invite_link(1).replace("client_id=1&", "client_id=YOUR_APPLICATION_ID&")
        assert f"<{link}>" in page("README.md")
        assert f"permissions={permissions.NEEDED.value}>" in page("README.md")

    def test_the_readme_says_what_each_permission_is_for(self) -> None:
        rows = re.findall(r"^ +\| ([A-Z][^|]+) \| [^|]+ \|$", page("README.md"), re.MULTILINE)
        assert [name for row in rows for name in row.split(", ")] == list(permissions.NAMES.values())

    def test_nothing_that_moderators_guard_is_asked_for(self) -> None:
        assert not permissions.NEEDED.administrator
        assert not permissions.NEEDED.value & discord.Permissions.elevated().value

    def test_no_privileged_intent_unless_it_is_set(self) -> None:
        for wanted in (False, True):
            intents = intents_for(Settings(message_content=wanted))
            assert (intents.message_content, intents.members, intents.presences) == (wanted, False, False)

    @pytest.mark.parametrize(
        ("token", "application"),
        [("MTIzNDU2Nzg5MDEyMzQ1Njc4.GaaaaA.bbbb", 123456789012345678), ("", None), ("a.b.c", None), ("ü.b.c", None)],
    )
    def test_the_application_is_read_from_the_token(self, token: str, application: int | None) -> None:
        assert application_of(token) == application


class TestCommands:
    def test_every_command_that_a_page_names_is_there_or_announced(self, commands: set[str]) -> None:
        named = {one: commands_named_in(_FENCE.sub("", one.read_text("utf-8"))) for one in documents(ROOT)}
        assert "/question ask" in named[ROOT / "docs/for-students.md"]
        unknown = {one.name: names - commands - LATER for one, names in named.items() if names - commands - LATER}
        assert unknown == {}

    def test_every_command_that_the_bot_names_is_there(self, commands: set[str]) -> None:
        said = {name: str(catalogue()._texts[name]) for name in catalogue().keys()}  # noqa: SIM118 - not a mapping
        named = {name: commands_named_in(text) - commands for name, text in said.items()}
        assert any(commands_named_in(text) for text in said.values())
        assert {name: unknown for name, unknown in named.items() if unknown} == {}

    def test_what_has_come_is_no_longer_announced(self, commands: set[str]) -> None:
        assert LATER & commands == set()
        for name in LATER:
            assert f"`{name}`" in page("docs/privacy.md")

    def test_every_command_that_a_student_may_type_is_in_a_guide(self, commands: set[str]) -> None:
        rooms = {name.split()[0] for name in commands}
        named = {name.split()[0] for guide in GUIDES for name in commands_named_in(page(guide))}
        assert rooms - named == set()


def words_on_buttons() -> set[str]:
    """Every text of the bot that could stand on a button, a field or a menu, without its count."""

    def shown(text: object) -> Iterator[str]:
        for one in text.values() if isinstance(text, dict) else [text]:
            yield re.sub(r" \(.*\)$", "", str(one))

    return {words for name in catalogue().keys() for words in shown(catalogue()._texts[name])}  # noqa: SIM118


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_sets_in_italics_stands_on_a_button(guide: str) -> None:
    named = set(_ITALIC.findall(page(guide)))
    assert named & words_on_buttons()
    assert named - words_on_buttons() - THEIRS == set()


def test_the_settings_are_told_with_their_defaults_and_ranges() -> None:
    rows = re.findall(r"^ +\| ([^|\n]+) \| (\d+) \| (\d+) to (\d+) \|$", page("docs/for-librarians.md"), re.MULTILINE)
    told = {name: (int(first), int(least), int(most)) for name, first, least, most in rows}
    assert told == {
        catalogue().say(f"librarians.number.{name}"): (getattr(ServerSettings(), name), least, most)
        for name, (least, most) in RANGES.items()
    }


def test_the_switches_are_told_with_their_defaults() -> None:
    rows = re.findall(r"^ +\| \*([^*]+)\* \| (on|off) \|", page("docs/for-librarians.md"), re.MULTILINE)
    switches = ("sources_required", "anonymity_allowed", "publishing_allowed", "search_engines_allowed")
    assert dict(rows) == {
        catalogue().say(f"librarians.switch.{name}.press"): "on" if getattr(ServerSettings(), name) else "off"
        for name in switches
    }


def test_the_privacy_page_names_the_queries_that_read_who_asked_anonymously() -> None:
    queries = re.findall(r"^-- name: (\w+)\S?\n(.*?)(?=^-- name|\Z)", _all_sql(), re.MULTILINE | re.DOTALL)
    reading = {name for name, sql in queries if re.search(r"(?:FROM|JOIN) anonymous_asker\b", sql)}
    own_lists = {"desk_lines", "work_counts", "my_questions", "my_publications"}
    assert reading == {"anonymous_asker", "asked_anonymously_by", "time_of_recent_ask", "move_me_toos"} | own_lists


def _all_sql() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "bot/storage").glob("*.sql")))


def test_at_debug_only_our_own_modules_say_more() -> None:
    looks = (
        "import argparse, logging; from bot.cli.opening import settings_for; settings_for(argparse.Namespace());"
        "print(*(logging.getLogger(one).isEnabledFor(logging.DEBUG) for one in ('bot.kit', 'cogs.learners')),"
        "*(logging.getLogger(one).isEnabledFor(logging.DEBUG) for one in ('discord.gateway', 'aiosqlite')))"
    )
    for level, told in (("DEBUG", "True True False False"), ("INFO", "False False False False")):
        ran = subprocess.run(
            [sys.executable, "-c", looks],
            env={"LOG_LEVEL": level, "PYTHONPATH": str(ROOT)},
            cwd=ROOT / "tests",
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.strip() == told
