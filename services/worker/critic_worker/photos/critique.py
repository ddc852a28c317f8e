"""Photo bytes → critique. Knows no queue and no storage: everything it needs is handed in."""

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
from critic_worker.inference.classifier import Answer, Classifier, ModelReplaced, Tensor
from critic_worker.photos.stopwatch import Stopwatch


@dataclass(frozen=True)
class Given:
    """A photo's bytes, and the watch that runs while it is looked at."""

    data: bytes
    watch: Stopwatch = field(default_factory=Stopwatch)


@dataclass(frozen=True)
class Looked:
    """The answer about a photo, its small JPEG, and the manifest of the model that answered."""

    critique: Critique
    preview: bytes
    manifest: Manifest


@dataclass(frozen=True)
class _Seen:
    """A photo between its bytes and the network."""

    decoded: Decoded
    tensor: Tensor
    watch: Stopwatch


def critique(data: bytes, classifier: Classifier, limits: Limits) -> Looked:
    """Look at a photo. Raises PhotoError for a photo that cannot be used, and what the classifier raises."""
    (looked,) = critiques([Given(data)], classifier, limits)
    if isinstance(looked, PhotoError):
        raise looked
    return looked


def critiques(photos: Sequence[Given], classifier: Classifier, limits: Limits) -> list[Looked | PhotoError]:
    """Look at photos with one question to the network. One that cannot be used is answered by its error.

    Raises what the classifier raises: then nothing is known of any.
    """
    seen, answers = _ask(photos, classifier, limits)
    told = iter(answers)
    return [one if isinstance(one, PhotoError) else _tell(one, next(told)) for one in seen]


def _tell(seen: _Seen, answer: Answer) -> Looked:
    pixels, watch = seen.decoded.pixels, seen.watch
    with watch.stage("measure"):
        properties = measure_all(pixels)
    with watch.stage("fingerprint"):
        marks = fingerprint(pixels, answer.embedding)
    with watch.stage("preview"):
        small = preview(pixels)
    score = 100 * answer.probability
    told = Critique(
        score=score,
        probability=answer.probability,
        percentile=percentile(score, answer.manifest.reference),
        reference=answer.manifest.reference.dataset,
        label=answer.manifest.classes[int(answer.probability >= 0.5)],
        properties=properties,
        reasons=reasons(properties),
        image=seen.decoded.facts,
        fingerprint=marks,
        provenance=_provenance(answer),
        timings_ms=watch.timings(),
    )
    return Looked(told, small, answer.manifest)


def percentile(score: float, reference: Reference) -> float:
    """Share of the reference photos that score lower, percent; linear between the quantiles."""
    return float(np.interp(score, reference.score_quantiles, np.arange(101.0)))


def _ask(
    photos: Sequence[Given], classifier: Classifier, limits: Limits
) -> tuple[list[_Seen | PhotoError], list[Answer]]:
    """The photos as the network was shown them, and its answers about those that can be used.

    A model may be replaced between the look at its manifest and its answer: then the photos are prepared anew, once.
    """
    for _ in range(2):
        with _all_at("infer", photos):
            preprocessing = classifier.manifest().preprocessing
        seen = [_see(photo, preprocessing, limits) for photo in photos]
        usable = [one for one in seen if isinstance(one, _Seen)]
        with suppress(ModelReplaced):
            with _all_at("infer", usable):
                answers = classifier.classify([one.tensor for one in usable]) if usable else []
            if all(answer.manifest.preprocessing == preprocessing for answer in answers):
                return seen, answers
    raise InferenceUnavailable("The model is being replaced by one that is fed otherwise.")


def _see(photo: Given, preprocessing: Preprocessing, limits: Limits) -> _Seen | PhotoError:
    try:
        with photo.watch.stage("decode"):
            decoded = decode(photo.data, preprocessing, limits)
    except PhotoError as error:
        return error
    with photo.watch.stage("prepare"):
        return _Seen(decoded, to_input(decoded.pixels, preprocessing), photo.watch)


@contextmanager
def _all_at(stage: str, photos: Sequence[Given | _Seen]) -> Iterator[None]:
    """What is done for photos together takes its time for each of them."""
    with ExitStack() as watches:
        for photo in photos:
            watches.enter_context(photo.watch.stage(stage))
        yield


def _provenance(answer: Answer) -> Provenance:
    manifest: Manifest = answer.manifest
    return Provenance(
        model=manifest.name,
        version=manifest.version,
        weights_sha256=manifest.weights_sha256,
        preprocessing_digest=manifest.preprocessing.digest,
        device=answer.device,
    )
