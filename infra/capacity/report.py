"""A plan as text: a table in Markdown, the bottleneck, and the command that starts it."""

from infra.capacity.costs import MachineCosts, PhotoCost
from infra.capacity.plan import Plan, Target, Tier
from infra.capacity.retention import Retention

HEAD = ("tier", "core-ms a photo", "replicas", "utilisation", "99 % wait below", "cores", "memory")


def report(plan: Plan, cost: PhotoCost, costs: MachineCosts, target: Target, retention: Retention) -> str:
    """The whole report."""
    rows = [HEAD, ("---",) * len(HEAD), *(row(tier, target) for tier in plan.tiers), total_row(plan)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    return "\n\n".join(
        [
            requirements(cost, target),
            source(costs, cost, target),
            table,
            bottleneck(plan, cost),
            retained(retention, cost, costs.retained_kb),
            command(plan, target),
        ]
    )


def requirements(cost: PhotoCost, target: Target) -> str:
    """The target in words."""
    size = f"{cost.megapixels:.3g} megapixels ({cost.megabytes:.1f} MB each)"
    spare = f", with {target.spare} of each tier lost" if target.spare else ""
    bounds = target.bounds
    limits = f"utilisation of {100 * bounds.utilisation:.0f} % and waits of {bounds.wait_seconds:g} s at most{spare}"
    bucket = f"; a bucket with {1000 * target.bucket_seconds:g} ms a request" if target.bucket_seconds else ""
    return f"{target.rate:g} photos/s of {size}, {target.rate * cost.megabytes:.0f} MB/s; {limits}{bucket}"


def source(costs: MachineCosts, cost: PhotoCost, target: Target) -> str:
    """The origin of the figures."""
    range_note = "" if costs.covers(cost.megapixels) else "; this size lies outside the measured range"
    cpu = f"costs measured on {costs.date}, {costs.machine}, {costs.cores} cores{range_note}"
    return cpu if target.gpu is None else f"{cpu}; {target.gpu.source}"


def row(tier: Tier, target: Target) -> tuple[str, ...]:
    """Cells of a tier; utilisation and wait are those after the loss of the spare replicas."""
    names = {"worker": f"worker, {target.worker_processes} processes", "inference": inference_name(target)}
    return (
        names.get(tier.name, tier.name),
        f"{tier.core_ms:.1f}",
        str(tier.replicas),
        f"{100 * tier.queue.utilisation:.0f} %",
        f"{tier.queue.p99_wait:.2f} s",
        f"{tier.cores:.1f}",
        f"{tier.memory_mb / 1000:.1f} GB",
    )


def inference_name(target: Target) -> str:
    """The inference tier with the hardware of a replica."""
    return "inference, one GPU" if target.gpu else f"inference, {target.inference_cores} cores"


def total_row(plan: Plan) -> tuple[str, ...]:
    """Cells of the last row."""
    core_ms = sum(tier.core_ms for tier in plan.tiers)
    gpus = f", {plan.gpus} GPUs" if plan.gpus else ""
    return ("total", f"{core_ms:.1f}", "", "", "", f"{plan.cores}{gpus}", f"{plan.memory_mb / 1000:.1f} GB")


def bottleneck(plan: Plan, cost: PhotoCost) -> str:
    """The first tier at its limit, and the costliest step of a worker."""
    tier = plan.bottleneck
    costliest = max(cost.steps, key=lambda name: cost.steps[name])
    step = f", most by {costliest} ({cost.steps[costliest]:.1f} core-ms)" if tier.name == "worker" else ""
    return f"Bottleneck: {tier.name}, at {tier.max_rate:.0f} photos/s{step}."


def retained(retention: Retention, cost: PhotoCost, retained_kb: dict[str, float]) -> str:
    """Memory of Redis and storage for the photos that have not expired."""
    redis_gb, storage_gb = retention.redis_mb(retained_kb) / 1000, retention.storage_gb(cost, retained_kb)
    return (
        f"Retention: {retention.rate:g} photos/s for {retention.hours:g} h are {retention.photos:,.0f} photos: "
        f"{redis_gb:.1f} GB of Redis ({retained_kb['redis']:.1f} kB each; maxmemory "
        f"{retention.maxmemory_mb(retained_kb):.0f}mb) and {storage_gb:,.0f} GB of storage."
    )


def command(plan: Plan, target: Target) -> str:
    """The command for a single machine of that size."""
    services = ("gateway", "worker") if target.gpu else ("gateway", "worker", "inference")
    counts = " ".join(f"--scale {name}={plan.replicas(name)}" for name in services)
    note = "    (and a stanza for each GPU: docs/gpu.md)" if target.gpu else ""
    return f"docker compose up --detach {counts}{note}"
