"""A photo goes in, a critique comes out: through a real queue, storage, worker and inference server."""

import pytest
from tests.e2e.worker.conftest import Inference, Stack

from critic_core.contracts.critique import PropertyName
from critic_core.contracts.photo import PhotoState
from critic_core.runtime.storage import photo_key, preview_key


def test_a_photo_is_answered_with_all_there_is_to_say(stack: Stack, inference: Inference) -> None:
    stack.start_worker()
    photo = stack.answered(stack.submit())
    assert photo.state is PhotoState.done
    assert photo.deliveries == 1
    told = photo.critique
    assert told is not None
    golden = inference.manifest.golden.probability
    assert told.probability == pytest.approx(golden, abs=1e-3)
    assert told.score == pytest.approx(100 * told.probability)
    assert told.percentile == pytest.approx(told.score)  # the tiny model's reference is a ruler
    assert told.label == inference.manifest.classes[told.probability >= 0.5]
    assert set(told.properties) == set(PropertyName)
    assert (told.image.format, told.image.width, told.image.height) == ("jpeg", 600, 400)
    assert told.provenance.weights_sha256 == inference.manifest.weights_sha256
    assert told.provenance.preprocessing_digest == inference.manifest.preprocessing.digest
    assert told.provenance.device == "cpu"
    times = told.timings_ms.model_dump()
    assert all(milliseconds > 0 for milliseconds in times.values()), times
    assert sum(times.values()) - times["total"] <= times["total"]
    assert stack.storage.get(preview_key(photo.id)).startswith(b"\xff\xd8")
    assert stack.storage.get(photo_key(photo.id))


def test_a_bad_photo_fails_with_its_problem_and_its_neighbours_do_not(stack: Stack) -> None:
    stack.start_worker()
    bad, good = stack.submit(b"\xff\xd8\xff\xe0 and no more"), stack.submit()
    problem = stack.answered(bad).problem
    assert problem is not None
    assert (problem.code, problem.permanent) == ("photo_broken", True)
    assert stack.answered(good).state is PhotoState.done


def test_a_photo_whose_bytes_are_gone_fails_and_says_so(stack: Stack) -> None:
    photo_id = stack.submit()
    stack.storage.delete(photo_key(photo_id))
    stack.start_worker()
    problem = stack.answered(photo_id).problem
    assert problem is not None
    assert problem.code == "photo_not_found"


def test_a_deleted_photo_is_skipped_and_leaves_nothing(stack: Stack) -> None:
    deleted, other = stack.submit(), stack.submit()
    stack.jobs.delete(deleted)
    stack.start_worker()
    assert stack.answered(other).state is PhotoState.done
    assert stack.jobs.backlog() == 0
    assert stack.client.zcard("critic:running") == 0
    assert not stack.client.exists(f"critic:photo:{deleted}")
