"""The critique as a plain function, with a classifier in memory."""

import base64
import math
from collections.abc import Sequence

import numpy as np
import pytest
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.errors import (
    InferenceUnavailable,
    PhotoCorrupt,
    PhotoError,
    PhotoTooManyPixels,
    PhotoUnsupported,
)
from critic_core.contracts.manifest import Manifest, Preprocessing, Reference, Scale
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.limits import DEFAULT_LIMITS, Limits
from critic_core.imaging.preprocess import prepare
from critic_worker.inference.classifier import Classification, ModelReplaced, Tensor
from critic_worker.photos.critique import PhotoInput, critique, critiques, percentile


class Scripted:
    """A classifier whose manifest changes from request to request."""

    def __init__(self, probability: float, first: Manifest, *later: Manifest, kind: PhotoKind | None = None) -> None:
        self._probability, self._current, self._kind = probability, first, kind
        self._later = list(later) or [first]
        self.tensors: list[Tensor] = []

    def manifest(self) -> Manifest:
        return self._current

    def classify(self, tensors: Sequence[Tensor]) -> list[Classification]:
        self.tensors += tensors
        self._current = self._later.pop(0) if len(self._later) > 1 else self._later[0]
        answer = Classification(self._probability, np.array([0.6, 0.8], np.float32), self._current, "cpu", self._kind)
        return [answer] * len(tensors)


@pytest.mark.parametrize(("probability", "label"), [(0.0, "not pleasing"), (0.49, "not pleasing"), (0.5, "pleasing")])
def test_score_and_label_follow_the_probability(probability: float, label: str) -> None:
    result = critique(golden_photo(), Scripted(probability, tiny_manifest()), DEFAULT_LIMITS).critique
    assert (result.score, result.label) == (pytest.approx(100 * probability, abs=1e-5), label)
    assert (result.interval, result.kind) == (None, None)


def test_scale_and_kind_of_the_model_are_part_of_the_critique() -> None:
    scale = Scale(slope=0.5, offset=1.0, half_width=0.5, level=0.8)
    manifest = tiny_manifest().model_copy(update={"scale": scale})
    result = critique(golden_photo(), Scripted(0.5, manifest, kind=PhotoKind.food), DEFAULT_LIMITS).critique
    assert result.score == pytest.approx(100 / (1 + math.exp(-1)))
    assert result.interval is not None
    assert (result.interval.low, result.interval.conclusive) == (pytest.approx(100 / (1 + math.exp(-0.5))), True)
    assert result.kind is PhotoKind.food


def test_the_network_gets_what_training_prepares() -> None:
    classifier = Scripted(0.5, tiny_manifest())
    critique(golden_photo(), classifier, DEFAULT_LIMITS)
    (tensor,) = classifier.tensors
    assert np.array_equal(tensor, prepare(golden_photo(), tiny_manifest().preprocessing))


def test_the_embedding_travels_as_half_floats() -> None:
    result = critique(golden_photo(), Scripted(0.5, tiny_manifest()), DEFAULT_LIMITS).critique
    embedding = np.frombuffer(base64.b64decode(result.fingerprint.embedding), "<f2")
    assert embedding.tolist() == pytest.approx([0.6, 0.8], abs=1e-3)


def test_a_model_with_another_preprocessing_gets_the_photo_prepared_again() -> None:
    old, new = tiny_manifest("1"), tiny_manifest("2", preprocessing=Preprocessing(size=128))
    classifier = Scripted(0.5, old, new)
    result = critique(golden_photo(), classifier, DEFAULT_LIMITS).critique
    assert [tensor.shape[0] for tensor in classifier.tensors] == [224, 128]
    assert result.provenance.version == "2"
    assert result.provenance.preprocessing_digest == new.preprocessing.digest


def test_a_tensor_that_the_new_version_refuses_is_prepared_again() -> None:
    new = tiny_manifest("2", preprocessing=Preprocessing(size=128))

    class Refusing(Scripted):
        def classify(self, tensors: Sequence[Tensor]) -> list[Classification]:
            if tensors[0].shape[0] != new.preprocessing.size:
                self._current = new
                raise ModelReplaced
            return super().classify(tensors)

    result = critique(golden_photo(), Refusing(0.5, tiny_manifest("1"), new), DEFAULT_LIMITS)
    assert result.critique.provenance.preprocessing_digest == new.preprocessing.digest
    assert result.manifest == new


def test_a_model_that_keeps_changing_is_unavailable() -> None:
    manifests = [tiny_manifest("1", preprocessing=Preprocessing(size=size)) for size in (224, 128, 96)]
    with pytest.raises(InferenceUnavailable):
        critique(golden_photo(), Scripted(0.5, *manifests), DEFAULT_LIMITS)


def test_a_photo_over_the_limits_reaches_no_model() -> None:
    classifier = Scripted(0.5, tiny_manifest())
    with pytest.raises(PhotoTooManyPixels):
        critique(golden_photo(), classifier, Limits(max_pixels=1000))
    with pytest.raises(PhotoCorrupt):
        critique(golden_photo()[:5000], classifier, DEFAULT_LIMITS)
    assert classifier.tensors == []


def test_a_batch_is_one_request_with_the_results_of_single_photos() -> None:
    class Counting(Scripted):
        requests = 0

        def classify(self, tensors: Sequence[Tensor]) -> list[Classification]:
            self.requests += 1
            return super().classify(tensors)

    classifier = Counting(0.5, tiny_manifest())
    inputs = [PhotoInput(golden_photo()), PhotoInput(golden_photo()[:5000]), PhotoInput(golden_photo())]
    first, broken, last = critiques(inputs, classifier, DEFAULT_LIMITS)
    assert (classifier.requests, len(classifier.tensors)) == (1, 2)
    assert isinstance(broken, PhotoCorrupt)
    alone = critique(golden_photo(), Scripted(0.5, tiny_manifest()), DEFAULT_LIMITS)
    for result in (first, last):
        assert not isinstance(result, PhotoError)
        assert result.preview == alone.preview
        assert result.critique.model_copy(update={"timings_ms": None}) == alone.critique.model_copy(
            update={"timings_ms": None}
        )


def test_unusable_photos_reach_no_model() -> None:
    classifier = Scripted(0.5, tiny_manifest())
    assert [type(result) for result in critiques(2 * [PhotoInput(b"text")], classifier, DEFAULT_LIMITS)] == 2 * [
        PhotoUnsupported
    ]
    assert classifier.tensors == []


@pytest.mark.parametrize(("score", "expected"), [(-1, 0), (10, 0), (20, 50), (30, 100), (31, 100), (15, 25), (25, 75)])
def test_percentile_lies_between_the_quantiles(score: float, expected: float) -> None:
    quantiles = tuple(float(score) for score in np.linspace(10, 30, 101))
    reference = Reference(dataset="even", photos=101, score_quantiles=quantiles)
    assert percentile(score, reference) == pytest.approx(expected)
