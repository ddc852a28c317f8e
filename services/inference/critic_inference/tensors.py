"""Tensor types by their names in the protocol, in `config.pbtxt` and in numpy; tensor specifications."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import model_config_pb2

from critic_inference.errors import ModelUnusable

Array = NDArray[np.generic]

# The protocol's name → numpy. BYTES and BF16 have no fixed-size numpy type; our models use neither.
NUMPY_TYPES: dict[str, np.dtype[np.generic]] = {
    "BOOL": np.dtype(np.bool_),
    "UINT8": np.dtype(np.uint8),
    "UINT16": np.dtype(np.uint16),
    "UINT32": np.dtype(np.uint32),
    "UINT64": np.dtype(np.uint64),
    "INT8": np.dtype(np.int8),
    "INT16": np.dtype(np.int16),
    "INT32": np.dtype(np.int32),
    "INT64": np.dtype(np.int64),
    "FP16": np.dtype(np.float16),
    "FP32": np.dtype(np.float32),
    "FP64": np.dtype(np.float64),
}
DATATYPES = {str(dtype): name for name, dtype in NUMPY_TYPES.items()}
"""Numpy's name → the protocol's."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor of a model: name, protocol type, and shape with -1 where any length goes (batch included)."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def accepts(self, shape: Sequence[int]) -> bool:
        """True when `shape` fits."""
        return len(shape) == len(self.shape) and all(
            length in (-1, actual) for length, actual in zip(self.shape, shape, strict=True)
        )


def datatype_of(config_type: int) -> str:
    """`TYPE_UINT8` of a config as the protocol names it: `UINT8`. Raises ModelUnusable for types without numpy's."""
    name: str = model_config_pb2.DataType.Name(config_type).removeprefix("TYPE_")
    if name not in NUMPY_TYPES:
        raise ModelUnusable(f"tensors of type {name} are not supported")
    return name
