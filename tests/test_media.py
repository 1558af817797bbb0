"""The store of files: each kept once, whole, durably, under a name that nobody chose."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from bot.errors import StorageUnavailable
from bot.media import MediaStore


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def files(media: MediaStore) -> list[Path]:
    return [path for path in media.folder.rglob("*") if path.is_file()]


def test_the_same_file_is_kept_once(media: MediaStore) -> None:
    digest = media.put(b"a leaf")
    assert media.put(b"a leaf") == digest
    assert media.read(digest) == b"a leaf"
    assert files(media) == [media.path(digest)]


@pytest.mark.parametrize("name", ["", "../secret", "A" * 64, "0" * 63, f"{'0' * 64}/.."])
def test_only_a_digest_names_a_file(media: MediaStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        media.read(name)


def test_a_file_and_its_name_are_on_the_disk_before_anybody_hears_of_it(
    media: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(handle).st_mode), len(files(media))))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    media.put(b"a leaf")
    assert synced == [(False, 1), (True, 1)]


@pytest.mark.parametrize(
    ("number", "raised"),
    [(errno.ENOSPC, StorageUnavailable), (errno.EDQUOT, StorageUnavailable), (errno.EROFS, OSError)],
)
def test_on_a_full_disk_nothing_is_left_and_it_can_be_told(
    media: MediaStore, monkeypatch: pytest.MonkeyPatch, number: int, raised: type[Exception]
) -> None:
    def full(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(raised):
            media.put(b"a leaf")
    assert files(media) == []
    assert media.read(media.put(b"a leaf")) == b"a leaf"
