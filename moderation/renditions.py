"""A picture as somebody uploaded it, made into pictures that are safe to keep and to show.

To be run as a program, which reads one picture and writes a line of JSON and the files: decoding is
where pictures do harm, so it has a process of its own (see image_process.py).
"""

import hashlib
import json
import os
import resource
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, ImageStat, UnidentifiedImageError

LARGE, THUMBNAIL = 1600, 320
"""Longest sides, in pixels."""
MOST_PIXELS = 40_000_000
MOST_RATIO = 20
"""Of the longer side to the shorter one."""
MEGABYTE = 1024 * 1024
MEMORY, MEMORY_FOR_WEBP = 400 * MEGABYTE, 1200 * MEGABYTE
"""Address space of the program, in bytes. Pillow's decoder of WebP keeps a picture four times."""
SECONDS = 15
"""Processor time of the program: whoever started it may be gone."""
QUALITY = 82
ROWS = 64
FORMATS = ("JPEG", "PNG", "WEBP")
PHONES = "MPO"
"""A phone's JPEG with a second picture behind it (depth, light), of which the first counts."""


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
        image = _opened(data)
        if image.format == "WEBP":
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_FOR_WEBP, MEMORY_FOR_WEBP))
        large = _upright_and_plain(image)
    except PictureRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
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
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PictureRefused(Unfit.NOT_A_PICTURE) from error
    if image.width * image.height > MOST_PIXELS:
        raise PictureRefused(Unfit.TOO_MANY_PIXELS)
    if max(image.size) > MOST_RATIO * min(image.size):
        raise PictureRefused(Unfit.TOO_NARROW)
    if image.format != PHONES and getattr(image, "n_frames", 1) > 1:
        raise PictureRefused(Unfit.ANIMATED)
    return image


def _upright_and_plain(image: Image.Image) -> Image.Image:
    """The picture in its large size, on white where one could see through it."""
    image.draft("RGB", (LARGE, LARGE))  # a large JPEG is decoded small: a quarter of the memory
    image.load()
    info = image.info
    if image.mode == "I;16":
        image = image.point(lambda level: level / 256).convert("L")
    image = _reduced(image)
    if image.mode in ("P", "PA") or "transparency" in info:
        image = image.convert("RGBA")
    image.thumbnail((LARGE, LARGE))
    image.info = info
    return _on_white(_in_srgb(ImageOps.exif_transpose(image)))


def _reduced(image: Image.Image) -> Image.Image:
    """The picture with each side a whole number of times shorter, and still twice the large one's.

    In strips: reducing the whole would take its memory once more.
    """
    factor = max(image.size) // (2 * LARGE)
    if factor < 2 or image.mode in ("1", "P", "PA"):
        return image
    small = Image.new(image.mode, (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, factor * ROWS):
        strip = image.crop((0, top, image.width, min(top + factor * ROWS, image.height)))
        small.paste(strip.reduce(factor), (0, top // factor))
    return small


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, given, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except ImageCms.PyCMSError:  # a profile that is none says nothing
        return image
    return converted or image


def _on_white(image: Image.Image) -> Image.Image:
    """A new picture, which nothing of the old one's metadata is in."""
    plain = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        plain.paste(image, mask=image.getchannel("A"))
    else:
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
    os.nice(10)  # answers to others come first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY_FOR_WEBP))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        made = make_renditions(sys.stdin.buffer.read())
    except PictureRefused as refused:
        sys.stdout.write(json.dumps({"unfit": refused.unfit}) + "\n")
        return
    told = {"width": made.width, "height": made.height, "large": len(made.large.data)}
    told |= {"fingerprint": made.fingerprint}
    header = json.dumps(told | {"contrast": made.contrast}).encode() + b"\n"
    sys.stdout.buffer.write(header + made.large.data + made.thumbnail.data)


if __name__ == "__main__":
    main()
