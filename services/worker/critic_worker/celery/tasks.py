"""The Celery tasks: thin wrappers around the functions of the other rooms."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from celery import Celery, Task
from celery.exceptions import Reject, TimeLimitExceeded

from critic_core.contracts.album import ALBUM_RESULT_TASK
from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.heartbeat import HEARTBEAT_TASK
from critic_core.contracts.insight import INSIGHT_TASK
from critic_core.contracts.photo import CRITIQUE_TASK, NAMED_CRITIQUE_TASK
from critic_core.contracts.taste import TASTE_TASK
from critic_worker.albums.compute import compute_album_result
from critic_worker.context import WorkerContext
from critic_worker.health.heartbeat import run_self_test
from critic_worker.insights.compute import compute_insight
from critic_worker.photos.models import Models
from critic_worker.photos.tickets import process_named_photos, process_ticket, stop_ticket
from critic_worker.taste.train import train_taste

T = TypeVar("T")


def add_tasks(app: Celery, context: Callable[[], WorkerContext], models: Callable[[], Models]) -> None:
    """Register the tasks; `context` and `models` are called in the process that runs a task."""
    _add_critiques(app, context, models)
    _add_requested(app, context, models)

    @app.task(name=HEARTBEAT_TASK, acks_late=False, shared=False)
    def heartbeat() -> None:
        worker = context()
        run_self_test(worker.settings.worker_name, models(), worker.worker_status, worker.prepare)


def _add_critiques(app: Celery, context: Callable[[], WorkerContext], models: Callable[[], Models]) -> None:
    class PhotoTask(Task):  # type: ignore[type-arg]  # celery's Task is generic in its stubs only
        """Handles the hard time limit."""

        def on_failure(self, exc: BaseException, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
            """Runs in the main process, since the hard time limit has killed the pool process.

            With Redis down just then, the reaper requeues the photos.
            """
            if isinstance(exc, TimeLimitExceeded):
                with suppress(QueueUnavailable):
                    stop_ticket(task_id, context())

    @app.task(name=CRITIQUE_TASK, base=PhotoTask, bind=True, shared=False)
    def critique_photos(task: PhotoTask, photos: int) -> None:
        with _requeued_without_redis():
            process_ticket(str(task.request.id), photos, context(), models())

    @app.task(name=NAMED_CRITIQUE_TASK, base=PhotoTask, bind=True, shared=False)
    def critique_named_photos(task: PhotoTask, *photo_ids: str) -> None:
        with _requeued_without_redis():
            process_named_photos(str(task.request.id), photo_ids, context(), models())


def _add_requested(app: Celery, context: Callable[[], WorkerContext], models: Callable[[], Models]) -> None:
    """The tasks whose results a caller of the gateway waits for: the gateway repeats a lost request."""

    @app.task(name=ALBUM_RESULT_TASK, acks_late=False, shared=False)
    def album_result(album_id: str, query: str) -> None:
        worker = context()
        compute_album_result(album_id, query, worker.albums, worker.album_results, worker.tastes)

    @app.task(name=INSIGHT_TASK, acks_late=False, shared=False)
    def insight(photo_id: str, name: str) -> None:
        compute_insight(photo_id, name, context(), models())

    @app.task(name=TASTE_TASK, acks_late=False, shared=False)
    def taste(owner: str) -> None:
        train_taste(owner, context())


@contextmanager
def _requeued_without_redis() -> Iterator[None]:
    try:
        yield
    except QueueUnavailable as error:
        raise Reject(str(error), requeue=True) from error


def once_per_process(make: Callable[[], T]) -> Callable[[], T]:
    """Cache the value of `make` in each process: connections must not be shared across a fork."""
    values: dict[int, T] = {}

    def get() -> T:
        if os.getpid() not in values:
            values.clear()
            values[os.getpid()] = make()
        return values[os.getpid()]

    return get
