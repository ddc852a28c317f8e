"""Inference over gRPC and HTTP gives what ONNX Runtime gives."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from tests.contract.inference.calls import (
    binary_outputs,
    images,
    infer_request,
    json_body,
    output_arrays,
    post_binary,
)
from tritonclient.grpc import InferInput, InferRequestedOutput

pytestmark = pytest.mark.timeout(900)  # the first test may have to install Triton


def ask(client, batch, version="", outputs=None):
    tensor = InferInput("image", list(batch.shape), "UINT8")
    tensor.set_data_from_numpy(batch)
    return client.infer("quick", [tensor], model_version=version, outputs=outputs, request_id="7")


def close(got, expected):
    assert set(got) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(got[name], value, atol=1e-5, rtol=0)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8])
def test_a_batch(client, raw, count):
    batch = images(count)
    answer = ask(client, batch)
    close({name: answer.as_numpy(name) for name in ("probability", "embedding")}, raw(batch))


def test_the_answer_names_model_version_and_request(client):
    answer = ask(client, images(1)).get_response()
    assert (answer.model_name, answer.model_version, answer.id) == ("quick", "2", "7")
    assert [(output.name, output.datatype, list(output.shape)) for output in answer.outputs] == [
        ("probability", "FP32", [1, 2]),
        ("embedding", "FP32", [1, 16]),
    ]


@pytest.mark.parametrize("version", ["1", "2"])
def test_each_version_is_its_own_model(client, raw, version):
    batch = images(2)
    answer = ask(client, batch, version)
    assert answer.get_response().model_version == version
    np.testing.assert_allclose(answer.as_numpy("probability"), raw(batch, version)["probability"], atol=1e-5)


def test_only_the_requested_outputs(client):
    answer = ask(client, images(1), outputs=[InferRequestedOutput("embedding")])
    assert [output.name for output in answer.get_response().outputs] == ["embedding"]


def test_concurrent_single_requests_each_get_their_own_answer(client, raw):
    batch = images(40)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda row: ask(client, row[None]), batch))
    close(
        {name: np.concatenate([answer.as_numpy(name) for answer in answers]) for name in ("probability", "embedding")},
        raw(batch),
    )


def test_concurrent_batches_of_different_sizes(client, raw):
    batches = [images(size, seed=size) for size in (1, 3, 5, 8, 2, 7)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda batch: ask(client, batch).as_numpy("probability"), batches))
    for batch, answer in zip(batches, answers, strict=True):
        np.testing.assert_allclose(answer, raw(batch)["probability"], atol=1e-5)


def test_typed_contents(client, raw):
    batch = images(1)
    request = infer_request(batch, raw=None)
    request.inputs[0].contents.uint_contents.extend(batch.ravel().tolist())
    close(output_arrays(client._client_stub.ModelInfer(request)), raw(batch))


@pytest.mark.parametrize("nested", [False, True])
def test_http_json(server, raw, nested):
    batch = images(2)
    body = json_body(batch, id="seven")
    if nested:
        body["inputs"][0]["data"] = batch.tolist()
    answer = httpx.post(f"{server.http}/v2/models/quick/infer", json=body, timeout=30)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert {name: answer.json()[name] for name in ("id", "model_name", "model_version")} == {
        "id": "seven",
        "model_name": "quick",
        "model_version": "2",
    }
    close(binary_outputs(answer), raw(batch))


def test_http_version_in_the_path(server, raw):
    batch = images(1)
    answer = post_binary(f"{server.http}/v2/models/quick/versions/1/infer", batch)
    assert answer.json()["model_version"] == "1"
    close(binary_outputs(answer), raw(batch, "1"))


def test_http_binary_input_and_output(server, raw):
    batch = images(3)
    answer = post_binary(f"{server.http}/v2/models/quick/infer", batch, parameters={"binary_data_output": True})
    assert answer.headers["content-type"] == "application/octet-stream"
    close(binary_outputs(answer), raw(batch))


def test_http_binary_for_one_output_only(server, raw):
    batch = images(1)
    outputs = [{"name": "probability", "parameters": {"binary_data": True}}, {"name": "embedding"}]
    answer = post_binary(f"{server.http}/v2/models/quick/infer", batch, outputs=outputs)
    header = answer.content[: int(answer.headers["Inference-Header-Content-Length"])]
    assert b'"binary_data_size"' in header
    assert header.count(b'"data"') == 1
    close(binary_outputs(answer), raw(batch))
