"""The `oozor` commands: .venv/bin/python cli.py --help"""

import gc

if __name__ != "cli":  # it is not a test that reads this: the process is here for a command
    gc.disable()  # until it is ready. What it imports stays, and searching it takes long.

import asyncio
import csv
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import datetime
from enum import StrEnum
from functools import partial, wraps
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TextIO

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models import Account, Role
from models.account import allow_test_addresses, check_email
from models.database import (
    MIGRATION_SECONDS,
    STATEMENT_SECONDS,
    UNAVAILABLE,
    is_unavailable,
    migrate,
    open_database,
    pending_migrations,
)
from models.errors import DomainError
from models.photo_store import PhotoStore
from moderation import Draft, FilterError, Pipeline, detect_language, learning
from moderation.examples import CORPUS, Example, read_corpus
from moderation.filters import learned, meaning
from moderation.learning import CannotLearn
from moderation.ngrams import Ngrams
from resolvers import accounts, audit, copying, imports, lexicon, photos, ratings, repetition
from resolvers.copying import CannotCopy
from resolvers.demo import CannotGoOn, Market, is_made, make_demo, steps_of
from resolvers.imports import ImportReport, Kind
from resolvers.learning import decided_examples
from resolvers.replay import Reading, Span
from resolvers.replay import replay as read_again
from serving.tracing import CannotTrace, is_asked_for
from settings import Settings, read_settings, tell_problems, tell_strangers

P = ParamSpec("P")

LONGEST_REQUEST_SECONDS = 7  # when the server stops: with all else, it is gone within ten
KEEP_ALIVE_SECONDS = 75
START_SECONDS = 60
"""A worker that does not answer for so long is replaced; on a busy machine one starts slowly."""
OWN_MODEL = Path("var/ngrams.json")

console = Console(stderr=True)
commands = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Oozor Reviews. Settings are read from the environment and .env: see the README.",
)


lexicon_commands = typer.Typer(no_args_is_help=True)
commands.add_typer(lexicon_commands, name="lexicon", help="Take over or give out the lexicon.")

EXPECTED: tuple[type[Exception], ...] = (OSError, UnicodeDecodeError, *UNAVAILABLE)
"""What files and databases do to people who are not programmers."""


class Failure(Exception):
    """What a person should read instead of a traceback: what is wrong and what to do."""


TOLD = (Failure, FilterError, CannotCopy, CannotGoOn, CannotLearn, CannotTrace, DomainError)
"""What says the same of itself."""


Run = Callable[P, Coroutine[Any, Any, None]]


def command(
    name: str | None = None, of: typer.Typer = commands
) -> Callable[[Run[P]], Callable[P, None]]:
    """Makes an async function a command; expected failures end it with a sentence."""

    def make(run: Run[P]) -> Callable[P, None]:
        @wraps(run)
        def started(*args: P.args, **kwargs: P.kwargs) -> None:
            collect_from_now_on()
            with telling_failures():
                asyncio.run(run(*args, **kwargs))

        of.command(name)(started)
        return started

    return make


