"""Batches: many photos by a manifest, with progress and results."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from critic_core.contracts.batch import JSON_LINES, Batch, BatchesPage
from critic_core.contracts.errors import (
    BatchNotFound,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    InvalidRequest,
    InvalidStorageKey,
    LimitReached,
    PhotoUrlsDisabled,
    RequestTooLarge,
    StorageFull,
    StorageKeysDisabled,
    StorageUnavailable,
    UploadTimeout,
)
from critic_core.stores.owners import OwnerIndex
from critic_gateway.batches.submission import BatchOptions
from critic_gateway.dependencies import (
    ROOM,
    BatchResultsDep,
    BatchStoreDep,
    BatchSubmissionDep,
    CallerDep,
    ErasureDep,
    OwnerStoreDep,
    SettingsDep,
    WorkerStatusDep,
)
from critic_gateway.http import cursors
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.routes.openapi import ACCESS_ERRORS, BATCH_ERRORS, LOCATION, OPTION_ERRORS, responses
from critic_gateway.routes.parameters import (
    CallbackUrl,
    ModelName,
    OwnBatch,
    PageParams,
    UploadCallerDep,
    ensure_options,
)

router = APIRouter(prefix="/v1/batches", tags=["batches"])


def json_lines(contract: str) -> dict[str, Any]:
    """The schema of a file of JSON lines."""
    return {
        "type": "string",
        "description": f"JSON lines, each a `{contract}`.",
        "contentMediaType": JSON_LINES,
        "contentSchema": {"$ref": f"#/components/schemas/{contract}"},
    }


MANIFEST = {
    "requestBody": {
        "required": True,
        "content": {JSON_LINES: {"schema": json_lines("BatchLine")}},
    }
}


def _batch_options(
    settings: SettingsDep,
    workers: WorkerStatusDep,
    _: CallerDep,
    model: ModelName = None,
    callback_url: CallbackUrl = None,
) -> BatchOptions:
    ensure_options(model, callback_url, workers, settings)
    return BatchOptions(model, callback_url)


@router.post(
    "",
    status_code=202,
    summary="Create a batch",
    dependencies=[ROOM],
    openapi_extra=MANIFEST,
    response_model_exclude_none=True,
    responses={
        202: {"description": "Accepted", **LOCATION},
        **responses(
            RequestTooLarge,
            InvalidRequest,
            PhotoUrlsDisabled,
            StorageKeysDisabled,
            InvalidStorageKey,
            IdempotencyKeyReused,
            IdempotencyInProgress,
            BatchNotFound,
            UploadTimeout,
            LimitReached,
            *OPTION_ERRORS,
            StorageFull,
            StorageUnavailable,
            *ACCESS_ERRORS,
        ),
    },
)
async def create_batch(
    request: Request,
    submission: BatchSubmissionDep,
    sender: UploadCallerDep,
    options: Annotated[BatchOptions, Depends(_batch_options)],
    response: Response,
) -> Batch:
    """A manifest of JSON lines, at most 100,000, as body. The photos are queued little by little, behind all others.

    A photo is deleted once its result is written.
    """
    batch = await submission.submit(request.stream(), sender, options)
    response.headers["Location"] = f"{router.prefix}/{batch.id}"
    return batch


@router.get(
    "", summary="List batches", response_model_exclude_none=True, responses=responses(InvalidRequest, *ACCESS_ERRORS)
)
def list_batches(
    caller: CallerDep, owners: OwnerStoreDep, batches: BatchStoreDep, params: Annotated[PageParams, Query()]
) -> BatchesPage:
    """The caller's batches, newest first."""
    owner, kind = caller.owner, OwnerIndex.batches
    page = owners.find(owner, kind, params.limit, cursors.decode_id(owner, kind, params.cursor))
    following = cursors.encode_id(owner, kind, page.following)
    return BatchesPage(batches=tuple(batches.get_all(page.ids, owner)), next_cursor=following)


@router.get("/{batch_id}", summary="Get a batch", response_model_exclude_none=True, responses=responses(*BATCH_ERRORS))
def get_batch(batch: OwnBatch) -> Batch:
    """State and progress; `delay` says why no further photo is queued now."""
    return batch.batch


@router.get(
    "/{batch_id}/results",
    summary="Get the results of a batch",
    response_class=StreamingResponse,
    responses={
        200: {"content": {JSON_LINES: {"schema": json_lines("BatchResult")}}},
        **responses(*BATCH_ERRORS, StorageUnavailable),
    },
)
async def get_results(batch: OwnBatch, results: BatchResultsDep) -> StreamingResponse:
    """JSON lines in the order of the manifest: photos with critiques, and problems; those written so far."""
    headers = {"Content-Disposition": 'attachment; filename="results.jsonl"'}
    chunks = await results.open(batch.batch.id, batch.written)
    return StreamingResponse(chunks, media_type=JSON_LINES, headers=headers)


@router.post(
    "/{batch_id}/cancel",
    summary="Cancel a batch",
    response_model_exclude_none=True,
    responses=responses(*BATCH_ERRORS),
)
def cancel_batch(batch: OwnBatch, batches: BatchStoreDep, caller: CallerDep) -> Batch:
    """Queues no further photo. Photos in the queue still get results; a finished batch stays as it is."""
    batches.cancel(batch.batch.id)
    return batches.get(batch.batch.id, caller.owner).batch


@router.delete(
    "/{batch_id}",
    status_code=204,
    summary="Delete a batch",
    responses=responses(*BATCH_ERRORS, StorageUnavailable),
)
async def delete_batch(batch: OwnBatch, erasure: ErasureDep) -> None:
    """Deletes manifest, results and photos in the queue."""
    await in_storage_thread(erasure.delete_batch, batch.batch.id)
