"""The state of a running gateway: settings, stores, limits, notifications."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

import redis
from celery import Celery

from critic_core.runtime.queue import celery_app
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue, measure_load
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
from critic_gateway.stores import Stores, make_stores
from critic_gateway.uploads.handler import UploadHandler
from critic_gateway.uploads.photo_intake import PhotoIntake
from critic_gateway.uploads.reuse import CritiqueReuse
from critic_gateway.uploads.sources import PhotoSources


@dataclass(frozen=True)
class AppState:
    """What the routes' dependencies hand out."""

    settings: GatewaySettings
    stores: Stores
    changes: ChangeSubscriber
    readiness: ReadinessProbe
    api_keys: ApiKeys
    admission: Admission
    headroom: Headroom
    rate_limit: RateLimit
    quota: PhotoQuota
    owner_limits: OwnerLimits
    erasure: Erasure
    account_export: AccountExport
    feeds: AlbumFeeds
    queries: AlbumQueries
    insights: InsightRequests
    tastes: TasteRequests
    shared: SharedAlbums
    uploads: UploadHandler
    batches: "Batches"


@dataclass(frozen=True)
class Batches:
    """Submission, run and results of batches."""

    submission: BatchSubmission
    runner: BatchRunner
    results: BatchResults


@dataclass(frozen=True)
class _Connections:
    """What a gateway opens and closes."""

    client: "redis.Redis"
    queue: Celery
    admission: Admission
    headroom: Headroom
    changes: ChangeSubscriber


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
            connections = _Connections(client, queue, admission, headroom, changes)
            state = _app_state(settings, connections, ReadinessProbe(probes))
            async with running(state.batches.runner):
                yield state


def _app_state(settings: GatewaySettings, connections: _Connections, readiness: ReadinessProbe) -> AppState:
    stores = make_stores(connections.client, settings.storage_url)
    quota, api_keys = PhotoQuota(connections.client), ApiKeys.from_settings(settings)
    erasure = Erasure(stores.jobs, stores.albums, stores.owners, stores.tastes, stores.batches, stores.storage)
    on_demand = OnDemandResults(connections.client, connections.changes, connections.queue)
    uploads = _uploads(settings, connections, stores, quota)
    return AppState(
        settings=settings,
        stores=stores,
        changes=connections.changes,
        readiness=readiness,
        api_keys=api_keys,
        admission=connections.admission,
        headroom=connections.headroom,
        rate_limit=RateLimit(connections.client),
        quota=quota,
        owner_limits=OwnerLimits(stores.owners, settings),
        erasure=erasure,
        account_export=_account_export(stores),
        feeds=AlbumFeeds(stores.albums, connections.changes),
        queries=AlbumQueries(stores.album_results, on_demand, stores.tastes),
        insights=InsightRequests(stores.insights, on_demand),
        tastes=TasteRequests(stores.tastes, on_demand),
        shared=SharedAlbums(stores.shares, stores.albums, stores.jobs),
        uploads=uploads,
        batches=_batches(connections, stores, erasure, uploads, api_keys),
    )


def _uploads(settings: GatewaySettings, connections: _Connections, stores: Stores, quota: PhotoQuota) -> UploadHandler:
    reuse = CritiqueReuse(stores.same_bytes, stores.jobs, stores.storage, stores.worker_status)
    intake = PhotoIntake(
        stores.jobs, stores.albums, stores.storage, stores.queue, connections.queue, quota, reuse, settings
    )
    keys = IdempotencyKeys(connections.client, settings.idempotency_ttl_seconds)
    sources, fetches = PhotoSources(stores.storage, settings), asyncio.Semaphore(settings.max_concurrent_fetches)
    return UploadHandler(intake, connections.admission, keys, connections.changes, sources, fetches)


def _batches(
    connections: _Connections, stores: Stores, erasure: Erasure, uploads: UploadHandler, api_keys: ApiKeys
) -> Batches:
    """Batches take photos in as uploads do."""
    intake, settings = uploads.intake, uploads.intake.settings
    limits = connections.admission, connections.headroom, OwnerLimits(stores.owners, settings)
    feeder = BatchFeeder(intake, stores.batches, api_keys, *limits, uploads.sources)
    results = BatchResults(stores.batches, stores.jobs, stores.storage, erasure)
    return Batches(
        BatchSubmission(stores.batches, stores.storage, erasure, uploads.idempotency_keys, uploads.sources, settings),
        BatchRunner(stores.batches, feeder, results, erasure, settings.batch_ttl_seconds),
        results,
    )


def _account_export(stores: Stores) -> AccountExport:
    subjects = stores.jobs, stores.albums, stores.owners, stores.deliveries, stores.shares
    return AccountExport(*subjects, stores.group_corrections, stores.tastes, stores.batches)
