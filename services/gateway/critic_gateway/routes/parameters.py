"""Parameters of several routes, as FastAPI dependencies."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import Album
from critic_core.contracts.errors import (
    AlbumNotFound,
    BatchNotFound,
    CriticError,
    InvalidRequest,
    ModelNotFound,
    NotReady,
    PhotoNotFound,
    WebhooksDisabled,
)
from critic_core.contracts.identity import is_id
from critic_core.contracts.photo import Metadata, Photo, Reference
from critic_core.contracts.webhook import CallbackDetail, PhotoEvent
from critic_core.runtime.outbound.public_url import LONGEST_URL
from critic_core.runtime.webhooks.callback import parse_callback
from critic_core.stores.batches import StoredBatch
from critic_core.stores.worker_status import WorkerStatusStore
from critic_gateway.dependencies import (
    CallerDep,
    SettingsDep,
    WorkerStatusDep,
    app_state,
)
from critic_gateway.limits.idempotency import MAX_KEY_LENGTH
from critic_gateway.settings import GatewaySettings
from critic_gateway.state import AppState
from critic_gateway.uploads.handler import UploadCaller
from critic_gateway.uploads.options import Note, UploadOptions

T = TypeVar("T")

MAX_WAIT_SECONDS = 30
MAX_PAGE_SIZE = 1000
MAX_METADATA_LENGTH = 1500  # in an address, whose characters take up to nine bytes of the edge's 16 KiB
METADATA: TypeAdapter[dict[str, str]] = TypeAdapter(Metadata)
CURSOR: dict[str, Any] = {"pattern": "^[A-Za-z0-9_-]+$", "minLength": 1}


class PageParams(BaseModel):
    """Parameters of a page."""

    cursor: str | None = Field(
        default=None, max_length=200, description="`next_cursor` of the previous page.", json_schema_extra=CURSOR
    )
    limit: int = Field(default=100, ge=1, le=MAX_PAGE_SIZE, description="Page size.")


Wait = Annotated[
    float, Query(ge=0, le=MAX_WAIT_SECONDS, description="Long poll: most seconds to wait for the critique.")
]
PageCursor = Annotated[
    str | None,
    Query(alias="cursor", max_length=200, description="`next_cursor` of the previous page.", json_schema_extra=CURSOR),
]
ModelName = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=100,
        description="Name of a model in /v1/models; default: the server's model (CRITIC_MODEL).",
    ),
]
CallbackUrl = Annotated[
    str | None,
    Query(max_length=LONGEST_URL, description="HTTPS receiver of a signed webhook once a photo is done or failed."),
]
CallbackEvents = Annotated[
    tuple[PhotoEvent, ...] | None,
    Query(max_length=len(PhotoEvent), description="Events for the receiver; default: all."),
]
CallbackDetails = Annotated[
    tuple[CallbackDetail, ...] | None,
    Query(max_length=len(CallbackDetail), description="Fingerprints for the receiver; default: none."),
]
ReferenceText = Annotated[
    Reference | None, Query(description="The caller's own name of the upload's photos, for lists.")
]
MetadataText = Annotated[
    str | None,
    Query(
        max_length=MAX_METADATA_LENGTH,
        description="The caller's values of the photos: a JSON object of up to 20 strings, 1,500 characters in all.",
        json_schema_extra={"contentMediaType": "application/json", "contentSchema": METADATA.json_schema()},
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=MAX_KEY_LENGTH,
        alias="Idempotency-Key",
        description="A repeated request with the same key and body creates no second photo.",
    ),
]


UUID7 = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


def path_id(description: str, pattern: str = UUID7, name: str | None = None) -> Any:
    """An id in a path. The pattern is for readers alone: whatever breaks it is not found, and no invalid request."""
    return Path(alias=name, description=description, json_schema_extra={"pattern": pattern})


PhotoId = Annotated[str, path_id("Id of the photo, a UUIDv7.")]


# An id from a path is used through OwnPhoto, OwnAlbum, OwnBatch or AlbumPhotoId only: they compare the owner. Another
# owner's is not found: the same call of the store and the same response as for an unknown id.
def _owned(name: str, find: Callable[[AppState, str, str], T], not_found: type[CriticError]) -> Any:
    id_field = path_id(f"Id of the {name}, a UUIDv7.", name=f"{name}_id")

    def dependency(request: Request, caller: CallerDep, subject_id: Annotated[str, id_field]) -> T:
        if not is_id(subject_id):
            raise not_found
        return find(app_state(request), subject_id, caller.owner)

    return Depends(dependency)


OwnPhoto = Annotated[Photo, _owned("photo", lambda state, *ids: state.stores.jobs.get(*ids), PhotoNotFound)]
"""The caller's photo of the path. Raises PhotoNotFound."""
OwnAlbum = Annotated[Album, _owned("album", lambda state, *ids: state.stores.albums.get(*ids), AlbumNotFound)]
"""The caller's album of the path. Raises AlbumNotFound."""
OwnBatch = Annotated[StoredBatch, _owned("batch", lambda state, *ids: state.stores.batches.get(*ids), BatchNotFound)]
"""The caller's batch of the path. Raises BatchNotFound."""


