"""ONNX Runtime's IO binding: computation between buffers that are allocated once for each batch size.

On CUDA the input buffer lies on the device: no allocation there per batch, and a single copy. Outputs are small and
are bound in host memory. On the CPU it works alike and saves nothing.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import onnxruntime

from critic_inference.settings import IoBinding
from critic_inference.tensors import NUMPY_TYPES, Array, TensorSpec


@dataclass(frozen=True, slots=True)
class DeviceId:
    """The device of the input buffers, as ONNX Runtime names it."""

    kind: str  # cpu or cuda
    index: int = 0


HOST = DeviceId("cpu")


@dataclass(frozen=True, slots=True)
class Buffers:
    """The buffers of one batch size."""

    binding: Any  # onnxruntime.IOBinding
    inputs: dict[str, Any]  # onnxruntime.OrtValue
    outputs: dict[str, Any]


class BoundSession:
    """A session with IO binding. Each thread has its own buffers, so that runs may overlap."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        inputs: Sequence[TensorSpec],
        outputs: Sequence[TensorSpec],
        device: DeviceId,
    ) -> None:
        self._session, self._device = session, device
        self._inputs, self._outputs = inputs, outputs
        self._thread_buffers = threading.local()

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Compute every output; the arrays are copies of the buffers."""
        buffers = self._buffers(len(next(iter(feeds.values()))))
        for name, value in buffers.inputs.items():
            value.update_inplace(feeds[name])
        self._session.run_with_iobinding(buffers.binding)
        return {name: value.numpy().copy() for name, value in buffers.outputs.items()}

    def _buffers(self, rows: int) -> Buffers:
        by_rows: dict[int, Buffers] = self._thread_buffers.__dict__.setdefault("by_rows", {})
        if rows not in by_rows:
            by_rows[rows] = self._allocate(rows)
        return by_rows[rows]

    def _allocate(self, rows: int) -> Buffers:
        inputs = {spec.name: _buffer(spec, rows, self._device) for spec in self._inputs}
        outputs = {spec.name: _buffer(spec, rows, HOST) for spec in self._outputs}
        binding = self._session.io_binding()
        for name, value in inputs.items():
            binding.bind_ortvalue_input(name, value)
        for name, value in outputs.items():
            binding.bind_ortvalue_output(name, value)
        return Buffers(binding, inputs, outputs)


def uses_io_binding(setting: IoBinding, device: str, specs: Sequence[TensorSpec]) -> bool:
    """True where the setting asks for it and the batch size determines every shape."""
    enabled = setting is IoBinding.on or (setting is IoBinding.auto and device == "cuda")
    return enabled and all(spec.shape[:1] == (-1,) and -1 not in spec.shape[1:] for spec in specs)


def _buffer(spec: TensorSpec, rows: int, device: DeviceId) -> Any:
    dtype = NUMPY_TYPES[spec.datatype].type
    return onnxruntime.OrtValue.ortvalue_from_shape_and_type([rows, *spec.shape[1:]], dtype, device.kind, device.index)
