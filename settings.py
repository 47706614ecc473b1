"""Every setting, read once from the environment and from .env, as the README's table says."""

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.database import database_config, is_postgres
from models.decision import APPEAL_DAYS
from models.dispute import DISPUTE_DAYS
from models.order_problem import ESCALATION_HOURS
from models.photo_store import check_place
from moderation import DEFAULT_FILTERS, Filter, Pipeline, load
from moderation.filters.elsewhere import Elsewhere, Unreachable, check_url, is_private, key_of
from moderation.filters.learned import Learned
from serving.origin import check_origin

LEARNED = "moderation.filters.learned:Learned"
PREFIX = "OOZOR_"
LEAST_TOKEN = 16
DEFAULT_SECRET = "development-secret"  # noqa: S105  a production start refuses it


class Environment(StrEnum):
    """Where the service runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Each field is the environment variable OOZOR_<NAME>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    environment: Environment = Field(
        default=Environment.DEVELOPMENT, description="`development` or `production`"
    )
    database_url: str = Field(
        default="sqlite://var/oozor.sqlite3",
        description="`sqlite://path` or `postgres://user:password@host:port/name`",
    )
    database_replica_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="addresses of read replicas of a PostgreSQL, with commas or spaces",
    )
    database_session_url: str = Field(
        default="",
        description="another address of a PostgreSQL, past a PgBouncer that pools transactions",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(),
        description="addresses and networks of your own proxies, with commas, whose "
        "X-Forwarded-For is believed",
    )
    rate_limits: bool = Field(
        default=True, description="`on`, or `off` for demonstrations and tests of load"
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="sites whose pages may call the API from a browser, with commas"
    )
    graphiql: bool = Field(default=True, description="`on`, or `off`: no page for exploring")
    introspection: bool = Field(
        default=True, description="`on`, or `off`: the schema is not told, nor suggestions from it"
    )
    documents: Path | None = Field(
        default=None, description="a folder of documents that are registered by their SHA-256"
    )
    only_registered_documents: bool = Field(
        default=False, description="`on`: any other document is refused"
    )
    secret_key: str = Field(
        default=DEFAULT_SECRET, description="a secret of your own; production refuses the default"
    )
    photo_store: str = Field(
        default="var/photos",
        description="where photos are kept: a directory, or `s3://bucket/prefix`",
    )
    audit_anchor: Path = Field(
        default=Path("var/audit-anchor.jsonl"),
        description="the file in which it is noted where the chain of decisions is",
    )
    moderation_filters: Annotated[tuple[str, ...], NoDecode] = Field(
        default=tuple(DEFAULT_FILTERS),
        min_length=1,
        description="dotted paths of the filters, in order, with commas",
    )
    model: Path | None = Field(
        default=None, description="a model of your own, written by `train --from-decisions`"
    )
    elsewhere_url: str = Field(
        default="", description="address of a service of your own that judges texts as well"
    )
    elsewhere_secret: str = Field(default="", description="what requests to it are signed with")
    elsewhere_timeout: float = Field(
        default=2.0, ge=0.05, le=30, description="seconds within which it must have answered"
    )
    elsewhere_unreachable: Unreachable = Field(
        default=Unreachable.HOLD, description="what its silence means: `hold` or `pass`"
    )
    appeal_days: int = Field(
        default=APPEAL_DAYS,
        ge=1,
        le=3650,
        description="days within which a decision can be appealed",
    )
    dispute_days: int = Field(
        default=DISPUTE_DAYS,
        ge=0,
        le=365,
        description="days that an author has for an answer to a dispute",
    )
    escalation_hours: int = Field(
        default=ESCALATION_HOURS,
        ge=0,
        le=8760,
        description="hours that a seller has before a problem with order can be escalated",
    )
    metrics_token: str = Field(
        default="", description="what /metrics asks for; none, it answers this machine only"
    )
    support_contact: str = Field(
        default="support@oozor.test", description="where people write to the administration"
    )

    @field_validator("allowed_origins", "moderation_filters", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("database_replica_urls", mode="before")
    @classmethod
    def _split_addresses(cls, value: Any) -> Any:
        return tuple(re.findall(r"[^\s,]+", value)) if isinstance(value, str) else value

    @field_validator("metrics_token")
    @classmethod
    def _cannot_be_guessed(cls, value: str) -> str:
        if value and len(value) < LEAST_TOKEN:
            raise ValueError(f"must have at least {LEAST_TOKEN} characters")
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(check_origin, value))

    @field_validator("documents")
    @classmethod
    def _can_be_read(cls, value: Path | None) -> Path | None:
        if value:
            from schema.execution.registry import read_registry  # slow to import

            read_registry(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _understood(cls, value: str) -> str:
        database_config(value)
        return value

    @field_validator("database_replica_urls")
    @classmethod
    def _are_understood(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value:
            database_config(value[0], replicas=value)
        return value

    @field_validator("database_session_url")
    @classmethod
    def _is_understood(cls, value: str) -> str:
        if value:
            database_config(value, sessions=value)
        return value

    @field_validator("photo_store")
    @classmethod
    def _can_keep_photos(cls, value: str) -> str:
        check_place(value)
        return value

    @field_validator("elsewhere_url")
    @classmethod
    def _can_be_asked(cls, value: str) -> str:
        if value:
            check_url(value)
        return value

    @model_validator(mode="after")
    def _asks_elsewhere_safely(self) -> "Settings":
        if not self.elsewhere_url:
            return self
        try:
            key_of(self.elsewhere_secret)
        except ValueError as error:
            raise ValueError(f"OOZOR_ELSEWHERE_SECRET {error}") from None
        if self.in_production and not is_private(self.elsewhere_url):
            raise ValueError("OOZOR_ELSEWHERE_URL must be https: comments go there, unencrypted")
        return self

    @model_validator(mode="after")
    def _has_one_kind_of_database(self) -> "Settings":
        others = self.database_replica_urls or self.database_session_url
        if others and not is_postgres(self.database_url):
            raise ValueError(
                "OOZOR_DATABASE_REPLICA_URLS and OOZOR_DATABASE_SESSION_URL ask for a PostgreSQL "
                "in OOZOR_DATABASE_URL"
            )
        return self

    @model_validator(mode="after")
    def _own_secret_in_production(self) -> "Settings":
        if self.in_production and self.secret_key == DEFAULT_SECRET:
            raise ValueError("OOZOR_SECRET_KEY must be set to a secret of your own in production")
        return self

    @model_validator(mode="after")
    def _has_documents_if_no_others(self) -> "Settings":
        if self.only_registered_documents and not self.documents:
            raise ValueError("OOZOR_ONLY_REGISTERED_DOCUMENTS asks for OOZOR_DOCUMENTS")
        return self

    @property
    def in_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def shows_graphiql(self) -> bool:
        """The page can do nothing where it may not ask for the schema."""
        return self.graphiql and self.introspection and not self.only_registered_documents

    def load_pipeline(self) -> Pipeline:
        """The filters that are named, and the one elsewhere. Raises FilterError.

        With a model of the shop's own, the filter that has learned is made with that.
        """
        if self.model is None or LEARNED not in self.moderation_filters:
            return load(self.moderation_filters, self._elsewhere())
        others = [path for path in self.moderation_filters if path != LEARNED]
        return load(others, [Learned(self.model), *self._elsewhere()])

    def _elsewhere(self) -> list[Filter]:
        if not self.elsewhere_url:
            return []
        return [
            Elsewhere(
                self.elsewhere_url,
                self.elsewhere_secret,
                pseudonym_key=self.secret_key,
                deadline=self.elsewhere_timeout,
                unreachable=self.elsewhere_unreachable,
            )
        ]


@cache
def read_settings() -> Settings:
    """The settings of this process. Raises pydantic.ValidationError, which names each wrong one."""
    return Settings()


def tell_problems(error: ValidationError) -> Iterator[str]:
    """A sentence for each wrong setting: what is wrong with it, and what it should be."""
    for problem in error.errors():
        message = problem["msg"].removeprefix("Value error, ")
        if problem["loc"]:
            field = str(problem["loc"][0])
            meaning = Settings.model_fields[field].description
            message = f"{variable(field)} {message}. It is: {meaning}."
        yield message


def tell_strangers() -> Iterator[str]:
    """A sentence for each variable that looks like a setting and is none."""
    known = [variable(field) for field in Settings.model_fields]
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    for name in sorted(name for name in given if name.startswith(PREFIX)):
        if name not in known:
            nearest = get_close_matches(name, known, n=1)
            hint = f"Did you mean {nearest[0]}?" if nearest else "The README lists all settings."
            yield f"{name} is no setting, and does nothing. {hint}"


def variable(field: str) -> str:
    return f"{PREFIX}{field.upper()}"


def __getattr__(name: str) -> Any:
    """TORTOISE_ORM, which Tortoise's own command line asks for (`make migration`)."""
    if name == "TORTOISE_ORM":
        return database_config(read_settings().database_url)
    raise AttributeError(name)
