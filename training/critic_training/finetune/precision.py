"""Mixed precision: what this device computes fastest in without harm."""

import torch

from critic_training.finetune.configuration import Precision

TYPES = {
    Precision.float32: torch.float32,
    Precision.bfloat16: torch.bfloat16,
    Precision.float16: torch.float16,
}


def compute_type(wanted: Precision, device: torch.device) -> torch.dtype:
    """For `torch.autocast`. float16 is for GPUs: raises ValueError on a CPU."""
    if wanted is Precision.auto:
        return _best(device)
    if wanted is Precision.float16 and device.type != "cuda":
        raise ValueError("float16 is computed on GPUs only; a CPU takes bfloat16 or float32")
    return TYPES[wanted]


def _best(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    return torch.bfloat16 if torch.backends.cpu.get_cpu_capability() == "AVX512" and _has_bf16() else torch.float32


def _has_bf16() -> bool:  # torch has no public way to ask
    return bool(torch.cpu._is_avx512_bf16_supported())


def autocast(kind: torch.dtype, device: torch.device) -> torch.autocast:
    """Forward passes under it compute in `kind`."""
    return torch.autocast(device.type, kind, enabled=kind is not torch.float32)
