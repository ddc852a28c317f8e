"""Large batches are computed in slices on a CPU."""

import numpy as np
from tests.unit.inference.sessions import Doubler, rows

from critic_inference.engine.slices import in_slices
from critic_inference.tensors import TensorSpec


def test_a_large_batch_is_computed_four_rows_at_a_time() -> None:
    session = Doubler()
    result = in_slices(session, 32).run(rows(*range(10)))
    assert session.batches == [4, 4, 2]
    assert result["y"][:, 0].tolist() == [2 * value for value in range(10)]


def test_a_small_batch_is_computed_at_once() -> None:
    session = Doubler()
    assert np.array_equal(in_slices(session, 32).run(rows(1, 2))["y"], 2 * rows(1, 2)["x"])
    assert session.batches == [2]


def test_gpus_and_models_without_a_batch_dimension_compute_whole_batches() -> None:
    class OnGpu(Doubler):
        device = "cuda"

    class Unbatched(Doubler):
        inputs = (TensorSpec("x", "FP32", (5, 3)),)

    for session in (OnGpu(), Unbatched()):
        assert in_slices(session, 32) is session


def test_a_first_dimension_of_any_length_is_no_batch_unless_the_config_says_so() -> None:
    session = Doubler()
    assert in_slices(session, 0) is session
