"""The parameters of an evaluation, with their units and the reason for their values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EvaluationConfig:
    """Defaults: the values of all published figures."""

    seed: int = 7
    resamples: int = 2000  # bootstrap resamples of the photos
    good_share: float = 0.3  # good = top 30 %, bad = bottom 30 % within category
