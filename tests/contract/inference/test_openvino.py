"""OpenVINO behind the protocol: the shipped models within the bound of compression, and no silent fallback."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import numpy as np
import pytest
from tests.contract.inference.model_repository import SHIPPED, make_repository
from tests.contract.inference.runtimes import first_on_path, runtime_folder
from tests.contract.inference.server_process import Server, our_server
from tests.contract.inference.test_parity import photos  # noqa: F401 - a fixture
from tests.support.waiting import until
from tritonclient.grpc import InferenceServerClient, InferInput

from critic_core.contracts.manifest import DEVICE_PARAMETER
from critic_training.export.parity_command import compare_all

MODEL = SHIPPED / "aesthetics" / "1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Our server on OpenVINO over the shipped models."""
    settings = {**first_on_path(runtime_folder("openvino")), "CRITIC_INFERENCE_ENGINE": "openvino"}
    with our_server(SHIPPED, tmp_path_factory.mktemp("openvino"), env=settings) as running:
        yield running


def test_it_agrees_with_the_published_file(server: Server, photos: tuple[Path, ...]) -> None:  # noqa: F811
    ((what, found),) = compare_all(MODEL, photos, server.grpc, None)
    assert what == "the server"
    assert found.order <= 0.001


def test_clients_learn_the_precision(server: Server) -> None:
    with InferenceServerClient(server.grpc) as client:
        config = client.get_model_config("aesthetics").config
    assert config.parameters[DEVICE_PARAMETER].string_value in ("cpu-bf16", "cpu")


def test_a_batch_answers_like_its_photos_alone(server: Server) -> None:
    side = 224
    images = np.random.default_rng(1).integers(0, 256, (12, side, side, 3), np.uint8)
    with InferenceServerClient(server.grpc) as client:
        together = _probability(client, images)
        alone = np.concatenate([_probability(client, image[None]) for image in images])
    np.testing.assert_allclose(together, alone, atol=0.005)


def test_without_openvino_the_server_is_not_ready_and_says_why(tmp_path: Path) -> None:
    if find_spec("openvino"):
        pytest.skip("this environment has OpenVINO")
    models = make_repository(tmp_path / "models")
    settings = {"CRITIC_INFERENCE_ENGINE": "openvino"}
    with our_server(models, tmp_path, wait_ready=False, env=settings) as server:
        until(lambda: "not_ready" in server.log.read_text(), 60, "the server gave up")
        assert "OpenVINO is missing" in httpx.get(f"{server.http}/v2/health/ready").json()["error"]


def _probability(client: InferenceServerClient, images: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> np.ndarray:
    tensor = InferInput("image", list(images.shape), "UINT8")
    tensor.set_data_from_numpy(images)
    result: np.ndarray = client.infer("aesthetics", [tensor]).as_numpy("probability")
    return result
