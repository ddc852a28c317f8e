"""fc6 as a pooling layer."""

import numpy as np

from critic_training.runs.pooling import fit_pooling


def test_units_give_the_average_exactly_and_the_maximum_nearly(random: np.random.Generator) -> None:
    sparse = random.standard_normal((300, 256, 36)) - 1  # pool5 is mostly zero
    maps = np.maximum(sparse, 0).astype(np.float32)
    pooling = fit_pooling(maps[:200], steps=600)
    pooled = pooling.pool(maps[200:]).reshape(100, 2, 256)
    scaled = maps[200:] / pooling.scale[:, None]
    np.testing.assert_allclose(pooled[:, 0], scaled.mean(2), rtol=1e-5, atol=1e-6)
    missed = ((pooled[:, 1] - scaled.max(2)) ** 2).mean() / scaled.max(2).var()
    assert missed < 0.35
    assert pooling.weight.shape == (16, 36)  # 256 channels x 16 units are fc6's 4096


def test_the_same_seed_fits_the_same_weights(random: np.random.Generator) -> None:
    maps = np.abs(random.standard_normal((20, 256, 36))).astype(np.float32)
    first, second = (fit_pooling(maps, steps=10) for _ in range(2))
    np.testing.assert_array_equal(first.weight, second.weight)
