"""The commands, as a shop's operator runs them."""

import asyncio
import csv
import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import serving
from market import a_customer, a_photo, a_review
from typer.testing import CliRunner, Result

from app import create_app, live
from cli import commands
from models import (
    Account,
    ModerationDecision,
    Order,
    Product,
    Review,
    ReviewStatus,
    Store,
    TextBand,
)
from models.clock import moved
from models.database import open_database
from models.photo_store import PhotoStore
from resolvers.accounts import sign_in
from settings import Settings, read_settings

ROOT = Path(__file__).parents[1]
SHOP = Path(__file__).parents[2] / "shared" / "data" / "shop"

PRODUCTS = [
    {"external_id": "p1", "store": "Кухня", "title": "Чайник", "price": "100.00"},
    {"external_id": "p2", "store": "Кухня", "title": "Тёрка", "price": "50.50", "currency": "RUB"},
]
ORDERS = [
    {
        "external_id": f"o{number}",
        "customer_email": f"b{number}@oozor.test",
        "customer_name": f"Покупатель {number}",
        "placed_at": "2026-01-01T10:00:00Z",
        "delivered_at": "2026-01-03T10:00:00Z",
        "lines": [{"product": product, "quantity": 1}],
    }
    for number, product in enumerate(["p1", "p1", "p2"], start=1)
]
REVIEWS = [
    {
        "external_id": f"r{number}",
        "order": f"o{number}",
        "product": product,
        "quality": 5,
        "speed": 4,
        "courtesy": 3,
        "comment": f"Отзыв {number}: работает, доволен.",
        "created_at": "2026-01-05T10:00:00Z",
    }
    for number, product in enumerate(["p1", "p1", "p2"], start=1)
]


