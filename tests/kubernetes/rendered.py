"""The chart as helm renders it for each combination of infra/helm/ci, and accessors."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from tests.kubernetes.helm import helm

ROOT = Path(__file__).parents[2]
CHART = ROOT / "infra/helm"
COMBINATIONS = {path.stem: path for path in sorted((CHART / "ci").glob("*.yaml"))}
NAMESPACE = "photos"

Manifest = dict[str, Any]


@lru_cache
def rendered(combination: str, *values: str) -> list[Manifest]:
    """Every object of a combination, with more values (`worker.toZero=true`)."""
    options = [option for value in values for option in ("--set", value)]
    file = COMBINATIONS[combination]
    done = helm("template", "photo-critic", CHART, "--namespace", NAMESPACE, "--values", file, *options)
    assert done.returncode == 0, done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def named(objects: list[Manifest], kind: str) -> dict[str, Manifest]:
    """The objects of one kind, by name."""
    return {manifest["metadata"]["name"]: manifest for manifest in objects if manifest["kind"] == kind}


def workloads(objects: list[Manifest]) -> dict[str, Manifest]:
    """Objects with a pod template."""
    timed = {name: cronjob["spec"]["jobTemplate"] for name, cronjob in named(objects, "CronJob").items()}
    return named(objects, "Deployment") | named(objects, "StatefulSet") | named(objects, "Job") | timed


def pods(objects: list[Manifest]) -> dict[str, Manifest]:
    """The specification of each workload's pods."""
    return {name: workload["spec"]["template"]["spec"] for name, workload in workloads(objects).items()}


def containers(pod: Manifest) -> Iterator[Manifest]:
    """All containers of a pod, init containers first."""
    yield from pod.get("initContainers", [])
    yield from pod["containers"]
