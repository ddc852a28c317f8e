"""A plan in words: a table in Markdown, what limits, and the command that starts it."""

from tests.load.capacity.costs import Cost, Limits
from tests.load.capacity.plan import Plan, Target, Tier

HEAD = ("tier", "core-ms a photo", "replicas", "busy", "99 % wait below", "cores", "memory")


def told(plan: Plan, cost: Cost, limits: Limits, target: Target) -> str:
    """Everything about a plan."""
    rows = [HEAD, ("---",) * len(HEAD), *(row(tier, target) for tier in plan.tiers), together(plan, cost)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    return "\n\n".join(
        [asked(cost, target), source(limits, cost, target), table, limit(plan, cost), start(plan, target)]
    )


def asked(cost: Cost, target: Target) -> str:
    """What the plan is for."""
    size = f"{cost.megapixels:.3g} megapixels ({cost.megabytes:.1f} MB each)"
    spare = f", with {target.lost} of each tier lost" if target.lost else ""
    bound = f"{100 * target.bound.share:.0f} % busy and waits of {target.bound.wait_seconds:g} s at most{spare}"
    return f"{target.rate:g} photos/s of {size}, {target.rate * cost.megabytes:.0f} MB/s; {bound}"


def source(limits: Limits, cost: Cost, target: Target) -> str:
    """Where its figures come from."""
    known = "" if limits.covers(cost.megapixels) else "; this size lies outside those that were measured"
    processor = f"costs measured on {limits.date}, {limits.machine}, {limits.cores} cores{known}"
    return processor if target.gpu is None else f"{processor}; {target.gpu.source}"


def row(tier: Tier, target: Target) -> tuple[str, ...]:
    """Of the table; how busy a tier is and how long photos wait is told without the replicas that may be lost."""
    named = {"worker": f"worker, {target.worker_processes} processes", "inference": inference(target)}
    cells = (
        named.get(tier.name, tier.name),
        f"{tier.core_ms:.1f}",
        str(tier.replicas),
        f"{100 * tier.queue.busy:.0f} %",
    )
    return (*cells, f"{tier.queue.longest_wait:.2f} s", f"{tier.cores:.1f}", f"{tier.memory_mb / 1000:.1f} GB")


def inference(target: Target) -> str:
    """What one replica computes on."""
    return "inference, one GPU" if target.gpu else f"inference, {target.inference_cores} cores"


def together(plan: Plan, cost: Cost) -> tuple[str, ...]:
    """The last row."""
    core_ms = sum(tier.core_ms for tier in plan.tiers)
    gpus = f", {plan.gpus} GPUs" if plan.gpus else ""
    return ("together", f"{core_ms:.1f}", "", "", "", f"{plan.cores}{gpus}", f"{plan.memory_mb / 1000:.1f} GB")


def limit(plan: Plan, cost: Cost) -> str:
    """Who is full first, and what it does then."""
    first = plan.first_full
    costliest = max(cost.steps, key=lambda name: cost.steps[name])
    most = f", most by {costliest} ({cost.steps[costliest]:.1f} core-ms)" if first.name == "worker" else ""
    return f"Full first: {first.name}, at {first.takes:.0f} photos/s{most}."


def start(plan: Plan, target: Target) -> str:
    """On one machine that is large enough."""
    if target.gpu:
        counts = f"--scale gateway={plan.replicas('gateway')} --scale worker={plan.replicas('worker')}"
        return f"docker compose up --detach {counts}    (and a stanza for each GPU: docs/gpu.md)"
    counts = " ".join(f"--scale {name}={plan.replicas(name)}" for name in ("gateway", "worker", "inference"))
    return f"docker compose up --detach {counts}"
