"""The Celery tasks, as thin as they can be: what they do is in `work.py`, `albums/answering.py` and `pulse.py`."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from celery import Celery, Task
from celery.exceptions import Reject, TimeLimitExceeded
from structlog.contextvars import bound_contextvars

from critic_core.contracts.album import ARRANGE_TASK
from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.heartbeat import PULSE_TASK
from critic_core.contracts.photo import CRITIQUE_TASK
from critic_core.runtime.queue import REQUEST_ID_HEADER
from critic_worker.albums.compute import answer
from critic_worker.health.heartbeat import take_pulse
from critic_worker.photos.models import Models
from critic_worker.photos.process import Place, process, stopped

T = TypeVar("T")


def add_tasks(app: Celery, place: Callable[[], Place], models: Callable[[], Models]) -> None:
    """Give `app` the tasks; `place` and `models` are called in the process that needs them."""

    class PhotoTask(Task):  # type: ignore[type-arg]  # celery's Task is generic in its stubs only
        """Told of what stops a process from outside."""

        def on_failure(self, exc: BaseException, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
            """The hard time limit killed the process: only the main one is left to tell.

            Should Redis be away just then, housekeeping puts the photo back, and it is told next time.
            """
            if isinstance(exc, TimeLimitExceeded):
                with suppress(QueueUnavailable):
                    stopped(args, place())

    @app.task(name=CRITIQUE_TASK, base=PhotoTask, bind=True)
    def critique_photos(task: PhotoTask, *photo_ids: str) -> None:
        again = bool((task.request.delivery_info or {}).get("redelivered"))
        try:
            with bound_contextvars(request_id=task.request.get(REQUEST_ID_HEADER)):
                process(photo_ids, place(), models(), again)
        except QueueUnavailable as error:
            raise Reject(str(error), requeue=True) from error

    @app.task(name=ARRANGE_TASK, acks_late=False)  # a question that is lost is put again
    def arrange_album(album_id: str, question: str) -> None:
        answer(album_id, question, place().albums, place().answers)

    @app.task(name=PULSE_TASK, acks_late=False)
    def pulse() -> None:
        take_pulse(place().settings.worker_name, models(), place().board)


def once_a_process(make: Callable[[], T]) -> Callable[[], T]:
    """A function that makes its value on first use in each process: connections must not be shared across a fork."""
    made: dict[int, T] = {}

    def get() -> T:
        if os.getpid() not in made:
            made.clear()
            made[os.getpid()] = make()
        return made[os.getpid()]

    return get
