"""Photos are loaded and classified in their order, with retries of storage and inference."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.worker.conftest import PHOTO
from tests.unit.worker.fakes import FakeClassifier, FakeModels

from critic_core.contracts.errors import InferenceUnavailable, PhotoUnsupported, StorageUnavailable
from critic_core.runtime.storage import Storage
from critic_worker.context import WorkerContext
from critic_worker.photos.batch import classify_batch, load_photo

Upload = Callable[..., str]


def test_results_come_in_the_order_of_the_photos(context: WorkerContext, models: FakeModels, upload: Upload) -> None:
    ids = [upload(), upload(b"text"), upload()]
    models.trials["2"], models.canary_ids = FakeClassifier(0.75), {ids[0]}
    first, second, third = classify_batch([context.jobs.get(photo_id) for photo_id in ids], context, models)
    assert [scored.photo.id for scored in (first, second, third)] == ids
    assert [scored.data for scored in (first, second, third)] == [PHOTO, b"text", PHOTO]
    assert not isinstance(first.result, Exception)
    assert isinstance(second.result, PhotoUnsupported)
    assert not isinstance(third.result, Exception)
    assert (first.result.critique.score, third.result.critique.score) == (75, 25)


def test_inference_is_retried_for_the_configured_time(
    context: WorkerContext, models: FakeModels, upload: Upload
) -> None:
    models.stable.errors = [InferenceUnavailable()]
    photo = context.jobs.get(upload())
    with pytest.raises(InferenceUnavailable):
        classify_batch([photo], context, models)
    models.stable.errors = [InferenceUnavailable()]
    patient_settings = context.settings.model_copy(update={"service_retry_seconds": 5})
    (scored,) = classify_batch([photo], replace(context, settings=patient_settings), models)
    assert not isinstance(scored.result, Exception)


def test_loading_is_retried_and_timed(context: WorkerContext, upload: Upload) -> None:
    class Flaky(Storage):
        failures = 1

        def get(self, key: str) -> bytes:
            if self.failures:
                self.failures -= 1
                raise StorageUnavailable
            return super().get(key)

    photo = load_photo(upload(), Flaky(context.storage._root), 5)
    assert photo.data == PHOTO
    assert photo.watch.timings().load >= 100  # the delay before the second attempt
