#!/usr/bin/env python3
"""Replaces the containers of services by new ones, while the old finish what they have.

After a build, for another version or another setting:

    infra/compose/roll.py gateway worker inference
    PHOTO_CRITIC_VERSION=0.2.0 infra/compose/roll.py inference worker gateway      an upgrade
    COMPOSE_FILE=docker-compose.yml:infra/compose/tls.yml infra/compose/roll.py gateway

As many new containers as there are old ones come up beside them. When they are healthy, and HAProxy gives them
requests, the old ones are told to stop, and finish what is under way. New ones that do not become healthy are taken
away again, and the old ones go on. Run it where `docker compose` is run; it needs nothing but that and Python.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable

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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("services", nargs="+", metavar="SERVICE")
    parser.add_argument("--wait", type=float, default=120, metavar="SECONDS", help="for new containers (default: 120)")
    told = parser.parse_args()
    for service in told.services:
        if service in ALONE:
            parser.error(f"{service} cannot be rolled: {ALONE[service]}")
    return 0 if all(roll(service, told.wait) for service in told.services) else 1


def roll(service: str, seconds: float) -> bool:
    """Replace all containers of a service. False when the new ones were no good, and the old ones go on."""
    compose("rm", "--force", service)  # those that had stopped would be started again, as they were
    old = containers(service)
    if not old:
        raise SystemExit(f"{service} does not run")
    wanted = servers(service) + len(old)
    compose("up", "--detach", "--no-deps", "--no-recreate", "--scale", f"{service}={2 * len(old)}", service)
    new = [one for one in containers(service) if one not in old]
    say(f"{service}: {len(new)} new beside {len(old)} old")
    if not (until(lambda: healthy(new), seconds) and until(lambda: servers(service) >= wanted, 30)):
        say(f"{service}: the new ones did not become healthy; their last words, and the old ones go on:")
        docker("logs", "--tail", "20", new[0], show=True)
        leave(new)
        return False
    leave(old)
    say(f"{service}: replaced")
    return True


def containers(service: str) -> list[str]:
    """The ids of all, also of those that do not get up."""
    return compose("ps", "--all", "--quiet", service).split()


def healthy(ids: list[str]) -> bool:
    """Each of them, by its own health check, or running where it has none."""
    states = [one["State"] for one in json.loads(docker("inspect", *ids))]
    return all(state.get("Health", {}).get("Status", "healthy") == "healthy" and state["Running"] for state in states)


def servers(service: str) -> int:
    """To how many HAProxy gives requests; where it has no part in it, all that run."""
    if service not in BALANCED:
        return len(containers(service))
    balancer, backend = BALANCED[service]
    told = compose("exec", "-T", balancer, "bash", "-c", ASK_FOR_METRICS)
    found = re.search(rf'^haproxy_backend_active_servers{{proxy="{backend}"}} (\d+)', told, re.MULTILINE)
    return int(found[1]) if found else 0


def leave(ids: list[str]) -> None:
    """Stop them as gracefully as their stop_grace_period allows, and take them away."""
    docker("stop", *ids)
    docker("rm", *ids)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for it; False when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


def compose(*words: str) -> str:
    """What `docker compose` prints."""
    return docker("compose", *words)


def docker(*words: str, show: bool = False) -> str:
    """What `docker` prints; what it complains about goes to standard error, and ends us when it fails."""
    command = ["docker", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - words, and no shell
    if done.returncode != 0:
        raise SystemExit(f"docker {' '.join(words[:3])} … failed")
    if show:
        sys.stderr.write(done.stdout)
    return done.stdout


def say(sentence: str) -> None:
    """To whoever runs this."""
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
