"""Pictures for tests, and how they are saved in all ways, sound and unsound."""

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

CORNERS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
"""Top left, top right, bottom left, bottom right."""


def a_picture(width: int = 64, height: int = 48) -> Image.Image:
    """A quarter for each of CORNERS."""
    picture = Image.new("RGB", (2, 2))
    picture.putdata(CORNERS)
    return picture.resize((width, height), Image.Resampling.NEAREST)


def a_photo_like(seed: int = 1, width: int = 640, height: int = 480) -> Image.Image:
    """Blots and noise, other ones for each seed."""
    chance = random.Random(seed)
    blots = Image.frombytes("RGB", (12, 9), chance.randbytes(12 * 9 * 3))
    noise = Image.frombytes("L", (width, height), chance.randbytes(width * height)).convert("RGB")
    return Image.blend(blots.resize((width, height)), noise, 0.1)


def saved(picture: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def corners_of(data: bytes) -> list[tuple[int, ...]]:
    """The colours of CORNERS as they are found there, each part 0, or 255, or what it is."""
    picture = opened(data).convert("RGB")
    right, bottom = picture.width * 3 // 4, picture.height * 3 // 4
    left, top = picture.width // 4, picture.height // 4
    places = [(left, top), (right, top), (left, bottom), (right, bottom)]
    return [tuple(_rounded(picture.getpixel(place))) for place in places]


def _rounded(colour: Any) -> list[int]:
    return [0 if part < 24 else 255 if part > 231 else part for part in colour]


def middle_of(data: bytes) -> tuple[int, ...]:
    picture = opened(data).convert("RGB")
    colour: Any = picture.getpixel((picture.width // 2, picture.height // 2))
    return tuple(colour)


def is_close(colour: tuple[int, ...], to: tuple[int, ...], *, within: int = 6) -> bool:
    return all(abs(one - other) <= within for one, other in zip(colour, to, strict=True))


# ── PNG, chunk by chunk ──

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE = 0, 2, 3


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_png(
    width: int, height: int, rows: bytes, *more: bytes, depth: int = 8, colours: int = RGB
) -> bytes:
    """A PNG of those rows, each begun with a zero; `more` are chunks before them."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return SIGNATURE + header + b"".join(more) + pixels + chunk(b"IEND", b"")


def packed(megabytes: int) -> bytes:
    """So many zeros, packed; at once, since each million of them looks the same."""
    packer = zlib.compressobj(9)
    start = packer.compress(b"")
    million = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = struct.pack(">HH", (megabytes << 20) % 65_521, 1)  # Adler-32 of zeros
    return start + million + again * (megabytes - 1) + b"\x01\0\0\xff\xff" + checksum


# ── colour profiles ──

P3 = [(0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)]
ADOBE = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
SRGB = [(0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)]
WHITE = (0.9642, 1.0, 0.8249)
"""XYZ of red, green and blue light, and of white, as profiles tell them (by D50)."""


def a_profile(primaries: list[tuple[float, float, float]], *, comment: bytes = b"") -> bytes:
    """An ICC profile of those primaries and the gamma 2.2."""
    gamma = b"curv" + struct.pack(">4xIHxx", 1, round(2.2 * 256))
    tags = {
        b"wtpt": _xyz(WHITE),
        **dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, primaries), strict=True)),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), gamma),
        b"cprt": b"text\0\0\0\0" + comment.ljust(len(comment) // 4 * 4 + 4, b"\0"),
    }  # fmt: skip
    table, data, place = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", place + len(data), len(value))
        data += value
    body = struct.pack(">I", len(tags)) + table + data
    head = struct.pack(">I4xI", 128 + len(body), 0x02400000) + b"mntrRGB XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + _xyz(WHITE)[8:]
    return head.ljust(128, b"\0") + body


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)
