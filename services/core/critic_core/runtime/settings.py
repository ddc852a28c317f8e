"""Settings come from the environment, prefix `CRITIC_`; a secret may come from a file named by `CRITIC_<NAME>_FILE`.

One class per service inherits what it needs from here. Every field is described: `.env.example` and the table in
docs/operations.md are generated from the descriptions.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

DEVELOPMENT_REDIS_PASSWORD = "photo-critic"  # noqa: S105 - the known default, refused in production
SHORTEST_PASSWORD = 16
"""In production, characters: what people think up is shorter, what `openssl rand` makes is longer."""
MEGA = 1_000_000


class Environment(StrEnum):
    """Where the process runs; production refuses unsafe values."""

    development = "development"
    production = "production"


class SecretFileSource(EnvSettingsSource):
    """Reads `CRITIC_X` from the file that `CRITIC_X_FILE` names (Docker and Kubernetes secrets)."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The stripped text of the named file; one that is empty or cannot be read is an error, no silent default."""
        name = f"{self.env_prefix}{field_name}_FILE".upper()
        if not (path := os.environ.get(name)):
            return None, field_name, False
        text = Path(path).read_text(encoding="utf-8").strip()
        if not text:
            raise ValueError(f"the file that {name} names is empty")
        return text, field_name, False


class CriticSettings(BaseSettings):
    """What every service knows about itself."""

    model_config = SettingsConfigDict(
        env_prefix="CRITIC_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        protected_namespaces=(),
        hide_input_in_errors=True,  # a refused setting may be a mistyped secret
    )

    environment: Environment = Field(
        default=Environment.development,
        description="development or production. Production refuses default passwords and needs API keys.",
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: str = Field(
        default="json", pattern="^(json|console)$", description="json for machines, console for people."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then `*_FILE`."""
        return init_settings, env_settings, SecretFileSource(settings_cls)


class QueueSettings(CriticSettings):
    """Where photos wait and where their answers are kept."""

    redis_password: SecretStr = Field(
        default=SecretStr(""),
        description="Password of Redis where CRITIC_REDIS_URL has none, so that it can come from a file of its own.",
    )
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        description="Redis for the queue and the job store; must run with noeviction and, to lose nothing, with AOF.",
        validate_default=True,
    )
    storage_url: str = Field(
        default="file://.photo-critic/storage",
        description="Where uploaded photos lie: a folder (file://…) or a bucket (s3://bucket/prefix).",
    )
    photo_ttl_seconds: int = Field(
        default=24 * 3600, ge=60, description="After this long a photo and everything about it is forgotten."
    )
    task_time_limit_seconds: int = Field(
        default=60, ge=5, description="A photo that takes a worker longer than this is stopped."
    )
    visibility_timeout_seconds: int = Field(
        default=300,
        ge=60,
        description="A photo whose worker vanished is given to another one after this long; far above the time limit.",
    )
    max_deliveries: int = Field(
        default=3, ge=1, description="A photo that brought down its worker this often is set aside as poison."
    )

    @field_validator("redis_url")
    @classmethod
    def _with_password(cls, url: str, info: ValidationInfo) -> str:
        password, address = info.data.get("redis_password", SecretStr("")).get_secret_value(), urlsplit(url)
        if not password or address.password is not None or not address.hostname:
            return url
        netloc = f"{address.username or ''}:{quote(password, safe='')}@{address.netloc.rpartition('@')[2]}"
        return urlunsplit(address._replace(netloc=netloc))

    @model_validator(mode="after")
    def _timeouts_apart(self) -> Self:
        if self.visibility_timeout_seconds < 2 * self.task_time_limit_seconds:
            raise ValueError(
                "CRITIC_VISIBILITY_TIMEOUT_SECONDS must be at least twice CRITIC_TASK_TIME_LIMIT_SECONDS: "
                "otherwise a photo that is still being worked on is handed out a second time"
            )
        return self

    @model_validator(mode="after")
    def _no_weak_password_in_production(self) -> Self:
        if self.environment is not Environment.production:
            return self
        password = urlsplit(self.redis_url).password
        if not password:
            raise ValueError("CRITIC_REDIS_PASSWORD (or its file, or CRITIC_REDIS_URL) is empty: production needs it")
        if password == DEVELOPMENT_REDIS_PASSWORD:
            raise ValueError("CRITIC_REDIS_PASSWORD (or its file, or CRITIC_REDIS_URL) is the default password")
        if len(password) < SHORTEST_PASSWORD:
            raise ValueError(f"CRITIC_REDIS_PASSWORD (or its file) must have at least {SHORTEST_PASSWORD} characters")
        return self


class PhotoLimits(CriticSettings):
    """The largest photo taken."""

    max_photo_bytes: int = Field(default=64 * MEGA, ge=1, description="Largest file taken, bytes.")
    max_photo_pixels: int = Field(
        default=100 * MEGA, ge=1, description="Most pixels taken; read from the header, before anything is decoded."
    )
