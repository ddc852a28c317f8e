"""The tasks on an application in memory: what they pass on, and what they do when Redis is down."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis
from celery import Celery
from celery.exceptions import Reject, TimeLimitExceeded
from structlog.contextvars import get_contextvars
from tests.unit.worker.fakes import FakeModels

from critic_core.contracts.album import ALBUM_RESULT_TASK, GroupsQuery, Thresholds, query_digest
from critic_core.contracts.heartbeat import HEARTBEAT_TASK
from critic_core.contracts.photo import CRITIQUE_TASK, NAMED_CRITIQUE_TASK, PhotoState
from critic_core.stores.photo_queue import PhotoQueue
from critic_worker.celery.tasks import add_tasks, once_per_process
from critic_worker.context import WorkerContext

Upload = Callable[..., str]
Queued = Callable[[], list[str]]


@pytest.fixture
def app(context: WorkerContext, models: FakeModels) -> Iterator[Celery]:
    celery = Celery("tested", broker="memory://", set_as_current=False)
    add_tasks(celery, lambda: context, lambda: models)
    yield celery
    celery.close()


def run(app: Celery, task: str, *args: str | int, **request: Any) -> None:
    """Run a task in this process, with these fields of its message."""
    celery_task = app.tasks[task]
    celery_task.push_request(args=args, kwargs={}, **request)
    try:
        celery_task.run(*args)
    finally:
        celery_task.pop_request()


@pytest.fixture
def enqueue(context: WorkerContext, upload: Upload) -> Callable[[int], list[str]]:
    """Upload and enqueue so many photos; returns their ids."""

    def upload_all(photos: int) -> list[str]:
        ids = [upload() for _ in range(photos)]
        context.queue.enqueue(ids, "r-1")
        return ids

    return upload_all


Enqueue = Callable[[int], list[str]]


def test_photos_of_a_ticket_are_processed(app: Celery, context: WorkerContext, enqueue: Enqueue) -> None:
    ids = enqueue(2)
    run(app, CRITIQUE_TASK, 2, id="t")
    assert [context.jobs.get(photo_id).state for photo_id in ids] == [PhotoState.done] * 2
    assert context.queue.photos_of_ticket("t") == []


def test_photos_that_a_gateway_of_the_last_version_names_are_processed(
    app: Celery, context: WorkerContext, upload: Upload
) -> None:
    ids = [upload(), upload()]
    run(app, NAMED_CRITIQUE_TASK, *ids, id="t")
    run(app, NAMED_CRITIQUE_TASK, *ids, id="repeated")
    assert [context.jobs.get(photo_id).state for photo_id in ids] == [PhotoState.done] * 2
    assert context.queue.queued() == 0


def test_a_ticket_without_photos_does_nothing(app: Celery, models: FakeModels) -> None:
    run(app, CRITIQUE_TASK, 4, id="t")
    assert models.stable.requests == 0


def test_a_repeated_batch_is_split(app: Celery, context: WorkerContext, enqueue: Enqueue, queued: Queued) -> None:
    ids = enqueue(2)
    context.queue.claim("t", "killed", 2)
    run(app, CRITIQUE_TASK, 2, id="t")
    assert queued() == ids


def test_log_lines_carry_the_request_id(app: Celery, models: FakeModels, enqueue: Enqueue) -> None:
    request_ids: list[object] = []
    models.stable.on_request = lambda: request_ids.append(get_contextvars().get("request_id"))
    enqueue(1)
    run(app, CRITIQUE_TASK, 1, id="t")
    assert request_ids == ["r-1"]


def test_a_ticket_is_requeued_while_redis_is_down(context: WorkerContext, models: FakeModels) -> None:
    down = PhotoQueue(redis.Redis.from_url("redis://127.0.0.1:1/0", decode_responses=True))
    app = Celery("tested", broker="memory://", set_as_current=False)
    add_tasks(app, lambda: replace(context, queue=down), lambda: models)
    with pytest.raises(Reject) as rejected:
        run(app, CRITIQUE_TASK, 1, id="t")
    assert rejected.value.requeue
    app.tasks[CRITIQUE_TASK].on_failure(TimeLimitExceeded(), "t", (1,), {}, None)  # raises nothing
    app.close()


def test_the_hard_time_limit_fails_the_photo(app: Celery, context: WorkerContext, enqueue: Enqueue) -> None:
    (photo_id,) = enqueue(1)
    context.queue.claim("t", context.settings.lease_name, 1)
    app.tasks[CRITIQUE_TASK].on_failure(ValueError(), "t", (1,), {}, None)
    assert context.jobs.get(photo_id).state is PhotoState.running
    app.tasks[CRITIQUE_TASK].on_failure(TimeLimitExceeded(), "t", (1,), {}, None)
    problem = context.jobs.get(photo_id).problem
    assert problem is not None
    assert problem.code == "photo_timeout"
    assert context.queue.photos_of_ticket("t") == []


def test_a_heartbeat_is_this_workers(app: Celery, context: WorkerContext) -> None:
    run(app, HEARTBEAT_TASK)
    assert [heartbeat.worker for heartbeat in context.worker_status.heartbeats(0)] == ["tested"]


def test_a_query_about_a_deleted_album_has_no_result(app: Celery, context: WorkerContext) -> None:
    query = GroupsQuery(thresholds=Thresholds())
    run(app, ALBUM_RESULT_TASK, "unknown", query.model_dump_json())
    assert context.album_results.latest("unknown", query_digest(query)) is None


def test_a_value_is_made_once_per_process(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    get = once_per_process(make)
    assert get() is get()
    monkeypatch.setattr("os.getpid", lambda: -1)  # as after a fork
    assert get() is made[1]
    assert len(made) == 2
