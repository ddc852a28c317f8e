"""The paper's label: views of a photo relative to its age.

Source: Suchecki, Trzcinski, "Understanding aesthetics in photography using deep convolutional neural networks" (2017),
section III: score = log2((views + 1) / (days + 1)); the top and the bottom 20 % are the two classes.
"""

import numpy as np
import numpy.typing as npt

GOOD, BAD, NEITHER = 1, 0, -1


def popularity(views: npt.NDArray[np.int64], days: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Scores `[N]` from views and days between upload and crawl, neither negative."""
    score: npt.NDArray[np.float32] = np.log2((views + 1) / (days + 1)).astype(np.float32)
    return score


def labels(score: npt.NDArray[np.float32], share: float) -> npt.NDArray[np.int8]:
    """GOOD for the top share of the scores, BAD for the bottom share, NEITHER between; ties keep their order.

    Raises ValueError for a share outside (0, 0.5].
    """
    if not 0 < share <= 0.5:
        raise ValueError(f"the share of each side must be over 0 and at most 0.5, not {share}")
    count = int(len(score) * share)
    order = np.argsort(score, kind="stable")
    label = np.full(len(score), NEITHER, np.int8)
    label[order[:count]] = BAD
    label[order[len(score) - count :]] = GOOD
    return label
