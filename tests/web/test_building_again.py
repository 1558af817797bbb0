"""Building a site where one stands: what did not change is taken over, and the outcome is that of a build anew."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.media import MediaStore
from bot.models.publications import PublicLibrary
from bot.services.scribes.markdown import to_markdown
from bot.web import building, manifest, note_pages
from bot.web.manifest import MARKER
from bot.web.notes import body_of
from bot.web.taking_away import books, folders
from tests.web.noted import block, drawn, filed, lesson, noted, read_media
from tests.web.shelf import library_of, noted_page, shelved
from tests.web.test_note_pages import CHANGES

PDF = b"%PDF-1.4"


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    """The files of the notes of `noted`."""
    store = MediaStore(tmp_path / "media")
    for content in (drawn(), PDF):
        store.put(content)
    return store


def shelf(*numbers: int) -> PublicLibrary:
    """A library with these notes, each with something of its own, and a few questions."""
    notes = [replace(lesson(), number=number, title=f"Lesson {number}") for number in numbers]
    return library_of(
        shelved(42, topic="Biology"), shelved(9, 42), notes=tuple(noted_page(note) for note in notes)
    )  # fmt: skip


def build(media: MediaStore, out: Path, *libraries: PublicLibrary, base_url: str = "") -> int:
    """Build, and return how many files were written."""
    return building._build(libraries, media, out, base_url)


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a site, without the manifest, which says when each was written."""
    found = {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    return {name: content for name, content in found.items() if name != MARKER}


def inodes(folder: Path) -> dict[str, int]:
    return {str(one.relative_to(folder)): one.stat().st_ino for one in folder.rglob("*") if one.is_file()}


def test_where_nothing_changed_nothing_is_written(media: MediaStore, tmp_path: Path) -> None:
    out = tmp_path / "site"
    library = shelf(57, 58, 59)
    assert build(media, out, library) == len(files(out)) > 15
    before, stood = files(out), inodes(out)
    assert build(media, out, library) == 0
    assert files(out) == before
    assert {name for name in stood if inodes(out)[name] != stood[name]} == {MARKER}
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_one_edited_note_is_written_and_what_shows_it(media: MediaStore, tmp_path: Path) -> None:
    out = tmp_path / "site"
    library = shelf(57, 58, 59)
    build(media, out, library)
    before = files(out)
    edited = replace(library.notes[1].note, blocks=(block("text", "Other words."),))
    assert build(media, out, replace(library, notes=(library.notes[0], noted_page(edited), library.notes[2]))) < 12
    changed = {name for name, content in files(out).items() if before.get(name) != content}
    assert "notes/58/index.html" in changed
    assert changed <= {
        "index.html",
        "notes/58/index.html",
        "companion/index.html",
        "companion/biology/index.html",
        "companion.epub",
        "companion-markdown.zip",
        "questions/42/index.html",
    }
    assert "Other words." in (out / "companion/biology/index.html").read_text()


def test_only_the_text_that_changed_is_made(media: MediaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "site"
    library = shelf(57, 58, 59)
    build(media, out, library)
    made: list[int] = []
    monkeypatch.setattr(note_pages, "body_of", _seen(made, body_of))
    monkeypatch.setattr(books, "chapter", _seen(made, books.chapter))
    monkeypatch.setattr(folders, "to_markdown", _seen(made, to_markdown))
    edited = replace(library.notes[1].note, title="Other")
    build(media, out, replace(library, notes=(library.notes[0], noted_page(edited), library.notes[2])))
    assert set(made) == {58}
    assert len(made) == 3


def _seen(made: list[int], real: object) -> object:
    def see(note: object, *arguments: object) -> object:
        made.append(note.number)  # type: ignore[attr-defined]
        return real(note, *arguments)  # type: ignore[operator]

    return see


@pytest.mark.parametrize("what", CHANGES)
def test_building_again_is_building_anew(media: MediaStore, tmp_path: Path, what: str) -> None:
    library = shelf(57, 59)
    changed = CHANGES[what](library)
    build(media, tmp_path / "again", library)
    build(media, tmp_path / "again", changed)
    build(media, tmp_path / "anew", changed)
    assert files(tmp_path / "again") == files(tmp_path / "anew")


def test_a_hundred_changes_one_after_another_are_a_build_anew(media: MediaStore, tmp_path: Path) -> None:
    chooser, library = random.Random(7), shelf(57, 58, 59)
    first = library
    for step in range(100):
        change = CHANGES[chooser.choice(sorted(CHANGES))]
        library = first if chooser.random() < 0.2 else change(library)
        others = (replace(first, slug="other", server_id=8),) if chooser.random() < 0.2 else ()
        build(media, tmp_path / "again", library, *others)
        if step % 10 == 9:
            shutil.rmtree(tmp_path / "anew", ignore_errors=True)
            build(media, tmp_path / "anew", library, *others)
            assert files(tmp_path / "again") == files(tmp_path / "anew")


def test_what_was_withdrawn_is_nowhere(media: MediaStore, tmp_path: Path) -> None:
    out = tmp_path / "site"
    library = shelf(57, 58)
    secret = noted(block("text", "Only I may say this."), block("image", "", file=filed()), number=59)
    bare = tuple(noted_page(noted(block("text", "Nothing shown."), number=number)) for number in (57, 58))
    build(media, out, replace(library, notes=(*bare, noted_page(secret))))
    assert (out / "media" / filed().media_name).read_bytes() == drawn()
    build(media, out, replace(library, notes=bare))
    assert not (out / "notes/59").exists()
    assert not (out / "media").exists()
    assert not any(b"Only I may say this" in content for content in files(out).values())
    assert secret_in_archives(out) == []


def secret_in_archives(out: Path) -> list[str]:
    import zipfile

    found = []
    for name in ("companion.epub", "companion-markdown.zip"):
        with zipfile.ZipFile(out / name) as archive:
            found += [one for one in archive.namelist() if b"Only I may say this" in archive.read(one) or ".png" in one]
    return found


def test_without_notes_there_is_nothing_to_take_along(media: MediaStore, tmp_path: Path) -> None:
    build(media, tmp_path / "site", shelf(57))
    assert (tmp_path / "site/companion.epub").exists()
    build(media, tmp_path / "site", shelf())
    assert not (tmp_path / "site/companion.epub").exists()
    assert not (tmp_path / "site/companion").exists()


@pytest.mark.parametrize("how", ["other text", "same length", "gone", "a link"])
def test_a_file_that_somebody_changed_is_written_anew(media: MediaStore, tmp_path: Path, how: str) -> None:
    out, library = tmp_path / "site", shelf(57, 58)
    build(media, out, library)
    before = files(out)
    page = out / "notes/57/index.html"
    content = page.read_bytes()
    page.unlink()
    if how == "other text":
        page.write_bytes(b"<!-- note -->\nhacked<!-- /note -->")
    elif how == "same length":
        page.write_bytes(content.replace(b"Lesson", b"Hacked"))
    elif how == "a link":
        (tmp_path / "elsewhere").write_bytes(content)
        page.symlink_to(tmp_path / "elsewhere")
    edited = replace(library.notes[1].note, title="Other")
    build(media, out, replace(library, notes=(library.notes[0], noted_page(edited))))
    assert page.read_bytes() == before["notes/57/index.html"] or b"Other" in page.read_bytes()
    assert not page.is_symlink()
    assert not any(b"acked" in content for content in files(out).values())


@pytest.mark.parametrize(
    "kept", [b"", b"{}", b"Ours\n{", b"Ours\n[]", b'Ours\n{"made_by": 1, "files": {"a": 1}}', b"\xff"]
)
def test_a_damaged_manifest_costs_only_time(media: MediaStore, tmp_path: Path, kept: bytes) -> None:
    out, library = tmp_path / "site", shelf(57)
    build(media, out, library)
    before = files(out)
    (out / MARKER).write_bytes(kept)
    assert build(media, out, library) == len(before)
    assert files(out) == before


def test_another_version_of_us_takes_nothing_over(
    media: MediaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, library = tmp_path / "site", shelf(57)
    build(media, out, library)
    monkeypatch.setattr(manifest, "made_by", lambda: "another")
    assert build(media, out, library) == len(files(out))


def test_a_damaged_archive_is_made_anew(media: MediaStore, tmp_path: Path) -> None:
    out, library = tmp_path / "site", shelf(57, 58)
    build(media, out, library)
    book, stood = out / "companion.epub", (out / "companion.epub").stat()
    book.write_bytes(b"x" * stood.st_size)
    os.utime(book, ns=(stood.st_atime_ns, stood.st_mtime_ns))
    edited = replace(library.notes[1].note, title="Other")
    build(media, out, replace(library, notes=(library.notes[0], noted_page(edited))))
    assert book.read_bytes().startswith(b"PK")


def test_where_no_file_can_stand_in_two_folders_it_is_copied(
    media: MediaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, library = tmp_path / "site", shelf(57)
    build(media, out, library)
    before = files(out)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert build(media, out, library) == 0
    assert files(out) == before
    monkeypatch.undo()
    assert build(media, out, library) == 0


def test_a_picture_that_is_gone_holds_up_no_build(media: MediaStore, tmp_path: Path) -> None:
    out, library = tmp_path / "site", shelf(57)
    media.path(filed().digest).unlink()
    build(media, out, library)
    assert not (out / "media" / filed().media_name).exists()
    media.put(read_media(filed().digest))
    assert build(media, out, library) == 1
    assert (out / "media" / filed().media_name).exists()


def test_several_libraries_have_their_own_notes(media: MediaStore, tmp_path: Path) -> None:
    out = tmp_path / "site"
    other = replace(shelf(57), slug="hillside", name="Hillside", server_id=8)
    build(media, out, shelf(57), other, base_url="https://a.example")
    assert (out / "riverside/notes/57/index.html").exists()
    assert (out / "hillside/companion.epub").read_bytes() != (out / "riverside/companion.epub").read_bytes()
    assert build(media, out, shelf(57), other, base_url="https://a.example") == 0
