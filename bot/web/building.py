"""Writes the public site as a folder of files that any web server can show, under whatever address.

A build is whole or not there: the files stand in a new folder beside the old one, and the two change places. Of the
old one is taken over what would be written the same (`manifest.py`); what was withdrawn is not. A folder that we did
not write is never replaced.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.errors import BadInput, NotFound
from bot.media import MediaStore
from bot.models.companions import Note
from bot.models.publications import PublicLibrary
from bot.services.library import Library
from bot.services.publishing import reading
from bot.web import manifest
from bot.web.editions import TYPES, Before, edition, edition_key
from bot.web.manifest import MARKER, Manifest, digest_of
from bot.web.marking.parser import Marked
from bot.web.note_pages import Bodies
from bot.web.pages import ASSETS, LibraryLink, Pages, asset, libraries_page, missing_page, robots
from bot.web.templating import Rendered

_BODY = re.compile("<!-- note -->\n(.*)<!-- /note -->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What stands there: the folder, how many libraries, published questions and notes; how many files are new."""

    folder: Path
    libraries: int
    questions: int
    notes: int
    written: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A file of the site: its name, what it is made of, and how it is made where that changed.

    Making raises FileNotFoundError for a file of a note that is not there any more.
    """

    name: str
    key: str
    make: Callable[[], bytes]


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
    written = await asyncio.to_thread(_build, libraries, library.media, out, base_url.rstrip("/"))
    questions, notes = (sum(len(one.pages) for one in libraries), sum(len(one.notes) for one in libraries))
    return BuildReport(out, len(libraries), questions, notes, written)


def _build(libraries: tuple[PublicLibrary, ...], media: MediaStore, out: Path, base_url: str) -> int:
    out = out.resolve()
    if out.exists() and not _is_ours(out):
        raise BadInput("errors.folder_is_not_a_site", folder=str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_name(f".{out.name}.{secrets.token_hex(4)}.new")
    try:
        written = _Building(out, fresh).build(libraries, media, base_url)
        _swap(fresh, out)
        return written
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


class _Building:
    """Puts a site together in a fresh folder, with what can be taken over from the old one."""

    def __init__(self, old: Path, fresh: Path) -> None:
        self._old, self._fresh = str(old), str(fresh)
        self._was = manifest.read(old)
        self._is = Manifest()
        self._folders: set[str] = set()

    def build(self, libraries: tuple[PublicLibrary, ...], media: MediaStore, base_url: str) -> int:
        """Write every file; return how many were not taken over."""
        written = sum(self._put(planned) for planned in _files(libraries, media, base_url, self))
        self._write(MARKER, self._is.written())
        return written

    def old_file(self, name: str) -> bytes | None:
        """Return a file of the old folder, if it is there as it was written."""
        entry = self._was.entries.get(name)
        if entry is None or not self._was.holds(self._old, name, entry.key):
            return None
        return Path(self._old, name).read_bytes()

    def has_part(self, name: str, key: str) -> None:
        """Note of what the text on a note's page is made."""
        self._is.parts[name] = key

    def knew_part(self, name: str, key: str = "") -> bool:
        """Tell whether the page in the old folder has the text that is made of `key`, or of the same as now."""
        return self._was.parts.get(name) == (key or self._is.parts[name])

    def _put(self, planned: Planned) -> bool:
        target = self._target(planned.name)
        if taken_over := self._was.holds(self._old, planned.name, planned.key):
            _take_over(f"{self._old}/{planned.name}", target)
        else:
            try:
                self._write(planned.name, planned.make())
            except FileNotFoundError:
                return False  # a picture that was forgotten while its page waits to be compiled again
        self._is.add(planned.name, planned.key, target)
        return not taken_over

    def _write(self, name: str, content: bytes) -> None:
        with open(self._target(name), "wb") as file:  # noqa: PTH123 - thousands of files: pathlib takes its time
            file.write(content)

    def _target(self, name: str) -> str:
        target = f"{self._fresh}/{name}"
        folder = target.rpartition("/")[0]
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            self._folders.add(folder)
        return target


