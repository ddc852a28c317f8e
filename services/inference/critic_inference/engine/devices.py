"""ONNX Runtime's execution providers: the request, and the check of the result."""

from functools import cache
from typing import Any

import onnxruntime

from critic_inference.errors import ModelUnusable
from critic_inference.settings import MEBI, Device, InferenceSettings

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
Providers = list[str | tuple[str, dict[str, Any]]]


def execution_providers(device: Device, available: list[str], settings: InferenceSettings) -> Providers:
    """The providers to request, best first. Raises ModelUnusable for cuda on a build without it."""
    if device is Device.cuda and CUDA not in available:
        raise ModelUnusable(
            "CRITIC_DEVICE=cuda, but this ONNX Runtime has no CUDA support: install the extra inference-gpu"
        )
    if device is Device.cpu or CUDA not in available:
        return [CPU]
    return [(CUDA, cuda_options(settings)), CPU]


def cuda_options(settings: InferenceSettings) -> dict[str, Any]:
    """Explicit also where they equal the defaults: a new default must not change scores or memory."""
    options: dict[str, Any] = {
        "device_id": settings.gpu_device,
        "cudnn_conv_algo_search": "HEURISTIC",  # EXHAUSTIVE, the default, costs 300 to 1300 ms for each new shape
        "arena_extend_strategy": "kSameAsRequested",  # the default doubles each allocation
        "cudnn_conv_use_max_workspace": "1",  # otherwise cuDNN's workspace is limited to 32 MB
        "do_copy_in_default_stream": "1",  # a separate copy stream may race with the computation
        "use_tf32": "1",  # ten bits of mantissa, as float16: far within the golden photo's tolerance
    }
    if settings.gpu_memory_limit_mib:
        options["gpu_mem_limit"] = settings.gpu_memory_limit_mib * MEBI
    return options


@cache
def load_cuda_libraries() -> None:
    """Load CUDA and cuDNN from their Python packages, which the loader of ONNX Runtime's provider does not search.

    Without it, CUDA of the extra inference-gpu never starts, and sessions silently fall back to the CPU.
    """
    onnxruntime.preload_dlls()


def session_device(requested: Device, providers: list[str]) -> str:
    """The device of a session with these providers. Raises ModelUnusable for cuda without its provider.

    ONNX Runtime falls back from CUDA to the CPU with one line in its log; this check detects it.
    """
    if CUDA in providers:
        return "cuda"
    if requested is Device.cuda:
        raise ModelUnusable(
            "CRITIC_DEVICE=cuda, but ONNX Runtime could not start CUDA and fell back to the CPU: "
            "check the driver (nvidia-smi) and that the container was given a GPU"
        )
    return "cpu"