def collect_from_now_on() -> None:
    """All is imported: what comes now may be garbage one day."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@contextmanager
def telling_failures() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        for sentence in tell_problems(error):
            complain(sentence)
        raise typer.Exit(2) from error
    except TOLD as error:
        complain(str(error))
        raise typer.Exit(1) from error
    except EXPECTED as error:
        unavailable = is_unavailable(error) and not getattr(error, "filename", None)
        complain(f"The database does not answer: {error}" if unavailable else str(error))
        raise typer.Exit(1) from error


def complain(sentence: str) -> None:
    console.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)


@asynccontextmanager
async def database(*, at_head: bool = True) -> AsyncIterator[Settings]:
    """The database of the settings, its schema at head unless it is about to be brought there."""
    settings = read_settings()
    if not settings.in_production:
        allow_test_addresses()
    seconds = STATEMENT_SECONDS if at_head else MIGRATION_SECONDS
    async with open_database(
        settings.database_url, sessions=settings.database_session_url, statement_seconds=seconds
    ):
        if at_head and await pending_migrations():
            raise Failure("The database is not up to date. First run: cli.py migrate")
        yield settings


@asynccontextmanager
async def writing_decisions() -> AsyncIterator[Settings]:
    """The database, for a command that decides on reviews: the head of their chain is noted."""
    async with database() as settings:
        try:
            yield settings
        finally:
            await audit.note_head(settings.audit_anchor)


@asynccontextmanager
async def pipeline_of(settings: Settings) -> AsyncIterator[Pipeline]:
    pipeline = settings.load_pipeline()
    await pipeline.start()
    try:
        yield pipeline
    finally:
        await pipeline.close()


def photo_store_of(settings: Settings) -> PhotoStore:
    try:
        return PhotoStore.of(settings.photo_store)
    except OSError as error:
        raise Failure(f"OOZOR_PHOTO_STORE, {settings.photo_store}: {error}") from error


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error; call it with the number of steps done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=total)
        yield lambda steps: progress.advance(task, steps)


# ── running ──


@commands.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer requests.")] = 1,
) -> None:
    """Serve the API at OOZOR_HOST and OOZOR_PORT. Several workers want PostgreSQL, or patience."""
    # Here, since the other commands need neither GraphQL nor HTTP, and start in half the time.
    import uvicorn

    import app
    from schema.execution.websocket import MOST_MESSAGE
    from serving.metrics import shared_by_workers
    from serving.patience import PatientProtocol

    with telling_failures():
        settings = read_settings()
        for sentence in tell_strangers():
            complain(sentence)
        is_asked_for()
        pipeline = settings.load_pipeline()
        photo_store_of(settings)
        asyncio.run(_require_head())
    collect_from_now_on()
    console.print(f"Oozor Reviews: http://{settings.host}:{settings.port}/graphql", markup=False)
    with shared_by_workers() if workers > 1 else nullcontext():
        uvicorn.run(
            "app:serve" if workers > 1 else partial(app.serve, pipeline),
            factory=True,
            host=settings.host,
            port=settings.port,
            http=PatientProtocol,
            workers=workers,
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,  # uvicorn would believe whoever asks from this machine
            ws_max_size=MOST_MESSAGE,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=LONGEST_REQUEST_SECONDS,
            timeout_worker_healthcheck=START_SECONDS,
        )


async def _require_head() -> None:
    async with database():
        pass


@command("migrate")
async def migrate_() -> None:
    """Bring the database to the newest schema. Safe to run from several machines at once."""
    async with database(at_head=False) as settings:
        applied = await migrate()
        await audit.note_head(settings.audit_anchor)
    console.print(f"Applied: {', '.join(applied)}" if applied else "Nothing to apply.")


@command()
async def demo(
    products: Annotated[int | None, typer.Option(min=1, help="How many products.")] = None,
    reviews: Annotated[int | None, typer.Option(min=0, help="How many reviews.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed shuffles otherwise.")] = 1,
) -> None:
    """Fill the market with a Russian catalogue, reviews with photos, and accounts. Once."""
    market = Market(products=products, reviews=reviews, seed=seed)
    async with writing_decisions() as settings, pipeline_of(settings) as pipeline:
        if await is_made():
            console.print("The demo is here already.")
            return
        photo_store = photo_store_of(settings)
        with progress_bar("Demo", steps_of(market)) as advance:
            await make_demo(market, pipeline, photo_store=photo_store, progress=advance)
    console.print("Sign in as customer@, seller@, moderator@, moderator2@ or admin@oozor.test,")
    console.print("password oozor-demo.")


@command()
async def create_user(
    email: Annotated[str, typer.Option(help="The address to sign in with.")],
    password: Annotated[str, typer.Option(help="8 to 256 characters.")],
    role: Annotated[str, typer.Option(help="customer, seller, moderator or administrator.")],
    name: Annotated[str | None, typer.Option(help="Shown to others; else the role.")] = None,
) -> None:
    """Register somebody with a role, or give the role to who is registered already.

    A password that somebody has stays as it is; who was imported has none yet.
    """
    wanted = read_role(role)
    async with database():
        account, has_this_password = await accounts.create_user(
            email=email, password=password, display_name=name or wanted.title(), role=wanted
        )
    console.print(f"{account.email}: {', '.join(account.roles)}", markup=False)
    if not has_this_password:
        console.print("The password was left as it is.")


def read_role(text: str) -> Role:
    """The role, named in any case."""
    try:
        return Role(text.strip().upper())
    except ValueError as error:
        raise Failure(f"No such role: {text}. Take one of {', '.join(Role).lower()}.") from error


# ── taking over and giving out ──


@command("import")
async def import_(
    what: Annotated[Kind, typer.Argument(help="Products first, then orders, then reviews.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSONL or CSV.")],
    seller: Annotated[
        str | None, typer.Option(help="E-mail of the seller of stores that are opened.")
    ] = None,
) -> None:
    """Take over a shop's export. Again with the same file changes nothing.

    Bad rows are named with their line and left out, and the exit code is then 1; the rest is kept.
    Reviews pass moderation: what it would reject is kept for a moderator.
    """
    total = sum(1 for _ in read_rows(file))
    async with writing_decisions() as settings, pipeline_of(settings) as pipeline:
        await lexicon.bring_up_to_date(pipeline)
        owner = await find_seller(seller)
        with progress_bar(f"Importing {what}", total) as advance:
            report = await imports.import_rows(
                what,
                read_rows(file),
                pipeline=pipeline,
                seller=owner,
                progress=lambda: advance(1),
            )
        await ratings.refresh_site_mean()
    tell(report, file)


def tell(report: ImportReport, file: Path) -> None:
    """What became of the file; the exit code is 1 if a row was left out."""
    for bad in report.bad:
        complain(f"{file}:{bad.line}: {bad.reason}")
    print(f"{report.new} new, {report.known} known, {len(report.bad)} bad")  # noqa: T201
    if report.bad:
        raise typer.Exit(1)


async def find_seller(email: str | None) -> Account | None:
    if email is None:
        return None
    if account := await Account.get_or_none(email=check_email("--seller", email)):
        return account
    raise Failure(f"Nobody is registered as {email}. First run: cli.py create-user --role seller")


def read_rows(file: Path) -> Iterator[tuple[int, dict[str, Any] | ValueError]]:
    """Each row with its line number; a line that cannot be read comes as the error."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        yield from _csv_rows(lines) if file.suffix.lower() == ".csv" else _json_rows(lines)


