"""Photo bytes → critique. A pure pipeline: no queue, no storage."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np

from critic_core.contracts.critique import Critique, Provenance
from critic_core.contracts.errors import InferenceUnavailable, PhotoError
from critic_core.contracts.manifest import Manifest, Preprocessing, Reference
from critic_core.imaging.decode import Decoded, decode
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.limits import Limits
from critic_core.imaging.preprocess import to_input
from critic_core.imaging.preview import preview
from critic_core.imaging.properties import measure_all, reasons
from critic_worker.inference.classifier import Classification, Classifier, ModelReplaced, Tensor
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
class _PreparedPhoto:
    """A decoded photo and its input tensor."""

    decoded: Decoded
    tensor: Tensor
    watch: Stopwatch


def critique(data: bytes, classifier: Classifier, limits: Limits) -> CritiqueResult:
    """The critique of one photo. Raises PhotoError for an unusable photo, and the classifier's errors."""
    (result,) = critiques([PhotoInput(data)], classifier, limits)
    if isinstance(result, PhotoError):
        raise result
    return result


def critiques(
    photos: Sequence[PhotoInput], classifier: Classifier, limits: Limits
) -> list[CritiqueResult | PhotoError]:
    """The critiques of several photos with one inference request; the result of an unusable photo is its error.

    Raises the classifier's errors: then no photo has a result.
    """
    prepared, classifications = _classify(photos, classifier, limits)
    remaining = iter(classifications)
    return [photo if isinstance(photo, PhotoError) else _result(photo, next(remaining)) for photo in prepared]


def _result(photo: _PreparedPhoto, classification: Classification) -> CritiqueResult:
    pixels, watch, manifest = photo.decoded.pixels, photo.watch, classification.manifest
    with watch.stage("measure"):
        properties = measure_all(pixels)
    with watch.stage("fingerprint"):
        marks = fingerprint(pixels, classification.embedding)
    with watch.stage("preview"):
        small = preview(pixels)
    score = 100 * classification.probability
    critique = Critique(
        score=score,
        probability=classification.probability,
        percentile=percentile(score, manifest.reference),
        reference=manifest.reference.dataset,
        label=manifest.classes[int(classification.probability >= 0.5)],
        properties=properties,
        reasons=reasons(properties),
        image=photo.decoded.facts,
        fingerprint=marks,
        provenance=_provenance(classification),
        timings_ms=watch.timings(),
    )
    return CritiqueResult(critique, small, manifest)


def percentile(score: float, reference: Reference) -> float:
    """Share of the reference photos that score lower, percent; linear between the quantiles."""
    return float(np.interp(score, reference.score_quantiles, np.arange(101.0)))


def _classify(
    photos: Sequence[PhotoInput], classifier: Classifier, limits: Limits
) -> tuple[list[_PreparedPhoto | PhotoError], list[Classification]]:
    """The prepared photos, and the classifications of the usable ones.

    When the model is replaced between the manifest and the answer, the photos are prepared again, once.
    """
    for _ in range(2):
        with _shared_stage("infer", photos):
            preprocessing = classifier.manifest().preprocessing
        prepared = [_prepare(photo, preprocessing, limits) for photo in photos]
        usable = [photo for photo in prepared if isinstance(photo, _PreparedPhoto)]
        with suppress(ModelReplaced):
            with _shared_stage("infer", usable):
                answers = classifier.classify([photo.tensor for photo in usable]) if usable else []
            if all(answer.manifest.preprocessing == preprocessing for answer in answers):
                return prepared, answers
    raise InferenceUnavailable("The model is being replaced by one with another preprocessing.")


def _prepare(photo: PhotoInput, preprocessing: Preprocessing, limits: Limits) -> _PreparedPhoto | PhotoError:
    try:
        with photo.watch.stage("decode"):
            decoded = decode(photo.data, preprocessing, limits)
    except PhotoError as error:
        return error
    with photo.watch.stage("prepare"):
        return _PreparedPhoto(decoded, to_input(decoded.pixels, preprocessing), photo.watch)


@contextmanager
def _shared_stage(stage: str, photos: Sequence[PhotoInput | _PreparedPhoto]) -> Iterator[None]:
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
