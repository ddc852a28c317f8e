"""From a photo to its critique, through a real queue, storage, worker and inference server."""

import pytest
from tests.e2e.worker.conftest import Inference, Stack

from critic_core.contracts.critique import PropertyName
from critic_core.contracts.photo import PhotoState
from critic_core.runtime.storage import photo_key, preview_key


def test_a_critique_has_all_fields(stack: Stack, inference: Inference) -> None:
    stack.start_worker()
    photo = stack.result(stack.submit())
    assert photo.state is PhotoState.done
    assert photo.claims == 1
    critique = photo.critique
    assert critique is not None
    golden = inference.manifest.golden.probability
    assert critique.probability == pytest.approx(golden, abs=1e-3)
    assert critique.score == pytest.approx(100 * critique.probability)  # as models without a scale
    assert critique.percentile == pytest.approx(critique.score)  # the tiny model's reference is a ruler
    assert critique.label == inference.manifest.classes[critique.probability >= 0.5]
    assert set(critique.properties) == set(PropertyName)
    assert (critique.image.format, critique.image.width, critique.image.height) == ("jpeg", 600, 400)
    assert critique.provenance.weights_sha256 == inference.manifest.weights_sha256
    assert critique.provenance.preprocessing_digest == inference.manifest.preprocessing.digest
    assert critique.provenance.device == "cpu"
    times = critique.timings_ms.model_dump()
    assert all(milliseconds > 0 for milliseconds in times.values()), times
    assert sum(times.values()) - times["total"] <= times["total"]
    assert stack.storage.get(preview_key(photo.id)).startswith(b"\xff\xd8")
    assert stack.storage.get(photo_key(photo.id))


def test_a_bad_photo_fails_with_its_problem_and_its_neighbours_do_not(stack: Stack) -> None:
    stack.start_worker()
    bad, good = stack.submit(b"\xff\xd8\xff\xe0 and no more"), stack.submit()
    problem = stack.result(bad).problem
    assert problem is not None
    assert (problem.code, problem.permanent) == ("photo_corrupt", True)
    assert stack.result(good).state is PhotoState.done
