"""Photos that the server reads itself: by address, or by the name of a file in its storage."""

from datetime import datetime
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from critic_core.contracts.base import Contract

MAX_URL_LENGTH = 2048
MAX_KEY_LENGTH = 900
_ONE_OF: dict[str, Any] = {"oneOf": [{"required": ["url"]}, {"required": ["key"]}]}


class PhotoSource(Contract):
    """Where a photo lies: at `url` or at `key`."""

    model_config = ConfigDict(json_schema_extra=_ONE_OF)

    url: str | None = Field(
        default=None, min_length=1, max_length=MAX_URL_LENGTH, description="https address of a photo"
    )
    key: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_KEY_LENGTH,
        description="Name of a file in the owner's folder of the storage, or of a presigned upload",
    )

    @model_validator(mode="after")
    def _has_either(self) -> Self:
        if (self.url is None) == (self.key is None):
            raise ValueError("a photo has either a URL or a key")
        return self


class NewUpload(Contract):
    """A file for which a presigned URL is wanted."""

    size_bytes: int = Field(ge=1, description="Bytes of the file; the bucket takes no other number")


class PresignedUpload(Contract):
    """Where a client puts a file."""

    key: str = Field(description='The photo is sent by it: `{"key": …}`')
    url: str = Field(description="Takes one PUT with the file as body")
    headers: dict[str, str] = Field(description="Headers of that request")
    expires_at: datetime = Field(description="The URL is valid until then")
