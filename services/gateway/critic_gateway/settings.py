"""Settings of the gateway."""

import math
import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from critic_core.runtime.settings import MEGA, Environment, Networks, PhotoLimits, QueueSettings
from critic_core.runtime.storage import FOLDERS
from critic_core.runtime.webhooks.settings import WebhookSettings

KIBI = 1024
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?")


class GatewaySettings(QueueSettings, PhotoLimits, WebhookSettings):
    """Address, access, limits."""

    gateway_host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    gateway_port: int = Field(default=8000, ge=0, le=65535, description="Port the gateway listens on.")
    gateway_drain_delay_seconds: float = Field(
        default=2.0,
        ge=0,
        description="After SIGTERM, /livez fails for this long while requests are still served (balancers leave).",
    )
    max_backlog: int = Field(
        default=2000, ge=1, description="Backlog (photos queued or running) at which uploads get 429."
    )
    max_wait_seconds: float = Field(
        default=60.0,
        ge=0,
        description="Uploads get 429 when their owner's expected wait is longer; 0: only CRITIC_MAX_BACKLOG counts.",
    )
    owner_backlog_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Largest part of CRITIC_MAX_BACKLOG for the queued photos of one owner, on a server with API keys.",
    )
    max_interactive_photos: int = Field(
        default=3,
        ge=0,
        description="Uploads with `?wait=` and at most so many photos go before the photos nobody waits for.",
    )
    fetch_urls: bool = Field(
        default=False, description='Uploads may be {"url": "https://…"}: the gateway fetches photos of the internet.'
    )
    fetch_allow_private: Networks = Field(
        default=(),
        description="Private networks from which photos may be fetched (10.1.0.0/16, comma-separated), also by plain "
        "http.",
    )
    max_concurrent_fetches: int = Field(default=16, ge=1, description="Photos that a gateway fetches at a time.")
    incoming_folder: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9-]*$",
        description='Folder of the storage whose files are photos by key: {"key": "a.jpg"} is FOLDER/OWNER/a.jpg. '
        "Empty: none.",
    )
    presigned_uploads: bool = Field(
        default=False, description="Clients may put photos into the bucket themselves, by presigned URLs."
    )
    reuse_critiques: bool = Field(
        default=False,
        description="Bytes sent again by their owner get the critique and preview of the first time, while the model "
        "stays the same.",
    )
    photos_per_ticket: int = Field(default=4, ge=1, le=16, description="Most photos of one task, with a long backlog.")
    retry_after_seconds: int = Field(default=2, ge=1, description="Least Retry-After, seconds.")
    max_photos_per_request: int = Field(default=100, ge=1, description="Most files in one upload.")
    max_upload_bytes: int = Field(default=1000 * MEGA, ge=1, description="Largest upload with all its files, bytes.")
    max_body_bytes: int = Field(
        default=64 * KIBI, ge=1024, description="Largest body of a request that is no upload, bytes."
    )
    max_redis_memory_share: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="Share of Redis' `maxmemory` in use at which uploads and new albums get 507; deleting works.",
    )
    storage_reserve_bytes: int = Field(
        default=1000 * MEGA,
        ge=0,
        description="Free bytes on the disk of a storage folder below which uploads and new albums get 507.",
    )
    upload_timeout_seconds: int = Field(default=300, ge=1, description="Time limit of an upload.")
    album_ttl_seconds: int = Field(default=7 * 24 * 3600, ge=60, description="Time to live of an album and its photos.")
    batch_ttl_seconds: int = Field(
        default=7 * 24 * 3600, ge=60, description="Time to live of a batch after its latest result."
    )
    max_owner_photos: int = Field(
        default=20_000, ge=1, description="Most stored photos of one owner, on a server with API keys."
    )
    max_owner_albums: int = Field(
        default=1000, ge=1, description="Most stored albums of one owner, on a server with API keys."
    )
    max_album_photos: int = Field(default=20_000, ge=1, description="Most photos in one album.")
    heartbeat_max_age_seconds: int = Field(
        default=60, ge=5, description="Ready: a worker has scored the golden photo within this time."
    )
    idempotency_ttl_seconds: int = Field(default=24 * 3600, ge=60, description="Time to live of an Idempotency-Key.")
    api_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="SHA-256 digests (hex, comma-separated) of the valid API keys; empty: no authentication. "
        "`photo-critic new-key` makes one.",
    )
    api_keys_toml: Path | None = Field(
        default=None,
        description="TOML file of more API keys, with names, limits and expiry; reloaded when it changes. "
        "`photo-critic new-key --owner NAME` makes an entry.",
    )
    rate_limit_per_second: float = Field(
        default=0,
        ge=0,
        description="Requests a second of an API key without its own limit; 0: no limit.",
    )
    quota_photos_per_day: int = Field(
        default=0,
        ge=0,
        description="Photos a day (UTC) of an API key without its own limit; 0: no limit.",
    )

    allow_unlimited_keys: bool = Field(
        default=False, description="Production accepts API keys without a request rate or without a daily quota."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins (https://…, comma-separated) whose pages may call the API from a browser; empty: none.",
    )

    @property
    def has_api_keys(self) -> bool:
        """False for a server without authentication, where everybody is one owner."""
        return bool(self.api_keys or self.api_keys_toml)

    @property
    def limits_required(self) -> bool:
        """Every API key needs a request rate and a daily quota."""
        return self.environment is Environment.production and not self.allow_unlimited_keys

    @property
    def owner_photo_limit(self) -> int:
        """Most stored photos of one owner; 0: only the room of the server counts."""
        return self.max_owner_photos if self.has_api_keys else 0

    @property
    def owner_album_limit(self) -> int:
        """Most stored albums of one owner; 0: only the room of the server counts."""
        return self.max_owner_albums if self.has_api_keys else 0

    @property
    def owner_backlog(self) -> int:
        """Queued photos of one owner at which its uploads get 429; without API keys, everybody is one owner."""
        return math.ceil(self.max_backlog * self.owner_backlog_share) if self.has_api_keys else self.max_backlog

    @field_validator("incoming_folder")
    @classmethod
    def _is_free(cls, folder: str) -> str:
        if folder in FOLDERS:
            raise ValueError(f"CRITIC_INCOMING_FOLDER is {folder}, a folder of the service")
        return folder

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, text: object) -> object:
        if not isinstance(text, str):
            return text
        return tuple(origin.strip().rstrip("/") for origin in text.split(",") if origin.strip())

    @field_validator("cors_origins")
    @classmethod
    def _validate_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError("CRITIC_CORS_ORIGINS holds origins such as https://photos.example.org, and never *")
        return origins

    @field_validator("api_keys", mode="before")
    @classmethod
    def _split(cls, text: object) -> object:
        return (
            tuple(digest.strip().lower() for digest in text.split(",") if digest.strip())
            if isinstance(text, str)
            else text
        )

    @field_validator("api_keys")
    @classmethod
    def _validate_digests(cls, digests: tuple[str, ...]) -> tuple[str, ...]:
        for digest in digests:
            if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
                raise ValueError(
                    "CRITIC_API_KEYS holds SHA-256 digests (64 hex digits each), never the keys themselves"
                )
        return digests

    @model_validator(mode="after")
    def _keys_in_production(self) -> Self:
        if self.environment is Environment.production and not self.has_api_keys:
            raise ValueError("CRITIC_API_KEYS and CRITIC_API_KEYS_TOML are empty: production requires API keys")
        return self

    @model_validator(mode="after")
    def _limits_in_production(self) -> Self:
        if self.limits_required and not (self.rate_limit_per_second and self.quota_photos_per_day):
            raise ValueError(
                "CRITIC_RATE_LIMIT_PER_SECOND or CRITIC_QUOTA_PHOTOS_PER_DAY is 0: production limits its API keys, "
                "unless CRITIC_ALLOW_UNLIMITED_KEYS is true"
            )
        return self
