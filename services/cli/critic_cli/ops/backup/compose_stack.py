"""The Compose stack of a backup or restore: commands in the container of Redis, and one-off containers with volumes.

One-off containers (`docker compose run`) have the volumes, user and rights of their service and none of its ports: they
need no running service, and take no memory from one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from uuid import uuid4

from critic_cli.ops.backup.archive import FOLDERS
from critic_cli.ops.compose_project import LONG, SHORT, ComposeProject, EngineError
from critic_core.runtime.redis_client import BACKUP_KEY
from critic_core.stores.albums import ALBUM_EXPIRY
from critic_core.stores.batches import DUE as BATCHES_DUE
from critic_core.stores.jobs import EXPIRY, photo_hash

STORAGE_VOLUME = "/var/lib/photo-critic"
WRITERS = ("gateway", "worker", "webhooks")  # services that change Redis and the storage
SNAPSHOT, LOAD_SNAPSHOT, DELETE_PHOTOS = (
    Path(__file__).with_name(name).read_text("utf-8")
    for name in ("snapshot.sh", "load_snapshot.sh", "delete_photos.py")
)
# Renames take no time, and the old data stays until the new is in place.
SWAP = """set -e
cd {folder}
rm -rf replaced
mkdir replaced
for name in {names}; do
  if [ -e $name ]; then mv $name replaced; fi
  mv restoring/$name $name
done"""


class Stack:
    """One Compose project. Every method raises EngineError when Docker or the container fails."""

    def __init__(self, compose_options: Sequence[str] = ()) -> None:
        self._project = ComposeProject(compose_options)
        services = json.loads(self._project.run("config", "--format", "json", seconds=SHORT))["services"]
        self.version = services["gateway"]["image"].rpartition(":")[2]
        self.storage: str = services["gateway"]["environment"]["CRITIC_STORAGE_URL"]

    @property
    def has_storage_volume(self) -> bool:
        """Files lie in the stack's own volume, and not in a bucket."""
        return self.storage.startswith("file:")

    # -- current data -------------------------------------------------------------------------------------------------

    def running(self) -> list[str]:
        """The running services."""
        return self._project.run("ps", "--services", "--status", "running", seconds=SHORT).split()

    def has_data(self) -> bool:
        """True when Redis, which must run, knows photos, albums or batches."""
        return self._redis("redis-cli", "exists", EXPIRY, ALBUM_EXPIRY, BATCHES_DUE).strip() != "0"

    @contextmanager
    def snapshot(self) -> Iterator[tuple[int, IO[bytes]]]:
        """A snapshot of the running Redis: the number of its keys, and its bytes."""
        name = f"backup-{uuid4().hex}.rdb"
        try:
            output = self._redis("sh", "-c", SNAPSHOT, "snapshot", name)
            with self._project.reading("exec", "-T", "redis", "cat", f"/data/{name}") as data:
                yield int(re.findall(r"(\d+) keys read", output)[0]), data
        finally:
            with suppress(EngineError):
                self._redis("rm", "-f", f"/data/{name}")

    def note_backup(self, seconds: int) -> None:
        """Tell monitoring when the last backup ended, seconds since the epoch."""
        self._redis("redis-cli", "set", BACKUP_KEY, str(seconds))

    @contextmanager
    def stored_files(self) -> Iterator[IO[bytes]]:
        """A tar of the files of photos and batches, while uploads and deletions go on."""
        # 1: a file was deleted between listing and reading. Files appear by a rename, and never change.
        names = " ".join(FOLDERS)
        script = f"cd {STORAGE_VOLUME}; mkdir -p {names}; tar --exclude='*.part' -cf - {names} || [ $? = 1 ]"
        with self._project.reading(*_one_off("gateway"), "sh", "-c", script) as data:
            yield data

    # -- staged data --------------------------------------------------------------------------------------------------

    @contextmanager
    def loading_snapshot(self, photo_ids: set[str]) -> Iterator[IO[bytes]]:
        """A stream for a snapshot, staged beside the data of Redis. Its photo ids are added to the set."""
        with TemporaryFile() as keys:
            with self._project.writing(*_one_off("redis"), "sh", "-c", LOAD_SNAPSHOT, output=keys) as data:
                yield data
            keys.seek(0)
            photo_ids.update(key.removeprefix(photo_hash("")) for key in keys.read().decode().split())

    @contextmanager
    def unpacking_files(self) -> Iterator[IO[bytes]]:
        """A stream for a tar of the storage's files, staged beside the current ones."""
        script = (
            f"set -e; cd {STORAGE_VOLUME}; rm -rf restoring; mkdir restoring; "
            f"cd restoring; mkdir {' '.join(FOLDERS)}; tar -xf -"
        )
        with self._project.writing(*_one_off("gateway"), "sh", "-c", script) as data:
            yield data

    def swap(self) -> None:
        """Replace the current data by the staged. No service that uses them may run."""
        for service, data in self._data_folders().items():
            self._run_one_off(service, SWAP.format(**data))

    def remove_leftovers(self, leftovers: Sequence[str]) -> None:
        """Delete unused staged data (`restoring`) or replaced data (`replaced`)."""
        for service, data in self._data_folders().items():
            self._run_one_off(service, " ".join(["rm -rf", *(f"{data['folder']}/{name}" for name in leftovers)]))

    def delete_photos(self, photo_ids: Iterable[str]) -> None:
        """Delete photos from Redis, which must run, as a user's deletion does."""
        with self._project.writing(*_one_off("gateway"), "python", "-c", DELETE_PHOTOS) as stdin:
            stdin.write("\n".join(photo_ids).encode())

    # -- services -----------------------------------------------------------------------------------------------------

    def start_redis(self) -> None:
        """Start Redis alone, from its volume."""
        self._project.run("up", "--detach", "--wait", "--no-deps", "--no-recreate", "redis", seconds=LONG)

    def start(self, services: Sequence[str]) -> None:
        """Start stopped containers."""
        if services:
            self._project.run("start", *services, seconds=LONG)

    def stop(self, services: Sequence[str]) -> None:
        """Stop containers gracefully, within their grace period."""
        if services:
            self._project.run("stop", *services, seconds=LONG)

    # -- internals ----------------------------------------------------------------------------------------------------

    def _data_folders(self) -> dict[str, dict[str, str]]:
        redis = {"redis": {"folder": "/data", "names": "appendonlydir"}}
        files = {"gateway": {"folder": STORAGE_VOLUME, "names": " ".join(FOLDERS)}}
        return redis | (files if self.has_storage_volume else {})

    def _redis(self, *command: str) -> str:
        """Run a command in the running container, with the password in redis-cli's environment variable."""
        return self._project.run("exec", "-T", "redis", "with-redis-password", *command, seconds=LONG)

    def _run_one_off(self, service: str, script: str) -> None:
        self._project.run(*_one_off(service), "sh", "-c", script, seconds=LONG)


def _one_off(service: str) -> tuple[str, ...]:
    return ("run", "--rm", "--no-deps", "-T", service)
