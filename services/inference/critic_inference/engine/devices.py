"""Which ONNX Runtime execution providers to ask for, and what came of it."""

from typing import Any

from critic_inference.errors import ModelUnusable
from critic_inference.settings import MEBI, Device

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
Providers = list[str | tuple[str, dict[str, Any]]]


def wanted_providers(device: Device, available: list[str], memory_limit_mib: int) -> Providers:
    """The providers to ask for, best first. Raises ModelUnusable when cuda is asked of a build that has none."""
    if device is Device.cuda and CUDA not in available:
        raise ModelUnusable(
            "CRITIC_DEVICE=cuda, but this ONNX Runtime has no CUDA support: install the extra inference-gpu"
        )
    if device is Device.cpu or CUDA not in available:
        return [CPU]
    return [(CUDA, cuda_options(memory_limit_mib)), CPU]


def cuda_options(memory_limit_mib: int) -> dict[str, Any]:
    """HEURISTIC avoids a search of 300 to 1300 ms per new shape; kSameAsRequested stops the arena from doubling."""
    options: dict[str, Any] = {
        "cudnn_conv_algo_search": "HEURISTIC",
        "arena_extend_strategy": "kSameAsRequested",
    }
    if memory_limit_mib:
        options["gpu_mem_limit"] = memory_limit_mib * MEBI
    return options


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
