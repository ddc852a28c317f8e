"""A new photo on a real server: everything in one step, or nothing."""

import pytest
import redis
from tests.support.critiques import make_photo

from critic_core.contracts.errors import LimitReached, QuotaExceeded
from critic_core.contracts.photo import CRITIQUE_QUEUE, PhotoState
from critic_core.stores.jobs import JobStore
from critic_core.stores.new_photo import QueueEntry, Quota, Terms
from critic_core.stores.photo_queue import PhotoQueue

TERMS = Terms(owner_limit=2, quota=Quota("critic:quota:ann", 1), entry=QueueEntry("ticket", "r-1", "00-trace-span-01"))


@pytest.fixture
def jobs(client: "redis.Redis") -> JobStore:
    return JobStore(client)


def test_a_photo_is_stored_counted_and_queued_with_its_ticket(jobs: JobStore, client: "redis.Redis") -> None:
    photo = make_photo(PhotoState.queued)
    for _ in range(2):  # a lost reply is retried
        jobs.create(photo, TERMS)
    assert (client.get("critic:quota:ann"), client.lrange(CRITIQUE_QUEUE, 0, -1)) == ("1", ["ticket"])
    claimed = PhotoQueue(client).claim("t", "w", 4)
    assert (claimed.photo_ids, claimed.request_ids) == ((photo.id,), ("r-1",))
    assert claimed.traceparents == ("00-trace-span-01",)


def test_a_photo_beyond_a_limit_leaves_nothing(jobs: JobStore, client: "redis.Redis") -> None:
    jobs.create(make_photo(PhotoState.queued), TERMS)
    for terms, error in ((TERMS, QuotaExceeded), (Terms(owner_limit=1), LimitReached)):
        with pytest.raises(error):
            jobs.create(make_photo(PhotoState.queued), terms)
    assert (jobs.backlog(), client.llen(CRITIQUE_QUEUE), client.get("critic:quota:ann")) == (1, 1, "1")
