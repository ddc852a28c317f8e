"""Requests that do not fit: the same status from both servers, and a sentence."""

import grpc
import httpx
import pytest
from tests.contract.inference.calls import images, infer_request, json_body, post_binary

pytestmark = pytest.mark.timeout(900)  # the first test may have to install Triton

PHOTO = images(1)
INVALID, UNKNOWN = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND


def with_contents(field, count, raw=None):
    request = infer_request(PHOTO, raw=raw)
    getattr(request.inputs[0].contents, field).extend([0] * count)
    return request


def with_second_input(name):
    request = infer_request(PHOTO)
    request.inputs.add(name=name, datatype="UINT8", shape=PHOTO.shape)
    request.raw_input_contents.append(PHOTO.tobytes())
    return request


def without_inputs():
    request = infer_request(PHOTO)
    del request.inputs[:], request.raw_input_contents[:]
    return request


def with_output(name):
    request = infer_request(PHOTO)
    request.outputs.add(name=name)
    return request


GRPC_CASES = {
    "unknown model": (infer_request(PHOTO, "nobody"), UNKNOWN),
    "unknown version": (infer_request(PHOTO, version="3"), UNKNOWN),
    "version that is no number": (infer_request(PHOTO, version="one"), INVALID),
    "negative version": (infer_request(PHOTO, version="-1"), INVALID),
    "no input": (without_inputs(), INVALID),
    "unknown input": (infer_request(PHOTO, name="picture"), INVALID),
    "one input too many": (with_second_input("mask"), INVALID),
    "the same input twice": (with_second_input("image"), INVALID),
    "unknown output": (with_output("beauty"), INVALID),
    "wrong datatype": (infer_request(PHOTO, datatype="FP32", raw=PHOTO.astype("f4").tobytes()), INVALID),
    "no such datatype": (infer_request(PHOTO, datatype="PIXELS"), INVALID),
    "wrong size": (infer_request(PHOTO[:, :100]), INVALID),
    "channels first": (infer_request(PHOTO.transpose(0, 3, 1, 2)), INVALID),
    "no batch dimension": (infer_request(PHOTO[0]), INVALID),
    "no dimension": (infer_request(PHOTO, shape=()), INVALID),
    "negative dimension": (infer_request(PHOTO, shape=(-1, 224, 224, 3)), INVALID),
    "empty batch": (infer_request(PHOTO[:0]), INVALID),
    "batch too large": (infer_request(images(9)), INVALID),
    "one byte short": (infer_request(PHOTO, raw=PHOTO.tobytes()[:-1]), INVALID),
    "one byte long": (infer_request(PHOTO, raw=PHOTO.tobytes() + b"1"), INVALID),
    "no data": (infer_request(PHOTO, raw=None), INVALID),
    "typed contents too short": (with_contents("uint_contents", PHOTO.size - 1), INVALID),
    "typed contents of another type": (with_contents("int_contents", PHOTO.size), INVALID),
    "typed and raw contents": (with_contents("uint_contents", PHOTO.size, PHOTO.tobytes()), INVALID),
}


@pytest.mark.parametrize("case", GRPC_CASES)
def test_refused_over_grpc(client, case):
    request, code = GRPC_CASES[case]
    with pytest.raises(grpc.RpcError) as refused:
        client._client_stub.ModelInfer(request)
    assert refused.value.code() is code
    assert len(refused.value.details()) > 10


def changed(**tensor):
    body = json_body(PHOTO)
    body["inputs"][0].update(tensor)
    return body


HTTP_CASES = {
    "unknown model": ("nobody", json_body(PHOTO), 404),
    "unknown version": ("quick/versions/3", json_body(PHOTO), 404),
    "no input": ("quick", {"inputs": []}, 400),
    "unknown input": ("quick", changed(name="picture"), 400),
    "unknown output": ("quick", json_body(PHOTO, outputs=[{"name": "beauty"}]), 400),
    "wrong datatype": ("quick", changed(datatype="FP32"), 400),
    "no such datatype": ("quick", changed(datatype="PIXELS"), 400),
    "no batch dimension": ("quick", changed(shape=[224, 224, 3]), 400),
    "batch too large": ("quick", changed(shape=[9, 224, 224, 3], data=[0] * 9 * PHOTO.size), 400),
}


@pytest.mark.parametrize("case", HTTP_CASES)
def test_refused_over_http(server, case):
    path, body, status = HTTP_CASES[case]
    answer = httpx.post(f"{server.http}/v2/models/{path}/infer", json=body, timeout=30)
    assert answer.status_code == status
    assert len(answer.json()["error"]) > 10


MALFORMED = {
    "not JSON": {"content": b"{nope"},
    "not an object": {"json": [1]},
    "no inputs": {"json": {}},
    "inputs that are no list": {"json": {"inputs": "image"}},
    "input without name": {"json": {"inputs": [{"shape": [1], "datatype": "UINT8", "data": [1]}]}},
    "data shorter than its shape": {"json": changed(data=[0, 0, 0])},
    "data that is no number": {"json": changed(data=["a"] * PHOTO.size)},
    "data that is no whole number": {"json": changed(data=[0.5] * PHOTO.size)},
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_json_over_http(server, case):
    """Triton responds with 500 here, which invites retries; ours with 400: a retry cannot help."""
    answer = httpx.post(f"{server.http}/v2/models/quick/infer", timeout=30, **MALFORMED[case])
    assert answer.status_code == {"ours": 400, "triton": 500}[server.name]
    assert len(answer.json()["error"]) > 10


@pytest.mark.parametrize(
    "binary",
    [
        {"size": PHOTO.nbytes - 1},
        {"size": PHOTO.nbytes + 1},
        {"size": 0},
        {"header_length": "1000000"},
        {"header_length": "-1"},
        {"header_length": "ten"},
    ],
)
def test_sizes_of_the_binary_extension_that_do_not_fit(server, binary):
    answer = post_binary(f"{server.http}/v2/models/quick/infer", PHOTO, **binary)
    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 10


def test_the_server_still_answers_afterwards(client):
    assert client._client_stub.ModelInfer(infer_request(PHOTO)).model_name == "quick"
