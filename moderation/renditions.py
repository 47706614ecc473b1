"""A picture as somebody uploaded it, made into pictures that are safe to keep and to show.

To be run as a program, which reads one picture and writes a line of JSON and the files: decoding is
where pictures do harm, so it has a process of its own (see image_process.py).
"""

import hashlib
import json
import resource
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from io import BytesIO

from PIL import Image, ImageCms, ImageStat, UnidentifiedImageError, WebPImagePlugin

LARGE, THUMBNAIL = 1600, 320
"""Longest sides, in pixels."""
MOST_PIXELS = 40_000_000
MOST_RATIO = 20
"""Of the longer side to the shorter one."""
MEGABYTE = 1024 * 1024
MEMORY, MEMORY_FOR_WEBP = 400 * MEGABYTE, 800 * MEGABYTE
"""Address space of the program, in bytes. Pillow's decoder of WebP keeps a picture four times."""
SECONDS = 15
"""Processor time of the program: whoever started it may be gone."""
QUALITY = 82
STRIP = 1_000_000
"""Pixels, about."""
FORMATS = ("JPEG", "PNG", "WEBP")
PHONES = "MPO"
"""A phone's JPEG with a second picture behind it (depth, light), of which the first counts."""
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What to do with a picture by its orientation in EXIF; 1 is upright."""


CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of a PNG, by its colour type."""
AT_ONCE = [(0, 0, 1, 1)]
INTERLACED = [
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
]  # fmt: skip
"""The passes of a PNG: its first column and row, and from each to the next."""


class Unfit(StrEnum):
    """Why a picture is not taken."""

    NOT_A_PICTURE = "NOT_A_PICTURE"
    BROKEN_PICTURE = "BROKEN_PICTURE"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_NARROW = "TOO_NARROW"
    ANIMATED = "ANIMATED"


class PictureRefused(Exception):
    """The picture is not taken, for the reason of `unfit`."""

    def __init__(self, unfit: Unfit) -> None:
        super().__init__(unfit)
        self.unfit = unfit


@dataclass(frozen=True)
class Rendition:
    """A picture as WebP, in sRGB and upright, with nothing in it but what is seen."""

    data: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the data, by which it is kept."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Renditions:
    """What is kept of an upload. `width` and `height` are the large one's."""

    large: Rendition
    thumbnail: Rendition
    width: int
    height: int
    fingerprint: int
    contrast: float


