"""The README lists exactly the connections that the network policies allow."""

import re

import pytest
from tests.kubernetes.allowed_connections import allowed_connections, denies_by_default
from tests.kubernetes.rendered import CHART, COMBINATIONS, Manifest, rendered

ROW = re.compile(r"^- (?P<from>[\w -]+) → (?P<targets>.+)$", re.MULTILINE)
TARGET = re.compile(r"(?P<to>[a-z][a-z -]+) (?P<ports>\d+(?:, \d+)*)")


@pytest.fixture(scope="module")
def documented() -> set[tuple[str, str, int]]:
    return {
        (row["from"], target["to"], int(port))
        for row in ROW.finditer((CHART / "README.md").read_text("utf-8"))
        for target in map(TARGET.fullmatch, row["targets"].split("; "))
        if target
        for port in target["ports"].split(", ")
    }


def test_connections_are_denied_by_default(objects: list[Manifest]) -> None:
    assert denies_by_default(objects)


def without(combination: str) -> set[str]:
    """Peers that a combination lacks."""
    absent = {"cpu": {"webhooks"}, "gpu": {"webhooks"}, "triton": {"webhooks"}, "openvino": {"webhooks"}}
    return absent.get(combination, set())


@pytest.mark.parametrize("combination", sorted(set(COMBINATIONS) - {"managed", "gpu"}))
def test_the_readme_lists_all_allowed_connections(combination: str, documented: set[tuple[str, str, int]]) -> None:
    expected = {edge for edge in documented if not without(combination) & set(edge)}
    assert allowed_connections(rendered(combination)) == expected


def test_a_managed_redis_has_its_port_and_needs_no_monitoring(documented: set[tuple[str, str, int]]) -> None:
    computed = allowed_connections(rendered("managed"))
    clients = {source for source, target, _ in documented if target == "redis"} - {"backup"}
    inside = {edge for edge in documented if not {"redis", "backup", "namespace monitoring"} & set(edge)}
    assert computed == inside | {(client, "any address", 6380) for client in clients}


def test_workers_reach_inference_only_through_the_balancer_and_redis_reaches_nothing(
    objects: list[Manifest],
) -> None:
    edges = allowed_connections(objects)
    assert not any(source == "redis" or (source, target) == ("worker", "inference") for source, target, _ in edges)
    assert not any(source == "inference" for source, _, _ in edges)
