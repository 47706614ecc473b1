"""What others wait for while photos are uploaded: product pages, asked steadily of a server in a
process of its own, without uploads and then during 200 of them, from another process.

The pictures are such as people send: 12 megapixels as JPEG, and smaller PNG and WebP.
"""

import asyncio
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from io import BytesIO
from pathlib import Path

from httpx2 import AsyncClient, TransportError
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from market import a_customer, id_of

from models import AccessToken, Account
from models.account import allow_test_addresses
from models.database import migrate, open_database

from .figures import Figure, figure
from .product_page import DOCUMENT, a_product_with_reviews

ROOT = Path(__file__).parents[2]
UPLOADS, AT_ONCE, UPLOADERS = 200, 8, 8
EVERY, ALONE = 0.02, 10.0
"""Seconds between two product pages, and for how long they are asked without uploads."""
AIM = 100
Picture = tuple[str, bytes]


def measure() -> Iterator[Figure]:
    """Rows on the uploads, on the other answers, and on what is left behind."""
    allow_test_addresses()
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(compare(Path(folder)))


async def compare(folder: Path) -> list[Figure]:
    """The product page alone, then during the uploads."""
    product, tokens = await filled(address := f"sqlite://{folder}/bench.sqlite3")
    temporary, store = folder / "tmp", folder / "photos"
    temporary.mkdir()
    with serving(address, store, temporary) as url, ProcessPoolExecutor(1) as elsewhere:
        async with AsyncClient(base_url=url, timeout=60) as client:
            await ready(client)
            pictures = [a_picture(number) for number in range(len(SORTS))]
            before = files_in(temporary)
            async with asked_steadily(client, product) as alone:
                await asyncio.sleep(ALONE)
            async with asked_steadily(client, product) as beside:
                took = await asyncio.get_running_loop().run_in_executor(
                    elsewhere, upload_all, url, tokens, pictures
                )
            left = files_in(temporary) - before
    kept = files_in(store)
    over = len(left) + unfinished(kept)
    return [
        figure("uploads of photos, 8 at a time", f"{UPLOADS / took:.1f}/s"),
        row("p50", 0.5, alone, beside),
        row("p99", 0.99, alone, beside, AIM),
        row("the longest", 1, alone, beside),
        figure("temporary files left by uploads", str(over), value=over, most=0),
    ]


def row(
    what: str, share: float, alone: list[float], beside: list[float], most: float | None = None
) -> Figure:
    """That share of the answers took no longer."""
    one, other = (1000 * quantile(times, share) for times in (alone, beside))
    name = f"product page beside uploads, {what}, ms"
    return figure(
        name, f"{other:.1f}", f"{one:.1f} without", ratio=other / one, value=other, most=most
    )


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


# ── uploads ──

SORTS = ["phone", "phone", "phone", "PNG", "WEBP"]


def a_picture(number: int) -> Picture:
    """A file's name and the file: blots with the noise of a sensor."""
    sort = SORTS[number]
    size = (4000, 3000) if sort == "phone" else (1280, 960)
    blots = Image.frombytes("RGB", (16, 12), random.Random(number).randbytes(16 * 12 * 3))
    noise = Image.effect_noise(size, 24).convert("RGB")
    picture = Image.blend(blots.resize(size, Image.Resampling.BICUBIC), noise, 0.08)
    file = BytesIO()
    picture.save(file, "JPEG" if sort == "phone" else sort, quality=85)
    return f"{number}.{sort}", file.getvalue()


def upload_all(url: str, tokens: list[str], pictures: list[Picture]) -> float:
    """So many uploads, so many at a time, of people who take turns; the seconds they took."""
    began = time.perf_counter()
    asyncio.run(uploads(url, tokens, pictures))
    return time.perf_counter() - began


async def uploads(url: str, tokens: list[str], pictures: list[Picture]) -> None:
    numbers = iter(range(UPLOADS))

    async def upload_some(client: AsyncClient) -> None:
        for number in numbers:
            answer = await client.post(
                "/photos",
                files={"file": pictures[number % len(pictures)]},
                headers={"authorization": f"Bearer {tokens[number % len(tokens)]}"},
            )
            assert answer.status_code == 201, answer.text

    async with AsyncClient(base_url=url, timeout=60) as client:
        await asyncio.gather(*(upload_some(client) for _ in range(AT_ONCE)))


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def unfinished(kept: set[Path]) -> int:
    """How many files of the store are no picture's, or not whole."""
    return sum(1 for path in kept if path.suffix != ".webp" or not path.stat().st_size)


# ── the others ──


@asynccontextmanager
async def asked_steadily(client: AsyncClient, product: str) -> AsyncIterator[list[float]]:
    """Within the block product pages are asked for; the list gets the seconds each took."""
    times: list[float] = []
    asking = asyncio.create_task(ask_steadily(client, product, times))
    try:
        yield times
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


async def ask_steadily(client: AsyncClient, product: str, times: list[float]) -> None:
    """One page at a time: that they do not wait for each other."""
    asked = {"query": DOCUMENT, "variables": {"id": product}}
    while True:
        began = time.perf_counter()
        answer = await client.post("/graphql", json=asked)
        times.append(took := time.perf_counter() - began)
        assert answer.status_code == 200
        await asyncio.sleep(max(0, EVERY - took))


# ── the server ──


async def filled(address: str) -> tuple[str, list[str]]:
    """A market: the id of a product, and the tokens of those who upload."""
    async with open_database(address, for_all_tasks=True):
        await migrate()
        product = await a_product_with_reviews()
        people = [await a_customer(f"Фотограф {number}") for number in range(UPLOADERS)]
        return id_of(product), [await token_of(person) for person in people]


async def token_of(person: Account) -> str:
    token, _ = await AccessToken.issue(person)
    return token


@contextmanager
def serving(address: str, store: Path, temporary: Path) -> Iterator[str]:
    """`cli.py serve` on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {
        "OOZOR_DATABASE_URL": address,
        "OOZOR_RATE_LIMITS": "off",
        "OOZOR_PHOTO_STORE": str(store),
        "OOZOR_PORT": str(port),
        "TMPDIR": str(temporary),
    }
    process = subprocess.Popen(
        [sys.executable, "cli.py", "serve"],
        cwd=ROOT,
        env=os.environ | told,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


async def ready(client: AsyncClient) -> None:
    for _ in range(600):
        with suppress(TransportError):
            if (await client.get("/readyz")).status_code == 200:
                return
        await asyncio.sleep(0.05)
    raise TimeoutError("the server is not ready")
