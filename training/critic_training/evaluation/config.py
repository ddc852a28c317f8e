"""Everything one may turn about an evaluation, with its unit and the reason for its value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EvaluationConfig:
    """The values that all published figures were made with."""

    seed: int = 7
    resamples: int = 2000  # bootstrap resamples of the photos
    good_share: float = 0.3  # good = top 30 %, bad = bottom 30 % within category
