"""Pictures as people and attackers upload them, and what is made of them."""

import asyncio
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from pictures import (
    ADOBE,
    CORNERS,
    GREY,
    P3,
    PALETTE,
    SIGNATURE,
    SRGB,
    a_photo_like,
    a_picture,
    a_png,
    a_profile,
    chunk,
    corners_of,
    is_close,
    middle_of,
    opened,
    packed,
    saved,
)
from PIL import Image, PngImagePlugin

from moderation import image_process
from moderation.image_process import AT_ONCE, ImageProcesses, TooManyWaiting
from moderation.renditions import (
    MEMORY,
    PictureRefused,
    Rendition,
    Unfit,
    contrast_of,
    fingerprint_of,
    make_renditions,
)

pytestmark = pytest.mark.anyio

EXIF_ORIENTATION, EXIF_GPS, EXIF_MAKE = 0x0112, 0x8825, 0x010F
SECRET = b"SECRET-59.9386"


# ── what is taken ──


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_made_anew_in_two_sizes(format: str) -> None:
    made = await ImageProcesses().render(saved(a_picture(2400, 1800), format))
    assert (made.width, made.height) == (1600, 1200)
    for rendition, size in ((made.large, (1600, 1200)), (made.thumbnail, (320, 240))):
        picture = opened(rendition.data)
        assert (picture.format, picture.mode, picture.size) == ("WEBP", "RGB", size)
        assert corners_of(rendition.data) == CORNERS
    assert made.large.digest != made.thumbnail.digest


def test_a_small_picture_stays_small() -> None:
    made = make_renditions(saved(a_picture(100, 60)))
    assert (made.width, made.height) == (100, 60)
    assert opened(made.thumbnail.data).size == (100, 60)


@pytest.mark.parametrize(
    ("width", "height", "large"),
    [
        (1, 1, (1, 1)),
        (20, 1, (20, 1)),
        (2, 40, (2, 40)),
        (10_000, 500, (1600, 80)),
        (28_280, 1_414, (1600, 80)),
        (6324, 6324, (1600, 1600)),
    ],
)
def test_the_sides_may_be_as_long_as_that(width: int, height: int, large: tuple[int, int]) -> None:
    made = make_renditions(saved(Image.new("L", (width, height)), "PNG"))
    assert (made.width, made.height) == large
    assert opened(made.large.data).size == large


def test_every_orientation_of_a_phone_is_turned_upright() -> None:
    flip = Image.Transpose
    held = {  # how the sensor saw it: each of these is its own inverse, save the turns
        1: None, 2: flip.FLIP_LEFT_RIGHT, 3: flip.ROTATE_180, 4: flip.FLIP_TOP_BOTTOM,
        5: flip.TRANSPOSE, 6: flip.ROTATE_90, 7: flip.TRANSVERSE, 8: flip.ROTATE_270,
    }  # fmt: skip
    for format in ("JPEG", "PNG", "WEBP"):
        for orientation, way in held.items():
            seen = a_picture() if way is None else a_picture().transpose(way)
            exif = Image.Exif()
            exif[EXIF_ORIENTATION] = orientation
            made = make_renditions(saved(seen, format, exif=exif))
            assert (made.width, made.height) == (64, 48), (format, orientation)
            assert corners_of(made.large.data) == CORNERS, (format, orientation)
            assert corners_of(made.thumbnail.data) == CORNERS, (format, orientation)


@pytest.mark.parametrize("exif", [b"Exif\0\0nonsense", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"x"])
def test_broken_exif_does_not_matter(exif: bytes) -> None:
    assert corners_of(make_renditions(saved(a_picture(), exif=exif)).large.data) == CORNERS


def of_16_bits_of_grey() -> bytes:
    return a_png(2, 1, b"\0" + struct.pack(">HH", 0, 0x8000), depth=16, colours=GREY)


def of_16_bits_of_colour() -> bytes:
    return a_png(1, 1, b"\0" + struct.pack(">3H", 0x8000, 0x4000, 0xC000), depth=16)


def interlaced(*, whole: bool) -> bytes:
    """One of 9 × 9 in seven passes."""
    passes = [(2, 2), (1, 2), (3, 1), (2, 3), (5, 2), (4, 5), (9, 4)]
    pixels = b"".join((b"\0" + bytes([10, 20, 30]) * columns) * rows for columns, rows in passes)
    png = a_png(9, 9, pixels if whole else pixels[:-1])
    return png[:28] + b"\1" + chunk(b"IHDR", png[16:28] + b"\1")[-4:] + png[33:]


