"""Kinds are recognised from pooled features; kinds without photos stay improbable."""

import copy

import pytest
import torch

from critic_training.data.rated_pool import UNKNOWN_KIND
from critic_training.networks.maps import KINDS, MapsNetwork
from critic_training.people.kinds import fit_kinds


@pytest.mark.parametrize("kinds", [2, 4])
def test_photos_get_their_kind_and_unknown_kinds_do_not_count(network: MapsNetwork, kinds: int) -> None:
    random = torch.Generator().manual_seed(0)
    pooled = torch.randn(200, network.pooled_size, generator=random) / 10
    kind = torch.arange(200) % kinds + 3
    pooled[torch.arange(200), kind] += 5
    kind[::10] = UNKNOWN_KIND
    fitted = copy.deepcopy(network)
    fit_kinds(fitted, pooled, kind)
    probability = torch.softmax(fitted.kinds(pooled), 1)
    known = kind != UNKNOWN_KIND
    assert (probability.argmax(1)[known] == kind[known]).all()
    absent = [number for number in range(len(KINDS)) if number not in kind]
    assert probability[:, absent].max() < 1e-6
