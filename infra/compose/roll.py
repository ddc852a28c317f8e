"""Replaces the containers of services by new ones, while the old finish what they have (docs/scaling.md).

After a build, for another version or another setting:

    python -m infra.compose.roll gateway worker inference
    PHOTO_CRITIC_VERSION=0.2.0 python -m infra.compose.roll inference worker gateway      an upgrade
    COMPOSE_FILE=docker-compose.yml:infra/compose/tls.yml python -m infra.compose.roll gateway

As many new containers as there are old ones come up beside them. When they are healthy, and HAProxy gives them
requests, the old ones are told to stop, and finish what is under way. New ones that do not become healthy are taken
away again, and the old ones go on. Run it where `docker compose` is run; it needs nothing but that and Python.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable

from infra.compose.project import LONG, SHORT, EngineError, Project, docker

# Who balances a service, and under what name (infra/haproxy).
BALANCED = {"gateway": ("edge", "gateways"), "inference": ("balancer", "inference")}
ALONE = {
    "edge": "it publishes a port, which two cannot share; `docker compose up --detach --no-deps edge` takes a second",
    "redis": "its data has one owner; `docker compose up --detach --no-deps redis` takes seconds, and loses nothing",
}
ASK_FOR_METRICS = (
    "exec 3<>/dev/tcp/127.0.0.1/8405; printf 'GET /metrics?scope=backend HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
)


def main() -> int:
    """Roll each service named, in that order; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.compose.roll", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("services", nargs="+", metavar="SERVICE")
    parser.add_argument("--wait", type=float, default=120, metavar="SECONDS", help="for new containers (default: 120)")
    told = parser.parse_args()
    for service in told.services:
        if service in ALONE:
            parser.error(f"{service} cannot be rolled: {ALONE[service]}")
    project = Project()
    try:
        return 0 if all(roll(project, service, told.wait) for service in told.services) else 1
    except EngineError as error:
        say(f"failed: {error}")
        return 1


def roll(project: Project, service: str, seconds: float) -> bool:
    """Replace all containers of a service. False when the new ones were no good, and the old ones go on."""
    project.run("rm", "--force", service, seconds=SHORT)  # those that had stopped would be started again, as they were
    old = project.containers(service)
    if not old:
        raise EngineError(f"{service} does not run")
    wanted = servers(project, service) + len(old)
    project.scale(service, 2 * len(old), LONG)
    new = [one for one in project.containers(service) if one not in old]
    say(f"{service}: {len(new)} new beside {len(old)} old")
    if not (until(lambda: healthy(new), seconds) and until(lambda: servers(project, service) >= wanted, 30)):
        say(f"{service}: the new ones did not become healthy, and the old ones go on. Their last words:")
        say(docker("logs", "--tail", "20", new[0], seconds=SHORT, both=True))
        leave(new)
        return False
    leave(old)
    say(f"{service}: replaced")
    return True


def healthy(ids: list[str]) -> bool:
    """Each of them, by its own health check, or running where it has none."""
    states = [one["State"] for one in json.loads(docker("inspect", *ids, seconds=SHORT))]
    return all(state.get("Health", {}).get("Status", "healthy") == "healthy" and state["Running"] for state in states)


def servers(project: Project, service: str) -> int:
    """To how many HAProxy gives requests; where it has no part in it, all that run."""
    if service not in BALANCED:
        return len(project.containers(service))
    balancer, backend = BALANCED[service]
    told = project.run("exec", "-T", balancer, "bash", "-c", ASK_FOR_METRICS, seconds=SHORT)
    found = re.search(rf'^haproxy_backend_active_servers{{proxy="{backend}"}} (\d+)', told, re.MULTILINE)
    return int(found[1]) if found else 0


def leave(ids: list[str]) -> None:
    """Stop them as gracefully as their stop_grace_period allows, and take them away."""
    docker("stop", *ids, seconds=LONG)
    docker("rm", *ids, seconds=SHORT)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for it; False when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


def say(sentence: str) -> None:
    """To whoever runs this."""
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
