"""What a container may do, and who can reach it: seen on the running stack, not read from the file."""

import json

import pytest
from tests.compose.stack import Stack, run

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

SERVICES = ["edge", "gateway", "worker", "balancer", "inference", "redis"]


def test_only_the_edge_is_published_and_only_on_loopback(stack: Stack) -> None:
    published = {}
    for container in stack.containers():
        bindings = [binding for ports in container["NetworkSettings"]["Ports"].values() for binding in ports or []]
        if bindings:
            published[container["Config"]["Labels"]["com.docker.compose.service"]] = bindings
    assert list(published) == ["edge"]
    assert {binding["HostIp"] for binding in published["edge"]} == {"127.0.0.1"}


def test_what_is_behind_has_no_way_in_or_out(stack: Stack) -> None:
    back = f"{stack.project}_back"
    assert json.loads(run(["docker", "network", "inspect", back], 30))[0]["Internal"]
    networks = {
        container["Config"]["Labels"]["com.docker.compose.service"]: sorted(container["NetworkSettings"]["Networks"])
        for container in stack.containers()
    }
    assert networks.pop("edge") == [back, f"{stack.project}_front"]
    assert networks == {name: [back] for name in SERVICES if name != "edge"}


def test_redis_wants_its_password(stack: Stack) -> None:
    said = stack.inside("redis", "env", "-u", "REDISCLI_AUTH", "redis-cli", "ping").stdout
    assert "NOAUTH" in said
    assert stack.inside("redis", "redis-cli", "ping").stdout.strip() == "PONG"


def test_redis_is_durable_and_evicts_nothing(stack: Stack) -> None:
    reply = stack.inside("redis", "redis-cli", "config", "get", "appendonly", "maxmemory-policy").stdout.split()
    assert dict(zip(reply[::2], reply[1::2], strict=True)) == {"appendonly": "yes", "maxmemory-policy": "noeviction"}


def test_the_password_is_in_no_command_line(stack: Stack) -> None:
    commands = stack.inside("redis", "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").stdout
    assert "redis-server" in commands
    assert stack.password not in commands


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_is_root_and_nothing_can_be_changed(stack: Stack, service: str) -> None:
    assert stack.inside(service, "id", "-u").stdout.strip() == "10001"
    assert "Read-only file system" in stack.inside(service, "touch", "/usr/here", "/etc/here").stderr
    status = stack.inside(service, "cat", "/proc/1/status").stdout
    rights = dict(line.split(":\t") for line in status.splitlines() if ":\t" in line)
    assert int(rights["CapBnd"], 16) == 0
    assert rights["NoNewPrivs"] == "1"


@pytest.mark.parametrize("service", SERVICES)
def test_memory_is_limited_and_signals_arrive(stack: Stack, service: str) -> None:
    for container in stack.containers(service):
        assert container["HostConfig"]["Memory"] > 0
        assert container["HostConfig"]["Init"]
        assert container["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
