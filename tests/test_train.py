"""`cli.py train`, as a shop's operator runs it."""

import asyncio
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from market import a_customer, a_product, a_purchase, somebody
from typer.testing import CliRunner, Result

from cli import commands
from models import Ratings, Review, ReviewStatus, Role
from models.account import Account
from models.database import open_database
from models.decision import Grounds, ModerationAction
from models.review import JudgedText, Judgement, Submission
from moderation.examples import read_corpus, write_corpus
from moderation.filters.learned import Learned
from resolvers.learning import decided_examples
from settings import Settings, read_settings

pytestmark = pytest.mark.skipif(
    find_spec("sklearn") is None, reason="scikit-learn is not installed (extra `train`)"
)


@pytest.fixture(autouse=True)
def _settings_read_anew() -> Iterator[None]:
    yield
    read_settings.cache_clear()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A sixtieth of the corpus."""
    for language in ("ru", "en"):
        (tmp_path / "corpus" / language).mkdir(parents=True)
    write_corpus(read_corpus()[::60], tmp_path / "corpus")
    return tmp_path / "corpus"


def train(*arguments: str | Path) -> Result:
    read_settings.cache_clear()
    return CliRunner().invoke(commands, ["train", *map(str, arguments)])


def test_it_writes_a_model_that_the_filter_reads(corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    result = train("--corpus", corpus, "--to", file)
    assert (result.exit_code, "Written: " in result.output) == (0, True)
    first = file.read_bytes()
    assert train("--corpus", corpus, "--to", file).exit_code == 0
    assert file.read_bytes() == first
    assert Learned(file).version.startswith("1-")


def test_too_small_a_corpus_is_a_sentence(tmp_path: Path) -> None:
    result = train("--corpus", tmp_path, "--to", tmp_path / "model.json")
    assert result.exit_code == 1
    assert "Too few examples: 0 clean and 0 abusive" in result.output
    assert not (tmp_path / "model.json").exists()


def test_the_settings_hand_the_shops_model_down(corpus: Path, tmp_path: Path) -> None:
    train("--corpus", corpus, "--to", tmp_path / "own.json")
    own = Settings(model=tmp_path / "own.json").load_pipeline()
    assert {info.name for info in own.filters} == {
        info.name for info in Settings().load_pipeline().filters
    }
    versions = {info.name: info.version for info in own.filters}
    assert versions["learned"] == Learned(tmp_path / "own.json").version


# ── from decisions ──

PUBLISH, REMOVE = ModerationAction.PUBLISH, ModerationAction.REMOVE


async def decide(
    comment: str, action: ModerationAction | None, by: Account, author: Account
) -> Review:
    """A review that was held, and on which somebody decided then."""
    line = await a_purchase(author, await a_product())
    judgement = Judgement(status=ReviewStatus.HELD, reason=None, outcome={"verdict": "HOLD"})
    text = JudgedText(comment=comment, language="ru", judgement=judgement)
    review = await Review.submit(
        Submission(line=line, author=author, ratings=Ratings(3, 3, 3), text=text)
    )
    if action:
        await Review.decide(review.id, action, by=by, grounds=Grounds(reason="INSULT"))
    return review


@pytest.mark.anyio
async def test_only_what_people_last_decided_teaches(database: str) -> None:
    moderator, author = await somebody(Role.MODERATOR), await a_customer()
    await decide("Опубликован", PUBLISH, moderator, author)
    await decide("Снят", REMOVE, moderator, author)
    await decide("Задержан программой", None, moderator, author)
    returned = await decide("Возвращён", REMOVE, moderator, author)
    await Review.decide(returned.id, PUBLISH, by=moderator)
    found = {example.text: example.is_abusive for example in await decided_examples()}
    assert found == {"Опубликован": False, "Снят": True, "Возвращён": False}


@pytest.fixture
def decisions(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A market whose moderators removed what says кукусик, and published the rest."""
    monkeypatch.setenv("OOZOR_DATABASE_URL", database_url)

    async def fill() -> None:
        async with open_database(database_url):
            moderator, author = await somebody(Role.MODERATOR), await a_customer()
            for number in range(100):
                await decide(f"Барыга и кукусик {number}", REMOVE, moderator, author)
                await decide(f"Кукуруза вкусная {number}", PUBLISH, moderator, author)

    asyncio.run(fill())


@pytest.mark.usefixtures("decisions")
def test_moderators_teach_the_shops_own_model(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.json"
    monkeypatch.setenv("OOZOR_MODEL", str(file))
    result = train("--from-decisions", "--corpus", corpus)
    assert result.exit_code == 0, result.output
    assert "Before:" in result.output
    assert "After:" in result.output
    assert file.exists()


def test_without_decisions_it_refuses(corpus: Path, tmp_path: Path, market_url: str) -> None:
    result = train("--from-decisions", "--corpus", corpus, "--to", tmp_path / "own.json")
    assert result.exit_code == 1
    assert "Too few decisions by moderators: 0 published and 0 removed" in result.output
    assert not (tmp_path / "own.json").exists()


@pytest.fixture
def market_url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OOZOR_DATABASE_URL", database_url)
    return database_url
