"""Which ONNX Runtime execution providers to ask for, and what came of it."""

from functools import cache
from typing import Any

import onnxruntime

from critic_inference.errors import ModelUnusable
from critic_inference.settings import MEBI, Device, InferenceSettings

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
Providers = list[str | tuple[str, dict[str, Any]]]


def wanted_providers(device: Device, available: list[str], settings: InferenceSettings) -> Providers:
    """The providers to ask for, best first. Raises ModelUnusable when cuda is asked of a build that has none."""
    if device is Device.cuda and CUDA not in available:
        raise ModelUnusable(
            "CRITIC_DEVICE=cuda, but this ONNX Runtime has no CUDA support: install the extra inference-gpu"
        )
    if device is Device.cpu or CUDA not in available:
        return [CPU]
    return [(CUDA, cuda_options(settings)), CPU]


def cuda_options(settings: InferenceSettings) -> dict[str, Any]:
    """Said even where they are ONNX Runtime's defaults: a default that changes must not change scores or memory.

    Why each of them is so: docs/gpu.md.
    """
    options: dict[str, Any] = {
        "device_id": settings.gpu_device,
        "cudnn_conv_algo_search": "HEURISTIC",  # EXHAUSTIVE, the default, costs 300 to 1300 ms for each new shape
        "arena_extend_strategy": "kSameAsRequested",  # the default doubles what it takes
        "cudnn_conv_use_max_workspace": "1",  # or cuDNN may take no algorithm that needs more than 32 MB
        "do_copy_in_default_stream": "1",  # a stream of its own for copies may race with the computation
        "use_tf32": "1",  # ten bits of mantissa, as float16: far within the golden photo's tolerance
    }
    if settings.gpu_memory_limit_mib:
        options["gpu_mem_limit"] = settings.gpu_memory_limit_mib * MEBI
    return options


@cache
def load_cuda_libraries() -> None:
    """CUDA and cuDNN come as Python packages, whose folders the loader of ONNX Runtime's provider does not search.

    Without this, CUDA never starts from the extra inference-gpu, and a session silently computes on the CPU.
    """
    onnxruntime.preload_dlls()


def computing_device(asked: Device, providers: list[str]) -> str:
    """What a session with these providers computes on. Raises ModelUnusable when cuda was asked for and is not there.

    ONNX Runtime falls back from CUDA to the CPU with one line in its log; this is where it is noticed.
    """
    if CUDA in providers:
        return "cuda"
    if asked is Device.cuda:
        raise ModelUnusable(
            "CRITIC_DEVICE=cuda, but ONNX Runtime could not start CUDA and fell back to the CPU: "
            "check the driver (nvidia-smi) and that the container was given a GPU"
        )
    return "cpu"
