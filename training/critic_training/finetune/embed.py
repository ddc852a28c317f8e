"""The embedding of a trained network: principal components of its pooled maps, learnt on unrated photos."""

import numpy as np
import torch

from critic_training.data.photo_cache import Photos
from critic_training.data.photo_sets import Floats
from critic_training.finetune.teachers import Numbers
from critic_training.networks.network import Network
from critic_training.runs.embedding import learn_projection


def fit_embedding(network: Network, photos: Photos, numbers: Numbers) -> None:
    """Sets `network.embedding`, from the photos with these numbers: more than it has dimensions, better thousands."""
    pooled = _pooled(network, photos, numbers)
    mean, deviation = pooled.mean(0), pooled.std(0) + 1e-6
    weight = learn_projection((pooled - mean) / deviation, network.embedding.out_features).weight.T / deviation
    with torch.no_grad():
        network.embedding.weight.copy_(torch.from_numpy(weight))
        network.embedding.bias.copy_(torch.from_numpy(-weight @ mean))


@torch.inference_mode()
def _pooled(network: Network, photos: Photos, numbers: Numbers) -> Floats:
    network.eval()
    device = next(network.parameters()).device
    told = []
    for at in range(0, len(numbers), 64):
        image = np.stack([photos[int(number)] for number in numbers[at : at + 64]])
        told.append(network.see(torch.from_numpy(image).to(device)).pooled.cpu().numpy())
    return np.concatenate(told)
