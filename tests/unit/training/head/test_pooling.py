"""fc6 learns to pool."""

import numpy as np

from critic_training.runs.pooling import learn_pooling


def test_units_tell_average_exactly_and_maximum_nearly(random: np.random.Generator) -> None:
    sparse = random.standard_normal((300, 256, 36)) - 1  # pool5 is mostly zero
    maps = np.maximum(sparse, 0).astype(np.float32)
    learnt = learn_pooling(maps[:200], steps=600)
    told = learnt.pooled(maps[200:]).reshape(100, 2, 256)
    own = maps[200:] / learnt.scale[:, None]
    np.testing.assert_allclose(told[:, 0], own.mean(2), rtol=1e-5, atol=1e-6)
    missed = ((told[:, 1] - own.max(2)) ** 2).mean() / own.max(2).var()
    assert missed < 0.35
    assert learnt.weight.shape == (16, 36)  # 256 channels x 16 units are fc6's 4096


def test_same_seed_learns_the_same(random: np.random.Generator) -> None:
    maps = np.abs(random.standard_normal((20, 256, 36))).astype(np.float32)
    one, other = (learn_pooling(maps, steps=10) for _ in range(2))
    np.testing.assert_array_equal(one.weight, other.weight)
