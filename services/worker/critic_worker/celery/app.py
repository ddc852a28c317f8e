"""The worker's Celery application: the shared one, with tasks, its own queue and its own processes' promises."""

from celery import Celery, signals
from kombu import Queue
from structlog.contextvars import get_contextvars

from critic_core.contracts.heartbeat import pulse_queue
from critic_core.runtime.queue import celery_app, enqueue
from critic_core.runtime.storage import Storage
from critic_core.stores.album_results import AnswerStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore, connect
from critic_core.stores.routing import RoutingStore
from critic_core.stores.worker_status import NoticeBoard
from critic_worker import metrics
from critic_worker.celery.tasks import add_tasks, once_a_process
from critic_worker.photos.models import Models
from critic_worker.photos.process import Place
from critic_worker.settings import WorkerSettings


def worker_app(settings: WorkerSettings) -> Celery:
    """A Celery application that can be run as a worker."""
    app = celery_app(settings)
    app.conf.update(
        task_queues=[*app.conf.task_queues, Queue(pulse_queue(settings.worker_name), expires=600)],
        worker_concurrency=settings.worker_concurrency,
        worker_max_memory_per_child=settings.worker_memory_kib,
        worker_lost_wait=1.0,  # a killed child has sent its result by then, or never will
        worker_proc_alive_timeout=60.0,  # importing on a crowded machine takes its time
        worker_enable_remote_control=False,
    )
    place = once_a_process(lambda: make_place(app, settings))
    models = once_a_process(lambda: _models(settings))
    add_tasks(app, place, models)

    # A child gets ready before its first photo. Celery holds receivers weakly, and this one is nobody else's.
    @signals.worker_process_init.connect(weak=False)
    def get_ready(**_: object) -> None:
        metrics.begin_process()
        place()
        models()

    return app


def make_place(app: Celery, settings: WorkerSettings) -> Place:
    """Connections for the process that calls this."""
    client = connect(settings.redis_url)
    return Place(
        settings=settings,
        jobs=JobStore(client),
        albums=AlbumStore(client),
        answers=AnswerStore(client),
        board=NoticeBoard(client),
        storage=Storage(settings.storage_url),
        # A photo put back keeps the id of the request that brought it.
        enqueue=lambda photo_id: enqueue(app, photo_id, request_id=get_contextvars().get("request_id")),
    )


def _models(settings: WorkerSettings) -> Models:
    # gRPC must not be loaded before the fork: its channels and threads do not survive it.
    from critic_worker.rollout.routed_models import InferenceModels  # noqa: PLC0415

    client = connect(settings.redis_url)
    return InferenceModels(settings, RoutingStore(client), JobStore(client))
