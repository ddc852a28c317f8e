"""What a server says of itself and its models."""

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
    told = client.get_server_metadata()
    over_http = httpx.get(f"{server.http}/v2").json()
    assert {"binary_tensor_data", "model_configuration", "statistics"} <= set(told.extensions)
    assert over_http == {"name": told.name, "version": told.version, "extensions": list(told.extensions)}


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
    told = client.get_model_metadata("quick")
    assert (told.name, sorted(told.versions)) == ("quick", ["1", "2"])
    assert [(each.name, each.datatype, list(each.shape)) for each in told.inputs] == INPUTS
    assert [(each.name, each.datatype, list(each.shape)) for each in told.outputs] == OUTPUTS


def test_metadata_of_one_version_names_it_alone(client):
    assert list(client.get_model_metadata("quick", "1").versions) == ["1"]


def test_model_metadata_over_http(server):
    told = httpx.get(f"{server.http}/v2/models/quick/versions/2").json()
    assert told == {
        "name": "quick",
        "platform": "onnxruntime_onnx",
        "versions": ["2"],
        "inputs": [{"name": name, "datatype": datatype, "shape": shape} for name, datatype, shape in INPUTS],
        "outputs": [{"name": name, "datatype": datatype, "shape": shape} for name, datatype, shape in OUTPUTS],
    }


def test_model_config_is_the_file_completed(client, repository):
    told = client.get_model_config("quick").config
    written = text_format.Parse((repository / "quick" / "config.pbtxt").read_text(), model_config_pb2.ModelConfig())
    assert (told.name, told.max_batch_size) == ("quick", 8)
    assert [each.name for each in told.input] == [each.name for each in written.input]
    assert [list(each.dims) for each in told.output] == [list(each.dims) for each in written.output]
    assert list(told.dynamic_batching.preferred_batch_size) == [4, 8]
    assert told.dynamic_batching.max_queue_delay_microseconds == 20000
    assert told.version_policy == written.version_policy
    assert dict(told.parameters) == dict(written.parameters)


def test_model_config_says_which_device_computes(client):
    group = client.get_model_config("newest").config.instance_group[0]
    assert (group.kind, group.count) == (model_config_pb2.ModelInstanceGroup.KIND_CPU, 1)


def test_the_default_version_policy_is_told(client):
    assert client.get_model_config("newest").config.version_policy.latest.num_versions == 1


def test_model_config_over_http(server):
    told = httpx.get(f"{server.http}/v2/models/quick/config").json()
    assert told["parameters"] == {f"manifest.{each}": {"string_value": '{"name": "quick"}'} for each in (1, 2)}
    assert told["max_batch_size"] == 8
    assert told["input"][0]["data_type"] == "TYPE_UINT8"
    assert told["input"][0]["dims"] == [224, 224, 3]
    assert told["dynamic_batching"]["max_queue_delay_microseconds"] == 20000
    assert told["instance_group"][0]["kind"] == "KIND_CPU"


def test_repository_index(client, server):
    expected = {("newest", "2"), ("quick", "1"), ("quick", "2"), ("slow", "1")}
    told = client.get_model_repository_index().models
    over_http = httpx.post(f"{server.http}/v2/repository/index", content=b"{}").json()
    assert {(each.name, each.version) for each in told if each.state == "READY"} >= expected
    assert {(each["name"], each["version"]) for each in over_http if each.get("state") == "READY"} >= expected
    assert ("newest", "1") not in {(each.name, each.version) for each in told if each.state == "READY"}


def test_repository_index_of_the_ready_ones(server):
    told = httpx.post(f"{server.http}/v2/repository/index", json={"ready": True}).json()
    assert {each["name"] for each in told} >= {"newest", "quick", "slow"}
    assert {each["state"] for each in told} == {"READY"}


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
