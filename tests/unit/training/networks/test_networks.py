"""Both networks keep one protocol, and know which of their weights are new."""

from pathlib import Path

import numpy as np
import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet

from critic_training.networks import efficientnet_lite
from critic_training.networks.network import score
from critic_training.networks.registry import KINDS, create, pretrained


@pytest.fixture
def images() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8))


@pytest.mark.parametrize("arch", KINDS)
def test_uint8_photos_become_two_logits_and_an_embedding_of_length_one(arch: str, images: torch.Tensor) -> None:
    network = create(arch, embedding_size=16).eval()
    with torch.inference_mode():
        answer = network(images)
    assert answer.logits.shape == (2, 2)
    assert answer.embedding.shape == (2, 16)
    torch.testing.assert_close(answer.embedding.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(score(answer.logits), answer.logits[:, 1] - answer.logits[:, 0])


@pytest.mark.parametrize("arch", KINDS)
def test_dropout_acts_in_training_only(arch: str, images: torch.Tensor) -> None:
    network = create(arch).eval()
    network.set_dropout(0.9)
    torch.testing.assert_close(network.see(images).hidden, network.see(images).hidden)
    for layer in network.modules():
        layer.training = isinstance(layer, torch.nn.Dropout)
    assert not torch.allclose(network.see(images).hidden, network.see(images).hidden)


def test_alexnet_has_torchvisions_layout(weights: Path) -> None:
    network = pretrained("alexnet", weights)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    assert shapes["classifier.1.weight"] == (4096, 9216)
    assert shapes["classifier.4.weight"] == (4096, 4096)
    trained = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    assert trained == 61_100_840 - 998 * 4097  # torchvision's count, with two outputs for 1,000


def test_of_alexnet_with_convolutions_alone_the_dense_layers_are_new(weights: Path) -> None:
    new = {f"classifier.{n}.{part}" for n in (1, 4, 6) for part in ("weight", "bias")}
    assert pretrained("alexnet", weights).fresh == new


def test_efficientnet_lite_sees_what_the_published_network_sees(images: torch.Tensor) -> None:
    published = EfficientNet.from_name("efficientnet-lite0")
    published.load_state_dict(efficientnet_lite.published())
    network = pretrained("efficientnet-lite0", None).eval()
    assert network.fresh == {"outputs.weight", "outputs.bias"}
    with torch.inference_mode():
        wanted = published.eval()((images.permute(0, 3, 1, 2).float() - 127) / 128)
        told = network.see(images).hidden @ published._fc.weight.T + published._fc.bias
    torch.testing.assert_close(told, wanted, atol=1e-4, rtol=1e-4)
    assert wanted.std() > 0.1


def test_a_runs_checkpoint_lends_all_but_the_last_layer(tmp_path: Path) -> None:
    taught = create("efficientnet-lite0")
    torch.save({"network": taught.state_dict()}, tmp_path / "checkpoint.pt")
    network = pretrained("efficientnet-lite0", tmp_path / "checkpoint.pt")
    assert network.fresh == {"outputs.weight", "outputs.bias"}
    torch.testing.assert_close(network.embedding.weight, taught.embedding.weight)
    assert not torch.equal(network.last.weight, taught.last.weight)


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ValueError, match="not alexnet's"):
        create("alexnet").take({"backbone._conv_stem.weight": torch.zeros(32, 3, 3, 3)})


def test_an_unknown_network_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="alexnet, efficientnet-lite0"):
        create("resnet")