def _json_rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | ValueError]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _object(line)


def _object(text: str) -> dict[str, Any] | ValueError:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        return ValueError(f"not JSON: {error}")
    return row if isinstance(row, dict) else ValueError("not a JSON object")


def _csv_rows(lines: TextIO) -> Iterator[tuple[int, dict[str, Any] | ValueError]]:
    reader = csv.DictReader(lines)
    while True:
        try:
            yield reader.line_num, _given(next(reader))
        except StopIteration:
            return
        except (ValueError, csv.Error) as error:
            yield reader.line_num, ValueError(f"not CSV: {error}")


def _given(row: dict[str, Any]) -> dict[str, Any]:
    """The row's values: an empty one is missing, and an order's lines are JSON."""
    given = {name: value for name, value in row.items() if value and name}
    if "lines" in given:
        given["lines"] = json.loads(given["lines"])
    return given


class Exported(StrEnum):
    """What can be exported."""

    REVIEWS = "reviews"


@command()
async def export(
    what: Annotated[Exported, typer.Argument(help="What to export.")],
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="JSONL or CSV; else JSONL on output.")
    ] = None,
) -> None:
    """Write all reviews, in every state, in the form that import takes."""
    async with database():
        with output(file) as write:
            async for row in imports.export_reviews():
                write(row)


@contextmanager
def output(file: Path | None) -> Iterator[Callable[[dict[str, Any]], object]]:
    """Writes rows to the file, or to standard output; a file stands there whole or not at all."""
    if file is None:
        yield lambda row: print(json.dumps(row, ensure_ascii=False))  # noqa: T201
        return
    unfinished = file.with_name(file.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            yield _csv_writer(stream) if file.suffix.lower() == ".csv" else _json_writer(stream)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _json_writer(stream: TextIO) -> Callable[[dict[str, Any]], object]:
    return lambda row: stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _csv_writer(stream: TextIO) -> Callable[[dict[str, Any]], object]:
    writer: list[csv.DictWriter[str]] = []

    def write(row: dict[str, Any]) -> None:
        if not writer:
            writer.append(csv.DictWriter(stream, list(row)))
            writer[0].writeheader()
        writer[0].writerow(row)

    return write


@command("import", lexicon_commands)
async def import_lexicon(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSONL or CSV.")],
) -> None:
    """List terms: rows of list (BANNED, SUSPECT, ALLOWED), term, language (ru, en), reason if any.

    Again with the same file changes nothing. Bad rows are named with their line and left out, and
    the exit code is then 1; the rest is kept. In force on running servers within a second.
    """
    total = sum(1 for _ in read_rows(file))
    async with database():
        with progress_bar("Importing the lexicon", total) as advance:
            report = await lexicon.import_lexicon(read_rows(file), progress=lambda: advance(1))
    tell(report, file)


@command("export", lexicon_commands)
async def export_lexicon(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="JSONL or CSV; else JSONL on output.")
    ] = None,
) -> None:
    """Write the whole lexicon in the form that import takes."""
    async with database():
        with output(file) as write:
            async for row in lexicon.export_lexicon():
                write(row)


