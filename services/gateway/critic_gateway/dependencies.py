"""FastAPI dependencies: stores by type, the caller, admission control."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import InvalidApiKey, MissingApiKey
from critic_core.contracts.photo import Lane
from critic_core.runtime.storage import Storage
from critic_core.stores.albums import AlbumStore
from critic_core.stores.batches import BatchStore
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.group_corrections import GroupCorrectionStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.owners import OwnerStore
from critic_core.stores.shares import ShareStore
from critic_core.stores.worker_status import WorkerStatusStore
from critic_gateway.accounts.erasure import Erasure
from critic_gateway.accounts.export import AccountExport
from critic_gateway.accounts.tastes import TasteRequests
from critic_gateway.albums.queries import AlbumQueries
from critic_gateway.albums.shared_album import SharedAlbums
from critic_gateway.auth.api_keys import ApiKey
from critic_gateway.auth.authenticate import authenticate
from critic_gateway.batches.results import BatchResults
from critic_gateway.batches.submission import BatchSubmission
from critic_gateway.health.readiness import ReadinessProbe
from critic_gateway.insights.requests import InsightRequests
from critic_gateway.limits.quota import PhotoQuota
from critic_gateway.notifications.album_feeds import AlbumFeeds
from critic_gateway.notifications.subscriber import ChangeSubscriber
from critic_gateway.settings import GatewaySettings
from critic_gateway.state import AppState
from critic_gateway.uploads.handler import UploadHandler
from critic_gateway.uploads.multipart import is_json

T = TypeVar("T")


# Coroutines on purpose, here and below: FastAPI runs plain functions in the thread pool, behind uploads that are being
# written to storage.
async def _app_state(request: Request) -> AppState:
    state: AppState = request.app.state.gateway
    return state


StateDep = Annotated[AppState, Depends(_app_state)]


def _from_state(select: Callable[[AppState], T]) -> Any:
    async def dependency(state: StateDep) -> T:
        return select(state)

    return Depends(dependency)


SettingsDep = Annotated[GatewaySettings, _from_state(lambda state: state.settings)]
JobStoreDep = Annotated[JobStore, _from_state(lambda state: state.jobs)]
AlbumStoreDep = Annotated[AlbumStore, _from_state(lambda state: state.albums)]
StorageDep = Annotated[Storage, _from_state(lambda state: state.storage)]
OwnerStoreDep = Annotated[OwnerStore, _from_state(lambda state: state.owners)]
DeliveryStoreDep = Annotated[DeliveryStore, _from_state(lambda state: state.deliveries)]
GroupCorrectionStoreDep = Annotated[GroupCorrectionStore, _from_state(lambda state: state.group_corrections)]
ShareStoreDep = Annotated[ShareStore, _from_state(lambda state: state.shares)]
SharedAlbumsDep = Annotated[SharedAlbums, _from_state(lambda state: state.shared)]
WorkerStatusDep = Annotated[WorkerStatusStore, _from_state(lambda state: state.worker_status)]
ChangesDep = Annotated[ChangeSubscriber, _from_state(lambda state: state.changes)]
AlbumFeedsDep = Annotated[AlbumFeeds, _from_state(lambda state: state.feeds)]
AlbumQueriesDep = Annotated[AlbumQueries, _from_state(lambda state: state.queries)]
InsightRequestsDep = Annotated[InsightRequests, _from_state(lambda state: state.insights)]
TasteRequestsDep = Annotated[TasteRequests, _from_state(lambda state: state.tastes)]
AccountExportDep = Annotated[AccountExport, _from_state(lambda state: state.account_export)]
ErasureDep = Annotated[Erasure, _from_state(lambda state: state.erasure)]
BatchStoreDep = Annotated[BatchStore, _from_state(lambda state: state.batches)]
BatchSubmissionDep = Annotated[BatchSubmission, _from_state(lambda state: state.batch_submission)]
BatchResultsDep = Annotated[BatchResults, _from_state(lambda state: state.batch_results)]
UploadHandlerDep = Annotated[UploadHandler, _from_state(lambda state: state.uploads)]
PhotoQuotaDep = Annotated[PhotoQuota, _from_state(lambda state: state.quota)]
ReadinessDep = Annotated[ReadinessProbe, _from_state(lambda state: state.readiness)]


# For OpenAPI alone: they give /docs its button "Authorize".
_API_KEY = Security(
    APIKeyHeader(name="X-API-Key", scheme_name="apiKey", description="On servers with API keys.", auto_error=False)
)
_BEARER = Security(HTTPBearer(scheme_name="bearer", description="The API key as a bearer token.", auto_error=False))


async def _caller(
    request: Request, state: StateDep, _: Annotated[Any, _API_KEY] = None, __: Annotated[Any, _BEARER] = None
) -> ApiKey:
    key = authenticate(request, state.api_keys)
    structlog.contextvars.bind_contextvars(key=key.name)  # the access log and every line of this request
    if key.requests_per_second:
        status = await run_in_threadpool(state.rate_limit.count, key)
        request.state.rate_limit_headers = status.headers  # sent with every response, errors included
        status.raise_if_exceeded()
    return key


CallerDep = Annotated[ApiKey, Depends(_caller)]
"""The API key of the request. Raises MissingApiKey, InvalidApiKey or RateLimited."""


async def _key_revoked(request: Request, state: StateDep, caller: CallerDep) -> Callable[[], bool]:
    def revoked() -> bool:
        try:
            return authenticate(request, state.api_keys).owner != caller.owner
        except (MissingApiKey, InvalidApiKey):
            return True

    return revoked


KeyRevokedDep = Annotated[Callable[[], bool], Depends(_key_revoked)]
"""Whether the key of a long request has been revoked, or has expired, since it was let in."""


async def _ensure_room(request: Request, state: StateDep, _: CallerDep) -> None:
    length = request.headers.get("content-length", "")
    await state.headroom.ensure_room(int(length) if length.isdecimal() else 0)


async def _ensure_photo_room(request: Request, state: StateDep, caller: CallerDep) -> None:
    if is_json(request.headers.get("content-type", "")):  # the URL of a photo of any size
        await state.headroom.ensure_room(state.settings.max_photo_bytes)
    else:
        await _ensure_room(request, state, caller)


ROOM = Depends(_ensure_room)
"""The first dependency of every route that stores something: StorageFull before Redis or the storage is full."""
PHOTO_ROOM = Depends(_ensure_photo_room)
"""The same of routes that take photos."""


async def _ensure_photo_limit(state: StateDep, caller: CallerDep) -> None:
    if state.settings.owner_photo_limit:
        await run_in_threadpool(state.owner_limits.ensure_photos, caller.owner)


async def _ensure_album_limit(state: StateDep, caller: CallerDep) -> None:
    await run_in_threadpool(state.owner_limits.ensure_albums, caller.owner)


PHOTO_LIMIT, ALBUM_LIMIT = Depends(_ensure_photo_limit), Depends(_ensure_album_limit)
"""LimitReached when the owner has stored as many photos or albums as the settings allow."""


async def _ensure_capacity(request: Request, state: StateDep, caller: CallerDep) -> None:
    waits = request.query_params.get("wait", "0").strip("0.")
    await state.admission.ensure_capacity(caller.owner, Lane.interactive if waits else Lane.batch)


ADMISSION = Depends(_ensure_capacity)
"""The first dependency of every upload route: Overloaded before any other check."""
