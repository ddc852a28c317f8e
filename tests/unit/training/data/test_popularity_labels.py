"""The paper's popularity score and its two classes."""

import numpy as np
import pytest

from critic_training.data.popularity_labels import BAD, GOOD, NEITHER, labels, popularity


def test_the_score_is_the_papers() -> None:
    score = popularity(np.array([0, 1023, 7]), np.array([0, 0, 3]))
    assert score.tolist() == [0, 10, 1]


def test_top_and_bottom_share_are_labelled_and_no_more() -> None:
    label = labels(np.arange(10, dtype=np.float32)[::-1], 0.2)
    assert label.tolist() == [GOOD] * 2 + [NEITHER] * 6 + [BAD] * 2
    assert (labels(np.zeros(10, np.float32), 0.3) == GOOD).sum() == 3
    with pytest.raises(ValueError, match="share"):
        labels(np.zeros(10, np.float32), 0.6)
