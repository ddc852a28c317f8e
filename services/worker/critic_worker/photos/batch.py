"""Load and classify the photos of one task: one inference request for all photos of a version."""

from collections.abc import Sequence
from dataclasses import dataclass

from critic_core.contracts.errors import PhotoError
from critic_core.contracts.photo import Photo
from critic_core.runtime.storage import Storage, photo_key
from critic_worker import metrics
from critic_worker.context import WorkerContext
from critic_worker.inference.retrying import RetryingClassifier
from critic_worker.photos.critique import CritiqueResult, PhotoInput, critiques
from critic_worker.photos.models import Models
from critic_worker.photos.stopwatch import Stopwatch
from critic_worker.retry import retry_until


@dataclass(frozen=True)
class ScoredPhoto:
    """A photo, its bytes, and its result: a critique, or why the photo cannot be used."""

    photo: Photo
    data: bytes
    result: CritiqueResult | PhotoError


def classify_batch(photos: Sequence[Photo], context: WorkerContext, models: Models) -> list[ScoredPhoto]:
    """The photos with their results, in their order. Raises ServiceUnavailable."""
    settings = context.settings
    metrics.observe_waits(photos)
    # No photo waits for another one's file that the storage cannot read: the caller splits the batch.
    load_seconds = settings.service_retry_seconds if len(photos) == 1 else 0
    inputs = [load_photo(photo.id, context.storage, load_seconds) for photo in photos]
    groups = retry_until(lambda: models.group_by_version(photos), settings.service_retry_seconds)
    results: dict[int, CritiqueResult | PhotoError] = {}
    for group in groups:
        group_inputs = [inputs[index] for index in group]
        group_results = _critiques(photos[group[0]], group_inputs, models, context)
        results |= zip(group, group_results, strict=True)
    return [
        ScoredPhoto(photo, photo_input.data, results[index])
        for index, (photo, photo_input) in enumerate(zip(photos, inputs, strict=True))
    ]


def load_photo(photo_id: str, storage: Storage, retry_seconds: float) -> PhotoInput:
    """The original's bytes, with a stopwatch that counts the loading."""
    watch = Stopwatch()
    with watch.stage("load"):
        data = retry_until(lambda: storage.get(photo_key(photo_id)), retry_seconds)
    return PhotoInput(data, watch)


def _critiques(
    first: Photo, inputs: Sequence[PhotoInput], models: Models, context: WorkerContext
) -> list[CritiqueResult | PhotoError]:
    settings = context.settings
    classifier = RetryingClassifier(models.classifier_for(first), settings.service_retry_seconds)
    return critiques(inputs, classifier, settings.limits, context.prepare)
