"""Requests are retried while the inference server is down, and for nothing else."""

import numpy as np
import pytest
from tests.unit.worker.fakes import FakeClassifier

from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import Manifest
from critic_worker.inference.classifier import ModelReplaced
from critic_worker.inference.retrying import RetryingClassifier

TENSOR = np.zeros((224, 224, 3), np.uint8)


def test_a_request_is_retried_until_the_server_is_back() -> None:
    classifier = FakeClassifier(0.75)
    classifier.errors = [InferenceUnavailable(), InferenceUnavailable()]
    (answer,) = RetryingClassifier(classifier, seconds=10).classify([TENSOR])
    assert (answer.probability, classifier.requests) == (0.75, 3)


def test_the_error_is_raised_when_the_server_stays_down() -> None:
    classifier = FakeClassifier()
    classifier.always = InferenceUnavailable("down")
    with pytest.raises(InferenceUnavailable, match="down"):
        RetryingClassifier(classifier, seconds=0.15).classify([TENSOR])
    assert classifier.requests == 2


@pytest.mark.parametrize("error", [InferenceFailed(), ModelReplaced()])
def test_another_error_is_not_retried(error: Exception) -> None:
    classifier = FakeClassifier()
    classifier.always = error
    with pytest.raises(type(error)):
        RetryingClassifier(classifier, seconds=10).classify([TENSOR])
    assert classifier.requests == 1


def test_the_manifest_is_retried_too() -> None:
    class Down(FakeClassifier):
        def manifest(self) -> Manifest:
            if self.errors:
                raise self.errors.pop()
            return super().manifest()

    classifier = Down()
    classifier.errors = [InferenceUnavailable()]
    assert RetryingClassifier(classifier, seconds=10).manifest().version == "1"
