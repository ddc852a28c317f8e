"""Photo bytes → critique. Knows no queue and no storage: everything it needs is handed in."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from critic_core.contracts.critique import Critique, Provenance
from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.manifest import Manifest, Preprocessing, Reference
from critic_core.imaging.decode import Decoded, decode
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.limits import Limits
from critic_core.imaging.prepare import to_input
from critic_core.imaging.preview import preview
from critic_core.imaging.properties import measure_all, reasons
from critic_worker.classifier import Answer, Classifier, ModelReplaced
from critic_worker.stopwatch import Stopwatch


@dataclass(frozen=True)
class Looked:
    """The answer about a photo, its small JPEG, and the manifest of the model that answered."""

    critique: Critique
    preview: bytes
    manifest: Manifest


def critique(data: bytes, classifier: Classifier, limits: Limits, watch: Stopwatch | None = None) -> Looked:
    """Look at a photo. Raises PhotoError for a photo that cannot be used, and what the classifier raises."""
    watch = watch or Stopwatch()
    decoded, answer = _ask(data, classifier, limits, watch)
    with watch.stage("measure"):
        properties = measure_all(decoded.pixels)
    with watch.stage("fingerprint"):
        marks = fingerprint(decoded.pixels, answer.embedding)
    with watch.stage("preview"):
        small = preview(decoded.pixels)
    score = 100 * answer.probability
    told = Critique(
        score=score,
        probability=answer.probability,
        percentile=percentile(score, answer.manifest.reference),
        reference=answer.manifest.reference.dataset,
        label=answer.manifest.classes[int(answer.probability >= 0.5)],
        properties=properties,
        reasons=reasons(properties),
        image=decoded.facts,
        fingerprint=marks,
        provenance=_provenance(answer),
        timings_ms=watch.timings(),
    )
    return Looked(told, small, answer.manifest)


def percentile(score: float, reference: Reference) -> float:
    """Share of the reference photos that score lower, percent; linear between the quantiles."""
    return float(np.interp(score, reference.score_quantiles, np.arange(101.0)))


def _ask(data: bytes, classifier: Classifier, limits: Limits, watch: Stopwatch) -> tuple[Decoded, Answer]:
    """A model may be replaced between the look at its manifest and its answer: then prepare the photo anew, once."""
    for _ in range(2):
        with watch.stage("infer"):
            preprocessing = classifier.manifest().preprocessing
        with suppress(ModelReplaced):
            decoded, answer = _ask_once(data, preprocessing, classifier, limits, watch)
            if answer.manifest.preprocessing == preprocessing:
                return decoded, answer
    raise InferenceUnavailable("The model is being replaced by one that is fed otherwise.")


def _ask_once(
    data: bytes, preprocessing: Preprocessing, classifier: Classifier, limits: Limits, watch: Stopwatch
) -> tuple[Decoded, Answer]:
    with watch.stage("decode"):
        decoded = decode(data, preprocessing, limits)
    with watch.stage("prepare"):
        tensor = to_input(decoded.pixels, preprocessing)
    with watch.stage("infer"):
        return decoded, classifier.classify(tensor)


def _provenance(answer: Answer) -> Provenance:
    manifest: Manifest = answer.manifest
    return Provenance(
        model=manifest.name,
        version=manifest.version,
        weights_sha256=manifest.weights_sha256,
        preprocessing_digest=manifest.preprocessing.digest,
        device=answer.device,
    )
