"""What a photo is of: logistic regression on the pooled features of a network that rates photos."""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from critic_training.data.rated_pool import UNKNOWN_KIND
from critic_training.networks.maps import MapsNetwork

PENALTY = 1000.0
"""Of squared weights, chosen on 60 photos of OASIS: thousands of features fit any labels without a penalty."""
ABSENT = -100.0
"""Log-odds of a kind without photos."""


def fit_kinds(network: MapsNetwork, pooled: Tensor, kind: Tensor) -> None:
    """Sets `network.kinds` from standardised features `[N, P]` and kinds `[N]`. Raises ValueError for a single kind."""
    known = kind != UNKNOWN_KIND
    fitted = LogisticRegression(C=1 / PENALTY, max_iter=1000).fit(pooled[known].numpy(), kind[known].numpy())
    weight, bias = _rows(fitted)
    columns = torch.from_numpy(fitted.classes_)
    network.kinds.weight.data.zero_().index_copy_(0, columns, torch.from_numpy(weight))
    network.kinds.bias.data.fill_(ABSENT).index_copy_(0, columns, torch.from_numpy(bias))


def _rows(fitted: LogisticRegression) -> tuple[np.typing.NDArray[np.float32], np.typing.NDArray[np.float32]]:
    """A row a class; of two classes, scikit-learn has the second one only."""
    weight, bias = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        weight, bias = np.stack([0 * weight[0], weight[0]]), np.array([0, bias[0]])
    return weight.astype(np.float32), bias.astype(np.float32)
