"""Ids of photos, albums and deliveries: UUIDv7, sortable by time (RFC 9562, section 5.7)."""

import os
import time
from uuid import UUID


def new_photo_id() -> str:
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


def is_photo_id(text: str) -> bool:
    """True for a UUIDv7 in its canonical lower-case form."""
    try:
        return str(UUID(text)) == text and UUID(text).version == 7
    except ValueError:
        return False
