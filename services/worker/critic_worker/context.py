"""The connections of one worker process."""

from collections.abc import Callable
from dataclasses import dataclass

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from structlog.contextvars import get_contextvars

from critic_core.runtime.queue import enqueue
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.worker_status import WorkerStatusStore
from critic_worker.settings import WorkerSettings


@dataclass(frozen=True)
class WorkerContext:
    """Settings, stores, storage and queue. Connections do not survive a fork: one context a process."""

    settings: WorkerSettings
    jobs: JobStore
    albums: AlbumStore
    album_results: AlbumResultStore
    worker_status: WorkerStatusStore
    storage: Storage
    enqueue: Callable[[str], None]
    time_limit_error: type[Exception] = TimeoutError
    """Raised in the middle of the work when the time limit of a task is reached."""


def make_worker_context(app: Celery, settings: WorkerSettings) -> WorkerContext:
    """The context of the calling process."""
    client = connect(settings.redis_url)
    return WorkerContext(
        settings=settings,
        jobs=JobStore(client),
        albums=AlbumStore(client),
        album_results=AlbumResultStore(client),
        worker_status=WorkerStatusStore(client),
        storage=Storage(settings.storage_url),
        # A requeued photo keeps the id of the request that uploaded it.
        enqueue=lambda photo_id: enqueue(app, photo_id, request_id=get_contextvars().get("request_id")),
        time_limit_error=SoftTimeLimitExceeded,
    )
