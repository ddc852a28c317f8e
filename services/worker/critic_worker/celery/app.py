"""The worker's Celery application: the shared one, with tasks, the worker's own queue and a context a process."""

from celery import Celery, signals
from kombu import Queue

from critic_core.contracts.heartbeat import heartbeat_queue
from critic_core.runtime.queue import celery_app
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.routing import RoutingStore
from critic_worker import metrics
from critic_worker.celery.tasks import add_tasks, once_per_process
from critic_worker.context import make_worker_context
from critic_worker.photos.models import Models
from critic_worker.settings import WorkerSettings


def worker_app(settings: WorkerSettings) -> Celery:
    """A Celery application that can run as a worker."""
    app = celery_app(settings)
    app.conf.update(
        task_queues=[*app.conf.task_queues, Queue(heartbeat_queue(settings.worker_name), expires=600)],
        worker_concurrency=settings.pool_processes,
        worker_max_memory_per_child=settings.max_memory_per_child_kib,
        worker_lost_wait=1.0,  # a killed process has sent its result by then, or never will
        worker_proc_alive_timeout=60.0,  # imports are slow on a busy machine
        worker_enable_remote_control=False,
    )
    context = once_per_process(lambda: make_worker_context(app, settings))
    models = once_per_process(lambda: _make_models(settings))
    add_tasks(app, context, models)

    # Connect before the first photo. Celery holds receivers weakly by default, and nothing else refers to this one.
    @signals.worker_process_init.connect(weak=False)
    def prepare_pool_process(**_: object) -> None:
        metrics.start_process()
        context().start_decoder()
        models()

    return app


def _make_models(settings: WorkerSettings) -> Models:
    # gRPC must not be loaded before the fork: its channels and threads do not survive it.
    from critic_worker.rollout.routed_models import RoutedModels  # noqa: PLC0415

    client = connect(settings.redis_url)
    return RoutedModels(settings, RoutingStore(client), JobStore(client))
