"""API keys with names, limits and expiry: from CRITIC_API_KEYS, and from a TOML file that is reloaded when it changes.

[ann]
sha256 = "…"                 # or a list of digests during a key rotation
owner = "studio"             # whose photos and albums these are; default: the name
photos_per_day = 2000        # 0: no limit; default: CRITIC_QUOTA_PHOTOS_PER_DAY
requests_per_second = 20     # 0: no limit; default: CRITIC_RATE_LIMIT_PER_SECOND
expires = 2027-01-31T00:00:00Z
"""

import hashlib
import hmac
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from critic_core.contracts.identity import ANONYMOUS
from critic_core.runtime.logs import logger
from critic_gateway.settings import GatewaySettings

_NAME_DIGITS = 12  # an unnamed key is called by the first digits of its digest

Digest = Annotated[str, StringConstraints(to_lower=True, pattern="^[0-9a-fA-F]{64}$")]
Name = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$")]

log = logger(__name__)


class ApiKey(BaseModel):
    """An API key with its limits; 0 is no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Name
    owner: Name = ""  # the name, unless the entry has an owner
    sha256: tuple[Digest, ...]
    photos_per_day: int = Field(default=0, ge=0)
    requests_per_second: float = Field(default=0, ge=0)
    expires: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _own_name(cls, fields: object) -> object:
        return {"owner": fields.get("name"), **fields} if isinstance(fields, dict) else fields

    @field_validator("sha256", mode="before")
    @classmethod
    def _as_tuple(cls, digests: object) -> object:
        return (digests,) if isinstance(digests, str) else digests

    @field_validator("expires")
    @classmethod
    def _in_utc(cls, expires: datetime | None) -> datetime | None:
        return expires.replace(tzinfo=UTC) if expires is not None and expires.tzinfo is None else expires


class ApiKeys:
    """The valid API keys; the file is reloaded when it changes."""

    def __init__(
        self, unnamed: tuple[ApiKey, ...], file: Path | None, anonymous: ApiKey, limits_required: bool = False
    ) -> None:
        self.anonymous, self._limits_required = anonymous, limits_required
        self._unnamed, self._file = unnamed, file
        self._loaded_version = _file_version(file)
        self._keys = self._load()

    @classmethod
    def from_settings(cls, settings: GatewaySettings) -> Self:
        """The API keys of these settings. ValueError for an invalid file."""
        anonymous = ApiKey(
            name=ANONYMOUS,
            sha256=(),
            photos_per_day=settings.quota_photos_per_day,
            requests_per_second=settings.rate_limit_per_second,
        )
        unnamed = [anonymous.model_copy(update=_unnamed_key(digest)) for digest in settings.api_keys]
        return cls(tuple(unnamed), settings.api_keys_toml, anonymous, settings.limits_required)

    @property
    def open_to_all(self) -> bool:
        """True without API keys: every request is let in."""
        return self._file is None and not self._unnamed

    def find(self, secret: str) -> ApiKey | None:
        """The API key of a secret. Compared in constant time with every digest, so that the time leaks nothing."""
        self._reload_if_changed()
        digest = hashlib.sha256(secret.encode()).hexdigest()
        found = [key for key in self._keys for known in key.sha256 if hmac.compare_digest(digest, known)]
        return found[0] if found else None

    def find_name(self, name: str) -> ApiKey | None:
        """The API key of a name."""
        self._reload_if_changed()
        return next((key for key in self._keys if key.name == name), None)

    def _reload_if_changed(self) -> None:
        version = _file_version(self._file)
        if version == self._loaded_version:
            return
        self._loaded_version = version
        try:
            self._keys = self._load()
        except ValueError as error:  # half written or mistyped: the keys loaded before stay valid
            log.error("api_keys_rejected", error=str(error))  # noqa: TRY400 - the sentence is enough
        else:
            log.info("api_keys_loaded", keys=len(self._keys))

    def _load(self) -> tuple[ApiKey, ...]:
        keys = (*self._unnamed, *(load_api_keys(self._file, self.anonymous) if self._file else ()))
        unlimited = [key.name for key in keys if not (key.photos_per_day and key.requests_per_second)]
        if self._limits_required and unlimited:
            raise ValueError(f"API keys without a limit: {', '.join(unlimited)} (CRITIC_ALLOW_UNLIMITED_KEYS is false)")
        return keys


def _unnamed_key(digest: str) -> dict[str, object]:
    name = digest[:_NAME_DIGITS]
    return {"name": name, "owner": name, "sha256": (digest,)}


def load_api_keys(file: Path, limits: ApiKey) -> list[ApiKey]:
    """The API keys of a TOML file; `limits` are the defaults of its entries. ValueError for an invalid file."""
    defaults = limits.model_dump(include={"photos_per_day", "requests_per_second"})
    try:
        entries = tomllib.loads(file.read_text("utf-8"))
        return [ApiKey.model_validate({**defaults, **entry, "name": name}) for name, entry in entries.items()]
    except (OSError, ValidationError, TypeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"The file of API keys {file} cannot be used: {error}") from error


def _file_version(file: Path | None) -> tuple[int, int, int] | None:
    try:
        stat = file.stat() if file else None
    except OSError:
        return None
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino) if stat else None
