"""The embedding for near duplicates: principal components of a network's pooled maps, fitted on unrated photos.

Partly whitened: of altered copies of 360 Flickr photos, EfficientNet-Lite2's components find 0.93 again as they are,
0.96 with this exponent, and 0.97 with twice as much, which leaves smaller cosines between frames of a scene.
"""

import numpy as np
import torch

from critic_training.data.photo_cache import Photos
from critic_training.data.photo_sets import Floats, Positions
from critic_training.networks.network import Network

WHITENING = 0.25
"""Exponent of a component's deviation that its scale is divided by: 0 not at all, 1 whitened."""

SAMPLE = 3000
"""Photos that embedding and teachers are standardised on: more change nothing."""


def fit_embedding(network: Network, photos: Photos, numbers: Positions) -> None:
    """Sets `network.embedding` from the photos with these numbers: at least its dimension, better thousands."""
    pooled = _pooled_features(network, photos, numbers)
    mean, deviation = pooled.mean(0), pooled.std(0) + 1e-6
    scaled = (pooled - mean) / deviation
    components = principal_components(scaled, network.embedding.out_features)
    weight = (components / (scaled @ components).std(0) ** WHITENING).T / deviation
    with torch.no_grad():
        network.embedding.weight.copy_(torch.from_numpy(weight))
        network.embedding.bias.copy_(torch.from_numpy(-weight @ mean))


def principal_components(features: Floats, count: int) -> Floats:
    """The `count` strongest components `[P, count]` of `[N, P]` with mean 0."""
    covariance = features.T @ features / len(features)
    values, vectors = np.linalg.eigh(covariance)
    return np.ascontiguousarray(vectors[:, np.argsort(values)[::-1][:count]]).astype(np.float32)


@torch.inference_mode()
def _pooled_features(network: Network, photos: Photos, numbers: Positions) -> Floats:
    network.eval()
    device = next(network.parameters()).device
    batches = []
    for at in range(0, len(numbers), 64):
        image = np.stack([photos[int(number)] for number in numbers[at : at + 64]])
        batches.append(network.extract_features(torch.from_numpy(image).to(device)).pooled.cpu().numpy())
    return np.concatenate(batches)
