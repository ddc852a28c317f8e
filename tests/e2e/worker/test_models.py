"""New versions and several models: every critique names the model and version that computed it."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.e2e.worker.conftest import Inference, Stack
from tests.support.waiting import until

from critic_core.contracts.critique import Critique
from critic_core.contracts.manifest import Fit, Manifest, Reference
from critic_worker.photos.critique import percentile

BENT_REFERENCE = Reference(dataset="a bent ruler", photos=101, score_quantiles=tuple(np.linspace(0, 10, 101) ** 2))


def critique_of(stack: Stack, model: str | None = None) -> Critique:
    """The critique of the golden photo."""
    photo = stack.result(stack.submit(model=model))
    assert photo.critique is not None, photo.problem
    return photo.critique


def is_by(critique: Critique, manifest: Manifest) -> bool:
    """True when probability, percentile and digests of the critique are those of the model."""
    assert critique.provenance.model == manifest.name
    if critique.provenance.version != manifest.version:
        return False
    assert critique.probability == pytest.approx(manifest.golden.probability, abs=1e-3)
    assert critique.percentile == pytest.approx(percentile(critique.score, manifest.reference))
    assert critique.reference == manifest.reference.dataset
    assert critique.provenance.weights_sha256 == manifest.weights_sha256
    assert critique.provenance.preprocessing_digest == manifest.preprocessing.digest
    return True


def test_a_version_published_under_load_is_named_by_its_critiques(
    make_stack: Callable[[str], Stack], own_inference: Inference
) -> None:
    own_inference.start()
    stack = make_stack(own_inference.url)
    stack.start_worker()
    first, critiques = own_inference.manifest, [critique_of(stack)]
    assert is_by(critiques[0], first)
    second = own_inference.publish(8, Fit.crop, reference=BENT_REFERENCE)
    assert second.version == "2"
    assert abs(second.golden.probability - first.golden.probability) > 0.01
    until(lambda: critiques.append(critique_of(stack)) or is_by(critiques[-1], second), 120, "an answer of version 2")
    assert all(is_by(critique, first) or is_by(critique, second) for critique in critiques)
    until(lambda: stack.worker_status.models() == [second], 20, "the manifest of version 2")


def test_a_photo_is_scored_by_the_requested_model(make_stack: Callable[[str], Stack], own_inference: Inference) -> None:
    second = own_inference.publish(9, name="second", reference=BENT_REFERENCE)
    own_inference.start()
    stack = make_stack(own_inference.url)
    stack.start_worker()
    assert is_by(critique_of(stack), own_inference.manifest)
    assert is_by(critique_of(stack, "second"), second)
    assert is_by(critique_of(stack, "aesthetics"), own_inference.manifest)
    until(lambda: len(stack.worker_status.models()) == 2, 20, "manifests of both models")
    (test,) = until(lambda: stack.worker_status.heartbeats(0)[0].other_models, 20, "the other model's self-test")
    assert (test.model, test.version, test.problem) == ("second", "1", None)
    assert test.golden_probability == pytest.approx(second.golden.probability, abs=1e-3)
