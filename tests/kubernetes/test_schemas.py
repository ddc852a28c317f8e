"""Every object is one that Kubernetes, KEDA and the Prometheus operator know, to its last field."""

import re
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject
from cloudcoil.models.prometheus_operator.v1 import PodMonitor, PrometheusRule
from pydantic import BaseModel, ValidationError
from tests.kubernetes.rendered import FOLDER, FOLDERS, ROOT, Manifest, named, rendered

OLDEST, NEWEST = "1.30", "1.37"
OPERATORS: dict[str, type[BaseModel]] = {
    "keda.sh/v1alpha1/ScaledObject": ScaledObject,
    "monitoring.coreos.com/v1/PodMonitor": PodMonitor,
    "monitoring.coreos.com/v1/PrometheusRule": PrometheusRule,
}


def judge(one: Manifest, version: str) -> None:
    """Raise when the object has a field too many, one too few, or one that is not what it should be."""
    operator = OPERATORS.get(f"{one['apiVersion']}/{one['kind']}")
    if operator is None:
        kubernetes_validate.validate(one, version, strict=True)
        return
    # The operators' models drop what they do not know: what comes back must be what went in.
    known = operator.model_validate(one).model_dump(by_alias=True, exclude_unset=True, mode="json")
    assert known == one


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_fits_its_schema(objects: list[Manifest], version: str) -> None:
    assert len(objects) > 20
    for one in objects:
        judge(one, version)


def test_the_alerts_of_compose_are_rules_for_the_operator() -> None:
    command = re.search(r"^\{ printf.*?\}(?= \| kubectl apply)", (FOLDER / "README.md").read_text("utf-8"), re.M | re.S)
    assert command is not None
    told = subprocess.run(["bash", "-c", command[0]], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    rule = yaml.safe_load(told.stdout)
    assert len(rule["spec"]["groups"]) > 1
    judge(rule, NEWEST)


def test_the_secrets_are_rendered_from_their_examples(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "secrets", tmp_path / "secrets", ignore=shutil.ignore_patterns("*.env"))
    for example in (tmp_path / "secrets").glob("*.example"):
        example.rename(example.with_suffix(""))
    secrets = rendered(tmp_path / "secrets")
    for one in secrets:
        judge(one, NEWEST)
    assert set(named(secrets, "Secret")) == {"photo-critic", "storage"}
    assert {"redis-password", "redis-url", "api-keys", "webhook-secrets"} == set(
        named(secrets, "Secret")["photo-critic"]["data"]
    )


def wrong(kind: str, name: str, change: Callable[[Any], object]) -> Manifest:
    one = deepcopy(named(rendered(FOLDERS["cpu"]), kind)[name])
    change(one["spec"])
    return one


@pytest.mark.parametrize(
    "one",
    [
        wrong("Deployment", "worker", lambda spec: spec.update(replica=2)),
        wrong("Deployment", "worker", lambda spec: spec.pop("selector")),
        wrong("ScaledObject", "worker", lambda spec: spec.update(maxReplicas=2)),
        wrong("ScaledObject", "worker", lambda spec: spec["triggers"][0].pop("type")),
        wrong("PodMonitor", "gateway", lambda spec: spec.update(podMetricsEndpoint=[])),
    ],
    ids=["unknown", "missing", "unknown to KEDA", "missing for KEDA", "unknown to the Prometheus operator"],
)
def test_a_slip_is_noticed(one: Manifest) -> None:
    with pytest.raises((kubernetes_validate.ValidationError, ValidationError, AssertionError)):
        judge(one, NEWEST)
