"""`ModelInferRequest` → `InferRequest`, `InferResponse` → `ModelInferResponse`."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from tritonclient.grpc import service_pb2 as pb

from critic_inference.errors import RequestRefused
from critic_inference.messages import InferRequest, InferResponse, InputTensor, whole_number
from critic_inference.tensors import DATATYPES, NUMPY_TYPES, Array

# The typed field of `InferTensorContents` that carries each datatype; FP16 has none and must be sent raw.
CONTENTS_FIELDS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
}


def decode(message: Any) -> InferRequest:
    """Raises RequestRefused for a tensor without data or with data of another type."""
    return InferRequest(
        model=message.model_name,
        version=message.model_version,
        inputs=tuple(_inputs(message)),
        outputs=tuple(output.name for output in message.outputs),
        id=message.id,
        priority=_number(message, "priority"),
        timeout_us=_number(message, "timeout"),
    )


def encode(response: InferResponse) -> Any:
    """Outputs as raw little-endian bytes, as Triton's."""
    message = pb.ModelInferResponse(model_name=response.model, model_version=response.version, id=response.id)
    for name, array in response.outputs.items():
        message.outputs.add(name=name, datatype=DATATYPES[str(array.dtype)], shape=array.shape)
        message.raw_output_contents.append(array.tobytes())
    return message


def _number(message: Any, name: str) -> int:
    """A parameter of the request; 0 by default."""
    if name not in message.parameters:
        return 0
    parameter = message.parameters[name]
    return whole_number(name, getattr(parameter, parameter.WhichOneof("parameter_choice") or "int64_param"))


def _inputs(message: Any) -> Iterator[InputTensor]:
    raw = message.raw_input_contents
    for index, tensor in enumerate(message.inputs):
        if not raw:
            data: bytes | Array = _typed(tensor, message.model_name)
        elif tensor.HasField("contents"):
            raise _refused("contents field must not be specified when using raw_input_contents for", tensor, message)
        elif index < len(raw):
            data = raw[index]
        else:
            raise _refused("unable to find data for input tensor", tensor, message)
        yield InputTensor(tensor.name, tensor.datatype, tuple(tensor.shape), data)


def _refused(problem: str, tensor: Any, message: Any) -> RequestRefused:
    return RequestRefused(f"{problem} '{tensor.name}' for model '{message.model_name}' in request")


def _typed(tensor: Any, model: str) -> Array:
    fields = [field.name for field, _ in tensor.contents.ListFields()]
    if not fields:
        raise RequestRefused(f"unable to find data for input tensor '{tensor.name}' for model '{model}' in request")
    if fields != [CONTENTS_FIELDS.get(tensor.datatype)]:
        raise RequestRefused(
            f"unexpected explicit tensor data ({', '.join(fields)}) for input tensor '{tensor.name}' "
            f"for model '{model}' of type '{tensor.datatype}'"
        )
    try:
        return np.array(getattr(tensor.contents, fields[0]), NUMPY_TYPES[tensor.datatype])
    except OverflowError as error:
        raise RequestRefused(f"a value of input '{tensor.name}' does not fit {tensor.datatype}") from error
