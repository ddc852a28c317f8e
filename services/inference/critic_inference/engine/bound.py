"""Computing between buffers that are made once for each batch size (ONNX Runtime's I/O binding).

On CUDA the input's buffer is on the device: nothing is allocated there for a batch, and the copy is the only one.
Outputs are small, and are bound where they are read. On the CPU it works alike and saves nothing.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import onnxruntime

from critic_inference.settings import IoBinding
from critic_inference.tensors import NUMPY_TYPES, Array, TensorSpec


@dataclass(frozen=True, slots=True)
class Place:
    """Where input buffers lie, in ONNX Runtime's words."""

    device: str  # cpu or cuda
    number: int = 0


@dataclass(frozen=True, slots=True)
class Buffers:
    """Those of one batch size."""

    binding: Any  # onnxruntime.IOBinding
    inputs: dict[str, Any]  # onnxruntime.OrtValue
    outputs: dict[str, Any]


class BoundRuns:
    """Runs a session between buffers. Each thread has buffers of its own, so that runs may overlap."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        inputs: Sequence[TensorSpec],
        outputs: Sequence[TensorSpec],
        place: Place,
    ) -> None:
        self._session, self._place = session, place
        self._inputs, self._outputs = inputs, outputs
        self._made = threading.local()

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Compute every output; what is returned is the caller's, the buffers stay."""
        buffers = self._buffers(len(next(iter(feeds.values()))))
        for name, value in buffers.inputs.items():
            value.update_inplace(feeds[name])
        self._session.run_with_iobinding(buffers.binding)
        return {name: value.numpy().copy() for name, value in buffers.outputs.items()}

    def _buffers(self, rows: int) -> Buffers:
        made: dict[int, Buffers] = self._made.__dict__.setdefault("by_rows", {})
        if rows not in made:
            made[rows] = self._make(rows)
        return made[rows]

    def _make(self, rows: int) -> Buffers:
        place = self._place
        inputs = {spec.name: _buffer(spec, rows, place.device, place.number) for spec in self._inputs}
        outputs = {spec.name: _buffer(spec, rows, "cpu", 0) for spec in self._outputs}
        binding = self._session.io_binding()
        for name, value in inputs.items():
            binding.bind_ortvalue_input(name, value)
        for name, value in outputs.items():
            binding.bind_ortvalue_output(name, value)
        return Buffers(binding, inputs, outputs)


def binds(asked: IoBinding, device: str, specs: Sequence[TensorSpec]) -> bool:
    """Whether to bind: where it is wanted, and where a batch's size tells the shape of everything."""
    wanted = asked is IoBinding.on or (asked is IoBinding.auto and device == "cuda")
    return wanted and all(spec.shape[:1] == (-1,) and -1 not in spec.shape[1:] for spec in specs)


def _buffer(spec: TensorSpec, rows: int, device: str, number: int) -> Any:
    shape = [rows, *spec.shape[1:]]
    return onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, NUMPY_TYPES[spec.datatype].type, device, number)
