"""Compression of responses for clients that accept gzip."""

from typing import Any

from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES

COMPRESSION: dict[str, Any] = {
    "compresslevel": 4,
    "exclude_content_types": (*DEFAULT_EXCLUDED_CONTENT_TYPES, "image/*"),
}
"""Options of Starlette's GZipMiddleware. Streams of events, archives and pictures are sent as they are."""
