"""The runtime of a model.

Only the chosen runtime is imported: each takes some 40 MB of memory.
"""

from importlib.util import find_spec
from pathlib import Path

from critic_inference.engine.session import Session
from critic_inference.errors import ModelUnusable
from critic_inference.settings import Device, Engine, InferenceSettings


def open_session(path: Path, device: Device, settings: InferenceSettings) -> Session:
    """Load a `model.onnx`. Raises ModelUnusable, also for a requested runtime that is not installed."""
    if uses_openvino(device, settings.inference_engine):
        from critic_inference.engine.openvino import OpenVinoSession  # noqa: PLC0415 - the module says why

        return OpenVinoSession(path, settings)
    from critic_inference.engine.onnx import OnnxSession  # noqa: PLC0415 - the module says why

    return OnnxSession(path, device, settings)


def uses_openvino(device: Device, engine: Engine) -> bool:
    """True where OpenVINO is requested. Raises ModelUnusable where the request cannot be met."""
    if engine is Engine.onnxruntime:
        return False
    if device is Device.cuda:
        raise ModelUnusable("CRITIC_INFERENCE_ENGINE=openvino computes on the CPU, not with CRITIC_DEVICE=cuda")
    if find_spec("openvino") is None:
        raise ModelUnusable("CRITIC_INFERENCE_ENGINE=openvino, but OpenVINO is missing: install inference-openvino")
    return True
