"""Tickets: what is claimed, passed on, and forgotten."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.support.critiques import make_photo
from tests.unit.worker.conftest import PHOTO
from tests.unit.worker.fakes import FakeModels

from critic_core.contracts.photo import Lane, PhotoState
from critic_core.runtime.storage import photo_key
from critic_worker import metrics
from critic_worker.context import WorkerContext
from critic_worker.photos.tickets import process_ticket, stop_ticket

Upload = Callable[..., str]
Queued = Callable[[], list[str]]


@pytest.mark.parametrize(("owners", "photos", "expected"), [("aaa", 3, []), ("aab", 3, [1]), ("abcd", 8, [3])])
def test_the_rest_of_a_ticket_is_passed_on(
    context: WorkerContext, models: FakeModels, tickets: list[int], owners: str, photos: int, expected: list[int]
) -> None:
    queued = [make_photo(PhotoState.queued, owner=owner) for owner in owners]
    for photo in queued:
        context.storage.put(photo_key(photo.id), PHOTO)
        context.jobs.create(photo)
    context.queue.enqueue([photo.id for photo in queued])
    process_ticket("t", photos, context, models)
    assert tickets == expected
    assert context.jobs.get(queued[0].id).state is PhotoState.done


def test_a_ticket_without_a_slot_takes_an_interactive_photo_or_returns_to_the_queue(
    context: WorkerContext, models: FakeModels, tickets: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = replace(context, settings=context.settings.model_copy(update={"worker_concurrency": 1}))
    batch, another = (make_photo(PhotoState.queued) for _ in range(2))
    interactive = make_photo(PhotoState.queued).model_copy(update={"lane": Lane.interactive})
    for photo in (batch, another, interactive):
        context.storage.put(photo_key(photo.id), PHOTO)
        context.jobs.create(photo)
    context.queue.enqueue([batch.id, another.id])
    context.queue.claim("held", context.settings.lease_name, 1)
    waits = iter([lambda: None, lambda: context.queue.enqueue([interactive.id])])
    monkeypatch.setattr(context.queue, "wait", lambda seconds: next(waits)())
    process_ticket("t", 4, context, models)
    assert tickets == [4]
    process_ticket("t", 4, context, models)
    assert context.jobs.get(interactive.id).state is PhotoState.done
    assert context.jobs.get(another.id).state is PhotoState.queued


def test_the_time_limit_ends_a_ticket_and_splits_its_batch(
    context: WorkerContext, upload: Upload, queued: Queued, tickets: list[int]
) -> None:
    ids = [upload(), upload()]
    context.queue.enqueue(ids)
    context.queue.claim("t", context.settings.lease_name, 2)
    stop_ticket("t", context)
    assert (queued(), tickets, context.queue.photos_of_ticket("t")) == (ids, [1, 1], [])


def test_waits_are_observed_by_lane(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    histogram = metrics.WAIT_SECONDS.labels("batch")
    before = histogram._sum.get()
    context.queue.enqueue([upload()])
    process_ticket("t", 1, context, models)
    assert histogram._sum.get() > before
