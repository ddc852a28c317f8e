"""The stack of docker-compose.yml under a project name of its own, and what a test does to it."""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import httpx

from critic_core.contracts.photo import Photo

ROOT = Path(__file__).parents[2]
# A version of their own, so that the images of whoever runs the tests stay as they are.
IMAGE_VERSION = os.environ.get("PHOTO_CRITIC_TEST_VERSION", "test")
BUILD_SECONDS, UP_SECONDS = 900, 300
LOCK = Path(tempfile.gettempdir()) / "photo-critic-test-build.lock"


def compose_missing() -> str | None:
    """Why no Compose file can be read here, or None. A `docker` may be here without its plugin."""
    return _failure("docker", "compose", "version")


def engine_missing() -> str | None:
    """Why no stack can be tested here, or None."""
    return compose_missing() or _failure("docker", "info")


def _failure(*command: str) -> str | None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        return f"no Docker engine with Compose v2: {error}"
    return None


class Stack:
    """Gateway, two workers, inference and Redis in containers; the port is free, the volumes are fresh."""

    def __init__(self, project: str, port: int, *overlays: str, **settings: str) -> None:
        files = ["docker-compose.yml", "tests/compose/short-waits.yml", *overlays]
        options = [part for name in files for part in ("-f", name)]
        self._command = ["docker", "compose", "-p", project, *options]
        # Compose writes the project's name into images: under another one they would be others, and `up` would replace
        # the containers of whoever runs them.
        self._build = ["docker", "compose", "-p", "photo-critic-test", *options, "build", "--quiet"]
        self._names = {"COMPOSE_PROJECT_NAME": project, "COMPOSE_FILE": ":".join(files)}
        self.project, self.password = project, uuid.uuid4().hex
        variables = {"PORT": str(port), "PHOTO_CRITIC_VERSION": IMAGE_VERSION, "CRITIC_REDIS_PASSWORD": self.password}
        self._environment = {**os.environ, **variables, **settings}
        self.url = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=self.url, timeout=40)

    def build(self, *services: str) -> None:
        """Build the images of `up`, or of services; unchanged layers come from the cache."""
        with LOCK.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # test processes would build the same layers at the same time
            run([*self._build, *services], BUILD_SECONDS, self._environment)

    def up(self, *options: str) -> None:
        """Start what is not running, and come back when every container is healthy."""
        self.compose("up", "--detach", "--wait", "--scale", "worker=2", *options, seconds=UP_SECONDS)

    def scale(self, **replicas: int) -> None:
        """So many of each service, and all healthy; containers that run are left as they are."""
        options = [word for name, number in replicas.items() for word in ("--scale", f"{name}={number}")]
        self.compose("up", "--detach", "--wait", "--no-recreate", *options, *replicas, seconds=UP_SECONDS)

    def down(self) -> None:
        """Take everything away, volumes included, those of training too."""
        self.client.close()
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "0", seconds=90)

    def compose(self, *arguments: str, seconds: float = 60) -> str:
        """What `docker compose` prints; CalledProcessError when it fails, with its own words on standard error."""
        return run([*self._command, *arguments], seconds, self._environment)

    def roll(self, *services: str, **settings: str) -> None:
        """Replace their containers as those who run the stack do."""
        words = [sys.executable, "-m", "critic_cli", "ops", "roll", *services]
        run(words, UP_SECONDS, {**self._environment, **self._names, **settings})

    def ops(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `photo-critic ops`, whatever its exit status."""
        command, environment = [sys.executable, "-m", "critic_cli", "ops", *arguments], self._environment | self._names
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=UP_SECONDS, check=False
        )

    def train(self, *words: str, seconds: float = 600) -> str:
        """Run `critic-train` in its container; what it printed. Several threads would only spin beside other tests."""
        options = ("--rm", "-T", "--env", "OMP_NUM_THREADS=1")
        return self.compose("--profile", "training", "run", *options, "training", *words, seconds=seconds)

    def alone(self, service: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """One more container of a service, with other settings and without those that it needs, until it ends."""
        command = [*self._command, "run", "--rm", "--no-deps", "-T", service]
        environment = {**self._environment, **settings}
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def containers(self, service: str = "") -> list[dict[str, Any]]:
        """What `docker inspect` tells of each container, of one service or of all."""
        ids = self.compose("ps", "--all", "--quiet", *filter(None, [service])).split()
        inspected: list[dict[str, Any]] = json.loads(run(["docker", "inspect", *ids], 30))
        return inspected

    def inside(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the first container of a service, whatever its exit status."""
        command_line = [*self._command, "exec", "-T", service, *command]
        return subprocess.run(
            command_line, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=30, check=False
        )

    def kill_all_processes(self, container: str) -> None:
        """Kill all that runs in a container, from inside, so that the engine sees a crash and not a wish to stop."""
        subprocess.run(["docker", "exec", container, "sh", "-c", "kill -KILL -1"], check=False, timeout=30)

    def logs(self, *services: str) -> str:
        """Everything the containers wrote, stopped ones included; not by Compose, which adds control characters."""
        ids = self.compose("ps", "--all", "--quiet", *services).split()
        return "".join(run(["sh", "-c", f"docker logs {container} 2>&1"], 30) for container in ids)

    def photo(self, photo_id: str) -> Photo:
        """The photo as the API tells it, checked against the contract."""
        return Photo.model_validate(self.client.get(f"/v1/photos/{photo_id}").raise_for_status().json())

    def score(self, data: bytes) -> Photo:
        """Upload one photo and wait for its answer."""
        answer = self.client.post("/v1/photos", params={"wait": 30}, content=data)
        assert answer.status_code == 200, answer.text
        return Photo.model_validate(answer.json())


def run(command: list[str], seconds: float, environment: dict[str, str] | None = None) -> str:
    """What a command prints; CalledProcessError when it fails, with its own words on standard error."""
    try:
        return subprocess.run(
            command, cwd=ROOT, env=environment, timeout=seconds, check=True, text=True, capture_output=True
        ).stdout
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stdout + error.stderr)
        raise
