"""Layers learn people's order and that degraded copies are worse; the network receives them."""

import copy
import dataclasses

import torch

from critic_training.evaluation.statistics import spearman
from critic_training.networks.maps import MapsNetwork
from critic_training.networks.network import score
from critic_training.people.features import Rated
from critic_training.people.fit import DEGRADED_MARGIN, RatingLayers, fit_layers
from critic_training.people.hyperparameters import PeopleHyperparameters

CONFIG = PeopleHyperparameters(steps=40, dropout=0.1)


def distance(layers: RatingLayers, photos: Rated) -> float:
    """Mean distance of photos to their degraded copies."""
    return (layers.rate(photos.plain) - layers.rate(photos.degraded)).mean().item()


def test_layers_learn_ratings_and_degraded_copies(network: MapsNetwork, people: Rated, pool: Rated) -> None:
    layers = fit_layers(network, people, pool, CONFIG, seed=1)
    assert spearman(layers.rate(people.plain).numpy(), people.rating.numpy()) > 0.9
    assert (layers.rate(people.degraded) < layers.rate(people.plain)).float().mean() > 0.9
    untaught = fit_layers(network, people, pool, dataclasses.replace(CONFIG, degraded=0.0), seed=1)
    assert distance(layers, people) > DEGRADED_MARGIN > distance(untaught, people)


def test_the_same_seed_fits_the_same(network: MapsNetwork, people: Rated, pool: Rated) -> None:
    config = dataclasses.replace(CONFIG, steps=3)
    first, same, different = (fit_layers(network, people, pool, config, seed) for seed in (1, 1, 2))
    torch.testing.assert_close(first.rate(people.plain), same.rate(people.plain), rtol=0, atol=0)
    assert not torch.equal(first.rate(people.plain), different.rate(people.plain))


def test_attached_layers_rate_as_the_network(network: MapsNetwork, people: Rated, pool: Rated) -> None:
    layers = fit_layers(network, people, pool, dataclasses.replace(CONFIG, steps=3), seed=1)
    attached = copy.deepcopy(network).eval()
    layers.attach(attached)
    image = torch.randint(256, (1, 224, 224, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    with torch.no_grad():
        pooled = attached.extract_features(image).pooled
        torch.testing.assert_close(score(attached(image).logits), layers.rate(pooled))
        assert not torch.allclose(RatingLayers(network, 0.0).rate(pooled), layers.rate(pooled))
