"""Photos of the demo: what was bought lies on a table, drawn anew for each review."""

import asyncio
import random
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from PIL import Image, ImageColor, ImageDraw

from models import Account, Photo
from models.photo_store import PhotoStore
from moderation.image_process import ImageProcesses
from moderation.renditions import Renditions, make_renditions

from ..photos import upload_photo
from .files import read_toml

SIZES = [(400, 300), (300, 400), (340, 340)]
TABLES = ["#d9b38c", "#8f6b4a", "#e9e2d6", "#7f9a94", "#c9d3dc", "#b9a7c4", "#e3c9a8", "#6d7682"]
NAPKINS = ["#f4efe6", "#d98a7a", "#8fb3c9", "#b7c99a", "#e6c65c", "#5b6a7a"]
COLOURS = {"k": "#2b2b2e", "w": "#f4f1ea", "g": "#a9adb2"}
GRID, UNIT = 100, 3
"""An outline's square, and how many pixels one of its hundredths is while it is drawn."""
SHADE = (40, 30, 20)
Light = tuple[int, int, int]


@dataclass(frozen=True)
class Drawing:
    """A picture of the product whose reviews have that key; each seed makes another one."""

    product: str
    seed: str

    def drawn(self) -> bytes:
        """JPEG, as a phone would send it."""
        table = self._table()
        product = self._product()
        side = int(min(table.size) * self._chance.uniform(0.85, 1))
        product = product.resize((side, side), Image.Resampling.BILINEAR)
        left, top = (self._chance.randint(0, free - side) for free in table.size)
        shadow = product.getchannel("A").point(lambda alpha: alpha * 2 // 5)
        table.paste(SHADE, (left + side // 40, top + side // 25), shadow)
        table.paste(product, (left, top), product)
        file = BytesIO()
        table.save(file, "JPEG", quality=88)
        return file.getvalue()

    @cached_property
    def _chance(self) -> random.Random:
        return random.Random(self.seed)  # noqa: S311  for show, not for secrets

    def _table(self) -> Image.Image:
        """A napkin on a table, in the light of a window behind leaves."""
        size = self._chance.choice(SIZES)
        table = Image.new("RGB", size, self._chance.choice(TABLES))
        x, y = (self._chance.randrange(-side // 4, side // 2) for side in size)
        napkin = (x, y, x + size[0] * 2 // 3, y + size[1] * 2 // 3)
        ImageDraw.Draw(table).rectangle(napkin, fill=self._chance.choice(NAPKINS))
        spots = Image.frombytes("L", (7, 6), self._chance.randbytes(42))
        light = spots.resize(size, Image.Resampling.BICUBIC)
        return Image.composite(table, Image.blend(table, Image.new("RGB", size), 0.3), light)

    def _product(self) -> Image.Image:
        """The product alone, as it happens to lie."""
        colour, *parts = read_toml("outlines")[self.product]
        canvas = Image.new("RGBA", (GRID * UNIT, GRID * UNIT))
        for part in parts:
            draw_part(ImageDraw.Draw(canvas), part, ImageColor.getrgb(colour)[:3])
        return canvas.rotate(self._chance.uniform(-25, 25), Image.Resampling.BILINEAR, expand=True)


def draw_part(draw: ImageDraw.ImageDraw, part: str, own: Light) -> None:
    """One part of an outline, as outlines.toml tells it, of a product that has its own colour."""
    shape, colour, *numbers = part.split()
    fill, places = colour_of(colour, own), [int(number) * UNIT for number in numbers]
    match shape:
        case "o":
            draw.ellipse(places, fill)
        case "r":
            draw.rounded_rectangle(places, 2 * UNIT, fill)
        case "p":
            draw.polygon(places, fill)
        case "l":
            draw.line(places[1:], fill, places[0], joint="curve")
        case "c":
            draw.arc(places[1:5], int(numbers[5]), int(numbers[6]), fill, places[0])


def colour_of(name: str, own: Light) -> Light:
    """The colour of that name for a product of its own colour."""
    match name:
        case "a":
            return own
        case "d":
            red, green, blue = (part * 7 // 10 for part in own)
        case "b":
            red, green, blue = (part + (255 - part) * 2 // 5 for part in own)
        case _:
            red, green, blue = ImageColor.getrgb(COLOURS.get(name, name))[:3]
    return red, green, blue


class Studio(ImageProcesses):
    """Uploads drawings. They are our own: none needs a process, which would take its time."""

    def __init__(self, store: PhotoStore) -> None:
        super().__init__()
        self.store = store
        self._one_at_a_time = asyncio.Lock()

    async def upload(self, author: Account, drawing: Drawing) -> Photo:
        """A photo of the author's, in no review yet."""
        async with self._one_at_a_time:
            data = await asyncio.to_thread(drawing.drawn)
        return await upload_photo(author, data, processes=self, store=self.store)

    async def render(self, data: bytes) -> Renditions:
        """What the process of an upload would make of it."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(make_renditions, data)
