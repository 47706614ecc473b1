"""Every setting, read once from the environment and from .env, as the README's table says."""

from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.database import database_config
from moderation import DEFAULT_FILTERS

DEFAULT_SECRET = "development-secret"  # noqa: S105  a production start refuses it


class Environment(StrEnum):
    """Where the service runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Each field is the environment variable OOZOR_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="OOZOR_", env_file=".env", extra="ignore")

    environment: Environment = Field(
        default=Environment.DEVELOPMENT, description="`development` or `production`"
    )
    database_url: str = Field(
        default="sqlite://var/oozor.sqlite3",
        description="`sqlite://path` or `postgres://user:password@host:port/name`",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    secret_key: str = Field(
        default=DEFAULT_SECRET, description="a secret of your own; production refuses the default"
    )
    moderation_filters: Annotated[tuple[str, ...], NoDecode] = Field(
        default=tuple(DEFAULT_FILTERS),
        min_length=1,
        description="dotted paths of the filters, in order, with commas",
    )
    support_contact: str = Field(
        default="support@oozor.test", description="where people write to the administration"
    )

    @field_validator("moderation_filters", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(path.strip() for path in value.split(",") if path.strip())
        return value

    @field_validator("database_url")
    @classmethod
    def _understood(cls, value: str) -> str:
        database_config(value)
        return value

    @model_validator(mode="after")
    def _own_secret_in_production(self) -> "Settings":
        if self.in_production and self.secret_key == DEFAULT_SECRET:
            raise ValueError("OOZOR_SECRET_KEY must be set to a secret of your own in production")
        return self

    @property
    def in_production(self) -> bool:
        return self.environment is Environment.PRODUCTION


@cache
def read_settings() -> Settings:
    """The settings of this process. Raises pydantic.ValidationError, which names each wrong one."""
    return Settings()


def __getattr__(name: str) -> Any:
    """TORTOISE_ORM, which Tortoise's own command line asks for (`make migration`)."""
    if name == "TORTOISE_ORM":
        return database_config(read_settings().database_url)
    raise AttributeError(name)
