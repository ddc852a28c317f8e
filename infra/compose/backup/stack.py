"""What backup and restore ask and tell a stack: Redis in its container, volumes in containers of their own.

Containers of their own (`docker compose run`) have the volumes, user and rights of their service, and none of its
ports: they need no service up, and take no memory away from one that is.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from uuid import uuid4

from infra.compose.project import LONG, SHORT, EngineError, Project

FOLDER = "/var/lib/photo-critic"
WRITERS = ("gateway", "worker", "webhooks")  # who changes Redis and photos
HERE = Path(__file__).parent
SNAPSHOT, LOAD = ((HERE / name).read_text("utf-8") for name in ("snapshot.sh", "load.sh"))
# Renamed and not copied, so that it takes no time, and the old is there until the new is.
SWAP = "set -e; cd {folder}; rm -rf replaced; if [ -e {name} ]; then mv {name} replaced; fi; mv restoring/{name} {name}"
# As when somebody deletes a photo, its album and all counts included.
FORGET = """
import sys
from critic_core.runtime.job_store import JobStore, connect
from critic_core.runtime.settings import QueueSettings
jobs = JobStore(connect(QueueSettings().redis_url))
for photo_id in sys.stdin.read().split(): jobs.delete(photo_id)
"""


class Stack:
    """One Compose project. Every method raises EngineError when Docker or the container fails."""

    def __init__(self, compose_options: Sequence[str] = ()) -> None:
        self._project = Project(compose_options)
        told = json.loads(self._project.run("config", "--format", "json", seconds=SHORT))["services"]
        self.version = told["gateway"]["image"].rpartition(":")[2]
        self.storage: str = told["gateway"]["environment"]["CRITIC_STORAGE_URL"]

    @property
    def keeps_photos(self) -> bool:
        """Whether photos lie in the stack's own volume, and not in a bucket."""
        return self.storage.startswith("file:")

    # -- what is there ------------------------------------------------------------------------------------------------

    def running(self) -> list[str]:
        """The services that run."""
        return self._project.run("ps", "--services", "--status", "running", seconds=SHORT).split()

    def has_photos_or_albums(self) -> bool:
        """Asks Redis, which runs."""
        told = self._redis("redis-cli", "exists", "critic:expiry", "critic:albums:expiry")
        return told.strip() != "0"

    @contextmanager
    def snapshot(self) -> Iterator[tuple[int, IO[bytes]]]:
        """A snapshot of Redis, which goes on: how many keys are in it, and its bytes."""
        name = f"backup-{uuid4().hex}.rdb"
        try:
            told = self._redis("sh", "-c", SNAPSHOT, "snapshot", name)
            with self._project.reading("exec", "-T", "redis", "cat", f"/data/{name}") as data:
                yield int(re.findall(r"(\d+) keys read", told)[0]), data
        finally:
            with suppress(EngineError):
                self._redis("rm", "-f", f"/data/{name}")

    @contextmanager
    def photos(self) -> Iterator[IO[bytes]]:
        """A tar of all photos and previews, while they come and go."""
        # 1: a file left between being listed and being read. Files are renamed into their place, and never change.
        script = f"cd {FOLDER}; mkdir -p photos; tar --exclude='*.part' -cf - photos || [ $? = 1 ]"
        with self._project.reading(*_own_container("gateway"), "sh", "-c", script) as data:
            yield data

    # -- what is put in its place -------------------------------------------------------------------------------------

    @contextmanager
    def loading(self, photo_ids: set[str]) -> Iterator[IO[bytes]]:
        """A snapshot to be written in the block; it waits beside what Redis has. Its photos are added to the set."""
        with TemporaryFile() as told:
            with self._project.writing(*_own_container("redis"), "sh", "-c", LOAD, into=told) as data:
                yield data
            told.seek(0)
            photo_ids.update(name.removeprefix("critic:photo:") for name in told.read().decode().split())

    @contextmanager
    def unpacking(self) -> Iterator[IO[bytes]]:
        """A tar of photos to be written in the block; they wait beside those that are there."""
        script = f"set -e; cd {FOLDER}; rm -rf restoring; mkdir -p restoring/photos; tar -C restoring -xf -"
        with self._project.writing(*_own_container("gateway"), "sh", "-c", script) as data:
            yield data

    def swap(self) -> None:
        """Put what waits in the place of what is there; nobody may run who uses it."""
        for service, names in self._waiting().items():
            self._own(service, SWAP.format(**names))

    def tidy(self, leftovers: Sequence[str]) -> None:
        """Take away what waited in vain (`restoring`) or what was replaced (`replaced`)."""
        for service, names in self._waiting().items():
            self._own(service, " ".join(["rm -rf", *(f"{names['folder']}/{one}" for one in leftovers)]))

    def forget(self, photo_ids: Iterable[str]) -> None:
        """Delete what Redis, which runs, knows about photos."""
        with self._project.writing(*_own_container("gateway"), "python", "-c", FORGET) as ids:
            ids.write("\n".join(photo_ids).encode())

    # -- who runs -----------------------------------------------------------------------------------------------------

    def start_redis(self) -> None:
        """Only Redis, from what its volume has; that is new where there was none."""
        self._project.run("up", "--detach", "--wait", "--no-deps", "--no-recreate", "redis", seconds=LONG)

    def start(self, services: Sequence[str]) -> None:
        """Start containers that were stopped."""
        if services:
            self._project.run("start", *services, seconds=LONG)

    def stop(self, services: Sequence[str]) -> None:
        """Stop containers; they finish what they do, as far as their time goes."""
        if services:
            self._project.run("stop", *services, seconds=LONG)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _waiting(self) -> dict[str, dict[str, str]]:
        redis = {"redis": {"folder": "/data", "name": "appendonlydir"}}
        return redis | ({"gateway": {"folder": FOLDER, "name": "photos"}} if self.keeps_photos else {})

    def _redis(self, *command: str) -> str:
        """In the running container, where redis-cli finds the password in its environment."""
        return self._project.run("exec", "-T", "redis", "with-redis-password", *command, seconds=LONG)

    def _own(self, service: str, script: str) -> None:
        self._project.run(*_own_container(service), "sh", "-c", script, seconds=LONG)


def _own_container(service: str) -> tuple[str, ...]:
    return ("run", "--rm", "--no-deps", "-T", service)
