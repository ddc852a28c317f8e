"""The critique itself: plain, with a classifier handed in."""

import base64
from collections.abc import Sequence

import numpy as np
import pytest
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.errors import (
    InferenceUnavailable,
    PhotoCorrupt,
    PhotoError,
    PhotoTooManyPixels,
    PhotoUnsupported,
)
from critic_core.contracts.manifest import Manifest, Preprocessing, Reference
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.limits import DEFAULT_LIMITS, Limits
from critic_core.imaging.preprocess import prepare
from critic_worker.inference.classifier import Answer, ModelReplaced, Tensor
from critic_worker.photos.critique import Given, critique, critiques, percentile


class Scripted:
    """A classifier that answers what it was given, and keeps what it was asked."""

    def __init__(self, probability: float, first: Manifest, *later: Manifest) -> None:
        self._probability, self._known = probability, first
        self._answering = list(later) or [first]
        self.asked: list[Tensor] = []

    def manifest(self) -> Manifest:
        return self._known

    def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
        self.asked += tensors
        self._known = self._answering.pop(0) if len(self._answering) > 1 else self._answering[0]
        answer = Answer(self._probability, np.array([0.6, 0.8], np.float32), self._known, "cpu")
        return [answer] * len(tensors)


@pytest.mark.parametrize(("probability", "label"), [(0.0, "not pleasing"), (0.49, "not pleasing"), (0.5, "pleasing")])
def test_score_and_label_follow_the_probability(probability: float, label: str) -> None:
    told = critique(golden_photo(), Scripted(probability, tiny_manifest()), DEFAULT_LIMITS).critique
    assert (told.score, told.label) == (100 * probability, label)


def test_the_network_gets_what_training_prepares() -> None:
    classifier = Scripted(0.5, tiny_manifest())
    critique(golden_photo(), classifier, DEFAULT_LIMITS)
    (tensor,) = classifier.asked
    assert np.array_equal(tensor, prepare(golden_photo(), tiny_manifest().preprocessing))


def test_the_embedding_travels_as_half_floats() -> None:
    told = critique(golden_photo(), Scripted(0.5, tiny_manifest()), DEFAULT_LIMITS).critique
    embedding = np.frombuffer(base64.b64decode(told.fingerprint.embedding), "<f2")
    assert embedding.tolist() == pytest.approx([0.6, 0.8], abs=1e-3)


def test_a_model_that_is_fed_otherwise_gets_the_photo_prepared_anew() -> None:
    old, new = tiny_manifest("1"), tiny_manifest("2", preprocessing=Preprocessing(size=128))
    classifier = Scripted(0.5, old, new)
    told = critique(golden_photo(), classifier, DEFAULT_LIMITS).critique
    assert [tensor.shape[0] for tensor in classifier.asked] == [224, 128]
    assert told.provenance.version == "2"
    assert told.provenance.preprocessing_digest == new.preprocessing.digest


def test_a_tensor_that_the_new_version_refuses_is_prepared_anew() -> None:
    new = tiny_manifest("2", preprocessing=Preprocessing(size=128))

    class Refusing(Scripted):
        def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
            if tensors[0].shape[0] != new.preprocessing.size:
                self._known = new
                raise ModelReplaced
            return super().classify(tensors)

    told = critique(golden_photo(), Refusing(0.5, tiny_manifest("1"), new), DEFAULT_LIMITS)
    assert told.critique.provenance.preprocessing_digest == new.preprocessing.digest
    assert told.manifest == new


def test_a_model_that_keeps_changing_is_waited_for() -> None:
    manifests = [tiny_manifest("1", preprocessing=Preprocessing(size=size)) for size in (224, 128, 96)]
    with pytest.raises(InferenceUnavailable):
        critique(golden_photo(), Scripted(0.5, *manifests), DEFAULT_LIMITS)


def test_a_photo_over_the_limits_reaches_no_model() -> None:
    classifier = Scripted(0.5, tiny_manifest())
    with pytest.raises(PhotoTooManyPixels):
        critique(golden_photo(), classifier, Limits(max_pixels=1000))
    with pytest.raises(PhotoCorrupt):
        critique(golden_photo()[:5000], classifier, DEFAULT_LIMITS)
    assert classifier.asked == []


def test_photos_together_are_one_question_and_answered_as_alone() -> None:
    class Counting(Scripted):
        questions = 0

        def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
            self.questions += 1
            return super().classify(tensors)

    classifier = Counting(0.5, tiny_manifest())
    given = [Given(golden_photo()), Given(golden_photo()[:5000]), Given(golden_photo())]
    first, broken, last = critiques(given, classifier, DEFAULT_LIMITS)
    assert (classifier.questions, len(classifier.asked)) == (1, 2)
    assert isinstance(broken, PhotoCorrupt)
    alone = critique(golden_photo(), Scripted(0.5, tiny_manifest()), DEFAULT_LIMITS)
    for looked in (first, last):
        assert not isinstance(looked, PhotoError)
        assert looked.preview == alone.preview
        assert looked.critique.model_copy(update={"timings_ms": None}) == alone.critique.model_copy(
            update={"timings_ms": None}
        )


def test_photos_that_cannot_be_used_ask_no_model() -> None:
    classifier = Scripted(0.5, tiny_manifest())
    assert [type(one) for one in critiques(2 * [Given(b"text")], classifier, DEFAULT_LIMITS)] == 2 * [PhotoUnsupported]
    assert classifier.asked == []


@pytest.mark.parametrize(("score", "expected"), [(-1, 0), (10, 0), (20, 50), (30, 100), (31, 100), (15, 25), (25, 75)])
def test_percentile_lies_between_the_quantiles(score: float, expected: float) -> None:
    quantiles = tuple(float(one) for one in np.linspace(10, 30, 101))
    reference = Reference(dataset="even", photos=101, score_quantiles=quantiles)
    assert percentile(score, reference) == pytest.approx(expected)