def _take_over(old: str, fresh: str) -> None:
    """Let a file stand in the fresh folder too; it is copied where a file cannot stand in two."""
    try:
        os.link(old, fresh, follow_symlinks=False)
    except OSError:
        shutil.copy2(old, fresh)


def _files(
    libraries: tuple[PublicLibrary, ...], media: MediaStore, base_url: str, building: _Building
) -> Iterator[Planned]:
    """Every file of the site."""
    root = f"{base_url}/" if base_url else "./"
    if len(libraries) == 1:
        one = _Folder("", libraries[0], root if base_url else "", building)
        yield from one.files(media)
        yield _small("404.html", one.pages.missing(root).text)
    else:
        yield from _assets("")
        for library in libraries:
            folder = f"{library.slug}/"
            yield from _Folder(folder, library, f"{base_url}/{folder}" if base_url else "", building).files(media)
        yield _small("index.html", _list_of(libraries).text)
        yield _small("404.html", missing_page(root).text)
    yield _small("robots.txt", robots(_closed(libraries)))


class _Folder:
    """The files of one library, in the folder `name` of the site: empty, or with a slash at its end."""

    def __init__(self, name: str, library: PublicLibrary, base_url: str, building: _Building) -> None:
        self._name = name
        self._building = building
        self.pages = Pages(library, base_url, Bodies(self._body))

    def files(self, media: MediaStore) -> Iterator[Planned]:
        """Plan every file."""
        yield from _assets(self._name)
        for page in self.pages.library.notes:
            self._building.has_part(self._page_of(page.note), self.pages.notes.body_key(page))
        for path in self.pages.makers:
            yield Planned(f"{self._name}{path}index.html", self.pages.key(path), partial(_page, self.pages, path))
        for file in self.pages.library.media.values():
            yield Planned(f"{self._name}media/{file.media_name}", file.digest, partial(media.read, file.digest))
        if self.pages.library.notes:
            yield from (self._edition(name, media) for name in TYPES)

    def _edition(self, name: str, media: MediaStore) -> Planned:
        before = Before(
            lambda name: self._building.old_file(f"{self._name}{name}"),
            lambda note: self._building.knew_part(self._page_of(note)),
        )
        key = digest_of(repr(edition_key(self.pages)))
        return Planned(f"{self._name}{name}", key, lambda: edition(name, self.pages, media.read, before))

    def _page_of(self, note: Note) -> str:
        return f"{self._name}notes/{note.number}/index.html"

    def _body(self, note: Note, key: str) -> Marked | None:
        """Return the text of a note as it stands on its page in the old folder, if it was made of the same."""
        name = self._page_of(note)
        content = self._building.old_file(name) if self._building.knew_part(name, key) else None
        found = _BODY.search(content.decode()) if content else None
        return Marked(found[1]) if found else None


def _page(pages: Pages, path: str) -> bytes:
    return pages.makers[path](path).text.encode()


def _assets(folder: str) -> Iterator[Planned]:
    yield from (Planned(f"{folder}assets/{name}", "asset", partial(asset, name)) for name in ASSETS)


def _small(name: str, text: str) -> Planned:
    """Plan a file that is made at every build, since that costs nothing."""
    return Planned(name, digest_of(text), text.encode)


def _list_of(libraries: tuple[PublicLibrary, ...]) -> Rendered:
    links = [LibraryLink(one.name, f"{one.slug}/", len(one.pages)) for one in libraries]
    return libraries_page(links, indexable=bool(libraries) and all(one.indexable for one in libraries))


def _closed(libraries: tuple[PublicLibrary, ...]) -> list[str]:
    if all(not one.indexable for one in libraries):
        return ["/"]
    return [f"/{one.slug}/" for one in libraries if not one.indexable]
