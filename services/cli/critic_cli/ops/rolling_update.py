"""Rolling updates of a Compose stack: new replicas start beside the old ones, which then drain and stop."""

import json
import re
import sys
import time
from collections.abc import Callable

from critic_cli.ops.compose_project import LONG, SHORT, ComposeProject, EngineError, docker

# HAProxy's service and backend for each balanced service (infra/haproxy).
BALANCED = {"gateway": ("edge", "gateways"), "inference": ("balancer", "inference")}
SINGLE = {
    "edge": "it publishes a port, which two cannot share; `docker compose up --detach --no-deps edge` takes a second",
    "redis": "its data has one owner; `docker compose up --detach --no-deps redis` takes seconds, and loses nothing",
}
"""Services that cannot have two replicas, and their own way to a new version."""
READ_METRICS = "exec 3<>/dev/tcp/127.0.0.1/8405; printf 'GET /metrics?scope=backend HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
BALANCER_SECONDS = 30


def roll(project: ComposeProject, service: str, seconds: float) -> bool:
    """Replace all containers of a service. False when the new ones are not healthy in time.

    The old ones stay then, and after an error or an interruption, and the new ones are removed.
    """
    project.run("rm", "--force", service, seconds=SHORT)  # `up` would start stopped containers again, unchanged
    old = project.containers(service)
    if not old:
        raise EngineError(f"{service} does not run")
    ready = False
    try:
        ready = start_beside(project, service, old, seconds)
    finally:
        remove(old if ready else new_containers(project, service, old))
    if ready:
        log(f"{service}: replaced")
    return ready


def start_beside(project: ComposeProject, service: str, old: list[str], seconds: float) -> bool:
    """Start as many new containers as there are old ones; True when all are healthy and get requests."""
    target = active_servers(project, service) + len(old)
    project.scale(service, 2 * len(old), LONG)
    new = new_containers(project, service, old)
    log(f"{service}: {len(new)} new beside {len(old)} old")
    ready = wait_until(lambda: healthy(new), seconds)
    if ready and wait_until(lambda: active_servers(project, service) >= target, BALANCER_SECONDS):
        return True
    log(f"{service}: the new replicas did not become healthy, and the old ones stay. The last lines of a new one:")
    log(docker("logs", "--tail", "20", new[0], seconds=SHORT, with_stderr=True))
    return False


def new_containers(project: ComposeProject, service: str, old: list[str]) -> list[str]:
    """The containers of a service without the old ones."""
    return [container for container in project.containers(service) if container not in old]


def healthy(ids: list[str]) -> bool:
    """True when all are healthy, or running where they have no health check."""
    states = [container["State"] for container in json.loads(docker("inspect", *ids, seconds=SHORT))]
    return all(state.get("Health", {}).get("Status", "healthy") == "healthy" and state["Running"] for state in states)


def active_servers(project: ComposeProject, service: str) -> int:
    """Servers that HAProxy sends requests to; for services without HAProxy, running containers."""
    if service not in BALANCED:
        return len(project.containers(service))
    balancer, backend = BALANCED[service]
    metrics = project.run("exec", "-T", balancer, "bash", "-c", READ_METRICS, seconds=SHORT)
    found = re.search(rf'^haproxy_backend_active_servers{{proxy="{backend}"}} (\d+)', metrics, re.MULTILINE)
    return int(found[1]) if found else 0


def remove(ids: list[str]) -> None:
    """Stop containers gracefully, within their stop_grace_period, and remove them."""
    if ids:
        docker("stop", *ids, seconds=LONG)
        docker("rm", *ids, seconds=SHORT)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll a condition; False when it is not true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


def log(sentence: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(f"{sentence}\n")
