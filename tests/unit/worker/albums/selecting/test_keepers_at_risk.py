"""The estimate of dropped keepers holds where photographers choose as the model of scores says."""

import numpy as np
from scipy.special import logit

from critic_worker.albums.selecting.keepers_at_risk import keepers_at_risk


def test_the_interval_covers_the_choices_of_simulated_people() -> None:
    random, covered = np.random.default_rng(4), 0
    for _ in range(200):
        probability = random.beta(2, 2, 240)
        selected = probability >= np.sort(probability)[-40]
        risk = keepers_at_risk(100 * probability, selected)
        liking = logit(probability) + random.logistic(size=240)
        dropped = int((liking[~selected] >= np.sort(liking)[-40]).sum())
        assert risk is not None
        assert risk.low <= risk.expected <= risk.high
        covered += risk.low <= dropped <= risk.high
    assert covered >= 185


def test_certain_scores_leave_little_at_risk() -> None:
    quality = np.array([99.9] * 10 + [0.1] * 90)
    risk = keepers_at_risk(quality, quality > 50)
    assert risk is not None
    assert risk.expected < 1


def test_nothing_is_at_risk_where_nothing_is_dropped() -> None:
    everything = keepers_at_risk(np.array([50.0, 60.0]), np.array([True, True]))
    assert everything is not None
    assert (everything.expected, everything.high) == (0, 0)
    assert keepers_at_risk(np.array([]), np.array([], bool)) is None
