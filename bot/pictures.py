"""Pictures as they are kept: what a camera wrote beside the picture (where, when, with what) is not in them any more.

A picture is drawn anew from its pixels, so nothing else of the file can come along. It is turned upright first, since
the note that says which way is up goes too; of what stood beside the pixels only the colour profile stays.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps, ImageSequence, JpegImagePlugin

from bot.errors import BadInput

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
"""What Pillow calls the formats that are kept as pictures, and their media types."""
PIXELS_LIMIT = 50_000_000
"""Pixels of a picture, over all frames of an animation: what a phone's camera makes, and less than fills the memory."""
FRAME_COSTS = 50_000
"""Pixels that a frame counts as at least, since small ones take time too: an animation has a thousand at the most."""
_WEBP_LOSSLESS = b"VP8L"
_WEBP_QUALITY = 90
_ONE_AT_A_TIME = threading.Lock()
"""A picture of that many pixels takes some hundred megabytes while it is drawn: never several of them at once."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is safe to show. `content_type` is one of `TYPES`."""

    content: bytes
    content_type: str


def clean_picture(content: bytes) -> Picture | None:
    """Return the picture without its metadata, or None for what is no picture that can be read.

    Animations stay animated. Blocks: call it in a thread. Raises BadInput for one of too many pixels.
    """
    with _ONE_AT_A_TIME:
        try:
            return _drawn_anew(content)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_large() from None
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError):
            return None  # what Pillow raises for files that are no pictures, or broken ones


def _drawn_anew(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content), formats=tuple(TYPES)) as opened:
        kind = str(opened.format)
        if opened.width * opened.height > PIXELS_LIMIT:
            raise _too_large()
        if getattr(opened, "is_animated", False):
            drawn = _animation(opened, kind)
        else:
            drawn = _still(opened, kind, lossless=_WEBP_LOSSLESS in content)
    return Picture(drawn, TYPES[kind])


def _too_large() -> BadInput:
    return BadInput("errors.picture_too_large", millions=PIXELS_LIMIT // 1_000_000)


def _still(opened: Image.Image, kind: str, *, lossless: bool) -> bytes:
    choices: dict[str, Any] = {}
    if isinstance(opened, JpegImagePlugin.JpegImageFile):
        # The tables that it was packed with: packing it with them again takes nothing more away.
        choices = {"qtables": opened.quantization, "subsampling": JpegImagePlugin.get_sampling(opened)}
    if kind == "WEBP":
        choices = {"lossless": lossless, "quality": _WEBP_QUALITY}
    upright = _bare(ImageOps.exif_transpose(opened))
    if upright.mode == "CMYK":  # for printers; browsers disagree on how it looks
        upright, choices = upright.convert("RGB"), {}
    return _written(upright, kind, choices)


def _animation(opened: Image.Image, kind: str) -> bytes:
    frames: list[Image.Image] = []
    durations: list[int] = []
    loops = opened.info.get("loop")
    most = PIXELS_LIMIT // max(opened.width * opened.height, FRAME_COSTS)
    for frame in ImageSequence.Iterator(opened):
        if len(frames) == most:
            raise _too_large()
        copied = frame.copy()  # only now is its duration known
        durations.append(int(frame.info.get("duration", 0)))
        frames.append(_bare(copied))
    choices: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": durations}
    if loops is not None:
        choices["loop"] = loops
    return _written(frames[0], kind, choices)


def _bare(image: Image.Image) -> Image.Image:
    """Take from an image whatever is not pixels, but for the two things that say how they look."""
    image.info = {name: image.info[name] for name in ("icc_profile", "transparency") if name in image.info}
    return image


def _written(image: Image.Image, kind: str, choices: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, icc_profile=image.info.get("icc_profile"), **choices)
    return out.getvalue()
