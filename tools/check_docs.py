"""Hold the documentation against the code: links, settings, dependencies and the paths that docs/architecture.md names.

`python -m tools.check_docs` prints each problem on a line and exits with 1 when there is one.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import Counter
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

_FENCE = re.compile(r"^(```+|~~~+).*?^\1\s*?$", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_HTML_LINK = re.compile(r"<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_HTML_ANCHOR = re.compile(r"<[^>]*?\b(?:id|name)=\"([^\"]+)\"")
# A path is told from other code by its slash or its ending; `<room>`, `{one,two}` and `*` stand for many: left alone.
_PATH = re.compile(r"\.?[\w.-]+(?:/[\w.-]+)*(?:/|\.(?:css|html|json|md|py|sql|svg|toml|txt))")


def documents(root: Path) -> list[Path]:
    """Return every Markdown file that people read: those beside README.md and those under docs/."""
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])


def anchors(text: str) -> set[str]:
    """Return the anchors of a Markdown text, headings named as GitHub names them (the second of a name gets `-1`)."""
    prose = _FENCE.sub("", text)
    found = set(_HTML_ANCHOR.findall(prose))
    seen: Counter[str] = Counter()
    for heading in _HEADING.findall(prose):
        words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


def broken_links(root: Path) -> list[str]:
    """Return the relative links and images of the documents that lead nowhere, anchors included."""
    return [
        f"{document.relative_to(root)}: the link {target} leads nowhere"
        for document in documents(root)
        for target in _targets(document.read_text("utf-8"))
        if not _resolves(document, target)
    ]


def _targets(text: str) -> list[str]:
    prose = _INLINE_CODE.sub("", _FENCE.sub("", text))
    return _LINK.findall(prose) + _HTML_LINK.findall(prose)


def _resolves(document: Path, target: str) -> bool:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True  # elsewhere: not looked up, this check needs no network
    aim = document.parent / unquote(parts.path) if parts.path else document
    if not aim.exists():
        return False
    return not parts.fragment or aim.suffix != ".md" or parts.fragment in anchors(aim.read_text("utf-8"))


def undocumented_settings(root: Path, names: list[str]) -> list[str]:
    """Return the settings that .env.example or docs/operating.md leaves out, and what .env.example has too many."""
    problems = []
    for path in (".env.example", "docs/operating.md"):
        text = _read(root / path)
        problems += [f"{path}: the setting {name} is not explained" for name in names if not _names(text, name)]
    offered = re.findall(r"^#?\s?([A-Z][A-Z0-9_]*)=", _read(root / ".env.example"), re.MULTILINE)
    problems += [f".env.example: {name} is no setting (bot/settings.py)" for name in offered if name not in names]
    return problems


def _names(text: str, word: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_-]){re.escape(word)}(?![A-Za-z0-9_-])", text, re.IGNORECASE) is not None


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def unexplained_dependencies(root: Path) -> list[str]:
    """Return the dependencies that docs/dependencies.md does not explain, and its lines that explain none."""
    project = tomllib.loads(_read(root / "pyproject.toml"))["project"]
    listed = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    wanted = {canonicalize_name(Requirement(one).name) for one in listed}
    rows = re.findall(r"^\| `([A-Za-z0-9._-]+)(?:\[[^`]*\])?` \|", _read(root / "docs/dependencies.md"), re.MULTILINE)
    explained = {canonicalize_name(name) for name in rows}
    return [f"docs/dependencies.md: {name} has no line" for name in sorted(wanted - explained)] + [
        f"docs/dependencies.md: {name} is not in pyproject.toml" for name in sorted(explained - wanted)
    ]


def missing_paths(root: Path) -> list[str]:
    """Return the paths that docs/architecture.md names in `code` marks and that are not there."""
    architecture = root / "docs/architecture.md"
    if not architecture.is_file():
        return ["docs/architecture.md is missing"]
    marks = _INLINE_CODE.findall(_FENCE.sub("", architecture.read_text("utf-8")))
    paths = {mark for mark in marks if _PATH.fullmatch(mark) and ("/" in mark or (root / mark).suffix == ".md")}
    return [f"docs/architecture.md: there is no {path}" for path in sorted(paths) if not (root / path).exists()]


def setting_names() -> list[str]:
    """Return the environment variables that bot/settings.py reads."""
    from bot.settings import Settings

    return [one.metadata["env"] for one in fields(Settings)]


def problems(root: Path) -> list[str]:
    """Return everything that is wrong with the documentation under `root`."""
    return [
        *broken_links(root),
        *undocumented_settings(root, setting_names()),
        *unexplained_dependencies(root),
        *missing_paths(root),
    ]


def main() -> int:
    """Print the problems; return 1 when there is one."""
    found = problems(ROOT)
    print(*found or ["The documentation agrees with the code."], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
