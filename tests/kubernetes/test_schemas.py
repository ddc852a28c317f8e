"""Every object fits the published schemas, without unknown fields, and values that nobody knows are rejected."""

from collections.abc import Callable
from copy import deepcopy
from importlib import import_module
from typing import Any

import kubernetes_validate
import pytest
from pydantic import BaseModel, ValidationError
from tests.kubernetes.gateway_api import validate_route
from tests.kubernetes.helm import helm
from tests.kubernetes.rendered import CHART, COMBINATIONS, Manifest, named, rendered

OLDEST, NEWEST = "1.30", "1.37"
# Their modules take seconds to import: in the process that validates, and not in all that collect tests.
OPERATORS = {"keda.sh/v1alpha1": "keda.v1alpha1", "monitoring.coreos.com/v1": "prometheus_operator.v1"}


def validate(manifest: Manifest, version: str) -> None:
    """Raise for unknown, missing and invalid fields."""
    if manifest["kind"] == "HTTPRoute":
        validate_route(manifest)
        return
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


def test_the_chart_has_no_warning() -> None:
    done = helm("lint", CHART, "--strict", *(option for file in COMBINATIONS.values() for option in ("--values", file)))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_combinations_cover_every_kind_of_object() -> None:
    kinds = {manifest["kind"] for name in COMBINATIONS for manifest in rendered(name)}
    assert kinds >= {"HTTPRoute", "Ingress", "PodMonitor", "PrometheusRule", "ScaledObject", "CronJob", "StatefulSet"}


@pytest.mark.parametrize(
    "value",
    [
        "worker.replicas=3", "worker.minReplicas=0", "inference.server=tpu", "storage.url=file:///photos",
        "settings.TTL=1", "inference.gpu.resource=nvidia.com/mig", "redis.external=redis://user@host:6379/0",
        "inference.maxReplicas=33",
    ],
)  # fmt: skip
def test_invalid_values_are_rejected(value: str) -> None:
    done = helm("template", "photo-critic", CHART, "--set", value)
    assert done.returncode != 0
    assert "values don't meet the specifications of the schema" in done.stderr


def test_there_is_one_way_in() -> None:
    done = helm("template", "photo-critic", CHART, "--set", "ingress.class=haproxy,route.gateway=public")
    assert "choose one" in done.stderr


def test_monitoring_objects_have_the_labels_that_the_operator_selects() -> None:
    ours = [manifest for manifest in rendered("gpu") if manifest["apiVersion"] == "monitoring.coreos.com/v1"]
    assert {manifest["metadata"]["labels"]["release"] for manifest in ours} == {"kube-prometheus-stack"}
    assert {manifest["kind"] for manifest in ours} == {"PodMonitor", "PrometheusRule"}


def wrong(kind: str, name: str, change: Callable[[Any], object]) -> Manifest:
    manifest = deepcopy(named(rendered("gpu"), kind)[name])
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
        ("HTTPRoute", "gateway", lambda spec: spec["rules"][0]["matches"][0]["path"].update(type="Glob")),
    ],
    ids=["unknown", "missing", "unknown to KEDA", "missing for KEDA", "unknown to Prometheus", "no type of a path"],
)
def test_a_slip_is_noticed(kind: str, name: str, change: Callable[[Any], object]) -> None:
    manifest = wrong(kind, name, change)
    with pytest.raises((kubernetes_validate.ValidationError, ValidationError, AssertionError)):
        validate(manifest, NEWEST)
