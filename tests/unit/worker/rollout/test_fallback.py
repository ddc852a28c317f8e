"""Another version answers for a failed one; when all fail, none is to blame."""

import pytest
from tests.support.tiny_model import tiny_manifest
from tests.unit.worker.conftest import PHOTO
from tests.unit.worker.fakes import FakeClassifier

from critic_core.contracts.errors import CriticError, InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_worker import metrics
from critic_worker.photos.critique import critique
from critic_worker.rollout.fallback import FallbackClassifier

Versions = dict[str, FakeClassifier]


def make_version(version: str, size: int = 224) -> FakeClassifier:
    return FakeClassifier(manifest=tiny_manifest(version, preprocessing=Preprocessing(size=size)))


@pytest.fixture
def versions() -> Versions:
    return {"2": make_version("2"), "1": make_version("1")}


@pytest.fixture
def failures() -> list[None]:
    """One entry for each call of `on_failure`."""
    return []


@pytest.fixture
def classifier(versions: Versions, failures: list[None]) -> FallbackClassifier:
    return FallbackClassifier(lambda: list(versions), lambda version: versions[version], lambda: failures.append(None))


def answer_version(classifier: FallbackClassifier) -> str:
    return critique(PHOTO, classifier, DEFAULT_LIMITS).critique.provenance.version


def fallbacks(code: str) -> float:
    return metrics.FALLBACKS.labels("2", code)._value.get()


def test_the_first_version_answers(classifier: FallbackClassifier, versions: Versions, failures: list[None]) -> None:
    assert answer_version(classifier) == "2"
    assert (versions["1"].requests, failures) == (0, [])


@pytest.mark.parametrize("error", [InferenceUnavailable(), InferenceFailed()])
def test_the_next_version_answers_for_a_failed_one(
    classifier: FallbackClassifier, versions: Versions, failures: list[None], error: CriticError
) -> None:
    versions["2"].always, before = error, fallbacks(error.code)
    assert answer_version(classifier) == "1"
    assert answer_version(classifier) == "1"
    assert versions["2"].requests == 1  # skipped from then on
    assert fallbacks(error.code) == before + 1
    assert len(failures) == 1


def test_a_version_with_another_preprocessing_gets_the_photo_prepared_for_itself(
    classifier: FallbackClassifier, versions: Versions
) -> None:
    versions["2"] = make_version("2", size=128)
    versions["2"].always = InferenceFailed()
    assert answer_version(classifier) == "1"


def test_when_all_versions_fail_none_is_skipped(classifier: FallbackClassifier, versions: Versions) -> None:
    for version in versions.values():
        version.always = InferenceUnavailable()
    with pytest.raises(InferenceUnavailable):
        answer_version(classifier)
    for version in versions.values():
        version.always = None
    assert answer_version(classifier) == "2"


def test_the_versions_are_those_of_the_moment(classifier: FallbackClassifier, versions: Versions) -> None:
    assert answer_version(classifier) == "2"
    del versions["2"]
    assert answer_version(classifier) == "1"
