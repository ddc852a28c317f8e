"""The client against a scripted gRPC server: errors, drains, new versions, wrong shapes."""

from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import grpc
import numpy as np
import pytest
from tests.support.tiny_model import EMBEDDING, NAME, SIDE, tiny_manifest
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.grpc.model_config_pb2 import ModelInstanceGroup

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import Preprocessing, manifest_parameter
from critic_worker.inference.classifier import ModelReplaced
from critic_worker.inference.client import InferenceClient

TENSOR = np.zeros((SIDE, SIDE, 3), np.uint8)


class Server(service_pb2_grpc.GRPCInferenceServiceServicer):  # type: ignore[misc]  # tritonclient has no types
    """Serves versions by their manifests; `next_errors` are given out first."""

    def __init__(self) -> None:
        self.versions = ["1"]
        self.version = "1"
        self.kind = ModelInstanceGroup.KIND_CPU
        self.side = self.fed = SIDE
        self.probability = [0.25, 0.75]
        self.carries_manifest = True
        self.kinds: tuple[PhotoKind, ...] = ()
        self.kind_probability: list[float] = []
        self.next_errors: list[grpc.StatusCode] = []
        self.calls = 0
        self.wait: Callable[[], None] = lambda: None

    def ModelConfig(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        response = service_pb2.ModelConfigResponse()
        response.config.name = NAME
        response.config.instance_group.add(kind=self.kind)
        for version in self.versions if self.carries_manifest else []:
            manifest = tiny_manifest(version, preprocessing=Preprocessing(size=self.fed))
            manifest = manifest.model_copy(update={"kinds": self.kinds})
            response.config.parameters[manifest_parameter(version)].string_value = manifest.model_dump_json()
        return response

    def ModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        response = service_pb2.ModelMetadataResponse(name=NAME, versions=self.versions)
        response.inputs.add(name="image", datatype="UINT8", shape=[-1, self.side, self.side, 3])
        response.outputs.add(name="probability", datatype="FP32", shape=[-1, 2])
        response.outputs.add(name="embedding", datatype="FP32", shape=[-1, EMBEDDING])
        response.outputs.add(name="kind", datatype="FP32", shape=[-1, len(self.kinds)])
        return response

    def RepositoryIndex(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        response = service_pb2.RepositoryIndexResponse()
        for name, state in (("second", "READY"), ("broken", "UNAVAILABLE"), ("second", "READY"), (NAME, "READY")):
            response.models.add(name=name, state=state)
        return response

    def ModelInfer(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        self.calls += 1
        self.wait()
        if self.next_errors:
            context.abort(self.next_errors.pop(0), "scripted")
        assert len(request.raw_input_contents[0]) == SIDE * SIDE * 3
        response = service_pb2.ModelInferResponse(model_name=NAME, model_version=self.version)
        outputs = {"probability": self.probability, "embedding": [0.0] * EMBEDDING, "kind": self.kind_probability}
        for name, values in outputs.items():
            if not values:
                continue
            response.outputs.add(name=name, datatype="FP32", shape=[1, len(values)])
            response.raw_output_contents.append(np.array(values, np.float32).tobytes())
        return response


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def client(server: Server) -> Iterator[InferenceClient]:
    running = grpc.server(futures.ThreadPoolExecutor(2))
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(server, running)
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    client = InferenceClient(f"127.0.0.1:{port}", NAME, timeout_seconds=0.5)
    yield client
    client.close()
    running.stop(None).wait()


def test_an_answer_carries_its_provenance(client: InferenceClient) -> None:
    (answer,) = client.classify([TENSOR])
    assert answer.probability == 0.75
    assert answer.embedding.shape == (EMBEDDING,)
    assert (answer.manifest, answer.device) == (tiny_manifest("1"), "cpu")


def test_the_device_is_the_servers(client: InferenceClient, server: Server) -> None:
    server.kind = ModelInstanceGroup.KIND_GPU
    assert client.classify([TENSOR])[0].device == "cuda"


@pytest.mark.parametrize(
    ("probability", "kind"),
    [([0.2, 0.8], PhotoKind.food), ([0.5, 0.5], PhotoKind.people), ([0.4, 0.3], None), ([], None)],
)
def test_the_kind_is_the_one_with_half_the_probability(
    client: InferenceClient, server: Server, probability: list[float], kind: PhotoKind | None
) -> None:
    server.kinds, server.kind_probability = (PhotoKind.people, PhotoKind.food), probability
    assert client.classify([TENSOR])[0].kind is kind


def test_the_newest_version_is_expected(client: InferenceClient, server: Server) -> None:
    server.versions = ["9", "10", "2"]
    assert client.manifest().version == "10"


def test_another_version_in_the_answer_changes_its_provenance(client: InferenceClient, server: Server) -> None:
    client.classify([TENSOR])
    server.versions, server.version = ["1", "2"], "2"
    assert client.classify([TENSOR])[0].manifest.version == "2"


def test_an_answer_of_an_unloaded_version_is_unavailable(client: InferenceClient, server: Server) -> None:
    client.classify([TENSOR])
    server.versions = ["2"]
    server.version = "0"
    with pytest.raises(InferenceUnavailable, match="version 0 is not served any more"):
        client.classify([TENSOR])
    server.version = "2"
    assert client.classify([TENSOR])[0].manifest.version == "2"


def test_a_tensor_for_a_replaced_version_must_be_prepared_again(client: InferenceClient, server: Server) -> None:
    assert client.manifest().preprocessing.size == SIDE
    server.versions, server.side, server.fed = ["2"], 128, 128
    server.next_errors = [grpc.StatusCode.INVALID_ARGUMENT]
    with pytest.raises(ModelReplaced):
        client.classify([TENSOR])
    assert client.manifest() == tiny_manifest("2", preprocessing=Preprocessing(size=128))


def test_ready_models_are_listed_once(client: InferenceClient) -> None:
    assert client.served() == [NAME, "second"]


@pytest.mark.parametrize("status", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.NOT_FOUND])
def test_a_draining_server_is_retried_once(client: InferenceClient, server: Server, status: grpc.StatusCode) -> None:
    server.next_errors = [status]
    assert client.classify([TENSOR])[0].probability == 0.75
    assert server.calls == 2


@pytest.mark.parametrize(
    ("status", "error", "calls"),
    [
        (grpc.StatusCode.UNAVAILABLE, InferenceUnavailable, 2),
        (grpc.StatusCode.NOT_FOUND, InferenceUnavailable, 2),
        (grpc.StatusCode.INTERNAL, InferenceUnavailable, 1),
        (grpc.StatusCode.INVALID_ARGUMENT, InferenceFailed, 1),
    ],
)
def test_errors_tell_whether_a_retry_helps(
    client: InferenceClient, server: Server, status: grpc.StatusCode, error: type[Exception], calls: int
) -> None:
    server.next_errors = [status] * 3
    with pytest.raises(error, match="scripted"):
        client.classify([TENSOR])
    assert server.calls == calls


def test_every_call_has_a_deadline(client: InferenceClient, server: Server) -> None:
    done = futures.Future[None]()
    server.wait = lambda: done.result(timeout=20)
    with pytest.raises(InferenceUnavailable, match="Deadline"):
        client.classify([TENSOR])
    done.set_result(None)


def test_a_closed_port_is_unavailable() -> None:
    client = InferenceClient("127.0.0.1:1", NAME, timeout_seconds=5)
    with pytest.raises(InferenceUnavailable):
        client.manifest()
    client.close()


def test_a_model_that_does_not_fit_is_refused(client: InferenceClient, server: Server) -> None:
    server.side = 299
    with pytest.raises(InferenceFailed, match="image"):
        client.manifest()


def test_a_model_without_a_manifest_is_refused(client: InferenceClient, server: Server) -> None:
    server.carries_manifest = False
    with pytest.raises(InferenceFailed, match="no manifest"):
        client.manifest()


def test_an_answer_that_is_not_a_number_is_refused(client: InferenceClient, server: Server) -> None:
    server.probability = [float("nan"), float("nan")]
    with pytest.raises(InferenceFailed, match="not a number"):
        client.classify([TENSOR])
