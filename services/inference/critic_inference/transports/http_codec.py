"""Inference requests and responses in HTTP bodies: JSON, and JSON followed by raw tensors (the binary extension).

Source: the Open Inference Protocol, and Triton's `extension_binary_data.md`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from critic_inference.errors import RequestRefused
from critic_inference.messages import InferRequest, InferResponse, InputTensor, whole_number
from critic_inference.tensors import DATATYPES, NUMPY_TYPES, Array

HEADER_LENGTH = "Inference-Header-Content-Length"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request, and the outputs to return as raw bytes (None: all)."""

    request: InferRequest
    binary_outputs: frozenset[str] | None


def decode(body: bytes, header_length: str | None, model: str, version: str) -> HttpRequest:
    """Decode a body. Raises RequestRefused."""
    length = _header_length(header_length, len(body))
    header = parse_object(body[:length])
    raw = memoryview(body)[length:]
    inputs = []
    for entry in _objects(header, "inputs"):
        tensor, raw = _input(entry, raw)
        inputs.append(tensor)
    if raw:
        raise RequestRefused(f"unexpected additional input data for model '{model}'")
    outputs = _objects(header, "outputs") if "outputs" in header else []
    names = tuple(_field(output, "name", str) for output in outputs)
    identifier = _field(header, "id", str) if "id" in header else ""
    schedule = [whole_number(name, _parameters(header).get(name, 0)) for name in ("priority", "timeout")]
    request = InferRequest(model, version, tuple(inputs), names, identifier, *schedule)
    return HttpRequest(request, _binary_outputs(header, outputs))


def encode(response: InferResponse, binary_outputs: frozenset[str] | None) -> tuple[bytes, dict[str, str]]:
    """The body, and the headers that describe it."""
    outputs, raw = [], []
    for name, array in response.outputs.items():
        output: dict[str, Any] = {"name": name, "datatype": DATATYPES[str(array.dtype)], "shape": list(array.shape)}
        if binary_outputs is None or name in binary_outputs:
            output["parameters"] = {"binary_data_size": array.nbytes}
            raw.append(array.tobytes())
        else:
            output["data"] = array.ravel().tolist()
        outputs.append(output)
    header = json.dumps(_header(response, outputs)).encode()
    if not raw:
        return header, {"Content-Type": "application/json"}
    return b"".join([header, *raw]), {"Content-Type": "application/octet-stream", HEADER_LENGTH: str(len(header))}


def _header(response: InferResponse, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    header = {"model_name": response.model, "model_version": response.version, "outputs": outputs}
    return {"id": response.id, **header} if response.id else header


def _header_length(text: str | None, size: int) -> int:
    if text is None:
        return size
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= size):
        raise RequestRefused(f"inference header size should be in range (0, {size}], got: {text}")
    return int(text)


def parse_object(body: bytes) -> Mapping[str, Any]:
    """A JSON object. Raises RequestRefused."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestRefused(f"failed to parse the request JSON: {error}") from error
    if not isinstance(value, dict):
        raise RequestRefused("the request JSON must be an object")
    return value


def _field(entry: Mapping[str, Any], name: str, kind: type) -> Any:
    if not isinstance(entry.get(name), kind):
        raise RequestRefused(f"Unable to parse '{name}': it must be there, and be of type {kind.__name__}")
    return entry[name]


def _objects(entry: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    objects: list[Mapping[str, Any]] = _field(entry, name, list)
    if not all(isinstance(item, dict) for item in objects):
        raise RequestRefused(f"Unable to parse '{name}': it must be a list of objects")
    return objects


def _parameters(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters: Mapping[str, Any] = _field(entry, "parameters", dict) if "parameters" in entry else {}
    return parameters


def _input(entry: Mapping[str, Any], raw: memoryview) -> tuple[InputTensor, memoryview]:
    name, datatype, shape = _field(entry, "name", str), _field(entry, "datatype", str), _shape(entry)
    size = _parameters(entry).get("binary_data_size")
    if ("data" in entry) == (size is not None):
        raise RequestRefused(f"Input '{name}' must set exactly one of 'data' and the parameter 'binary_data_size'")
    if size is None:
        return InputTensor(name, datatype, shape, _values(entry, name, datatype)), raw
    if not isinstance(size, int) or not 0 <= size <= len(raw):
        raise RequestRefused(f"unexpected size for input '{name}': it says {size}, there are {len(raw)} bytes")
    return InputTensor(name, datatype, shape, raw[:size]), raw[size:]


def _shape(entry: Mapping[str, Any]) -> tuple[int, ...]:
    shape = _field(entry, "shape", list)
    if not all(isinstance(length, int) for length in shape):
        raise RequestRefused("Unable to parse 'shape': it must be a list of whole numbers")
    return tuple(shape)


def _values(entry: Mapping[str, Any], name: str, datatype: str) -> Array:
    """A flat or nested list as a flat array; a value that the type cannot represent is refused, not rounded."""
    if datatype not in NUMPY_TYPES:
        raise RequestRefused(f"invalid datatype for input {name}")
    dtype = NUMPY_TYPES[datatype]
    try:
        data = _field(entry, "data", list)
        values = np.array(data, dtype).ravel()
        exact = _representable(dtype, np.asarray(data))
    except (ValueError, TypeError, OverflowError) as error:
        raise RequestRefused(f"Unable to parse 'data' of input '{name}' as {datatype}: {error}") from error
    if not exact:
        raise RequestRefused(f"Unable to parse 'data' of input '{name}': a value is no {datatype}")
    return values


def _representable(dtype: np.dtype[np.generic], values: Array) -> bool:
    """True for numbers, whole ones unless `dtype` is a float. Numpy would also parse strings.

    Integers that fit no common numpy type become floats, so an array of floats may still be whole.
    """
    if values.dtype.kind == "f" and dtype.kind != "f":
        return bool(np.array_equal(values, np.floor(values)))
    return values.dtype.kind in "biuf"


def _binary_outputs(header: Mapping[str, Any], outputs: list[Mapping[str, Any]]) -> frozenset[str] | None:
    by_default = _parameters(header).get("binary_data_output", False)
    if not outputs:
        return None if by_default else frozenset()
    return frozenset(output["name"] for output in outputs if _parameters(output).get("binary_data", by_default))
