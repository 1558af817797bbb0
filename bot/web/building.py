"""Writes the public site as a folder of files that any web server can show, under whatever address.

A build is whole or not there: the files are written into a new folder beside the old one, and the two change places.
A folder that we did not write is never replaced.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadInput, NotFound
from bot.models.publications import PublicLibrary
from bot.services.library import Library
from bot.services.publishing import reading
from bot.web.pages import ASSETS, LibraryLink, Pages, asset, libraries_page, missing_page, robots
from bot.web.templating import Rendered

MARKER = ".vademecum-site"
"""Stands in every folder that we wrote, and says that we may replace it."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was written: the folder, how many libraries, and how many published questions."""

    folder: Path
    libraries: int
    questions: int


async def build_site(library: Library, out: Path, *, server_slug: str | None = None, base_url: str = "") -> BuildReport:
    """Write the site of one library, or of all, into `out`, in place of what was built there before.

    With one library its home is the first page; with several, each has a folder and the first page lists them.
    `base_url` is the public address that `out` will have, or empty: then pages name no canonical address.
    Raises NotFound for a library that does not publish, BadInput where `out` holds what we did not write, and OSError.
    """
    libraries = await reading.public_libraries(library)
    if server_slug is not None:
        libraries = tuple(one for one in libraries if one.slug == server_slug)
        if not libraries:
            raise NotFound("errors.no_such_public_library", slug=server_slug)
    await asyncio.to_thread(_build, libraries, out, base_url.rstrip("/"))
    return BuildReport(out, len(libraries), sum(len(one.pages) for one in libraries))


def _build(libraries: tuple[PublicLibrary, ...], out: Path, base_url: str) -> None:
    out = out.resolve()
    if out.exists() and not _is_ours(out):
        raise BadInput("errors.folder_is_not_a_site", folder=str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_name(f".{out.name}.{secrets.token_hex(4)}.new")
    try:
        for name, content in _files(libraries, base_url):
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _swap(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MARKER).is_file() or not any(folder.iterdir()))


def _swap(fresh: Path, out: Path) -> None:
    old = fresh.with_suffix(".old")
    if out.exists():
        out.rename(old)
    try:
        fresh.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _files(libraries: tuple[PublicLibrary, ...], base_url: str) -> Iterator[tuple[str, bytes]]:
    """Every file of the site: its name and what is in it."""
    yield MARKER, b"Written by vademecum site build; the next build replaces this folder.\n"
    root = f"{base_url}/" if base_url else "./"
    if len(libraries) == 1:
        pages = Pages(libraries[0], f"{base_url}/" if base_url else "")
        yield from _library_files(pages, "")
        yield "404.html", pages.missing(root).text.encode()
    else:
        yield from _assets("")
        for one in libraries:
            folder = f"{one.slug}/"
            yield from _library_files(Pages(one, f"{base_url}/{folder}" if base_url else ""), folder)
        yield "index.html", _list_of(libraries).text.encode()
        yield "404.html", missing_page(root).text.encode()
    yield "robots.txt", robots(_closed(libraries)).encode()


def _library_files(pages: Pages, folder: str) -> Iterator[tuple[str, bytes]]:
    yield from _assets(folder)
    for path, make in pages.makers.items():
        yield f"{folder}{path}index.html", make(path).text.encode()


def _assets(folder: str) -> Iterator[tuple[str, bytes]]:
    yield from ((f"{folder}assets/{name}", asset(name)) for name in ASSETS)


def _list_of(libraries: tuple[PublicLibrary, ...]) -> Rendered:
    links = [LibraryLink(one.name, f"{one.slug}/", len(one.pages)) for one in libraries]
    return libraries_page(links, indexable=bool(libraries) and all(one.indexable for one in libraries))


def _closed(libraries: tuple[PublicLibrary, ...]) -> list[str]:
    if all(not one.indexable for one in libraries):
        return ["/"]
    return [f"/{one.slug}/" for one in libraries if not one.indexable]
