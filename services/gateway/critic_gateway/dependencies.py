"""What the routes work with, made once at start, and asked for by type."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Annotated

import redis
from celery import Celery
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from critic_core.runtime.queue import celery_app
from critic_core.runtime.storage import Storage
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.deliveries import DeliveryStore
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.worker_status import WorkerStatusStore
from critic_gateway.auth import authenticate
from critic_gateway.auth.api_keys import ApiKey, Keyring
from critic_gateway.limits.admission import Admission
from critic_gateway.limits.idempotency import IdempotencyKeys
from critic_gateway.limits.quota import PhotoQuota
from critic_gateway.limits.rate_limit import RateLimit
from critic_gateway.notifications.album_feeds import AlbumFeeds
from critic_gateway.notifications.subscriber import Bell
from critic_gateway.settings import GatewaySettings


@dataclass(frozen=True)
class Parts:
    """Everything a running gateway holds on to."""

    settings: GatewaySettings
    redis: "redis.Redis"
    store: JobStore
    admission: Admission
    albums: AlbumStore
    answers: AlbumResultStore
    feeds: AlbumFeeds
    board: WorkerStatusStore
    storage: Storage
    queue: Celery
    bell: Bell
    keys: IdempotencyKeys
    deliveries: DeliveryStore
    keyring: Keyring
    rate: RateLimit
    quota: PhotoQuota


@asynccontextmanager
async def open_parts(settings: GatewaySettings) -> AsyncIterator[Parts]:
    """The parts of a gateway with these settings; nothing here needs Redis to be up yet."""
    client = connect(settings.redis_url)
    store, albums, bell = JobStore(client), AlbumStore(client), Bell(settings.redis_url)
    parts = Parts(
        settings=settings,
        redis=client,
        store=store,
        admission=Admission(store.load, settings),
        albums=albums,
        answers=AlbumResultStore(client),
        feeds=AlbumFeeds(albums, bell),
        board=WorkerStatusStore(client),
        storage=Storage(settings.storage_url),
        queue=celery_app(settings),
        bell=bell,
        keys=IdempotencyKeys(client, settings.idempotency_ttl_seconds),
        deliveries=DeliveryStore(client),
        keyring=Keyring.of(settings),
        rate=RateLimit(client),
        quota=PhotoQuota(client),
    )
    async with parts.bell.listening():
        yield parts
    parts.admission.close()
    parts.queue.close()
    client.close()


@contextmanager
def at_a_glance(parts: Parts) -> Iterator[Parts]:
    """The same parts for probes and figures: with little patience for a Redis that hangs."""
    with connect(parts.settings.redis_url, patient=False) as client:
        board, deliveries = WorkerStatusStore(client), DeliveryStore(client)
        yield replace(parts, redis=client, store=JobStore(client), board=board, deliveries=deliveries)


# These three are coroutines, though they wait for little or nothing: FastAPI would have plain functions wait for the
# thread pool, behind uploads that are being written.
async def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsHere = Annotated[Parts, Depends(_parts)]


async def _caller(request: Request, parts: PartsHere) -> ApiKey:
    key = authenticate.caller(request, parts.keyring)
    if key.requests_per_second:
        standing = await run_in_threadpool(parts.rate.count, key)
        request.state.limit_fields = standing.fields  # with the answer, whatever that is
        standing.refuse_one_too_many()
    return key


Caller = Annotated[ApiKey, Depends(_caller)]
"""Whose request it is. Raises MissingApiKey, InvalidApiKey or RateLimited."""


async def _room(parts: PartsHere, _: Caller) -> None:
    await parts.admission.ensure_room()


ROOM = Depends(_room)
"""First among the dependencies of a route that takes photos: Overloaded before anything else is looked at."""
