"""What no schema can say of valid requests: a photo has the bytes of a photo, a cursor comes from an earlier page, an
idempotency key belongs to one body.
"""

import os
from typing import Any
from uuid import uuid4

import schemathesis
from hypothesis import strategies

from critic_core.imaging.golden import golden_photo

schemathesis.openapi.format("binary", strategies.just(golden_photo()))
schemathesis.openapi.media_type("image/*", strategies.just(golden_photo()))
MANIFEST = f'{{"url": "{os.environ["PHOTO_URL"]}"}}'.encode()
schemathesis.openapi.media_type("application/x-ndjson", strategies.just(MANIFEST))


@schemathesis.hook
def before_call(_: Any, case: schemathesis.Case, __: dict[str, Any]) -> None:
    """Valid requests begin at the first page, have a new key, and name a receiver and a photo that exist."""
    if case.meta is None or case.meta.generation.mode.is_positive:
        (case.query or {}).pop("cursor", None)
        if "Idempotency-Key" in (case.headers or {}):
            case.headers["Idempotency-Key"] = str(uuid4())
        if isinstance(case.body, dict) and case.body.get("callback_url"):
            case.body["callback_url"] = "https://receiver.example/hook"
        if isinstance(case.body, dict) and {"url", "key"} & set(case.body):
            case.body.pop("key", None)
            case.body["url"] = os.environ["PHOTO_URL"]