def with_palette(*alpha: int) -> bytes:
    colours = chunk(b"PLTE", bytes([200, 50, 100]))
    transparent = [chunk(b"tRNS", bytes(alpha))] if alpha else []
    return a_png(2, 1, b"\0\0\0", colours, *transparent, colours=PALETTE)


def with_a_transparent_colour() -> bytes:
    return a_png(1, 1, b"\0\x10\x20\x30", chunk(b"tRNS", struct.pack(">3H", 0x10, 0x20, 0x30)))


COLOURS: dict[str, tuple[Callable[[], bytes], tuple[int, int, int]]] = {
    "16 bits of grey": (of_16_bits_of_grey, (128, 128, 128)),
    "16 bits of colour": (of_16_bits_of_colour, (128, 64, 192)),
    "a palette": (with_palette, (200, 50, 100)),
    "a palette, all transparent": (lambda: with_palette(0), (255, 255, 255)),
    "a palette, half transparent": (lambda: with_palette(128), (228, 152, 177)),
    "a transparent colour": (with_a_transparent_colour, (255, 255, 255)),
    "black and white": (lambda: saved(Image.new("1", (9, 9), 1), "PNG"), (255, 255, 255)),
    "interlaced": (lambda: interlaced(whole=True), (10, 20, 30)),
    "grey": (lambda: saved(Image.new("L", (9, 9), 90)), (90, 90, 90)),
    "grey, half transparent":
        (lambda: saved(Image.new("LA", (9, 9), (100, 128)), "PNG"), (177, 177, 177)),
    "RGBA, transparent": (lambda: saved(Image.new("RGBA", (9, 9)), "PNG"), (255, 255, 255)),
    "RGBA, half transparent": (
        lambda: saved(Image.new("RGBA", (9, 9), (200, 50, 100, 128)), "WEBP", lossless=True),
        (228, 152, 177),
    ),
    "CMYK of Adobe": (
        lambda: saved(Image.new("CMYK", (9, 9), (0, 255, 255, 0)), "JPEG"), (254, 0, 0)
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", COLOURS)
def test_colours_are_seen_as_they_are_on_white(kind: str) -> None:
    make, colour = COLOURS[kind]
    seen = middle_of(make_renditions(make()).large.data)
    assert is_close(seen, colour), seen


@pytest.mark.parametrize("kind", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_large_png_of_any_kind_keeps_its_picture(kind: str) -> None:
    """Which are made small in strips: none is lost, or in another's place."""
    whole = (
        a_picture(5000, 1500).convert(kind) if kind != "I;16" else sixteen(a_picture(5000, 1500))
    )
    made = make_renditions(saved(whole, "PNG", compress_level=1))
    wanted = {"RGB": CORNERS, "RGBA": CORNERS, "P": CORNERS}.get(kind)
    grey = [whole_grey(colour, kind) for colour in CORNERS]
    picture = opened(made.large.data)
    assert picture.size == (1600, 480)
    for place, colour in zip(
        [(9, 9), (1590, 9), (9, 470), (1590, 470)], wanted or grey, strict=True
    ):
        assert kind == "1" or is_close(tuple(picture.getpixel(place)), colour)  # type: ignore[arg-type]


def sixteen(picture: Image.Image) -> Image.Image:
    return picture.convert("L").convert("I").point(lambda level: level * 256).convert("I;16")


def whole_grey(colour: tuple[int, int, int], kind: str) -> tuple[int, ...]:
    red, green, blue = colour
    return (round(0.299 * red + 0.587 * green + 0.114 * blue),) * 3


def a_phones_jpeg(*, ultra_hdr: bool) -> bytes:
    """Two pictures in one file, the second as a phone keeps depth or light there."""
    second = Image.new("RGB", (30, 20), "black")
    data = saved(a_picture(), "MPO", save_all=True, append_images=[second])
    if not ultra_hdr:
        return data
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version="1.0"/>'
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + data[2:]


@pytest.mark.parametrize("ultra_hdr", [False, True])
def test_of_a_phones_two_pictures_the_first_counts(ultra_hdr: bool) -> None:
    made = make_renditions(a_phones_jpeg(ultra_hdr=ultra_hdr))
    assert (made.width, made.height) == (64, 48)
    assert corners_of(made.large.data) == CORNERS


# ── what does not get through ──


def with_everything(format: str) -> bytes:
    """A picture with all that cameras and programs write into one."""
    exif = Image.Exif()
    exif[EXIF_MAKE] = SECRET.decode()
    exif.get_ifd(EXIF_GPS)[29] = SECRET.decode()  # GPSDateStamp
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"comment": SECRET, "xmp": SECRET},
        "PNG": {"pnginfo": text},
        "WEBP": {"xmp": SECRET},
    }
    profile = a_profile(SRGB, comment=SECRET)
    data = saved(a_photo_like(), format, exif=exif, icc_profile=profile, **options[format])
    return data + b"<script>" + SECRET + b"</script>"  # and behind the picture


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_survives(format: str) -> None:
    data = with_everything(format)
    assert data.count(SECRET) > 2
    made = make_renditions(data)
    for rendition in (made.large, made.thumbnail):
        assert SECRET not in rendition.data
        assert rendition.data[12:16] == b"VP8 "  # one chunk, of pixels
        length = int.from_bytes(rendition.data[16:20], "little")
        assert len(rendition.data) == 20 + length + length % 2


def swapped() -> bytes:
    """A profile in which red is blue and blue is red."""
    return a_profile([SRGB[2], SRGB[1], SRGB[0]])


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_colours_are_what_their_profile_says(format: str) -> None:
    options = {"lossless": True} if format == "WEBP" else {}

    def seen(colour: tuple[int, int, int], profile: bytes) -> tuple[int, ...]:
        picture = Image.new("RGB", (32, 32), colour)
        data = saved(picture, format, icc_profile=profile, **options)
        return middle_of(make_renditions(data).large.data)

    assert is_close(seen((255, 0, 0), swapped()), (0, 0, 255))
    assert is_close(seen((200, 100, 100), a_profile(P3)), (216, 93, 97))
    assert is_close(seen((100, 150, 100), a_profile(ADOBE)), (66, 151, 97))
    assert is_close(seen((150, 90, 30), a_profile(SRGB)), (150, 90, 30))


def test_a_profile_counts_also_where_one_can_see_through() -> None:
    picture = Image.new("RGBA", (32, 32), (255, 0, 0, 255))
    made = make_renditions(saved(picture, "PNG", icc_profile=swapped()))
    assert is_close(middle_of(made.large.data), (0, 0, 255))


@pytest.mark.parametrize("kind", ["RGB", "L", "CMYK"])
def test_a_profile_that_is_broken_or_of_something_else_is_ignored(kind: str) -> None:
    picture = Image.new("RGB", (32, 32), (90, 90, 90)).convert(kind)
    profiles = [b"no profile", a_profile(SRGB)[:200], b"\0" * 128]
    for profile in profiles if kind == "RGB" else [*profiles, swapped()]:
        made = make_renditions(saved(picture, icc_profile=profile))
        assert is_close(middle_of(made.large.data), (90, 90, 90))


# ── what is refused ──


def a_broken(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def a_wide_png(width: int, height: int) -> bytes:
    """A PNG that says so of itself, and has one row."""
    return a_png(width, height, bytes(1 + 3 * min(width, 100_000)))


def a_large_jpeg(width: int, height: int) -> bytes:
    """A JPEG with other sizes in its header."""
    data = bytearray(saved(a_picture(), subsampling=0))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def an_extended_webp(width: int, height: int, flags: int = 0) -> bytes:
    """A WebP whose canvas is said to be so large."""
    frame = saved(a_picture(), "WEBP")[12:]
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<IBxxx", 10, flags) + sides + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def a_larger_webp(webp: bytes, width: int, height: int) -> bytes:
    """The same, with other sizes in the header of its pixels."""
    if webp[12:16] == b"VP8L":
        sides = struct.pack("<I", width - 1 | height - 1 << 14)
        return webp[:21] + sides + webp[25:]
    return webp[:26] + struct.pack("<HH", width, height) + webp[30:]


def moving(format: str) -> bytes:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    return saved(frames[0], format, save_all=True, append_images=frames[1:], duration=100)


def a_bomb(kind: bytes, megabytes: int = 1000) -> bytes:
    head = {b"iCCP": b"icc\0\0", b"zTXt": b"Comment\0\0", b"iTXt": b"Comment\0\1\0\0\0"}[kind]
    return a_png(1, 1, bytes(4), chunk(kind, head + packed(megabytes)))


def a_heic() -> bytes:
    return struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(5000)


@cache
def forty_megapixels(kind: str) -> bytes:
    side = 6324
    if kind == "JPEG":  # every coefficient of it is kept in memory
        return saved(Image.new("RGB", (side, side)), progressive=True, subsampling=0)
    return saved(Image.new(kind, (side, side), "red"), "PNG", compress_level=1)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PSD = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 100, 100, 8, 3) + bytes(1000)
REFUSED: dict[str, tuple[Unfit, Callable[[], bytes]]] = {
    "nothing": (Unfit.NOT_A_PICTURE, lambda: b""),
    "a text": (Unfit.NOT_A_PICTURE, lambda: "Чайник".encode() * 100),
    "a GIF": (Unfit.NOT_A_PICTURE, lambda: saved(a_picture(), "GIF")),
    "a TIFF": (Unfit.NOT_A_PICTURE, lambda: saved(a_picture(), "TIFF")),
    "a BMP": (Unfit.NOT_A_PICTURE, lambda: saved(a_picture(), "BMP")),
    "a PDF": (Unfit.NOT_A_PICTURE, lambda: saved(a_picture(), "PDF")),
    "an SVG": (Unfit.NOT_A_PICTURE, lambda: SVG),
    "a HEIC": (Unfit.NOT_A_PICTURE, a_heic),
    "layers": (Unfit.NOT_A_PICTURE, lambda: PSD),
    "EPS": (Unfit.NOT_A_PICTURE, lambda: saved(a_picture(), "EPS")),
    "JPEG 2000's first bytes": (
        Unfit.NOT_A_PICTURE,
        lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99),
    ),
    "a JPEG's first bytes": (Unfit.NOT_A_PICTURE, lambda: b"\xff\xd8\xff\xe0"),
    "a PNG's first bytes": (Unfit.NOT_A_PICTURE, lambda: SIGNATURE),
    "a PNG of no size": (Unfit.NOT_A_PICTURE, lambda: a_png(0, 0, b"")),
    "two thirds of a JPEG": (Unfit.BROKEN_PICTURE, lambda: a_broken(saved(a_photo_like()))),
    "two thirds of a PNG": (Unfit.BROKEN_PICTURE, lambda: a_broken(saved(a_photo_like(), "PNG"))),
    "two thirds of a WebP": (Unfit.BROKEN_PICTURE, lambda: a_broken(saved(a_photo_like(), "WEBP"))),
    "two thirds of 40 MP, RGBA": (Unfit.BROKEN_PICTURE, lambda: a_broken(forty_megapixels("RGBA"))),
    "two thirds of 40 MP, JPEG": (Unfit.BROKEN_PICTURE, lambda: a_broken(forty_megapixels("JPEG"))),
    "a PNG of 40 MP with one row": (Unfit.BROKEN_PICTURE, lambda: a_wide_png(8000, 5000)),
    "a JPEG that says it is larger": (Unfit.BROKEN_PICTURE, lambda: a_large_jpeg(6000, 6000)),
    "an interlaced PNG without its last": (
        Unfit.BROKEN_PICTURE,
        lambda: interlaced(whole=False),
    ),
    "a PNG with half of its rows": (Unfit.BROKEN_PICTURE, lambda: a_png(9, 9, bytes(28 * 4))),
    "a WebP that says it is larger": (
        Unfit.BROKEN_PICTURE,
        lambda: a_larger_webp(saved(a_picture(), "WEBP"), 6000, 6000),
    ),
    "a lossless WebP that says it is larger": (
        Unfit.BROKEN_PICTURE,
        lambda: a_larger_webp(saved(a_photo_like(), "WEBP", lossless=True), 6000, 6000),
    ),
    "a WebP that has a larger canvas": (Unfit.BROKEN_PICTURE, lambda: an_extended_webp(6000, 6000)),
    "a WebP that has a smaller canvas": (Unfit.BROKEN_PICTURE, lambda: an_extended_webp(20, 10)),
    "a bomb in a PNG's profile": (Unfit.BROKEN_PICTURE, lambda: a_bomb(b"iCCP")),
    "a bomb in a PNG's zTXt": (Unfit.BROKEN_PICTURE, lambda: a_bomb(b"zTXt")),
    "a bomb in a PNG's iTXt": (Unfit.BROKEN_PICTURE, lambda: a_bomb(b"iTXt")),
    "a PNG of 169 MP": (
        Unfit.TOO_MANY_PIXELS,
        lambda: saved(Image.new("1", (13_000, 13_000)), "PNG"),
    ),
    "a PNG of 40.01 MP": (Unfit.TOO_MANY_PIXELS, lambda: a_wide_png(8002, 5000)),
    "a JPEG of 4,295 MP": (Unfit.TOO_MANY_PIXELS, lambda: a_large_jpeg(65_500, 65_500)),
    "a JPEG of 60 MP": (Unfit.TOO_MANY_PIXELS, lambda: a_large_jpeg(10_000, 6_000)),
    "a WebP of 64 MP": (Unfit.TOO_MANY_PIXELS, lambda: an_extended_webp(8000, 8000)),
    "a WebP of 268 MP": (Unfit.TOO_MANY_PIXELS, lambda: an_extended_webp(16_383, 16_383)),
    "21 to 1": (Unfit.TOO_NARROW, lambda: saved(Image.new("L", (210, 10)), "PNG")),
    "1 to 21": (Unfit.TOO_NARROW, lambda: saved(Image.new("L", (1, 21)), "PNG")),
    "1 to 2,000,000": (Unfit.TOO_NARROW, lambda: a_png(1, 2_000_000, bytes(4 * 2_000_000))),
    "a moving PNG": (Unfit.ANIMATED, lambda: moving("PNG")),
    "a moving WebP": (Unfit.ANIMATED, lambda: moving("WEBP")),
}


