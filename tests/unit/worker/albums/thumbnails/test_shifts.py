"""The shift between two views of one scene, in shares of the frame."""

import numpy as np
import pytest
from tests.unit.worker.albums.grouping.test_sequences import view

from critic_worker.albums.thumbnails.shifts import shifts


def test_shifts_are_shares_of_the_frame() -> None:
    found = shifts(np.array([view(0.0), view(0.0, 0.0)]), np.array([view(0.24), view(0.0, 0.24)]))
    assert found.across == pytest.approx([0.4, 0], abs=0.04)
    assert found.down == pytest.approx([0, 0.4], abs=0.04)
    assert (found.fit > 0.8).all()


def test_different_thumbnails_fit_nowhere() -> None:
    random = np.random.default_rng(0).integers(0, 255, (2, 32, 32)).astype(np.uint8)
    assert shifts(random[:1], random[1:]).fit[0] < 0.5


@pytest.mark.parametrize("seed", range(4))
def test_empty_parts_fit_nothing(seed: int) -> None:
    """Of an overlap of two empty parts, the rounding of the transform is all that remains."""
    random = np.random.default_rng(seed)
    plain = np.full((2, 1, 32, 32), 200, np.uint8)
    plain[0, 0, :6, :6], plain[1, 0, 26:, 26:] = random.integers(0, 255, (2, 6, 6))
    assert shifts(plain[0], plain[1]).fit[0] < 0.6
