"""ONNX Runtime as a session."""

from collections.abc import Mapping
from pathlib import Path

import onnxruntime

from critic_inference.engine.cpus import usable_cpus
from critic_inference.engine.devices import execution_providers, load_cuda_libraries, session_device
from critic_inference.engine.io_binding import BoundSession, DeviceId, uses_io_binding
from critic_inference.errors import ComputeFailed, ModelUnusable
from critic_inference.settings import Device, InferenceSettings
from critic_inference.tensors import Array, TensorSpec

DATATYPES = {
    "tensor(bool)": "BOOL",
    "tensor(uint8)": "UINT8",
    "tensor(uint16)": "UINT16",
    "tensor(uint32)": "UINT32",
    "tensor(uint64)": "UINT64",
    "tensor(int8)": "INT8",
    "tensor(int16)": "INT16",
    "tensor(int32)": "INT32",
    "tensor(int64)": "INT64",
    "tensor(float16)": "FP16",
    "tensor(float)": "FP32",
    "tensor(double)": "FP64",
}


class OnnxSession:
    """A `model.onnx` on the CPU or on CUDA."""

    def __init__(self, path: Path, device: Device, settings: InferenceSettings) -> None:
        """Load the file. Raises ModelUnusable when it cannot be loaded, or not on the requested device."""
        providers = execution_providers(device, onnxruntime.get_available_providers(), settings)
        if len(providers) > 1:
            load_cuda_libraries()
        try:
            self._session = onnxruntime.InferenceSession(str(path), _options(settings), providers=providers)
            # Otherwise a session whose GPU fails during a run is silently recreated on the CPU.
            self._session.disable_fallback()
        except Exception as error:  # ONNX Runtime's errors share no base but Exception
            raise ModelUnusable(f"{path.name}: {error}") from error
        self.device = session_device(device, self._session.get_providers())
        # Each new batch size costs CUDA memory and a search for convolution algorithms; the CPU nothing.
        self.fixed_shapes = self.device == "cuda"
        self.inputs = tuple(_spec(node) for node in self._session.get_inputs())
        self.outputs = tuple(_spec(node) for node in self._session.get_outputs())
        self._output_names = [spec.name for spec in self.outputs]
        self._bound: BoundSession | None = None
        if uses_io_binding(settings.io_binding, self.device, (*self.inputs, *self.outputs)):
            device_id = DeviceId(self.device, settings.gpu_device if self.device == "cuda" else 0)
            self._bound = BoundSession(self._session, self.inputs, self.outputs, device_id)

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Compute every output. Raises ComputeFailed."""
        try:
            if self._bound:
                return self._bound.run(feeds)
            values = self._session.run(self._output_names, feeds)
        except Exception as error:  # as above
            raise ComputeFailed(f"ONNX Runtime: {error}") from error
        return dict(zip(self._output_names, values, strict=True))


def _options(settings: InferenceSettings) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.inference_threads or usable_cpus()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: relevant warnings are checked and logged by our own code
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(settings.inference_allow_spinning)))
    return options


def _spec(node: onnxruntime.NodeArg) -> TensorSpec:
    if node.type not in DATATYPES:
        raise ModelUnusable(f"tensor '{node.name}' is of type {node.type}, which is not supported")
    shape = tuple(length if isinstance(length, int) else -1 for length in node.shape)
    return TensorSpec(node.name, DATATYPES[node.type], shape)