LARGE_ONES = [what for what in REFUSED if "two thirds of 40 MP" in what]
LIMITED = f"ulimit -v {MEMORY // 1024} && exec "


@pytest.fixture(scope="module")
def told_of_small_ones() -> dict[str, Any]:
    """What is told of all the others, in one process with no more memory than that."""
    small = {what: make() for what, (_, make) in REFUSED.items() if what not in LARGE_ONES}
    done = subprocess.run(
        ["/bin/sh", "-c", LIMITED + '"$0" -c "$1"', sys.executable, ONE_AFTER_ANOTHER],
        input=b"".join(struct.pack(">I", len(data)) + data for data in small.values()),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    return dict(zip(small, done.stdout.decode().split("\n"), strict=False))


ONE_AFTER_ANOTHER = """
import sys
from moderation.renditions import PictureRefused, make_renditions
while head := sys.stdin.buffer.read(4):
    data = sys.stdin.buffer.read(int.from_bytes(head, "big"))
    try:
        print(make_renditions(data).width)
    except PictureRefused as refused:
        print(refused.unfit)
"""


@pytest.mark.parametrize("what", [what for what in REFUSED if what not in LARGE_ONES])
def test_what_is_no_sound_picture_is_refused_within_400_megabytes(
    what: str, told_of_small_ones: dict[str, Any]
) -> None:
    assert told_of_small_ones[what] == REFUSED[what][0]


@pytest.mark.parametrize("what", LARGE_ONES)
def test_so_is_the_largest_that_is_cut_short(what: str) -> None:
    unfit, make = REFUSED[what]
    assert within_400_megabytes(make()) == {"unfit": unfit}


def within_400_megabytes(data: bytes) -> Any:
    """What the program tells of the picture with no more memory than that, were it to ask."""
    script = image_process.SCRIPT
    done = subprocess.run(
        ["/bin/sh", "-c", LIMITED + '"$0" -I "$1"', sys.executable, str(script)],
        input=data,
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return json.loads(done.stdout.partition(b"\n")[0])


@pytest.mark.parametrize("kind", ["RGBA", "JPEG"])
def test_also_the_largest_pictures_need_no_more_save_webp(kind: str) -> None:
    told = within_400_megabytes(forty_megapixels(kind))
    assert (told["width"], told["height"]) == (1600, 1600)


async def test_the_largest_webp_is_taken_too() -> None:
    picture = a_picture(8000, 5000)
    made = await ImageProcesses().render(saved(picture, "WEBP", lossless=True, quality=0, method=0))
    assert (made.width, made.height) == (1600, 1000)


def test_what_is_packed_behind_the_pixels_is_not_unpacked() -> None:
    bomb = chunk(b"IDAT", zlib.compress(bytes([0, 10, 20, 30])) + packed(1000))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    assert within_400_megabytes(SIGNATURE + header + bomb + chunk(b"IEND", b""))["width"] == 1


# ── the process ──

Children = list[asyncio.subprocess.Process]


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    """All processes that were started in the test."""
    started: Children = []
    start = asyncio.create_subprocess_exec

    async def start_and_tell(*args: Any, **options: Any) -> asyncio.subprocess.Process:
        started.append(await start(*args, **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_and_tell)
    return started


def instead(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the processes do, instead of decoding a picture."""
    file = folder / "script.py"
    file.write_text(script, encoding="utf-8")
    monkeypatch.setattr(image_process, "SCRIPT", file)


async def refusal(data: bytes) -> Unfit:
    with pytest.raises(PictureRefused) as refused:
        await ImageProcesses().render(data)
    return refused.value.unfit


async def test_a_picture_that_takes_too_long_is_broken_and_its_process_ends(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_process, "DEADLINE", 0.2)
    instead("import time; time.sleep(60)", tmp_path, monkeypatch)
    assert await refusal(bytes(1_000_000)) is Unfit.BROKEN_PICTURE
    (child,) = children
    assert child.returncode == -9


async def test_an_upload_that_is_broken_off_leaves_no_process(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead("import time; time.sleep(60)", tmp_path, monkeypatch)
    data = bytes(1_000_000)  # more than a pipe holds
    for steps in (0, 1, 3, 50):
        upload = asyncio.ensure_future(ImageProcesses().render(data))
        for _ in range(steps):
            await asyncio.sleep(0.001 * (steps > 10))
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
    assert children
    assert all(child.returncode == -9 for child in children)


@pytest.mark.parametrize(
    "script",
    ["import os; os._exit(3)", "import os; os.abort()", "raise ValueError('Ошибка')",
     "import sys; sys.stdin.read(); print('{\"width\": 1'); sys.exit(1)", ""],
)  # fmt: skip
async def test_a_process_that_dies_is_a_broken_picture(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(script, tmp_path, monkeypatch)
    assert await refusal(bytes(1_000_000)) is Unfit.BROKEN_PICTURE


async def test_the_operator_reads_why_a_process_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    instead("import no_such_library", tmp_path, monkeypatch)
    assert await refusal(b"") is Unfit.BROKEN_PICTURE
    assert "No module named 'no_such_library'" in caplog.text


async def test_the_process_is_told_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OOZOR_SECRET_KEY", "secret")
    instead("import os; print(list(os.environ))", tmp_path, monkeypatch)
    assert "SECRET" in str(os.environ)
    assert b"SECRET" not in await image_process._asked(b"")


async def test_pictures_take_turns_and_only_so_many_wait(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_process, "MOST_WAITING", 3)
    instead("import time; time.sleep(60)", tmp_path, monkeypatch)
    processes = ImageProcesses()
    uploads = [asyncio.ensure_future(processes.render(b"")) for _ in range(AT_ONCE + 3)]
    while len(children) < AT_ONCE:  # noqa: ASYNC110  there is no event of it
        await asyncio.sleep(0.01)
    with pytest.raises(TooManyWaiting):
        await processes.render(b"")
    assert len(children) == AT_ONCE
    for upload in uploads:
        upload.cancel()
    await asyncio.gather(*uploads, return_exceptions=True)
    monkeypatch.undo()
    made = await asyncio.gather(*(processes.render(saved(a_picture())) for _ in range(3)))
    assert len({rendition.large.digest for rendition in made}) == 1


# ── what moderation sees of a picture ──


def test_the_same_picture_has_nearly_the_same_fingerprint_however_it_was_saved() -> None:
    photo = a_photo_like(1, 800, 600)
    fingerprint = make_renditions(saved(photo, "PNG")).fingerprint
    for other in (
        saved(photo, quality=40),
        saved(photo.resize((400, 300)), "WEBP"),
        saved(photo.point(lambda level: min(255, level + 15))),
    ):
        difference = make_renditions(other).fingerprint ^ fingerprint
        assert difference.bit_count() <= 3


def test_other_pictures_have_other_fingerprints() -> None:
    prints = [fingerprint_of(a_photo_like(seed, 160, 120)) for seed in range(20)]
    differences = [
        (one ^ other).bit_count() for n, one in enumerate(prints) for other in prints[:n]
    ]
    assert min(differences) > 10


def test_contrast_is_nothing_for_one_colour_and_one_for_black_and_white() -> None:
    assert contrast_of(Image.new("RGB", (50, 50), "orange")) == 0
    half = Image.new("L", (50, 50))
    half.paste(255, (0, 0, 25, 50))
    assert contrast_of(half) == 1.0
    assert 0.1 < contrast_of(a_photo_like()) < 0.9


def test_a_file_is_named_by_what_is_in_it() -> None:
    assert Rendition(b"").digest == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
