"""Metadata of a server and of its models."""

import httpx
import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2
from tritonclient.utils import InferenceServerException

pytestmark = pytest.mark.timeout(900)  # the first test may have to install Triton

INPUTS = [("image", "UINT8", [-1, 224, 224, 3])]
OUTPUTS = [("probability", "FP32", [-1, 2]), ("embedding", "FP32", [-1, 16])]


def test_live_and_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()


def test_live_and_ready_over_http(server):
    for path in ("live", "ready"):
        answer = httpx.get(f"{server.http}/v2/health/{path}")
        assert (answer.status_code, answer.content) == (200, b"")


def test_an_answer_over_http_waits_for_no_acknowledgement(server):
    """A connection that stays: an answer in two packets, the second held back for the first, takes 40 ms."""
    with httpx.Client(base_url=server.http) as client:
        seconds = [client.get("/v2/models/newest").elapsed.total_seconds() for _ in range(30)]
    assert min(seconds[10:]) < 0.03  # the kernel acknowledges the first few of a connection at once


def test_the_server_names_its_extensions(client, server):
    reply = client.get_server_metadata()
    over_http = httpx.get(f"{server.http}/v2").json()
    assert {"binary_tensor_data", "model_configuration", "statistics"} <= set(reply.extensions)
    assert over_http == {"name": reply.name, "version": reply.version, "extensions": list(reply.extensions)}


@pytest.mark.parametrize(
    ("model", "version", "ready"),
    [
        ("quick", "", True),
        ("quick", "1", True),
        ("quick", "2", True),
        ("quick", "3", False),
        ("newest", "2", True),
        ("newest", "1", False),  # the default version policy serves the newest only
        ("nobody", "", False),
    ],
)
def test_model_ready(client, server, model, version, ready):
    path = f"{model}/versions/{version}" if version else model
    assert client.is_model_ready(model, version) is ready
    assert httpx.get(f"{server.http}/v2/models/{path}/ready").status_code == (200 if ready else 400)


def test_model_metadata(client):
    reply = client.get_model_metadata("quick")
    assert (reply.name, sorted(reply.versions)) == ("quick", ["1", "2"])
    assert [(tensor.name, tensor.datatype, list(tensor.shape)) for tensor in reply.inputs] == INPUTS
    assert [(tensor.name, tensor.datatype, list(tensor.shape)) for tensor in reply.outputs] == OUTPUTS


def test_metadata_of_one_version_names_it_alone(client):
    assert list(client.get_model_metadata("quick", "1").versions) == ["1"]


def test_model_metadata_over_http(server):
    reply = httpx.get(f"{server.http}/v2/models/quick/versions/2").json()
    assert reply == {
        "name": "quick",
        "platform": "onnxruntime_onnx",
        "versions": ["2"],
        "inputs": [{"name": name, "datatype": datatype, "shape": shape} for name, datatype, shape in INPUTS],
        "outputs": [{"name": name, "datatype": datatype, "shape": shape} for name, datatype, shape in OUTPUTS],
    }


def test_model_config_is_the_file_completed(client, repository):
    reply = client.get_model_config("quick").config
    written = text_format.Parse((repository / "quick" / "config.pbtxt").read_text(), model_config_pb2.ModelConfig())
    assert (reply.name, reply.max_batch_size) == ("quick", 8)
    assert [tensor.name for tensor in reply.input] == [tensor.name for tensor in written.input]
    assert [list(tensor.dims) for tensor in reply.output] == [list(tensor.dims) for tensor in written.output]
    assert list(reply.dynamic_batching.preferred_batch_size) == [4, 8]
    assert reply.dynamic_batching.max_queue_delay_microseconds == 20000
    assert reply.version_policy == written.version_policy
    assert dict(reply.parameters).items() >= dict(written.parameters).items()  # ours adds the device


def test_model_config_says_which_device_computes(client):
    group = client.get_model_config("newest").config.instance_group[0]
    assert (group.kind, group.count) == (model_config_pb2.ModelInstanceGroup.KIND_CPU, 1)


def test_the_default_version_policy(client):
    assert client.get_model_config("newest").config.version_policy.latest.num_versions == 1


def test_model_config_over_http(server):
    reply = httpx.get(f"{server.http}/v2/models/quick/config").json()
    manifests = {f"manifest.{version}": {"string_value": '{"name": "quick"}'} for version in (1, 2)}
    assert reply["parameters"].items() >= manifests.items()
    assert reply["max_batch_size"] == 8
    assert reply["input"][0]["data_type"] == "TYPE_UINT8"
    assert reply["input"][0]["dims"] == [224, 224, 3]
    assert reply["dynamic_batching"]["max_queue_delay_microseconds"] == 20000
    assert reply["instance_group"][0]["kind"] == "KIND_CPU"


def test_repository_index(client, server):
    expected = {("newest", "2"), ("quick", "1"), ("quick", "2"), ("slow", "1")}
    index = client.get_model_repository_index().models
    over_http = httpx.post(f"{server.http}/v2/repository/index", content=b"{}").json()
    assert {(model.name, model.version) for model in index if model.state == "READY"} >= expected
    assert {(model["name"], model["version"]) for model in over_http if model.get("state") == "READY"} >= expected
    assert ("newest", "1") not in {(model.name, model.version) for model in index if model.state == "READY"}


def test_repository_index_of_the_ready_ones(server):
    models = httpx.post(f"{server.http}/v2/repository/index", json={"ready": True}).json()
    assert {model["name"] for model in models} >= {"newest", "quick", "slow"}
    assert {model["state"] for model in models} == {"READY"}


def test_repository_index_with_a_body_that_is_no_json(server):
    assert httpx.post(f"{server.http}/v2/repository/index", content=b"{").status_code in (400, 500)


@pytest.mark.parametrize("call", ["get_model_metadata", "get_model_config"])
@pytest.mark.parametrize(
    ("model", "version", "code"),
    [
        ("nobody", "", "StatusCode.NOT_FOUND"),
        ("quick", "3", "StatusCode.NOT_FOUND"),
        ("quick", "-1", "StatusCode.INVALID_ARGUMENT"),
        ("quick", "one", "StatusCode.INVALID_ARGUMENT"),
    ],
)
def test_unknown_models_and_versions(client, call, model, version, code):
    with pytest.raises(InferenceServerException) as refused:
        getattr(client, call)(model, version)
    assert refused.value.status() == code


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/models/nobody", 404),
        ("/v2/models/nobody/config", 404),
        ("/v2/models/nobody/stats", 400),
        ("/v2/models/quick/versions/3", 404),
        ("/v2/models/quick/versions/one", 404),
        ("/v2/models/quick/infer", 405),
        ("/v2/models/quick/elsewhere", 404),
        ("/elsewhere", 404),
    ],
)
def test_refusals_over_http_are_json(server, path, status):
    answer = httpx.get(server.http + path)
    assert answer.status_code == status
    assert answer.json()["error"]
