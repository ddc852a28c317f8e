"""Inference requests and responses, independent of the transport."""

from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class InferResponse:
    """The outputs by name, each `[rows, …]`, in the order requested, by default the model's."""

    model: str
    version: str
    outputs: dict[str, Array] = field(default_factory=dict)
    id: str = ""
