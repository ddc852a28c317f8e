import json

import numpy as np
import pytest

from critic_inference.errors import RequestRefused
from critic_inference.messages import InferResponse
from critic_inference.transports.http_codec import decode, encode

DATATYPES = {
    "BOOL": [True, False],
    "INT8": [-1, 127],
    "UINT64": [2**64 - 1, 0],
    "INT64": [-(2**63), 1],
    "FP32": [0.5, 1],
}


def body(**tensor):
    fields = {"name": "x", "shape": [2], "datatype": "FP32", "data": [1, 2], **tensor}
    return json.dumps({"inputs": [{key: value for key, value in fields.items() if value is not None}]}).encode()


@pytest.mark.parametrize("datatype", DATATYPES)
def test_values_keep_their_worth(datatype):
    (tensor,) = decode(body(datatype=datatype, data=DATATYPES[datatype]), None, "m", "").request.inputs
    assert tensor.data.tolist() == DATATYPES[datatype]


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        ("UINT8", [256, 0]),
        ("UINT8", [-1, 0]),
        ("INT32", [0.5, 0]),
        ("INT32", ["1", "2"]),
        ("INT32", [None, 1]),
        ("UINT64", [2**64, 0]),
        ("FP32", ["1", "2"]),
        ("FP32", [{}, 1]),
        ("FP32", [[1], [2, 3]]),
    ],
)
def test_values_the_type_cannot_hold_are_refused(datatype, data):
    with pytest.raises(RequestRefused, match="'data'"):
        decode(body(datatype=datatype, data=data), None, "m", "")


@pytest.mark.parametrize(
    "tensor",
    [
        {"name": None},
        {"shape": None},
        {"shape": ["2"]},
        {"datatype": None},
        {"data": None},
        {"parameters": {"binary_data_size": 8}},  # both
        {"data": None, "parameters": {"binary_data_size": "8"}},
        {"data": None, "parameters": {"binary_data_size": -1}},
        {"data": None, "parameters": {"binary_data_size": True}},
        {"data": None, "parameters": 7},
    ],
)
def test_tensors_that_say_too_little_or_too_much(tensor):
    with pytest.raises(RequestRefused):
        decode(body(**tensor), None, "m", "")


@pytest.mark.parametrize(
    "header",
    [
        {"parameters": 7},
        {"outputs": 7},
        {"outputs": [7]},
        {"outputs": [{}]},
        {"outputs": [{"name": "y", "parameters": 7}]},
        {"id": 7},
        {"parameters": {"priority": "high"}},
        {"parameters": {"timeout": -1}},
        {"parameters": {"timeout": True}},
    ],
)
def test_malformed_requests(header):
    with pytest.raises(RequestRefused):
        decode(json.dumps({"inputs": [], **header}).encode(), None, "m", "")


def test_priority_and_timeout_are_parameters():
    header = json.dumps({"inputs": [], "parameters": {"priority": 2, "timeout": 500}}).encode()
    request = decode(header, None, "m", "").request
    assert (request.priority, request.timeout_us) == (2, 500)


def test_json_nested_too_deeply():
    with pytest.raises(RequestRefused):
        decode(b"[" * 100_000, None, "m", "")


def test_two_binary_tensors_follow_each_other():
    header = json.dumps(
        {
            "inputs": [
                {"name": name, "shape": [2], "datatype": "UINT8", "parameters": {"binary_data_size": 2}}
                for name in "ab"
            ]
        }
    ).encode()
    first, second = decode(header + b"\1\2\3\4", str(len(header)), "m", "").request.inputs
    assert (bytes(first.data), bytes(second.data)) == (b"\1\2", b"\3\4")


def test_binary_outputs_come_behind_the_header_in_their_order():
    outputs = {"a": np.arange(3, dtype=np.float32), "b": np.array([7], np.uint8)}
    content, headers = encode(InferResponse("m", "1", outputs), None)
    length = int(headers["Inference-Header-Content-Length"])
    assert [output["parameters"]["binary_data_size"] for output in json.loads(content[:length])["outputs"]] == [12, 1]
    assert content[length:] == outputs["a"].tobytes() + b"\7"
