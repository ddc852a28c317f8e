"""The runtime of a model: the requested one, or the faster one that this machine has.

Only the chosen runtime is imported: each takes some 40 MB of memory.
"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from critic_inference.engine.session import Session
from critic_inference.engine.slices import in_slices
from critic_inference.errors import ModelUnusable
from critic_inference.settings import Device, Engine, InferenceSettings


def open_session(path: Path, device: Device, settings: InferenceSettings) -> Session:
    """Load a `model.onnx`. Raises ModelUnusable, also for a requested runtime that is not installed."""
    if uses_openvino(device, settings.inference_engine):
        from critic_inference.engine.openvino import OpenVinoSession  # noqa: PLC0415 - the module says why

        return in_slices(OpenVinoSession(path, settings))
    from critic_inference.engine.onnx import OnnxSession  # noqa: PLC0415 - the module says why

    return in_slices(OnnxSession(path, device, settings))


def uses_openvino(device: Device, engine: Engine) -> bool:
    """True where OpenVINO is requested, or computes bfloat16. Raises ModelUnusable where a request cannot be met."""
    if engine is Engine.openvino and device is Device.cuda:
        raise ModelUnusable("CRITIC_INFERENCE_ENGINE=openvino computes on the CPU, not with CRITIC_DEVICE=cuda")
    if engine is Engine.openvino and not _is_installed("openvino"):
        raise ModelUnusable("CRITIC_INFERENCE_ENGINE=openvino, but OpenVINO is missing: install inference-openvino")
    if engine is not Engine.auto or device is Device.cuda:
        return engine is Engine.openvino
    return _is_installed("openvino") and not _is_installed("onnxruntime-gpu") and _computes_bfloat16()


def _is_installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def _computes_bfloat16() -> bool:
    from critic_inference.engine.openvino import computes_bfloat16  # noqa: PLC0415 - the module says why

    return computes_bfloat16()
