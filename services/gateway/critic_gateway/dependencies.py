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


def app_state(request: Request) -> AppState:
    """The state of the gateway of a request. No dependency: FastAPI walks the tree of each again, cached or not."""
    state: AppState = request.app.state.gateway
    return state


# Coroutines on purpose, here and below: FastAPI runs plain functions in the thread pool, behind uploads that are being
# written to storage.
def _from_state(select: Callable[[AppState], T]) -> Any:
    async def dependency(request: Request) -> T:
        return select(app_state(request))

    return Depends(dependency)


SettingsDep = Annotated[GatewaySettings, _from_state(lambda state: state.settings)]
JobStoreDep = Annotated[JobStore, _from_state(lambda state: state.stores.jobs)]
AlbumStoreDep = Annotated[AlbumStore, _from_state(lambda state: state.stores.albums)]
StorageDep = Annotated[Storage, _from_state(lambda state: state.stores.storage)]
OwnerStoreDep = Annotated[OwnerStore, _from_state(lambda state: state.stores.owners)]
DeliveryStoreDep = Annotated[DeliveryStore, _from_state(lambda state: state.stores.deliveries)]
GroupCorrectionStoreDep = Annotated[GroupCorrectionStore, _from_state(lambda state: state.stores.group_corrections)]
ShareStoreDep = Annotated[ShareStore, _from_state(lambda state: state.stores.shares)]
SharedAlbumsDep = Annotated[SharedAlbums, _from_state(lambda state: state.shared)]
WorkerStatusDep = Annotated[WorkerStatusStore, _from_state(lambda state: state.stores.worker_status)]
ChangesDep = Annotated[ChangeSubscriber, _from_state(lambda state: state.changes)]
AlbumFeedsDep = Annotated[AlbumFeeds, _from_state(lambda state: state.feeds)]
AlbumQueriesDep = Annotated[AlbumQueries, _from_state(lambda state: state.queries)]
InsightRequestsDep = Annotated[InsightRequests, _from_state(lambda state: state.insights)]
TasteRequestsDep = Annotated[TasteRequests, _from_state(lambda state: state.tastes)]
AccountExportDep = Annotated[AccountExport, _from_state(lambda state: state.account_export)]
ErasureDep = Annotated[Erasure, _from_state(lambda state: state.erasure)]
BatchStoreDep = Annotated[BatchStore, _from_state(lambda state: state.stores.batches)]
BatchSubmissionDep = Annotated[BatchSubmission, _from_state(lambda state: state.batches.submission)]
BatchResultsDep = Annotated[BatchResults, _from_state(lambda state: state.batches.results)]
UploadHandlerDep = Annotated[UploadHandler, _from_state(lambda state: state.uploads)]
PhotoQuotaDep = Annotated[PhotoQuota, _from_state(lambda state: state.quota)]
ReadinessDep = Annotated[ReadinessProbe, _from_state(lambda state: state.readiness)]


# For OpenAPI alone: they give /docs its button "Authorize".
_API_KEY = Security(
    APIKeyHeader(name="X-API-Key", scheme_name="apiKey", description="On servers with API keys.", auto_error=False)
)
_BEARER = Security(HTTPBearer(scheme_name="bearer", description="The API key as a bearer token.", auto_error=False))


async def _caller(request: Request, _: Annotated[Any, _API_KEY] = None, __: Annotated[Any, _BEARER] = None) -> ApiKey:
    state = app_state(request)
    key = authenticate(request, state.api_keys)
    structlog.contextvars.bind_contextvars(key=key.name)  # the access log and every line of this request
    if key.requests_per_second:
        status = await run_in_threadpool(state.rate_limit.count, key)
        request.state.rate_limit_headers = status.headers  # sent with every response, errors included
        status.raise_if_exceeded()
    return key


CallerDep = Annotated[ApiKey, Depends(_caller)]
"""The API key of the request. Raises MissingApiKey, InvalidApiKey or RateLimited."""


async def _key_revoked(request: Request, caller: CallerDep) -> Callable[[], bool]:
    def revoked() -> bool:
        try:
            return authenticate(request, app_state(request).api_keys).owner != caller.owner
        except (MissingApiKey, InvalidApiKey):
            return True

    return revoked


KeyRevokedDep = Annotated[Callable[[], bool], Depends(_key_revoked)]
"""Whether the key of a long request has been revoked, or has expired, since it was let in."""


async def _ensure_room(request: Request, _: CallerDep) -> None:
    await app_state(request).headroom.ensure_room(_content_length(request))


async def _ensure_photo_limit(request: Request, caller: CallerDep) -> None:
    state = app_state(request)
    if state.settings.owner_photo_limit:
        await run_in_threadpool(state.owner_limits.ensure_photos, caller.owner)


async def _ensure_album_limit(request: Request, caller: CallerDep) -> None:
    await run_in_threadpool(app_state(request).owner_limits.ensure_albums, caller.owner)


ROOM = Depends(_ensure_room)
"""The first dependency of every route that stores something: StorageFull before Redis or the storage is full."""
PHOTO_LIMIT, ALBUM_LIMIT = Depends(_ensure_photo_limit), Depends(_ensure_album_limit)
"""LimitReached when the owner has stored as many photos or albums as the settings allow."""


async def _admit_upload(request: Request, caller: CallerDep) -> None:
    state, waits = app_state(request), request.query_params.get("wait", "0").strip("0.")
    await state.admission.ensure_capacity(caller.owner, Lane.interactive if waits else Lane.batch)
    await state.headroom.ensure_room(_incoming_bytes(request, state))
    await _ensure_photo_limit(request, caller)


def _incoming_bytes(request: Request, state: AppState) -> int:
    """JSON names a photo of any size."""
    is_named = is_json(request.headers.get("content-type", ""))
    return state.settings.max_photo_bytes if is_named else _content_length(request)


def _content_length(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


ADMISSION = Depends(_admit_upload)
"""The first dependency of every upload route: Overloaded before any other check, then room and limit of photos."""
