"""Settings from environment variables with the prefix `CRITIC_`; secrets also from files (`CRITIC_<NAME>_FILE`).

The settings of a service inherit from these classes. `.env.example` and the list in docs/operations.md are generated
from the descriptions of the fields.
"""

import os
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from critic_core.contracts.photo_limits import MAX_BYTES, MAX_PIXELS

DEVELOPMENT_REDIS_PASSWORD = "photo-critic"  # noqa: S105 - the known default, refused in production
SHORTEST_PASSWORD = 16
"""Characters, in production: enough for random passwords (`openssl rand`), too long for most invented passwords."""
MEGA = 1_000_000


def split_list(value: object) -> object:
    """The parts of a comma-separated text; other values as they are."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(split_list)]
"""Comma-separated networks, such as 10.1.0.0/16."""


class Environment(StrEnum):
    """The environment of the process; production rejects insecure settings."""

    development = "development"
    production = "production"


class SecretFileSource(EnvSettingsSource):
    """Reads `CRITIC_X` from the file `CRITIC_X_FILE` (Docker and Kubernetes secrets)."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The stripped text of the file. An empty or unreadable file is an error."""
        name = f"{self.env_prefix}{field_name}_FILE".upper()
        if not (path := os.environ.get(name)):
            return None, field_name, False
        text = Path(path).read_text(encoding="utf-8").strip()
        if not text:
            raise ValueError(f"the file that {name} names is empty")
        return text, field_name, False


class CriticSettings(BaseSettings):
    """Settings of all services."""

    model_config = SettingsConfigDict(
        env_prefix="CRITIC_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        protected_namespaces=(),
        hide_input_in_errors=True,  # an invalid setting may be a mistyped secret
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
    """Redis, storage and processing limits of photos."""

    redis_password: SecretStr = Field(
        default=SecretStr(""),
        description="Password of Redis, if CRITIC_REDIS_URL has none; allows a secret file.",
    )
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        description="Redis of the queue and the job store. Needs the policy noeviction, and AOF for durability.",
        validate_default=True,
    )
    storage_url: str = Field(
        default="file://.photo-critic/storage",
        description="Storage of uploaded photos: a folder (file://…) or a bucket (s3://bucket/prefix).",
    )
    photo_ttl_seconds: int = Field(default=24 * 3600, ge=60, description="Retention of photos and results, seconds.")
    task_time_limit_seconds: int = Field(default=60, ge=5, description="Longest processing time of a photo, seconds.")
    visibility_timeout_seconds: int = Field(
        default=300,
        ge=60,
        description="Redelivery of unacknowledged tasks by the broker, seconds; at least twice the time limit. A photo "
        "is requeued earlier, when the lease expires.",
    )
    max_claims: int = Field(default=3, ge=1, description="Claims of a photo before it becomes a dead letter.")

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
                "otherwise the broker delivers a photo a second time during processing"
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
    """Size limits of photos."""

    max_photo_bytes: int = Field(default=MAX_BYTES, ge=1, description="Largest file, bytes.")
    max_photo_pixels: int = Field(default=MAX_PIXELS, ge=1, description="Most pixels, by the header, before decoding.")
