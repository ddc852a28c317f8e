"""The state of a running gateway: settings, stores, limits, notifications."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

import redis
from celery import Celery

from critic_core.runtime.queue import celery_app
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.batches import BatchStore
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.group_corrections import GroupCorrectionStore
from critic_core.stores.insights import InsightStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.owners import OwnerStore
from critic_core.stores.photo_queue import PhotoQueue, measure_load
from critic_core.stores.same_bytes import SameBytesStore
from critic_core.stores.shares import ShareStore
from critic_core.stores.tastes import TasteStore
from critic_core.stores.worker_status import WorkerStatusStore
from critic_gateway.accounts.erasure import Erasure
from critic_gateway.accounts.export import AccountExport
from critic_gateway.accounts.tastes import TasteRequests
from critic_gateway.albums.queries import AlbumQueries
from critic_gateway.albums.shared_album import SharedAlbums
from critic_gateway.auth.api_keys import ApiKeys
from critic_gateway.batches.feeder import BatchFeeder
from critic_gateway.batches.results import BatchResults
from critic_gateway.batches.runner import BatchRunner, running
from critic_gateway.batches.submission import BatchSubmission
from critic_gateway.health.probe_clients import probe_clients
from critic_gateway.health.readiness import ReadinessProbe
from critic_gateway.insights.requests import InsightRequests
from critic_gateway.limits.admission import Admission
from critic_gateway.limits.headroom import Headroom, measure_room
from critic_gateway.limits.idempotency import IdempotencyKeys
from critic_gateway.limits.owner_limits import OwnerLimits
from critic_gateway.limits.quota import PhotoQuota
from critic_gateway.limits.rate_limit import RateLimit
from critic_gateway.notifications.album_feeds import AlbumFeeds
from critic_gateway.notifications.on_demand import OnDemandResults
from critic_gateway.notifications.subscriber import ChangeSubscriber
from critic_gateway.settings import GatewaySettings
from critic_gateway.uploads.handler import UploadHandler
from critic_gateway.uploads.photo_intake import PhotoIntake
from critic_gateway.uploads.reuse import CritiqueReuse
from critic_gateway.uploads.sources import PhotoSources


@dataclass(frozen=True)
class AppState:
    """What the routes' dependencies hand out."""

    settings: GatewaySettings
    jobs: JobStore
    albums: AlbumStore
    owners: OwnerStore
    storage: Storage
    deliveries: DeliveryStore
    shares: ShareStore
    group_corrections: GroupCorrectionStore
    shared: SharedAlbums
    worker_status: WorkerStatusStore
    changes: ChangeSubscriber
    feeds: AlbumFeeds
    queries: AlbumQueries
    insights: InsightRequests
    tastes: TasteRequests
    uploads: UploadHandler
    batches: BatchStore
    batch_submission: BatchSubmission
    batch_results: BatchResults
    batch_runner: BatchRunner
    account_export: AccountExport
    erasure: Erasure
    api_keys: ApiKeys
    admission: Admission
    headroom: Headroom
    rate_limit: RateLimit
    quota: PhotoQuota
    owner_limits: OwnerLimits
    readiness: ReadinessProbe


@asynccontextmanager
async def open_app_state(settings: GatewaySettings) -> AsyncIterator[AppState]:
    """The state of a gateway with these settings. Redis may still be down."""
    with (
        connect(settings.redis_url) as client,
        closing(celery_app(settings)) as queue,
        closing(Admission(lambda: measure_load(JobStore(client), PhotoQueue(client)), settings)) as admission,
        probe_clients(settings) as probes,
        closing(Headroom(lambda: measure_room(probes.redis, probes.storage), settings)) as headroom,
    ):
        changes = ChangeSubscriber(settings.redis_url)
        async with changes.subscribed():
            state = _app_state(settings, client, queue, admission, headroom, changes, ReadinessProbe(probes))
            async with running(state.batch_runner):
                yield state


def _app_state(  # noqa: PLR0913, PLR0917 - everything that is opened and closed
    settings: GatewaySettings,
    client: "redis.Redis",
    queue: Celery,
    admission: Admission,
    headroom: Headroom,
    changes: ChangeSubscriber,
    readiness: ReadinessProbe,
) -> AppState:
    jobs, albums, storage, quota = (
        JobStore(client),
        AlbumStore(client),
        Storage(settings.storage_url),
        PhotoQuota(client),
    )
    owners, deliveries, shares = OwnerStore(client), DeliveryStore(client), ShareStore(client)
    tastes = TasteStore(client)
    workers = WorkerStatusStore(client)
    reuse = CritiqueReuse(SameBytesStore(client), jobs, storage, workers)
    intake = PhotoIntake(jobs, albums, storage, PhotoQueue(client), queue, quota, reuse, settings)
    corrections = GroupCorrectionStore(client)
    idempotency_keys = IdempotencyKeys(client, settings.idempotency_ttl_seconds)
    batches, api_keys = BatchStore(client), ApiKeys.from_settings(settings)
    erasure = Erasure(jobs, albums, owners, tastes, batches, storage)
    sources, owner_limits = PhotoSources(storage, settings), OwnerLimits(owners, settings)
    feeder = BatchFeeder(intake, batches, api_keys, admission, headroom, owner_limits, sources)
    on_demand = OnDemandResults(client, changes, queue)
    results = BatchResults(batches, jobs, storage, erasure)
    return AppState(
        settings=settings,
        jobs=jobs,
        albums=albums,
        owners=owners,
        storage=storage,
        deliveries=deliveries,
        shares=shares,
        group_corrections=corrections,
        shared=SharedAlbums(shares, albums, jobs),
        worker_status=workers,
        changes=changes,
        feeds=AlbumFeeds(albums, changes),
        queries=AlbumQueries(AlbumResultStore(client), on_demand, tastes),
        insights=InsightRequests(InsightStore(client), on_demand),
        tastes=TasteRequests(tastes, on_demand),
        uploads=UploadHandler(
            intake, admission, idempotency_keys, changes, sources, asyncio.Semaphore(settings.max_concurrent_fetches)
        ),
        batches=batches,
        batch_submission=BatchSubmission(batches, storage, erasure, idempotency_keys, sources, settings),
        batch_results=results,
        batch_runner=BatchRunner(batches, feeder, results, erasure, settings.batch_ttl_seconds),
        account_export=AccountExport(jobs, albums, owners, deliveries, shares, corrections, tastes, batches),
        erasure=erasure,
        api_keys=api_keys,
        admission=admission,
        headroom=headroom,
        rate_limit=RateLimit(client),
        quota=quota,
        owner_limits=owner_limits,
        readiness=readiness,
    )
