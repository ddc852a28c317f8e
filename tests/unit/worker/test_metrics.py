"""Gauges at scrape time: none instead of a wrong one while Redis is down."""

import time

import redis
from tests.support.critiques import make_critique, make_photo

from critic_core.contracts.photo import Lane, PhotoState
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue
from critic_worker import metrics


def gauges(collector: metrics.Backlog | metrics.HeartbeatAge) -> dict[str, float]:
    return {family.name: family.samples[0].value for family in collector.collect()}


def test_the_backlog_is_that_of_the_stores(client: "redis.Redis") -> None:
    jobs, queue, photo = JobStore(client), PhotoQueue(client), make_photo(PhotoState.queued)
    jobs.create(photo)
    queue.enqueue([photo.id])
    backlog, queued, oldest = metrics.Backlog(jobs, queue).collect()
    assert [sample.value for sample in backlog.samples] == [1]
    assert {sample.labels["lane"]: sample.value for sample in queued.samples} == {"interactive": 0, "batch": 1}
    assert [0 <= sample.value < 60 for sample in oldest.samples] == [True, True]


def test_there_is_no_backlog_while_redis_is_down() -> None:
    down = redis.Redis.from_url("redis://127.0.0.1:1/0", decode_responses=True)
    assert gauges(metrics.Backlog(JobStore(down), PhotoQueue(down))) == {}


def test_the_age_of_the_heartbeat_is_read_at_scrape_time() -> None:
    assert gauges(metrics.HeartbeatAge(lambda: 7.5)) == {"critic_worker_heartbeat_age_seconds": 7.5}


def test_a_critique_counts_by_model_version_lane_and_time() -> None:
    critiques = metrics.CRITIQUES.labels("aesthetics", "1")
    end_to_end = metrics.END_TO_END_SECONDS.labels("interactive")
    before, seconds = critiques._value.get(), end_to_end._sum.get()
    photo = make_photo().model_copy(update={"lane": Lane.interactive})
    time.sleep(0.002)  # ids have milliseconds
    metrics.observe(photo, make_critique())
    assert critiques._value.get() == before + 1
    assert end_to_end._sum.get() > seconds


def test_a_started_process_has_no_photos_in_progress() -> None:
    started = metrics.STARTED._value.get()
    metrics.IN_PROGRESS.set(3)
    metrics.start_process()
    assert (metrics.STARTED._value.get(), metrics.IN_PROGRESS._value.get()) == (started + 1, 0)