@command()
async def moderate() -> None:
    """Say of each text what moderation says of it. Needs no database.

    Standard input: JSON lines {"id": …, "text": …}. Standard output, in the same order: the same
    with "verdict" and "findings".
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # lone surrogates, as JSON writes them
    async with pipeline_of(read_settings()) as pipeline:
        for line in sys.stdin:
            if line.strip():
                answer = await _moderate(pipeline, line)
                print(json.dumps(answer, ensure_ascii=False), flush=True)  # noqa: T201


async def _moderate(pipeline: Pipeline, line: str) -> dict[str, Any]:
    row = _object(line)
    if isinstance(row, ValueError):
        return {"error": str(row)}
    text = row.get("text")
    if not isinstance(text, str):
        return {**row, "error": "text is missing"}
    outcome = await pipeline.run(Draft(comment=text, language=detect_language(text)))
    told = outcome.to_json()
    return {**row, "verdict": told["verdict"], "findings": told["findings"]}


class Model(StrEnum):
    """What can be learned."""

    NGRAMS = "ngrams"
    MEANING = "meaning"


@command()
async def train(
    what: Annotated[Model, typer.Argument(help="Which model.")] = Model.NGRAMS,
    from_decisions: Annotated[
        bool, typer.Option("--from-decisions", help="Learn on from this shop's moderators.")
    ] = False,
    corpus: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Where the examples are.")
    ] = CORPUS,
    to: Annotated[Path | None, typer.Option(dir_okay=False, help="The file to write.")] = None,
) -> None:
    """Learn from the corpus what moderation's filters `learned` and `meaning` judge by.

    With --from-decisions, `learned` learns from the corpus and from what moderators published or
    removed, and is written to OOZOR_MODEL, which the next start of the server uses. The exit code
    is 1 where there are too few decisions, or where it got worse.
    """
    examples = read_corpus(corpus)
    if from_decisions:
        await _learn_on(what, examples, to)
    elif what is Model.NGRAMS:
        with progress_bar("Learning", learning.STEPS) as advance:
            _write(to or learned.SHIPPED, learning.learn_ngrams(examples, advance).written())
    else:
        with progress_bar("Learning", learning.STEPS + len(examples)) as advance:
            _write(to or meaning.SHIPPED, learning.learn_meaning(examples, advance).written())


async def _learn_on(what: Model, examples: list[Example], to: Path | None) -> None:
    if what is not Model.NGRAMS:
        raise Failure("Only ngrams learns from decisions.")
    async with database() as settings:
        decided = await decided_examples()
    file = settings.model or OWN_MODEL
    now, _ = Ngrams.load(file if file.exists() else learned.SHIPPED)
    with progress_bar("Learning", learning.STEPS) as advance:
        lesson = learning.learn_on(examples, decided, now, advance)
    console.print(f"Before: {lesson.before}.\nAfter: {lesson.after}.", markup=False)
    _write(to or file, lesson.model.written())
    if settings.model is None:
        console.print(f"To use it, set OOZOR_MODEL={to or file} and restart.", markup=False)


def _write(file: Path, text: str) -> None:
    """A file that is there whole or not at all."""
    unfinished = file.with_name(file.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)
    console.print(f"Written: {file}", markup=False, soft_wrap=True)


@command()
async def replay(
    since: Annotated[datetime, typer.Option("--from", help="Reviews from then on (UTC).")],
    until: Annotated[datetime, typer.Option("--to", help="And before then (UTC).")],
    apply: Annotated[bool, typer.Option("--apply", help="Hold what would be stopped now.")] = False,
) -> None:
    """Say of past reviews what moderation would say of them today. Changes nothing by itself.

    Standard output: a JSON line for each review of which something else would be said. With
    --apply, those that are published and would be stopped are held for a moderator, but not what a
    person has decided on. It may be broken off and run again: what is held then stays held.
    """
    span, examined, held = Span.of(since, until), 0, 0
    async with writing_decisions() as settings, pipeline_of(settings) as pipeline:
        await lexicon.bring_up_to_date(pipeline)
        total = await span.reviews.count()
        with progress_bar("Reading again", total) as advance:
            async for batch, _ in read_again(pipeline, span, apply=apply, most=total):
                for reading in batch:
                    tell_change(reading)
                advance(len(batch))
                examined, held = examined + len(batch), held + sum(r.held for r in batch)
    console.print(f"{examined} examined, {held} held", highlight=False)


def tell_change(reading: Reading) -> None:
    if reading.is_changed:
        then, now = reading.then.to_json(), reading.now.to_json()
        row = {
            "id": str(reading.review.id),
            "before": then["verdict"],
            "after": now["verdict"],
            "held": reading.held,
            "findings": now["findings"],
        }
        print(json.dumps(row, ensure_ascii=False))  # noqa: T201


@command()
async def verify_ratings() -> None:
    """Recount every rating summary from its reviews, and mend the wrong ones."""
    async with database():
        with progress_bar("Recounting", await ratings.number_of_summaries()) as advance:
            found = await ratings.recount(advance)
    print(f"{found.examined} examined, {found.mended} mended")  # noqa: T201


@command()
async def verify_audit(
    anchor: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A copy; else OOZOR_AUDIT_ANCHOR."),
    ] = None,
) -> None:
    """Verify that no decision was changed, deleted, inserted or moved. Changes nothing.

    What is wrong is told, each in a sentence, and the exit code is then 1. It may run beside
    servers.
    """
    wrong = 0
    async with database() as settings:
        steps = await audit.steps_to_verify()
        with progress_bar("Verifying", steps) as advance:
            async for problem in audit.verify(anchor or settings.audit_anchor, advance):
                complain(problem)
                wrong += 1
    print(f"{steps} examined, {wrong} wrong")  # noqa: T201
    if wrong:
        raise typer.Exit(1)


@command()
async def copy_database(
    source: Annotated[str, typer.Argument(metavar="FROM", help="As in OOZOR_DATABASE_URL.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Likewise; without any rows.")],
) -> None:
    """Copy a whole market into another database, from SQLite to PostgreSQL or back, and verify it.

    TO is brought to the newest schema. It gets all or nothing. FROM is only read, as it is at one
    moment: what servers write into it later is not in the copy. What callers have used of their
    limits is counted anew. Files of photos stay where they are. The exit code is 1 when nothing was
    copied, or when something is wrong with the copy.
    """
    copy = await copying.copy_database(source, target, bar=progress_bar)
    for table, number in copy.rows.items():
        if number:
            print(f"{table:24}{number:>12}")  # noqa: T201
    print(f"{sum(copy.rows.values())} rows copied, {len(copy.wrong)} wrong")  # noqa: T201
    for problem in copy.wrong:
        complain(problem)
    console.print("Photos: their files were not copied. They stay in OOZOR_PHOTO_STORE.")
    if copy.wrong:
        raise typer.Exit(1)


@command()
async def renew_bands() -> None:
    """Make anew what repeated texts are found by. Once after an upgrade that says so."""
    async with database():
        with progress_bar("Reading", await repetition.number_of_reviews()) as advance:
            await repetition.renew_bands(advance)


@command()
async def remove_orphan_photos() -> None:
    """Remove photos that were uploaded a day ago for a review that never came, and their files.

    The server does it by itself every ten minutes: run this where no server runs, or to see how
    much is left to do. What belongs to a review stays, removed reviews too. It may run at any time,
    also beside uploads, and be broken off and run again.
    """
    async with database() as settings:
        removed, files = await photos.remove_orphan_photos(photo_store_of(settings))
    print(f"{removed} photos and {files} files removed")  # noqa: T201


@commands.command()
def print_schema() -> None:
    """Print the GraphQL schema, as it is committed in schema/schema.graphql."""
    from schema import schema

    print(schema.as_str())  # noqa: T201


if __name__ == "__main__":
    commands()
