"""What the compose files and the Dockerfile promise, read without an engine."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.compose.stack import compose_missing
from tests.support.missing import service_missing

ROOT = Path(__file__).parents[2]
BASE = "docker-compose.yml"
OVERLAYS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "infra/compose").glob("*.yml"))
COMBINATIONS = [[BASE], *([BASE, overlay] for overlay in OVERLAYS), [BASE, *OVERLAYS]]
FOR_OPERATORS = {"jaeger", "prometheus", "grafana"}  # pages that only those who run the stack are to see
DOCKERFILE = ROOT / "infra/docker/Dockerfile"


@pytest.fixture(params=COMBINATIONS, ids="+".join)
def services(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Every service of one combination of files, as on a fresh clone: no variable set."""
    return services_of(request.param)


def services_of(names: list[str]) -> dict[str, Any]:
    files = [part for name in names for part in ("-f", name)]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = ["docker", "compose", *files, "--profile", "*", "config", "--format", "json"]
    if reason := compose_missing():
        service_missing(reason)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    return services


def test_the_parts_are_there(services: dict[str, Any]) -> None:
    assert {"edge", "gateway", "worker", "balancer", "inference", "redis", "training"} <= set(services)
    assert services["training"]["profiles"] == ["training"]
    assert services["webhooks"]["profiles"] == ["webhooks"]


def test_who_decodes_photos_has_no_way_out_and_who_sends_webhooks_has_no_photos(services: dict[str, Any]) -> None:
    assert list(services["worker"]["networks"]) == ["back"]
    assert sorted(services["webhooks"]["networks"]) == ["back", "front"]
    assert "volumes" not in services["webhooks"]


def test_every_image_has_a_version(services: dict[str, Any]) -> None:
    for name, service in services.items():
        tag = service["image"].rpartition(":")[2]
        assert re.match(r"v?\d", tag), f"{name}: {service['image']}"


def test_every_service_has_as_few_rights_as_can_be(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["mem_limit"]) > 0, name


def test_every_service_that_stays_says_whether_it_is_well(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if "profiles" in service or service.get("restart") == "no":  # a job ends
            continue
        assert "curl" not in str(service["healthcheck"]["test"]), name
        assert service["restart"] == "unless-stopped", name
        assert service["stop_grace_period"], name
        if name != "edge":  # comes up whatever is missing, and tells callers
            conditions = {on["condition"] for on in service.get("depends_on", {}).values()}
            assert conditions <= {"service_healthy", "service_completed_successfully"}, name


def test_only_the_edge_can_be_reached_and_only_from_this_machine(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert set(published) - FOR_OPERATORS == {"edge"}
    assert [port["published"] for port in published["edge"]] in (["8000"], ["8000", "8443"])  # with TLS
    assert {port["host_ip"] for ports in published.values() for port in ports} == {"127.0.0.1"}


@pytest.mark.parametrize("overlays", [["gpu"], ["gpu", "gpu-2"]], ids="+".join)
def test_every_gpu_has_a_stanza_of_its_own(overlays: list[str]) -> None:
    services = services_of([BASE, *(f"infra/compose/{name}.yml" for name in overlays)])
    found = {name: service for name, service in services.items() if name.startswith("inference")}
    assert len(found) == len(overlays)
    for number, (name, service) in enumerate(found.items()):
        (device,) = service["deploy"]["resources"]["reservations"]["devices"]
        assert device["device_ids"] == [str(number)], name
        environment = service["environment"]
        assert environment["CRITIC_DEVICE"] == "cuda", name  # a demand: a fallback to the CPU is not ready
        assert environment["CRITIC_MODEL_REPOSITORY"].endswith("/model_repository_gpu"), name
        assert service["image"].endswith("-cuda"), name
        assert service["build"]["args"] == {"DEVICE": "cuda"}, name
        assert name == "inference" or service["networks"]["back"]["aliases"] == ["inference"]


def test_replicas_are_possible(services: dict[str, Any]) -> None:
    assert not [name for name, service in services.items() if "container_name" in service]


def test_the_dockerfile_asks_for_versions_and_for_no_frontend() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    defaults = dict(re.findall(r"^ARG (\w+)=(\S+)$", text, re.MULTILINE))
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE))
    bases = {
        re.sub(r"\$\{(\w+)\}", lambda found: defaults[found[1]], base)
        for base in re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    }
    for base in bases - stages:
        assert re.fullmatch(r"[\w/.-]+:\d[\w.-]*", base)
    assert not text.startswith("# syntax=")
    assert not re.search(r"^RUN .*--mount", text, re.MULTILINE)
