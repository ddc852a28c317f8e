"""The connections of one worker process."""

from collections.abc import Callable
from dataclasses import dataclass

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded

from critic_core.runtime.queue import send_ticket
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage
from critic_core.stores.album_results import AlbumResultStore, ResultLimits
from critic_core.stores.albums import AlbumStore
from critic_core.stores.insights import InsightStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue
from critic_core.stores.tastes import TasteStore
from critic_core.stores.worker_status import WorkerStatusStore
from critic_worker.decoding.preparation import LocalDecoder, Prepare, prepare_photo
from critic_worker.decoding.process import DecoderProcess
from critic_worker.settings import WorkerSettings


@dataclass(frozen=True)
class WorkerContext:
    """Settings, stores, storage and queue. Connections do not survive a fork: one context a process."""

    settings: WorkerSettings
    jobs: JobStore
    albums: AlbumStore
    album_results: AlbumResultStore
    insights: InsightStore
    tastes: TasteStore
    worker_status: WorkerStatusStore
    storage: Storage
    queue: PhotoQueue
    send_ticket: Callable[[int], None]
    """Let some worker claim so many queued photos."""
    time_limit_error: type[Exception] = TimeoutError
    """Raised in the middle of the work when the time limit of a task is reached."""
    prepare: Prepare = prepare_photo
    """Decodes photos: in a decoder process, unless CRITIC_DECODER_ISOLATION is off."""
    start_decoder: Callable[[], None] = lambda: None
    """Starts the decoder process ahead of the first photo."""


def make_worker_context(app: Celery, settings: WorkerSettings) -> WorkerContext:
    """The context of the calling process."""
    client, decoder = connect(settings.redis_url), make_decoder(settings)
    return WorkerContext(
        settings=settings,
        jobs=JobStore(client),
        albums=AlbumStore(client),
        album_results=AlbumResultStore(
            client, ResultLimits(settings.max_album_results, settings.max_owner_result_bytes)
        ),
        insights=InsightStore(client),
        tastes=TasteStore(client),
        worker_status=WorkerStatusStore(client),
        storage=Storage(settings.storage_url),
        queue=PhotoQueue(client),
        send_ticket=lambda photos: send_ticket(app, photos),
        time_limit_error=SoftTimeLimitExceeded,
        prepare=decoder.prepare,
        start_decoder=decoder.start,
    )


def make_decoder(settings: WorkerSettings) -> DecoderProcess | LocalDecoder:
    """A decoder process of the calling thread's own; or this process."""
    if not settings.decoder_isolation:
        return LocalDecoder(settings.search_faces)
    return DecoderProcess(
        settings.decoder_memory_mib,
        settings.task_time_limit_seconds,
        settings.max_memory_per_child_kib,
        settings.search_faces,
    )
