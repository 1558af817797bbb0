"""Pictures keep their pixels and their movement; they lose where they were taken, when, and with what."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from bot import pictures
from bot.errors import BadInput
from bot.pictures import clean_picture

UPSIDE_DOWN = 3
ON_ITS_SIDE = 6
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
SECRET = b"Riverside 12"


def scene(mode: str = "RGB", size: tuple[int, int] = (48, 32), shade: int = 200) -> Image.Image:
    """Something with an up and a left: a shade in the upper left corner, dark elsewhere."""
    image = Image.new("L", size, 10)
    image.paste(shade, (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: who made it, which way is up, and where it stood."""
    told = Image.Exif()
    told[MAKER] = SECRET.decode()
    told[ORIENTATION] = orientation
    where = told.get_ifd(GPS)
    where[1], where[2], where[3], where[4] = "N", (51.0, 30.0, 26.4), "W", (0.0, 7.0, 39.9)
    return told


def saved(image: Image.Image, kind: str, **choices: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **choices)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def cleaned(content: bytes) -> bytes:
    picture = clean_picture(content)
    assert picture is not None
    return picture.content


def brightest_corner(image: Image.Image) -> str:
    grey = image.convert("L")
    width, height = grey.size
    corners = {"upper left": (2, 2), "upper right": (width - 3, 2), "lower left": (2, height - 3)}
    corners["lower right"] = (width - 3, height - 3)
    return max(corners, key=lambda name: shade_at(grey, *corners[name]))


def shade_at(image: Image.Image, x: int, y: int) -> int:
    return image.convert("L").tobytes()[y * image.width + x]


def with_metadata(kind: str) -> bytes:
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if kind == "JPEG":
        return saved(scene(), kind, exif=exif(), comment=SECRET, xmp=xmp)
    if kind == "WEBP":
        return saved(scene(), kind, exif=exif().tobytes(), xmp=xmp)
    if kind == "GIF":
        return saved(scene("P"), kind, comment=SECRET)
    beside = PngImagePlugin.PngInfo()
    beside.add_text("Location", SECRET.decode())
    beside.add_itxt("XML:com.adobe.xmp", xmp.decode())
    return saved(scene(), kind, pnginfo=beside, exif=exif())


@pytest.mark.parametrize("kind", pictures.TYPES)
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    taken = with_metadata(kind)
    assert SECRET in taken, "the same search finds it before"
    kept = cleaned(taken)
    assert SECRET not in kept
    assert not opened(kept).getexif()
    assert brightest_corner(opened(kept)) == "upper left"
    picture = clean_picture(taken)
    assert picture is not None
    assert picture.content_type == pictures.TYPES[kind]


def test_where_a_photograph_was_taken_goes() -> None:
    taken = saved(scene(), "JPEG", exif=exif(), quality=90)
    assert opened(taken).getexif().get_ifd(GPS)[1] == "N"
    kept = cleaned(taken)
    assert not opened(kept).getexif().get_ifd(GPS)
    assert b"Exif" not in kept


def test_what_stands_behind_the_picture_in_its_file_goes() -> None:
    for kind in pictures.TYPES:
        assert SECRET not in cleaned(saved(scene("P" if kind == "GIF" else "RGB"), kind) + SECRET), kind


@pytest.mark.parametrize(
    ("orientation", "corner", "size"),
    [(1, "upper left", (48, 32)), (UPSIDE_DOWN, "lower right", (48, 32)), (ON_ITS_SIDE, "upper right", (32, 48))],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_upright(kind: str, orientation: int, corner: str, size: tuple[int, int]) -> None:
    upright = opened(cleaned(saved(scene(), kind, exif=exif(orientation))))
    assert upright.size == size
    assert brightest_corner(upright) == corner


def test_cleaning_again_takes_nothing_more_of_a_photograph_away() -> None:
    noise = Image.effect_noise((120, 80), 60).convert("RGB")
    once = cleaned(saved(noise, "JPEG", quality=70, exif=exif()))
    assert abs(len(cleaned(once)) - len(once)) <= len(once) // 100
    assert opened(once).quantization == opened(saved(noise, "JPEG", quality=70)).quantization  # type: ignore[attr-defined]


def test_a_lossless_picture_stays_as_it_is_to_the_pixel() -> None:
    noise = Image.effect_noise((60, 40), 60).convert("RGBA")
    for content in (saved(noise, "PNG"), saved(noise, "WEBP", lossless=True)):
        assert opened(cleaned(content)).convert("RGBA").tobytes() == noise.tobytes()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_still_moves(kind: str) -> None:
    frames = [scene(shade=shade) for shade in (60, 120, 180, 240)]
    moving = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300, 400], loop=3)
    kept = opened(cleaned(moving))
    durations, shades = [], []
    for place in range(kept.n_frames):  # type: ignore[attr-defined]
        kept.seek(place)
        kept.load()
        durations.append(kept.info["duration"])
        shades.append(shade_at(kept, 2, 2))
    assert durations == [100, 200, 300, 400]
    assert shades == sorted(shades)
    assert kept.info["loop"] == opened(moving).info["loop"]


def test_what_is_see_through_stays_so() -> None:
    see_through = Image.new("RGBA", (8, 8), (200, 0, 0, 0))
    palette = scene("P")
    for content in (saved(see_through, "PNG"), saved(see_through, "WEBP"), saved(palette, "GIF", transparency=0)):
        before, after = opened(content).convert("RGBA"), opened(cleaned(content)).convert("RGBA")
        assert after.getchannel("A").tobytes() == before.getchannel("A").tobytes()


def test_a_picture_for_printers_becomes_one_for_screens() -> None:
    assert opened(cleaned(saved(scene("CMYK"), "JPEG"))).mode == "RGB"


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_100, 10_000, 20_000, 100_000])
def test_a_picture_that_would_fill_the_memory_is_refused(side: int) -> None:
    with pytest.raises(BadInput) as refused:
        clean_picture(a_bomb(side, side))
    assert refused.value.key == "errors.picture_too_large"


def test_an_animation_counts_all_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [scene(shade=40 + shade) for shade in range(12)]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    assert clean_picture(moving) is not None
    monkeypatch.setattr(pictures, "PIXELS_LIMIT", 11 * pictures.FRAME_COSTS)
    with pytest.raises(BadInput):
        clean_picture(moving)


WHOLE = saved(Image.effect_noise((64, 64), 90).convert("RGB"), "PNG")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0nothing",
        b"GIF89a" + b"\0" * 20,
        b"RIFF\0\0\0\0WEBPVP8 ",
        WHOLE[: len(WHOLE) // 2],
        WHOLE[:60] + b"\xff" * 200 + WHOLE[260:],
        saved(scene(), "BMP"),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    ],
)
def test_what_cannot_be_read_is_no_picture(content: bytes) -> None:
    assert clean_picture(content) is None
