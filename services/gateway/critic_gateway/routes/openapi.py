"""OpenAPI entries of several routes: error responses with examples, upload bodies."""

from http import HTTPStatus
from typing import Any

from critic_core.contracts.errors import (
    AlbumNotFound,
    CriticError,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    InvalidApiKey,
    InvalidCallbackUrl,
    InvalidRequest,
    MissingApiKey,
    ModelNotFound,
    NotReady,
    Overloaded,
    Pending,
    PhotoNotFound,
    Problem,
    QueueUnavailable,
    QuotaExceeded,
    RateLimited,
    RequestTooLarge,
    StorageUnavailable,
    TooManyPhotos,
    UploadTimeout,
    WebhooksDisabled,
)
from critic_gateway.http.problems import PROBLEM_MEDIA_TYPE, pending

ACCESS_ERRORS = (MissingApiKey, InvalidApiKey, RateLimited, QueueUnavailable)
PHOTO_ERRORS = (PhotoNotFound, *ACCESS_ERRORS)
ALBUM_ERRORS = (AlbumNotFound, *ACCESS_ERRORS)
OPTION_ERRORS = (ModelNotFound, WebhooksDisabled, InvalidCallbackUrl, NotReady)
UPLOAD_ERRORS = (
    TooManyPhotos,
    RequestTooLarge,
    InvalidRequest,
    IdempotencyKeyReused,
    IdempotencyInProgress,
    UploadTimeout,
    Overloaded,
    QuotaExceeded,
    StorageUnavailable,
)
UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds until the next request", "schema": {"type": "integer"}}}


def responses(*errors: type[CriticError]) -> dict[int | str, dict[str, Any]]:
    """The responses of a route for these errors, with an example of each."""
    entries: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        media_type, model, body = _response(error)
        entry = entries.setdefault(
            error.status, {"description": error.title, "model": model, "content": {media_type: {"examples": {}}}}
        )
        entry["content"][media_type]["examples"][error.code] = {
            "value": body.model_dump(mode="json", exclude_none=True)
        }
        if model is Pending:
            entry["headers"] = _RETRY_AFTER
    return entries


def _response(error: type[CriticError]) -> tuple[str, type[Problem | Pending], Problem | Pending]:
    if error.status == HTTPStatus.ACCEPTED:
        return "application/json", Pending, pending(error())
    return PROBLEM_MEDIA_TYPE, Problem, error().problem()
