"""The manifests as kubectl renders them, and accessors."""

import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "infra/kubernetes"
FOLDERS = {path.name: path for path in (FOLDER / "overlays").iterdir()} | {
    "everything": ROOT / "tests/kubernetes/everything"
}
KUBECTL = Path(sys.executable).with_name("kubectl")

Manifest = dict[str, Any]


@lru_cache
def rendered(folder: Path) -> list[Manifest]:
    """Every object of a kustomization."""
    done = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


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
