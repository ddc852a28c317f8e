"""Inference requests and responses, independent of the transport."""

from dataclasses import dataclass, field

from critic_inference.errors import RequestRefused
from critic_inference.tensors import Array


@dataclass(frozen=True, slots=True)
class InputTensor:
    """One input; data is raw little-endian bytes or an array of the declared type."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: bytes | memoryview | Array


@dataclass(frozen=True, slots=True)
class InferRequest:
    """A request. An empty version means the newest, no outputs all of them."""

    model: str
    version: str
    inputs: tuple[InputTensor, ...]
    outputs: tuple[str, ...] = ()
    id: str = ""
    priority: int = 0
    """From 1, the highest; 0 for the model's default."""
    timeout_us: int = 0
    """Longest wait in the queue, microseconds; 0 for the model's."""


@dataclass(frozen=True, slots=True)
class InferResponse:
    """The outputs by name, each `[rows, …]`, in the order requested, by default the model's."""

    model: str
    version: str
    outputs: dict[str, Array] = field(default_factory=dict)
    id: str = ""


def whole_number(name: str, value: object) -> int:
    """A parameter of a request. Raises RequestRefused unless it is a whole number from 0, of 64 bits."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 64:
        raise RequestRefused(f"parameter '{name}' must be a whole number from 0, of 64 bits")
    return value
