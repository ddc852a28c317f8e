"""Requests and answers, as the tests word them."""

import json
from typing import Any

import httpx
import numpy as np
from tritonclient.grpc import service_pb2 as pb

SHAPE = (224, 224, 3)


def images(count: int, seed: int = 1) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Photos that differ: noise over a ramp of another slope and colour each."""
    random = np.random.default_rng(seed)
    ramp = np.linspace(0, 200, SHAPE[0])[None, :, None, None] * random.uniform(0, 1, (count, 1, 1, 3))
    return (ramp + random.uniform(0, 55, (count, *SHAPE))).astype(np.uint8)


def infer_request(batch: Any, model: str = "quick", version: str = "", **fields: Any) -> Any:
    """A `ModelInferRequest` with the batch as raw bytes; `fields` overrides name, datatype, shape, raw."""
    request = pb.ModelInferRequest(model_name=model, model_version=version, id="request 7")
    request.inputs.add(
        name=fields.get("name", "image"),
        datatype=fields.get("datatype", "UINT8"),
        shape=fields.get("shape", batch.shape),
    )
    raw = fields.get("raw", batch.tobytes())
    if raw is not None:
        request.raw_input_contents.append(raw)
    return request


def output_arrays(answer: Any) -> dict[str, Any]:
    """The arrays of a `ModelInferResponse`."""
    return {
        output.name: np.frombuffer(raw, np.float32).reshape(output.shape)
        for output, raw in zip(answer.outputs, answer.raw_output_contents, strict=True)
    }


def json_body(batch: Any, **top: Any) -> dict[str, Any]:
    """An HTTP request with the batch as JSON numbers."""
    tensor = {"name": "image", "shape": list(batch.shape), "datatype": "UINT8", "data": batch.ravel().tolist()}
    return {"inputs": [tensor], **top}


def post_binary(url: str, batch: Any, *, size: int | None = None, header_length: str | None = None, **top: Any) -> Any:
    """POST with the batch behind the JSON header, as in the binary extension."""
    parameters = {"binary_data_size": batch.nbytes if size is None else size}
    tensor = {"name": "image", "shape": list(batch.shape), "datatype": "UINT8", "parameters": parameters}
    header = json.dumps({"inputs": [tensor], **top}).encode()
    headers = {"Inference-Header-Content-Length": header_length or str(len(header))}
    return httpx.post(url, content=header + batch.tobytes(), headers=headers, timeout=120)


def binary_outputs(answer: httpx.Response) -> dict[str, Any]:
    """The arrays of an HTTP answer, whether each came as JSON or as bytes behind it."""
    length = int(answer.headers.get("Inference-Header-Content-Length", len(answer.content)))
    raw, found = answer.content[length:], {}
    for output in json.loads(answer.content[:length])["outputs"]:
        size = output.get("parameters", {}).get("binary_data_size")
        values = output["data"] if size is None else np.frombuffer(raw[:size], np.float32)
        raw = raw if size is None else raw[size:]
        found[output["name"]] = np.array(values, np.float32).reshape(output["shape"])
    return found
