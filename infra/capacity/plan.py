"""From the cost of a photo to replicas, cores, GPUs and memory for a rate of photos. Plain arithmetic.

A worker process holds one photo at a time, the waits for inference and bucket included. A gateway computes on one
core; an inference replica has several cores, each a server of its queue, or one GPU. Spare replicas come on top.
"""

import math
from dataclasses import dataclass, field

from infra.capacity.costs import PhotoCost
from infra.capacity.gpu import Gpu
from infra.capacity.queueing import Bounds, Queue

BUCKET_REQUESTS = 2
"""Of a worker for a photo: reads the original, writes the preview."""


@dataclass(frozen=True)
class Target:
    """A rate of photos a second within bounds, also after the loss of `spare` replicas of each tier."""

    rate: float
    bounds: Bounds = field(default_factory=Bounds)
    spare: int = 1
    worker_processes: int = 2
    """Per replica (CRITIC_WORKER_CONCURRENCY)."""
    inference_cores: int = 2
    """Per replica without a GPU."""
    gpu: Gpu | None = None
    bucket_seconds: float = 0.0
    """Latency of a request to a bucket; 0 for a folder."""

    def __post_init__(self) -> None:
        if self.rate <= 0 or self.spare < 0 or self.worker_processes < 1 or self.inference_cores < 1:
            raise ValueError("a plan needs a positive rate, and at least one process and core a replica")


@dataclass(frozen=True)
class Tier:
    """One service: all its replicas, and the queue of those without the spare ones."""

    name: str
    core_ms: float
    replicas: int
    queue: Queue
    cores: float
    memory_mb: float

    @property
    def max_rate(self) -> float:
        """Photos a second at full utilisation, without the spare replicas."""
        return self.queue.servers / self.queue.seconds


@dataclass(frozen=True)
class Plan:
    """All tiers except edge and balancer."""

    tiers: list[Tier]
    gpus: int

    @property
    def cores(self) -> int:
        """Over all machines."""
        return math.ceil(sum(tier.cores for tier in self.tiers) - 1e-9)

    @property
    def memory_mb(self) -> float:
        """Over all machines."""
        return sum(tier.memory_mb for tier in self.tiers)

    @property
    def bottleneck(self) -> Tier:
        """The tier with the lowest maximum rate."""
        return min(self.tiers, key=lambda tier: tier.max_rate)

    def replicas(self, name: str) -> int:
        """Replicas of one tier."""
        return next(tier.replicas for tier in self.tiers if tier.name == name)


@dataclass(frozen=True)
class Replica:
    """One replica of a tier: its servers, and per photo the core time and the time that it occupies a server."""

    servers: int
    core_ms: float
    seconds: float
    memory_mb: float


def plan(cost: PhotoCost, memory_mb: dict[str, float], target: Target, retained_mb: float = 0.0) -> Plan:
    """The smallest plan; Redis holds `retained_mb` beside its own memory.

    Raises ValueError when the single Redis cannot carry the rate.
    """
    gateway = Replica(1, cost.core_ms["gateway"], cost.core_ms["gateway"] / 1000, memory_mb["gateway"])
    inference = _tier("inference", _inference(cost, memory_mb["inference"], target), target)
    inference_seconds = inference.queue.mean_wait + (target.gpu.seconds if target.gpu else inference.queue.seconds)
    tiers = [
        _tier("gateway", gateway, target),
        _tier("worker", _worker(cost, memory_mb, target, inference_seconds), target),
        inference,
        _redis(cost, memory_mb["redis"] + retained_mb, target),
    ]
    return Plan(tiers, inference.replicas if target.gpu else 0)


def _worker(cost: PhotoCost, memory_mb: dict[str, float], target: Target, inference_seconds: float) -> Replica:
    decoded_elsewhere = cost.steps["decode"] if target.gpu and target.gpu.decodes else 0.0
    core_ms, processes = cost.core_ms["worker"] - decoded_elsewhere, target.worker_processes
    waits = inference_seconds + BUCKET_REQUESTS * target.bucket_seconds
    # The parent process, and pool processes with a decoder each.
    memory = memory_mb["worker"] + processes * (memory_mb["worker"] + memory_mb["decoder"])
    return Replica(processes, core_ms, core_ms / 1000 + waits, memory)


def _inference(cost: PhotoCost, memory_mb: float, target: Target) -> Replica:
    if target.gpu:
        return Replica(1, target.gpu.core_ms, 1 / target.gpu.per_second, memory_mb)
    core_ms = cost.core_ms["inference"]
    return Replica(target.inference_cores, core_ms, core_ms / 1000, memory_mb)


def _tier(name: str, replica: Replica, target: Target) -> Tier:
    bounds = target.bounds
    required = math.ceil(bounds.smallest_queue(target.rate, replica.seconds).servers / replica.servers)
    queue = Queue(target.rate, replica.seconds, required * replica.servers, bounds.variation)
    replicas = required + target.spare
    # Replicas share the cores of their machine, and lose them with it: spare replicas need cores in proportion.
    cores = target.rate * replica.core_ms / 1000 / bounds.utilisation * replicas / required
    return Tier(name, replica.core_ms, replicas, queue, cores, replica.memory_mb * replicas)


def _redis(cost: PhotoCost, memory_mb: float, target: Target) -> Tier:
    core_ms, utilisation = cost.core_ms["redis"], target.bounds.utilisation
    queue = Queue(target.rate, core_ms / 1000, 1, target.bounds.variation)
    if queue.utilisation > utilisation:
        max_rate = utilisation / queue.seconds
        more = math.ceil(target.rate / max_rate)
        raise ValueError(f"one Redis takes {max_rate:.0f} photos/s at most: {more} times as many stacks (--stacks)")
    return Tier("redis", core_ms, 1, queue, target.rate * core_ms / 1000 / utilisation, memory_mb)
