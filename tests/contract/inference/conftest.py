"""The same suite against our server and against a real Triton."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tests.contract.inference.model_repository import SHIPPED, make_repository
from tests.contract.inference.publishing import Clients, Publish
from tests.contract.inference.server_process import Server, our_server
from tests.contract.inference.triton import need_triton, triton_server
from tests.support.tiny_model import tiny_model_folder
from tests.support.waiting import until
from tritonclient.grpc import InferenceServerClient

from critic_training.publish.repository import Precision, build_repository
from critic_training.publish.version import publish

Images = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Outputs = dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models under test: small ones made for it, and those we ship."""
    folder = tmp_path_factory.mktemp("models")
    build_repository(SHIPPED, folder, Precision.float32)
    return make_repository(folder)


@pytest.fixture(scope="session", params=["ours", pytest.param("triton", marks=pytest.mark.triton)])
def server(
    request: pytest.FixtureRequest, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A running server over `repository`. A missing Triton skips at home and fails in CI."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "triton":
        need_triton()
    start = {"ours": our_server, "triton": triton_server}[request.param]
    with start(repository, folder) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[InferenceServerClient]:
    """The client the worker uses."""
    with InferenceServerClient(server.grpc) as connected:
        yield connected


@pytest.fixture(scope="session")
def raw(repository: Path) -> Callable[..., Outputs]:
    """Outputs of ONNX Runtime itself: `raw(images, version, model)`."""

    def run(images: Images, version: str = "2", model: str = "quick") -> Outputs:
        path = repository / model / version / "model.onnx"
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, {"image": images}), strict=True))

    return run


@pytest.fixture
def published(repository: Path, tmp_path: Path) -> Publish:
    """Publishes the tiny model with that seed; its version."""

    def put(seed: int) -> str:
        folder = tmp_path / f"finished-{seed}"
        manifest = tiny_model_folder(folder, seed)
        return publish(repository, manifest, folder / "model.onnx").name

    return put


@pytest.fixture
def clients(server: Server) -> Iterator[Clients]:
    asking = Clients(server)
    asking.start()
    until(lambda: asking.versions, 60, "a first answer")
    yield asking
    asking.stop()
