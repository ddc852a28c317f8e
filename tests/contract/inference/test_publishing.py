"""New versions under load: not one request fails, and a broken version is refused. (Triton's way is its own.)"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import numpy as np
import pytest
from tests.contract.inference.calls import images, infer_request
from tests.contract.inference.publishing import Clients, Publish, index
from tests.contract.inference.server_process import Server, our_server
from tests.support.tiny_model import NAME, tiny_model_folder
from tests.support.waiting import until
from tritonclient.grpc import InferenceServerClient, service_pb2_grpc

from critic_training.publish.version import publish, versions

POLL = {"CRITIC_MODEL_POLL_SECONDS": "0.1"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def server(published: Publish, repository: Path, tmp_path: Path) -> Iterator[Server]:
    published(1)
    with our_server(repository, tmp_path, env=POLL) as running:
        yield running


def answers_with(server: Server, version: str) -> bool:
    """True when a request that names no version is answered by this one."""
    stub = service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(server.grpc))
    return bool(stub.ModelInfer(infer_request(images(1), NAME)).model_version == version)


def test_new_versions_take_over_under_load_without_a_failed_request(
    server: Server, clients: Clients, published: Publish
) -> None:
    for seed, version in ((2, "2"), (3, "3"), (4, "4")):
        assert published(seed) == version
        until(lambda v=version: clients.versions[-1] == v, 60, f"version {version}")  # type: ignore[misc]
        assert server.answers("/v2/health/ready")
    clients.stop()
    assert clients.failures == []
    assert clients.versions == sorted(clients.versions)  # no response of the old version after one of the new
    assert index(server) == {"3": ("READY", ""), "4": ("READY", "")}  # the newest two, as the config asks for
    config = InferenceServerClient(server.grpc).get_model_config(NAME).config
    assert {"manifest.3", "manifest.4"} <= set(config.parameters)


def test_a_broken_version_is_refused_and_the_one_before_goes_on(
    server: Server, clients: Clients, repository: Path, published: Publish
) -> None:
    broken = repository / NAME / "2"
    broken.mkdir()
    (broken / "model.onnx").write_bytes(b"no model at all")
    until(lambda: "2" in index(server), 60, "the rejection")
    state, reason = index(server)["2"]
    assert state == "UNAVAILABLE"
    assert reason
    assert server.answers("/v2/health/ready")
    assert "critic_inference_model_rejected{" in httpx.get(f"{server.metrics}/metrics").text
    assert published(3) == "3"
    until(lambda: clients.versions[-1] == "3", 60, "version 3")
    clients.stop()
    assert clients.failures == []
    assert set(clients.versions) == {"1", "3"}


def test_a_model_whose_golden_photo_comes_out_otherwise_is_refused(
    server: Server, clients: Clients, repository: Path
) -> None:
    staged = shutil.copytree(repository / NAME / "1", repository / NAME / ".2.new")
    manifest = json.loads((staged / "manifest.json").read_text())
    manifest["golden"]["probability"] = (manifest["golden"]["probability"] + 0.5) % 1
    (staged / "manifest.json").write_text(json.dumps(manifest))
    staged.rename(repository / NAME / "2")
    until(lambda: "golden photo" in index(server).get("2", ("", ""))[1], 60, "the rejection")
    assert server.answers("/v2/health/ready")
    clients.stop()
    assert clients.failures == []
    assert set(clients.versions) == {"1"}


def test_taking_the_newest_version_away_goes_back_to_the_one_before(
    server: Server, clients: Clients, repository: Path, published: Publish
) -> None:
    published(2)
    until(lambda: clients.versions[-1] == "2", 60, "version 2")
    (repository / NAME / "2").rename(repository / NAME / ".2.bad")
    until(lambda: clients.versions[-1] == "1", 60, "version 1 again")
    clients.stop()
    assert clients.failures == []
    assert versions(repository / NAME) == [1]


def test_with_polling_off_a_new_version_waits_for_the_next_start(
    published: Publish, repository: Path, tmp_path: Path
) -> None:
    published(1)
    with our_server(repository, tmp_path, env={"CRITIC_MODEL_POLL_SECONDS": "0"}) as server:
        published(2)
        assert answers_with(server, "1")
    with our_server(repository, tmp_path, env={"CRITIC_MODEL_POLL_SECONDS": "0"}) as server:
        assert answers_with(server, "2")


def test_a_golden_photo_that_comes_out_otherwise_keeps_a_fresh_server_unready(
    published: Publish, repository: Path, tmp_path: Path
) -> None:
    published(1)
    np.save(repository / NAME / "1" / "golden.npy", np.zeros((224, 224, 3), np.uint8))
    with our_server(repository, tmp_path, wait_ready=False, env=POLL) as server:
        until(lambda: server.answers("/v2/health/live"), 60, "the server lives")
        until(lambda: index(server)["1"][0] == "UNAVAILABLE", 60, "the rejection")
        assert not server.answers("/v2/health/ready")
        np.save(repository / NAME / "1" / "golden.npy", np.load(_good(repository, tmp_path)))
        until(lambda: server.answers("/v2/health/ready"), 60, "the repaired version")


def _good(repository: Path, tmp_path: Path) -> Path:
    """The golden photo of the same preprocessing, published elsewhere."""
    folder = tmp_path / "again"
    return publish(tmp_path / "elsewhere", tiny_model_folder(folder), folder / "model.onnx") / "golden.npy"


def test_a_server_that_starts_over_a_broken_version_serves_the_one_before(
    published: Publish, repository: Path, tmp_path: Path
) -> None:
    for seed in (1, 2, 3):
        published(seed)
    (repository / NAME / "3" / "model.onnx").write_bytes(b"no model at all")
    np.save(repository / NAME / "2" / "golden.npy", np.zeros((224, 224, 3), np.uint8))
    with our_server(repository, tmp_path, env=POLL) as server:
        assert answers_with(server, "1")
        states = {version: state for version, (state, _) in index(server).items()}
        assert states == {"1": "READY", "2": "UNAVAILABLE", "3": "UNAVAILABLE"}
        assert "golden photo" in index(server)["2"][1]
        assert published(4) == "4"
        until(lambda: answers_with(server, "4"), 60, "version 4")
        assert published(5) == "5"
        until(lambda: sorted(index(server)) == ["4", "5"], 60, "an index without what was refused")


def test_a_server_that_starts_over_a_broken_version_serves_two_others(
    published: Publish, repository: Path, tmp_path: Path
) -> None:
    for seed in (1, 2, 3):
        published(seed)
    (repository / NAME / "3" / "model.onnx").write_bytes(b"no model at all")
    with our_server(repository, tmp_path, env=POLL) as server:
        states = {version: state for version, (state, _) in index(server).items()}
        assert states == {"1": "READY", "2": "READY", "3": "UNAVAILABLE"}
        assert answers_with(server, "2")


def test_a_version_requested_by_number_answers_beside_the_newest(server: Server, published: Publish) -> None:
    published(2)
    until(lambda: answers_with(server, "2"), 60, "version 2")
    stub = service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(server.grpc))
    assert stub.ModelInfer(infer_request(images(1), NAME, "1")).model_version == "1"
