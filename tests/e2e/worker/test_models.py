"""New versions and several models: every critique tells the model and version that really computed it."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.e2e.worker.conftest import Inference, Stack
from tests.support.waiting import until

from critic_core.contracts.critique import Critique
from critic_core.contracts.manifest import Fit, Manifest, Reference
from critic_worker.photos.critique import percentile

OTHER_REFERENCE = Reference(dataset="a bent ruler", photos=101, score_quantiles=tuple(np.linspace(0, 10, 101) ** 2))


def critique_of(stack: Stack, model: str | None = None) -> Critique:
    """What the stack says of the golden photo."""
    photo = stack.answered(stack.submit(model=model))
    assert photo.critique is not None, photo.problem
    return photo.critique


def is_by(told: Critique, manifest: Manifest) -> bool:
    """True when everything in the critique is that model's: its own answer, its own percentiles, its own digests."""
    assert told.provenance.model == manifest.name
    if told.provenance.version != manifest.version:
        return False
    assert told.probability == pytest.approx(manifest.golden.probability, abs=1e-3)
    assert told.percentile == pytest.approx(percentile(told.score, manifest.reference))
    assert told.reference == manifest.reference.dataset
    assert told.provenance.weights_sha256 == manifest.weights_sha256
    assert told.provenance.preprocessing_digest == manifest.preprocessing.digest
    return True


def test_a_version_published_while_photos_come_in_is_told_by_those_it_computed(
    make_stack: Callable[[str], Stack], own_inference: Inference
) -> None:
    own_inference.start()
    stack = make_stack(own_inference.url)
    stack.start_worker()
    first, critiques = own_inference.manifest, [critique_of(stack)]
    assert is_by(critiques[0], first)
    second = own_inference.publish(8, Fit.crop, reference=OTHER_REFERENCE)
    assert second.version == "2"
    assert abs(second.golden.probability - first.golden.probability) > 0.01
    until(lambda: critiques.append(critique_of(stack)) or is_by(critiques[-1], second), 30, "an answer of version 2")
    assert all(is_by(told, first) or is_by(told, second) for told in critiques)
    until(lambda: stack.board.models() == [second], 20, "the notice of version 2")


def test_a_photo_is_answered_by_the_model_it_asks_for(
    make_stack: Callable[[str], Stack], own_inference: Inference
) -> None:
    second = own_inference.publish(9, name="second", reference=OTHER_REFERENCE)
    own_inference.start()
    stack = make_stack(own_inference.url)
    stack.start_worker()
    assert is_by(critique_of(stack), own_inference.manifest)
    assert is_by(critique_of(stack, "second"), second)
    assert is_by(critique_of(stack, "aesthetics"), own_inference.manifest)
    until(lambda: len(stack.board.models()) == 2, 20, "notices of both models")
    (proof,) = until(lambda: stack.board.pulses(0)[0].others, 20, "a pulse with the other model in it")
    assert (proof.model, proof.version, proof.problem) == ("second", "1", None)
    assert proof.golden_probability == pytest.approx(second.golden.probability, abs=1e-3)
