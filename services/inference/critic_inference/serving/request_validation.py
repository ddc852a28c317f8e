"""Validates a request against its model: arrays by input name, or an error that names the mismatch."""

import math
from typing import Any

import numpy as np

from critic_inference.batching.batch import Feeds
from critic_inference.errors import RequestRefused
from critic_inference.messages import InferRequest, InputTensor
from critic_inference.serving.config import input_specs, output_specs
from critic_inference.tensors import NUMPY_TYPES, Array, TensorSpec


def input_feeds(request: InferRequest, config: Any) -> tuple[Feeds, int]:
    """The input arrays by name, and the rows they have (1 without a batch dimension). Raises RequestRefused."""
    specs = {spec.name: spec for spec in input_specs(config)}
    _check_names(request, specs)
    feeds = {tensor.name: _array(tensor, specs[tensor.name], config) for tensor in request.inputs}
    if not config.max_batch_size:
        return feeds, 1
    rows = {len(array) for array in feeds.values()}
    if len(rows) != 1:
        raise RequestRefused(f"the inputs of model '{request.model}' differ in their batch size")
    return {name: feeds[name] for name in specs}, rows.pop()


def output_names(request: InferRequest, config: Any) -> tuple[str, ...]:
    """The requested outputs, each once; all by default. Raises RequestRefused for an unknown one."""
    names = tuple(spec.name for spec in output_specs(config))
    for name in request.outputs:
        if name not in names:
            raise RequestRefused(f"unexpected inference output '{name}' for model '{request.model}'")
    return tuple(dict.fromkeys(request.outputs)) or names


def _check_names(request: InferRequest, specs: dict[str, TensorSpec]) -> None:
    names = [tensor.name for tensor in request.inputs]
    for name in names:
        if name not in specs:
            raise RequestRefused(f"unexpected inference input '{name}' for model '{request.model}'")
    if len(set(names)) != len(names):
        raise RequestRefused(f"an input of model '{request.model}' is specified twice")
    missing = [name for name in specs if name not in names]
    if missing:
        raise RequestRefused(
            f"expected {len(specs)} inputs but got {len(names)} inputs for model '{request.model}', "
            f"missing required input(s) {missing}"
        )


def _array(tensor: InputTensor, spec: TensorSpec, config: Any) -> Array:
    if tensor.datatype != spec.datatype:
        raise RequestRefused(
            f"inference input '{tensor.name}' data-type is '{tensor.datatype}', "
            f"but model '{config.name}' expects '{spec.datatype}'"
        )
    _check_shape(tensor, spec, config)
    dtype = NUMPY_TYPES[spec.datatype]
    expected = math.prod(tensor.shape) * dtype.itemsize
    size = tensor.data.nbytes if isinstance(tensor.data, (np.ndarray, memoryview)) else len(tensor.data)
    if size != expected:
        raise RequestRefused(
            f"input byte size mismatch for input '{tensor.name}' for model '{config.name}'. "
            f"Expected {expected}, got {size}"
        )
    flat = tensor.data if isinstance(tensor.data, np.ndarray) else np.frombuffer(tensor.data, dtype.newbyteorder("<"))
    return flat.reshape(tensor.shape)


def _check_shape(tensor: InputTensor, spec: TensorSpec, config: Any) -> None:
    limit = config.max_batch_size
    if limit and not tensor.shape:
        raise RequestRefused(f"input '{tensor.name}' has no shape but model '{config.name}' needs a batch dimension")
    if limit and not 1 <= tensor.shape[0] <= limit:
        raise RequestRefused(
            f"inference request batch-size must be >= 1 and <= {limit} for '{config.name}', got {tensor.shape[0]}"
        )
    if not spec.accepts(tensor.shape) or any(length < 0 for length in tensor.shape):
        raise RequestRefused(
            f"unexpected shape for input '{tensor.name}' for model '{config.name}'. "
            f"Expected {list(spec.shape)}, got {list(tensor.shape)}" + _batch_hint(limit)
        )


def _batch_hint(max_batch_size: int) -> str:
    return " (the first number is the batch size)" if max_batch_size else ""
