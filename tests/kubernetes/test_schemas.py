"""Every object fits the published schemas of Kubernetes, KEDA and the Prometheus operator, without unknown fields."""

import re
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic import BaseModel, ValidationError
from tests.kubernetes.rendered import FOLDER, FOLDERS, ROOT, Manifest, named, rendered

OLDEST, NEWEST = "1.30", "1.37"
# Their modules take seconds to import: in the process that validates, and not in all that collect tests.
OPERATORS = {"keda.sh/v1alpha1": "keda.v1alpha1", "monitoring.coreos.com/v1": "prometheus_operator.v1"}


def validate(manifest: Manifest, version: str) -> None:
    """Raise for unknown, missing and invalid fields."""
    if manifest["apiVersion"] not in OPERATORS:
        kubernetes_validate.validate(manifest, version, strict=True)
        return
    # The operators' models drop unknown fields: the round trip must be exact.
    parsed = operator_model(manifest).model_validate(manifest)
    assert parsed.model_dump(by_alias=True, exclude_unset=True, mode="json") == manifest


def operator_model(manifest: Manifest) -> type[BaseModel]:
    module = import_module(f"cloudcoil.models.{OPERATORS[manifest['apiVersion']]}")
    model: type[BaseModel] = getattr(module, manifest["kind"])
    return model


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_fits_its_schema(objects: list[Manifest], version: str) -> None:
    assert len(objects) > 20
    for manifest in objects:
        validate(manifest, version)


def test_the_alerts_of_compose_are_rules_for_the_operator() -> None:
    command = re.search(r"^\{ printf.*?\}(?= \| kubectl apply)", (FOLDER / "README.md").read_text("utf-8"), re.M | re.S)
    assert command is not None
    done = subprocess.run(["bash", "-c", command[0]], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    rule = yaml.safe_load(done.stdout)
    assert len(rule["spec"]["groups"]) > 1
    validate(rule, NEWEST)


def test_the_secrets_are_rendered_from_their_examples(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "secrets", tmp_path / "secrets", ignore=shutil.ignore_patterns("*.env"))
    for example in (tmp_path / "secrets").glob("*.example"):
        example.rename(example.with_suffix(""))
    secrets = rendered(tmp_path / "secrets")
    for manifest in secrets:
        validate(manifest, NEWEST)
    assert set(named(secrets, "Secret")) == {"photo-critic", "storage"}
    assert {"redis-password", "redis-url", "api-keys", "webhook-secrets"} == set(
        named(secrets, "Secret")["photo-critic"]["data"]
    )


def wrong(kind: str, name: str, change: Callable[[Any], object]) -> Manifest:
    manifest = deepcopy(named(rendered(FOLDERS["cpu"]), kind)[name])
    change(manifest["spec"])
    return manifest


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        ("Deployment", "worker", lambda spec: spec.update(replica=2)),
        ("Deployment", "worker", lambda spec: spec.pop("selector")),
        ("ScaledObject", "worker", lambda spec: spec.update(maxReplicas=2)),
        ("ScaledObject", "worker", lambda spec: spec["triggers"][0].pop("type")),
        ("PodMonitor", "gateway", lambda spec: spec.update(podMetricsEndpoint=[])),
    ],
    ids=["unknown", "missing", "unknown to KEDA", "missing for KEDA", "unknown to the Prometheus operator"],
)
def test_a_slip_is_noticed(kind: str, name: str, change: Callable[[Any], object]) -> None:
    manifest = wrong(kind, name, change)
    with pytest.raises((kubernetes_validate.ValidationError, ValidationError, AssertionError)):
        validate(manifest, NEWEST)
