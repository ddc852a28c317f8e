"""Errors as the photo's owner sees them, and the order in which a result is stored."""

from collections.abc import Callable

import pytest
from tests.unit.worker.conftest import PHOTO, TimeLimitReached
from tests.unit.worker.fakes import FakeClassifier

from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import CriticError, InferenceFailed, PhotoCorrupt, PhotoTimeout
from critic_core.contracts.photo import PhotoState
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_core.runtime.storage import preview_key
from critic_core.stores.jobs import JobStore
from critic_worker import metrics
from critic_worker.context import WorkerContext
from critic_worker.photos.critique import critique
from critic_worker.photos.outcomes import record_failed, store_result, to_critic_error


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeLimitReached(), PhotoTimeout),
        (caused(PhotoCorrupt(), TimeLimitReached()), PhotoTimeout),
        (caused(PhotoCorrupt(), ValueError()), PhotoCorrupt),
        (InferenceFailed(), InferenceFailed),
        (ValueError(), CriticError),
    ],
)
def test_errors_for_the_photos_owner(error: Exception, expected: type[CriticError]) -> None:
    assert type(to_critic_error(error, TimeLimitReached)) is expected


def test_the_preview_is_stored_before_the_critique(
    context: WorkerContext, upload: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = JobStore.finish

    def with_preview(jobs: JobStore, photo_id: str, critique: Critique) -> bool:
        assert context.storage.get(preview_key(photo_id))
        return finish(jobs, photo_id, critique)

    monkeypatch.setattr(JobStore, "finish", with_preview)
    photo_id = upload()
    assert store_result(context.jobs.get(photo_id), critique(PHOTO, FakeClassifier(), DEFAULT_LIMITS), context)
    assert context.jobs.get(photo_id).state is PhotoState.done


def test_outcomes_are_counted_by_code() -> None:
    counter = metrics.CLAIMS.labels("failed", "photo_corrupt")
    before = counter._value.get()
    record_failed("id", "photo_corrupt")
    assert counter._value.get() == before + 1
