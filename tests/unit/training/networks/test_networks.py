"""All networks implement one protocol, and name their untrained parameters."""

from pathlib import Path

import numpy as np
import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet

from critic_training.networks import efficientnet_lite
from critic_training.networks.network import score
from critic_training.networks.registry import NETWORKS, create, pretrained


@pytest.fixture
def images() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8))


@pytest.mark.parametrize("arch", NETWORKS)
def test_uint8_photos_become_two_logits_and_an_embedding_of_length_one(arch: str, images: torch.Tensor) -> None:
    network = create(arch, embedding_size=16).eval()
    with torch.inference_mode():
        output = network(images)
    assert output.logits.shape == (2, 2)
    assert output.embedding.shape == (2, 16)
    torch.testing.assert_close(output.embedding.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(score(output.logits), output.logits[:, 1] - output.logits[:, 0])


@pytest.mark.parametrize("arch", NETWORKS)
def test_dropout_acts_in_training_only(arch: str, images: torch.Tensor) -> None:
    network = create(arch).eval()
    network.set_dropout(0.9)
    torch.testing.assert_close(network.extract_features(images).hidden, network.extract_features(images).hidden)
    for layer in network.modules():
        layer.training = isinstance(layer, torch.nn.Dropout)
    assert not torch.allclose(network.extract_features(images).hidden, network.extract_features(images).hidden)


def test_alexnet_has_torchvisions_layout(weights: Path) -> None:
    network = pretrained("alexnet", weights)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    assert shapes["classifier.1.weight"] == (4096, 9216)
    assert shapes["classifier.4.weight"] == (4096, 4096)
    trained = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    assert trained == 61_100_840 - 998 * 4097  # torchvision's count, with two outputs for 1,000


def test_alexnets_dense_layers_are_new_where_only_convolutions_are_pretrained(weights: Path) -> None:
    new = {f"classifier.{n}.{part}" for n in (1, 4, 6) for part in ("weight", "bias")}
    assert pretrained("alexnet", weights).new_parameters == new


def test_efficientnet_lite_computes_the_logits_of_the_published_network(images: torch.Tensor) -> None:
    published = EfficientNet.from_name("efficientnet-lite0")
    published.load_state_dict(efficientnet_lite.published())
    network = pretrained("efficientnet-lite0", None).eval()
    assert network.new_parameters == {"outputs.weight", "outputs.bias"}
    with torch.inference_mode():
        expected = published.eval()((images.permute(0, 3, 1, 2).float() - 127) / 128)
        logits = network.extract_features(images).hidden @ published._fc.weight.T + published._fc.bias
    torch.testing.assert_close(logits, expected, atol=1e-4, rtol=1e-4)
    assert expected.std() > 0.1


def test_a_runs_checkpoint_initialises_all_but_the_last_layer(tmp_path: Path) -> None:
    trained = create("efficientnet-lite0")
    torch.save({"network": trained.state_dict()}, tmp_path / "checkpoint.pt")
    network = pretrained("efficientnet-lite0", tmp_path / "checkpoint.pt")
    assert network.new_parameters == {"outputs.weight", "outputs.bias"}
    torch.testing.assert_close(network.embedding.weight, trained.embedding.weight)
    assert not torch.equal(network.last_layer.weight, trained.last_layer.weight)


def test_weights_of_another_network_are_rejected() -> None:
    with pytest.raises(ValueError, match="not alexnet's"):
        create("alexnet").load_matching({"backbone._conv_stem.weight": torch.zeros(32, 3, 3, 3)})


def test_an_unknown_network_is_rejected_with_the_known_names() -> None:
    with pytest.raises(ValueError, match="alexnet, alexnet-maps, efficientnet-lite0"):
        create("resnet")
