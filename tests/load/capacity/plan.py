"""From what a photo costs to replicas, cores, GPUs and memory for so many photos a second. Plain arithmetic.

A worker's process has one photo at a time, from the first byte to the critique, the wait for inference included; a
gateway computes on one core, an inference server on several, which are its servers here, or on a GPU. Replicas that may
be lost come on top of those that carry the load.
"""

import math
from dataclasses import dataclass, field

from tests.load.capacity.costs import Cost
from tests.load.capacity.queueing import Bound, Queue


@dataclass(frozen=True)
class Gpu:
    """What one GPU takes, and what a photo costs the processor beside it."""

    per_second: float
    seconds: float
    """Until a batch is answered."""
    core_ms: float
    source: str
    """Where these figures come from, in words."""


@dataclass(frozen=True)
class Target:
    """What is asked for: photos a second, within bounds, even when `lost` replicas of each tier are gone."""

    rate: float
    bound: Bound = field(default_factory=Bound)
    lost: int = 1
    worker_processes: int = 2
    """Of one replica (CRITIC_WORKER_CONCURRENCY)."""
    inference_cores: int = 2
    """Of one replica without a GPU."""
    gpu: Gpu | None = None

    def __post_init__(self) -> None:
        if self.rate <= 0 or self.lost < 0 or self.worker_processes < 1 or self.inference_cores < 1:
            raise ValueError("a plan is for some photos a second, and for replicas with something in them")


@dataclass(frozen=True)
class Tier:
    """One service: its replicas, and how they do once those that may be lost are gone."""

    name: str
    core_ms: float
    replicas: int
    queue: Queue
    cores: float
    memory_mb: float

    @property
    def takes(self) -> float:
        """Photos a second at which those that are left have no time left."""
        return self.queue.servers / self.queue.seconds


@dataclass(frozen=True)
class Plan:
    """All tiers; edge and balancer are not among them."""

    tiers: list[Tier]
    gpus: int

    @property
    def cores(self) -> int:
        """To have, over all machines."""
        return math.ceil(sum(tier.cores for tier in self.tiers) - 1e-9)

    @property
    def memory_mb(self) -> float:
        """To have, over all machines."""
        return sum(tier.memory_mb for tier in self.tiers)

    @property
    def first_full(self) -> Tier:
        """The tier that limits."""
        return min(self.tiers, key=lambda tier: tier.takes)

    def replicas(self, name: str) -> int:
        """Of one tier."""
        return next(tier.replicas for tier in self.tiers if tier.name == name)


def plan(cost: Cost, memory_mb: dict[str, float], target: Target) -> Plan:
    """The fewest of everything. ValueError when Redis, of which there is one, cannot carry it."""
    inference = _inference(cost, memory_mb["inference"], target)
    answered = inference.queue.mean_wait + (target.gpu.seconds if target.gpu else inference.queue.seconds)
    held = cost.core_ms["worker"] / 1000 + answered
    # One process more than those with photos: the one that started them.
    worker_mb = memory_mb["worker"] * (target.worker_processes + 1)
    tiers = [
        _tier("gateway", cost.core_ms["gateway"], memory_mb["gateway"], target),
        _tier("worker", cost.core_ms["worker"], worker_mb, target, target.worker_processes, held),
        inference,
        _redis(cost, memory_mb["redis"], target),
    ]
    return Plan(tiers, inference.replicas if target.gpu else 0)


def _inference(cost: Cost, memory_mb: float, target: Target) -> Tier:
    if target.gpu is None:
        return _tier("inference", cost.core_ms["inference"], memory_mb, target, target.inference_cores)
    return _tier("inference", target.gpu.core_ms, memory_mb, target, seconds=1 / target.gpu.per_second)


def _tier(
    name: str, core_ms: float, memory_mb: float, target: Target, in_replica: int = 1, seconds: float | None = None
) -> Tier:
    """`seconds`: for which a photo has a server, where that is more than its core time."""
    held = core_ms / 1000 if seconds is None else seconds
    carrying = math.ceil(target.bound.fewest(target.rate, held).servers / in_replica)
    queue = Queue(target.rate, held, carrying * in_replica, target.bound.variation)
    replicas = carrying + target.lost
    # Cores are shared by what stands on a machine, and go when a machine goes: in proportion.
    cores = target.rate * core_ms / 1000 / target.bound.share * replicas / carrying
    return Tier(name, core_ms, replicas, queue, cores, memory_mb * replicas)


def _redis(cost: Cost, memory_mb: float, target: Target) -> Tier:
    core_ms = cost.core_ms["redis"]
    queue = Queue(target.rate, core_ms / 1000, 1, target.bound.variation)
    if queue.busy > target.bound.share:
        most = target.bound.share / queue.seconds
        raise ValueError(f"Redis is one, and takes {most:.0f} photos/s at most: {target.rate:g} need a second stack")
    return Tier("redis", core_ms, 1, queue, target.rate * core_ms / 1000 / target.bound.share, memory_mb)
