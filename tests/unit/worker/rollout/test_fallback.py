"""Where a version does not answer, another one does; where none does, none is blamed."""

from collections.abc import Sequence

import numpy as np
import pytest
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.errors import CriticError, InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import Manifest, Preprocessing
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_worker import metrics
from critic_worker.inference.classifier import Answer, Tensor
from critic_worker.photos.critique import critique
from critic_worker.rollout.fallback import FallingBack


class Version:
    """A classifier that may be told to fail."""

    def __init__(self, version: str, size: int = 224) -> None:
        self._manifest = tiny_manifest(version, preprocessing=Preprocessing(size=size))
        self.error: CriticError | None = None
        self.asked = 0

    def manifest(self) -> Manifest:
        return self._manifest

    def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
        self.asked += 1
        if self.error:
            raise self.error
        assert tensors[0].shape[0] == self._manifest.preprocessing.size
        return [Answer(0.5, np.ones(1, np.float32), self._manifest, "cpu")] * len(tensors)


@pytest.fixture
def versions() -> dict[str, Version]:
    return {"2": Version("2"), "1": Version("1")}


@pytest.fixture
def classifier(versions: dict[str, Version]) -> FallingBack:
    return FallingBack(lambda: list(versions), lambda version: versions[version], lambda: None)


def answered_by(classifier: FallingBack) -> str:
    return critique(golden_photo(), classifier, DEFAULT_LIMITS).critique.provenance.version


def fallbacks(code: str) -> float:
    return metrics.FALLBACKS.labels("2", code)._value.get()


def test_the_first_one_answers(classifier: FallingBack, versions: dict[str, Version]) -> None:
    assert answered_by(classifier) == "2"
    assert versions["1"].asked == 0


@pytest.mark.parametrize("error", [InferenceUnavailable(), InferenceFailed()])
def test_the_next_one_answers_for_one_that_fails(
    classifier: FallingBack, versions: dict[str, Version], error: CriticError
) -> None:
    versions["2"].error, before = error, fallbacks(error.code)
    assert answered_by(classifier) == "1"
    assert answered_by(classifier) == "1"
    assert versions["2"].asked == 1  # not asked again
    assert fallbacks(error.code) == before + 1


def test_one_that_is_fed_otherwise_gets_the_photo_prepared_for_itself(versions: dict[str, Version]) -> None:
    versions["2"], versions["1"] = Version("2", size=128), Version("1")
    versions["2"].error = InferenceFailed()
    assert answered_by(FallingBack(lambda: list(versions), lambda each: versions[each], lambda: None)) == "1"


def test_when_none_answers_all_are_asked_again(classifier: FallingBack, versions: dict[str, Version]) -> None:
    for version in versions.values():
        version.error = InferenceUnavailable()
    with pytest.raises(InferenceUnavailable):
        answered_by(classifier)
    for version in versions.values():
        version.error = None
    assert answered_by(classifier) == "2"
