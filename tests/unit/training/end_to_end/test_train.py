"""A short run lowers the loss, is the same for the same seed, and leaves the network's frozen statistics."""

import copy
import dataclasses

import numpy as np
import pytest
import torch

from critic_training.data.photo_sets import Inputs
from critic_training.data.rated_pool import RatedPool
from critic_training.end_to_end.hyperparameters import PoolHyperparameters
from critic_training.end_to_end.photos import DevicePhotos
from critic_training.end_to_end.student import PoolStudent, standardise
from critic_training.end_to_end.train import PoolRun, adamw, set_learning_rate, shuffled, train_on_pool
from critic_training.networks.maps import MapsNetwork
from critic_training.networks.registry import create

CPU = torch.device("cpu")
CONFIG = PoolHyperparameters(epochs=1, batch_size=4, learning_rate=1e-3, dropout=0.0, ema_decay=0.0)


@pytest.fixture
def images(random: np.random.Generator) -> Inputs:
    """Brighter photos are better."""
    brightness = np.linspace(40, 200, 8)[:, None, None, None]
    return (brightness + random.uniform(0, 50, (8, 256, 256, 3))).astype(np.uint8)


def run_of(images: Inputs, config: PoolHyperparameters) -> PoolRun:
    pool = RatedPool((), np.linspace(-1.5, 1.5, 8, dtype=np.float32), np.arange(8) % 2)
    return PoolRun(pool, DevicePhotos(images, CPU), np.arange(8), config, CPU, torch.float32)


def network_of(seed: int = 0) -> MapsNetwork:
    torch.manual_seed(seed)
    network = create("alexnet-maps", 8)
    assert isinstance(network, MapsNetwork)
    return network


def test_training_lowers_the_regression_loss(images: Inputs) -> None:
    losses: list[float] = []
    run = run_of(images, dataclasses.replace(CONFIG, epochs=6, new_layer_factor=1.0))
    train_on_pool(network_of(), run, lambda step, steps, values, average: losses.append(values["regression"]))
    assert len(losses) == 6
    assert losses[-1] < 0.7 * losses[0]


def test_a_student_learns_its_teachers_ratings(images: Inputs) -> None:
    teacher = network_of(seed=5).requires_grad_(False).eval()
    losses: list[float] = []
    config = dataclasses.replace(CONFIG, epochs=6, new_layer_factor=1.0, distil=2.0)
    run = dataclasses.replace(run_of(images, config), teacher=teacher)
    train_on_pool(network_of(), run, lambda step, steps, values, average: losses.append(values["distil"]))
    assert losses[-1] < losses[0]


def test_two_steps_change_weights_and_are_reproducible(images: Inputs) -> None:
    before = network_of()
    first, same, different = (
        train_on_pool(network_of(), run_of(images, dataclasses.replace(CONFIG, seed=seed)), lambda *_: None)
        for seed in (1, 1, 2)
    )
    for name in ("features.0.weight", "mixing.weight", "outputs.bias"):
        trained = first.get_parameter(name)
        assert not torch.equal(trained, before.get_parameter(name))
        torch.testing.assert_close(trained, same.get_parameter(name), rtol=0, atol=0)
        assert not torch.equal(trained, different.get_parameter(name))


def test_features_are_standardised_over_the_photos(images: Inputs) -> None:
    network = network_of()
    photos = DevicePhotos(images, CPU)
    standardise(network, photos, 224)
    with torch.inference_mode():
        pooled = network.standardise(network.pool(photos.reduced(np.arange(8), 224).permute(0, 2, 3, 1)))
    torch.testing.assert_close(pooled.mean(0), torch.zeros(network.pooled_size), atol=1e-2, rtol=0)


def test_dropout_is_on_and_statistics_of_batch_norm_stay() -> None:
    student = PoolStudent(network_of())
    before = copy.deepcopy(student.network.standardise.state_dict())
    student.start_training()
    with torch.no_grad():
        student(torch.rand(2, 3, 224, 224) * 255)
    assert student.network.dropout.training
    torch.testing.assert_close(dict(student.network.standardise.state_dict()), dict(before))


def test_parameters_are_in_few_groups_and_new_layers_learn_faster() -> None:
    network = network_of()
    network.load_matching({n: v for n, v in network.state_dict().items() if n.startswith("features.")})
    optimiser = adamw(PoolStudent(network), CONFIG)
    assert len(optimiser.param_groups) == 4
    set_learning_rate(optimiser, CONFIG, 3, 10)
    rates = {group["factor"]: group["lr"] for group in optimiser.param_groups}
    assert rates[CONFIG.new_layer_factor] == pytest.approx(CONFIG.new_layer_factor * rates[1.0])
    embedding = {id(parameter) for parameter in network.embedding.parameters()}
    assert not any(id(p) in embedding for group in optimiser.param_groups for p in group["params"])


def test_every_epoch_has_every_photo_once() -> None:
    batches = shuffled(np.arange(10, 16), 4, torch.Generator().manual_seed(0))
    drawn = np.concatenate([next(batches) for _ in range(3)])
    assert sorted(drawn[:6]) == sorted(drawn[6:]) == list(range(10, 16))
