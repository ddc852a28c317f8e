"""What the gateway can be told."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from critic_core.runtime.settings import MEGA, Environment, PhotoLimits, QueueSettings
from critic_core.runtime.webhooks.settings import WebhookSettings


class GatewaySettings(QueueSettings, PhotoLimits, WebhookSettings):
    """The front door: where it listens, whom it lets in, how much it takes."""

    gateway_host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    gateway_port: int = Field(default=8000, ge=0, le=65535, description="Port the gateway listens on.")
    gateway_drain_delay_seconds: float = Field(
        default=2.0,
        ge=0,
        description="After SIGTERM: not alive on /livez, but still answering, for this long (balancers leave).",
    )
    max_backlog: int = Field(
        default=2000, ge=1, description="With this many photos queued or running, uploads get 429 and Retry-After."
    )
    max_wait_seconds: float = Field(
        default=60.0,
        ge=0,
        description="With more photos waiting than are answered in this time, uploads get 429 and Retry-After; "
        "0: only CRITIC_MAX_BACKLOG counts.",
    )
    photos_per_task: int = Field(
        default=4, ge=1, le=16, description="Most photos that a worker process gets at once, when very many wait."
    )
    retry_after_seconds: int = Field(default=2, ge=1, description="The least that Retry-After says.")
    max_photos_per_request: int = Field(default=100, ge=1, description="Most files in one upload.")
    max_request_bytes: int = Field(default=1000 * MEGA, ge=1, description="Largest upload with all its files, bytes.")
    upload_timeout_seconds: int = Field(
        default=300, ge=1, description="An upload that takes longer than this to arrive is refused."
    )
    album_ttl_seconds: int = Field(
        default=7 * 24 * 3600, ge=60, description="After this long an album with all its photos is forgotten."
    )
    max_album_photos: int = Field(default=20_000, ge=1, description="Most photos in one album.")
    heartbeat_max_age_seconds: int = Field(
        default=60, ge=5, description="Ready means that a worker scored the golden photo within this time."
    )
    idempotency_ttl_seconds: int = Field(
        default=24 * 3600, ge=60, description="How long an Idempotency-Key is remembered."
    )
    api_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="SHA-256 digests (hex, comma-separated) of the API keys that are let in; "
        "empty lets everybody in. `photo-critic new-key` makes one.",
    )
    keyring: Path | None = Field(
        default=None,
        description="TOML file of API keys with names, limits and an end, beside CRITIC_API_KEYS; read again when it "
        "changes. `photo-critic new-key --name NAME` makes an entry.",
    )
    rate_limit_per_second: float = Field(
        default=0,
        ge=0,
        description="Requests a second of each API key, where the keyring says no other number; 0: no limit.",
    )
    quota_photos_per_day: int = Field(
        default=0,
        ge=0,
        description="Photos a day (UTC) of each API key, where the keyring says no other number; 0: no limit.",
    )

    @field_validator("api_keys", mode="before")
    @classmethod
    def _split(cls, told: object) -> object:
        return (
            tuple(part.strip().lower() for part in told.split(",") if part.strip()) if isinstance(told, str) else told
        )

    @field_validator("api_keys")
    @classmethod
    def _are_digests(cls, digests: tuple[str, ...]) -> tuple[str, ...]:
        for digest in digests:
            if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
                raise ValueError(
                    "CRITIC_API_KEYS holds SHA-256 digests (64 hex digits each), never the keys themselves"
                )
        return digests

    @model_validator(mode="after")
    def _keys_in_production(self) -> Self:
        if self.environment is Environment.production and not self.api_keys and self.keyring is None:
            raise ValueError(
                "CRITIC_API_KEYS and CRITIC_API_KEYS_TOML are empty: in production the gateway lets nobody in without a key"
            )
        return self
