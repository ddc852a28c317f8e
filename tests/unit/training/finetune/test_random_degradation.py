"""Random degradations of network inputs, in the shape of the input."""

from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.finetune.random_degradation import degrade_randomly

PHOTO = Path(__file__).parents[4] / "tests" / "data" / "rocket.jpg"


def test_copies_have_the_photos_shape_depend_on_the_seed_and_differ() -> None:
    photo = prepare(PHOTO.read_bytes(), Preprocessing())
    copies = [degrade_randomly(photo, np.random.default_rng(seed)) for seed in range(24)]
    again = [degrade_randomly(photo, np.random.default_rng(seed)) for seed in range(24)]
    np.testing.assert_array_equal(copies, again)
    assert {(copy.shape, copy.dtype) for copy in copies} == {(photo.shape, photo.dtype)}
    assert len({copy.tobytes() for copy in copies}) == 24
    assert min(np.abs(copy.astype(float) - photo).mean() for copy in copies) > 0.3
