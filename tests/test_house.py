"""The repository itself: its documents, locks, arrows and Makefile, and that the checks would notice a fault."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import check_docs, check_locks

ROOT = check_docs.ROOT
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


class TestDocumentation:
    def test_agrees_with_the_code(self) -> None:
        assert check_docs.problems(ROOT) == []

    def test_a_link_to_nowhere_is_found(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            {
                "README.md": """
                    [good](docs/privacy.md) [good](docs/privacy.md#what-is-kept-and-why) ![gone](docs/desk.png)
                    [gone](docs/privacy.md#nothing) <img src="docs/gone.svg"> [`far`](https://example.org/gone)
                    `[code](is/no/link.md)` [above](#below)
                    """,
                "docs/privacy.md": "# Privacy\n\n## What is kept, and *why*?\n",
            },
        )
        found = {problem.split()[3] for problem in check_docs.broken_links(tmp_path)}
        assert found == {"docs/desk.png", "docs/privacy.md#nothing", "docs/gone.svg", "#below"}

    def test_headings_get_the_anchors_that_github_gives_them(self) -> None:
        text = "# `make run`\n```\n# not a heading\n```\n## Notes\n## Notes\n### [A link](x.md), said Ms. Okafor\n"
        assert check_docs.anchors(text) == {"make-run", "notes", "notes-1", "a-link-said-ms-okafor"}

    def test_a_setting_that_is_not_explained_is_found(self, tmp_path: Path) -> None:
        write(tmp_path, {".env.example": "#SITE_PORT=8080\nOLD=1\n", "docs/operating.md": "`DATA_DIR` is a folder."})
        assert check_docs.undocumented_settings(tmp_path, ["DATA_DIR", "SITE_PORT"]) == [
            ".env.example: the setting DATA_DIR is not explained",
            "docs/operating.md: the setting SITE_PORT is not explained",
            ".env.example: OLD is no setting (bot/settings.py)",
        ]

    def test_a_dependency_without_a_reason_is_found(self, tmp_path: Path) -> None:
        project = (
            '[project]\ndependencies = ["Discord.py>=2"]\n[project.optional-dependencies]\ndev = ["pytest[x]>=9"]\n'
        )
        write(
            tmp_path, {"pyproject.toml": project, "docs/dependencies.md": "| `discord-py` | a |\n| `left-pad` | b |\n"}
        )
        assert check_docs.unexplained_dependencies(tmp_path) == [
            "docs/dependencies.md: pytest has no line",
            "docs/dependencies.md: left-pad is not in pyproject.toml",
        ]

    def test_a_path_that_the_architecture_only_imagines_is_found(self, tmp_path: Path) -> None:
        named = "`bot/gone.py`, `bot/`, `bot/here.py`, `bot/<room>.py`, `await db.write(fn)`, `GONE.md`, `questions/`"
        write(tmp_path, {"docs/architecture.md": named, "bot/here.py": ""})
        assert check_docs.missing_paths(tmp_path) == [
            "docs/architecture.md: there is no GONE.md",
            "docs/architecture.md: there is no bot/gone.py",
            "docs/architecture.md: there is no questions/",
        ]


class TestLocks:
    LOCK = "nh3==0.3.8 \\\n    --hash=sha256:aa\n    # via vademecum\nyarl==1.0\n"

    def test_agree_with_the_project(self) -> None:
        assert check_locks.problems(ROOT) == []

    def test_what_is_not_locked_is_found(self) -> None:
        assert check_locks.unlocked(["nh3>=0.3", "nh3[x]>=0.4", "ijson"], self.LOCK, "run.txt") == [
            "run.txt: nh3 0.3.8 is locked, >=0.4 is wanted",
            "run.txt: ijson is not locked; run `make lock`",
        ]

    def test_a_pin_without_a_hash_and_a_line_with_a_place_are_found(self) -> None:
        lock = self.LOCK + "--find-links wheels\nijson @ https://example.org/ijson.whl\n# from /home/mia/x\n"
        assert len(check_locks.unsafe_lines(lock, "run.txt")) == 4
        assert check_locks.unsafe_lines(lock, "run.txt")[0] == "run.txt: yarl has no hash"

    def test_locks_that_disagree_are_found(self) -> None:
        assert check_locks.disagreements(self.LOCK, "nh3==0.3.8\nyarl==2.0\n") == [
            "requirements/dev.txt: yarl is 2.0, but 1.0 in run.txt"
        ]


# One import against each arrow; the file that holds it is added to an otherwise obedient house.
AGAINST = {
    "Layers": ("bot/storage/outbox.py", "import bot.services"),
    "Bot never imports cogs": ("bot/client.py", "import cogs.researchers"),
    "Cogs do not reach each other": ("cogs/scribes.py", "import cogs.researchers"),
    "Rules, storage and models run without Discord": ("bot/services/scribes.py", "import discord"),
    "Only storage knows SQL": ("bot/services/scribes.py", "import sqlite3"),
    "Doors call services": ("cogs/scribes.py", "import bot.storage"),
    "Only the sandbox imports simcord": ("bot/client.py", "import simcord"),
    "Only what speaks Discord imports discord": ("bot/web/pages.py", "import discord"),
}

OBEDIENT = {
    "bot/__init__.py": "",
    "bot/models/__init__.py": "",
    "bot/storage/__init__.py": "import aiosql, aiosqlite, sqlite3\nimport bot.models",
    "bot/services/__init__.py": "import bot.storage",
    "bot/web/__init__.py": "import aiohttp\nimport bot.services",
    "bot/kit/__init__.py": "import discord\nimport bot.services",
    "bot/client.py": "import discord\nimport bot.kit, bot.web",
    "bot/sandbox/__init__.py": "import simcord\nimport bot.client",
    "bot/cli.py": "import bot.client, bot.sandbox",
    "cogs/__init__.py": "",
    "cogs/researchers.py": "import discord\nimport bot.kit, bot.services",
}


class TestArrows:
    def broken(self, house: Path) -> list[str]:
        shutil.copy(ROOT / "pyproject.toml", house)
        lint = Path(sys.executable).with_name("lint-imports")
        said = run(lint, "--no-cache", folder=house, PYTHONPATH=str(house))
        assert "Contracts:" in said.stdout, said.stdout + said.stderr
        return [line for line in said.stdout.splitlines() if line.endswith("BROKEN")]

    def test_an_obedient_house_breaks_none(self, tmp_path: Path) -> None:
        assert self.broken(write(tmp_path, OBEDIENT)) == []

    @pytest.mark.parametrize("contract", AGAINST)
    def test_an_import_against_the_arrow_is_found(self, contract: str, tmp_path: Path) -> None:
        name, forbidden = AGAINST[contract]
        found = self.broken(write(tmp_path, OBEDIENT | {name: f"{OBEDIENT.get(name, '')}\n{forbidden}\n"}))
        assert any(line.startswith(contract) for line in found), found

    def test_each_contract_has_its_trial(self) -> None:
        names = [contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]
        assert all(any(name.startswith(start) for start in AGAINST) for name in names)
        assert len(names) == len(AGAINST)


class TestMakefile:
    def make(self, folder: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
        shutil.copy(ROOT / "Makefile", folder)
        write(folder, {"pyproject.toml": "", "requirements/run.txt": ""})
        make = shutil.which("make")
        assert make is not None
        return run(make, *arguments, folder=folder, PATH=path)

    def program(self, folder: Path, name: str, script: str) -> None:
        path = write(folder, {name: f"#!/bin/sh\n{script}\n"}) / name
        path.chmod(0o755)

    def test_help_names_every_target_that_a_person_types(self, tmp_path: Path) -> None:
        said = self.make(tmp_path, path=os.environ["PATH"]).stdout
        for target in ("run", "test", "check", "check-site", "bench", "lock"):
            assert f"make {target} " in said

    def test_an_old_python_is_named_with_the_mend(self, tmp_path: Path) -> None:
        self.program(tmp_path, "python3.9", 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac')
        said = self.make(tmp_path, "run", "PYTHON=./python3.9", path=os.environ["PATH"])
        assert said.returncode
        assert "needs Python 3.11 or newer; ./python3.9 is Python 3.9.2" in said.stderr
        assert "PYTHON=" in said.stderr

    def test_a_python_without_venv_is_told_what_to_install(self, tmp_path: Path) -> None:
        self.program(tmp_path, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
        said = self.make(tmp_path, "run", "PYTHON=./python3", path=os.environ["PATH"])
        assert said.returncode
        assert "sudo apt-get install -y python3-venv" in said.stderr

    def test_a_missing_browser_is_told_what_to_install(self, tmp_path: Path) -> None:
        write(tmp_path, {"bin/.keep": ""})
        (tmp_path / "bin/sh").symlink_to("/bin/sh")
        said = self.make(tmp_path, "chromium-here", path=str(tmp_path / "bin"))
        assert said.returncode
        assert "sudo apt-get install -y chromium" in said.stderr

    def test_a_missing_java_is_told_what_to_install(self, tmp_path: Path) -> None:
        write(tmp_path, {"bin/.keep": ""})
        (tmp_path / "bin/sh").symlink_to("/bin/sh")
        said = self.make(tmp_path, "java-here", path=str(tmp_path / "bin"))
        assert said.returncode
        assert "sudo apt-get install -y default-jre-headless" in said.stderr


def imported(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def test_what_the_code_imports_is_what_make_run_installs() -> None:
    listed = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["sandbox"]]
    installed = {canonicalize_name(Requirement(one).name) for one in listed}
    theirs = {*imported(ROOT / "bot"), *imported(ROOT / "cogs")} - sys.stdlib_module_names - {"bot", "cogs"}
    distributions = packages_distributions()
    assert "discord" in theirs
    assert {name for name in theirs if not installed & {*map(canonicalize_name, distributions.get(name, []))}} == set()


def test_what_stands_beside_the_code_travels_with_the_package(tmp_path: Path) -> None:
    for folder in ("bot", "cogs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    build = "import setuptools.build_meta; setuptools.build_meta.build_wheel('.')"
    assert run(sys.executable, "-W", "ignore", "-c", build, folder=tmp_path).returncode == 0
    listed = run(sys.executable, "-m", "zipfile", "-l", *tmp_path.glob("*.whl"), folder=tmp_path).stdout
    packed = {line.split()[0] for line in listed.splitlines()}
    there = {
        str(one.relative_to(tmp_path))
        for top in ("bot", "cogs")
        for one in (tmp_path / top).rglob("*")
        if one.is_file()
    }
    assert "bot/storage/housekeeping.sql" in there
    assert there - packed == set()


def test_no_text_of_ours_names_a_package_registry() -> None:
    tracked = run("git", "ls-files", folder=ROOT).stdout.split()
    hosts = ["py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.org", "npm" + "js.com"]
    texts = {name: (ROOT / name).read_text("utf-8", errors="ignore") for name in tracked if (ROOT / name).is_file()}
    assert "Makefile" in texts
    assert {name: host for name, text in texts.items() for host in hosts if host in text} == {}
