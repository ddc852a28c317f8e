"""Tickets: what is claimed, passed on, and forgotten."""

from collections.abc import Callable

import pytest
from tests.support.critiques import make_photo
from tests.unit.worker.conftest import PHOTO
from tests.unit.worker.fakes import FakeModels

from critic_core.contracts.photo import PhotoState
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
