"""The hot path on a real queue server: claim, classify, store; requeue, dead letter, split, time limit."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import redis
from tests.support.claims import claim
from tests.unit.worker.conftest import PHOTO, TimeLimitReached
from tests.unit.worker.fakes import FakeClassifier, FakeModels

from critic_core.contracts.errors import (
    InferenceFailed,
    InferenceUnavailable,
    PhotoNotFound,
    QueueUnavailable,
    StorageUnavailable,
)
from critic_core.contracts.photo import PhotoState
from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_core.stores.jobs import JobStore
from critic_worker import metrics
from critic_worker.context import WorkerContext
from critic_worker.photos.process import on_time_limit, process_photos

Upload = Callable[..., str]
Queued = Callable[[], list[str]]


def deliver(photo_ids: Sequence[str], context: WorkerContext, models: FakeModels, ticket: str = "") -> None:
    process_photos(claim(context.queue, photo_ids, ticket), context, models)


def state(context: WorkerContext, photo_id: str) -> PhotoState:
    return context.jobs.get(photo_id).state


def code(context: WorkerContext, photo_id: str) -> str | None:
    problem = context.jobs.get(photo_id).problem
    return problem.code if problem else None


# -- one photo --------------------------------------------------------------------------------------------------------


def test_a_photo_gets_its_critique_and_its_preview(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    photo_id = upload()
    deliver([photo_id], context, models)
    photo = context.jobs.get(photo_id)
    assert photo.critique is not None
    assert (photo.state, photo.claims, photo.critique.score) == (PhotoState.done, 1, 25)
    assert context.storage.get(preview_key(photo_id)).startswith(b"\xff\xd8")
    assert all(milliseconds > 0 for milliseconds in photo.critique.timings_ms.model_dump().values())


def test_a_stored_critique_is_offered_to_the_shadow(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    done, unusable = upload(), upload(b"text")
    deliver([done], context, models)
    deliver([unusable], context, models)
    assert models.compared == [(done, PHOTO)]


def test_a_finished_photo_is_skipped(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    photo_id = upload()
    deliver([photo_id], context, models)
    before = context.jobs.get(photo_id)
    deliver([photo_id], context, models)
    assert context.jobs.get(photo_id) == before
    assert models.stable.requests == 1


def test_a_deleted_photo_is_skipped(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    photo_id = upload()
    context.jobs.delete(photo_id)
    deliver([photo_id], context, models)
    assert models.stable.requests == 0
    assert context.jobs.backlog() == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", "photo_empty"), (b"text", "photo_unsupported"), (PHOTO[:500], "photo_corrupt")],
)
def test_an_unusable_photo_fails_with_its_problem(
    context: WorkerContext, models: FakeModels, upload: Upload, data: bytes, expected: str
) -> None:
    photo_id = upload(data)
    deliver([photo_id], context, models)
    assert code(context, photo_id) == expected
    assert models.stable.requests == 0


def test_a_photo_without_bytes_fails(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    photo_id = upload()
    context.storage.delete(photo_key(photo_id))
    deliver([photo_id], context, models)
    assert code(context, photo_id) == "photo_not_found"


@pytest.mark.parametrize(
    ("error", "expected"), [(InferenceFailed(), "inference_failed"), (RuntimeError("a bug"), "internal_error")]
)
def test_any_other_error_fails_the_photo(
    context: WorkerContext, models: FakeModels, upload: Upload, error: Exception, expected: str
) -> None:
    models.stable.errors = [error]
    photo_id = upload()
    deliver([photo_id], context, models)
    assert code(context, photo_id) == expected


def test_the_gauge_shows_photos_in_progress(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    values: list[float] = []
    models.stable.on_request = lambda: values.append(metrics.IN_PROGRESS._value.get())
    deliver([upload(), upload()], context, models)
    assert (values, metrics.IN_PROGRESS._value.get()) == ([2], 0)


# -- a service is down ------------------------------------------------------------------------------------------------


def test_a_photo_is_requeued_while_inference_is_down_and_its_claim_does_not_count(
    context: WorkerContext, models: FakeModels, upload: Upload, queued: Queued
) -> None:
    models.stable.always = InferenceUnavailable()
    photo_id = upload()
    deliver([photo_id], context, models)
    photo = context.jobs.get(photo_id)
    assert (photo.state, photo.claims, queued()) == (PhotoState.queued, 0, [photo_id])
    models.stable.always = None
    deliver([photo_id], context, models)
    assert state(context, photo_id) is PhotoState.done


def test_a_photo_is_requeued_while_storage_is_down(
    context: WorkerContext, models: FakeModels, upload: Upload, queued: Queued
) -> None:
    class DownStorage(Storage):
        def put(self, key: str, data: bytes) -> None:
            raise StorageUnavailable

    photo_id = upload()
    deliver([photo_id], replace(context, storage=DownStorage(context.storage._root)), models)
    assert (state(context, photo_id), queued()) == (PhotoState.queued, [photo_id])


def test_an_unreadable_photo_delays_no_other_of_its_batch(
    context: WorkerContext, models: FakeModels, upload: Upload, queued: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unreadable(Storage):
        def get(self, key: str) -> bytes:
            raise StorageUnavailable

    monkeypatch.setattr("critic_worker.retry.time.sleep", lambda _: pytest.fail("the batch waits"))
    settings = context.settings.model_copy(update={"service_retry_seconds": 60})
    ids = [upload(), upload()]
    deliver(ids, replace(context, settings=settings, storage=Unreadable(context.storage._root)), models)
    assert queued() == ids


def test_a_photo_fails_when_its_requeues_are_used_up(
    context: WorkerContext, models: FakeModels, upload: Upload, queued: Queued, tickets: list[int]
) -> None:
    models.stable.always = InferenceUnavailable()
    photo_id = upload()
    for _ in range(context.settings.max_requeues + 1):
        deliver([photo_id], context, models)
    assert code(context, photo_id) == "inference_unavailable"
    assert (queued(), tickets) == ([], [1] * context.settings.max_requeues)


def test_requeues_are_counted_by_reason(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    counter = metrics.REQUEUES.labels("inference_unavailable")
    before = counter._value.get()
    models.down = True
    deliver([upload()], context, models)
    assert counter._value.get() == before + 1


def test_a_claim_is_repeated_while_redis_is_down(models: FakeModels, context: WorkerContext, upload: Upload) -> None:
    photo_id, down = upload(), redis.Redis.from_url("redis://127.0.0.1:1/0", decode_responses=True)
    with pytest.raises(QueueUnavailable):
        deliver([photo_id], replace(context, jobs=JobStore(down)), models, "t")
    assert state(context, photo_id) is PhotoState.running
    deliver([photo_id], context, models, "t")
    assert state(context, photo_id) is PhotoState.done


# -- late and poisonous photos ----------------------------------------------------------------------------------------


def test_a_late_result_changes_nothing(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    photo_id = upload()
    models.stable.on_request = lambda: on_time_limit([photo_id], context)
    deliver([photo_id], context, models)
    assert code(context, photo_id) == "photo_timeout"
    assert models.compared == []


def test_a_photo_that_is_deleted_during_the_work_leaves_no_preview(
    context: WorkerContext, models: FakeModels, upload: Upload
) -> None:
    photo_id = upload()
    models.stable.on_request = lambda: context.jobs.delete(photo_id) and None
    deliver([photo_id], context, models)
    with pytest.raises(PhotoNotFound):
        context.storage.get(preview_key(photo_id))


def test_a_photo_that_crashes_its_process_becomes_a_dead_letter(
    context: WorkerContext, models: FakeModels, upload: Upload
) -> None:
    class Crash(BaseException):
        """As a killed process: nothing after it runs."""

    def crash() -> None:
        raise Crash

    models.stable.on_request = crash
    photo_id = upload()
    for _ in range(context.settings.max_claims):
        with pytest.raises(Crash):
            deliver([photo_id], context, models, "t")
        assert state(context, photo_id) is PhotoState.running
    deliver([photo_id], context, models, "t")
    assert code(context, photo_id) == "photo_poison"
    assert context.jobs.dead_letters() == [photo_id]


# -- time limit -------------------------------------------------------------------------------------------------------


def test_the_soft_time_limit_fails_the_photo(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    models.stable.errors = [TimeLimitReached()]
    photo_id = upload()
    deliver([photo_id], context, models)
    assert code(context, photo_id) == "photo_timeout"


def test_the_soft_time_limit_is_recognised_while_decoding(
    context: WorkerContext, models: FakeModels, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object) -> None:
        raise TimeLimitReached

    monkeypatch.setattr("critic_core.imaging.decode._decode", slow)
    photo_id = upload()
    deliver([photo_id], context, models)
    assert code(context, photo_id) == "photo_timeout"


def test_the_hard_time_limit_fails_a_single_photo(context: WorkerContext, upload: Upload, queued: Queued) -> None:
    photo_id = upload()
    claim(context.queue, [photo_id])
    on_time_limit([photo_id], context)
    assert (code(context, photo_id), queued()) == ("photo_timeout", [])


def test_the_hard_time_limit_splits_a_batch_and_counts_no_claim(
    context: WorkerContext, upload: Upload, queued: Queued
) -> None:
    running, claimed, deleted = upload(), upload(), upload()
    claim(context.queue, [running])
    context.jobs.delete(deleted)
    on_time_limit([running, claimed, deleted], context)
    assert queued() == [running, claimed]
    assert [context.jobs.get(photo_id).claims for photo_id in queued()] == [0, 0]


# -- batches ----------------------------------------------------------------------------------------------------------


def test_a_batch_is_one_request(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    ids = [upload() for _ in range(3)]
    deliver(ids, context, models)
    assert [state(context, photo_id) for photo_id in ids] == [PhotoState.done] * 3
    assert (models.stable.requests, len(models.stable.tensors)) == (1, 3)


def test_a_batch_is_one_request_for_each_version(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    ids = [upload() for _ in range(4)]
    models.trials["2"], models.canary_ids = FakeClassifier(0.75), {ids[1], ids[3]}
    deliver(ids, context, models)
    critiques = [context.jobs.get(photo_id).critique for photo_id in ids]
    assert [critique.score for critique in critiques if critique] == [25, 75, 25, 75]
    assert (models.stable.requests, models.trials["2"].requests) == (1, 1)


def test_an_unusable_photo_fails_alone(
    context: WorkerContext, models: FakeModels, upload: Upload, queued: Queued
) -> None:
    good, bad = upload(), upload(b"text")
    deliver([bad, good], context, models)
    assert (code(context, bad), state(context, good), queued()) == ("photo_unsupported", PhotoState.done, [])


def test_deleted_and_finished_photos_are_left_out_of_a_batch(
    context: WorkerContext, models: FakeModels, upload: Upload
) -> None:
    finished, deleted, queued = upload(), upload(), upload()
    deliver([finished], context, models)
    context.jobs.delete(deleted)
    deliver([finished, deleted, queued], context, models)
    assert state(context, queued) is PhotoState.done
    assert len(models.stable.tensors) == 2
    deliver([finished, deleted], context, models)
    assert models.stable.requests == 2


@pytest.mark.parametrize("error", [InferenceFailed(), InferenceUnavailable(), RuntimeError(), TimeLimitReached()])
def test_any_other_error_splits_the_batch(
    context: WorkerContext, models: FakeModels, upload: Upload, queued: Queued, error: Exception
) -> None:
    models.stable.errors = [error]
    ids = [upload() for _ in range(3)]
    deliver(ids, context, models)
    assert queued() == ids
    assert [context.jobs.get(photo_id).claims for photo_id in ids] == [0, 0, 0]
    for photo_id in ids:
        deliver([photo_id], context, models)
    assert [state(context, photo_id) for photo_id in ids] == [PhotoState.done] * 3


def test_the_time_limit_while_decoding_splits_the_batch(
    context: WorkerContext,
    models: FakeModels,
    upload: Upload,
    queued: Queued,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_: object) -> None:
        raise TimeLimitReached

    monkeypatch.setattr("critic_core.imaging.decode._decode", slow)
    ids = [upload(), upload()]
    deliver(ids, context, models)
    assert (queued(), [code(context, photo_id) for photo_id in ids]) == (ids, [None, None])


def test_a_redelivered_batch_is_split_without_a_look_at_its_photos(
    context: WorkerContext, models: FakeModels, upload: Upload, queued: Queued
) -> None:
    ids = [upload(), upload()]
    claim(context.queue, ids, "t")
    deliver(ids, context, models, "t")
    assert (queued(), models.stable.requests) == (ids, 0)
    assert [context.jobs.get(photo_id).claims for photo_id in ids] == [0, 0]


def test_a_redelivered_photo_is_processed(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    photo_id = upload()
    claim(context.queue, [photo_id], "t")
    deliver([photo_id], context, models, "t")
    assert state(context, photo_id) is PhotoState.done


@pytest.mark.parametrize("deleted", [True, False])
def test_a_redelivered_photo_without_work_is_skipped(
    context: WorkerContext, models: FakeModels, upload: Upload, deleted: bool
) -> None:
    photo_id = upload()
    claim(context.queue, [photo_id], "t")
    context.jobs.requeue_expired_lease(photo_id, -1)
    claim(context.queue, [photo_id], "another")  # whose end leaves "t" as it is
    if deleted:
        context.jobs.delete(photo_id)
    else:
        on_time_limit([photo_id], context)
    deliver([photo_id], context, models, "t")
    assert models.stable.requests == 0
