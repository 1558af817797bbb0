"""Hold every page of a built site against the W3C's checkers and axe-core: `python -m tools.check_site DIR`.

The W3C's checker (vnu, in Java) reads the HTML, CSS and SVG files, its EPUBCheck the e-books; axe-core looks at each
page as Chromium draws it, in the light and the dark scheme, on a phone and on a desk. All must report nothing, and no
page may ask another host for anything or write an error to the console. Exits with 1 when there is something to mend,
with 2 when there is no page. The environment variable CHROMIUM names the browser.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools import check_epub

MODULES = Path(__file__).resolve().parent / "site" / "node_modules"
VNU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
AXE = MODULES / "axe-core" / "axe.min.js"

# In CSS pixels: the narrowest width that WCAG 1.4.10 speaks of, and a desk.
SCREENS = {"phone": ViewportSize(width=320, height=640), "desk": ViewportSize(width=1280, height=800)}


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a line on the terminal for each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the parent's
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve `folder` on the loopback as long as the context lasts; yield the address, without a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def paths(folder: Path, *endings: str) -> list[str]:
    """Return the paths of the files under `folder` with one of these endings, as they stand in a URL."""
    return [quote(one.relative_to(folder).as_posix()) for one in sorted(folder.rglob("*")) if one.suffix in endings]


def markup_problems(folder: Path, address: str) -> list[str]:
    """Return what the W3C's checker says, even warnings and notes, of the files in `folder`, served at `address`.

    Pages come by HTTP, since it holds their links against the Content-Security-Policy, in which `'self'` needs a host;
    pictures come as files, since by HTTP it reads SVG as HTML.
    """
    loopback = "-Dnu.validator.servlet.allow-forbidden-hosts=true"  # it keeps away from 127.0.0.1 otherwise
    command = ["java", loopback, "-jar", str(VNU), "--stdout", "--also-check-css", "--also-check-svg"]
    command += [f"{address}/{path}" for path in paths(folder, ".html", ".css")]
    command += [str(path.resolve()) for path in sorted(folder.rglob("*.svg"))]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (said.stdout + said.stderr).replace(address, "").replace(f"file:{folder.resolve()}", "").splitlines()
    return [line for line in lines if line]


def accessibility_problems(browser: Browser, address: str, path: str, width: str, scheme: str) -> list[str]:
    """Return what axe-core and the browser find wrong on one page, drawn on one of SCREENS in one colour scheme."""
    with browser.new_page(viewport=SCREENS[width], color_scheme="dark" if scheme == "dark" else "light") as page:
        found: list[str] = []
        page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(address) else found.append(f"asks {asked.url}"))
        page.goto(f"{address}/{path}")
        found += [*_axe(page), *_sideways(page)]
    return [f"/{path} ({width}, {scheme}): {problem}" for problem in found]


def _axe(page: Page) -> list[str]:
    # Evaluated through the debugger, which a page's strict Content-Security-Policy does not hinder.
    page.evaluate(AXE.read_text("utf-8"))
    violations = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{violation['id']}: {violation['help']} at {' '.join(map(str, node['target']))}"
        for violation in violations
        for node in violation["nodes"]
    ]


def _sideways(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"scrolls sideways by {wider} pixels"] if wider else []


def problems(folder: Path) -> list[str]:
    """Return everything that is wrong with the site in `folder`."""
    with served(folder) as address, sync_playwright() as playwright:
        found = markup_problems(folder, address)
        found += [line for book in sorted(folder.rglob("*.epub")) for line in check_epub.problems(book)]
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=["--no-sandbox"])
        for path in paths(folder, ".html"):
            for screen in SCREENS:
                for scheme in ("light", "dark"):
                    found += accessibility_problems(browser, address, path, screen, scheme)
        browser.close()
    return found


def main(arguments: list[str]) -> int:
    """Check the site in the folder that is the one argument; print what is wrong."""
    folder = Path(arguments[0])
    count = len(paths(folder, ".html"))
    if not count:
        print(f"There is no page in {folder}.", file=sys.stderr)
        return 2
    found = problems(folder)
    print(*found, f"{count} pages checked, {len(found)} things to mend.", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
