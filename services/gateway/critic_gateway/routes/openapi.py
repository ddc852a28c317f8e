"""OpenAPI entries of several routes: error responses with examples, upload bodies."""

from http import HTTPStatus
from typing import Any

from critic_core.contracts.errors import (
    AlbumNotFound,
    BatchNotFound,
    CriticError,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    InvalidApiKey,
    InvalidCallbackUrl,
    InvalidPhotoUrl,
    InvalidRequest,
    InvalidStorageKey,
    LimitReached,
    MissingApiKey,
    ModelNotFound,
    NotReady,
    Overloaded,
    Pending,
    PhotoNotFound,
    PhotoUrlFailed,
    PhotoUrlsDisabled,
    QueueUnavailable,
    QuotaExceeded,
    RateLimited,
    RequestTooLarge,
    StorageFull,
    StorageKeyNotFound,
    StorageKeysDisabled,
    StorageUnavailable,
    TooManyPhotos,
    UploadTimeout,
    WebhooksDisabled,
)
from critic_core.contracts.photo_source import PhotoSource
from critic_gateway.http.problems import PROBLEM_MEDIA_TYPE, pending

ACCESS_ERRORS = (MissingApiKey, InvalidApiKey, RateLimited, QueueUnavailable)
PHOTO_ERRORS = (PhotoNotFound, InvalidRequest, *ACCESS_ERRORS)
ALBUM_ERRORS = (AlbumNotFound, InvalidRequest, *ACCESS_ERRORS)
BATCH_ERRORS = (BatchNotFound, InvalidRequest, *ACCESS_ERRORS)
OPTION_ERRORS = (ModelNotFound, WebhooksDisabled, InvalidCallbackUrl, NotReady)
UPLOAD_ERRORS = (
    TooManyPhotos,
    RequestTooLarge,
    InvalidRequest,
    PhotoUrlsDisabled,
    InvalidPhotoUrl,
    PhotoUrlFailed,
    StorageKeysDisabled,
    InvalidStorageKey,
    StorageKeyNotFound,
    IdempotencyKeyReused,
    IdempotencyInProgress,
    UploadTimeout,
    Overloaded,
    QuotaExceeded,
    LimitReached,
    StorageFull,
    StorageUnavailable,
)
UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
                    },
                    "required": ["file"],
                }
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": PhotoSource.model_json_schema()},
        },
    }
}
LOCATION = {"headers": {"Location": {"$ref": "#/components/headers/Location"}}}
_RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}


def responses(*errors: type[CriticError]) -> dict[int | str, dict[str, Any]]:
    """The responses of a route for these errors, with an example of each."""
    entries: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = entries.setdefault(error.status, _pending(error) if _is_pending(error) else _problem(error))
        (content,) = entry["content"].values()
        body = pending(error()) if _is_pending(error) else error().problem()
        content["examples"][error.code] = {"value": body.model_dump(mode="json", exclude_none=True)}
    return entries


def _is_pending(error: type[CriticError]) -> bool:
    return error.status == HTTPStatus.ACCEPTED


def _pending(error: type[CriticError]) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"examples": {}}}
    return {"description": error.title, "headers": _RETRY_AFTER, "model": Pending, "content": content}


def _problem(error: type[CriticError]) -> dict[str, Any]:
    # FastAPI would document a `model` as application/json.
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}}
    return {"description": error.title, "content": content}
