"""Photo bytes → critique. A pure pipeline: no queue, no storage."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np

from critic_core.contracts.critique import Critique, Provenance
from critic_core.contracts.errors import InferenceUnavailable, PhotoError
from critic_core.contracts.manifest import Manifest, Preprocessing, Reference
from critic_core.imaging.fingerprint import encode_embedding
from critic_core.imaging.limits import Limits
from critic_core.imaging.properties import reasons
from critic_worker.decoding.preparation import Prepare, PreparedPhoto, prepare_photo
from critic_worker.inference.classifier import Classification, Classifier, ModelReplaced
from critic_worker.photos.stopwatch import Stopwatch


@dataclass(frozen=True)
class PhotoInput:
    """A photo's bytes and its running stopwatch."""

    data: bytes
    watch: Stopwatch = field(default_factory=Stopwatch)


@dataclass(frozen=True)
class CritiqueResult:
    """A critique, the preview JPEG, and the manifest of the model."""

    critique: Critique
    preview: bytes
    manifest: Manifest


@dataclass(frozen=True)
class _TimedPhoto:
    """A prepared photo and its running stopwatch."""

    photo: PreparedPhoto
    watch: Stopwatch


def critique(data: bytes, classifier: Classifier, limits: Limits, prepare: Prepare = prepare_photo) -> CritiqueResult:
    """The critique of one photo. Raises PhotoError for an unusable photo, and the classifier's errors."""
    (result,) = critiques([PhotoInput(data)], classifier, limits, prepare)
    if isinstance(result, PhotoError):
        raise result
    return result


def critiques(
    photos: Sequence[PhotoInput], classifier: Classifier, limits: Limits, prepare: Prepare = prepare_photo
) -> list[CritiqueResult | PhotoError]:
    """The critiques of several photos with one inference request; the result of an unusable photo is its error.

    Raises the classifier's errors: then no photo has a result.
    """
    prepared, classifications = _classify(photos, classifier, limits, prepare)
    remaining = iter(classifications)
    return [photo if isinstance(photo, PhotoError) else _result(photo, next(remaining)) for photo in prepared]


def _result(photo: _TimedPhoto, classification: Classification) -> CritiqueResult:
    analysis, manifest = photo.photo.analysis, classification.manifest
    embedding = encode_embedding(classification.embedding)
    score = manifest.scale.score(classification.probability)
    critique = Critique(
        score=score,
        interval=manifest.scale.interval(classification.probability),
        probability=classification.probability,
        percentile=percentile(score, manifest.reference),
        reference=manifest.reference.dataset,
        label=manifest.classes[int(classification.probability >= 0.5)],
        kind=classification.kind,
        properties=analysis.properties,
        reasons=reasons(analysis.properties),
        image=analysis.image,
        fingerprint=analysis.fingerprint.model_copy(update={"embedding": embedding}),
        faces=analysis.faces,
        focus=analysis.focus,
        horizon=analysis.horizon,
        provenance=_provenance(classification),
        timings_ms=photo.watch.timings(),
    )
    return CritiqueResult(critique, photo.photo.preview, manifest)


def percentile(score: float, reference: Reference) -> float:
    """Share of the reference photos that score lower, percent; linear between the quantiles."""
    return float(np.interp(score, reference.score_quantiles, np.arange(101.0)))


def _classify(
    photos: Sequence[PhotoInput], classifier: Classifier, limits: Limits, prepare: Prepare
) -> tuple[list[_TimedPhoto | PhotoError], list[Classification]]:
    """The prepared photos, and the classifications of the usable ones.

    When the model is replaced between the manifest and the answer, the photos are prepared again, once.
    """
    for _ in range(2):
        with _shared_stage("infer", photos):
            preprocessing = classifier.manifest().preprocessing
        prepared = [_prepare(photo, preprocessing, limits, prepare) for photo in photos]
        usable = [photo for photo in prepared if isinstance(photo, _TimedPhoto)]
        with suppress(ModelReplaced):
            with _shared_stage("infer", usable):
                answers = classifier.classify([timed.photo.tensor for timed in usable]) if usable else []
            if all(answer.manifest.preprocessing == preprocessing for answer in answers):
                return prepared, answers
    raise InferenceUnavailable("The model is being replaced by one with another preprocessing.")


def _prepare(
    photo: PhotoInput, preprocessing: Preprocessing, limits: Limits, prepare: Prepare
) -> _TimedPhoto | PhotoError:
    try:
        prepared = prepare(photo.data, preprocessing, limits)
    except PhotoError as error:
        return error
    photo.watch.add(prepared.analysis.stages_ms)
    return _TimedPhoto(prepared, photo.watch)


@contextmanager
def _shared_stage(stage: str, photos: Sequence[PhotoInput | _TimedPhoto]) -> Iterator[None]:
    """Count the time of a shared step for every photo."""
    with ExitStack() as stages:
        for photo in photos:
            stages.enter_context(photo.watch.stage(stage))
        yield


def _provenance(classification: Classification) -> Provenance:
    manifest = classification.manifest
    return Provenance(
        model=manifest.name,
        version=manifest.version,
        weights_sha256=manifest.weights_sha256,
        preprocessing_digest=manifest.preprocessing.digest,
        device=classification.device,
    )
