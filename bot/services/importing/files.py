"""The files that the exporter downloaded beside an export: copied into the media store, never fetched.

An attachment whose address is a relative path is looked for in the folder of the export and nowhere else.
"""

from __future__ import annotations

import json
import mimetypes
from collections import Counter
from pathlib import Path
from typing import Any

from bot.media import MediaStore
from bot.models.questions import Attachment

LARGEST_FILE = 25 << 20
"""Bytes; what is larger is not copied. Discord takes 10 MiB from most people."""
LONGEST_NAME = 255


def copy_files(media: MediaStore, row: dict[str, Any], counts: Counter[str]) -> tuple[Attachment, ...]:
    """Copy the files of one message, as far as they are there, and count each outcome.

    Blocks. Raises OSError where the media store cannot be written.
    """
    kept = []
    for one in json.loads(row["attachments"]):
        found = _find(Path(row["folder"]), one["url"])
        outcome = _outcome(found)
        counts[outcome] += 1
        if found is not None and outcome == "copied":
            kept.append(_copy(media, found, one["fileName"]))
    return tuple(kept)


def _find(folder: Path, url: object) -> Path | None:
    """Return the file that a relative path names, links followed, if it lies in `folder`; the rest is not ours."""
    if not isinstance(url, str) or "://" in url:
        return None
    try:
        home = folder.resolve()
        path = (home / url.replace("\\", "/")).resolve()  # an export made on Windows has \
        return path if path.is_relative_to(home) and path.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def _outcome(found: Path | None) -> str:
    if found is None:
        return "not_downloaded"
    return "copied" if found.stat().st_size <= LARGEST_FILE else "too_large"


def _copy(media: MediaStore, path: Path, name: object) -> Attachment:
    content = path.read_bytes()
    called = name if isinstance(name, str) and name else path.name
    filename = called.replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    return Attachment(media.put(content), filename, kind, len(content))
