"""Requests and replies over a pipe: the length of a JSON header (4 bytes, big-endian), the header, raw buffers."""

import struct
from typing import TypeVar

from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.manifest import Preprocessing
from critic_worker.decoding.preparation import Analysis

LENGTH = struct.Struct(">L")
MAX_HEADER_BYTES = 256 * 1024
MAX_TENSOR_BYTES, MAX_PREVIEW_BYTES = 16 * 1024 * 1024, 4 * 1024 * 1024

Message = TypeVar("Message", bound=Contract)


class Request(Contract):
    """Followed by the photo's bytes."""

    preprocessing: Preprocessing
    max_bytes: int
    max_pixels: int
    data_bytes: int


class Reply(Contract):
    """An analysis, followed by tensor and preview; or the code and detail of a PhotoError."""

    analysis: Analysis | None = None
    tensor_bytes: int = Field(default=0, ge=0, le=MAX_TENSOR_BYTES)
    preview_bytes: int = Field(default=0, ge=0, le=MAX_PREVIEW_BYTES)
    code: str = Field(default="", max_length=64)
    detail: str = Field(default="", max_length=1000)


def encode(header: Contract) -> bytes:
    """The header with its length; derived fields are left out."""
    text = header.model_dump_json(exclude={"preprocessing": {"digest"}}).encode()
    return LENGTH.pack(len(text)) + text
