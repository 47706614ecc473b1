"""Settings are validated at the start, each wrong one is named with what it should be."""

from pathlib import Path

import pytest
from check_lock import LEAST, check
from pydantic import ValidationError
from typer.testing import CliRunner

from cli import commands
from settings import Settings, read_settings, tell_problems, tell_strangers

WRONG = {
    "environment": "moon",
    "database_url": "mysql://nowhere",
    "database_replica_urls": "sqlite://copy.sqlite3",
    "database_session_url": "sqlite://other.sqlite3",
    "port": "70000",
    "allowed_origins": "https://a.example,*",
    "photo_store": "s3://",
    "moderation_filters": ",",
    "elsewhere_url": "judge:80",
    "elsewhere_timeout": "soon",
    "elsewhere_unreachable": "guess",
    "appeal_days": "0",
    "dispute_days": "366",
    "escalation_hours": "-1",
    "metrics_token": "short",
}


@pytest.fixture(autouse=True)
def _nothing_else_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # so that no .env is read


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_setting_is_named_with_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setenv(f"OOZOR_{field.upper()}", WRONG[field])
    with pytest.raises(ValidationError) as error:
        Settings()
    (sentence,) = tell_problems(error.value)
    assert sentence.startswith(f"OOZOR_{field.upper()} ")
    assert sentence.endswith(f"It is: {Settings.model_fields[field].description}.")


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for field, value in WRONG.items():
        monkeypatch.setenv(f"OOZOR_{field.upper()}", value)
    with pytest.raises(ValidationError) as error:
        Settings()
    assert len(list(tell_problems(error.value))) == len(WRONG)


def test_what_is_wrong_is_told_without_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OOZOR_DATABASE_URL", "mysql://anna:planted@nowhere/market")
    monkeypatch.setenv("OOZOR_DATABASE_REPLICA_URLS", "postgres://anna:planted/x@nowhere/market")
    monkeypatch.setenv("OOZOR_METRICS_TOKEN", "planted")
    with pytest.raises(ValidationError) as error:
        Settings()
    assert "planted" not in "".join(tell_problems(error.value))


def test_replicas_are_told_apart_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = (f"postgres://{name}/market" for name in ("one", "two", "three"))
    monkeypatch.setenv("OOZOR_DATABASE_URL", "postgres://primary/market")
    monkeypatch.setenv("OOZOR_DATABASE_REPLICA_URLS", f" {one}, {two}\n{three},")
    assert Settings().database_replica_urls == (one, two, three)


@pytest.mark.parametrize("name", ["OOZOR_DATABASE_REPLICA_URLS", "OOZOR_DATABASE_SESSION_URL"])
def test_a_sqlite_file_has_one_address(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "postgres://u:planted@nowhere/market")
    with pytest.raises(ValidationError) as error:
        Settings()
    (sentence,) = tell_problems(error.value)
    assert name in sentence
    assert "planted" not in sentence


def test_a_variable_that_is_no_setting_is_told_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OOZOR_ALLOWED_ORIGIN", "https://shop.example")
    (tmp_path / ".env").write_text("oozor_hots=0.0.0.0\nOOZOR_XYZZY=1\nOTHER=2\n")
    assert list(tell_strangers()) == [
        "OOZOR_ALLOWED_ORIGIN is no setting, and does nothing. Did you mean OOZOR_ALLOWED_ORIGINS?",
        "OOZOR_HOTS is no setting, and does nothing. Did you mean OOZOR_HOST?",
        "OOZOR_XYZZY is no setting, and does nothing. The README lists all settings.",
    ]


def test_the_server_tells_it_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OOZOR_HOTS", "0.0.0.0")
    monkeypatch.setenv("OOZOR_MODERATION_FILTERS", "nowhere:Nothing")  # and so it does not start
    read_settings.cache_clear()
    result = CliRunner().invoke(commands, ["serve"])
    read_settings.cache_clear()
    assert "Did you mean OOZOR_HOST?" in result.stderr


# ── locks ──


def test_a_lock_with_a_known_fault_is_refused() -> None:
    whole = "starlette==1.0.0 \\\n    --hash=sha256:00\n    # via -r requirements.in\n"
    assert list(check(whole)) == []
    (old,) = check(whole.replace("1.0.0", "0.49.0"))
    assert old == f"starlette 0.49.0 is older than 0.49.1: {LEAST['starlette'][1]}"
    (bare,) = check("Pillow==13.0 ; sys_platform == 'x'\n" + whole)
    assert bare == "pillow has no hash"
    (named,) = check("--index-url https://registry.example/simple\n" + whole)
    assert "registry.example" in named