# A coroutine on purpose: it does not wait for the thread pool.
async def _album_photo_id(photo_id: PhotoId, _: OwnAlbum) -> str:
    if not is_id(photo_id):
        raise PhotoNotFound
    return photo_id


AlbumPhotoId = Annotated[str, Depends(_album_photo_id)]
"""A well-formed photo id below the caller's album; the store knows whether the album has it. Raises PhotoNotFound."""


async def _upload_caller(caller: CallerDep, idempotency_key: IdempotencyKey = None) -> UploadCaller:
    return UploadCaller(caller, idempotency_key)


UploadCallerDep = Annotated[UploadCaller, Depends(_upload_caller)]


async def _note(reference: ReferenceText = None, metadata: MetadataText = None) -> Note:
    return Note(reference, None if metadata is None else _parse_metadata(metadata))


def _parse_metadata(text: str) -> dict[str, str]:
    try:
        return METADATA.validate_json(text)
    except ValidationError as error:
        faults = "; ".join(fault["msg"] for fault in error.errors())
        raise InvalidRequest(f"`metadata` is no JSON object of a few short strings: {faults}.") from None


NoteDep = Annotated[Note, Depends(_note)]


async def _upload_options(  # noqa: PLR0913, PLR0917 - query parameters
    settings: SettingsDep,
    workers: WorkerStatusDep,
    note: NoteDep,
    model: ModelName = None,
    callback_url: CallbackUrl = None,
    callback_events: CallbackEvents = None,
    callback_details: CallbackDetails = None,
) -> UploadOptions:
    if model is not None or callback_url is not None:
        await run_in_threadpool(ensure_options, model, callback_url, workers, settings)
    return UploadOptions(model, None, callback_url, callback_events, callback_details, note)


UploadOptionsDep = Annotated[UploadOptions, Depends(_upload_options)]
"""Options of an upload, validated before the body is read."""


async def _album_upload_options(album: OwnAlbum, note: NoteDep) -> UploadOptions:
    return UploadOptions(album.model, album, note=note)


AlbumUploadOptionsDep = Annotated[UploadOptions, Depends(_album_upload_options)]
"""Options of an upload to the album of the path. Raises AlbumNotFound."""


def ensure_options(
    model: str | None, callback_url: str | None, workers: WorkerStatusStore, settings: GatewaySettings
) -> None:
    """Raises ModelNotFound, NotReady, WebhooksDisabled or InvalidCallbackUrl."""
    if model is not None:
        _ensure_served(model, workers)
    if callback_url is not None:
        if not settings.webhooks_on:
            raise WebhooksDisabled
        parse_callback(callback_url, settings.webhook_allow_private)


def _ensure_served(model: str, workers: WorkerStatusStore) -> None:
    names = workers.model_names()
    if not names:
        raise NotReady("No worker has published the served models yet.")
    if model not in names:
        raise ModelNotFound(f"No model '{model}' is served. Served models: {', '.join(names)}.")
