"""API keys with names, limits and an end: from CRITIC_API_KEYS, and from a TOML file that is read again when changed.

[ann]
sha256 = "…"                 # or a list of digests, while a key is being replaced by the next
photos_per_day = 2000        # 0: no limit; left out: CRITIC_QUOTA_PHOTOS_PER_DAY
requests_per_second = 20     # 0: no limit; left out: CRITIC_RATE_LIMIT_PER_SECOND
expires = 2027-01-31T00:00:00Z
"""

import hashlib
import hmac
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from critic_core.runtime.logs import logger
from critic_gateway.settings import GatewaySettings

ANYBODY = "anybody"
_SHOWN_DIGITS = 12  # what a key without a name is called: the beginning of its digest

Digest = Annotated[str, StringConstraints(to_lower=True, pattern="^[0-9a-fA-F]{64}$")]
Name = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9._-]{1,64}$")]

log = logger(__name__)


class ApiKey(BaseModel):
    """A key and what it may do. A limit of 0 is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Name
    sha256: tuple[Digest, ...]
    photos_per_day: int = Field(default=0, ge=0)
    requests_per_second: float = Field(default=0, ge=0)
    expires: datetime | None = None

    @field_validator("sha256", mode="before")
    @classmethod
    def _one_or_several(cls, told: object) -> object:
        return (told,) if isinstance(told, str) else told

    @field_validator("expires")
    @classmethod
    def _in_utc(cls, told: datetime | None) -> datetime | None:
        return told.replace(tzinfo=UTC) if told is not None and told.tzinfo is None else told


class Keyring:
    """The keys that are let in, as they are now."""

    def __init__(self, fixed: tuple[ApiKey, ...], file: Path | None, anybody: ApiKey) -> None:
        self.anybody = anybody
        self._fixed, self._file = fixed, file
        self._seen = _signature(file)
        self._keys = self._read()

    @classmethod
    def of(cls, settings: GatewaySettings) -> Self:
        """The keys that these settings name; ValueError when their file cannot be used."""
        anybody = ApiKey(
            name=ANYBODY,
            sha256=(),
            photos_per_day=settings.quota_photos_per_day,
            requests_per_second=settings.rate_limit_per_second,
        )
        fixed = [
            anybody.model_copy(update={"name": one[:_SHOWN_DIGITS], "sha256": (one,)}) for one in settings.api_keys
        ]
        return cls(tuple(fixed), settings.keyring, anybody)

    @property
    def open_to_all(self) -> bool:
        """True where no keys are wanted."""
        return self._file is None and not self._fixed

    def find(self, told: str) -> ApiKey | None:
        """The key that was told. Compared in constant time and with every digest: the time tells nothing about them."""
        self._look_again()
        digest = hashlib.sha256(told.encode()).hexdigest()
        found = [key for key in self._keys for one in key.sha256 if hmac.compare_digest(digest, one)]
        return found[0] if found else None

    def _look_again(self) -> None:
        now = _signature(self._file)
        if now == self._seen:
            return
        self._seen = now
        try:
            self._keys = self._read()
        except ValueError as error:  # half written or mistyped: whoever was let in still is
            log.error("api_keys_rejected", error=str(error))  # noqa: TRY400 - the sentence says it all
        else:
            log.info("api_keys_loaded", keys=len(self._keys))

    def _read(self) -> tuple[ApiKey, ...]:
        return (*self._fixed, *(read_keyring(self._file, self.anybody) if self._file else ()))


def read_keyring(file: Path, limits: ApiKey) -> list[ApiKey]:
    """The keys of a file, with those limits where an entry says no other. ValueError when it cannot be used."""
    defaults = limits.model_dump(include={"photos_per_day", "requests_per_second"})
    try:
        entries = tomllib.loads(file.read_text("utf-8"))
        return [ApiKey.model_validate({**defaults, **entry, "name": name}) for name, entry in entries.items()]
    except (OSError, ValidationError, TypeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"The keyring {file} cannot be used: {error}") from error


def _signature(file: Path | None) -> tuple[int, int, int] | None:
    try:
        stat = file.stat() if file else None
    except OSError:
        return None
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino) if stat else None