@pytest.fixture
def market(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty market in the environment, as the commands read it."""
    monkeypatch.setenv("OOZOR_DATABASE_URL", database_url)
    return database_url


@pytest.fixture(autouse=True)
def _settings_read_anew() -> Iterator[None]:
    yield
    read_settings.cache_clear()


def run(*arguments: str, input: str | None = None) -> Result:
    read_settings.cache_clear()
    return CliRunner().invoke(commands, list(arguments), input=input)


def succeed(*arguments: str, input: str | None = None) -> str:
    result = run(*arguments, input=input)
    assert result.exit_code == 0, result.output
    return result.stdout


def ask(url: str, question: Any) -> Any:
    async def answer() -> Any:
        async with open_database(url):
            return await question()

    return asyncio.run(answer())


def write(path: Path, rows: list[Any]) -> str:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def import_shop(folder: Path) -> None:
    for kind, rows in (("products", PRODUCTS), ("orders", ORDERS), ("reviews", REVIEWS)):
        succeed("import", kind, write(folder / f"{kind}.jsonl", rows))


def test_an_imported_shop_has_its_reviews_published_and_counted(
    market: str, tmp_path: Path
) -> None:
    import_shop(tmp_path)

    async def look() -> tuple[int, float | None, str]:
        product = await Product.get(external_id="p1")
        review = await Review.get(external_id="r1")
        return product.review_count, product.rating_summary.overall, review.created_at.isoformat()

    assert ask(market, look) == (2, 4.0, "2026-01-05T10:00:00+00:00")


def test_the_same_files_again_change_nothing(market: str, tmp_path: Path) -> None:
    import_shop(tmp_path)
    for kind, known in (("products", 2), ("orders", 3), ("reviews", 3)):
        told = succeed("import", kind, str(tmp_path / f"{kind}.jsonl"))
        assert told == f"0 new, {known} known, 0 bad\n"
    assert "0 mended" in succeed("verify-ratings")


def test_past_reviews_are_read_again_and_held_if_that_is_wished(
    market: str, tmp_path: Path
) -> None:
    import_shop(tmp_path)
    times = ("--from", "2026-01-01", "--to", "2026-02-01")
    assert succeed("replay", *times) == ""
    succeed("lexicon", "import", write(tmp_path / "lexicon.jsonl", [
        {"list": "SUSPECT", "term": "доволен", "language": "ru", "reason": "SPAM"}
    ]))  # fmt: skip
    result = run("replay", *times)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["before"], row["after"], row["held"]) for row in rows] == [
        ("APPROVE", "HOLD", False)
    ] * 3
    assert rows[0]["findings"][0]["reason"] == "SPAM"
    assert "3 examined, 0 held" in result.stderr
    assert "3 examined, 3 held" in run("replay", *times, "--apply").stderr
    assert "3 examined, 0 held" in run("replay", *times, "--apply").stderr
    assert ask(market, lambda: Review.filter(status=ReviewStatus.HELD).count()) == 3
    assert (
        "0 examined, 0 held" in run("replay", "--from", "2026-02-01", "--to", "2026-03-01").stderr
    )


def test_a_replay_of_no_time_says_what_is_wrong(market: str) -> None:
    result = run("replay", "--from", "2026-02-01", "--to", "2026-01-01")
    assert (result.exit_code, result.stderr) == (1, "The end is before the beginning.\n")


def test_bad_rows_are_named_with_their_line_and_the_rest_is_kept(
    market: str, tmp_path: Path
) -> None:
    import_shop(tmp_path)
    bad = [
        {**REVIEWS[0], "external_id": "new", "order": "nowhere"},
        "{not json",
        "[1]",
        {**REVIEWS[0], "external_id": "new2", "quality": 6},
        {**REVIEWS[0], "external_id": "new3"},
        {"external_id": "new4"},
        {**REVIEWS[0], "external_id": "new5", "comment": "x" * 5001},
        REVIEWS[1],
    ]
    result = run("import", "reviews", write(tmp_path / "bad.jsonl", bad))
    assert result.exit_code == 1
    assert result.stdout == "0 new, 1 known, 7 bad\n"
    reasons = ["order:", "not JSON", "not a JSON object", "ratings.quality", "reviewed", "order:"]
    told = result.stderr.splitlines()
    for line, reason in enumerate([*reasons, "comment"], start=1):
        assert any(f"bad.jsonl:{line}: " in row and reason in row for row in told), line


def test_what_moderation_would_reject_is_imported_held(market: str, tmp_path: Path) -> None:
    rude = {**REVIEWS[0], "comment": "Хуйня, а не чайник."}
    for kind, rows in (("products", PRODUCTS), ("orders", ORDERS), ("reviews", [rude])):
        succeed("import", kind, write(tmp_path / f"{kind}.jsonl", rows))
    review: Review = ask(market, Review.get)
    assert review.status is ReviewStatus.HELD


def test_a_guest_order_is_imported_without_a_customer(market: str, tmp_path: Path) -> None:
    order = {**ORDERS[0], "customer_email": None, "guest_email": "g@oozor.test"}
    succeed("import", "products", write(tmp_path / "p.jsonl", PRODUCTS))
    succeed("import", "orders", write(tmp_path / "o.jsonl", [order]))
    result = run("import", "reviews", write(tmp_path / "r.jsonl", [REVIEWS[0]]))
    assert "guest" in result.stderr
    assert ask(market, lambda: Account.all().count()) == 0
    assert ask(market, lambda: Order.all().count()) == 1


def test_csv_is_taken_as_jsonl_is(market: str, tmp_path: Path) -> None:
    for kind, rows in (("products", PRODUCTS), ("orders", ORDERS), ("reviews", REVIEWS)):
        path = tmp_path / f"{kind}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            names = sorted({name for row in rows for name in row})
            writer = csv.DictWriter(stream, names)
            writer.writeheader()
            for row in rows:
                lines = {"lines": json.dumps(row["lines"])} if "lines" in row else {}
                writer.writerow({**row, **lines})
        assert succeed("import", kind, str(path)).startswith(f"{len(rows)} new")


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_exported_reviews_are_known_when_imported_again(
    market: str, tmp_path: Path, form: str
) -> None:
    import_shop(tmp_path)
    file = str(tmp_path / f"out.{form}")
    succeed("export", "reviews", file)
    assert succeed("import", "reviews", file) == "0 new, 3 known, 0 bad\n"


def test_export_writes_to_standard_output_readably(market: str, tmp_path: Path) -> None:
    import_shop(tmp_path)
    first = json.loads(succeed("export", "reviews").splitlines()[0])
    assert first.pop("status") == "PUBLISHED"
    assert first in [{**row} for row in REVIEWS]


def test_a_store_that_is_opened_gets_the_seller_named(market: str, tmp_path: Path) -> None:
    file = write(tmp_path / "p.jsonl", PRODUCTS)
    assert "create-user" in run("import", "products", file, "--seller", "s@oozor.test").stderr
    succeed(
        "create-user", "--email", "s@oozor.test", "--password", "long enough", "--role", "SELLER"
    )
    succeed("import", "products", file, "--seller", "s@oozor.test")

    async def is_sold() -> bool:
        return (await Store.get()).is_sold_by(await Account.get(email="s@oozor.test"))

    assert ask(market, is_sold)


@pytest.mark.parametrize("role", ["administrator", "ADMINISTRATOR", "Administrator"])
def test_a_user_is_created_with_a_role_named_in_any_case(market: str, role: str) -> None:
    succeed("create-user", "--email", "A@oozor.test", "--password", "long enough", "--role", role)

    async def roles() -> list[str]:
        session = await sign_in(email="a@oozor.test", password="long enough")
        return [role.value for role in session.viewer.roles]

    assert ask(market, roles) == ["CUSTOMER", "ADMINISTRATOR"]


def test_a_wrong_role_is_named_with_those_that_there_are(market: str) -> None:
    result = run("create-user", "--email", "a@oozor.test", "--password", "x" * 9, "--role", "king")
    assert result.exit_code == 1
    assert "king" in result.stderr
    assert "moderator" in result.stderr


def test_a_weak_password_is_refused_with_its_field(market: str) -> None:
    result = run("create-user", "--email", "a@oozor.test", "--password", "x", "--role", "seller")
    assert result.exit_code == 1
    assert "8 to 256" in result.stderr


def test_moderate_judges_texts_in_order() -> None:
    texts = ["Отличный чайник!", "Звоните +7 900 000-00-00", "Хуйня, а не чайник.", "\ud800 ё"]
    lines = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts))
    told = [json.loads(line) for line in succeed("moderate", input=lines).splitlines()]
    assert [(row["id"], row["verdict"]) for row in told] == [
        (0, "APPROVE"),
        (1, "HOLD"),
        (2, "REJECT"),
        (3, "APPROVE"),
    ]
    assert told[2]["findings"][0]["start"] == 0
    assert told[2]["text"] == texts[2]


def test_moderate_answers_a_broken_line_and_goes_on() -> None:
    told = succeed("moderate", input='{broken\n{"id": 1, "text": "Хорошо."}\n').splitlines()
    assert "error" in json.loads(told[0])
    assert json.loads(told[1])["verdict"] == "APPROVE"


def test_a_tampered_summary_is_mended(market: str, tmp_path: Path) -> None:
    import_shop(tmp_path)

    async def tamper() -> None:
        await Product.filter(external_id="p1").update(score=1.0)

    ask(market, tamper)
    assert "1 mended" in succeed("verify-ratings")
    assert "0 mended" in succeed("verify-ratings")


def test_bands_are_made_anew_for_reviews_from_before(market: str, tmp_path: Path) -> None:
    long = REVIEWS[0] | {"comment": "Чайник потёк через неделю, вернула в магазин. " * 2}
    for kind, rows in (("products", PRODUCTS), ("orders", ORDERS), ("reviews", [long])):
        succeed("import", kind, write(tmp_path / f"{kind}.jsonl", rows))

    async def forget() -> int:
        return await TextBand.filter().delete()

    forgotten = ask(market, forget)
    succeed("renew-bands")
    assert ask(market, forget) == forgotten > 0


def test_a_database_that_is_not_migrated_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OOZOR_DATABASE_URL", f"sqlite://{tmp_path}/new.sqlite3")
    result = run("verify-ratings")
    assert result.exit_code == 1
    assert "cli.py migrate" in result.stderr
    assert "0001_initial" in run("migrate").stderr
    assert "0 examined" in succeed("verify-ratings")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OOZOR_DATABASE_URL", "mysql://nowhere"),
        ("OOZOR_PORT", "many"),
        ("OOZOR_ENVIRONMENT", "moon"),
        ("OOZOR_ELSEWHERE_URL", "judge:80"),
        ("OOZOR_ELSEWHERE_TIMEOUT", "99"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    result = run("migrate")
    assert result.exit_code == 2
    assert name in result.stderr


def test_a_secret_that_is_too_short_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OOZOR_ELSEWHERE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("OOZOR_ELSEWHERE_SECRET", "15 characters..")
    result = run("serve")
    assert result.exit_code == 2
    assert "OOZOR_ELSEWHERE_SECRET must have at least 16 bytes" in result.stderr


def test_production_refuses_the_default_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OOZOR_ENVIRONMENT", "production")
    result = run("serve")
    assert result.exit_code == 2
    assert "OOZOR_SECRET_KEY" in result.stderr


def test_a_filter_that_is_not_there_stops_the_start(
    market: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OOZOR_MODERATION_FILTERS", "nowhere:Nothing")
    result = run("serve")
    assert result.exit_code == 1
    assert "nowhere:Nothing" in result.stderr


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("moderation.filters.links:Lnks", "Lnks"),
        ("moderation.filters.nothing:Nothing", "nothing"),
        ("moderation.filters.links:Links.check", "name"),
        ("nowhere:Nothing", "nowhere"),
        ("shapeless:Filter", "timeout"),
        ("shapeless:raises", "without arguments"),
    ],
)
def test_no_server_starts_with_a_filter_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, wrong: str
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "shapeless.py").write_text(
        """class Filter:
    name, version, description = "shapeless", "1", "Has no limit."
    def check(self, draft): return []
class raises(Filter):
    def __init__(self): raise OSError("no model here")
""",
        "utf-8",
    )
    monkeypatch.setenv("OOZOR_MODERATION_FILTERS", f"moderation.filters.links:Links,{path}")
    result = run("serve")
    assert result.exit_code == 1
    assert repr(path) in result.stderr
    assert wrong in result.stderr


def test_a_filter_that_cannot_be_used_is_told_in_one_line() -> None:
    """As a user runs it, in a process of its own."""
    environment = os.environ | {"OOZOR_MODERATION_FILTERS": "nowhere:Nothing"}
    done = subprocess.run(
        [sys.executable, "cli.py", "serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "'nowhere:Nothing' cannot be used" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_garbage_is_collected_once_a_command_is_at_work() -> None:
    gc.disable()  # as cli.py does when it is started
    succeed("moderate", input="")
    assert gc.isenabled()


@pytest.mark.anyio
async def test_garbage_is_collected_once_a_server_has_started(database_url: str) -> None:
    gc.disable()
    async with live(create_app(Settings(database_url=database_url))):
        assert gc.isenabled()


def test_a_filter_is_loaded_once_for_the_start_of_a_server(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    """And once more where it runs, in a process of its own: loading it may take long."""
    loaded = tmp_path / "loaded"
    (tmp_path / "counted.py").write_text(
        f"""open({str(loaded)!r}, "a").write("once ")
class Filter:
    name, version, description, timeout = "counted", "1", "Says when it is loaded.", 1.0
    def check(self, draft): return []
""",
        "utf-8",
    )
    environment = {
        "OOZOR_DATABASE_URL": f"sqlite://{shutil.copy(migrated_sqlite, tmp_path)}",
        "OOZOR_MODERATION_FILTERS": "counted:Filter",
        "PYTHONPATH": str(tmp_path),
    }
    with serving(environment):
        assert loaded.read_text("utf-8") == "once once "


@pytest.mark.skipif(not SHOP.exists(), reason="../shared/data/shop is not here")
def test_the_shared_shop_is_imported_whole(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of it; `make bench` and the closing note tell of the whole."""
    monkeypatch.setenv("OOZOR_DATABASE_URL", f"sqlite://{shutil.copy(migrated_sqlite, tmp_path)}")
    for kind in ("products", "orders", "reviews"):
        most = 250 if kind == "products" else 80  # the orders are of any product
        rows = (SHOP / f"{kind}.jsonl").read_text("utf-8").splitlines()[:most]
        told = succeed("import", kind, write(tmp_path / f"{kind}.jsonl", list(rows)))
        assert told == f"{len(rows)} new, 0 known, 0 bad\n"


LEXICON: list[dict[str, Any]] = [
    {"list": "BANNED", "term": "казино", "language": "ru", "reason": "SPAM"},
    {"list": "SUSPECT", "term": "развод на деньги", "language": "ru", "reason": None},
    {"list": "ALLOWED", "term": "хрен столовый", "language": "ru", "reason": None},
    {"list": "BANNED", "term": "scam", "language": "en", "reason": "OTHER"},
]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_exported_lexicon_is_known_when_imported_again(
    market: str, tmp_path: Path, form: str
) -> None:
    told = succeed("lexicon", "import", write(tmp_path / "in.jsonl", LEXICON))
    assert told == "4 new, 0 known, 0 bad\n"
    file = str(tmp_path / f"out.{form}")
    succeed("lexicon", "export", file)
    assert succeed("lexicon", "import", file) == "0 new, 4 known, 0 bad\n"
    told = succeed("lexicon", "export")
    assert [json.loads(line) for line in told.splitlines()] == LEXICON


def test_bad_rows_of_a_lexicon_are_named_and_the_rest_is_kept(market: str, tmp_path: Path) -> None:
    bad = [
        {**LEXICON[0], "term": "к"},
        "{not json",
        {**LEXICON[0], "list": "GREY"},
        {**LEXICON[0], "language": "de"},
        {**LEXICON[0], "reason": "WHIM"},
        LEXICON[0],
        {**LEXICON[0], "list": "ALLOWED", "term": "КАЗИНО"},
        {"term": "лохотрон"},
        LEXICON[1],
    ]
    result = run("lexicon", "import", write(tmp_path / "bad.jsonl", bad))
    assert result.exit_code == 1
    assert result.stdout == "2 new, 0 known, 7 bad\n"
    reasons = {1: "term", 2: "not JSON", 3: "list", 4: "language", 5: "reason", 7: "BANNED", 8: "l"}
    told = result.stderr.splitlines()
    for line, reason in reasons.items():
        assert any(f"bad.jsonl:{line}: " in row and reason in row for row in told), line


def test_imported_reviews_are_judged_by_the_lexicon(market: str, tmp_path: Path) -> None:
    succeed("lexicon", "import", write(tmp_path / "lexicon.jsonl", LEXICON))
    shady = {**REVIEWS[0], "comment": "Чайник как чайник, а выиграл в казино."}
    for kind, rows in (("products", PRODUCTS), ("orders", ORDERS), ("reviews", [shady])):
        succeed("import", kind, write(tmp_path / f"{kind}.jsonl", rows))
    review: Review = ask(market, Review.get)
    assert review.status is ReviewStatus.HELD
    assert review.outcome["findings"][0]["filter"] == "lexicon"


def test_photos_of_no_review_are_removed_after_a_day_and_counted(
    market: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OOZOR_PHOTO_STORE", str(tmp_path / "photos"))

    async def upload() -> None:
        anna = await a_customer()
        store = PhotoStore.of(str(tmp_path / "photos"))
        await a_review(anna, photos=[await a_photo(anna, 1, store=store)])
        await a_photo(anna, 2, store=store)

    ask(market, upload)
    assert succeed("remove-orphan-photos") == "0 photos and 0 files removed\n"
    with moved(timedelta(days=1, seconds=1)):
        assert succeed("remove-orphan-photos") == "1 photos and 2 files removed\n"
        assert succeed("remove-orphan-photos") == "0 photos and 0 files removed\n"
    assert len(list((tmp_path / "photos").rglob("*.webp"))) == 2


def test_photos_that_can_be_kept_nowhere_are_told_of(
    market: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").write_text("")
    for place in (str(tmp_path / "photos"), "gs://photos"):
        monkeypatch.setenv("OOZOR_PHOTO_STORE", place)
        result = run("remove-orphan-photos")
        assert result.exit_code == 2
        assert "OOZOR_PHOTO_STORE" in result.stderr
        assert "Traceback" not in result.stderr


def test_tampering_with_a_decision_is_told_by_verify_audit(
    market: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = tmp_path / "var" / "anchor.jsonl"
    monkeypatch.setenv("OOZOR_AUDIT_ANCHOR", str(anchor))
    import_shop(tmp_path)
    assert succeed("verify-audit") == "6 examined, 0 wrong\n"

    async def insert() -> str:
        review = await Review.get(external_id="r1")
        decision = await ModerationDecision.create(
            review=review, version=2, to_status=review.status
        )
        return str(decision.id)

    inserted = ask(market, insert)
    result = run("verify-audit")
    assert (result.exit_code, result.stdout) == (1, "6 examined, 1 wrong\n")
    assert f"Decision {inserted} has no entry" in result.stderr
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(b"")
    assert "No anchor can be read" in run("verify-audit", "--anchor", str(copy)).stderr
    copy.write_bytes(anchor.read_bytes())
    anchor.unlink()
    assert "1 wrong" in run("verify-audit", "--anchor", str(copy)).stdout
    assert "2 wrong" in run("verify-audit").stdout
