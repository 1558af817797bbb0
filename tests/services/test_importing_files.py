"""The files beside an export: copied where they lie in its folder, and nothing from anywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.services.importing import files, import_exports
from bot.services.library import Library
from bot.storage.database import Tx
from bot.text import catalogue
from tests.cast import NOOR
from tests.exports import export, message, write

PICTURE = b"\x89PNG not really"


def attached(url: Any, name: Any = "maple.png") -> dict[str, Any]:
    return {"id": "1", "url": url, "fileName": name, "fileSizeBytes": len(PICTURE)}


async def kept(library: Library) -> list[tuple[Any, ...]]:
    def look(tx: Tx) -> list[tuple[Any, ...]]:
        found = tx.connection.execute(
            "SELECT question_id, answer_id, filename, content_type, size, digest FROM attachment"
        )
        return [tuple(row.values()) for row in found.fetchall()]

    return await library.database.read(look)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    beside = tmp_path / "export" / "science.json_Files"
    beside.mkdir(parents=True)
    (beside / "maple-A1.png").write_bytes(PICTURE)
    (tmp_path / "secret.txt").write_bytes(PICTURE)
    (beside / "link.png").symlink_to(tmp_path / "secret.txt")
    return beside.parent


async def test_files_of_questions_and_answers_are_copied(library: Library, folder: Path) -> None:
    picture = [attached("science.json_Files/maple-A1.png")]
    chat = [
        message(1, "Why do maple leaves turn red?", attachments=picture),
        message(2, "It is a maple in autumn, see here", NOOR.user_id, reply_to=1, attachments=picture),
        message(3, "Look at this", attachments=picture),
    ]
    file = write(folder / "science.json", export(chat))

    summary = await import_exports(library, [file])

    assert dict(summary.files) == {"copied": 2}
    one, other = await kept(library)
    assert one[:5] == (1, None, "maple.png", "image/png", len(PICTURE))
    assert other[:2] == (None, 1)
    assert library.media.read(one[5]) == PICTURE

    again = await import_exports(library, [file])
    assert not again.files
    assert len(await kept(library)) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.discordapp.com/attachments/1/2/maple.png",
        "../secret.txt",
        "science.json_Files/../../secret.txt",
        "science.json_Files\\..\\..\\secret.txt",
        "science.json_Files/link.png",
        "science.json_Files/gone.png",
        "science.json_Files",
        "/etc/hostname",
        "file:///etc/hostname",
        "C:\\Users\\maple.png",
        "http://[",
        "a\0b",
        "x" * 5000,
        "",
        None,
        7,
    ],
)
async def test_what_is_not_beside_the_export_is_not_copied(library: Library, folder: Path, url: Any) -> None:
    file = write(
        folder / "science.json", export([message(1, "Why do maple leaves turn red?", attachments=[attached(url)])])
    )

    summary = await import_exports(library, [file])

    assert dict(summary.files) == {"not_downloaded": 1}
    assert await kept(library) == []
    assert summary.questions_logged == 1


async def test_a_path_as_windows_writes_it(library: Library, folder: Path) -> None:
    picture = attached("science.json_Files\\maple-A1.png", "C:\\fakepath\\maple.unheard-of")
    file = write(folder / "science.json", export([message(1, "Why do maple leaves turn red?", attachments=[picture])]))
    await import_exports(library, [file])
    assert [one[2:4] for one in await kept(library)] == [("maple.unheard-of", "application/octet-stream")]


@pytest.mark.parametrize("name", [None, "", 7])
async def test_a_file_without_a_name_keeps_that_of_the_export(library: Library, folder: Path, name: Any) -> None:
    picture = attached("science.json_Files/maple-A1.png", name)
    file = write(folder / "science.json", export([message(1, "Why do maple leaves turn red?", attachments=[picture])]))
    await import_exports(library, [file])
    assert [one[2] for one in await kept(library)] == ["maple-A1.png"]


async def test_a_huge_file_is_left_where_it_is(library: Library, folder: Path) -> None:
    with (folder / "huge.bin").open("wb") as huge:
        huge.truncate(files.LARGEST_FILE + 1)
    file = write(
        folder / "science.json",
        export([message(1, "Why do maple leaves turn red?", attachments=[attached("huge.bin")])]),
    )
    summary = await import_exports(library, [file])
    assert dict(summary.files) == {"too_large": 1}


@pytest.mark.parametrize("outcome", ["copied", "not_downloaded", "too_large"])
def test_each_outcome_can_be_told(outcome: str) -> None:
    assert catalogue().say(f"importing.files.{outcome}", count=2).startswith("2 files")
