"""Ids of photos, albums and deliveries: UUIDv7, sortable by time (RFC 9562, section 5.7). Names of owners."""

import os
import time
from datetime import datetime
from uuid import UUID

ANONYMOUS = "anonymous"  # owner of everything on a server without API keys


def new_id() -> str:
    """A new UUIDv7: 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76  # version 7
    value = value & ~(0x3 << 62) | 0x2 << 62  # RFC variant
    return str(UUID(int=value))


def made_at(photo_id: str) -> float:
    """Creation time of an id, seconds since the epoch."""
    return (UUID(photo_id).int >> 80) / 1000


def first_id_at(at: datetime) -> str:
    """The beginning of ids made in that millisecond: earlier ids sort before it, the others after it."""
    digits = f"{max(0, int(at.timestamp() * 1000)):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def is_id(text: str) -> bool:
    """True for a UUIDv7 in its canonical lower-case form."""
    try:
        return str(UUID(text)) == text and UUID(text).version == 7
    except ValueError:
        return False
