"""What Triton does in its own way, and what we rely on: new versions by polling, and the seconds in which it stops."""

import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.inference.calls import images
from tests.contract.inference.publishing import Clients, Publish, index
from tests.contract.inference.server_process import Server, running
from tests.contract.inference.triton import need_triton, triton_launch, triton_server
from tests.support.inference import POLL
from tests.support.ports import free_ports
from tests.support.tiny_model import NAME
from tests.support.waiting import until
from tritonclient.grpc import InferenceServerClient

from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_worker.inference.client import InferenceClient

pytestmark = [pytest.mark.triton, pytest.mark.timeout(900)]  # the first test may have to install Triton


AS_IN_COMPOSE = (*POLL, "--strict-readiness=false")


class Worker(threading.Thread):
    """Asks without a pause and as patiently as a worker; counts answers, notes what would fail a photo."""

    def __init__(self, client: InferenceClient) -> None:
        super().__init__(daemon=True)
        self._client, self._leave = client, threading.Event()
        self.answers = 0
        self.refused_by_a_stopping_server = 0
        self.failures: list[str] = []

    def run(self) -> None:
        while not self._leave.is_set() and not self.failures:
            try:
                self._client.classify([images(1)[0]])
                self.answers += 1
            except InferenceUnavailable as error:
                self.refused_by_a_stopping_server += "stopp" in error.detail or "unknown model" in error.detail
            except InferenceFailed as error:
                self.failures.append(error.detail)

    def leave(self) -> None:
        self._leave.set()
        self.join(30)


def refusals(server: Server) -> int:
    """How often it has tried version 2 in vain."""
    return server.log.read_text().count(f"failed to load '{NAME}' version 2")


def put_broken(version: Path) -> Path:
    """A version that is no model, published atomically: the server may poll at any moment."""
    staged = version.with_name(f".{version.name}")
    staged.mkdir()
    (staged / "model.onnx").write_bytes(b"no model at all")
    return staged.rename(version)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def server(published: Publish, repository: Path, tmp_path: Path) -> Iterator[Server]:
    need_triton()
    published(1)
    with triton_server(repository, tmp_path, *AS_IN_COMPOSE) as running:
        yield running


def test_new_versions_are_taken_up_under_load_without_a_failed_request(
    server: Server, clients: Clients, published: Publish
) -> None:
    for seed, version in ((2, "2"), (3, "3")):
        assert published(seed) == version
        until(lambda v=version: clients.versions[-1] == v, 60, f"version {version}")  # type: ignore[misc]
    clients.stop()
    assert clients.failures == []
    states = {version: state for version, (state, _) in index(server).items()}
    assert {version for version, state in states.items() if state == "READY"} == {"2", "3"}


def test_a_broken_version_blocks_newer_ones_until_its_removal_and_the_newest_can_be_rolled_back(
    server: Server, clients: Clients, repository: Path, published: Publish
) -> None:
    broken = put_broken(repository / NAME / "2")
    until(lambda: refusals(server), 60, "the rejection")
    assert published(3) == "3"
    refused = refusals(server)  # it may have looked in the middle of publishing, after the new config.pbtxt
    until(lambda: refusals(server) > refused, 60, "the rejection of both")
    assert set(clients.versions) == {"1"}
    assert server.answers("/v2/health/ready")  # which it would not with strict readiness, from now on
    shutil.rmtree(broken)
    until(lambda: clients.versions[-1] == "3", 60, "version 3")
    (repository / NAME / "3").rename(repository / NAME / ".3.bad")
    until(lambda: clients.versions[-1] == "1", 60, "version 1 again")
    clients.stop()
    assert clients.failures == []


def test_a_start_over_a_broken_version_ends(published: Publish, repository: Path, tmp_path: Path) -> None:
    need_triton()
    published(1)
    shutil.copytree(repository / NAME / "1", repository / NAME / "2")
    (repository / NAME / "2" / "model.onnx").write_bytes(b"no model at all")
    with triton_server(repository, tmp_path, *AS_IN_COMPOSE, wait_ready=False) as server:
        assert server.process.wait(60) != 0


def test_a_config_by_another_name_is_chosen(published: Publish, repository: Path, tmp_path: Path) -> None:
    need_triton()
    published(1)
    with triton_server(repository, tmp_path, "--model-config-name=two-instances") as server:
        (group,) = InferenceServerClient(server.grpc).get_model_config(NAME).config.instance_group
        assert group.count == 2


@pytest.mark.skipif(Path("/dev/nvidia0").exists(), reason="this machine has a GPU")
@pytest.mark.parametrize("config", ["gpu", "tensorrt"])
def test_a_config_for_gpus_is_refused_where_there_is_none(
    published: Publish, repository: Path, tmp_path: Path, config: str
) -> None:
    """And not computed on the CPU in silence."""
    need_triton()
    published(1)
    with triton_server(repository, tmp_path, f"--model-config-name={config}", wait_ready=False) as server:
        assert server.process.wait(60) != 0
    assert "KIND_GPU" in server.log.read_text()


def test_a_worker_waits_while_triton_stops_and_starts_again(
    published: Publish, repository: Path, tmp_path: Path
) -> None:
    """It stops in four steps: serving, "is stopping", "unknown model", connection refused. None fails a photo."""
    need_triton()
    published(1)
    ports = free_ports(3)
    launch = triton_launch(repository, tmp_path, ports)
    client = InferenceClient(f"127.0.0.1:{ports[1]}", NAME, timeout_seconds=5)
    with running("triton", launch.command, ports, tmp_path, env=launch.env, cwd=launch.cwd) as first:
        asking = Worker(client)
        asking.start()
        until(lambda: asking.answers, 60, "a first answer")
        first.process.send_signal(signal.SIGTERM)
        first.process.wait(30)
    with running("triton", launch.command, ports, tmp_path, env=launch.env, cwd=launch.cwd):
        before = asking.answers
        until(lambda: asking.answers > before or not asking.is_alive(), 60, "an answer after the restart")
        asking.leave()
    assert asking.failures == []
    assert asking.refused_by_a_stopping_server, "it stopped between two requests: this test proved nothing"
