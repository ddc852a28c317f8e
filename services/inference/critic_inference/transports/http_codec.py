"""Inference requests and answers in HTTP bodies: JSON, and JSON followed by raw tensors (the binary extension).

Source: the Open Inference Protocol, and Triton's `extension_binary_data.md`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from critic_inference.errors import RequestRefused
from critic_inference.messages import InferRequest, InferResponse, InputTensor
from critic_inference.tensors import NUMPY_TYPES, Array
from critic_inference.transports.grpc_codec import DATATYPES

HEADER_LENGTH = "Inference-Header-Content-Length"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request, and which of its outputs are to come back as raw bytes (None: all of them)."""

    request: InferRequest
    binary_outputs: frozenset[str] | None


def decode(body: bytes, header_length: str | None, model: str, version: str) -> HttpRequest:
    """Raises RequestRefused with a sentence about what does not fit."""
    length = _header_length(header_length, len(body))
    told = parse_object(body[:length])
    raw = memoryview(body)[length:]
    inputs = []
    for each in _objects(told, "inputs"):
        tensor, raw = _input(each, raw)
        inputs.append(tensor)
    if raw:
        raise RequestRefused(f"unexpected additional input data for model '{model}'")
    outputs = _objects(told, "outputs") if "outputs" in told else []
    names = tuple(_field(each, "name", str) for each in outputs)
    request = InferRequest(model, version, tuple(inputs), names, _field(told, "id", str) if "id" in told else "")
    return HttpRequest(request, _binary_outputs(told, outputs))


def encode(answer: InferResponse, binary_outputs: frozenset[str] | None) -> tuple[bytes, dict[str, str]]:
    """The body, and the headers that describe it."""
    outputs, raw = [], []
    for name, array in answer.outputs.items():
        told: dict[str, Any] = {"name": name, "datatype": DATATYPES[str(array.dtype)], "shape": list(array.shape)}
        if binary_outputs is None or name in binary_outputs:
            told["parameters"] = {"binary_data_size": array.nbytes}
            raw.append(array.tobytes())
        else:
            told["data"] = array.ravel().tolist()
        outputs.append(told)
    header = json.dumps(_header(answer, outputs)).encode()
    if not raw:
        return header, {"Content-Type": "application/json"}
    return b"".join([header, *raw]), {"Content-Type": "application/octet-stream", HEADER_LENGTH: str(len(header))}


def _header(answer: InferResponse, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    named = {"model_name": answer.model, "model_version": answer.version, "outputs": outputs}
    return {"id": answer.id, **named} if answer.id else named


def _header_length(text: str | None, size: int) -> int:
    if text is None:
        return size
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= size):
        raise RequestRefused(f"inference header size should be in range (0, {size}], got: {text}")
    return int(text)


def parse_object(body: bytes) -> Mapping[str, Any]:
    """A JSON object. Raises RequestRefused."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestRefused(f"failed to parse the request JSON: {error}") from error
    if not isinstance(told, dict):
        raise RequestRefused("the request JSON must be an object")
    return told


def _field(told: Mapping[str, Any], name: str, kind: type) -> Any:
    if not isinstance(told.get(name), kind):
        raise RequestRefused(f"Unable to parse '{name}': it must be there, and be of type {kind.__name__}")
    return told[name]


def _objects(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    objects: list[Mapping[str, Any]] = _field(told, name, list)
    if not all(isinstance(each, dict) for each in objects):
        raise RequestRefused(f"Unable to parse '{name}': it must be a list of objects")
    return objects


def _parameters(told: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters: Mapping[str, Any] = _field(told, "parameters", dict) if "parameters" in told else {}
    return parameters


def _input(told: Mapping[str, Any], raw: memoryview) -> tuple[InputTensor, memoryview]:
    name, datatype, shape = _field(told, "name", str), _field(told, "datatype", str), _shape(told)
    size = _parameters(told).get("binary_data_size")
    if ("data" in told) == (size is not None):
        raise RequestRefused(f"Input '{name}' must set exactly one of 'data' and the parameter 'binary_data_size'")
    if size is None:
        return InputTensor(name, datatype, shape, _values(told, name, datatype)), raw
    if not isinstance(size, int) or not 0 <= size <= len(raw):
        raise RequestRefused(f"unexpected size for input '{name}': it says {size}, there are {len(raw)} bytes")
    return InputTensor(name, datatype, shape, raw[:size]), raw[size:]


def _shape(told: Mapping[str, Any]) -> tuple[int, ...]:
    shape = _field(told, "shape", list)
    if not all(isinstance(length, int) for length in shape):
        raise RequestRefused("Unable to parse 'shape': it must be a list of whole numbers")
    return tuple(shape)


def _values(told: Mapping[str, Any], name: str, datatype: str) -> Array:
    """A flat or nested list as a flat array; a value that the type cannot hold is refused, not rounded."""
    if datatype not in NUMPY_TYPES:
        raise RequestRefused(f"invalid datatype for input {name}")
    dtype = NUMPY_TYPES[datatype]
    try:
        given = _field(told, "data", list)
        values = np.array(given, dtype).ravel()
        exact = _holds(dtype, np.asarray(given))
    except (ValueError, TypeError, OverflowError) as error:
        raise RequestRefused(f"Unable to parse 'data' of input '{name}' as {datatype}: {error}") from error
    if not exact:
        raise RequestRefused(f"Unable to parse 'data' of input '{name}': a value is no {datatype}")
    return values


def _holds(dtype: np.dtype[np.generic], values: Array) -> bool:
    """True for numbers, and for whole ones where `dtype` is not of floats. Strings would be read as numbers, too.

    Numpy makes floats of integers that no one type of its own holds, so floats may still be whole.
    """
    if values.dtype.kind == "f" and dtype.kind != "f":
        return bool(np.array_equal(values, np.floor(values)))
    return values.dtype.kind in "biuf"


def _binary_outputs(told: Mapping[str, Any], outputs: list[Mapping[str, Any]]) -> frozenset[str] | None:
    by_default = _parameters(told).get("binary_data_output", False)
    if not outputs:
        return None if by_default else frozenset()
    return frozenset(each["name"] for each in outputs if _parameters(each).get("binary_data", by_default))
