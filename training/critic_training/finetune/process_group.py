"""Data-parallel training by `torchrun`, one process a GPU: each has its part of a batch, losses are of the whole batch.

torchrun --nproc-per-node 8 -m critic_training finetune …
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class ProcessGroupRank:
    """Process number `rank` of `world_size`."""

    rank: int = 0
    world_size: int = 1

    @property
    def is_main(self) -> bool:
        """True for the process that writes files."""
        return self.rank == 0

    def batch_positions(self, batch_size: int) -> range:
        """This process's positions in a batch. Raises ValueError when the batch cannot be divided evenly."""
        if batch_size % self.world_size:
            raise ValueError(f"a batch of {batch_size} cannot be divided among {self.world_size} processes")
        return range(self.rank, batch_size, self.world_size)


@contextmanager
def process_group() -> Iterator[tuple[ProcessGroupRank, torch.device]]:
    """This process's rank and device; joins the group under `torchrun`."""
    world_size = int(os.environ.get("WORLD_SIZE", "1"))
    device = _device(int(os.environ.get("LOCAL_RANK", "0")))
    if world_size == 1:
        yield ProcessGroupRank(), device
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield ProcessGroupRank(distributed.get_rank(), world_size), device
    finally:
        distributed.destroy_process_group()


def _device(local_rank: int) -> torch.device:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", local_rank)
    torch.cuda.set_device(device)
    return device


def data_parallel(module: nn.Module, process: ProcessGroupRank, device: torch.device) -> nn.Module:
    """The module, with gradients averaged over all processes."""
    if process.world_size == 1:
        return module
    ids = [device.index] if device.type == "cuda" else None
    return DistributedDataParallel(module, device_ids=ids, broadcast_buffers=False)


def barrier(process: ProcessGroupRank) -> None:
    """Blocks until all processes call it."""
    if process.world_size > 1:
        distributed.barrier()


def all_gather(value: Tensor, process: ProcessGroupRank) -> Tensor:
    """The rows of all processes, in order of rank. Gradients flow into this process's rows only.

    Each process computes the same loss of all rows, so the gradients of its rows are already those of the whole batch.
    """
    if process.world_size == 1:
        return value
    counts = row_counts(value, process)
    padded = value.detach().new_zeros((max(counts), *value.shape[1:]))
    padded[: len(value)] = value.detach()
    gathered = [torch.empty_like(padded) for _ in counts]
    distributed.all_gather(gathered, padded)
    rows = [tensor[:count] for tensor, count in zip(gathered, counts, strict=True)]
    rows[process.rank] = value
    return torch.cat(rows)


def row_counts(value: Tensor, process: ProcessGroupRank) -> list[int]:
    """The number of rows of each process."""
    if process.world_size == 1:
        return [len(value)]
    count = torch.tensor([len(value)], device=value.device)
    counts = [torch.zeros_like(count) for _ in range(process.world_size)]
    distributed.all_gather(counts, count)
    return [int(count) for count in counts]


def broadcast(value: float, process: ProcessGroupRank, device: torch.device) -> float:
    """The main process's value, in all processes."""
    if process.world_size == 1:
        return value
    tensor = torch.tensor([value], dtype=torch.float64, device=device)
    distributed.broadcast(tensor, src=0)
    return float(tensor)
