"""Several processes, one a GPU, started by `torchrun`: each sees its share of a batch, and losses are of the whole.

torchrun --nproc-per-node 8 -m critic_training finetune …
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from critic_training.finetune.photo_source import Share


@contextmanager
def processes() -> Iterator[tuple[Share, torch.device]]:
    """This process's share and device; joins the others where `torchrun` started it."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    device = _device(int(os.environ.get("LOCAL_RANK", "0")))
    if world == 1:
        yield Share(), device
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Share(distributed.get_rank(), world), device
    finally:
        distributed.destroy_process_group()


def _device(local_rank: int) -> torch.device:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", local_rank)
    torch.cuda.set_device(device)
    return device


def together(module: nn.Module, share: Share, device: torch.device) -> nn.Module:
    """The module, whose gradients are averaged over all processes."""
    if share.world == 1:
        return module
    ids = [device.index] if device.type == "cuda" else None
    return DistributedDataParallel(module, device_ids=ids, broadcast_buffers=False)


def wait(share: Share) -> None:
    """Until all processes are here."""
    if share.world > 1:
        distributed.barrier()


def gathered(value: Tensor, share: Share) -> Tensor:
    """The rows of all processes, in order of rank. Gradients flow into this process's own rows.

    Each process computes the same loss of all rows, so its own rows' gradients are already those of the whole.
    """
    if share.world == 1:
        return value
    rows = row_counts(value, share)
    padded = value.detach().new_zeros((max(rows), *value.shape[1:]))
    padded[: len(value)] = value.detach()
    parts = [torch.empty_like(padded) for _ in rows]
    distributed.all_gather(parts, padded)
    cut = [part[:count] for part, count in zip(parts, rows, strict=True)]
    cut[share.rank] = value
    return torch.cat(cut)


def row_counts(value: Tensor, share: Share) -> list[int]:
    """How many rows each process has."""
    if share.world == 1:
        return [len(value)]
    own = torch.tensor([len(value)], device=value.device)
    counts = [torch.zeros_like(own) for _ in range(share.world)]
    distributed.all_gather(counts, own)
    return [int(count) for count in counts]


def agreed(value: float, share: Share, device: torch.device) -> float:
    """The first process's value, in all."""
    if share.world == 1:
        return value
    told = torch.tensor([value], dtype=torch.float64, device=device)
    distributed.broadcast(told, src=0)
    return float(told)