def make_renditions(data: bytes) -> Renditions:
    """Decode, turn upright, make small, and write anew. Raises PictureRefused."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of what is odd, and of bombs: see _opened
            large = _upright_and_plain(_opened(data))
    except PictureRefused:
        raise
    except Image.DecompressionBombError as error:
        raise PictureRefused(Unfit.TOO_MANY_PIXELS) from error
    except Exception as error:  # decoders raise what they like, of broken files
        raise PictureRefused(Unfit.BROKEN_PICTURE) from error
    small = large.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return Renditions(
        large=_written(large),
        thumbnail=_written(small),
        width=large.width,
        height=large.height,
        fingerprint=fingerprint_of(small),
        contrast=contrast_of(small),
    )


def _opened(data: bytes) -> Image.Image:
    # Twice as many are an error, before there is memory for them; half of that is a warning only.
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PictureRefused(Unfit.NOT_A_PICTURE) from error
    if max(image.size) > MOST_RATIO * min(image.size):
        raise PictureRefused(Unfit.TOO_NARROW)
    if image.format != PHONES and getattr(image, "n_frames", 1) > 1:
        raise PictureRefused(Unfit.ANIMATED)
    if not _is_whole(image, data):
        raise PictureRefused(Unfit.BROKEN_PICTURE)
    return image


def _is_whole(image: Image.Image, data: bytes) -> bool:
    """Whether there is data for as many pixels as the header says: Pillow makes the missing ones
    up where the data ends in good order."""
    if image.format == "PNG":
        return _has_all_rows(data)
    if image.format == "WEBP":
        return True  # its decoder looks
    return image.width * image.height <= 512 * len(data)  # 64 pixels of a JPEG are a bit at least


def _has_all_rows(png: bytes) -> bool:
    if png[12:16] != b"IHDR":
        return False
    missing, pixels = _bytes_of_rows(*struct.unpack_from(">IIBBxxB", png, 16)), zlib.decompressobj()
    for part in _chunks(png, b"IDAT"):
        while part and missing > 0:
            missing -= len(pixels.decompress(part, MEGABYTE))
            part = pixels.unconsumed_tail
    return missing <= len(pixels.flush())


def _bytes_of_rows(width: int, height: int, depth: int, colours: int, interlaced: int) -> int:
    """How long the pixels are, unpacked. Each row has a byte more."""
    total, bits = 0, depth * CHANNELS[colours]
    for left, top, right, down in INTERLACED if interlaced else AT_ONCE:
        columns, rows = -(-(width - left) // right), -(-(height - top) // down)
        if columns > 0:
            total += max(0, rows) * (1 + -(-columns * bits // 8))
    return total


def _chunks(png: bytes, kind: bytes) -> Iterator[bytes]:
    place = 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        if png[place + 4 : place + 8] == kind:
            yield png[place + 8 : place + 8 + length]
        place += 12 + length


def _upright_and_plain(image: Image.Image) -> Image.Image:
    """The picture in its large size, with nothing in it but colours."""
    size = _large(image.size)
    image.draft(None, size)  # a large JPEG is decoded small: a quarter of the memory
    image.load()
    turn, profile = UPRIGHT.get(_orientation(image)), image.info.get("icc_profile")
    coloured = _in_srgb(_shrunk(image, size), profile)
    return coloured if turn is None else coloured.transpose(turn)  # a way to turn may be 0


def _large(size: tuple[int, int]) -> tuple[int, int]:
    longest = max(*size, LARGE)
    width, height = (max(1, round(side * LARGE / longest)) for side in size)
    return width, height


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # a picture with broken EXIF is a picture
        return int(image.getexif()[ORIENTATION])
    return 1


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture in that size, without transparency or palette.

    First each side becomes a whole number of times shorter, and is still once and a half what it
    will be. In strips: the whole would take its memory once more.
    """
    factor = max(1, 2 * max(image.size) // (3 * max(size)))
    mode = _plain(image.crop((0, 0, 1, 1))).mode
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    rows = factor * max(1, STRIP // (factor * image.width))
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        strip = _plain(image.crop((0, top, image.width, bottom)))
        small.paste(strip.reduce(factor), (0, top // factor))
    filled = (0, 0, image.width / factor, image.height / factor)
    return small.resize(size, box=filled)


def _plain(image: Image.Image) -> Image.Image:
    """The picture in grey (L), RGB or CMYK, on white where one could see through it."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.point(lambda level: level / 256).convert("L")
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        return _on_white(image)
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    seen = image.convert("RGBA")
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    white = Image.new(mode, image.size, "white")
    white.paste(seen.convert(mode), mask=seen.getchannel("A"))
    return white


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        with suppress(OSError, ImageCms.PyCMSError):  # a profile that is none says nothing
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            if converted := ImageCms.profileToProfile(image, given, srgb, outputMode="RGB"):
                image = converted
    plain = Image.new("RGB", image.size)  # nothing of the old one's metadata is in
    plain.paste(image.convert("RGB"))
    return plain


def _written(image: Image.Image) -> Rendition:
    out = BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4)
    return Rendition(out.getvalue())


def fingerprint_of(image: Image.Image) -> int:
    """A perceptual hash of 64 bits: alike pictures differ in few of them.

    dHash (difference hash): of a grey picture of 9 × 8, whether each point is darker than the next
    one to its right.
    """
    grey = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    levels = grey.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            place = row * 9 + column
            bits = bits << 1 | (levels[place] < levels[place + 1])
    return bits


def contrast_of(image: Image.Image) -> float:
    """The standard deviation of the brightness, 0 (one colour) to 1 (half black, half white)."""
    deviation: float = ImageStat.Stat(image.convert("L")).stddev[0]
    return min(1.0, deviation / 127.5)


def main() -> None:
    """From standard input to standard output."""
    data = sys.stdin.buffer.read()
    _limit(resource.RLIMIT_AS, MEMORY_FOR_WEBP if WebPImagePlugin._accept(data[:16]) else MEMORY)
    _limit(resource.RLIMIT_CPU, SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)  # no files are written
    _limit(resource.RLIMIT_CORE, 0)
    try:
        made = make_renditions(data)
    except PictureRefused as refused:
        sys.stdout.write(json.dumps({"unfit": refused.unfit}) + "\n")
        return
    told = {"width": made.width, "height": made.height, "large": len(made.large.data)}
    told |= {"fingerprint": made.fingerprint}
    header = json.dumps(told | {"contrast": made.contrast}).encode() + b"\n"
    sys.stdout.buffer.write(header + made.large.data + made.thumbnail.data)


def _limit(what: int, most: int) -> None:
    """The process may have so much, or less where whoever started it said so."""
    _, given = resource.getrlimit(what)
    most = most if given == resource.RLIM_INFINITY else min(most, given)
    resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
