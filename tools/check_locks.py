"""Hold requirements/*.txt against pyproject.toml, without the network.

Every dependency is locked, at a version that pyproject.toml allows, with its hashes; the two locks agree; and no line
names a host or a folder, so that the locks install anywhere. `python -m tools.check_locks` prints the problems and
exits with 1 when there is one.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(.*(?:\n[ \t]+--hash=.*)*)", re.MULTILINE)
_SOMEWHERE = re.compile(r"://|file:|--find-links|--index-url|--trusted-host|(?<![\w.])/\w")


def pins(lock: str) -> dict[str, str]:
    """Return name → version of what a lock's text pins."""
    return {canonicalize_name(name): version for name, version, _ in _PIN.findall(lock)}


def unlocked(wanted: Iterable[str], lock: str, called: str) -> list[str]:
    """Return which of the requirements `wanted` the text `lock` lacks, or holds at a version that they do not allow."""
    pinned = pins(lock)
    found = []
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{called}: {requirement.name} is not locked; run `make lock`")
        elif version not in requirement.specifier:
            found.append(f"{called}: {requirement.name} {version} is locked, {requirement.specifier} is wanted")
    return found


def unsafe_lines(lock: str, called: str) -> list[str]:
    """Return the pins without a hash, and the lines that name a host or a folder."""
    unhashed = [f"{called}: {name} has no hash" for name, _, rest in _PIN.findall(lock) if "--hash=sha256:" not in rest]
    return unhashed + [
        f"{called}: names a place: {line.strip()}" for line in lock.splitlines() if _SOMEWHERE.search(line)
    ]


def disagreements(run: str, dev: str) -> list[str]:
    """Return what the two locks hold at different versions."""
    developing = pins(dev)
    return [
        f"requirements/dev.txt: {name} is {developing.get(name)}, but {version} in run.txt"
        for name, version in pins(run).items()
        if developing.get(name) != version
    ]


def problems(root: Path) -> list[str]:
    """Return everything that is wrong with the locks under `root`."""
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    project, building = settings["project"], settings["build-system"]["requires"]
    running = [*project["dependencies"], *project["optional-dependencies"]["sandbox"], *building]
    developing = [*running, *project["optional-dependencies"]["dev"]]
    run, dev, build = ((root / "requirements" / name).read_text("utf-8") for name in ("run.txt", "dev.txt", "build.in"))
    differs = [one for one in building if one not in build.splitlines()]
    return [
        *(f"requirements/build.in: {one} is missing (pyproject.toml, [build-system])" for one in differs),
        *unlocked(running, run, "requirements/run.txt"),
        *unlocked(developing, dev, "requirements/dev.txt"),
        *unsafe_lines(run, "requirements/run.txt"),
        *unsafe_lines(dev, "requirements/dev.txt"),
        *disagreements(run, dev),
    ]


def main() -> int:
    """Print the problems; return 1 when there is one."""
    found = problems(ROOT)
    print(*found or ["The locks agree with pyproject.toml."], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
